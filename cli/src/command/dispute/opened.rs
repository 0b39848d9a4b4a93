//! What a delivered key made of a ciphertext: the registered content, something else, or no answer at all.

use std::io::ErrorKind;

use content::{OpenError, StoreError};

use crate::{
    blocks::blocking,
    failure::{Failure, OrFail},
    received::Received,
    session::Session,
};

/// What the key opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Opened {
    /// So many bytes with the registered SHA-256.
    AsRegistered(u64),
    /// Something whose SHA-256 is another one, in hex.
    Otherwise(String),
    /// Nothing: the ciphertext, whose blocks all have their hashes, is none of this key.
    Nothing(String),
}

/// Decrypts what lies in the own store and compares its hash, keeping nothing.
///
/// # Errors
/// If this machine could not read it, which says nothing about the content.
pub(super) async fn open(session: &Session, received: &Received) -> Result<Opened, Failure> {
    let store = session.blocks()?.own().clone();
    let (key, cid, hash) = (received.key.clone(), received.cid, received.content_hash);
    let _step = session.progress.step(format!("decrypting {cid}"));
    let opened = blocking(move || {
        let ciphertext = store.get(&cid).or_fail(|| format!("cannot read {cid} from the own block store"))?;
        judge(content::open(&key, ciphertext, std::io::sink(), &hash))
    });
    opened.await?
}

/// Only what age says of the bytes is about the content; a disk that fails is not the creator's fault.
fn judge(opened: Result<u64, OpenError>) -> Result<Opened, Failure> {
    match opened {
        Ok(bytes) => Ok(Opened::AsRegistered(bytes)),
        Err(OpenError::WrongContent { actual, .. }) => Ok(Opened::Otherwise(actual)),
        Err(error @ (OpenError::WrongKey | OpenError::NotAge(_))) => Ok(Opened::Nothing(error.to_string())),
        Err(OpenError::Read { bytes, source }) => {
            let of_store = source.get_ref().is_some_and(|inner| inner.is::<StoreError>());
            match source.kind() {
                ErrorKind::InvalidData | ErrorKind::UnexpectedEof if !of_store => {
                    Ok(Opened::Nothing(OpenError::Read { bytes, source }.to_string()))
                }
                _ => Err(Failure::failed("cannot read the ciphertext")
                    .because(source)
                    .fix("this says nothing about the content: check the disk and try again")),
            }
        }
        Err(error @ (OpenError::Write(_) | OpenError::WriteFile { .. })) => {
            Err(Failure::failed("cannot decrypt").because(error))
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io;

    use super::*;

    fn read(source: io::Error) -> Result<Opened, Failure> {
        judge(Err(OpenError::Read { bytes: 7, source }))
    }

    #[test]
    fn what_age_says_of_the_bytes_is_about_the_content() {
        for kind in [ErrorKind::InvalidData, ErrorKind::UnexpectedEof] {
            assert!(matches!(read(io::Error::new(kind, "decryption error")), Ok(Opened::Nothing(_))), "{kind}");
        }
        assert!(matches!(judge(Err(OpenError::WrongKey)), Ok(Opened::Nothing(_))));
        let other = OpenError::WrongContent { expected: "aa".into(), actual: "bb".into() };
        assert_eq!(judge(Err(other)).unwrap(), Opened::Otherwise("bb".into()));
    }

    #[test]
    fn a_disk_that_fails_is_no_mismatch() {
        let damaged =
            StoreError::Damaged { cid: content::cid_of(&b"x"[..]).unwrap().0, path: std::path::Path::new("/x").into() };
        let of_store = io::Error::from(damaged);
        assert_eq!(of_store.kind(), ErrorKind::InvalidData);
        for error in [of_store, io::Error::from(ErrorKind::PermissionDenied), io::Error::from_raw_os_error(5)] {
            let failure = read(error).unwrap_err();
            assert!(failure.to_string().contains("says nothing about the content"), "{failure}");
        }
    }
}
