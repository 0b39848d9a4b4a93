//! The campaign: in full when `SOUNDNESS=write` asks for the report, else a sample of each circuit.

use std::{env, fs, path::PathBuf, thread};

use statement::usage::Capacity;

use super::{
    campaign::Campaign,
    program::Program,
    report::{CircuitReport, digest, headline, markdown, unbound_wire},
    verdict::Verdict,
};
use crate::{circuit::Circuit, compliance::Compliance, key_delivery::KeyDelivery, usage::UsageOf};

const FILE: &str = "docs/soundness.md";

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// A circuit and its campaign.
struct Subject {
    name: &'static str,
    program: Program,
    campaign: for<'p> fn(&'p Program) -> Campaign<'p>,
    /// A sample takes one row in so many.
    stride: usize,
}

impl Subject {
    fn new<C: Circuit>(stride: usize, campaign: for<'p> fn(&'p Program) -> Campaign<'p>) -> Self {
        Self { name: C::NAME, program: Program::new(C::shape()), campaign, stride }
    }

    fn all() -> [Self; 4] {
        [Self::key_delivery(), Self::compliance(), Self::usage_128(), Self::usage_1024()]
    }

    fn usage_128() -> Self {
        Self::new::<UsageOf<128>>(13, |program| super::usage::campaign::<UsageOf<128>>(program, Capacity::Events128))
    }

    fn usage_1024() -> Self {
        Self::new::<UsageOf<1024>>(301, |program| {
            super::usage::campaign::<UsageOf<1024>>(program, Capacity::Events1024)
        })
    }

    fn compliance() -> Self {
        Self::new::<Compliance>(3, super::compliance::campaign)
    }

    fn key_delivery() -> Self {
        Self::new::<KeyDelivery>(1, super::key_delivery::campaign)
    }

    /// The verdicts on every `stride`-th row from `first` on.
    fn verdicts(&self, first: usize, stride: usize) -> Vec<(usize, Verdict)> {
        let mut campaign = (self.campaign)(&self.program);
        let rule = |row| self.program.shape.rule_of(row);
        let rows = (first..self.program.shape.rows()).step_by(stride);
        rows.map(|row| {
            let verdict = campaign.verdict(row);
            (row, verdict.unwrap_or_else(|| panic!("{} row {row}, {}: no verdict", self.name, rule(row))))
        })
        .collect()
    }

    fn every_wire_is_bound(&self) {
        let campaign = (self.campaign)(&self.program);
        // The full proof and the empty one; the other starts differ little.
        for start in &campaign.starts[..campaign.starts.len().min(2)] {
            let unbound = unbound_wire(&self.program, start.values());
            assert_eq!(unbound, None, "{}: a wire that no row notices", self.name);
        }
    }

    fn report(&self) -> CircuitReport {
        println!("{}: {} rows", self.name, self.program.shape.rows());
        self.every_wire_is_bound();
        let threads = thread::available_parallelism().map_or(1, usize::from);
        let mut verdicts: Vec<(usize, Verdict)> = thread::scope(|scope| {
            let workers: Vec<_> =
                (0..threads).map(|first| scope.spawn(move || self.verdicts(first, threads))).collect();
            workers.into_iter().flat_map(|worker| worker.join().expect("a verdict on every row")).collect()
        });
        verdicts.sort_unstable_by_key(|(row, _)| *row);
        let verdicts: Vec<Verdict> = verdicts.into_iter().map(|(_, verdict)| verdict).collect();
        CircuitReport::new(self.name, &self.program, &verdicts)
    }

    /// Rows of a sample have verdicts, and the report is about this circuit.
    fn sample(&self) {
        let verdicts = self.verdicts(self.stride / 2, self.stride);
        let killed = verdicts.iter().filter(|(_, verdict)| matches!(verdict, Verdict::Killed { .. })).count();
        assert!(killed * 5 > verdicts.len() * 3, "most rows are killed: {killed} of {}", verdicts.len());
        let report = fs::read_to_string(root().join(FILE)).unwrap();
        let line = headline(self.name, self.program.shape.rows(), &digest(&self.program));
        let absent = format!("| `{}` | {} | not in this report", self.name, self.program.shape.rows());
        assert!(
            report.contains(&line) || report.contains(&absent),
            "{FILE} is about other rows of {}: run `make mutants`",
            self.name
        );
    }
}

#[test]
fn sampled_rows_of_usage_128_have_verdicts() {
    Subject::usage_128().sample();
}

#[test]
fn sampled_rows_of_usage_1024_have_verdicts() {
    Subject::usage_1024().sample();
}

#[test]
fn sampled_rows_of_compliance_have_verdicts() {
    Subject::compliance().sample();
}

#[test]
fn sampled_rows_of_key_delivery_have_verdicts() {
    Subject::key_delivery().sample();
}

/// The whole campaign when `SOUNDNESS=write` asks for it; otherwise the parts of the text that depend on no circuit.
#[test]
fn report() {
    let file = root().join(FILE);
    if env::var("SOUNDNESS").as_deref() != Ok("write") {
        let report = fs::read_to_string(file).unwrap();
        assert!(report.starts_with(include_str!("report/head.md")), "run `make mutants`");
        assert!(report.contains(include_str!("report/reading.md")), "run `make mutants`");
        assert!(report.ends_with(include_str!("report/tail.md")), "run `make mutants`");
        return;
    }
    fs::create_dir_all(root().join("target")).unwrap();
    let mut reports: Vec<CircuitReport> = Vec::new();
    for subject in Subject::all() {
        reports.push(subject.report());
        // After each circuit, so that an interrupted campaign leaves what it found.
        fs::write(root().join("target/soundness.json"), serde_json::to_string(&reports).unwrap()).unwrap();
        fs::write(&file, markdown(&reports)).unwrap();
    }
    println!("{}", fs::read_to_string(file).unwrap());
}
