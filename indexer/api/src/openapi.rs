//! `GET /openapi.json`

use axum::{http::header, response::IntoResponse};
use utoipa::OpenApi;

use crate::{
    balances, contents, creators, disputes, health, licenses, meters, offers, payments, policy, profiles, status,
    tokens, verifier_sets,
};

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Datavault mirror",
        description = "What the Datavault contracts of one chain did. Every answer names the block that it reflects. \
                       Amounts, ids and counts are decimal strings, amounts in base units of their token; hashes, \
                       addresses and field elements are 0x hex; times are unix seconds, 0 for none."
    ),
    paths(
        health::health,
        health::ready,
        status::status,
        contents::list::list,
        contents::get::get,
        contents::versions::versions,
        contents::meters::meters,
        contents::transfers::transfers,
        creators::get,
        offers::list::list,
        offers::get::get,
        offers::standing::standing,
        licenses::list::list,
        licenses::get::get,
        licenses::usage::usage,
        licenses::renewals::renewals,
        licenses::epochs::epochs,
        licenses::transfers::transfers,
        licenses::compliance::compliance,
        payments::list::list,
        payments::get::get,
        payments::movements::movements,
        disputes::list::list,
        disputes::get::get,
        meters::get,
        profiles::get,
        balances::balances,
        tokens::list,
        verifier_sets::list,
        policy::get,
    )
)]
struct Description;

/// The description of this API (OpenAPI 3.1), as committed in `openapi.json`.
#[must_use]
pub fn openapi_json() -> String {
    let mut json = Description::openapi().to_pretty_json().expect("the description holds nothing but text and numbers");
    json.push('\n');
    json
}

/// The description of this API.
pub(crate) async fn serve() -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "application/json")], openapi_json())
}

#[cfg(test)]
mod tests {
    /// `UPDATE_OPENAPI=1` writes the file anew.
    #[test]
    fn the_committed_description_is_current() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/openapi.json");
        let current = super::openapi_json();
        if std::env::var_os("UPDATE_OPENAPI").is_some() {
            std::fs::write(path, &current).unwrap();
        }
        let committed = std::fs::read_to_string(path).unwrap_or_default();
        assert!(committed == current, "openapi.json is stale: run this test with UPDATE_OPENAPI=1 and commit the file");
    }
}
