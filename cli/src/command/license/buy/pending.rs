//! A purchase under way, on disk, so that a crash between sending and hearing back does not buy twice.

use std::{fs, io::ErrorKind, path::PathBuf};

use alloy::providers::Provider;
use domain::{ChainEvent, LicenseIssued, OfferId};
use serde::{Deserialize, Serialize};

use crate::{
    failure::{Failure, FailureKind, OrFail},
    home::{make_private_dir, read_if_any, write_secret},
    session::Session,
};

/// The file of one wallet's purchase of one offer.
pub(super) struct PendingOrder {
    path: PathBuf,
    offer_id: OfferId,
}

#[derive(Serialize, Deserialize)]
struct Begun {
    /// No purchase of this order is in an earlier block.
    after_block: u64,
}

impl PendingOrder {
    pub(super) fn of(session: &Session, offer_id: OfferId) -> Result<Self, Failure> {
        let folder = session.home()?.path().join("orders");
        make_private_dir(&folder)?;
        Ok(Self { path: folder.join(format!("{offer_id}.json")), offer_id })
    }

    /// The license that an interrupted run bought, if it did.
    pub(super) async fn find_bought(&self, session: &Session) -> Result<Option<LicenseIssued>, Failure> {
        let Some(text) = read_if_any(&self.path)? else { return Ok(None) };
        // What cannot be read was never finished, so nothing was sent after it.
        let Ok(begun) = serde_json::from_slice::<Begun>(&text) else { return Ok(None) };
        let me = session.wallet()?.address();
        let (from, latest) = (begun.after_block + 1, session.chain.latest_block().await?.number);
        let events = session.chain.events(from, latest).await?;
        let bought = events.into_iter().find_map(|(_, event)| match event {
            ChainEvent::LicenseIssued(issued) if issued.offer_id == self.offer_id && issued.payer == me => Some(issued),
            _ => None,
        });
        if bought.is_some() {
            return Ok(bought);
        }
        let provider = session.chain.provider();
        let failed = |error| Failure::from(session.chain.failed("tell the wallet's nonce", error));
        let mined = provider.get_transaction_count(me).await.map_err(failed)?;
        let sent = provider.get_transaction_count(me).pending().await.map_err(failed)?;
        if sent > mined {
            return Err(Failure::state("an earlier run sent a transaction that is not in a block yet")
                .fix("wait until it is, then run the command again"));
        }
        Ok(None)
    }

    pub(super) async fn begin(&self, session: &Session) -> Result<(), Failure> {
        let begun = Begun { after_block: session.chain.latest_block().await?.number };
        let text = serde_json::to_vec(&begun).or_fail(|| "cannot write the order".into())?;
        write_secret(&self.path, &text)
    }

    /// Forgets the order if this failure of sending it says that nothing was bought. Whatever else went wrong (silence,
    /// an answer that cannot be read), the purchase may be in a block: the next run looks.
    pub(super) fn clear_if_unbought(&self, failure: &Failure) -> Result<(), Failure> {
        if failure.kind == FailureKind::State { self.clear() } else { Ok(()) }
    }

    /// Forgets the order when the report that holds this is dropped.
    pub(super) fn clear_once_told(self) -> Told {
        Told(self.path)
    }

    fn clear(&self) -> Result<(), Failure> {
        match fs::remove_file(&self.path) {
            Err(error) if error.kind() != ErrorKind::NotFound => {
                Err(Failure::failed(format!("cannot remove `{}`", self.path.display())).because(error))
            }
            _ => Ok(()),
        }
    }
}

/// Forgets the order of a purchase when dropped: once its report was told, and not before. A run that is killed
/// earlier leaves the order, so that the next one finds the license.
#[derive(Debug)]
pub(super) struct Told(PathBuf);

impl Drop for Told {
    fn drop(&mut self) {
        // An order that stays costs the next run a look at the chain, nothing else.
        let _ = fs::remove_file(&self.0);
    }
}

#[cfg(test)]
mod tests {
    use alloy::primitives::{B256, U256};
    use contracts::{ChainError, RevertReason};

    use super::*;

    #[test]
    fn only_a_refusal_forgets_an_order() {
        let dir = tempfile::tempdir().unwrap();
        let order = PendingOrder { path: dir.path().join("1.json"), offer_id: OfferId(1) };
        let kept_after = |error: ChainError| {
            fs::write(&order.path, b"{\"after_block\":1}").unwrap();
            order.clear_if_unbought(&Failure::from(error)).unwrap();
            order.path.exists()
        };
        let (label, tx_hash) = ("buy a license", B256::ZERO);
        assert!(kept_after(ChainError::NotMined { label, tx_hash, waited_secs: 120 }));
        assert!(kept_after(ChainError::NoEvent { tx_hash, event: "LicenseIssued" }));
        assert!(kept_after(ChainError::Unreachable { url: "http://x".into(), cause: "closed".into() }));
        assert!(kept_after(ChainError::NotAccepted { label, message: "nonce too low".into() }));
        let source = alloy::sol_types::Error::Overrun;
        assert!(kept_after(ChainError::Answer { what: "buy", source }));
        assert!(!kept_after(ChainError::Reverted { label, reason: RevertReason::decode(&[]) }));
        assert!(!kept_after(ChainError::Failed { label, tx_hash, reason: RevertReason::decode(&[]) }));
        let poor =
            ChainError::TooLittleBalance { label, account: Default::default(), have: U256::ZERO, need: U256::ONE };
        assert!(!kept_after(poor));
    }
}
