//! Disputes.

pub(crate) mod get;
pub(crate) mod list;

use serde::Serialize;
use store::read::{Dispute, Evidence, Hearing, Ruled};
use utoipa::ToSchema;

use crate::render;

/// A dispute about a license.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Dispute)]
pub(crate) struct DisputeView {
    /// Its id: that of the payment, or 2^40 more than the license's where no payment is frozen.
    #[schema(example = "1")]
    dispute_id: String,
    /// The license.
    license_id: String,
    /// Whose money it freezes; 0: nobody's.
    payment_id: String,
    /// The complaint.
    #[schema(pattern = "^(non_delivery|usage_exceeded|non_payment|content_mismatch|unauthorized_access)$")]
    kind: &'static str,
    /// Where it stands.
    #[schema(pattern = "^(filed|escalated|ruled|appealed|executed)$")]
    state: &'static str,
    /// What was decided last; `none` also before that, and after a time-out.
    #[schema(pattern = "^(none|creator|licensee)$")]
    ruling: &'static str,
    /// Who complains.
    filer: String,
    /// Who holds the other side of the license now, and answers.
    respondent: String,
    /// Whether the respondent added evidence.
    answered: bool,
    /// Who rules: an ERC-792 contract, or an account that rules directly.
    arbitrator: String,
    /// Who decides appeals; null: there is no appeal.
    appeal_arbitrator: Option<String>,
    /// Wei that the filer posted.
    bond: String,
    /// Who got the bond; null: nobody yet.
    bond_recipient: Option<String>,
    /// Of the present state: after this second anyone may time it out, or execute what is ruled (unix).
    deadline: u64,
    /// When the time for an appeal is over (unix); 0: not ruled.
    executable_from: u64,
    /// CIDv1 of the filer's evidence.
    evidence_cid: String,
    /// Where it was filed.
    filed_in_block: u64,
}

/// A dispute with all that happened in it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DisputeDetail {
    /// The dispute.
    #[serde(flatten)]
    dispute: DisputeView,
    /// What was added after filing, oldest first, at most 200.
    evidence: Vec<EvidenceView>,
    /// When it came before an ERC-792 arbitrator, oldest first.
    hearings: Vec<HearingView>,
    /// What was ruled, oldest first.
    rulings: Vec<RulingView>,
}

/// That a dispute came before an ERC-792 arbitrator.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Hearing)]
pub(crate) struct HearingView {
    /// Whether a ruling is heard again.
    appeal: bool,
    /// Who appealed; null: it is the first hearing.
    appellant: Option<String>,
    /// Who hears it.
    arbitrator: String,
    /// The arbitrator's own id of it.
    external_id: String,
    /// After this second anyone may time it out (unix).
    deadline: u64,
    /// Where it began.
    block_number: u64,
}

/// What was ruled.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Ruling)]
pub(crate) struct RulingView {
    /// The arbitrator, or the dispute contract when a program decided.
    by: String,
    /// For whom.
    #[schema(pattern = "^(none|creator|licensee)$")]
    ruling: &'static str,
    /// When the time for an appeal is over (unix).
    executable_from: u64,
    /// Where it was ruled.
    block_number: u64,
}

/// Evidence that a party added.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Evidence)]
pub(crate) struct EvidenceView {
    /// Who added it.
    party: String,
    /// CIDv1.
    evidence_cid: String,
    /// Where it was added.
    block_number: u64,
}

impl From<Dispute> for DisputeView {
    fn from(row: Dispute) -> Self {
        Self {
            dispute_id: row.dispute_id.to_string(),
            license_id: row.license_id.to_string(),
            payment_id: row.payment_id.to_string(),
            kind: row.kind.as_str(),
            state: row.state.as_str(),
            ruling: row.ruling.as_str(),
            filer: row.filer.to_string(),
            respondent: row.respondent.to_string(),
            answered: row.answered,
            arbitrator: row.arbitrator.to_string(),
            appeal_arbitrator: (!row.appeal_arbitrator.is_zero()).then(|| row.appeal_arbitrator.to_string()),
            bond: row.bond.to_string(),
            bond_recipient: row.bond_recipient.map(|recipient| recipient.0.to_string()),
            deadline: row.deadline,
            executable_from: row.executable_from,
            evidence_cid: render::cid(&row.evidence_cid),
            filed_in_block: row.block_number,
        }
    }
}

impl From<Evidence> for EvidenceView {
    fn from(row: Evidence) -> Self {
        Self {
            party: row.party.to_string(),
            evidence_cid: render::cid(&row.evidence_cid),
            block_number: row.block_number,
        }
    }
}

impl From<Hearing> for HearingView {
    fn from(row: Hearing) -> Self {
        Self {
            appeal: row.appeal,
            appellant: row.appellant.map(|appellant| appellant.0.to_string()),
            arbitrator: row.arbitrator.to_string(),
            external_id: row.external_id.to_string(),
            deadline: row.deadline,
            block_number: row.block_number,
        }
    }
}

impl From<Ruled> for RulingView {
    fn from(row: Ruled) -> Self {
        Self {
            by: row.ruled_by.to_string(),
            ruling: row.ruling.as_str(),
            executable_from: row.executable_from,
            block_number: row.block_number,
        }
    }
}
