//! `datavault dispute show`.

use std::fmt;

use alloy::primitives::{Address, Bytes};
use domain::{Amount, DisputeId, DisputeKind, DisputeState, LicenseId, PaymentId, Ruling};
use serde::Serialize;

use crate::{failure::Failure, money::Currency, output::Fields, session::Session, span::show_time};

/// Show a dispute.
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = "Example:\n  datavault dispute show 1")]
pub struct Args {
    /// The dispute
    pub dispute: DisputeId,
}

/// A dispute.
#[derive(Debug, Serialize)]
pub struct Report {
    /// Its id.
    pub dispute_id: DisputeId,
    /// About which license.
    pub license_id: LicenseId,
    /// About which payment.
    pub payment_id: PaymentId,
    /// What is complained of.
    pub kind: DisputeKind,
    /// Where it stands.
    pub state: DisputeState,
    /// What was decided.
    pub ruling: Ruling,
    /// Who complains.
    pub filer: Address,
    /// Of whom.
    pub respondent: Address,
    /// Who rules; zero: a program alone decides.
    pub arbitrator: Address,
    /// Unix seconds.
    pub filed_at: u64,
    /// Of the present state: after this second anyone may time it out, or execute what is ruled.
    pub deadline: u64,
    /// Who hears appeals; zero: nobody.
    pub appeal_arbitrator: Address,
    /// Whether the other side answered.
    pub answered: bool,
    /// The bond, in wei.
    pub bond: Amount,
    /// CID of the evidence that it was filed with.
    pub evidence_cid: String,
    /// Evidence that parties added since.
    pub added: Vec<Added>,
}

/// Evidence that a party added.
#[derive(Debug, Serialize)]
pub struct Added {
    /// Who.
    pub party: Address,
    /// Its CID, or the bytes if they are none.
    pub evidence_cid: String,
}

/// Shows a dispute.
///
/// # Errors
/// If there is no such dispute.
pub async fn run(session: &Session, args: Args) -> Result<Report, Failure> {
    let dispute = session.dispute(args.dispute).await?;
    let filed = session.filed(args.dispute).await?;
    Ok(Report {
        dispute_id: args.dispute,
        license_id: dispute.license_id,
        payment_id: dispute.payment_id,
        kind: dispute.kind,
        state: dispute.state,
        ruling: dispute.ruling,
        filer: dispute.filer,
        respondent: dispute.respondent,
        arbitrator: dispute.arbitrator,
        filed_at: dispute.filed_at,
        deadline: dispute.deadline,
        appeal_arbitrator: dispute.appeal_arbitrator,
        answered: dispute.answered,
        bond: dispute.bond,
        evidence_cid: cid_words(&filed.evidence_cid),
        added: session
            .chain
            .evidence(args.dispute)
            .await?
            .into_iter()
            .map(|added| Added { party: added.party, evidence_cid: cid_words(&added.evidence_cid) })
            .collect(),
    })
}

/// A party may submit any bytes; the dispute is shown all the same.
fn cid_words(bytes: &Bytes) -> String {
    crate::blocks::cid_from_bytes(bytes).map_or_else(|_| format!("{bytes} (no CID)"), |cid| cid.to_string())
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let fields = Fields::new()
            .with("dispute", format!("{} about license {}, {}", self.dispute_id, self.license_id, self.kind))
            .maybe("payment", (self.payment_id != PaymentId(0)).then_some(self.payment_id))
            .with("state", self.state)
            .maybe(
                "ruled for",
                (!matches!(self.state, DisputeState::Filed | DisputeState::Escalated)).then_some(self.ruling),
            )
            .with("filer", format!("{}, {}", self.filer, show_time(self.filed_at)))
            .with("respondent", self.respondent)
            .maybe("arbitrator", (!self.arbitrator.is_zero()).then_some(self.arbitrator))
            .maybe("decided by", self.arbitrator.is_zero().then_some("a program: `datavault dispute check`"))
            .maybe("until", (self.state != DisputeState::Executed).then(|| show_time(self.deadline)))
            .maybe("appeals to", (!self.appeal_arbitrator.is_zero()).then_some(self.appeal_arbitrator))
            .with("bond", Currency::eth().show(self.bond))
            .with("evidence", &self.evidence_cid);
        self.added
            .iter()
            .fold(fields, |fields, added| fields.with("added", format!("{} by {}", added.evidence_cid, added.party)))
            .fmt(f)
    }
}
