//! `datavault verify`: a settled proof, checked from its bundle alone.

use std::{fmt, path::PathBuf};

use alloy::primitives::Address;
use serde::Serialize;

use crate::{
    arguments::Global,
    bundle::{Bundle, BundleError, Checked, Inclusion, TrustedKeys},
    failure::{Failure, OrFail},
};

/// What the exit code is when a bundle was not shown to hold, whatever the reason: scripts ask one question.
const NOT_SHOWN: u8 = 1;

/// Check a settled proof from its bundle alone, without a network.
///
/// It shows that the proof proves these numbers by a verifying key that you trust, and that the log of its settlement
/// is in the block of the hash that is printed. Whether the chain has that block, a node tells: --rpc.
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = "Examples:
  datavault verify license-2.bundle.json
  datavault verify license-2.bundle.json --tracker 0x5FC8d32690cc91D4c39d9d3abcBD16989F875707
  datavault verify license-2.bundle.json --rpc http://127.0.0.1:8545
  datavault verify license-2.bundle.json --keys ceremony/manifest.json --json

Exit codes:
  0 the bundle shows what is printed   1 it does not, or that could not be found out; the message says why")]
pub struct Args {
    /// The bundle
    #[arg(value_name = "FILE")]
    pub bundle: PathBuf,
    /// Trust the verifying keys of this manifest, instead of those that this program was built with
    #[arg(long, value_name = "FILE")]
    pub keys: Option<PathBuf>,
    /// The usage tracker of the deployment that you know: a bundle from any other contract shows nothing
    #[arg(long, value_name = "ADDRESS")]
    pub tracker: Option<Address>,
    /// Ask this node whether the block is on the chain still
    #[arg(long, value_name = "URL")]
    pub rpc: Option<String>,
}

/// What the bundle shows.
#[derive(Debug, Serialize)]
pub struct Report {
    /// In a sentence.
    pub sentence: String,
    /// In fields.
    pub shows: Checked,
    /// How deep in the chain it is, if a node was asked.
    pub inclusion: Option<Inclusion>,
}

/// Checks a bundle.
///
/// # Errors
/// If it does not show what it says, naming the fields that do not fit.
pub async fn run(_global: &Global, args: Args) -> Result<Report, Failure> {
    verify(&args).await.map_err(|failure| failure.with_exit_code(NOT_SHOWN))
}

async fn verify(args: &Args) -> Result<Report, Failure> {
    let keys = match &args.keys {
        Some(manifest) => TrustedKeys::of_manifest(manifest)?,
        None => TrustedKeys::built_in()?,
    };
    let text = std::fs::read(&args.bundle).or_usage(|| format!("cannot read `{}`", args.bundle.display()))?;
    let refused = |error: BundleError| {
        let (fields, fix) = (error.fields(), error.fix());
        let what = format!("`{}` shows nothing", args.bundle.display());
        Failure::mismatch(what).because(error).fix(fix).with_fields(fields)
    };
    let bundle = Bundle::read(&text).map_err(refused)?;
    let shows = bundle.check(&keys).map_err(refused)?;
    if let Some(tracker) = args.tracker.filter(|tracker| *tracker != shows.tracker) {
        return Err(refused(BundleError::ForeignTracker { found: shows.tracker, expected: tracker }));
    }
    let inclusion = match &args.rpc {
        Some(url) => Some(bundle.ask(url).await?),
        None => None,
    };
    let compare = match args.tracker {
        Some(_) => "",
        None => " Compare that contract with the deployment that you know, or pass --tracker.",
    };
    let sentence = format!("{shows}{compare} {}", on_chain(&shows, inclusion));
    Ok(Report { sentence, shows, inclusion })
}

fn on_chain(shows: &Checked, inclusion: Option<Inclusion>) -> String {
    match inclusion {
        None => format!("Whether the chain has block {} was not asked: pass --rpc.", shows.block_hash),
        Some(Inclusion { confirmations, finalized }) => {
            let finalized = match finalized {
                Some(true) => ", and it is final",
                Some(false) => ", and it is not final yet",
                None => "",
            };
            format!("The node has that block, {confirmations} confirmations deep{finalized}.")
        }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.sentence)
    }
}
