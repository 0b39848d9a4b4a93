//! A file that was encrypted but not yet registered.

use std::path::PathBuf;

use alloy::primitives::{B256, U256};
use content::{Cid, ContentKey, Metadata, SealError, Sealed};
use domain::ContentId;
use serde::{Deserialize, Serialize};

use super::{Args, file_name, guess_media_type};
use crate::{
    blocks::blocking,
    failure::{Failure, OrFail},
    home::{read_if_any, write_secret},
    session::Session,
};

/// What one pass over the file found, and the key that it was encrypted with.
#[derive(Clone, Debug)]
pub struct Draft {
    /// SHA-256 that will be registered: the plaintext's.
    pub content_hash: B256,
    /// Opens the ciphertext.
    pub key: ContentKey,
    /// CID of the ciphertext, which lies in the wallet's block store.
    pub cid: Cid,
    /// Bytes of plaintext.
    pub size: u64,
    /// Bytes of ciphertext.
    pub sealed_size: u64,
    /// SHA-256 of the ciphertext.
    pub sealed_sha256: B256,
    file: PathBuf,
}

/// What is remembered of a draft, beside its key.
#[derive(Serialize, Deserialize)]
struct Record {
    cid: String,
    size: u64,
    sealed_size: u64,
    sealed_sha256: B256,
    date_published: String,
}

impl Draft {
    /// Encrypts the file into the wallet's block store, with a fresh key, in one pass.
    ///
    /// # Errors
    /// If the file cannot be read or the disk is full.
    pub async fn seal(session: &Session, args: &Args) -> Result<Self, Failure> {
        Self::seal_with(session, args.file.clone(), ContentKey::generate()).await
    }

    async fn seal_with(session: &Session, file: PathBuf, key: ContentKey) -> Result<Self, Failure> {
        let step = session.progress.step(format!("encrypting {}", file.display()));
        let store = session.blocks()?.own().clone();
        let (path, sealing) = (file.clone(), key.clone());
        let sealed: Sealed = blocking(move || {
            let open = |source| SealError::OpenFile { path: path.clone(), source };
            let plaintext = std::fs::File::open(&path).map_err(open)?;
            if !plaintext.metadata().map_err(open)?.is_file() {
                return Err(open(std::io::Error::other("it is not a regular file")));
            }
            content::seal_into(&sealing, plaintext, &store)
        })
        .await?
        .map_err(|error| match error {
            SealError::OpenFile { source, .. } => Failure::usage(format!("cannot read `{}`", file.display()))
                .because(source)
                .fix("name a file that exists and that you may read"),
            other => Failure::failed(format!("cannot encrypt `{}`", file.display())).because(other),
        })?;
        drop(step);
        Ok(Self {
            content_hash: sealed.content_hash.into(),
            key,
            cid: sealed.cid,
            size: sealed.size,
            sealed_size: sealed.sealed_size,
            sealed_sha256: sealed.sealed_sha256.into(),
            file,
        })
    }

    /// Makes key and record durable. What an earlier run kept for the same content wins over this draft.
    ///
    /// # Errors
    /// If the disk refuses, or what was kept is damaged.
    pub async fn keep(self, session: &Session, content_id: ContentId) -> Result<Self, Failure> {
        let home = session.home()?;
        let keys = session.content_keys()?;
        let record_path = home.content().join(format!("{:#x}.json", content_id.0));
        let kept_key =
            keys.get(content_id).or_fail(|| "cannot read the content key that an earlier run saved".into())?;
        let kept_record: Option<Record> =
            read_if_any(&record_path)?.and_then(|text| serde_json::from_slice(&text).ok());
        let draft = match (kept_key, kept_record) {
            (Some(key), Some(record)) => {
                let cid =
                    content::parse_cid(&record.cid).or_fail(|| format!("`{}` is damaged", record_path.display()))?;
                let (size, sealed_size, sealed_sha256) = (record.size, record.sealed_size, record.sealed_sha256);
                return Ok(Self { key, cid, size, sealed_size, sealed_sha256, ..self });
            }
            (Some(key), None) => {
                let again = Self::seal_with(session, self.file, key).await?;
                Self { content_hash: self.content_hash, ..again }
            }
            (None, _) => self,
        };
        keys.put(content_id, &draft.key).or_fail(|| "cannot save the content key".into())?;
        crate::home::make_private_dir(&home.content())?;
        let record = Record {
            cid: draft.cid.to_string(),
            size: draft.size,
            sealed_size: draft.sealed_size,
            sealed_sha256: draft.sealed_sha256,
            date_published: crate::span::show_time(session.now().await?)[..10].to_owned(),
        };
        let text = serde_json::to_vec_pretty(&record).or_fail(|| "cannot write the draft's record".into())?;
        write_secret(&record_path, &text)?;
        Ok(draft)
    }

    /// Poseidon of the key's limbs.
    #[must_use]
    pub fn key_commitment(&self) -> U256 {
        statement::key_delivery::key_commitment(&self.key.to_bytes())
    }

    /// Writes the Croissant metadata into the wallet's block store.
    ///
    /// # Errors
    /// If a field is not acceptable.
    pub async fn describe(&self, session: &Session, args: &Args) -> Result<Cid, Failure> {
        let content_id = session.content_id(session.wallet()?.address(), self.content_hash);
        let record = read_if_any(&session.home()?.content().join(format!("{:#x}.json", content_id.0)))?
            .and_then(|text| serde_json::from_slice::<Record>(&text).ok())
            .ok_or_else(|| Failure::failed("the draft's record is gone").fix("run the command again"))?;
        let metadata = Metadata {
            title: args.title.clone(),
            description: args.description.clone(),
            license: args.license.clone(),
            tags: args.tags.clone(),
            creator: args.author.clone().unwrap_or(session.wallet()?.address().to_string()),
            version: args.content_version.clone(),
            date_published: record.date_published,
            source_url: args.source_url.clone(),
            file_name: file_name(args)?,
            media_type: args.media_type.clone().unwrap_or_else(|| guess_media_type(&args.file).to_owned()),
            size: self.size,
            sha256: self.content_hash.0,
            cid: self.cid,
            sealed_size: self.sealed_size,
            sealed_sha256: self.sealed_sha256.0,
        };
        let bytes = metadata.to_bytes().or_usage(|| "the description is not acceptable".into())?;
        session.blocks()?.add(bytes).await
    }
}
