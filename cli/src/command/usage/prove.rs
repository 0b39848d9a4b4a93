//! `datavault usage prove`: proves metered use without showing the log, and settles it.

use std::{fmt, path::PathBuf, time::Instant};

use alloy::primitives::U256;
use contracts::UsageBatch;
use domain::{Amount, ChainEvent, Context, LicenseId};
use gateway::{
    client::{ProvableRange, Receipts},
    journal::Lane,
};
use groth16::{Proof, UsageWitness};
use serde::{Deserialize, Serialize};
use statement::{
    PublicKey,
    usage::{MAX_EVENTS, PublicInputs, Window},
};

use crate::{
    blocks::blocking,
    command::content::fetch::receipts,
    failure::{Failure, OrFail},
    home::make_private_dir,
    money::Currency,
    output::{Fields, table},
    session::Session,
    submit::{Transaction, announced},
};

/// Prove metered use: how much and when in all, not which calls and when each.
///
/// Proofs continue where the chain says the last one ended, so the command may be run again at any time. A proof shows
/// metered fetches that both sides recorded; it cannot show that a copy was not read again.
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
    /// The most events that one proof takes
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

/// One proof: what `--out` writes and `usage settle --proof` reads.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Proved {
    /// The license.
    pub license_id: LicenseId,
    /// Its lane.
    pub lane: u32,
    /// In which keying of the license.
    #[serde(default)]
    pub epoch: u32,
    /// Events in it.
    pub events: usize,
    /// Units in it.
    pub units: u32,
    /// The head that it starts from; zero: genesis.
    pub head_before: U256,
    /// The head that it ends at.
    pub head_after: U256,
    /// First second of its window.
    pub window_start: u64,
    /// Last second of its window.
    pub window_end: u64,
    /// The eight numbers of the verifier.
    pub proof: [U256; 8],
    /// How long it took.
    pub proving_millis: u64,
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
    let mut report = Report {
        license_id: args.license,
        proofs: Vec::new(),
        settled_units: 0,
        drawn: Amount::ZERO,
        currency: session.currency(terms.token).await?,
        transactions: Vec::new(),
    };
    for (lane, ctx) in lanes(&store, args.license, args.lane).await? {
        // Only who had the keys of an epoch can prove its events.
        if lane.epoch == license.view.epoch || args.epoch == Some(lane.epoch) {
            prove_lane(session, &args, &store, (lane, ctx), &meter, &mut report).await?;
        }
    }
    report.settled_units = session.settled_units(args.license).await?;
    let after = due(session, args.license).await?;
    report.drawn = Amount(after.0.saturating_sub(before.0));
    Ok(report)
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

async fn prove_lane(
    session: &Session,
    args: &Args,
    store: &Receipts,
    (Lane { lane, epoch, .. }, ctx): (Lane, U256),
    meter: &PublicKey,
    report: &mut Report,
) -> Result<(), Failure> {
    let state = session.chain.lane_state(Context(ctx)).await?;
    let mut head = state.proved_head;
    loop {
        let (reading, batch) = (store.clone(), args.batch);
        let known = blocking(move || {
            let known = reading.accumulator_at(ctx, head)?.is_some();
            Ok::<_, gateway::journal::DatabaseError>((known, reading.provable_from(ctx, head, batch)?))
        });
        let (known, range) = known.await?.or_fail(|| "cannot read the receipts".into())?;
        if !known {
            return Err(Failure::state(format!(
                "lane {lane} is proved up to head {head:#x}, which these receipts do not have"
            ))
            .fix("use the data folder that this lane was used with"));
        }
        let Some(range) = range else { return Ok(()) };
        let events = range.events.len();
        let (proof, inputs, proving_millis) = prove(session, meter, range).await?;
        head = inputs.head_after;
        let proved = Proved {
            license_id: args.license,
            lane,
            epoch,
            events,
            units: inputs.units,
            head_before: inputs.head_before,
            head_after: inputs.head_after,
            window_start: inputs.window.start(),
            window_end: inputs.window.end(),
            proof: proof.to_calldata(),
            proving_millis,
        };
        if let Some(folder) = &args.out {
            write(folder, &proved)?;
        }
        if args.submit {
            report.transactions.push(settle(session, &proved).await?);
        }
        report.proofs.push(proved);
    }
}

/// Proves one range, and verifies the proof natively.
async fn prove(
    session: &Session,
    meter: &PublicKey,
    range: ProvableRange,
) -> Result<(Proof, PublicInputs, u64), Failure> {
    let prover = session.prover().await?;
    let (Some(first), Some(last)) = (range.events.first(), range.events.last()) else {
        return Err(Failure::failed("a range without events was to be proved"));
    };
    let witness = UsageWitness {
        licensee: session.licensee_keys()?.secret,
        window: Window::new(first.time, last.time).or_fail(|| "the receipts' times make no window".into())?,
        before: range.before,
        meter: *meter,
        meter_signature: range.after.meter_eddsa,
        events: range.events,
    };
    let _step = session.progress.step(format!("proving {} events", witness.events.len()));
    let started = Instant::now();
    let (proof, inputs) = blocking(move || {
        let (proof, inputs) = prover.prove_usage(&witness).or_mismatch(|| "these receipts cannot be proved".into())?;
        match prover.verify_usage(&inputs, &proof) {
            true => Ok((proof, inputs)),
            false => Err(Failure::mismatch("the proof does not verify").fix("remove the proving keys and try again")),
        }
    })
    .await??;
    Ok((proof, inputs, u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX)))
}

/// Settles one proof. Anyone may.
pub(super) async fn settle(session: &Session, proved: &Proved) -> Result<Transaction, Failure> {
    let batch = UsageBatch {
        license_id: proved.license_id,
        lane: proved.lane,
        epoch: proved.epoch,
        head_after: proved.head_after,
        window_start: proved.window_start,
        window_end: proved.window_end,
        units: proved.units,
        proof: proved.proof,
    };
    let sent = session.submit(session.addresses().settle_usage(&batch)).await?;
    announced(&sent, |event| matches!(event, ChainEvent::UsageProved(_)).then_some(()))?;
    Ok(sent.transaction)
}

fn write(folder: &std::path::Path, proved: &Proved) -> Result<(), Failure> {
    // A folder that is there belongs to somebody, with the permissions that it has.
    if !folder.is_dir() {
        make_private_dir(folder)?;
    }
    let path = folder.join(format!("license-{}-lane-{}-{:#x}.json", proved.license_id, proved.lane, proved.head_after));
    let text = serde_json::to_vec_pretty(proved).or_fail(|| "cannot write the proof".into())?;
    std::fs::write(&path, text).or_fail(|| format!("cannot write `{}`", path.display()))
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.proofs.is_empty() {
            return write!(f, "everything that was recorded is proved ({} units settled)", self.settled_units);
        }
        let mut proofs = table(&["lane", "events", "units", "window", "proof"]);
        for proved in &self.proofs {
            proofs.add_row([
                proved.lane.to_string(),
                proved.events.to_string(),
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

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn a_folder_for_proofs_keeps_its_permissions_and_a_new_one_is_private() {
        let dir = tempfile::tempdir().unwrap();
        let mode = |path: &std::path::Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
        let (old, new) = (dir.path().join("old"), dir.path().join("new"));
        std::fs::create_dir(&old).unwrap();
        std::fs::set_permissions(&old, std::fs::Permissions::from_mode(0o755)).unwrap();
        let proved = Proved {
            license_id: LicenseId(1),
            lane: 0,
            epoch: 0,
            events: 1,
            units: 1,
            head_before: U256::ZERO,
            head_after: U256::from(1),
            window_start: 1,
            window_end: 2,
            proof: [U256::ZERO; 8],
            proving_millis: 1,
        };
        write(&old, &proved).unwrap();
        write(&new, &proved).unwrap();
        assert_eq!((mode(&old), mode(&new)), (0o755, 0o700));
    }
}
