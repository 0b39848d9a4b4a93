//! The report: every row of a circuit with its verdict, counted by rule.

use std::{collections::BTreeMap, fmt::Write};

use ark_ff::{Field, PrimeField};
use serde::Serialize;
use sha2::{Digest, Sha256};
use statement::field::Fr;

use super::{
    program::Program,
    verdict::{Verdict, Why},
};

/// What the campaign found in one circuit.
#[derive(Serialize)]
pub(super) struct CircuitReport {
    pub name: &'static str,
    /// SHA-256 of the rows and their rules: a report of other rows is out of date.
    pub digest: String,
    pub rows: usize,
    pub public_inputs: usize,
    pub private_wires: usize,
    pub rules: Vec<RuleReport>,
    /// Per row in order, an index into `verdicts`.
    pub verdict_of_row: Vec<usize>,
    pub verdicts: Vec<String>,
    #[serde(skip)]
    pub none: BTreeMap<Why, Vec<usize>>,
}

/// One rule of a circuit.
#[derive(Serialize, Clone)]
pub(super) struct RuleReport {
    pub rule: &'static str,
    pub rows: usize,
    /// Forged with public inputs that the honest witness does not prove.
    pub other_publics: usize,
    /// Forged for the honest witness's public inputs.
    pub same_publics: usize,
    /// No forgery to be had.
    pub none: usize,
    /// Private wires that first appear in the rule, each bound by some row.
    pub wires: usize,
    pub how: BTreeMap<&'static str, usize>,
}

impl CircuitReport {
    /// Of the verdicts on all rows, in order.
    pub fn new(name: &'static str, program: &Program, verdicts: &[Verdict]) -> Self {
        let shape = &program.shape;
        let mut rules: Vec<RuleReport> = Vec::new();
        let mut names: Vec<String> = Vec::new();
        let mut none: BTreeMap<Why, Vec<usize>> = BTreeMap::new();
        let mut verdict_of_row = Vec::with_capacity(verdicts.len());
        for (row, verdict) in verdicts.iter().enumerate() {
            let report = of_rule(&mut rules, shape.rule_of(row));
            report.rows += 1;
            let text = match verdict {
                Verdict::Killed { how, public } => {
                    *report.how.entry(how).or_default() += 1;
                    *if *public { &mut report.other_publics } else { &mut report.same_publics } += 1;
                    format!("forged ({} public inputs): {how}", if *public { "other" } else { "same" })
                }
                Verdict::None(why) => {
                    report.none += 1;
                    none.entry(*why).or_default().push(row);
                    format!("none: {}", why.name())
                }
            };
            let index = names.iter().position(|name| *name == text).unwrap_or_else(|| {
                names.push(text);
                names.len() - 1
            });
            verdict_of_row.push(index);
        }
        for wire in shape.inputs..shape.variables {
            let first = program.readers[wire].first().map(|row| shape.rule_of(*row as usize));
            of_rule(&mut rules, first.expect("every wire is read")).wires += 1;
        }
        Self {
            name,
            digest: digest(program),
            rows: shape.rows(),
            public_inputs: shape.inputs - 1,
            private_wires: shape.variables - shape.inputs,
            rules,
            verdict_of_row,
            verdicts: names,
            none,
        }
    }

    fn sum(&self, of: impl Fn(&RuleReport) -> usize) -> usize {
        self.rules.iter().map(of).sum()
    }
}

fn of_rule<'r>(rules: &'r mut Vec<RuleReport>, rule: &'static str) -> &'r mut RuleReport {
    let at = rules.iter().position(|report| report.rule == rule).unwrap_or_else(|| {
        let how = BTreeMap::new();
        rules.push(RuleReport { rule, rows: 0, other_publics: 0, same_publics: 0, none: 0, wires: 0, how });
        rules.len() - 1
    });
    &mut rules[at]
}

/// SHA-256 of a circuit's rows and the names of their rules.
pub(super) fn digest(program: &Program) -> String {
    let mut hash = Sha256::new();
    for row in 0..program.shape.rows() {
        hash.update(program.shape.rule_of(row));
        for matrix in &program.shape.matrices {
            hash.update((matrix[row].len() as u64).to_le_bytes());
            for (k, wire) in &matrix[row] {
                k.into_bigint().0.iter().for_each(|limb| hash.update(limb.to_le_bytes()));
                hash.update((*wire as u64).to_le_bytes());
            }
        }
    }
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Changes each private variable alone, in two ways; the first that no row notices.
pub(super) fn unbound_wire(program: &Program, honest: &[Fr]) -> Option<usize> {
    let mut values = honest.to_vec();
    (program.shape.inputs..program.shape.variables).find(|wire| {
        let original = values[*wire];
        let unnoticed = [original + Fr::ONE, Fr::ONE - original].into_iter().any(|changed| {
            values[*wire] = changed;
            let broken = |row: &u32| !program.shape.holds(*row as usize, &values);
            changed != original && !program.readers[*wire].iter().any(broken)
        });
        values[*wire] = original;
        unnoticed
    })
}

/// The line that says which rows a report is about.
pub(super) fn headline(name: &str, rows: usize, digest: &str) -> String {
    format!("Rows: {}. SHA-256 of the rows of `{name}`: `{digest}`.", thousands(rows))
}

/// The whole report.
pub(super) fn markdown(circuits: &[CircuitReport]) -> String {
    let mut text = String::from(include_str!("report/head.md"));
    text.push_str("| circuit | rows | forged, other public inputs | forged, same public inputs | none to be had | private wires, all bound |\n|---|---|---|---|---|---|\n");
    for circuit in circuits {
        let counts = [
            circuit.rows,
            circuit.sum(|rule| rule.other_publics),
            circuit.sum(|rule| rule.same_publics),
            circuit.sum(|rule| rule.none),
            circuit.private_wires,
        ];
        let counts: Vec<String> = counts.into_iter().map(thousands).collect();
        writeln!(text, "| `{}` | {} |", circuit.name, counts.join(" | ")).expect("strings grow");
    }
    text.push_str(include_str!("report/reading.md"));
    reasons(&mut text, circuits);
    for circuit in circuits {
        section(&mut text, circuit);
    }
    text.push_str(include_str!("report/tail.md"));
    text
}

fn reasons(text: &mut String, circuits: &[CircuitReport]) {
    for why in Why::ALL {
        let rows = |circuit: &CircuitReport| circuit.none.get(&why).map_or(0, Vec::len);
        if circuits.iter().all(|circuit| rows(circuit) == 0) {
            continue;
        }
        let counts: Vec<String> =
            circuits.iter().filter(|c| rows(c) > 0).map(|c| format!("`{}` {}", c.name, rows(c))).collect();
        writeln!(text, "- **{}** ({}). {}", why.name(), counts.join(", "), why.argument()).expect("strings grow");
    }
}

fn section(text: &mut String, circuit: &CircuitReport) {
    writeln!(text, "\n## `{}`\n", circuit.name).expect("strings grow");
    writeln!(text, "{}\n", headline(circuit.name, circuit.rows, &circuit.digest)).expect("strings grow");
    text.push_str("| rule | rows | other publics | same publics | none | wires |\n|---|---|---|---|---|---|\n");
    for rule in &circuit.rules {
        let counts = [rule.rows, rule.other_publics, rule.same_publics, rule.none, rule.wires].map(thousands);
        writeln!(text, "| {} | {} |", rule.rule, counts.join(" | ")).expect("strings grow");
    }
    text.push_str("\nHow they were forged:\n\n");
    for rule in circuit.rules.iter().filter(|rule| !rule.how.is_empty()) {
        let how: Vec<String> = rule.how.iter().map(|(how, count)| format!("{how} ({})", thousands(*count))).collect();
        writeln!(text, "- {}: {}.", rule.rule, how.join("; ")).expect("strings grow");
    }
    if !circuit.none.is_empty() {
        text.push_str("\nRows without a forgery, counted from 0: ");
        let groups: Vec<String> =
            circuit.none.iter().map(|(why, rows)| format!("{} {}", why.name(), ranges(rows))).collect();
        writeln!(text, "{}.", groups.join("; ")).expect("strings grow");
    }
}

/// `1–3, 7, 9–23 by 7`.
fn ranges(rows: &[usize]) -> String {
    let mut parts = Vec::new();
    let mut rest = rows;
    while let Some(first) = rest.first() {
        let step = rest.get(1).map_or(1, |second| second - first);
        let run = rest.iter().enumerate().take_while(|(i, row)| **row == first + i * step).count();
        let last = rest[run - 1];
        parts.push(match (run, step) {
            (1, _) => first.to_string(),
            (2, 2..) => {
                rest = &rest[1..];
                parts.push(first.to_string());
                continue;
            }
            (_, 1) => format!("{first}–{last}"),
            _ => format!("{first}–{last} by {step}"),
        });
        rest = &rest[run..];
    }
    parts.join(", ")
}

fn thousands(number: usize) -> String {
    let digits = number.to_string();
    let groups: Vec<&str> =
        digits.as_bytes().rchunks(3).rev().map(|group| std::str::from_utf8(group).expect("digits")).collect();
    groups.join(",")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn row_lists_are_short() {
        assert_eq!(ranges(&[1, 2, 3, 7, 9, 16, 23, 40]), "1–3, 7, 9–23 by 7, 40");
        assert_eq!(thousands(1_234_567), "1,234,567");
    }
}
