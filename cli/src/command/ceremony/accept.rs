//! `datavault ceremony accept`: takes in a key that somebody contributed to elsewhere.

use std::path::PathBuf;

use ::ceremony::Ceremony;

use super::{StepReport, now_secs, working};
use crate::failure::Failure;

/// Take in a key that somebody contributed to elsewhere, with this program or with snarkjs.
///
/// It must be the newest key with one contribution more; every proof in it is checked.
#[derive(Clone, Debug, clap::Args)]
#[command(
    after_help = "Example:\n  datavault ceremony accept compliance-2026 sent.zkey --note https://bob.example/ceremony"
)]
pub struct Args {
    /// Folder of the ceremony
    pub folder: PathBuf,
    /// The key
    #[arg(value_name = "ZKEY")]
    pub key: PathBuf,
    /// A link or remark for the transcript
    #[arg(long, value_name = "TEXT")]
    pub note: Option<String>,
}

/// Takes it in.
///
/// # Errors
/// If it does not continue the newest key honestly.
pub async fn run(args: Args) -> Result<StepReport, Failure> {
    working("checking the key", move |_| {
        let mut ceremony = Ceremony::open(&args.folder)?;
        ceremony.accept(&args.key, args.note.as_deref(), now_secs())?;
        Ok(StepReport::last(&ceremony, "Compare the hash with what the contributor published."))
    })
    .await?
}
