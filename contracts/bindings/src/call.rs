//! One builder per function that changes state. A [`Call`] is not sent by building it.

use alloy::{
    primitives::{Address, B256, Bytes, U256},
    sol_types::SolCall,
};
use domain::{
    Amount, ContentId, ContentKind, ContentStatus, DisputeId, DisputeKind, LicenseId, MeterId, OfferId, OfferTerms,
    Payee, PaymentId, ProfileId, Ruling, Token,
};

use crate::{
    abi::{
        ContentRegistry::{self as R, Registration as AbiRegistration},
        DevToken, DisputeResolution as D,
        LicenseManager::{self as L, Order as AbiOrder, SealedKey as AbiSealedKey},
        PaymentEscrow as E,
        UsageTracker::{self as U, SignedHead as AbiSignedHead, UsageBatch as AbiUsageBatch},
        erc::Erc20,
    },
    convert,
    deployment::{Addresses, Deployment},
};

/// A transaction that was not sent yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// The contract.
    pub to: Address,
    /// Wei.
    pub value: U256,
    /// ABI-encoded function and arguments.
    pub input: Bytes,
    /// What it does, for people: `buy a license`.
    pub label: &'static str,
}

impl Call {
    fn new(to: Address, label: &'static str, call: &impl SolCall) -> Self {
        Self { to, value: U256::ZERO, input: call.abi_encode().into(), label }
    }

    /// The same call with ETH.
    #[must_use]
    pub fn with_value(mut self, wei: Amount) -> Self {
        self.value = wei.0;
        self
    }
}

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
    /// Who is paid; empty: the creator alone.
    pub payees: Vec<Payee>,
}

/// What a buyer asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Order {
    /// At which terms.
    pub offer_id: OfferId,
    /// Who receives the license and owns the profile.
    pub licensee: Address,
    /// Keys of the licensee.
    pub profile_id: ProfileId,
    /// Metered units to prepay; zero unless per-use.
    pub units: u64,
    /// The most the payer is willing to pay, in the offer's token.
    pub max_total: Amount,
    /// Must be the offer's.
    pub expected_terms_hash: B256,
    /// Zero if none.
    pub referrer: Address,
}

/// A content key, encrypted to a licensee.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SealedKey {
    /// Ephemeral point, x.
    pub ephemeral_x: U256,
    /// Ephemeral point, y.
    pub ephemeral_y: U256,
    /// First masked limb.
    pub c0: U256,
    /// Second masked limb.
    pub c1: U256,
}

/// A Groth16 proof in the order of EIP-197: A.x, A.y, B.x.c1, B.x.c0, B.y.c1, B.y.c0, C.x, C.y.
pub type ProofWords = [U256; 8];

/// One proven range of a lane's metering chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UsageBatch {
    /// Which license.
    pub license_id: LicenseId,
    /// Which lane.
    pub lane: u32,
    /// The head that the range ends at.
    pub head_after: U256,
    /// Unix seconds.
    pub window_start: u64,
    /// Unix seconds.
    pub window_end: u64,
    /// Units in the range.
    pub units: u32,
    /// That all of this is so.
    pub proof: ProofWords,
}

/// A head that both sides signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedHead {
    /// Which license.
    pub license_id: LicenseId,
    /// Which lane.
    pub lane: u32,
    /// Events so far.
    pub seq: u64,
    /// Units so far.
    pub total: u64,
    /// The head.
    pub head: U256,
    /// Of the last event, unix seconds.
    pub time: u64,
    /// By the licensee's session key.
    pub licensee_signature: Bytes,
    /// By the meter's signer.
    pub meter_signature: Bytes,
}

impl Deployment {
    /// Mints development money for an account, where there is some. Anyone may send it.
    #[must_use]
    pub fn mint_dev_token(&self, account: Address, amount: Amount) -> Option<Call> {
        let call = DevToken::mintCall { account, amount: amount.0 };
        self.dev_token.map(|token| Call::new(token, "mint development money", &call))
    }
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
            payees: registration.payees.iter().map(convert::registry_payee).collect(),
        };
        Call::new(self.registry, "register content", &R::registerCall { registration })
    }

    /// Suspends, resumes or retires content of the sender. Emits `ContentStatusChanged`.
    #[must_use]
    pub fn set_content_status(&self, content_id: ContentId, status: ContentStatus) -> Call {
        let call = R::setStatusCall { contentId: content_id.0, status: status.code() };
        Call::new(self.registry, "change the content's status", &call)
    }

    /// Opens an offer for content of the sender. Emits `OfferSet`.
    #[must_use]
    pub fn set_offer(&self, terms: &OfferTerms) -> Call {
        Call::new(self.licenses, "set an offer", &L::setOfferCall { offer_: convert::offer(terms) })
    }

    /// Closes an offer of the sender. Emits `OfferClosed`.
    #[must_use]
    pub fn close_offer(&self, offer_id: OfferId) -> Call {
        Call::new(self.licenses, "close the offer", &L::closeOfferCall { offerId: offer_id.0 })
    }

    /// Publishes a licensee's key version owned by the sender. Emits `ProfilePublished`.
    #[must_use]
    pub fn publish_profile(&self, key_x: U256, key_y: U256, commitment: U256, session_key: Address) -> Call {
        let call = L::publishProfileCall { keyX: key_x, keyY: key_y, commitment, sessionKey: session_key };
        Call::new(self.licenses, "publish the licensee's keys", &call)
    }

    /// Buys a license. `value` is the exact total for offers in ETH and zero for offers in a token, of which the
    /// escrow needs an allowance. Emits `LicenseIssued`.
    #[must_use]
    pub fn buy(&self, order: &Order, value: Amount) -> Call {
        let order = AbiOrder {
            offerId: order.offer_id.0,
            licensee: order.licensee,
            profileId: order.profile_id.0,
            units: order.units,
            maxTotal: order.max_total.0,
            expectedTermsHash: order.expected_terms_hash,
            referrer: order.referrer,
        };
        Call::new(self.licenses, "buy a license", &L::buyCall { order }).with_value(value)
    }

    /// Delivers the content key by proof. Emits `KeyDelivered`.
    #[must_use]
    pub fn deliver_key(&self, license_id: LicenseId, sealed: &SealedKey, proof: &ProofWords) -> Call {
        let call = L::deliverKeyCall {
            licenseId: license_id.into(),
            sealedKey: AbiSealedKey {
                ephemeralX: sealed.ephemeral_x,
                ephemeralY: sealed.ephemeral_y,
                c0: sealed.c0,
                c1: sealed.c1,
            },
            proof: *proof,
        };
        Call::new(self.licenses, "deliver the key", &call)
    }

    /// Records who shares payments. Emits `SplitCreated`.
    #[must_use]
    pub fn create_split(&self, payees: &[Payee]) -> Call {
        let payees = payees.iter().map(convert::split_payee).collect();
        Call::new(self.escrow, "create a split", &E::createSplitCall { payees })
    }

    /// Moves what may leave now towards the payees. Anyone may send it. Emits `PaymentReleased`.
    #[must_use]
    pub fn release(&self, payment_id: PaymentId) -> Call {
        Call::new(self.escrow, "release the payment", &E::releaseCall { paymentId: payment_id.into() })
    }

    /// Moves what the payer may take back to the payer's balance. Anyone may send it. Emits `PaymentRefunded`.
    #[must_use]
    pub fn refund(&self, payment_id: PaymentId) -> Call {
        Call::new(self.escrow, "refund the payment", &E::refundCall { paymentId: payment_id.into() })
    }

    /// Sends the sender's whole balance to the sender. Emits `Withdrawn`.
    #[must_use]
    pub fn withdraw(&self, token: Token) -> Call {
        Call::new(self.escrow, "withdraw", &E::withdrawCall { token: token.0 })
    }

    /// Sends the sender's whole balance to someone. Emits `Withdrawn`.
    #[must_use]
    pub fn withdraw_to(&self, token: Token, recipient: Address) -> Call {
        Call::new(self.escrow, "withdraw", &E::withdrawToCall { token: token.0, recipient })
    }

    /// Settles a proven range. Anyone may send it. Emits `UsageProved`.
    #[must_use]
    pub fn settle_usage(&self, batch: &UsageBatch) -> Call {
        let batch = AbiUsageBatch {
            licenseId: batch.license_id.into(),
            lane: batch.lane,
            headAfter: batch.head_after,
            windowStart: convert::u40(batch.window_start),
            windowEnd: convert::u40(batch.window_end),
            units: batch.units,
            proof: batch.proof,
        };
        Call::new(self.usage, "settle proven use", &U::settleUsageCall { batch })
    }

    /// Settles up to a head that both sides signed. Anyone may send it. Emits `UsageSigned`.
    #[must_use]
    pub fn settle_signed(&self, head: &SignedHead) -> Call {
        let head = AbiSignedHead {
            licenseId: head.license_id.into(),
            lane: head.lane,
            seq: head.seq,
            total: head.total,
            head: head.head,
            time: convert::u40(head.time),
            licenseeSignature: head.licensee_signature.clone(),
            meterSignature: head.meter_signature.clone(),
        };
        Call::new(self.usage, "settle a signed head", &U::settleSignedCall { signedHead: head })
    }

    /// Files a dispute; `bond` is exactly the filing bond. Emits `DisputeFiled`.
    #[must_use]
    pub fn file_dispute(&self, license_id: LicenseId, kind: DisputeKind, evidence_cid: Bytes, bond: Amount) -> Call {
        let call = D::fileCall { licenseId: license_id.into(), kind: kind.code(), evidenceCid: evidence_cid };
        Call::new(self.disputes, "file a dispute", &call).with_value(bond)
    }

    /// Adds evidence. Emits `EvidenceSubmitted`.
    #[must_use]
    pub fn submit_evidence(&self, dispute_id: DisputeId, evidence_cid: Bytes) -> Call {
        let call = D::submitEvidenceCall { disputeId: dispute_id.into(), evidenceCid: evidence_cid };
        Call::new(self.disputes, "submit evidence", &call)
    }

    /// Rules. Only the pinned arbitrator may send it. Emits `DisputeRuled`.
    #[must_use]
    pub fn rule(&self, dispute_id: DisputeId, ruling: Ruling) -> Call {
        let call = D::ruleCall { disputeId: dispute_id.into(), ruling: U256::from(ruling.code()) };
        Call::new(self.disputes, "rule the dispute", &call)
    }

    /// Carries out a ruling. Anyone may send it. Emits `DisputeExecuted`.
    #[must_use]
    pub fn execute(&self, dispute_id: DisputeId) -> Call {
        Call::new(self.disputes, "execute the ruling", &D::executeCall { disputeId: dispute_id.into() })
    }

    /// Ends a dispute that was not ruled in time. Anyone may send it. Emits `DisputeExecuted`.
    #[must_use]
    pub fn time_out(&self, dispute_id: DisputeId) -> Call {
        Call::new(self.disputes, "time the dispute out", &D::timeOutCall { disputeId: dispute_id.into() })
    }

    /// Lets the escrow take up to `amount` of an ERC-20 from the sender.
    #[must_use]
    pub fn approve(&self, token: Token, amount: Amount) -> Call {
        let call = Erc20::approveCall { spender: self.escrow, amount: amount.0 };
        Call::new(token.0, "approve the escrow", &call)
    }
}
