//! What one usage chain or key delivery belongs to.

use alloy_primitives::{Address, B256, U256, keccak256};
use serde::{Deserialize, Serialize};

/// One license's lane and epoch on one chain and tracker.
///
/// Its hash, [`Context::ctx`], is the first public input of every proof, so a proof
/// made for one license, lane, epoch, contract or chain says nothing about another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Context {
    /// The chain's id.
    pub chain_id: u64,
    /// The usage tracker (proxy) address.
    pub tracker: Address,
    /// The license's token id.
    pub license_id: u64,
    /// The content the license covers.
    pub content_id: B256,
    /// Parallel lane, from 0. Key delivery uses lane 0.
    pub lane: u32,
    /// How often the license was re-keyed.
    pub epoch: u32,
}

impl Context {
    /// `uint256(keccak256(abi.encode(chainid, tracker, licenseId, contentId, lane, epoch))) >> 8`.
    ///
    /// 248 bits, hence always a field element.
    pub fn ctx(&self) -> U256 {
        let mut words = [0u8; 6 * 32];
        let fields = [
            U256::from(self.chain_id).to_be_bytes::<32>(),
            self.tracker.into_word().0,
            U256::from(self.license_id).to_be_bytes::<32>(),
            self.content_id.0,
            U256::from(self.lane).to_be_bytes::<32>(),
            U256::from(self.epoch).to_be_bytes::<32>(),
        ];
        for (word, field) in words.chunks_exact_mut(32).zip(fields) {
            word.copy_from_slice(&field);
        }
        U256::from_be_bytes(keccak256(words).0) >> 8
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Deserialize)]
    struct Case {
        context: Context,
        ctx: U256,
    }

    #[test]
    fn ethers_agrees_on_abi_encoding_and_hash() {
        let cases: Vec<Case> = serde_json::from_str(include_str!("../vectors/context.json")).unwrap();
        assert!(cases.len() >= 3);
        for case in cases {
            assert_eq!(case.context.ctx(), case.ctx, "{:?}", case.context);
            assert!(case.ctx >> 248 == U256::ZERO);
        }
    }

    #[test]
    fn every_field_changes_the_hash() {
        let base = Context {
            chain_id: 31337,
            tracker: Address::repeat_byte(1),
            license_id: 1,
            content_id: B256::repeat_byte(2),
            lane: 0,
            epoch: 0,
        };
        let others = [
            Context { chain_id: 1, ..base },
            Context { tracker: Address::repeat_byte(3), ..base },
            Context { license_id: 2, ..base },
            Context { content_id: B256::ZERO, ..base },
            Context { lane: 1, ..base },
            Context { epoch: 1, ..base },
        ];
        for other in others {
            assert_ne!(other.ctx(), base.ctx());
        }
    }
}
