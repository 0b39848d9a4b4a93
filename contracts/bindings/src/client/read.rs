//! Views of the contracts, as domain types. Every function fails when the RPC does not answer or the contract
//! refuses, which it does for unknown ids.
#![expect(clippy::missing_errors_doc, reason = "said once, above")]

use alloy::{
    primitives::{Address, U256},
    providers::Provider,
};
use domain::{
    Amount, ContentId, Context, DisputeId, FeeId, LicenseId, MeterId, OfferId, Payee, PaymentId, ProfileId, SplitId,
    Token,
};

use super::Datavault;
use crate::{
    abi::{
        ContentRegistry as R, DisputeResolution as D, LicenseManager as L, PaymentEscrow as E, UsageTracker as U,
        VerifierSets as V,
        erc::{Erc20, Erc721},
    },
    convert,
    error::ChainError,
    view::{
        ContentView, DisputeView, FeeView, LaneView, LicenseView, MeterView, OfferStatusView, PaymentView, ProfileView,
        SettlementView,
    },
};

impl Datavault {
    /// Content.
    pub async fn content(&self, id: ContentId) -> Result<ContentView, ChainError> {
        let call = R::contentCall { contentId: id.0 };
        let content = self.connection.read(self.addresses().registry, "read the content", call).await?;
        Ok(ContentView::new(id, content)?)
    }

    /// A version of a meter's keys.
    pub async fn meter(&self, id: MeterId) -> Result<MeterView, ChainError> {
        let call = R::meterCall { meterId: id.0 };
        Ok(MeterView::new(id, self.connection.read(self.addresses().registry, "read the meter", call).await?))
    }

    /// The content that offer ids with this number are for.
    pub async fn content_id_of(&self, content_no: u32) -> Result<ContentId, ChainError> {
        let call = R::contentIdOfCall { contentNo: content_no };
        self.connection.read(self.addresses().registry, "read the content's id", call).await.map(ContentId)
    }

    /// Poseidon(k0, k1) of the content key of a version.
    pub async fn key_commitment(&self, content_no: u32, version: u8) -> Result<U256, ChainError> {
        let call = R::keyCommitmentCall { contentNo: content_no, version };
        let of = self.connection.read(self.addresses().registry, "read the key commitment", call).await?;
        Ok(of.commitment)
    }

    /// How well a creator is known: 0 unknown … 4 audited.
    pub async fn creator_level(&self, creator: Address) -> Result<u8, ChainError> {
        let call = R::creatorLevelCall { creator };
        self.connection.read(self.addresses().registry, "read the creator's level", call).await
    }

    /// The version of the verifiers that new offers pin.
    pub async fn current_verifiers(&self) -> Result<u8, ChainError> {
        self.connection.read(self.addresses().verifier_sets, "read the verifiers' version", V::currentCall {}).await
    }

    /// What the chain remembers of an offer. An id that was never used is all zero.
    pub async fn offer_status(&self, id: OfferId) -> Result<OfferStatusView, ChainError> {
        let call = L::offerStatusCall { offerId: id.0 };
        let status = self.connection.read(self.addresses().licenses, "read the offer", call).await?;
        Ok(OfferStatusView::new(id, &status))
    }

    /// A license.
    pub async fn license(&self, id: LicenseId) -> Result<LicenseView, ChainError> {
        let call = L::licenseCall { licenseId: id.into() };
        let license = self.connection.read(self.addresses().licenses, "read the license", call).await?;
        Ok(LicenseView::new(id, &license)?)
    }

    /// What a license pins for settlement in one epoch.
    pub async fn settlement_terms(&self, id: LicenseId, epoch: u32) -> Result<SettlementView, ChainError> {
        let call = L::settlementTermsCall { licenseId: id.into(), epoch };
        let terms = self.connection.read(self.addresses().licenses, "read the license's terms", call).await?;
        Ok(SettlementView::new(&terms))
    }

    /// Whether a license can be renewed at all; see [`Addresses::renew`](crate::Addresses::renew).
    pub async fn is_renewable(&self, id: LicenseId) -> Result<bool, ChainError> {
        let call = L::isRenewableCall { tokenId: id.into() };
        self.connection.read(self.addresses().licenses, "check the license", call).await
    }

    /// Who owns a license now.
    pub async fn owner_of(&self, id: LicenseId) -> Result<Address, ChainError> {
        let call = Erc721::ownerOfCall { tokenId: id.into() };
        self.connection.read(self.addresses().licenses, "read the license's owner", call).await
    }

    /// Whether a license is owned, not expired, not refunded, and delivered if it is delivered by key.
    pub async fn is_valid(&self, id: LicenseId) -> Result<bool, ChainError> {
        let call = L::isValidCall { licenseId: id.into() };
        self.connection.read(self.addresses().licenses, "check the license", call).await
    }

    /// The domain of a lane's heads and proofs in one epoch.
    pub async fn context_of(&self, id: LicenseId, lane: u32, epoch: u32) -> Result<Context, ChainError> {
        let call = L::contextOfCall { licenseId: id.into(), lane, epoch };
        self.connection.read(self.addresses().licenses, "read the license's context", call).await.map(Context)
    }

    /// A version of a licensee's keys.
    pub async fn profile(&self, id: ProfileId) -> Result<ProfileView, ChainError> {
        let call = L::profileCall { profileId: id.0 };
        Ok(ProfileView::new(id, self.connection.read(self.addresses().licenses, "read the profile", call).await?))
    }

    /// A payment.
    pub async fn payment(&self, id: PaymentId) -> Result<PaymentView, ChainError> {
        let call = E::paymentCall { paymentId: id.into() };
        Ok(PaymentView::new(id, self.connection.read(self.addresses().escrow, "read the payment", call).await?)?)
    }

    /// Who shares payments of a split.
    pub async fn split(&self, id: SplitId) -> Result<Vec<Payee>, ChainError> {
        let call = E::splitCall { splitId: id.0 };
        let payees = self.connection.read(self.addresses().escrow, "read the split", call).await?;
        Ok(payees.into_iter().map(convert::payee).collect())
    }

    /// A version of the platform's fee.
    pub async fn fee(&self, id: FeeId) -> Result<FeeView, ChainError> {
        let fee = self.connection.read(self.addresses().escrow, "read the fee", E::feeCall { feeId: id.0 }).await?;
        Ok(FeeView { fee_id: id, recipient: fee.recipient, fee_bps: fee.feeBps })
    }

    /// What an account may withdraw from the escrow.
    pub async fn balance_of(&self, account: Address, token: Token) -> Result<Amount, ChainError> {
        let call = E::balanceOfCall { account, token: token.0 };
        self.connection.read(self.addresses().escrow, "read the escrow balance", call).await.map(Amount)
    }

    /// What [`release`](crate::Addresses::release) would move now.
    pub async fn releasable(&self, id: PaymentId) -> Result<Amount, ChainError> {
        let call = E::releasableCall { paymentId: id.into() };
        self.connection.read(self.addresses().escrow, "read what is releasable", call).await.map(Amount)
    }

    /// Whether new payments are taken in a token.
    pub async fn is_listed(&self, token: Token) -> Result<bool, ChainError> {
        let call = E::isListedCall { token: token.0 };
        self.connection.read(self.addresses().escrow, "check the token", call).await
    }

    /// The split that pays one account alone, if somebody created it.
    pub async fn solo_split_of(&self, account: Address) -> Result<Option<SplitId>, ChainError> {
        let call = E::soloSplitOfCall { account };
        let id = self.connection.read(self.addresses().escrow, "read the account's split", call).await?;
        Ok((id != 0).then_some(SplitId(id)))
    }

    /// Where settlement of a lane stands. A lane that was never settled is all zero.
    pub async fn lane_state(&self, ctx: Context) -> Result<LaneView, ChainError> {
        let call = U::laneStateCall { ctx: ctx.0 };
        Ok(LaneView::new(&self.connection.read(self.addresses().usage, "read the lane", call).await?))
    }

    /// Units settled for a license over all lanes and epochs.
    pub async fn settled_units(&self, id: LicenseId) -> Result<u64, ChainError> {
        let call = U::settledUnitsCall { licenseId: id.into() };
        self.connection.read(self.addresses().usage, "read the settled units", call).await
    }

    /// A dispute.
    pub async fn dispute(&self, id: DisputeId) -> Result<DisputeView, ChainError> {
        let call = D::disputeCall { disputeId: id.into() };
        Ok(DisputeView::new(id, self.connection.read(self.addresses().disputes, "read the dispute", call).await?)?)
    }

    /// Wei that a filer posts.
    pub async fn filing_bond(&self) -> Result<Amount, ChainError> {
        self.connection.read(self.addresses().disputes, "read the filing bond", D::filingBondCall {}).await.map(Amount)
    }

    /// Wei for [`escalate`](crate::Addresses::escalate).
    pub async fn escalation_cost(&self, id: DisputeId) -> Result<Amount, ChainError> {
        let call = D::escalationCostCall { disputeId: id.into() };
        self.connection.read(self.addresses().disputes, "read the cost of escalation", call).await.map(Amount)
    }

    /// Wei for [`appeal`](crate::Addresses::appeal).
    pub async fn appeal_cost(&self, id: DisputeId) -> Result<Amount, ChainError> {
        let call = D::appealCostCall { disputeId: id.into() };
        self.connection.read(self.addresses().disputes, "read the cost of an appeal", call).await.map(Amount)
    }

    /// What an account has in its wallet.
    pub async fn token_balance(&self, token: Token, account: Address) -> Result<Amount, ChainError> {
        if token.is_eth() {
            let wei = self
                .connection
                .provider
                .get_balance(account)
                .await
                .map_err(|e| self.connection.failed("read a balance", e))?;
            return Ok(Amount(wei));
        }
        self.connection.read(token.0, "read the token balance", Erc20::balanceOfCall { account }).await.map(Amount)
    }

    /// What the escrow may take from an account's wallet. ETH needs no allowance.
    pub async fn allowance(&self, token: Token, owner: Address) -> Result<Amount, ChainError> {
        if token.is_eth() {
            return Ok(Amount::ZERO);
        }
        let call = Erc20::allowanceCall { owner, spender: self.addresses().escrow };
        self.connection.read(token.0, "read the allowance", call).await.map(Amount)
    }

    /// How many digits of a token's amounts are behind the point.
    pub async fn token_decimals(&self, token: Token) -> Result<u8, ChainError> {
        if token.is_eth() {
            return Ok(18);
        }
        self.connection.read(token.0, "read the token's decimals", Erc20::decimalsCall {}).await
    }

    /// What a token calls itself. Anyone may choose any symbol.
    pub async fn token_symbol(&self, token: Token) -> Result<String, ChainError> {
        if token.is_eth() {
            return Ok("ETH".to_owned());
        }
        self.connection.read(token.0, "read the token's symbol", Erc20::symbolCall {}).await
    }
}
