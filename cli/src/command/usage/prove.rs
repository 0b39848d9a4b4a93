//! `datavault usage prove`: proves metered use without showing the log, and settles it.

use std::{fmt, path::PathBuf, time::Instant};

use alloy::primitives::U256;
use domain::{Amount, Context, LicenseId};
use gateway::{
    client::{ProvableRange, Receipts},
    journal::Lane,
};
use groth16::{Proof, UsageWitness};
use serde::Serialize;
use statement::{
    PublicKey,
    usage::{Capacity, PublicInputs, Window},
};

pub use super::proved::Proved;
use super::proved::{MOST_AT_ONCE, settle};
use crate::{
    blocks::blocking,
    command::content::fetch::receipts,
    failure::{Failure, OrFail},
    money::Currency,
    output::{Fields, table},
    session::Session,
    submit::Transaction,
};

/// Events that the largest proof takes.
const MAX_EVENTS: usize = Capacity::Events1024.events();

/// Prove metered use: how much and when in all, not which calls and when each.
///
/// Proofs continue where the chain says the last one ended, so the command may be run again at any time. A proof shows
/// metered fetches that both sides recorded; it cannot show that a copy was not read again.
///
/// A proof takes up to 1,024 events; longer histories take several, which are settled up to 32 in one call.
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = "Examples:
  datavault usage prove 2 --submit
  datavault usage prove 2 --lane 0 --out proofs/")]
pub struct Args {
    /// The license
    pub license: LicenseId,
    /// Only this lane
    #[arg(long)]
    pub lane: Option<u32>,
    /// Events from before the license was bound to other keys, in this epoch
    #[arg(long)]
    pub epoch: Option<u32>,
    /// Settle the proofs on the chain
    #[arg(long)]
    pub submit: bool,
    /// Write the proofs to this folder, as JSON
    #[arg(long, value_name = "FOLDER")]
    pub out: Option<PathBuf>,
    /// The most events that one proof takes, up to 1,024
    #[arg(long, default_value_t = MAX_EVENTS, hide = true)]
    pub batch: usize,
}

/// What was proved.
#[derive(Debug, Serialize)]
pub struct Report {
    /// The license.
    pub license_id: LicenseId,
    /// The proofs, lane by lane.
    pub proofs: Vec<Proved>,
    /// Units settled for the license, over all lanes.
    pub settled_units: u64,
    /// What these proofs made due; `escrow release` moves it.
    pub drawn: Amount,
    /// What it is counted in.
    pub currency: Currency,
    /// What was sent.
    pub transactions: Vec<Transaction>,
}

/// Proves every event of the license that was not proved yet, and with `submit` settles it.
///
/// # Errors
/// If the license is not the wallet's, receipts are missing, or the chain refuses.
pub async fn run(session: &Session, args: Args) -> Result<Report, Failure> {
    if args.batch == 0 || args.batch > MAX_EVENTS {
        return Err(Failure::usage(format!("a proof takes 1 to {MAX_EVENTS} events")));
    }
    let license = session.own_license(args.license).await?;
    let terms = session.offer(license.view.offer_id).await?.terms;
    let before = due(session, args.license).await?;
    let store = receipts(session).await?;
    let meter = session.meter_key(license.view.meter_id).await?;
    let mut histories = Vec::new();
    for (lane, ctx) in lanes(&store, args.license, args.lane).await? {
        // Only who had the keys of an epoch can prove its events.
        if lane.epoch == license.view.epoch || args.epoch == Some(lane.epoch) {
            histories.push(History::of(session, &store, lane, ctx).await?);
        }
    }
    let total = histories.iter().map(|history| history.events.div_ceil(args.batch as u64)).sum();
    let mut work = Work { session, args: &args, meter, total, proofs: Vec::new(), unsettled: Vec::new() };
    let mut transactions = Vec::new();
    let mut proved = Ok(());
    for history in histories {
        proved = work.prove(&store, history, &mut transactions).await;
        if proved.is_err() {
            break;
        }
    }
    // What was proved before something failed counts; the first failure is the one to tell.
    let settled = work.settle().await;
    if let (Err(_), Err(also)) = (&proved, &settled) {
        tracing::warn!(error = %also, "what was proved before could not be settled either: the next run proves it again");
    }
    proved?;
    transactions.extend(settled?);
    let after = due(session, args.license).await?;
    Ok(Report {
        license_id: args.license,
        proofs: work.proofs,
        settled_units: session.settled_units(args.license).await?,
        drawn: Amount(after.0.saturating_sub(before.0)),
        currency: session.currency(terms.token).await?,
        transactions,
    })
}

/// What settlement made due of a license's payment so far.
pub(super) async fn due(session: &Session, license_id: LicenseId) -> Result<Amount, Failure> {
    Ok(session.payment(license_id.payment_id()).await?.due)
}

/// The lanes of a license that have receipts, of every epoch.
pub(crate) async fn lanes(
    store: &Receipts,
    license_id: LicenseId,
    only: Option<u32>,
) -> Result<Vec<(Lane, U256)>, Failure> {
    let reading = store.clone();
    let all = blocking(move || reading.lanes(license_id)).await?.or_fail(|| "cannot read the receipts".into())?;
    let lanes: Vec<_> = all.into_iter().filter(|(lane, _)| only.is_none_or(|only| only == lane.lane)).collect();
    if lanes.is_empty() {
        return Err(Failure::state(format!("this wallet has no receipts of license {license_id}"))
            .fix("they are made by `datavault content fetch`; use the same wallet and data folder"));
    }
    Ok(lanes)
}

/// What a lane recorded beyond what the chain knows to be proved.
struct History {
    lane: Lane,
    ctx: U256,
    /// Where it begins.
    head: U256,
    events: u64,
}

impl History {
    async fn of(session: &Session, store: &Receipts, lane: Lane, ctx: U256) -> Result<Self, Failure> {
        let head = session.chain.lane_state(Context(ctx)).await?.proved_head;
        let reading = store.clone();
        let known = blocking(move || {
            let last = reading.last(ctx)?.map_or(0, |last| last.head.seq);
            Ok::<_, gateway::journal::DatabaseError>((reading.accumulator_at(ctx, head)?, last))
        });
        let (before, last) = known.await?.or_fail(|| "cannot read the receipts".into())?;
        let Some(before) = before else {
            return Err(Failure::state(format!(
                "lane {} is proved up to head {head:#x}, which these receipts do not have",
                lane.lane
            ))
            .fix("use the data folder that this lane was used with"));
        };
        Ok(Self { lane, ctx, head, events: last.saturating_sub(before.seq) })
    }
}

/// Proofs under way.
struct Work<'a> {
    session: &'a Session,
    args: &'a Args,
    meter: PublicKey,
    /// How many proofs there will be.
    total: u64,
    proofs: Vec<Proved>,
    /// With `--submit`: those that the chain was not told of yet.
    unsettled: Vec<Proved>,
}

impl Work<'_> {
    /// Proves a history in sequence. What fills a call is settled meanwhile: it is not lost if a later proof fails.
    async fn prove(
        &mut self,
        store: &Receipts,
        history: History,
        transactions: &mut Vec<Transaction>,
    ) -> Result<(), Failure> {
        let History { lane, ctx, mut head, .. } = history;
        while let Some(range) = self.next_range(store, ctx, head).await? {
            let capacity = Capacity::fitting(range.events.len())
                .ok_or_else(|| Failure::failed("a range of more events than a proof takes was to be proved"))?;
            let events = range.events.len();
            let (proof, inputs, proving_millis) = self.prove_range(capacity, range).await?;
            head = inputs.head_after;
            let proved = Proved {
                license_id: self.args.license,
                lane: lane.lane,
                epoch: lane.epoch,
                capacity,
                events,
                units: inputs.units,
                head_before: inputs.head_before,
                head_after: inputs.head_after,
                window_start: inputs.window.start(),
                window_end: inputs.window.end(),
                proof: proof.to_calldata(),
                proving_millis,
            };
            if let Some(folder) = &self.args.out {
                proved.write(folder)?;
            }
            if self.args.submit {
                self.unsettled.push(proved.clone());
            }
            self.proofs.push(proved);
            if self.unsettled.len() == MOST_AT_ONCE {
                transactions.extend(self.settle().await?);
            }
        }
        Ok(())
    }

    async fn next_range(&self, store: &Receipts, ctx: U256, head: U256) -> Result<Option<ProvableRange>, Failure> {
        let (reading, batch) = (store.clone(), self.args.batch);
        blocking(move || reading.provable_from(ctx, head, batch)).await?.or_fail(|| "cannot read the receipts".into())
    }

    /// Proves one range, and verifies the proof natively.
    async fn prove_range(
        &self,
        capacity: Capacity,
        range: ProvableRange,
    ) -> Result<(Proof, PublicInputs, u64), Failure> {
        let (Some(first), Some(last)) = (range.events.first(), range.events.last()) else {
            return Err(Failure::failed("a range without events was to be proved"));
        };
        let witness = UsageWitness {
            licensee: self.session.licensee_keys()?.secret,
            window: Window::new(first.time, last.time).or_fail(|| "the receipts' times make no window".into())?,
            before: range.before,
            meter: self.meter,
            meter_signature: range.after.meter_eddsa,
            events: range.events,
        };
        let prover = self.session.prover().await?;
        let done = self.proofs.len() as u64;
        let step = self.session.progress.count(format!("proving {} events", witness.events.len()), self.total);
        step.advance(done.min(self.total));
        let started = Instant::now();
        let (proof, inputs) = blocking(move || {
            let (proof, inputs) =
                prover.prove_usage(capacity, &witness).or_mismatch(|| "these receipts cannot be proved".into())?;
            match prover.verify_usage(capacity, &inputs, &proof) {
                true => Ok((proof, inputs)),
                false => {
                    Err(Failure::mismatch("the proof does not verify").fix("remove the proving keys and try again"))
                }
            }
        })
        .await??;
        Ok((proof, inputs, u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX)))
    }

    /// Settles what was not settled yet. In a lane, a range that is not full comes last, so that the larger proofs may
    /// go first, together.
    async fn settle(&mut self) -> Result<Vec<Transaction>, Failure> {
        let mut proofs = std::mem::take(&mut self.unsettled);
        proofs.sort_by_key(|proved| std::cmp::Reverse(proved.capacity));
        settle(self.session, &proofs).await
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.proofs.is_empty() {
            return write!(f, "everything that was recorded is proved ({} units settled)", self.settled_units);
        }
        let mut proofs = table(&["lane", "events", "of", "units", "window", "proof"]);
        for proved in &self.proofs {
            proofs.add_row([
                proved.lane.to_string(),
                proved.events.to_string(),
                proved.capacity.events().to_string(),
                proved.units.to_string(),
                format!("{} … {}", proved.window_start, proved.window_end),
                format!("{} ms", proved.proving_millis),
            ]);
        }
        let fields = Fields::new()
            .with("license", self.license_id)
            .with("settled", format!("{} units in all", self.settled_units))
            .with("due now", self.currency.show(self.drawn));
        write!(f, "{proofs}\n{fields}\n{}", Transaction::lines(&self.transactions))?;
        f.write_str("\nA proof shows metered fetches, not that a copy was never read again.")
    }
}
