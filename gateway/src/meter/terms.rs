//! `GET /v1/contents/{content_id}`: always `402`, with the offers that would change that.

use axum::extract::{Path, State, rejection::PathRejection};
use domain::ContentId;

use super::Meter;
use crate::{
    facts::{Facts, FactsError},
    protocol::{Problem, ProblemCode, Terms},
};

pub(super) async fn handle(
    State(meter): State<Meter>,
    content_id: Result<Path<ContentId>, PathRejection>,
) -> Result<std::convert::Infallible, Problem> {
    let Path(content_id) = content_id?;
    let unknown = || {
        let detail = format!("content {content_id} is not served here");
        Problem::new(ProblemCode::ContentNotServed, detail)
    };
    let terms = of(&meter, content_id).await?.ok_or_else(unknown)?;
    let detail = "buy one of the offers, then fetch with the license's session key";
    Err(Problem::new(ProblemCode::LicenseRequired, detail).with_terms(Some(terms)))
}

/// The open offers of a content that this meter serves.
pub(super) async fn of(meter: &Meter, content_id: ContentId) -> Result<Option<Terms>, FactsError> {
    if !meter.0.shelf.has_key(content_id) {
        return Ok(None);
    }
    let facts = &meter.0.facts;
    Ok(Some(Terms {
        chain_id: facts.chain_id(),
        license_manager: facts.license_manager(),
        content_id,
        offers: facts.open_offers(content_id).await?,
    }))
}
