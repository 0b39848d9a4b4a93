//! `datavault ceremony beacon`: ends a ceremony.

use std::path::PathBuf;

use ::ceremony::Ceremony;

use super::{StepReport, now_secs, working};
use crate::failure::Failure;

/// End a ceremony with a public value that nobody could foresee when the last person contributed.
///
/// Without it, the last contributor could try secrets until the key suits them. Announce where the value will come from
/// before: a later round of drand, the hash of a later block.
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = "Example:\n  datavault ceremony beacon compliance-2026 --value 5f1c…  --iterations-exp 20")]
pub struct Args {
    /// Folder of the ceremony
    pub folder: PathBuf,
    /// What the beacon published, in hexadecimal
    #[arg(long, value_name = "HEX")]
    pub value: String,
    /// Hash it 2^this times, 10 to 30
    #[arg(long, value_name = "N", default_value_t = 10)]
    pub iterations_exp: u8,
}

/// Ends it.
///
/// # Errors
/// If it has ended already, nobody contributed, or the value is not hexadecimal.
pub async fn run(args: Args) -> Result<StepReport, Failure> {
    working("applying the beacon", move |_| {
        let mut ceremony = Ceremony::open(&args.folder)?;
        ceremony.beacon(&args.value, args.iterations_exp, now_secs())?;
        let next = format!(
            "Next: publish the folder, then `datavault ceremony finalize {} --out keys`",
            args.folder.display()
        );
        Ok(StepReport::last(&ceremony, next))
    })
    .await?
}
