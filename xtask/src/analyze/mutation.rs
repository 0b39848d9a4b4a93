//! What mutation testing found: `contracts/mutation.json`, written by `xtask mutate`.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};
use serde::Deserialize;

use super::{in_contracts, succeed, tools};

const SUMMARY: &str = "contracts/mutation.json";
/// Per cent of mutants that a test must notice.
const BAR: f64 = 90.0;
const HIGHER: (&str, f64) = ("PaymentEscrow", 95.0);

#[derive(Deserialize)]
struct Summary {
    contracts: BTreeMap<String, Counted>,
}

#[derive(Deserialize)]
struct Counted {
    killed: u32,
    survived: u32,
    /// Of those that survived: what behaves as the original, by the reason given.
    equivalent: u32,
    not_tested: u32,
    survivors: Vec<Survivor>,
}

#[derive(Deserialize)]
struct Survivor {
    file: String,
    line: u32,
    reason: String,
}

/// Mutates `contracts` (all, if none is named) in a copy below `target/` and rewrites the summary. Goes on where an
/// earlier run stopped, unless `again`.
pub fn mutate(root: &Path, contracts: &[String], minutes: Option<u32>, again: bool) -> Result<()> {
    let tools = tools(root)?;
    let mut mutate = in_contracts(root, &tools.join("python"), "mutation-unused");
    // The copy has a build of its own.
    mutate.env_remove("FOUNDRY_OUT").env_remove("FOUNDRY_CACHE_PATH");
    mutate.args(["tools/mutation/mutate.py", "--work", "../target/mutation"]);
    if !contracts.is_empty() {
        mutate.arg("--only").args(contracts);
    }
    if let Some(minutes) = minutes {
        mutate.args(["--minutes", &minutes.to_string()]);
    }
    if again {
        mutate.arg("--again");
    }
    succeed(&mut mutate)
}

/// Prints the committed summary; fails below the bars, and when a survivor has no reason.
pub fn report(root: &Path) -> Result<()> {
    println!("\n=== mutation (`xtask mutate` runs it, for hours)");
    let text = fs::read_to_string(root.join(SUMMARY)).with_context(|| format!("cannot read {SUMMARY}"))?;
    let summary: Summary = serde_json::from_str(&text).with_context(|| format!("{SUMMARY} is malformed"))?;
    let mut breaches = Vec::new();
    let (mut killed, mut survived) = (0, 0);
    for (name, counted) in &summary.contracts {
        let missed = counted.survived - counted.equivalent;
        let score = score(counted.killed, missed);
        println!(
            "{name:<18} {:>5} killed {missed:>4} missed {:>4} equivalent {score:>6.1} % ({} not tested)",
            counted.killed, counted.equivalent, counted.not_tested
        );
        if counted.killed + missed == 0 {
            continue;
        }
        if *name == HIGHER.0 && score < HIGHER.1 {
            breaches.push(format!("{name} is below {} %", HIGHER.1));
        }
        let unexplained = counted.survivors.iter().filter(|survivor| survivor.reason.is_empty());
        breaches.extend(unexplained.map(|one| format!("{}:{} survives without a reason", one.file, one.line)));
        killed += counted.killed;
        survived += missed;
    }
    println!("{:<18} {killed:>5} killed {survived:>4} missed {:>6.1} %", "overall", score(killed, survived));
    if score(killed, survived) < BAR {
        breaches.push(format!("overall is below {BAR} %"));
    }
    if !breaches.is_empty() {
        bail!("mutation:\n- {}", breaches.join("\n- "));
    }
    Ok(())
}

/// Per cent; nothing tested is nothing proved.
fn score(killed: u32, survived: u32) -> f64 {
    if killed + survived == 0 { 0.0 } else { 100.0 * f64::from(killed) / f64::from(killed + survived) }
}
