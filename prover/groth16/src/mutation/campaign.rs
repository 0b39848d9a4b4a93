//! One dropped row after the other.

use ark_ff::{Field, One, Zero};
use statement::field::Fr;

use super::{
    meter::Meter,
    places::EQUATION,
    program::{Program, Role},
    run::Run,
    verdict::Verdict,
};

/// Circuits of so many rows are confirmed in part.
const LARGE: usize = 1 << 15;

/// Mends what a change broke.
pub(super) type Mend = Box<dyn Fn(&mut Run) + Send + Sync>;
/// Forges for a row, and says how.
pub(super) type Special = Box<dyn Fn(&mut Run, usize) -> Option<&'static str> + Send + Sync>;

/// A circuit under mutation.
pub(super) struct Campaign<'a> {
    pub program: &'a Program,
    /// Honest assignments to start from, by preference; the first for the signature.
    pub starts: Vec<Run<'a>>,
    pub meter: Option<Meter>,
    /// Free variables that follow from others: mends what a change broke in the circuit's own way.
    pub mend: Mend,
    /// Forgeries for rows that need more than a wrong wire.
    pub special: Special,
}

impl Campaign<'_> {
    /// The verdict on a row, if one can be given.
    pub fn verdict(&mut self, row: usize) -> Option<Verdict> {
        let mut starts = std::mem::take(&mut self.starts);
        let found = self.search(&mut starts, row);
        starts.iter_mut().for_each(Run::reset);
        self.starts = starts;
        found
    }

    fn search(&self, starts: &mut [Run], row: usize) -> Option<Verdict> {
        if let Some(meter) = &self.meter {
            if let Some(verdict) = meter.forge(&mut starts[0], row) {
                return Some(confirmed(&starts[0], row, verdict));
            }
            starts[0].reset();
        }
        let mut kept = None;
        for run in starts {
            let mut keep = |verdict: Verdict| {
                let public = matches!(verdict, Verdict::Killed { public: true, .. });
                kept = kept.or(Some(verdict));
                public.then_some(verdict)
            };
            if let Some(verdict) = self.forge_specially(run, row).and_then(&mut keep) {
                return Some(verdict);
            }
            run.reset();
            for (wire, value, how) in self.candidates(run, row) {
                run.force(wire, value);
                if let Some(verdict) = self.finish(run, row, how).and_then(&mut keep) {
                    return Some(verdict);
                }
                run.reset();
            }
        }
        kept
    }

    fn forge_specially(&self, run: &mut Run, row: usize) -> Option<Verdict> {
        let how = (self.special)(run, row)?;
        self.finish(run, row, how)
    }

    /// Lets the change travel, mends, signs; a verdict if the row alone is broken now.
    fn finish(&self, run: &mut Run, row: usize, how: &'static str) -> Option<Verdict> {
        run.propagate();
        (self.mend)(run);
        run.propagate();
        if let Some(meter) = &self.meter {
            let unsigned = run.broken_rules().iter().any(|(_, rule)| *rule == EQUATION);
            if unsigned {
                meter.sign(run, 1, meter.eightfold);
            }
        }
        run.only_broken(row).then(|| confirmed(run, row, Verdict::killed(run, how)))
    }

    /// Wrong values for the variable that a row is about.
    fn candidates(&self, run: &Run, row: usize) -> Vec<(usize, Fr, &'static str)> {
        let two = Fr::from(2u64);
        match &self.program.roles[row] {
            Role::Defines { wire, .. } => {
                let honest = run.get(*wire);
                let wrong = [-Fr::from(5u64), honest + Fr::ONE, -honest, Fr::zero(), honest + honest + Fr::ONE];
                let how = "another value of the wire that the row computes; all that follows recomputed";
                wrong.into_iter().filter(|value| *value != honest).map(|value| (*wire, value, how)).collect()
            }
            _ => {
                let wire = self.program.youngest(row);
                let honest = run.get(wire);
                let wrong = [two, -Fr::one(), Fr::one() - honest, two.inverse().expect("two is not zero")];
                wrong
                    .into_iter()
                    .map(|value| (wire, value, "a bit that is neither 0 nor 1, or one where none may be"))
                    .collect()
            }
        }
    }
}

/// A forgery counts once all rows it reached were evaluated again.
fn confirmed(run: &Run, row: usize, verdict: Verdict) -> Verdict {
    // Of the largest circuit, one in four: most of its rows are copies of one another.
    let sampled = run.program.shape.rows() < LARGE || row % 8 < 2;
    if let (Verdict::Killed { how, .. }, true) = (verdict, sampled) {
        assert!(run.confirms(row), "row {row}, {how}: the rows disagree");
    }
    verdict
}
