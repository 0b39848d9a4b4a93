//! One file per subcommand.

pub mod chain;
pub mod tools;
pub mod with_postgres;
