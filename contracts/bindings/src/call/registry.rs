//! What creators publish.

use alloy::primitives::{Address, B256, Bytes, U256};
use domain::{ContentId, ContentKind, ContentStatus, MeterId};

use super::Call;
use crate::{
    abi::ContentRegistry::{self as R, Edition as AbiEdition, Registration as AbiRegistration},
    deployment::Addresses,
};

/// What a creator says about content when registering it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Registration {
    /// SHA-256 of the plaintext.
    pub content_hash: B256,
    /// Binary CIDv1 of the ciphertext.
    pub cid: Bytes,
    /// Poseidon(k0, k1) of the content key.
    pub key_commitment: U256,
    /// Binary CIDv1 of the metadata.
    pub metadata_cid: Bytes,
    /// A file or a collection.
    pub kind: ContentKind,
    /// Who delivers and serves it.
    pub meter_id: MeterId,
}

/// A later edition of content. Sold licenses keep theirs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edition {
    /// SHA-256 of the plaintext.
    pub content_hash: B256,
    /// Binary CIDv1 of the ciphertext.
    pub cid: Bytes,
    /// Poseidon(k0, k1) of the content key.
    pub key_commitment: U256,
    /// Binary CIDv1 of the metadata.
    pub metadata_cid: Bytes,
}

impl Addresses {
    /// Publishes a meter version owned by the sender. Emits `MeterPublished`.
    #[must_use]
    pub fn publish_meter(&self, key_x: U256, key_y: U256, key_hash: U256, signer: Address, url: &str) -> Call {
        let call = R::publishMeterCall { keyX: key_x, keyY: key_y, keyHash: key_hash, signer, url: url.to_owned() };
        Call::new(self.registry, "publish a meter", &call)
    }

    /// Registers content of the sender. Emits `ContentRegistered`.
    #[must_use]
    pub fn register(&self, registration: &Registration) -> Call {
        let registration = AbiRegistration {
            contentHash: registration.content_hash,
            cid: registration.cid.clone(),
            keyCommitment: registration.key_commitment,
            metadataCid: registration.metadata_cid.clone(),
            kind: registration.kind.code(),
            meterId: registration.meter_id.0,
        };
        Call::new(self.registry, "register content", &R::registerCall { registration })
    }

    /// Publishes a later version of the sender's content. Emits `ContentVersioned`.
    #[must_use]
    pub fn publish_version(&self, content_id: ContentId, edition: &Edition) -> Call {
        let edition = AbiEdition {
            contentHash: edition.content_hash,
            cid: edition.cid.clone(),
            keyCommitment: edition.key_commitment,
            metadataCid: edition.metadata_cid.clone(),
        };
        Call::new(self.registry, "publish a version", &R::publishVersionCall { contentId: content_id.0, edition })
    }

    /// Suspends, resumes or retires content of the sender. Emits `ContentStatusChanged`.
    #[must_use]
    pub fn set_content_status(&self, content_id: ContentId, status: ContentStatus) -> Call {
        let call = R::setStatusCall { contentId: content_id.0, status: status.code() };
        Call::new(self.registry, "change the content's status", &call)
    }

    /// Names the meter of licenses that are sold from now on. Emits `ContentMeterChanged`.
    #[must_use]
    pub fn set_content_meter(&self, content_id: ContentId, meter_id: MeterId) -> Call {
        let call = R::setMeterCall { contentId: content_id.0, meterId: meter_id.0 };
        Call::new(self.registry, "change the content's meter", &call)
    }

    /// Offers content of the sender to another creator; zero withdraws. Emits `ContentTransferProposed`.
    #[must_use]
    pub fn propose_content_transfer(&self, content_id: ContentId, to: Address) -> Call {
        let call = R::proposeTransferCall { contentId: content_id.0, to };
        Call::new(self.registry, "propose the content's transfer", &call)
    }

    /// Takes over content that was offered to the sender. Emits `ContentTransferred`.
    #[must_use]
    pub fn accept_content_transfer(&self, content_id: ContentId) -> Call {
        Call::new(self.registry, "take the content over", &R::acceptTransferCall { contentId: content_id.0 })
    }

    /// Says how well a creator is known, 0 to 4. Attester only. Emits `CreatorLevelSet`.
    #[must_use]
    pub fn set_creator_level(&self, creator: Address, level: u8) -> Call {
        Call::new(self.registry, "set the creator's level", &R::setCreatorLevelCall { creator, level })
    }
}
