//! `datavault completions`: what a shell needs to complete command lines.

use std::fmt;

use clap_complete::Shell;
use serde::Serialize;

use crate::arguments::Arguments;

/// Print a completion script for a shell.
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = "Example:\n  datavault completions bash > ~/.local/share/bash-completion/completions/datavault")]
pub struct Args {
    /// The shell
    pub shell: Shell,
}

/// A completion script.
#[derive(Debug, Serialize)]
pub struct Report {
    /// The script.
    pub script: String,
}

/// Makes the script.
#[must_use]
pub fn run(args: &Args) -> Report {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Arguments::definition(), "datavault", &mut script);
    Report { script: String::from_utf8_lossy(&script).into_owned() }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.script.trim_end())
    }
}
