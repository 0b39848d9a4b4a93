//! Forward, back, and what is read in between.

use domain::{
    Amount, ChainEvent, ContentStatus, DisputeId, DisputeState, LicenseId, OfferId, PaymentId, PaymentState, Ruling,
    Token,
};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use store::{append, checkpoint, read, rewind};

use crate::{
    batch, block, dump, migrated,
    samples::{self, account, content},
};

#[sqlx::test(migrations = false)]
async fn every_event_is_stored_and_read_back(_: PgPoolOptions, options: PgConnectOptions) {
    let mut conn = migrated(&options).await;
    let events = samples::all();
    for name in ChainEvent::NAMES {
        assert_eq!(events.iter().filter(|event| event.name() == *name).count(), 1, "{name}");
    }
    append(&mut conn, &batch(7, 0, events)).await.unwrap();
    for (table, rows) in dump(&mut conn).await {
        let expected = if table == "mirror" || table == "observed_head" { 0 } else { 1 };
        assert!(rows.len() >= expected, "{table} is empty");
    }

    let page = read::Page { after: None, limit: 10 };
    let contents = read::contents(&mut conn, &read::ContentFilter::default(), page).await.unwrap();
    assert_eq!(contents.len(), 1);
    assert_eq!(contents[0].status, ContentStatus::Retired);
    assert_eq!(contents[0].meter_url.as_deref(), Some("http://meter.example/\u{fffd}"));

    let offer = read::offer(&mut conn, OfferId(1)).await.unwrap().unwrap();
    assert_eq!((offer.state, offer.sold), (read::OfferState::Closed, 1));
    assert_eq!((offer.supply, offer.valid_until), (u32::MAX, samples::LATEST));
    assert_eq!(offer.price, Amount::from(u128::MAX));

    let license = read::license(&mut conn, LicenseId(1)).await.unwrap().unwrap();
    assert_eq!((license.owner, license.settled_units, license.units), (account(4), u64::MAX, u64::MAX));

    let payment = read::payment(&mut conn, PaymentId(1)).await.unwrap().unwrap();
    assert_eq!(payment.state, PaymentState::Closed);
    assert_eq!((payment.released, payment.refunded), (Amount::from(400_u128), Amount::from(600_u128)));
    assert_eq!((payment.fee_paid, payment.frozen_at), (Amount::from(10_u128), 0));
    assert_eq!((payment.amount, payment.deadline), (Amount::from(1200_u128), samples::LATEST));
    assert_eq!((payment.fee_bps, payment.paused_secs), (Some(250), samples::LATEST));

    let dispute = read::dispute(&mut conn, DisputeId(1)).await.unwrap().unwrap();
    assert_eq!((dispute.state, dispute.ruling), (DisputeState::Executed, Ruling::Licensee));
    assert_eq!(read::evidence(&mut conn, DisputeId(1), 10).await.unwrap().len(), 1);

    let balances = read::balances(&mut conn, account(1), None, 10).await.unwrap();
    assert_eq!(balances, [read::Balance { token: Token(account(9)), balance: Amount::ZERO }]);

    let lanes = read::lanes(&mut conn, LicenseId(1), 10).await.unwrap();
    assert_eq!(lanes.len(), 1);
    assert_eq!((lanes[0].proved_total, lanes[0].signed_total, lanes[0].settled_total), (40, u64::MAX, u64::MAX));
    assert_eq!(read::settlements(&mut conn, LicenseId(1), page).await.unwrap().len(), 2);
    let payees = read::payees(&mut conn, &[payment.split_id]).await.unwrap();
    assert_eq!(payees[&payment.split_id].len(), 2);
}

#[sqlx::test(migrations = false)]
async fn a_rewind_restores_every_table(_: PgPoolOptions, options: PgConnectOptions) {
    let mut conn = migrated(&options).await;
    append(&mut conn, &batch(1, 0, vec![])).await.unwrap();
    let before = dump(&mut conn).await;
    append(&mut conn, &batch(2, 0, samples::all())).await.unwrap();
    let after = dump(&mut conn).await;
    assert_ne!(before, after);
    assert_eq!(rewind(&mut conn, Some(1)).await.unwrap(), 1);
    assert_eq!(dump(&mut conn).await, before);
    append(&mut conn, &batch(2, 0, samples::all())).await.unwrap();
    assert_eq!(dump(&mut conn).await, after, "replaying the same block gives the same rows");
    rewind(&mut conn, None).await.unwrap();
    assert_eq!(checkpoint(&mut conn).await.unwrap(), None);
    assert!(dump(&mut conn).await.iter().all(|(_, rows)| rows.is_empty()));
}

#[sqlx::test(migrations = false)]
async fn repeating_a_batch_changes_nothing(_: PgPoolOptions, options: PgConnectOptions) {
    let mut conn = migrated(&options).await;
    let batch = batch(1, 0, samples::all());
    append(&mut conn, &batch).await.unwrap();
    let once = dump(&mut conn).await;
    append(&mut conn, &batch).await.unwrap();
    assert_eq!(dump(&mut conn).await, once);
}

#[sqlx::test(migrations = false)]
async fn another_block_at_a_stored_height_is_refused_whole(_: PgPoolOptions, options: PgConnectOptions) {
    let mut conn = migrated(&options).await;
    append(&mut conn, &batch(1, 0, vec![])).await.unwrap();
    let before = dump(&mut conn).await;
    let mut other = batch(1, 1, samples::all());
    other.blocks.push(block(2, 1));
    let error = append(&mut conn, &other).await.unwrap_err();
    assert!(error.to_string().contains("rewind first"), "{error}");
    assert_eq!(dump(&mut conn).await, before);
}

#[sqlx::test(migrations = false)]
async fn an_id_that_exists_twice_is_refused(_: PgPoolOptions, options: PgConnectOptions) {
    let mut conn = migrated(&options).await;
    append(&mut conn, &batch(1, 0, samples::all())).await.unwrap();
    assert!(append(&mut conn, &batch(2, 0, samples::all())).await.is_err());
    assert_eq!(checkpoint(&mut conn).await.unwrap(), Some(block(1, 0)));
}

#[sqlx::test(migrations = false)]
async fn a_freeze_shows_until_it_ends(_: PgPoolOptions, options: PgConnectOptions) {
    let mut conn = migrated(&options).await;
    let events = samples::all();
    let frozen = events.iter().position(|e| e.name() == "PaymentFrozen").unwrap();
    let unfrozen = events.iter().position(|e| e.name() == "PaymentUnfrozen").unwrap();
    append(&mut conn, &batch(1, 0, events[..=frozen].to_vec())).await.unwrap();
    let payment = read::payment(&mut conn, PaymentId(1)).await.unwrap().unwrap();
    assert_eq!((payment.state, payment.frozen_at), (PaymentState::Delivered, 1_700_000_200));
    append(&mut conn, &batch(2, 0, events[frozen + 1..=unfrozen].to_vec())).await.unwrap();
    let payment = read::payment(&mut conn, PaymentId(1)).await.unwrap().unwrap();
    assert_eq!(payment.frozen_at, 0);
}

#[sqlx::test(migrations = false)]
async fn lists_continue_where_they_stopped_and_filter(_: PgPoolOptions, options: PgConnectOptions) {
    let mut conn = migrated(&options).await;
    let offers =
        |range: std::ops::Range<u64>| range.map(|id| ChainEvent::OfferSet(samples::offer_set(id))).collect::<Vec<_>>();
    append(&mut conn, &batch(1, 0, offers(1..4))).await.unwrap();
    append(&mut conn, &batch(2, 0, offers(4..6))).await.unwrap();
    let mut seen = Vec::new();
    let mut after = None;
    loop {
        let page = read::Page { after, limit: 2 };
        let rows = read::offers(&mut conn, &read::OfferFilter::default(), page).await.unwrap();
        let Some(last) = rows.last() else { break };
        after = Some(read::Position { block_number: last.block_number, log_index: last.log_index });
        seen.extend(rows.iter().map(|row| row.offer_id.0));
    }
    assert_eq!(seen, [5, 4, 3, 2, 1]);
    let page = read::Page { after: None, limit: 9 };
    let none = read::OfferFilter { content_id: Some(content(2)), ..Default::default() };
    assert!(read::offers(&mut conn, &none, page).await.unwrap().is_empty());
    let all = read::OfferFilter {
        content_id: Some(content(1)),
        creator: Some(account(1)),
        state: Some(read::OfferState::Open),
    };
    assert_eq!(read::offers(&mut conn, &all, page).await.unwrap().len(), 5);
}
