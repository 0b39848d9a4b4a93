//! `datavault prover collect`: takes proofs out of the queue, ready to be settled.

use std::{fmt, path::PathBuf};

use alloy::primitives::U256;
use domain::{Context, LicenseId};
use groth16::Verifier;
use queue::{DoneProof, LaneKey, Queue};
use serde::Serialize;

use super::database::{Database, failed};
use crate::{
    command::usage::proved::{MOST_AT_ONCE, Proved, settle},
    failure::Failure,
    output::{Fields, table},
    session::Session,
    submit::Transaction,
};

/// Write the proofs of a license that the chain does not know yet, or settle them.
///
/// Each is verified first. A lane's proofs settle in sequence, so they are written up to the first that is missing; run
/// it again when more are done.
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = "Examples:
  datavault prover collect 2 --out proofs/
  datavault prover collect 2 --submit")]
pub struct Args {
    /// The license
    pub license: LicenseId,
    /// Only this lane
    #[arg(long)]
    pub lane: Option<u32>,
    /// Write them to this folder, for `usage settle --proof` in the order of the report
    #[arg(long, value_name = "FOLDER", required_unless_present = "submit")]
    pub out: Option<PathBuf>,
    /// Settle them on the chain
    #[arg(long)]
    pub submit: bool,
    /// Where the queue is.
    #[command(flatten)]
    pub database: Database,
}

/// What was collected.
#[derive(Debug, Serialize)]
pub struct Report {
    /// The license.
    pub license_id: LicenseId,
    /// Lane by lane.
    pub lanes: Vec<LaneReport>,
    /// The files, in the order in which they settle.
    pub files: Vec<PathBuf>,
    /// What was sent.
    pub transactions: Vec<Transaction>,
}

/// What was collected of a lane.
#[derive(Debug, Serialize)]
pub struct LaneReport {
    /// The lane.
    pub lane: u32,
    /// In which keying of the license.
    pub epoch: u32,
    /// Proofs.
    pub proofs: u64,
    /// Events in them.
    pub events: u64,
    /// Units in them.
    pub units: u64,
    /// The head that they lead to.
    pub head: U256,
}

/// Collects what is done.
///
/// # Errors
/// If a proof does not verify, a file cannot be written, or the chain refuses.
pub async fn run(session: &Session, args: Args) -> Result<Report, Failure> {
    let queue = args.database.open(1).await?;
    let verifier = session.verifier().await?;
    let lanes = queue.lanes(args.license).await.map_err(failed)?;
    let mut collect = Collect {
        session,
        verifier,
        queue,
        report: Report { license_id: args.license, lanes: Vec::new(), files: Vec::new(), transactions: Vec::new() },
        args: &args,
    };
    for (lane, ctx) in lanes {
        if args.lane.is_none_or(|only| only == lane.lane) {
            collect.lane(lane, ctx).await?;
        }
    }
    if collect.report.lanes.is_empty() {
        return Err(Failure::state(format!("the queue has no jobs of license {}", args.license))
            .fix("queue them with `datavault prover submit`"));
    }
    Ok(collect.report)
}

struct Collect<'a> {
    session: &'a Session,
    args: &'a Args,
    verifier: Verifier,
    queue: Queue,
    report: Report,
}

impl Collect<'_> {
    /// From what the chain knows to be proved, one proof leads to the next.
    async fn lane(&mut self, LaneKey { lane, epoch, .. }: LaneKey, ctx: U256) -> Result<(), Failure> {
        let head = self.session.chain.lane_state(Context(ctx)).await?.proved_head;
        let mut told = LaneReport { lane, epoch, proofs: 0, events: 0, units: 0, head };
        let mut unsettled = Vec::new();
        while let Some(done) = self.queue.proof_from(ctx, told.head).await.map_err(failed)? {
            if !self.verifier.verify_usage(done.capacity, &done.inputs, &done.proof) {
                return Err(Failure::mismatch(format!("the proof of job {} does not verify", done.id))
                    .fix("somebody changed the queue's database, or proved with other keys"));
            }
            let proved = proved(&done);
            told.proofs += 1;
            told.events += u64::from(done.events);
            told.units += u64::from(proved.units);
            told.head = proved.head_after;
            if let Some(folder) = &self.args.out {
                self.report.files.push(proved.write(folder)?);
            }
            unsettled.push(proved);
            if unsettled.len() == MOST_AT_ONCE {
                self.settle(&mut unsettled).await?;
            }
        }
        self.settle(&mut unsettled).await?;
        self.report.lanes.push(told);
        Ok(())
    }

    async fn settle(&mut self, unsettled: &mut Vec<Proved>) -> Result<(), Failure> {
        if self.args.submit {
            self.report.transactions.extend(settle(self.session, unsettled).await?);
        }
        unsettled.clear();
        Ok(())
    }
}

fn proved(done: &DoneProof) -> Proved {
    let inputs = &done.inputs;
    Proved {
        license_id: done.lane.license_id,
        lane: done.lane.lane,
        epoch: done.lane.epoch,
        capacity: done.capacity,
        events: done.events as usize,
        units: inputs.units,
        head_before: inputs.head_before,
        head_after: inputs.head_after,
        window_start: inputs.window.start(),
        window_end: inputs.window.end(),
        proof: done.proof.to_calldata(),
        proving_millis: done.proving_ms,
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut lanes = table(&["lane", "proofs", "events", "units"]);
        for lane in &self.lanes {
            let numbers = [lane.proofs, lane.events, lane.units].map(|number| number.to_string());
            lanes.add_row([lane.lane.to_string()].into_iter().chain(numbers));
        }
        let fields = Fields::new()
            .with("license", self.license_id)
            .maybe("files", (!self.files.is_empty()).then_some(self.files.len()));
        write!(f, "{lanes}\n{fields}")?;
        if !self.transactions.is_empty() {
            write!(f, "\n{}", Transaction::lines(&self.transactions))?;
        }
        if !self.files.is_empty() {
            let files = self.files.iter().map(|file| format!("--proof {}", file.display())).collect::<Vec<_>>();
            write!(f, "\nsettle them with `datavault usage settle {} {}`", self.license_id, files.join(" "))?;
        }
        Ok(())
    }
}
