//! One sentence per custom error, in the order of the contracts. Errors that several contracts share (same name, same
//! fields) have one sentence.

use alloy::primitives::aliases::U40;
use domain::{OfferId, UnknownCode};
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

/// A table of `Error(fields) => (sentence)`: the error's type, a name for its fields, the arguments of `format!`.
macro_rules! sentences {
    ($(#[$doc:meta])* $table:ident { $($error:path, $e:ident => ($($format:tt)+);)+ }) => {
        $(#[$doc])*
        pub(super) fn $table(data: &[u8]) -> Option<(&'static str, String)> {
            $(if let Ok($e) = <$error as alloy::sol_types::SolError>::abi_decode(data) {
                let _ = &$e;
                return Some((<$error as alloy::sol_types::SolError>::SIGNATURE, format!($($format)+)));
            })+
            None
        }
    };
}

mod disputes;
mod escrow;
mod licenses;
mod periphery;
mod registry;
mod standards;
mod usage;

/// The Solidity signature of a custom error and what it means, or `None` if it is none of ours.
pub(super) fn of(data: &[u8]) -> Option<(&'static str, String)> {
    registry::of(data)
        .or_else(|| licenses::of(data))
        .or_else(|| escrow::of(data))
        .or_else(|| usage::of(data))
        .or_else(|| disputes::of(data))
        .or_else(|| periphery::of(data))
        .or_else(|| standards::of(data))
}

/// As people write offers: the number, and what it is made of.
fn offer(id: u64) -> String {
    let id = OfferId(id);
    format!("{id} (content {}, nonce {})", id.content_no(), id.nonce())
}

fn name(known: Result<&'static str, UnknownCode>) -> String {
    known.map_or_else(|unknown| unknown.code.to_string(), str::to_owned)
}

/// A deadline as a date; zero is one that does not exist.
fn before(secs: U40) -> String {
    if secs.is_zero() { String::new() } else { format!(" before {}", time(secs)) }
}

fn time(secs: U40) -> String {
    unix(secs.to())
}

fn unix(secs: u64) -> String {
    i64::try_from(secs)
        .ok()
        .and_then(|secs| OffsetDateTime::from_unix_timestamp(secs).ok())
        .and_then(|time| time.format(&Rfc3339).ok())
        .unwrap_or_else(|| format!("second {secs}"))
}
