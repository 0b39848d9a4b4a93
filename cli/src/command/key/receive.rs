//! `datavault key receive`: decrypts delivered content and compares it with what was registered.

use std::{fmt, path::PathBuf};

use alloy::primitives::B256;
use content::{OpenError, open_to_path};
use domain::{ContentId, LicenseId};
use serde::Serialize;

use crate::{
    blocks::{MAX_FETCH_BYTES, blocking},
    failure::Failure,
    home::{make_private_dir, write_secret},
    output::Fields,
    received::receive,
    session::Session,
};

/// Receive a delivered key: decrypt the content and compare its SHA-256 with what was registered.
///
/// If it is something else, nothing is written, and the message says how to have the payment frozen and ruled on.
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = "Example:\n  datavault key receive 1 --out penguins.json")]
pub struct Args {
    /// The license
    pub license: LicenseId,
    /// Where the plaintext goes; default: the file's name in the working directory
    #[arg(long, short, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// Write over an existing file
    #[arg(long)]
    pub force: bool,
}

/// Content that was received.
#[derive(Debug, Serialize)]
pub struct Report {
    /// The license.
    pub license_id: LicenseId,
    /// The content.
    pub content_id: ContentId,
    /// SHA-256 of the plaintext: the registered one.
    pub content_hash: B256,
    /// Where the plaintext is.
    pub file: PathBuf,
    /// Its size.
    pub bytes: u64,
}

/// Receives.
///
/// # Errors
/// If the key was not delivered, does not open the ciphertext, or opens something else than what was registered.
pub async fn run(session: &Session, args: Args) -> Result<Report, Failure> {
    let received = receive(session, args.license).await?;
    let file = match args.out {
        Some(file) => file,
        None => match session.metadata(received.content_id).await?.file_name {
            // A stranger chose the name; programs believe hidden files.
            name if name.starts_with('.') => {
                return Err(
                    Failure::usage(format!("the content wants to be the hidden file `{name}`")).fix("name an --out")
                );
            }
            name => PathBuf::from(name),
        },
    };
    if file.exists() && !args.force {
        return Err(Failure::usage(format!("`{}` exists", file.display())).fix("name another --out, or pass --force"));
    }
    let blocks = session.blocks()?;
    let step = session.progress.step(format!("fetching and decrypting {}", received.cid));
    blocks.fetch(received.cid, MAX_FETCH_BYTES).await?;
    let (store, key, cid) = (blocks.own().clone(), received.key.clone(), received.cid);
    let (path, hash) = (file.clone(), received.content_hash);
    let opened = blocking(move || {
        let ciphertext = store.get(&cid).map_err(|source| OpenError::Read { bytes: 0, source: source.into() })?;
        open_to_path(&key, ciphertext, &path, &hash)
    })
    .await?;
    drop(step);
    let bytes = match opened {
        Ok(bytes) => bytes,
        Err(error @ (OpenError::WriteFile { .. } | OpenError::Write(_))) => {
            return Err(Failure::failed("the plaintext was not written").because(error));
        }
        Err(error) => {
            let folder = session.home()?.path().join("received");
            make_private_dir(&folder)?;
            let kept = folder.join(format!("{}.key", args.license));
            write_secret(&kept, received.key.to_identity().as_bytes())?;
            return Err(Failure::mismatch(format!("license {} did not get what was registered", args.license))
                .because(error)
                .fix(format!(
                    "the key is kept in `{}`; have the payment frozen and ruled on: \
                     `datavault dispute file {} --kind content_mismatch`",
                    kept.display(),
                    args.license
                )));
        }
    };
    Ok(Report {
        license_id: args.license,
        content_id: received.content_id,
        content_hash: received.content_hash.into(),
        file,
        bytes,
    })
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Fields::new()
            .with("license", self.license_id)
            .with("content", self.content_id)
            .with("file", format!("{} ({} bytes)", self.file.display(), self.bytes))
            .with("sha256", format!("{}, as registered", self.content_hash))
            .fmt(f)
    }
}
