//! What slither finds and we keep, each with a reason, in `contracts/slither.toml`.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};
use serde::Deserialize;
use serde_json::Value;

#[derive(Deserialize)]
struct Accepted {
    accepted: Vec<Entry>,
}

/// Findings of a detector that are kept for the same reason.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    check: String,
    /// `Contract.function` of each.
    r#in: Vec<String>,
    reason: String,
}

/// Compares the findings with those accepted: none may be new, and none may be accepted in vain.
pub fn check(accepted: &Path, findings: &Path) -> Result<()> {
    let text = fs::read_to_string(accepted).with_context(|| format!("cannot read {}", accepted.display()))?;
    let accepted: Accepted = toml::from_str(&text).with_context(|| format!("{} is malformed", accepted.display()))?;
    let text = fs::read_to_string(findings).with_context(|| format!("cannot read {}", findings.display()))?;
    let found = read(&serde_json::from_str(&text).context("slither wrote no JSON")?)?;
    let mut known = BTreeSet::new();
    for entry in &accepted.accepted {
        let places = entry.r#in.join(", ");
        println!("accepted: {} in {places}: {}", entry.check, entry.reason);
        if entry.reason.trim().is_empty() {
            bail!("{} in {places} is accepted without a reason", entry.check);
        }
        known.extend(entry.r#in.iter().map(|place| (entry.check.clone(), place.clone())));
    }
    let new = found.difference(&known).map(|(check, place)| format!("{check} in {place} is new"));
    let gone = known.difference(&found).map(|(check, place)| format!("{check} in {place} is accepted, but not found"));
    let breaches: Vec<String> = new.chain(gone).collect();
    if breaches.is_empty() {
        println!("slither: {} places of medium or high impact, each accepted with a reason", found.len());
        return Ok(());
    }
    bail!("slither (see `contracts/slither.toml`):\n- {}", breaches.join("\n- "));
}

/// Detector and function of each finding.
fn read(printed: &Value) -> Result<BTreeSet<(String, String)>> {
    let mut found = BTreeSet::new();
    let none = Vec::new();
    for finding in printed["results"]["detectors"].as_array().unwrap_or(&none) {
        let check = finding["check"].as_str().context("a finding has no detector")?;
        found.insert((check.to_owned(), place(&finding["elements"][0])));
    }
    Ok(found)
}

/// `Contract.function` around the first thing that a finding names.
fn place(element: &Value) -> String {
    let name = element["name"].as_str().unwrap_or_default();
    let parent = &element["type_specific_fields"]["parent"];
    match (element["type"].as_str(), parent["type"].as_str()) {
        (Some("function" | "node" | "variable"), Some("contract")) => {
            format!("{}.{name}", parent["name"].as_str().unwrap_or_default())
        }
        (_, Some(_)) => place(parent),
        _ => name.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_finding_is_placed_in_its_function() {
        let function = json!({
            "type": "function", "name": "pay",
            "type_specific_fields": { "parent": { "type": "contract", "name": "Escrow" } },
        });
        let variable = json!({ "type": "variable", "name": "sum", "type_specific_fields": { "parent": function } });
        assert_eq!(place(&function), "Escrow.pay");
        assert_eq!(place(&variable), "Escrow.pay");
    }
}
