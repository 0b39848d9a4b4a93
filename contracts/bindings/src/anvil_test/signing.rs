//! What is signed here is what the contracts check.

use alloy::primitives::{Address, B256, keccak256};
use domain::{LicenseIssued, OfferClosed, OfferTerms};

use super::*;
use crate::{
    OfferTree, SealedKey, abi::LicenseManager as L, accept_key_digest, convert, offer_digest, offer_struct_hash,
    offer_typed_digest, sign_accept_key, sign_offer,
};

#[tokio::test]
async fn digests_of_offers_and_receipts_are_the_contracts() {
    let chain = Chain::start().await;
    let (vault, licenses) = (&chain.vault, chain.vault.addresses().licenses);
    for terms in [crate::abi_test::terms(), perpetual(ContentId(B256::repeat_byte(3)), SplitId(4))] {
        let offer = convert::offer(&terms);
        let call = L::offerStructHashCall { offer: offer.clone() };
        assert_eq!(vault.connection.read(licenses, "hash", call).await.unwrap(), offer_struct_hash(&terms));
        let call = L::offerTypedDigestCall { offer };
        let digest = vault.connection.read(licenses, "hash", call).await.unwrap();
        assert_eq!(digest, offer_typed_digest(vault.chain_id(), licenses, &terms));
        let tree = OfferTree::of(&[terms]).unwrap();
        let call = L::offerTreeDigestCall { root: tree.root() };
        let digest = vault.connection.read(licenses, "hash", call).await.unwrap();
        assert_eq!(digest, tree.digest(vault.chain_id(), licenses));
    }
    let sold = chain.sell(&chain.actor(1), &chain.actor(2)).await;
    let call = L::acceptDigestCall { licenseId: sold.license_id.into() };
    let digest = vault.connection.read(licenses, "hash", call).await.unwrap();
    assert_eq!(digest, accept_key_digest(vault.chain_id(), licenses, sold.license_id, 0));
}

#[tokio::test]
async fn signed_terms_are_bought_singly_and_from_a_tree_until_cancelled_and_the_key_is_accepted() {
    let chain = Chain::start().await;
    let (vault, creator, buyer) = (&chain.vault, chain.actor(1), chain.actor(2));
    let (_, content_id) = chain.register(&creator).await;
    let split_id = chain.split_of(&creator).await;
    let profile_id = chain.profile(&buyer).await;
    let offers: Vec<_> = (0..5).map(|nonce| OfferTerms { nonce, ..perpetual(content_id, split_id) }).collect();
    let (chain_id, licenses) = (vault.chain_id(), vault.addresses().licenses);
    let order = |terms: &OfferTerms| Order {
        offer_id: OfferId::of(1, terms.nonce).unwrap(),
        licensee: buyer.address(),
        profile_id,
        units: 0,
        max_total: terms.price,
        payer: Address::ZERO,
        referrer: Address::ZERO,
    };

    let alone = sign_offer(&creator, chain_id, licenses, &offers[0]).unwrap();
    let call = vault.addresses().buy_signed(
        &order(&offers[0]),
        &offers[0],
        Vec::new(),
        alone.to_vec().into(),
        offers[0].price,
    );
    let receipt = vault.send_and_confirm(&buyer, &call).await.unwrap();
    let recorded: OfferSet = receipt.event().unwrap();
    assert_eq!((&recorded.terms, recorded.terms_uri.as_str()), (&offers[0], ""));
    assert_eq!(vault.offer(recorded.offer_id).await.unwrap(), offers[0]);
    assert_eq!(vault.offer_status(recorded.offer_id).await.unwrap().digest, offer_digest(&offers[0]));

    let tree = OfferTree::of(&offers).unwrap();
    let signature: Bytes = tree.sign(&creator, chain_id, licenses).unwrap().to_vec().into();
    for index in [1, 4] {
        let terms = &offers[index];
        let proof = tree.proof(index).unwrap();
        let call = vault.addresses().buy_signed(&order(terms), terms, proof, signature.clone(), terms.price);
        let sold: LicenseIssued = vault.send_and_confirm(&buyer, &call).await.unwrap().event().unwrap();
        assert_eq!(vault.offer_of(sold.license_id).await.unwrap(), *terms);

        let accept = sign_accept_key(&buyer, chain_id, licenses, sold.license_id, 0).unwrap();
        let call = vault.addresses().accept_key(sold.license_id, accept.to_vec().into());
        vault.send_and_confirm(&creator, &call).await.unwrap();
        assert!(vault.license(sold.license_id).await.unwrap().delivered);
    }
    let cheaper = OfferTerms { price: Amount::from(1_u128), ..offers[2].clone() };
    let forged =
        vault.addresses().buy_signed(&order(&offers[2]), &cheaper, tree.proof(2).unwrap(), signature.clone(), 1.into());
    let error = vault.send_and_confirm(&buyer, &forged).await.unwrap_err();
    assert_eq!(error.revert_reason().unwrap().name(), "SignatureInvalid", "{error}");

    let cancelled = order(&offers[3]).offer_id;
    let _: OfferClosed =
        vault.send_and_confirm(&creator, &vault.addresses().close_offer(cancelled)).await.unwrap().event().unwrap();
    let call = vault.addresses().buy_signed(
        &order(&offers[3]),
        &offers[3],
        tree.proof(3).unwrap(),
        signature,
        offers[3].price,
    );
    let error = vault.send_and_confirm(&buyer, &call).await.unwrap_err();
    assert_eq!(error.revert_reason().unwrap().name(), "OfferNotOpen", "{error}");
    let error = vault.offer(cancelled).await.unwrap_err().to_string();
    assert!(error.contains("is not on this chain"), "{error}");
}

#[tokio::test]
async fn a_key_that_no_proof_delivers_is_refused() {
    let chain = Chain::start().await;
    let sold = chain.sell(&chain.actor(1), &chain.actor(2)).await;
    let sealed =
        SealedKey { ephemeral_x: U256::from(1), ephemeral_y: U256::from(2), c0: U256::from(3), c1: U256::from(4) };
    let proof = [U256::from_be_bytes(keccak256("no proof").0) >> 4; 8];
    let call = chain.vault.addresses().deliver_key(sold.license_id, &sealed, &proof);
    let error = chain.vault.send_and_confirm(&chain.actor(1), &call).await.unwrap_err();
    assert_eq!(error.revert_reason().unwrap().name(), "ProofInvalid", "{error}");
}
