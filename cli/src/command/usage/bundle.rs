//! `datavault usage bundle`: a settled proof with everything that shows it, in a file.

use std::{
    fmt,
    path::{Path, PathBuf},
};

use alloy::primitives::U256;
use domain::LicenseId;
use groth16::KeySet;
use serde::Serialize;

use crate::{
    bundle::{Bundle, Checked, TrustedKeys, Wanted},
    failure::{Failure, OrFail},
    session::Session,
};

/// Put a settled proof into a file that shows, without a network, what was proved and in which block it was settled.
///
/// Everything in it is public: anybody can make one of any license. `datavault verify` checks it.
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = "Examples:
  datavault usage bundle 2 --out license-2.bundle.json
  datavault usage bundle 2 --lane 0 --all --out bundles/
  datavault usage bundle 3 --attested --out license-3.bundle.json")]
pub struct Args {
    /// The license
    pub license: LicenseId,
    /// Only this lane
    #[arg(long)]
    pub lane: Option<u32>,
    /// Only this keying of the license
    #[arg(long)]
    pub epoch: Option<u32>,
    /// The proof that ends at this head, instead of the newest
    #[arg(long, conflicts_with = "all")]
    pub head: Option<U256>,
    /// Every proof, a file each: --out is a folder
    #[arg(long)]
    pub all: bool,
    /// Attestations of `usage attest` instead of settlements
    #[arg(long)]
    pub attested: bool,
    /// Where to write it
    #[arg(long, value_name = "FILE")]
    pub out: PathBuf,
    /// The folder of the ceremony whose verifying keys the chain has, with its manifest.json
    #[arg(long, value_name = "FOLDER")]
    pub keys: Option<PathBuf>,
}

/// What was written.
#[derive(Debug, Serialize)]
pub struct Report {
    /// The bundles.
    pub bundles: Vec<Written>,
}

/// One bundle.
#[derive(Debug, Serialize)]
pub struct Written {
    /// Where it is.
    pub file: PathBuf,
    /// What it shows.
    pub shows: Checked,
}

/// Makes bundles and checks them.
///
/// # Errors
/// If nothing was settled, the node does not tell all of a block, or the files cannot be written.
pub async fn run(session: &Session, args: Args) -> Result<Report, Failure> {
    let (keys, trusted) = match &args.keys {
        None => (KeySet::committed().or_fail(|| "this program's keys are damaged".into())?, TrustedKeys::built_in()?),
        Some(folder) => (
            KeySet::read(folder).or_usage(|| format!("`{}` holds no verifying keys", folder.display()))?,
            TrustedKeys::of_manifest(&folder.join("manifest.json"))?,
        ),
    };
    let wanted = Wanted {
        license_id: args.license,
        lane: args.lane,
        epoch: args.epoch,
        head: args.head,
        compliance: args.attested,
    };
    let mut found = Bundle::find(session, &wanted).await?;
    if !args.all {
        found.drain(..found.len().saturating_sub(1));
    }
    let mut bundles = Vec::with_capacity(found.len());
    for one in &found {
        let step = session.progress.step(format!("reading block {}", one.log.block_number));
        let bundle = Bundle::gather(session, one, &keys, &trusted).await?;
        drop(step);
        let file = match args.all {
            true => args.out.join(format!("license-{}-lane-{}-{:#x}.bundle.json", args.license, one.lane, one.head())),
            false => args.out.clone(),
        };
        write(&file, &bundle)?;
        let shows = bundle.check(&trusted).or_mismatch(|| "the bundle does not fit together".into())?;
        bundles.push(Written { file, shows });
    }
    Ok(Report { bundles })
}

fn write(file: &Path, bundle: &Bundle) -> Result<(), Failure> {
    if let Some(folder) = file.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        std::fs::create_dir_all(folder).or_fail(|| format!("cannot make `{}`", folder.display()))?;
    }
    let text = bundle.to_json().or_fail(|| "cannot write the bundle".into())?;
    std::fs::write(file, text).or_fail(|| format!("cannot write `{}`", file.display()))
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, Written { file, shows }) in self.bundles.iter().enumerate() {
            let end = if i == 0 { "" } else { "\n" };
            write!(f, "{end}{}\n  {shows}", file.display())?;
        }
        Ok(())
    }
}
