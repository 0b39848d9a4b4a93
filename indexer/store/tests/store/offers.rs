//! Offers: listed, signed, bundled, outdated.

use domain::{BundleItem, ChainEvent, ContentTransferred, OfferClosed, OfferId, OfferSet, SplitId};
use sqlx::{
    PgConnection,
    postgres::{PgConnectOptions, PgPoolOptions},
};
use store::read::{self, OfferState};

use crate::{
    ALL, migrated,
    samples::{account, content, content_registered, license_issued, offer_set},
    tell,
};

async fn state(conn: &mut PgConnection, id: u64) -> OfferState {
    read::offer(conn, OfferId(id)).await.unwrap().unwrap().state
}

#[sqlx::test(migrations = false)]
async fn offers_of_an_earlier_owner_are_outdated(_: PgPoolOptions, options: PgConnectOptions) {
    let mut conn = migrated(&options).await;
    let moved = ContentTransferred { content_id: content(1), from: account(1), to: account(2), generation: 1 };
    tell(&mut conn, 1, vec![content_registered(1).into(), offer_set(1).into(), offer_set(2).into()]).await;
    assert_eq!(state(&mut conn, 1).await, OfferState::Open);
    tell(&mut conn, 2, vec![moved.into(), offer_set(3).into()]).await;
    tell(&mut conn, 3, vec![OfferClosed { offer_id: OfferId(2) }.into()]).await;
    assert_eq!(state(&mut conn, 1).await, OfferState::Outdated);
    assert_eq!(state(&mut conn, 2).await, OfferState::Closed, "closed says more");
    assert_eq!(state(&mut conn, 3).await, OfferState::Open);
    for (id, state) in [(1, OfferState::Outdated), (2, OfferState::Closed), (3, OfferState::Open)] {
        let filter = read::OfferFilter { state: Some(state), ..Default::default() };
        let rows = read::offers(&mut conn, &filter, ALL).await.unwrap();
        assert_eq!(rows.iter().map(|row| row.offer_id.0).collect::<Vec<_>>(), [id]);
    }
}

#[sqlx::test(migrations = false)]
async fn a_signed_offer_appears_with_its_first_license(_: PgPoolOptions, options: PgConnectOptions) {
    let mut conn = migrated(&options).await;
    let id = OfferId::of(u32::MAX, 0xf_ffff).unwrap();
    let signed = OfferSet { offer_id: id, terms_uri: String::new(), items: vec![], ..offer_set(1) };
    let mut issued = license_issued(1, account(4));
    issued.offer_id = id;
    tell(&mut conn, 1, vec![signed.into(), issued.into()]).await;
    let offer = read::offer(&mut conn, id).await.unwrap().unwrap();
    assert_eq!((offer.terms_uri.as_str(), offer.sold, offer.offer_id.0), ("", 1, (1 << 52) - 1));
    assert!(read::offer_items(&mut conn, &[id]).await.unwrap().is_empty());
}

#[sqlx::test(migrations = false)]
async fn a_signature_is_cancelled_before_anyone_saw_the_offer(_: PgPoolOptions, options: PgConnectOptions) {
    let mut conn = migrated(&options).await;
    tell(&mut conn, 1, vec![OfferClosed { offer_id: OfferId(9) }.into()]).await;
    assert!(read::offer(&mut conn, OfferId(9)).await.unwrap().is_none());
    let standing = read::offer_standing(&mut conn, OfferId(9)).await.unwrap();
    assert_eq!((standing.state, standing.set_in_block, standing.sold), (Some(OfferState::Closed), None, 0));
    let unused = read::offer_standing(&mut conn, OfferId(8)).await.unwrap();
    assert_eq!(unused.state, None);
}

#[sqlx::test(migrations = false)]
async fn all_terms_are_kept_as_they_were_set(_: PgPoolOptions, options: PgConnectOptions) {
    let mut conn = migrated(&options).await;
    let set = offer_set(1);
    tell(&mut conn, 1, vec![ChainEvent::OfferSet(set.clone())]).await;
    let row = read::offer(&mut conn, OfferId(1)).await.unwrap().unwrap();
    let terms = set.terms;
    assert_eq!((row.nonce, row.buyer, row.verifiers), (terms.nonce, terms.buyer, 255));
    assert_eq!((row.units, row.overage_price, row.bond), (terms.units, terms.overage_price, terms.bond));
    assert_eq!((row.royalty_bps, row.split_id, row.items_hash), (terms.royalty_bps, SplitId(1), terms.items_hash));
    assert_eq!((row.price, row.unit_price, row.unit_bytes), (terms.price, terms.unit_price, terms.unit_bytes));
    assert_eq!(row.terms_uri, set.terms_uri.replace('\0', "\u{fffd}"));
    let items = read::offer_items(&mut conn, &[OfferId(1), OfferId(2)]).await.unwrap();
    let expected =
        [BundleItem { content_id: content(3), units: u64::MAX }, BundleItem { content_id: content(2), units: 0 }];
    assert_eq!(items[&OfferId(1)], expected, "in the order given");
    assert_eq!(items.len(), 1);
}
