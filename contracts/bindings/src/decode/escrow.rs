//! Events of the escrow.

use domain::{
    Amount, BondHeld, BondPaid, ChainEvent, Credited, FeeSet, PaymentDeadlineMoved, PaymentDelivered, PaymentDue,
    PaymentFrozen, PaymentHeld, PaymentRefunded, PaymentReleased, PaymentToppedUp, PaymentUnfrozen, SplitCreated,
    Token, TokenListed, Withdrawn,
};

use super::{DecodeProblem, RawLog};
use crate::{abi::PaymentEscrow as E, convert};

pub(super) fn event(log: RawLog<'_>) -> Result<Option<ChainEvent>, DecodeProblem> {
    if let Some(e) = log.as_event::<E::BondHeld>()? {
        return Ok(Some(
            BondHeld {
                dispute_id: e.disputeId.try_into()?,
                poster: e.poster,
                token: Token(e.token),
                amount: Amount(e.amount),
            }
            .into(),
        ));
    }
    if let Some(e) = log.as_event::<E::BondPaid>()? {
        return Ok(Some(
            BondPaid {
                dispute_id: e.disputeId.try_into()?,
                recipient: e.recipient,
                token: Token(e.token),
                amount: Amount(e.amount),
            }
            .into(),
        ));
    }
    if let Some(e) = log.as_event::<E::Credited>()? {
        return Ok(Some(
            Credited {
                account: e.account,
                token: Token(e.token),
                payment_id: e.paymentId.try_into()?,
                amount: Amount(e.amount),
                balance: Amount(e.balance),
            }
            .into(),
        ));
    }
    if let Some(e) = log.as_event::<E::FeeSet>()? {
        return Ok(Some(FeeSet { fee_id: e.feeId.into(), recipient: e.recipient, fee_bps: e.feeBps }.into()));
    }
    if let Some(e) = log.as_event::<E::PaymentDeadlineMoved>()? {
        return Ok(Some(
            PaymentDeadlineMoved { payment_id: e.paymentId.try_into()?, deadline: convert::secs(e.deadline) }.into(),
        ));
    }
    if let Some(e) = log.as_event::<E::PaymentDelivered>()? {
        return Ok(Some(
            PaymentDelivered { payment_id: e.paymentId.try_into()?, releasable_at: convert::secs(e.releasableAt) }
                .into(),
        ));
    }
    if let Some(e) = log.as_event::<E::PaymentDue>()? {
        return Ok(Some(PaymentDue { payment_id: e.paymentId.try_into()?, due: Amount(e.due) }.into()));
    }
    if let Some(e) = log.as_event::<E::PaymentFrozen>()? {
        return Ok(Some(
            PaymentFrozen {
                payment_id: e.paymentId.try_into()?,
                dispute_id: e.disputeId.try_into()?,
                frozen_at: convert::secs(e.frozenAt),
            }
            .into(),
        ));
    }
    if let Some(e) = log.as_event::<E::PaymentHeld>()? {
        return Ok(Some(
            PaymentHeld {
                payment_id: e.paymentId.try_into()?,
                license_id: e.licenseId.try_into()?,
                payer: e.payer,
                token: Token(e.token),
                amount: Amount(e.amount),
                rule: e.rule.try_into()?,
                split_id: e.splitId.into(),
                fee_id: e.feeId.into(),
                starts_at: convert::secs(e.startsAt),
                deadline: convert::secs(e.deadline),
                dispute_window_secs: e.disputeWindow,
            }
            .into(),
        ));
    }
    if let Some(e) = log.as_event::<E::PaymentRefunded>()? {
        return Ok(Some(
            PaymentRefunded {
                payment_id: e.paymentId.try_into()?,
                token: Token(e.token),
                payer: e.payer,
                amount: Amount(e.amount),
                refunded: Amount(e.refunded),
                closed: e.closed,
            }
            .into(),
        ));
    }
    if let Some(e) = log.as_event::<E::PaymentReleased>()? {
        return Ok(Some(
            PaymentReleased {
                payment_id: e.paymentId.try_into()?,
                token: Token(e.token),
                amount: Amount(e.amount),
                fee: Amount(e.fee),
                released: Amount(e.released),
                closed: e.closed,
            }
            .into(),
        ));
    }
    if let Some(e) = log.as_event::<E::PaymentToppedUp>()? {
        return Ok(Some(
            PaymentToppedUp {
                payment_id: e.paymentId.try_into()?,
                token: Token(e.token),
                added: Amount(e.added),
                amount: Amount(e.amount),
                deadline: convert::secs(e.deadline),
            }
            .into(),
        ));
    }
    if let Some(e) = log.as_event::<E::PaymentUnfrozen>()? {
        return Ok(Some(
            PaymentUnfrozen {
                payment_id: e.paymentId.try_into()?,
                dispute_id: e.disputeId.try_into()?,
                paused_secs: convert::secs(e.pausedSecs),
            }
            .into(),
        ));
    }
    if let Some(e) = log.as_event::<E::SplitCreated>()? {
        return Ok(Some(
            SplitCreated { split_id: e.splitId.into(), payees: e.payees.into_iter().map(convert::payee).collect() }
                .into(),
        ));
    }
    if let Some(e) = log.as_event::<E::TokenListed>()? {
        return Ok(Some(TokenListed { token: Token(e.token), token_id: e.tokenId, open: e.open }.into()));
    }
    if let Some(e) = log.as_event::<E::Withdrawn>()? {
        return Ok(Some(
            Withdrawn {
                account: e.account,
                token: Token(e.token),
                recipient: e.recipient,
                amount: Amount(e.amount),
                balance: Amount(e.balance),
            }
            .into(),
        ));
    }
    Ok(None)
}
