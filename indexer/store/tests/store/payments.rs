//! Payments: topped up, moved, drawn, given back.

use domain::{
    Amount, ChainEvent, DisputeId, PaymentDeadlineMoved, PaymentDelivered, PaymentDue, PaymentFrozen, PaymentHeld,
    PaymentId, PaymentRefunded, PaymentReleased, PaymentState, PaymentToppedUp, ReleaseRule, Token,
};
use sqlx::{
    PgConnection,
    postgres::{PgConnectOptions, PgPoolOptions},
};
use store::{read, rewind};

use crate::{
    ALL, migrated,
    samples::{account, license_issued, offer_set, payment_held},
    tell,
};

const TOKEN: Token = Token(alloy_primitives::Address::repeat_byte(9));

async fn payment(conn: &mut PgConnection, id: u64) -> read::Payment {
    read::payment(conn, PaymentId(id)).await.unwrap().unwrap()
}

fn held(id: u64, rule: ReleaseRule) -> ChainEvent {
    PaymentHeld { rule, ..payment_held(id) }.into()
}

fn topped_up(id: u64, added: u128, amount: u128, deadline: u64) -> ChainEvent {
    let (added, amount) = (Amount::from(added), Amount::from(amount));
    PaymentToppedUp { payment_id: PaymentId(id), token: TOKEN, added, amount, deadline }.into()
}

fn refunded(id: u64, amount: u128, closed: bool) -> ChainEvent {
    let amount = Amount::from(amount);
    PaymentRefunded { payment_id: PaymentId(id), token: TOKEN, payer: account(3), amount, refunded: amount, closed }
        .into()
}

fn released(id: u64, amount: u128, closed: bool) -> ChainEvent {
    let (amount, fee) = (Amount::from(amount), Amount::from(1_u128));
    PaymentReleased { payment_id: PaymentId(id), token: TOKEN, amount, fee, released: amount, closed }.into()
}

#[sqlx::test(migrations = false)]
async fn top_ups_and_moves_set_amount_and_deadline(_: PgPoolOptions, options: PgConnectOptions) {
    let mut conn = migrated(&options).await;
    let moved = |deadline| PaymentDeadlineMoved { payment_id: PaymentId(1), deadline }.into();
    tell(&mut conn, 1, vec![held(1, ReleaseRule::Linear)]).await;
    tell(&mut conn, 2, vec![topped_up(1, 500, 1500, 200)]).await;
    tell(&mut conn, 3, vec![moved(100)]).await;
    assert_eq!((payment(&mut conn, 1).await.amount, payment(&mut conn, 1).await.deadline), (1500_u128.into(), 100));
    tell(&mut conn, 4, vec![topped_up(1, 500, 2000, 300)]).await;
    assert_eq!((payment(&mut conn, 1).await.amount, payment(&mut conn, 1).await.deadline), (2000_u128.into(), 300));
    rewind(&mut conn, Some(1)).await.unwrap();
    let before = payment(&mut conn, 1).await;
    assert_eq!((before.amount, before.deadline), (1000_u128.into(), 1_700_000_100));
}

#[sqlx::test(migrations = false)]
async fn only_a_cliff_ends_refunded(_: PgPoolOptions, options: PgConnectOptions) {
    let mut conn = migrated(&options).await;
    let rules = [ReleaseRule::Metered, ReleaseRule::Linear, ReleaseRule::Cliff];
    tell(&mut conn, 1, (1..).zip(rules).map(|(id, rule)| held(id, rule)).collect()).await;
    tell(&mut conn, 2, (1..4).map(|id| refunded(id, 1000, true)).collect()).await;
    for (id, state) in [(1, PaymentState::Closed), (2, PaymentState::Closed), (3, PaymentState::Refunded)] {
        assert_eq!(payment(&mut conn, id).await.state, state);
    }
    let filter = read::PaymentFilter { state: Some(PaymentState::Refunded), ..Default::default() };
    assert_eq!(read::payments(&mut conn, &filter, ALL).await.unwrap().len(), 1);
}

#[sqlx::test(migrations = false)]
async fn a_cliff_is_delivered_then_closed(_: PgPoolOptions, options: PgConnectOptions) {
    let mut conn = migrated(&options).await;
    tell(&mut conn, 1, vec![held(1, ReleaseRule::Cliff)]).await;
    assert_eq!(payment(&mut conn, 1).await.state, PaymentState::Held);
    tell(&mut conn, 2, vec![PaymentDelivered { payment_id: PaymentId(1), releasable_at: 700 }.into()]).await;
    let now = payment(&mut conn, 1).await;
    assert_eq!((now.state, now.releasable_at), (PaymentState::Delivered, 700));
    tell(&mut conn, 3, vec![released(1, 1000, true)]).await;
    assert_eq!(payment(&mut conn, 1).await.state, PaymentState::Closed);
}

#[sqlx::test(migrations = false)]
async fn what_is_due_is_not_yet_released(_: PgPoolOptions, options: PgConnectOptions) {
    let mut conn = migrated(&options).await;
    let due = |due: u128| PaymentDue { payment_id: PaymentId(1), due: due.into() }.into();
    let frozen = PaymentFrozen { payment_id: PaymentId(1), dispute_id: DisputeId(3), frozen_at: 150 };
    tell(&mut conn, 1, vec![held(1, ReleaseRule::Metered), due(300), released(1, 300, false)]).await;
    tell(&mut conn, 2, vec![frozen.into(), due(500)]).await;
    let now = payment(&mut conn, 1).await;
    assert_eq!((now.due, now.released, now.fee_paid), (500_u128.into(), 300_u128.into(), 1_u128.into()));
    assert_eq!((now.state, now.frozen_at, now.dispute_id), (PaymentState::Held, 150, DisputeId(3)));
}

#[sqlx::test(migrations = false)]
async fn price_bond_and_renewals_are_told_apart(_: PgPoolOptions, options: PgConnectOptions) {
    let mut conn = migrated(&options).await;
    let mut plain = offer_set(2);
    plain.terms.bond = Amount::ZERO;
    let mut second = license_issued(10, account(4));
    second.offer_id = plain.offer_id;
    let of = |id, license| {
        let mut held = payment_held(id);
        held.license_id = domain::LicenseId(license);
        ChainEvent::from(held)
    };
    let licenses = vec![offer_set(1).into(), plain.into(), license_issued(1, account(4)).into(), second.into()];
    tell(&mut conn, 1, licenses).await;
    tell(&mut conn, 2, vec![of(1, 1), of(2, 1), of(3, 1), of(10, 10), of(11, 10)]).await;
    for (id, purpose) in [(1, "price"), (2, "bond"), (3, "renewal"), (10, "price"), (11, "renewal")] {
        assert_eq!(payment(&mut conn, id).await.purpose, purpose, "{id}");
    }
}

#[sqlx::test(migrations = false)]
async fn movements_are_listed_newest_first(_: PgPoolOptions, options: PgConnectOptions) {
    let mut conn = migrated(&options).await;
    tell(&mut conn, 1, vec![held(1, ReleaseRule::Linear), held(2, ReleaseRule::Linear)]).await;
    tell(&mut conn, 2, vec![topped_up(1, 500, 1500, 200), released(1, 900, false)]).await;
    tell(&mut conn, 3, vec![refunded(1, 600, true)]).await;
    let movements = read::payment_movements(&mut conn, PaymentId(1), ALL).await.unwrap();
    let told: Vec<_> = movements.iter().map(|m| (m.movement.as_str(), m.amount, m.deadline)).collect();
    let amount = |base: u128| Amount::from(base);
    assert_eq!(
        told,
        [
            ("refunded", amount(600), 0),
            ("released", amount(900), 0),
            ("topped_up", amount(500), 200),
            ("held", amount(1000), 1_700_000_100)
        ]
    );
}
