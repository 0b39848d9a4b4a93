//! Disputes.

pub(crate) mod get;
pub(crate) mod list;

use serde::Serialize;
use store::read::{Dispute, Evidence};
use utoipa::ToSchema;

use crate::render;

/// A dispute about a license.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Dispute)]
pub(crate) struct DisputeView {
    /// Its id.
    #[schema(example = "1")]
    dispute_id: String,
    /// The license.
    license_id: String,
    /// Whose money it freezes.
    payment_id: String,
    /// The complaint.
    #[schema(pattern = "^(non_delivery|usage_exceeded|non_payment|content_mismatch|unauthorized_access)$")]
    kind: &'static str,
    /// Where it stands.
    #[schema(pattern = "^(filed|ruled|executed)$")]
    state: &'static str,
    /// What was decided; `none` also before that, and after a time-out.
    #[schema(pattern = "^(none|creator|licensee)$")]
    ruling: &'static str,
    /// Who complains.
    filer: String,
    /// Who answers.
    respondent: String,
    /// Who rules.
    arbitrator: String,
    /// Wei that the filer posted.
    bond: String,
    /// Who got the bond; null: nobody yet.
    bond_recipient: Option<String>,
    /// After this second anyone may time it out (unix).
    ruling_deadline: u64,
    /// CIDv1 of the filer's evidence.
    evidence_cid: String,
    /// Where it was filed.
    filed_in_block: u64,
}

/// A dispute with all its evidence.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DisputeDetail {
    /// The dispute.
    #[serde(flatten)]
    dispute: DisputeView,
    /// What was added after filing, oldest first, at most 200.
    evidence: Vec<EvidenceView>,
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
            arbitrator: row.arbitrator.to_string(),
            bond: row.bond.to_string(),
            bond_recipient: row.bond_recipient.map(|recipient| recipient.0.to_string()),
            ruling_deadline: row.ruling_deadline,
            evidence_cid: render::cid(&row.evidence_cid),
            filed_in_block: row.block_number,
        }
    }
}

impl DisputeDetail {
    fn new(dispute: Dispute, evidence: Vec<Evidence>) -> Self {
        let view = |row: Evidence| EvidenceView {
            party: row.party.to_string(),
            evidence_cid: render::cid(&row.evidence_cid),
            block_number: row.block_number,
        };
        Self { dispute: dispute.into(), evidence: evidence.into_iter().map(view).collect() }
    }
}
