//! What the mirror knows, as REST over HTTP.
//!
//! Reads only. Every answer names the block that it reflects and was read in one snapshot, so its parts agree. Lists are
//! paged by cursor, newest first. Amounts, ids and counts are decimal strings; hashes, addresses and field elements are
//! `0x` hex; times are unix seconds, and 0 stands for "none" where it does on the chain.
//! The description is at `/openapi.json`, and in `openapi.json` beside this crate.

mod answer;
mod balances;
mod contents;
mod creators;
mod disputes;
mod error;
mod health;
mod licenses;
mod meters;
mod offers;
mod openapi;
mod paging;
mod params;
mod payees;
mod payments;
mod policy;
mod profiles;
mod render;
mod routes;
mod serve;
mod state;
mod status;
mod tokens;
mod verifier_sets;

pub use openapi::openapi_json;
pub use routes::router;
pub use serve::{ApiConfig, ServeError, serve};
