//! `datavault ceremony contribute`: adds a secret to the newest key.

use std::{
    io::{IsTerminal, stdin},
    path::PathBuf,
};

use ::ceremony::{Ceremony, Who, contribute_file};
use zeroize::Zeroizing;

use super::{StepReport, now_secs, working};
use crate::failure::{Failure, OrFail};

/// Contribute a secret to the newest key of a ceremony, or to a key that somebody handed you.
///
/// The secret is drawn from the system's randomness, used, and forgotten; it is written nowhere. As long as one
/// contributor's secret stays unknown, nobody can forge proofs. Publish the hash that is printed.
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = "Examples:
  datavault ceremony contribute compliance-2026 --name Alice
  datavault ceremony contribute --from received.zkey --to sent.zkey --name Bob --entropy")]
pub struct Args {
    /// Folder of the ceremony
    #[arg(required_unless_present = "from", conflicts_with = "from")]
    pub folder: Option<PathBuf>,
    /// The name that you publish your hash under
    #[arg(long)]
    pub name: String,
    /// A link or remark for the transcript
    #[arg(long, value_name = "TEXT", conflicts_with = "from")]
    pub note: Option<String>,
    /// A key that somebody handed you, without the folder
    #[arg(long, value_name = "ZKEY", requires = "to")]
    pub from: Option<PathBuf>,
    /// The key to hand on
    #[arg(long, value_name = "ZKEY", requires = "from")]
    pub to: Option<PathBuf>,
    /// Mix in a line that you type (or pipe in): dice, keys hit at random
    #[arg(long)]
    pub entropy: bool,
}

/// Contributes.
///
/// # Errors
/// If the ceremony has ended, or the newest key is not the one that the transcript attests.
pub async fn run(args: Args) -> Result<StepReport, Failure> {
    let entropy = if args.entropy { typed()? } else { Zeroizing::default() };
    let published = "Publish the hash where people know you, so that they see that this is yours.";
    working("contributing", move |_| match (&args.folder, &args.from, &args.to) {
        (None, Some(from), Some(to)) => {
            let contribution = contribute_file(from, to, &args.name, &entropy)?;
            let next = format!("{published}\nNext: hand the key on, for `datavault ceremony accept`");
            let (name, hash) = (contribution.name, contribution.hash);
            Ok(Ok(StepReport { index: None, name, hash, file: to.clone(), next }))
        }
        (folder, ..) => {
            let folder = folder.clone().unwrap_or_default();
            let mut ceremony = Ceremony::open(&folder)?;
            let who = Who { name: &args.name, note: args.note.as_deref(), at_secs: now_secs() };
            ceremony.contribute(who, &entropy)?;
            Ok(StepReport::last(&ceremony, published))
        }
    })
    .await?
}

/// A line that nobody sees, nor finds in the list of processes.
fn typed() -> Result<Zeroizing<String>, Failure> {
    if stdin().is_terminal() {
        let line = rpassword::prompt_password("Type at random, then Enter (nothing is shown): ");
        return line.map(Zeroizing::new).or_fail(|| "cannot read what was typed".into());
    }
    let mut line = Zeroizing::new(String::new());
    stdin().read_line(&mut line).or_fail(|| "cannot read entropy from stdin".into())?;
    Ok(line)
}
