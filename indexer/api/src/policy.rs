//! `GET /v1/policy`

use axum::{Json, extract::State};
use serde::Serialize;
use store::{
    Snapshot,
    read::{self, Policy},
};
use utoipa::ToSchema;

use crate::{
    answer::{Answer, block},
    error::{ApiError, Problem},
    params::Query,
    state::ApiState,
};

/// What the operator set last. It holds for new business; what was agreed before keeps what it was agreed with.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Policy)]
pub(crate) struct PolicyView {
    /// The version of the fee that new payments pin; null: none was set.
    fee_id: Option<String>,
    /// The platform's share, in ten-thousandths.
    fee_bps: Option<u16>,
    /// Who has the fee.
    fee_recipient: Option<String>,
    /// Wei that filers of disputes post; null: it was not set.
    filing_bond: Option<String>,
    /// Who decides appeals in new disputes; null: nobody.
    appeal_arbitrator: Option<String>,
    /// Arbitrators that hear appeals themselves, so that their rulings are final; at most 200.
    final_arbitrators: Vec<String>,
    /// Who may say how well creators are known; null: nobody.
    attester: Option<String>,
    /// The version of the verifiers that new offers pin; null: there is none.
    verifiers: Option<u16>,
}

/// What the operator set for new business.
#[utoipa::path(
    get, path = "/v1/policy", tag = "policy",
    operation_id = "get_policy",
    responses(
        (status = 200, body = Answer<PolicyView>),
        (status = 503, body = Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn get(
    State(state): State<ApiState>,
    Query(()): Query<()>,
) -> Result<Json<Answer<PolicyView>>, ApiError> {
    let mut snapshot = Snapshot::take(&state.pool).await?;
    let data = read::policy(snapshot.conn()).await?.into();
    Ok(Json(Answer { block: block(&snapshot)?, data }))
}

impl From<Policy> for PolicyView {
    fn from(row: Policy) -> Self {
        Self {
            fee_id: row.fee.map(|fee| fee.fee_id.to_string()),
            fee_bps: row.fee.map(|fee| fee.fee_bps),
            fee_recipient: row.fee.map(|fee| fee.recipient.to_string()),
            filing_bond: row.filing_bond.map(|bond| bond.to_string()),
            appeal_arbitrator: row.appeal_arbitrator.map(|arbitrator| arbitrator.to_string()),
            final_arbitrators: row.final_arbitrators.iter().map(ToString::to_string).collect(),
            attester: row.attester.map(|attester| attester.to_string()),
            verifiers: row.verifiers,
        }
    }
}
