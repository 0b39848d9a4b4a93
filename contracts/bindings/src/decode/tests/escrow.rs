//! The escrow's events.

use super::*;

#[test]
fn escrow_events() {
    let from = addresses().escrow;
    decodes(
        from,
        &E::BondHeld { disputeId: number(1), poster: who(2), token: who(3), amount: number(4) },
        BondHeld { dispute_id: 1.into(), poster: who(2), token: Token(who(3)), amount: amount(4) },
    );
    decodes(
        from,
        &E::BondPaid { disputeId: number(1), recipient: who(2), token: who(3), amount: number(4) },
        BondPaid { dispute_id: 1.into(), recipient: who(2), token: Token(who(3)), amount: amount(4) },
    );
    decodes(
        from,
        &E::Credited { account: who(1), token: who(2), paymentId: number(3), amount: number(4), balance: number(5) },
        Credited { account: who(1), token: Token(who(2)), payment_id: 3.into(), amount: amount(4), balance: amount(5) },
    );
    decodes(
        from,
        &E::FeeSet { feeId: 1, recipient: who(2), feeBps: 3 },
        FeeSet { fee_id: 1.into(), recipient: who(2), fee_bps: 3 },
    );
    decodes(
        from,
        &E::PaymentDeadlineMoved { paymentId: number(1), deadline: at(2) },
        PaymentDeadlineMoved { payment_id: 1.into(), deadline: 2 },
    );
    decodes(
        from,
        &E::PaymentDelivered { paymentId: number(1), releasableAt: at(2) },
        PaymentDelivered { payment_id: 1.into(), releasable_at: 2 },
    );
    decodes(
        from,
        &E::PaymentDue { paymentId: number(1), due: number(2) },
        PaymentDue { payment_id: 1.into(), due: amount(2) },
    );
    decodes(
        from,
        &E::PaymentFrozen { paymentId: number(1), disputeId: number(2), frozenAt: at(3) },
        PaymentFrozen { payment_id: 1.into(), dispute_id: 2.into(), frozen_at: 3 },
    );
    decodes(
        from,
        &E::PaymentHeld {
            paymentId: number(1),
            licenseId: number(2),
            payer: who(3),
            token: who(4),
            amount: number(5),
            rule: 2,
            splitId: 7,
            feeId: 8,
            startsAt: at(9),
            deadline: at(10),
            disputeWindow: 11,
        },
        PaymentHeld {
            payment_id: 1.into(),
            license_id: 2.into(),
            payer: who(3),
            token: Token(who(4)),
            amount: amount(5),
            rule: ReleaseRule::Cliff,
            split_id: 7.into(),
            fee_id: 8.into(),
            starts_at: 9,
            deadline: 10,
            dispute_window_secs: 11,
        },
    );
    decodes(
        from,
        &E::PaymentRefunded {
            paymentId: number(1),
            token: who(2),
            payer: who(3),
            amount: number(4),
            refunded: number(5),
            closed: true,
        },
        PaymentRefunded {
            payment_id: 1.into(),
            token: Token(who(2)),
            payer: who(3),
            amount: amount(4),
            refunded: amount(5),
            closed: true,
        },
    );
    decodes(
        from,
        &E::PaymentReleased {
            paymentId: number(1),
            token: who(2),
            amount: number(3),
            fee: number(4),
            released: number(5),
            closed: true,
        },
        PaymentReleased {
            payment_id: 1.into(),
            token: Token(who(2)),
            amount: amount(3),
            fee: amount(4),
            released: amount(5),
            closed: true,
        },
    );
    decodes(
        from,
        &E::PaymentToppedUp {
            paymentId: number(1),
            token: who(2),
            added: number(3),
            amount: number(4),
            deadline: at(5),
        },
        PaymentToppedUp {
            payment_id: 1.into(),
            token: Token(who(2)),
            added: amount(3),
            amount: amount(4),
            deadline: 5,
        },
    );
    decodes(
        from,
        &E::PaymentUnfrozen { paymentId: number(1), disputeId: number(2), pausedSecs: at(3) },
        PaymentUnfrozen { payment_id: 1.into(), dispute_id: 2.into(), paused_secs: 3 },
    );
    decodes(
        from,
        &E::TokenListed { token: who(1), tokenId: 2, open: true },
        TokenListed { token: Token(who(1)), token_id: 2, open: true },
    );
    decodes(
        from,
        &E::Withdrawn { account: who(1), token: who(2), recipient: who(3), amount: number(4), balance: number(5) },
        Withdrawn { account: who(1), token: Token(who(2)), recipient: who(3), amount: amount(4), balance: amount(5) },
    );
    let payees = vec![Payee { account: who(2), share_bps: 3 }, Payee { account: who(4), share_bps: 5 }];
    decodes(
        from,
        &E::SplitCreated { splitId: 1, payees: payees.iter().map(convert::abi_payee).collect() },
        SplitCreated { split_id: 1.into(), payees },
    );
}
