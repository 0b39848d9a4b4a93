//! `GET /v1/profiles/{profile_id}`

use axum::{Json, extract::State};
use domain::ProfileId;
use serde::Serialize;
use store::{
    Snapshot,
    read::{self, Profile},
};
use utoipa::ToSchema;

use crate::{
    answer::{Answer, found},
    error::{ApiError, Problem},
    params::{Id, Query},
    render,
    state::ApiState,
};

/// A version of a licensee's keys. It never changes.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Profile)]
pub(crate) struct ProfileView {
    /// Its id.
    profile_id: String,
    /// Who published it.
    owner: String,
    /// Baby Jubjub, EIP-2494 coordinates. Whatever its owner published: check that it is on the curve.
    key_x: String,
    /// Baby Jubjub, EIP-2494 coordinates.
    key_y: String,
    /// Poseidon(key_x, key_y), as its owner said.
    commitment: String,
    /// The address that signs heads.
    session_key: String,
    /// Where it was published.
    published_in_block: u64,
}

/// One version of a licensee's keys.
#[utoipa::path(
    get, path = "/v1/profiles/{profile_id}", tag = "keys",
    operation_id = "get_profile",
    params(("profile_id" = String, Path, description = "A whole number")),
    responses(
        (status = 200, body = Answer<ProfileView>),
        (status = 400, body = Problem, content_type = "application/problem+json"),
        (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = 503, body = Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn get(
    State(state): State<ApiState>,
    Id(id): Id<ProfileId>,
    Query(()): Query<()>,
) -> Result<Json<Answer<ProfileView>>, ApiError> {
    let mut snapshot = Snapshot::take(&state.pool).await?;
    let row = read::profile(snapshot.conn(), id).await?;
    found(&snapshot, row.map(ProfileView::from), "profile", id)
}

impl From<Profile> for ProfileView {
    fn from(row: Profile) -> Self {
        Self {
            profile_id: row.profile_id.to_string(),
            owner: row.owner.to_string(),
            key_x: render::word(row.key_x),
            key_y: render::word(row.key_y),
            commitment: render::word(row.commitment),
            session_key: row.session_key.to_string(),
            published_in_block: row.block_number,
        }
    }
}
