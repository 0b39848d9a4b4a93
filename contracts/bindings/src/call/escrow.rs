//! Money.

use alloy::primitives::Address;
use domain::{Amount, Payee, PaymentId, Token};

use super::Call;
use crate::{
    abi::{PaymentEscrow as E, erc::Erc20},
    convert,
    deployment::Addresses,
};

impl Addresses {
    /// Records who shares payments. Emits `SplitCreated`.
    #[must_use]
    pub fn create_split(&self, payees: &[Payee]) -> Call {
        let payees = payees.iter().map(convert::abi_payee).collect();
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

    /// Ends a freeze that lasted as long as any may. Anyone may send it. Emits `PaymentUnfrozen`.
    #[must_use]
    pub fn thaw(&self, payment_id: PaymentId) -> Call {
        Call::new(self.escrow, "thaw the payment", &E::thawCall { paymentId: payment_id.into() })
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

    /// Takes (`open`) or refuses new payments in a token. Operator only. Emits `TokenListed`.
    #[must_use]
    pub fn list_token(&self, token: Token, open: bool) -> Call {
        Call::new(self.escrow, "list the token", &E::listTokenCall { token: token.0, open })
    }

    /// Sets the fee of later payments. Operator only. Emits `FeeSet`.
    #[must_use]
    pub fn set_fee(&self, recipient: Address, fee_bps: u16) -> Call {
        Call::new(self.escrow, "set the fee", &E::setFeeCall { recipient, feeBps: fee_bps })
    }

    /// Takes the escrow over, where its deployer handed it over. Next owner only.
    #[must_use]
    pub fn accept_escrow_ownership(&self) -> Call {
        Call::new(self.escrow, "take the escrow over", &E::acceptOwnershipCall {})
    }

    /// Lets the escrow take up to `amount` of an ERC-20 from the sender.
    #[must_use]
    pub fn approve(&self, token: Token, amount: Amount) -> Call {
        let call = Erc20::approveCall { spender: self.escrow, amount: amount.0 };
        Call::new(token.0, "approve the escrow", &call)
    }
}
