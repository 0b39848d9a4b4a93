//! Of the content registry.

use domain::ContentStatus;

use super::name;
use crate::abi::ContentRegistry as R;

sentences!(of {
    R::ContentAlreadyRegistered, e =>
        ("content {} is already registered by {}: the same file of one creator exists once", e.contentId, e.creator);
    R::ContentUnknown, e => ("content {} is not registered", e.contentId);
    R::NotCreator, e => ("{} is not the creator of content {}", e.caller, e.contentId);
    R::MeterUnknown, e => ("meter {} does not exist: publish it first", e.meterId);
    R::NotMeterOwner, e => ("{} does not own meter {}: use a meter that the creator published", e.caller, e.meterId);
    R::CidInvalid, e => ("{} is no binary CIDv1 of at most 64 bytes", e.cid);
    R::ContentHashMissing, e => ("the content hash is zero: give the SHA-256 of the plaintext");
    R::FieldElementOutOfRange, e => ("{} is not below the BN254 scalar field's modulus", e.value);
    R::SignerMissing, e => ("the signer's address is zero: give the secp256k1 address that signs heads");
    R::UrlTooLong, e => ("the URL has {} bytes, at most {} are stored", e.length, e.max);
    R::NotGuardian, e => ("{} is neither guardian nor owner of the contract", e.caller);
    R::StatusNotAllowed, e => (
        "content cannot go from {} to {}: retired is final",
        name(e.from.try_into().map(ContentStatus::as_str)),
        name(e.to.try_into().map(ContentStatus::as_str))
    );
    R::ContentNoUnknown, e => ("there is no content with the number {}", e.contentNo);
    R::VersionUnknown, e => ("content number {} has no version {}", e.contentNo, e.version);
    R::VersionsExhausted, e => ("content {} has as many versions as content can have", e.contentId);
    R::TransfersExhausted, e => ("content {} changed hands as often as content can", e.contentId);
    R::NotPendingCreator, e => ("content {} was not offered to {}: its creator proposes the transfer", e.contentId, e.caller);
    R::NotAttester, e => ("{} is not the attester, who alone says how well creators are known", e.caller);
    R::LevelTooHigh, e => ("{} is no creator level: the highest is {}", e.level, e.max);
});
