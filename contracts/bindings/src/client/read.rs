//! Views of the contracts, as domain types. Every function fails when the RPC does not answer or the contract
//! refuses, which it does for unknown ids.
#![expect(clippy::missing_errors_doc, reason = "said once, above")]

use alloy::{primitives::Address, providers::Provider};
use domain::{
    Amount, ContentId, Context, DisputeId, FeeId, LicenseId, MeterId, OfferId, OfferTerms, Payee, PaymentId, ProfileId,
    SplitId, Token,
};

use super::Datavault;
use crate::{
    abi::{
        ContentRegistry as R, DisputeResolution as D, LicenseManager as L, PaymentEscrow as E, UsageTracker as U,
        erc::{Erc20, Erc721},
    },
    convert,
    error::ChainError,
    view::{
        ContentView, DisputeView, FeeView, LaneView, LicenseView, MeterView, OfferStateView, PaymentView, ProfileView,
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

    /// An offer's terms.
    pub async fn offer(&self, id: OfferId) -> Result<OfferTerms, ChainError> {
        let call = L::offerCall { offerId: id.0 };
        Ok(convert::offer_terms(self.connection.read(self.addresses().licenses, "read the offer", call).await?)?)
    }

    /// What of an offer changes.
    pub async fn offer_state(&self, id: OfferId) -> Result<OfferStateView, ChainError> {
        let call = L::offerStateCall { offerId: id.0 };
        let state = self.connection.read(self.addresses().licenses, "read the offer", call).await?;
        Ok(OfferStateView { offer_id: id, creator: state.creator, open: state.open, sold: state.sold })
    }

    /// A license.
    pub async fn license(&self, id: LicenseId) -> Result<LicenseView, ChainError> {
        let call = L::licenseCall { licenseId: id.into() };
        Ok(LicenseView::new(id, self.connection.read(self.addresses().licenses, "read the license", call).await?))
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

    /// The domain of a lane's heads and proofs, in the license's present epoch.
    pub async fn context_of(&self, id: LicenseId, lane: u32) -> Result<Context, ChainError> {
        let call = L::contextOfCall { licenseId: id.into(), lane };
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
        Ok(payees.into_iter().map(convert::escrow_payee).collect())
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

    /// What the escrow owes in all: held, balances and bonds.
    pub async fn liabilities(&self, token: Token) -> Result<Amount, ChainError> {
        let call = E::liabilitiesCall { token: token.0 };
        self.connection.read(self.addresses().escrow, "read the escrow's liabilities", call).await.map(Amount)
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
