//! `datavault usage settle`: settles by the last head that both sides signed.

use std::{fmt, path::PathBuf};

use alloy::primitives::U256;
use domain::{Amount, ChainEvent, Context, LicenseId};
use gateway::{
    journal::{DatabaseError, Lane},
    protocol::Countersigned,
    settle::signed_head,
};
use serde::Serialize;

use super::{
    prove::{due, lanes},
    proved::{Proved, settle},
};
use crate::{
    blocks::blocking,
    command::content::fetch::receipts,
    failure::{Failure, FailureKind, OrFail},
    home::make_private_dir,
    lookup::License,
    money::Currency,
    output::Fields,
    session::Session,
    submit::{Transaction, announced},
};

/// Settle by the last head that both sides signed, lane by lane. Cheap, and shows nothing but totals.
///
/// The licensee settles from its receipts, the creator from its meter's journal: neither needs the other. What was
/// proved already is not counted again.
#[derive(Clone, Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  datavault usage settle 2\n  datavault usage settle 2 --proof license-2-lane-0-0x1f….json license-2-lane-0-0x2a….json"
)]
pub struct Args {
    /// The license
    pub license: LicenseId,
    /// Only this lane
    #[arg(long)]
    pub lane: Option<u32>,
    /// Settle proofs that `usage prove --out` wrote, instead of signed heads: in the order given, up to 32 of one
    /// capacity in one call
    #[arg(long = "proof", value_name = "FILE", num_args = 1.., conflicts_with = "lane")]
    pub proofs: Vec<PathBuf>,
}

/// What was settled.
#[derive(Debug, Serialize)]
pub struct Report {
    /// The license.
    pub license_id: LicenseId,
    /// The heads that were settled.
    pub heads: Vec<Settled>,
    /// Units settled for the license, over all lanes.
    pub settled_units: u64,
    /// What these heads made due; `escrow release` moves it.
    pub drawn: Amount,
    /// What it is counted in.
    pub currency: Currency,
    /// What was sent.
    pub transactions: Vec<Transaction>,
    /// Lanes that could not be settled; `usage settle` fails if there is one.
    pub failures: Vec<LaneFailure>,
}

/// A lane that could not be settled, while others were.
#[derive(Debug, Serialize)]
pub struct LaneFailure {
    /// The lane.
    pub lane: u32,
    /// Why not.
    pub message: String,
    #[serde(skip)]
    kind: FailureKind,
}

/// One head.
#[derive(Debug, Serialize)]
pub struct Settled {
    /// Its lane.
    pub lane: u32,
    /// In which keying of the license.
    pub epoch: u32,
    /// Events so far.
    pub seq: u64,
    /// Units so far.
    pub total: u64,
    /// The head.
    pub head: U256,
}

/// Settles every lane whose last signed head is newer than the one settled by signatures.
///
/// # Errors
/// If the wallet has no signed heads of the license, or the chain refuses; a lane that is refused does not keep the
/// others from being settled.
pub async fn run(session: &Session, args: Args) -> Result<Report, Failure> {
    settle_all(session, args).await?.or_failures()
}

impl Report {
    /// The report, or one failure that names every lane which could not be settled.
    fn or_failures(self) -> Result<Self, Failure> {
        let Some(first) = self.failures.first() else { return Ok(self) };
        let lanes: Vec<_> =
            self.failures.iter().map(|failed| format!("lane {}: {}", failed.lane, failed.message)).collect();
        let what = format!("license {} is not settled in full: {}", self.license_id, lanes.join("; "));
        let settled: Vec<_> = self.heads.iter().map(|head| head.lane.to_string()).collect();
        Err(Failure::of_kind(first.kind, what).fix(match settled.len() {
            0 => "no lane was settled; run it again".to_owned(),
            _ => format!("lanes that were settled: {}; run it again for the rest", settled.join(", ")),
        }))
    }
}

/// Settles every lane, and reports those that failed beside those that did not.
///
/// # Errors
/// If the wallet has no signed heads of the license, the node does not answer, or a proof is refused.
pub async fn settle_all(session: &Session, args: Args) -> Result<Report, Failure> {
    let license = session.license(args.license).await?;
    let terms = session.offer(license.view.offer_id).await?.terms;
    let before = due(session, args.license).await?;
    let (mut heads, mut transactions, mut failures) = (Vec::new(), Vec::new(), Vec::new());
    if args.proofs.is_empty() {
        let signed = signed_heads(session, &license, args.license, args.lane).await?;
        for (lane, last) in signed {
            match settle_head(session, lane, &last).await {
                Ok(Some((head, transaction))) => {
                    heads.push(head);
                    transactions.push(transaction);
                }
                Ok(None) => {}
                Err(failure) => {
                    failures.push(LaneFailure { lane: lane.lane, kind: failure.kind, message: failure.to_string() });
                }
            }
        }
    } else {
        // All are read before the first is settled.
        let proofs: Vec<_> =
            args.proofs.iter().map(|file| Proved::read(file, args.license)).collect::<Result<_, _>>()?;
        transactions = settle(session, &proofs).await?;
    }
    let after = due(session, args.license).await?;
    Ok(Report {
        license_id: args.license,
        heads,
        settled_units: session.settled_units(args.license).await?,
        drawn: Amount(after.0.saturating_sub(before.0)),
        currency: session.currency(terms.token).await?,
        transactions,
        failures,
    })
}

/// The last head of each lane of every epoch, from the side of it that this wallet keeps.
pub(crate) async fn signed_heads(
    session: &Session,
    license: &License,
    id: LicenseId,
    only: Option<u32>,
) -> Result<Vec<(Lane, Countersigned)>, Failure> {
    let me = session.wallet()?.address();
    if license.owner == me {
        return receipted(session, id, only).await;
    }
    let offer = session.offer(license.view.offer_id).await?;
    if session.content(offer.terms.content_id).await?.creator == me {
        return journaled(session, id, only).await;
    }
    Err(Failure::state(format!(
        "license {id} belongs to {}, and its content to {}: neither is you, {me}",
        license.owner, offer.creator
    ))
    .fix("sign with the key of one of them, or settle a proof with --proof"))
}

/// What the licensee keeps.
async fn receipted(session: &Session, id: LicenseId, only: Option<u32>) -> Result<Vec<(Lane, Countersigned)>, Failure> {
    let store = receipts(session).await?;
    let lanes = lanes(&store, id, only).await?;
    let read = move || {
        let last = |(lane, ctx)| Ok(store.last(ctx)?.map(|last| (lane, last)));
        lanes.into_iter().filter_map(|lane| last(lane).transpose()).collect::<Result<_, DatabaseError>>()
    };
    blocking(read).await?.or_fail(|| "cannot read the receipts".into())
}

/// What the creator's meter keeps.
async fn journaled(
    session: &Session,
    license_id: LicenseId,
    only: Option<u32>,
) -> Result<Vec<(Lane, Countersigned)>, Failure> {
    let folder = session.home()?.meter();
    make_private_dir(&folder)?;
    let read = move || gateway::meter::journal(&folder)?.last_of_license(license_id);
    let entries = blocking(read).await?.or_fail(|| "cannot read the meter's journal".into())?;
    let wanted = |lane: &Lane| only.is_none_or(|only| only == lane.lane);
    let heads: Vec<_> = entries
        .into_iter()
        .filter(|entry| wanted(&entry.lane))
        .map(|entry| (entry.lane, entry.countersigned))
        .collect();
    if heads.is_empty() {
        return Err(Failure::state(format!("this wallet's meter served nothing of license {license_id}"))
            .fix("use the wallet, and the data folder, that the meter runs with"));
    }
    Ok(heads)
}

/// Settles one lane by its last head, unless as much is settled.
async fn settle_head(
    session: &Session,
    lane: Lane,
    last: &Countersigned,
) -> Result<Option<(Settled, Transaction)>, Failure> {
    let head = last.head;
    if head.total <= session.chain.lane_state(Context(head.ctx)).await?.signed_total {
        return Ok(None);
    }
    let signed = signed_head(lane, last);
    let sent = session.submit(session.addresses().settle_signed(&signed)).await?;
    announced(&sent, |event| matches!(event, ChainEvent::UsageSigned(_)).then_some(()))?;
    Ok(Some((
        Settled { lane: lane.lane, epoch: lane.epoch, seq: head.seq, total: head.total, head: head.head },
        sent.transaction,
    )))
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let heads: Vec<_> = self
            .heads
            .iter()
            .map(|head| format!("lane {} at event {}, {} units", head.lane, head.seq, head.total))
            .collect();
        let fields = Fields::new()
            .with("license", self.license_id)
            .maybe("heads", (!heads.is_empty()).then(|| heads.join("; ")))
            .with("settled", format!("{} units in all", self.settled_units))
            .with("due now", self.currency.show(self.drawn));
        write!(f, "{fields}\n{}", Transaction::lines(&self.transactions))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lanes_that_failed_are_named_beside_those_that_were_settled() {
        let report = |failures| Report {
            license_id: LicenseId(2),
            heads: vec![Settled { lane: 1, epoch: 0, seq: 4, total: 4, head: U256::from(9) }],
            settled_units: 4,
            drawn: Amount::ZERO,
            currency: Currency::eth(),
            transactions: Vec::new(),
            failures,
        };
        assert!(report(Vec::new()).or_failures().is_ok());
        let failed = |lane| LaneFailure { lane, message: "refused".into(), kind: FailureKind::State };
        let failure = report(vec![failed(0), failed(2)]).or_failures().unwrap_err();
        assert_eq!(failure.kind, FailureKind::State);
        assert_eq!(
            failure.to_string(),
            "license 2 is not settled in full: lane 0: refused; lane 2: refused; lanes that were settled: 1; run it \
             again for the rest"
        );
    }
}
