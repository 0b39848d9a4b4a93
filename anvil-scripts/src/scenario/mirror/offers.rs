//! Offers: the chain keeps 25 bytes of each, which are made here from what the API says.

use alloy::primitives::{Address, U256};
use alloy::providers::DynProvider;
use anyhow::{Context, Result};
use serde_json::Value;

use super::super::{Play, raw};
use super::same::{Same, address, code, flag, number};
use super::{DELIVERIES, OFFER_KINDS, payees};

/// Bit by bit.
const USES: [&str; 8] =
    ["train", "fine_tune", "inference", "retrieval", "index", "commercial", "derivatives", "redistribute"];
/// With an offer's 26 words, in order.
const STRUCT_HASH: &str = "offerStructHash((bytes32,uint32,uint8,uint8,bool,address,address,uint128,uint128,uint64,\
                           uint128,uint128,uint32,uint16,uint32,uint32,uint32,uint32,uint32,uint40,uint32,uint16,\
                           uint64,address,bytes32,bytes32))";
/// Of a word, not in the digest.
const LOST_BITS: usize = 7 * 8;

impl Play<'_> {
    pub(super) async fn compare_offers(&self, provider: &DynProvider) -> Result<usize> {
        let mut same = Same::default();
        let addresses = self.stack.deployment.addresses;
        for offer in self.list("v1/offers").await? {
            let id = number(&offer, "offer_id")?;
            let status = raw::call(provider, addresses.licenses, "offerStatus(uint64)", &[id]).await?;
            let content = [number(&offer, "content_id")?];
            let content = raw::call(provider, addresses.registry, "content(bytes32)", &content).await?;

            let split_id = self.split_of(provider, &payees(&offer)?).await?;
            let terms = words(&offer, split_id)?;
            let hash = raw::call(provider, addresses.licenses, STRUCT_HASH, &terms).await?.number(0)?;
            let digest = status.number(0)?;
            let told = format!("the digest {digest:#x} of its {} words", terms.len());
            same.equal(&offer, "offer_id", hash >> LOST_BITS == digest >> LOST_BITS, &told)?;
            same.0 += terms.len() - 1;

            let no_and_nonce = (content.number(3)? << 20) | number(&offer, "nonce")?;
            same.number(&offer, "offer_id", no_and_nonce)?;
            if !number(&offer, "supply")?.is_zero() {
                same.number(&offer, "sold", status.number(1)?)?;
            }
            let outdated = status.number(4)? != content.number(5)?;
            let state = if outdated { 2 } else { status.number(2)?.to::<usize>() };
            same.spelled(&offer, "state", &["open", "closed", "outdated"], U256::from(state))?;
            same.number(&offer, "verifiers", status.number(3)?)?;
            same.address(&offer, "creator", content.address(0)?)?;
        }
        Ok(same.0)
    }

    /// The split of these payees.
    async fn split_of(&self, provider: &DynProvider, payees: &[(Address, U256)]) -> Result<U256> {
        for split_id in 1..100 {
            let split_id = U256::from(split_id);
            match self.raw_split(provider, split_id).await {
                Ok(split) if split == payees => return Ok(split_id),
                Ok(_) => {}
                Err(error) => return Err(error.context(format!("no split pays {payees:?}"))),
            }
        }
        anyhow::bail!("no split pays {payees:?}")
    }
}

/// An offer as the contract hashes it.
fn words(offer: &Value, split_id: U256) -> Result<[U256; 26]> {
    let account = |field| address(offer, field).map(|account| U256::from_be_bytes(account.into_word().0));
    let number = |field| number(offer, field);
    let mut usage = U256::ZERO;
    for used in offer["usage"].as_array().into_iter().flatten() {
        let bit = USES.iter().position(|known| used == known);
        usage.set_bit(bit.with_context(|| format!("{used} is no use that an offer knows"))?, true);
    }
    Ok([
        number("content_id")?,
        number("nonce")?,
        code(offer, "kind", &OFFER_KINDS)?,
        code(offer, "delivery", &DELIVERIES)?,
        U256::from(flag(offer, "transferable")?),
        account("buyer")?,
        account("token")?,
        number("price")?,
        number("unit_price")?,
        number("units")?,
        number("overage_price")?,
        number("bond")?,
        number("unit_bytes")?,
        number("max_units_per_event")?,
        number("duration_secs")?,
        number("delivery_window_secs")?,
        number("dispute_window_secs")?,
        number("settlement_grace_secs")?,
        number("supply")?,
        number("valid_until")?,
        usage,
        number("royalty_bps")?,
        split_id,
        account("arbitrator")?,
        number("terms_hash")?,
        number("items_hash")?,
    ])
}
