//! Payments, bonds and balances.

use alloy_primitives::{Address, U256};

use super::{Ledger, LedgerError, same, unknown};
use crate::{
    Amount, BondHeld, BondPaid, Credited, DisputeId, FeeId, LicenseId, PaymentDelivered, PaymentDue, PaymentFrozen,
    PaymentHeld, PaymentId, PaymentRefunded, PaymentReleased, PaymentState, PaymentToppedUp, PaymentUnfrozen,
    ReleaseRule, SplitId, Token, Withdrawn,
};

/// A payment, as `IPaymentEscrow.payment` answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Payment {
    /// For which license.
    pub license_id: LicenseId,
    /// Who gets back what is refunded.
    pub payer: Address,
    /// In what.
    pub token: Token,
    /// How much.
    pub amount: Amount,
    /// Moved to payees and fee so far.
    pub released: Amount,
    /// Moved back to the payer so far.
    pub refunded: Amount,
    /// Of both, what is in balances already. Leftovers of rounding follow when it closes.
    pub credited: Amount,
    /// Metered: what settlement says is due in all.
    pub due: Amount,
    /// When it may move.
    pub rule: ReleaseRule,
    /// Where it stands.
    pub state: PaymentState,
    /// Who shares it.
    pub split_id: SplitId,
    /// The platform's fee, as it was at purchase.
    pub fee_id: FeeId,
    /// Linear: first second of vesting.
    pub starts_at: u64,
    /// See `IPaymentEscrow`.
    pub deadline: u64,
    /// Seconds between delivery and release.
    pub dispute_window_secs: u32,
    /// Cliff: first second of release; zero before delivery.
    pub releasable_at: u64,
    /// Zero unless frozen.
    pub frozen_at: u64,
    /// Seconds that the clocks stood still in earlier freezes.
    pub paused_secs: u64,
    /// What froze it last.
    pub dispute_id: Option<DisputeId>,
}

/// ETH that a filer posted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bond {
    /// Who posted it.
    pub poster: Address,
    /// In what.
    pub token: Token,
    /// How much.
    pub amount: Amount,
}

impl Payment {
    /// What of it is in nobody's balance yet.
    #[must_use]
    pub fn held(&self) -> Amount {
        Amount(self.amount.0.saturating_sub(self.credited.0))
    }

    pub(super) fn top_up(&mut self, e: &PaymentToppedUp) -> Result<(), LedgerError> {
        self.open("PaymentToppedUp", e.payment_id)?;
        let what = || format!("the amount of payment {}", e.payment_id);
        same("PaymentToppedUp", what, e.amount, plus(self.amount, e.added))?;
        (self.amount, self.deadline) = (e.amount, e.deadline);
        Ok(())
    }

    pub(super) fn deliver(&mut self, e: &PaymentDelivered) -> Result<(), LedgerError> {
        let what = || format!("the state of payment {} before delivery", e.payment_id);
        same("PaymentDelivered", what, PaymentState::Held, self.state)?;
        (self.state, self.releasable_at) = (PaymentState::Delivered, e.releasable_at);
        Ok(())
    }

    pub(super) fn raise_due(&mut self, e: &PaymentDue) -> Result<(), LedgerError> {
        let within = e.due > self.due && e.due <= self.amount;
        same("PaymentDue", || format!("whether {} can be due", e.due), within, true)?;
        self.due = e.due;
        Ok(())
    }

    pub(super) fn release(&mut self, e: &PaymentReleased) -> Result<(), LedgerError> {
        self.movable("PaymentReleased", e.payment_id)?;
        let what = || format!("what payment {} released", e.payment_id);
        same("PaymentReleased", what, e.released, plus(self.released, e.amount))?;
        self.released = e.released;
        let what = || format!("whether payment {} is over", e.payment_id);
        same("PaymentReleased", what, e.closed, e.released == self.amount)?;
        same("PaymentReleased", || "whether the fee is a part".to_owned(), e.fee <= e.amount, true)?;
        if e.closed {
            self.state = PaymentState::Closed;
        }
        Ok(())
    }

    pub(super) fn refund(&mut self, e: &PaymentRefunded) -> Result<(), LedgerError> {
        self.movable("PaymentRefunded", e.payment_id)?;
        same("PaymentRefunded", || format!("the payer of {}", e.payment_id), e.payer, self.payer)?;
        let what = || format!("what payment {} refunded", e.payment_id);
        same("PaymentRefunded", what, e.refunded, plus(self.refunded, e.amount))?;
        self.refunded = e.refunded;
        let what = || format!("whether payment {} is over", e.payment_id);
        same("PaymentRefunded", what, e.closed, plus(self.refunded, self.released) == self.amount)?;
        if e.closed {
            let cliff = self.rule == ReleaseRule::Cliff;
            self.state = if cliff { PaymentState::Refunded } else { PaymentState::Closed };
        }
        Ok(())
    }

    pub(super) fn freeze(&mut self, e: &PaymentFrozen) -> Result<(), LedgerError> {
        self.movable("PaymentFrozen", e.payment_id)?;
        (self.frozen_at, self.dispute_id) = (e.frozen_at, Some(e.dispute_id));
        Ok(())
    }

    pub(super) fn unfreeze(&mut self, e: &PaymentUnfrozen) -> Result<(), LedgerError> {
        let what = || format!("what froze payment {}", e.payment_id);
        let frozen_by = self.dispute_id.filter(|_| self.frozen_at != 0);
        same("PaymentUnfrozen", what, Some(e.dispute_id), frozen_by)?;
        (self.frozen_at, self.paused_secs) = (0, e.paused_secs);
        Ok(())
    }

    fn open(&self, event: &'static str, id: PaymentId) -> Result<(), LedgerError> {
        let open = matches!(self.state, PaymentState::Held | PaymentState::Delivered);
        same(event, || format!("whether payment {id} is open"), true, open)
    }

    fn movable(&self, event: &'static str, id: PaymentId) -> Result<(), LedgerError> {
        self.open(event, id)?;
        same(event, || format!("the second at which payment {id} was frozen"), 0, self.frozen_at)
    }
}

impl Ledger {
    pub(super) fn payment(&mut self, event: &'static str, id: PaymentId) -> Result<&mut Payment, LedgerError> {
        self.payments.get_mut(&id).ok_or_else(|| unknown(event, format!("payment {id}")))
    }

    pub(super) fn payment_held(&mut self, e: &PaymentHeld) -> Result<(), LedgerError> {
        let payment = Payment {
            license_id: e.license_id,
            payer: e.payer,
            token: e.token,
            amount: e.amount,
            released: Amount::ZERO,
            refunded: Amount::ZERO,
            credited: Amount::ZERO,
            due: Amount::ZERO,
            rule: e.rule,
            state: PaymentState::Held,
            split_id: e.split_id,
            fee_id: e.fee_id,
            starts_at: e.starts_at,
            deadline: e.deadline,
            dispute_window_secs: e.dispute_window_secs,
            releasable_at: 0,
            frozen_at: 0,
            paused_secs: 0,
            dispute_id: None,
        };
        let before = self.payments.insert(e.payment_id, payment);
        same("PaymentHeld", || format!("whether payment {} is new", e.payment_id), true, before.is_none())
    }

    pub(super) fn bond_held(&mut self, e: &BondHeld) -> Result<(), LedgerError> {
        let bond = Bond { poster: e.poster, token: e.token, amount: e.amount };
        let before = self.bonds.insert(e.dispute_id, bond);
        same("BondHeld", || format!("whether the bond of dispute {} is new", e.dispute_id), true, before.is_none())
    }

    pub(super) fn bond_paid(&mut self, e: &BondPaid) -> Result<(), LedgerError> {
        let bond = self.bonds.remove(&e.dispute_id);
        let bond = bond.ok_or_else(|| unknown("BondPaid", format!("the bond of dispute {}", e.dispute_id)))?;
        same("BondPaid", || format!("the bond of dispute {}", e.dispute_id), e.amount, bond.amount)
    }

    pub(super) fn credited(&mut self, e: &Credited) -> Result<(), LedgerError> {
        // Bonds are credited for no payment.
        if e.payment_id != PaymentId(0) {
            let payment = self.payment("Credited", e.payment_id)?;
            payment.credited = plus(payment.credited, e.amount);
            let within = payment.credited <= plus(payment.released, payment.refunded);
            same("Credited", || format!("whether payment {} gave so much", e.payment_id), within, true)?;
        }
        let balance = self.balances.entry((e.account, e.token)).or_default();
        *balance = plus(*balance, e.amount);
        same("Credited", || format!("the balance of {}", e.account), e.balance, *balance)
    }

    pub(super) fn withdrawn(&mut self, e: &Withdrawn) -> Result<(), LedgerError> {
        let balance = self.balances.entry((e.account, e.token)).or_default();
        let left = balance.0.checked_sub(e.amount.0).map(Amount);
        same("Withdrawn", || format!("the balance of {}", e.account), Some(e.balance), left)?;
        *balance = e.balance;
        Ok(())
    }
}

/// Amounts of one token cannot overflow; were they to, the comparison that follows would fail.
fn plus(a: Amount, b: Amount) -> Amount {
    Amount(a.0.checked_add(b.0).unwrap_or(U256::MAX))
}
