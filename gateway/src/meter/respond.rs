//! Refusals as HTTP.

use alloy::primitives::U256;
use axum::{
    extract::{FromRequestParts, Path, rejection::PathRejection},
    http::{StatusCode, header, request::Parts},
    response::{IntoResponse, Response},
};
use domain::LicenseId;
use serde_json::json;
use statement::StepError;

use crate::{
    facts::FactsError,
    journal::{AppendError, DatabaseError},
    protocol::{Problem, ProblemCode},
};

pub(super) fn problem_response(problem: &Problem) -> Response {
    let status = StatusCode::from_u16(problem.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let body = serde_json::to_string(problem).expect("a problem is strings and numbers");
    (status, [(header::CONTENT_TYPE, crate::protocol::PROBLEM_TYPE)], body).into_response()
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        problem_response(&self)
    }
}

/// Logs what the licensee need not know and tells that the meter failed.
pub(super) fn internal(error: &(dyn std::error::Error + 'static)) -> Problem {
    tracing::error!(error, "a request failed");
    Problem::new(
        ProblemCode::Internal,
        "the meter failed and charged nothing it does not have on record: send the request again unchanged",
    )
}

impl From<FactsError> for Problem {
    fn from(error: FactsError) -> Self {
        tracing::warn!(error = &error as &dyn std::error::Error, "the chain did not answer");
        Self::new(ProblemCode::ChainUnavailable, "the chain could not be asked: send the request again unchanged")
    }
}

impl From<DatabaseError> for Problem {
    fn from(error: DatabaseError) -> Self {
        internal(&error)
    }
}

impl From<AppendError> for Problem {
    fn from(error: AppendError) -> Self {
        let detail = error.to_string();
        match error {
            AppendError::SeqConflict { .. } => Self::new(ProblemCode::SeqConflict, detail),
            AppendError::WrongSeq { expected, .. } => Self::new(ProblemCode::WrongSeq, detail).expecting(expected),
            AppendError::WrongHead { expected } => Self::new(ProblemCode::WrongHead, detail)
                .expecting(json!({ "head": expected.head, "total": expected.total })),
            AppendError::Step(StepError::TimeWentBack { last, .. } | StepError::GapTooLong { last, .. }) => {
                Self::new(ProblemCode::TimeOutOfOrder, detail).expecting(json!({ "last": last }))
            }
            AppendError::Step(_) => Self::new(ProblemCode::MalformedRequest, detail),
            AppendError::UnitsExhausted { granted, used, .. } => {
                Self::new(ProblemCode::UnitsExhausted, detail).expecting(json!({ "granted": granted, "used": used }))
            }
            AppendError::Signing(error) => internal(&error),
            AppendError::Database(error) => internal(&error),
        }
    }
}

/// License and lane, from the path.
pub(super) struct LanePath(pub(super) LicenseId, pub(super) u32);

impl<S: Send + Sync> FromRequestParts<S> for LanePath {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let Path((license_id, lane)) = Path::<(u64, u32)>::from_request_parts(parts, state).await?;
        Ok(Self(LicenseId(license_id), lane))
    }
}

impl From<PathRejection> for Problem {
    fn from(rejection: PathRejection) -> Self {
        Self::new(ProblemCode::MalformedRequest, rejection.body_text())
    }
}

/// A context that is not the lane's.
pub(super) fn wrong_context(given: U256, expected: U256) -> Problem {
    Problem::new(
        ProblemCode::WrongContext,
        format!("ctx is {given:#x}: check license, content, lane, epoch, chain id and usage tracker"),
    )
    .expecting(format!("{expected:#x}"))
}
