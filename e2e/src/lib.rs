//! What the stories of `tests/` are told with: a whole Datavault of their own, people to act on it, the `datavault`
//! binary where a user would meet it, and the chain's clock.
//!
//! Each story starts a [`TestStack`] under its own name. What only has to be there is made with the library functions
//! of `cli` ([`datavault!`], [`sale`]); what a user sees (a message, an exit code) is asked of the binary with
//! [`TestStack::run`].

mod binary;
pub mod mirror;
mod ran;
mod raw;
pub mod sale;
mod stack;

#[doc(hidden)]
pub use cli;

pub use self::binary::binary;
pub use self::ran::{Ran, finished, refused};
pub use self::raw::{raw_call, word};
pub use self::stack::{LicenseFacts, TestStack, eventually, run_to_end};

/// What anything in a test returns; `?` on everything, and the cause is printed when it fails.
pub type Result<T = (), E = anyhow::Error> = std::result::Result<T, E>;

/// Runs a subcommand's library function in somebody's session.
///
/// `datavault!(creator, offer::set, ["0x…", "--key"])` is `datavault offer set 0x… --key` of the creator. Gives the
/// command's own `Result`, whose error is a [`cli::Failure`].
#[macro_export]
macro_rules! datavault {
    ($session:expr, $noun:ident :: $verb:ident, [$($word:expr),* $(,)?]) => {{
        let words: Vec<String> = vec![$(($word).to_string()),*];
        match $crate::cli::parse_args::<$crate::cli::command::$noun::$verb::Args>(words) {
            Ok(args) => $crate::cli::command::$noun::$verb::run(&$session, args).await,
            Err(failure) => Err(failure),
        }
    }};
}
