//! Everything that stands in for the outside world on a laptop: pinned tools, a real anvil, a real
//! Postgres, the people of the demo, a whole Datavault for them, and the story they play.
//!
//! Each server lives exactly as long as the value that started it: it stops on drop, when the
//! process is killed, and after Ctrl-C. Nothing is written outside the repository's ignored folders
//! (one exception, named at [`postgres::RunAs::Uid`]).

pub mod actors;
pub mod chain;
mod guarded;
pub mod postgres;
mod root;
pub mod scenario;
pub mod stack;
pub mod tools;

pub use actors::{Actor, Actors};
pub use chain::{ChainOptions, Devnet};
pub use guarded::{Guarded, GuardedOptions};
pub use postgres::Postgres;
pub use root::{repository_root, target_dir};
pub use stack::{Stack, StackOptions};
pub use tools::Tools;
