//! `make gas`: what the main actions cost, beside their goals and what others charge for the like.

mod table;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail};

/// Committed measurements.
const COMMITTED: &str = "contracts/snapshots/gas.json";
/// Where `make test` lets forge write, so that a run changes no committed file.
pub const MEASURED_IN: &str = "target/gas";

/// Gas of an action by its key in the snapshot.
type Snapshot = BTreeMap<String, u64>;

/// Measures, rewrites the committed measurements and prints the table.
pub fn measure(root: &Path) -> Result<()> {
    // Tests deploy what they do not import, so all of it is built first.
    forge(root, &["build", "src"]).context("the contracts do not compile")?;
    forge(root, &["test", "--match-path", "test/Gas.t.sol", "--isolate"]).context("the actions to measure fail")?;
    println!("\n{}", table::render(&read(&root.join(COMMITTED))?));
    Ok(())
}

fn forge(root: &Path, arguments: &[&str]) -> Result<()> {
    let contracts = root.join("contracts");
    let status = Command::new(contracts.join("node_modules/.bin/forge"))
        .args(arguments)
        .current_dir(&contracts)
        .status()
        .context("cannot run forge: is it installed by `npm ci --prefix contracts`?")?;
    if !status.success() {
        bail!("forge {} failed", arguments.join(" "));
    }
    Ok(())
}

/// Compares what the last `forge test` measured with what is committed.
pub fn check(root: &Path) -> Result<()> {
    let committed = read(&root.join(COMMITTED))?;
    let measured = read(&root.join(MEASURED_IN).join("gas.json"))?;
    println!("{}", table::render(&measured));
    let (worse, better) = differences(&committed, &measured);
    for line in better {
        println!("gas: {line}: `make gas` records it");
    }
    if !worse.is_empty() {
        bail!("gas rose by more than 1 %, or the actions changed (`make gas` accepts it):\n- {}", worse.join("\n- "));
    }
    Ok(())
}

/// What cannot stay, and what is worth recording.
fn differences(committed: &Snapshot, measured: &Snapshot) -> (Vec<String>, Vec<String>) {
    let (mut worse, mut better) = (Vec::new(), Vec::new());
    for (key, before) in committed {
        match measured.get(key) {
            None => worse.push(format!("{key} is not measured any more")),
            Some(now) if now * 100 > before * 101 => worse.push(format!("{key} rose from {before} to {now}")),
            Some(now) if now * 100 < before * 99 => better.push(format!("{key} fell from {before} to {now}")),
            Some(_) => {}
        }
    }
    let new = measured.keys().filter(|key| !committed.contains_key(*key));
    worse.extend(new.map(|key| format!("{key} is not recorded")));
    (worse, better)
}

/// forge writes numbers as text.
fn read(path: &Path) -> Result<Snapshot> {
    let text = fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    let found: BTreeMap<String, serde_json::Value> =
        serde_json::from_str(&text).with_context(|| format!("{} is no snapshot", path.display()))?;
    let parse = |(key, value): (String, serde_json::Value)| {
        let gas = value.as_u64().or_else(|| value.as_str().and_then(|text| text.parse().ok()));
        Ok((key.clone(), gas.with_context(|| format!("{}: `{key}` is {value}", path.display()))?))
    };
    found.into_iter().map(parse).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn snapshot(entries: &[(&str, u64)]) -> Snapshot {
        entries.iter().map(|(key, gas)| ((*key).to_owned(), *gas)).collect()
    }

    #[test]
    fn one_percent_more_is_tolerated_and_a_unit_more_is_not() {
        let committed = snapshot(&[("buy", 10_000)]);
        assert_eq!(differences(&committed, &snapshot(&[("buy", 10_100)])), (vec![], vec![]));
        let (worse, _) = differences(&committed, &snapshot(&[("buy", 10_101)]));
        assert_eq!(worse, ["buy rose from 10000 to 10101"]);
    }

    #[test]
    fn an_improvement_is_told_and_passes() {
        let (worse, better) = differences(&snapshot(&[("buy", 10_000)]), &snapshot(&[("buy", 9_899)]));
        assert!(worse.is_empty());
        assert_eq!(better, ["buy fell from 10000 to 9899"]);
    }

    #[test]
    fn actions_neither_vanish_nor_appear_unnoticed() {
        let (worse, _) = differences(&snapshot(&[("buy", 1)]), &snapshot(&[("sell", 1)]));
        assert_eq!(worse, ["buy is not measured any more", "sell is not recorded"]);
    }
}
