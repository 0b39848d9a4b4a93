//! `datavault usage attest`: proves that use stayed within a limit, the total hidden.

use std::{fmt, time::Instant};

use alloy::primitives::U256;
use contracts::ComplianceStatement;
use domain::{ChainEvent, LicenseId};
use gateway::journal::Lane;
use serde::Serialize;
use statement::compliance::Witness;

use super::prove::lanes;
use crate::{
    blocks::blocking,
    command::content::fetch::receipts,
    failure::{Failure, OrFail},
    output::{Fields, table},
    session::Session,
    span::show_time,
    submit::{Transaction, announced},
};

/// Prove that a lane's use is at most a number of units, without showing how much it is, and record it on the chain.
///
/// It says so as of the last event that both sides signed. It matters where use is not billed by the unit: nobody ever
/// learns the total.
#[derive(Clone, Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  datavault usage attest 3 --max 1000\n  datavault usage attest 3 --max 1000 --lane 0"
)]
pub struct Args {
    /// The license
    pub license: LicenseId,
    /// What each lane's units do not exceed
    #[arg(long, value_name = "UNITS")]
    pub max: u64,
    /// Only this lane
    #[arg(long)]
    pub lane: Option<u32>,
}

/// What was attested.
#[derive(Debug, Serialize)]
pub struct Report {
    /// The license.
    pub license_id: LicenseId,
    /// The statements, lane by lane.
    pub attested: Vec<Attested>,
    /// What was sent.
    pub transactions: Vec<Transaction>,
}

/// One statement.
#[derive(Debug, Serialize)]
pub struct Attested {
    /// The lane.
    pub lane: u32,
    /// The head that it is about.
    pub head: U256,
    /// When its last event happened.
    pub as_of: u64,
    /// What the units behind it do not exceed.
    pub max_allowed: u64,
    /// How long the proof took.
    pub proving_millis: u64,
}

/// Attests for every lane of the license's present epoch.
///
/// # Errors
/// If the license is not the wallet's, more was used, or the chain refuses.
pub async fn run(session: &Session, args: Args) -> Result<Report, Failure> {
    let license = session.own_license(args.license).await?;
    let store = receipts(session).await?;
    let meter = session.meter_key(license.view.meter_id).await?;
    let mut report = Report { license_id: args.license, attested: Vec::new(), transactions: Vec::new() };
    for (Lane { lane, epoch, .. }, ctx) in lanes(&store, args.license, args.lane).await? {
        if epoch != license.view.epoch {
            continue;
        }
        let reading = store.clone();
        let read = move || {
            let last = reading.last(ctx)?;
            let state = match &last {
                Some(last) => reading.accumulator_at(ctx, last.head.head)?,
                None => None,
            };
            Ok::<_, gateway::journal::DatabaseError>(last.zip(state))
        };
        let Some((last, state)) = blocking(read).await?.or_fail(|| "cannot read the receipts".into())? else {
            continue;
        };
        let witness = Witness {
            licensee: session.licensee_keys()?.secret,
            state,
            meter,
            meter_signature: last.meter_eddsa,
            max_allowed: args.max,
        };
        let prover = session.prover().await?;
        let step = session.progress.step(format!("proving that lane {lane} stayed within {} units", args.max));
        let started = Instant::now();
        let proved = blocking(move || prover.prove_compliance(&witness)).await?;
        let (proof, inputs) = proved.or_state(|| format!("lane {lane} cannot be attested"))?;
        drop(step);
        let statement = ComplianceStatement {
            license_id: args.license,
            lane,
            epoch,
            head: inputs.head,
            as_of: inputs.as_of,
            max_allowed: inputs.max_allowed,
            proof: proof.to_calldata(),
        };
        let proving_millis = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
        let sent = session.submit(session.addresses().prove_compliance(&statement)).await?;
        announced(&sent, |event| matches!(event, ChainEvent::ComplianceProved(_)).then_some(()))?;
        report.transactions.push(sent.transaction);
        let (head, as_of, max_allowed) = (inputs.head, inputs.as_of, inputs.max_allowed);
        report.attested.push(Attested { lane, head, as_of, max_allowed, proving_millis });
    }
    Ok(report)
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut lanes = table(&["lane", "at most", "as of", "proof"]);
        for attested in &self.attested {
            lanes.add_row([
                attested.lane.to_string(),
                format!("{} units", attested.max_allowed),
                show_time(attested.as_of),
                format!("{} ms", attested.proving_millis),
            ]);
        }
        let fields = Fields::new().with("license", self.license_id);
        write!(f, "{lanes}\n{fields}\n{}", Transaction::lines(&self.transactions))
    }
}
