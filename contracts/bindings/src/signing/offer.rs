//! What a creator signs: an offer, or a tree of many.

use alloy::{
    primitives::{Address, B256, FixedBytes, keccak256},
    sol_types::{SolStruct, SolValue},
};
use domain::{BundleItem, OfferTerms};

use super::{SigningError, domain_of, sign};
use crate::{abi::typed, convert};

/// What the chain remembers of an offer's terms: the first 25 bytes of their struct hash.
pub type OfferDigest = FixedBytes<25>;

/// EIP-712 struct hash of an offer's terms.
#[must_use]
pub fn offer_struct_hash(terms: &OfferTerms) -> B256 {
    convert::typed_offer(terms).eip712_hash_struct()
}

/// What the chain remembers of an offer's terms.
#[must_use]
pub fn offer_digest(terms: &OfferTerms) -> OfferDigest {
    OfferDigest::from_slice(&offer_struct_hash(terms)[..25])
}

/// What a bundle's terms say of its items: zero without items, else keccak256(abi.encode(items)).
#[must_use]
pub fn items_hash(items: &[BundleItem]) -> B256 {
    if items.is_empty() {
        return B256::ZERO;
    }
    let items: Vec<(B256, u64)> = items.iter().map(|item| (item.content_id.0, item.units)).collect();
    keccak256(items.abi_encode())
}

/// What a creator signs for one offer: the EIP-712 digest in the domain of the license manager.
#[must_use]
pub fn offer_typed_digest(chain_id: u64, licenses: Address, terms: &OfferTerms) -> B256 {
    convert::typed_offer(terms).eip712_signing_hash(&domain_of(chain_id, licenses))
}

/// Signs one offer: 65 bytes r, s, v.
///
/// # Errors
/// The key refused.
pub fn sign_offer(
    creator: &alloy::signers::local::PrivateKeySigner,
    chain_id: u64,
    licenses: Address,
    terms: &OfferTerms,
) -> Result<[u8; 65], SigningError> {
    sign(creator, offer_typed_digest(chain_id, licenses, terms))
}

/// Many offers under one signature: a Merkle tree with sorted pairs over keccak256 of each struct hash.
///
/// # Invariants
/// There is at least one leaf, and [`Self::proof`] leads from each to [`Self::root`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OfferTree {
    /// From the leaves up to the root.
    levels: Vec<Vec<B256>>,
}

impl OfferTree {
    /// The tree of some offers, in their order. `None` without any.
    #[must_use]
    pub fn of(offers: &[OfferTerms]) -> Option<Self> {
        let mut level: Vec<B256> = offers.iter().map(|terms| keccak256(offer_struct_hash(terms))).collect();
        if level.is_empty() {
            return None;
        }
        let mut levels = Vec::new();
        while level.len() > 1 {
            // A last one without a partner moves up as it is.
            let above = level.chunks(2).map(|pair| if let [a, b] = pair { parent(*a, *b) } else { pair[0] }).collect();
            levels.push(core::mem::replace(&mut level, above));
        }
        levels.push(level);
        Some(Self { levels })
    }

    /// What the creator signs for.
    #[must_use]
    pub fn root(&self) -> B256 {
        self.levels.last().and_then(|level| level.first()).copied().unwrap_or_default()
    }

    /// The path from an offer to the root, or `None` if there are not so many. Empty for a tree of one: such an offer
    /// is better signed by itself, since an empty path says that it was.
    #[must_use]
    pub fn proof(&self, index: usize) -> Option<Vec<B256>> {
        self.levels.first()?.get(index)?;
        let below_root = &self.levels[..self.levels.len() - 1];
        Some(below_root.iter().enumerate().filter_map(|(i, level)| level.get((index >> i) ^ 1)).copied().collect())
    }

    /// What the creator signs: the EIP-712 digest of the root in the domain of the license manager.
    #[must_use]
    pub fn digest(&self, chain_id: u64, licenses: Address) -> B256 {
        typed::OfferTree { root: self.root() }.eip712_signing_hash(&domain_of(chain_id, licenses))
    }

    /// Signs all offers of the tree: 65 bytes r, s, v.
    ///
    /// # Errors
    /// The key refused.
    pub fn sign(
        &self,
        creator: &alloy::signers::local::PrivateKeySigner,
        chain_id: u64,
        licenses: Address,
    ) -> Result<[u8; 65], SigningError> {
        sign(creator, self.digest(chain_id, licenses))
    }
}

fn parent(a: B256, b: B256) -> B256 {
    let (low, high) = if a < b { (a, b) } else { (b, a) };
    keccak256([low.0, high.0].concat())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::abi_test::terms;

    #[test]
    fn every_offer_of_a_tree_leads_to_its_root() {
        for count in 1..12_u32 {
            let offers: Vec<_> = (0..count).map(|nonce| OfferTerms { nonce, ..terms() }).collect();
            let tree = OfferTree::of(&offers).unwrap();
            for (index, offer) in offers.iter().enumerate() {
                let leaf = keccak256(offer_struct_hash(offer));
                let proof = tree.proof(index).unwrap();
                assert_eq!(proof.into_iter().fold(leaf, parent), tree.root(), "{index} of {count}");
            }
            assert_eq!(tree.proof(offers.len()), None);
        }
        assert_eq!(OfferTree::of(&[]), None);
    }

    #[test]
    fn the_struct_hash_is_one_hash_over_the_typehash_and_the_contracts_words() {
        let set_offer = crate::abi_test::license_manager().function("setOffer").unwrap()[0].clone();
        let fields: Vec<_> =
            set_offer.inputs[0].components.iter().map(|field| format!("{} {}", field.ty, field.name)).collect();
        let typehash = keccak256(format!("Offer({})", fields.join(",")));
        let words = convert::offer(&terms()).abi_encode();
        assert_eq!(words.len(), 26 * 32);
        assert_eq!(offer_struct_hash(&terms()), keccak256([typehash.as_slice(), &words].concat()));
        assert_eq!(offer_digest(&terms())[..], offer_struct_hash(&terms())[..25]);
    }

    #[test]
    fn terms_come_back_from_the_abi() {
        assert_eq!(convert::offer_terms(&convert::offer(&terms())).unwrap(), terms());
        let dear = OfferTerms { price: domain::Amount(alloy::primitives::U256::MAX), ..terms() };
        assert_eq!(convert::offer_terms(&convert::offer(&dear)).unwrap().price, u128::MAX.into());
    }

    #[test]
    fn no_items_have_no_hash() {
        assert_eq!(items_hash(&[]), B256::ZERO);
        let item = BundleItem { content_id: terms().content_id, units: 7 };
        let words = [32_u64, 1].map(|n| B256::from(alloy::primitives::U256::from(n))).to_vec();
        let words = [words, vec![item.content_id.0, B256::from(alloy::primitives::U256::from(7))]].concat();
        assert_eq!(items_hash(&[item]), keccak256(words.concat()));
    }
}
