//! The campaign, circuit by circuit.

use std::collections::BTreeMap;

use statement::usage::Capacity;

use super::{campaign::Campaign, program::Program, verdict::Verdict};
use crate::{circuit::Circuit, compliance::Compliance, key_delivery::KeyDelivery, usage::UsageOf};

fn sweep(mut campaign: Campaign, every: usize) {
    let program = campaign.program;
    let mut open: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    let mut tally: BTreeMap<(&str, Verdict), usize> = BTreeMap::new();
    for row in (0..program.shape.rows()).step_by(every) {
        let rule = program.shape.rule_of(row);
        match campaign.verdict(row) {
            Some(verdict) => *tally.entry((rule, verdict)).or_default() += 1,
            None => open.entry(rule).or_default().push(row),
        }
    }
    for ((rule, verdict), count) in tally {
        println!("{count:6} {rule}: {verdict:?}");
    }
    for (rule, rows) in &open {
        println!("OPEN {} {rule}: {:?}", rows.len(), &rows[..rows.len().min(20)]);
    }
    assert!(open.is_empty());
}

fn every() -> usize {
    std::env::var("EVERY").ok().and_then(|n| n.parse().ok()).unwrap_or(9)
}

#[test]
fn key_delivery_rows() {
    let program = Program::new(KeyDelivery::shape());
    sweep(super::key_delivery::campaign(&program), every());
}

#[test]
fn compliance_rows() {
    let program = Program::new(Compliance::shape());
    sweep(super::compliance::campaign(&program), every());
}

#[test]
fn usage_128_rows() {
    let program = Program::new(UsageOf::<128>::shape());
    sweep(super::usage::campaign::<UsageOf<128>>(&program, Capacity::Events128), 7 * every());
}
