//! Licenses: renewed, ended, re-keyed, passed on.

use alloy_primitives::Address;
use domain::{
    ChainEvent, KeyAccepted, LicenseEnded, LicenseId, LicenseRebound, LicenseRenewed, LicenseTransferred, OfferKind,
    PaymentId, ProfileId,
};
use sqlx::{
    PgConnection,
    postgres::{PgConnectOptions, PgPoolOptions},
};
use store::{read, rewind};

use crate::{
    ALL, batch, migrated,
    samples::{account, key_delivered, license_issued, offer_set},
    tell,
};

const ID: LicenseId = LicenseId(1);

async fn sold(options: &PgConnectOptions) -> PgConnection {
    let mut conn = migrated(options).await;
    let mut issued = license_issued(1, account(4));
    (issued.units, issued.expires_at, issued.content_version) = (10, 1_800_000_000, 0);
    tell(&mut conn, 1, vec![offer_set(1).into(), issued.into()]).await;
    conn
}

async fn license(conn: &mut PgConnection) -> read::License {
    read::license(conn, ID).await.unwrap().unwrap()
}

fn renewed(payment: u64, periods: u8) -> ChainEvent {
    LicenseRenewed {
        license_id: ID,
        payment_id: PaymentId(payment),
        periods,
        units: 10 * u64::from(periods),
        expires_at: 1_800_000_000 + u64::from(periods),
    }
    .into()
}

fn rebound(epoch: u32) -> ChainEvent {
    LicenseRebound { license_id: ID, profile_id: ProfileId(10 + u64::from(epoch)), epoch, content_version: 2 }.into()
}

#[sqlx::test(migrations = false)]
async fn a_license_has_its_offers_kind_and_one_period(_: PgPoolOptions, options: PgConnectOptions) {
    let mut conn = sold(&options).await;
    let license = license(&mut conn).await;
    assert_eq!((license.kind, license.transferable, license.bonded), (OfferKind::PerUse, true, true));
    assert_eq!((license.periods, license.epoch, license.ended, license.royalty_bps), (1, 0, false, u16::MAX));
}

#[sqlx::test(migrations = false)]
async fn renewals_grow_units_and_time(_: PgPoolOptions, options: PgConnectOptions) {
    let mut conn = sold(&options).await;
    tell(&mut conn, 2, vec![renewed(1, 2)]).await;
    tell(&mut conn, 3, vec![renewed(7, 255)]).await;
    let now = license(&mut conn).await;
    assert_eq!((now.units, now.periods, now.expires_at), (2550, 255, 1_800_000_255));
    let renewals = read::license_renewals(&mut conn, ID, ALL).await.unwrap();
    assert_eq!(renewals.iter().map(|r| (r.payment_id.0, r.periods)).collect::<Vec<_>>(), [(7, 255), (1, 2)]);
    rewind(&mut conn, Some(2)).await.unwrap();
    assert_eq!(license(&mut conn).await.units, 20);
    rewind(&mut conn, Some(1)).await.unwrap();
    assert_eq!((license(&mut conn).await.units, license(&mut conn).await.expires_at), (10, 1_800_000_000));
}

#[sqlx::test(migrations = false)]
async fn an_early_end_is_the_end(_: PgPoolOptions, options: PgConnectOptions) {
    let mut conn = sold(&options).await;
    tell(&mut conn, 2, vec![renewed(1, 2)]).await;
    tell(&mut conn, 3, vec![LicenseEnded { license_id: ID, expires_at: 1_700_000_500 }.into()]).await;
    let now = license(&mut conn).await;
    assert_eq!((now.expires_at, now.ended, now.units), (1_700_000_500, true, 20));
    rewind(&mut conn, Some(2)).await.unwrap();
    let before = license(&mut conn).await;
    assert_eq!((before.expires_at, before.ended), (1_800_000_002, false));
}

#[sqlx::test(migrations = false)]
async fn every_epoch_is_delivered_for_itself(_: PgPoolOptions, options: PgConnectOptions) {
    let mut conn = sold(&options).await;
    tell(&mut conn, 2, vec![key_delivered(1, 0).into()]).await;
    assert!(license(&mut conn).await.proved && license(&mut conn).await.sealed_key().is_some());
    tell(&mut conn, 3, vec![rebound(1)]).await;
    let now = license(&mut conn).await;
    assert_eq!((now.epoch, now.profile_id, now.content_version), (1, ProfileId(11), 2));
    assert_eq!((now.proved, now.accepted, now.sealed_key()), (false, false, None));
    tell(&mut conn, 4, vec![KeyAccepted { license_id: ID, epoch: 1 }.into()]).await;
    let now = license(&mut conn).await;
    assert_eq!((now.proved, now.accepted, now.sealed_key()), (false, true, None));
    tell(&mut conn, 5, vec![rebound(2), key_delivered(1, 2).into()]).await;
    let epochs = read::license_epochs(&mut conn, ID, ALL).await.unwrap();
    let told: Vec<_> = epochs.iter().map(|e| (e.epoch, e.profile_id.0, e.proved, e.accepted)).collect();
    assert_eq!(told, [(2, 12, true, false), (1, 11, false, true), (0, 1, true, false)]);
    assert_ne!(epochs[0].sealed_key(), epochs[2].sealed_key());
}

#[sqlx::test(migrations = false)]
async fn a_license_passed_on_keeps_its_first_licensee(_: PgPoolOptions, options: PgConnectOptions) {
    let mut conn = sold(&options).await;
    let moved = |from, to| LicenseTransferred { license_id: ID, from, to }.into();
    tell(&mut conn, 2, vec![moved(Address::ZERO, account(4)), moved(account(4), account(5))]).await;
    let now = license(&mut conn).await;
    assert_eq!((now.owner, now.licensee), (account(5), account(4)));
    let transfers = read::license_transfers(&mut conn, ID, ALL).await.unwrap();
    assert_eq!(transfers.iter().map(|t| t.to).collect::<Vec<_>>(), [account(5), account(4)]);
}

#[sqlx::test(migrations = false)]
async fn a_license_without_its_offer_is_refused(_: PgPoolOptions, options: PgConnectOptions) {
    let mut conn = migrated(&options).await;
    let orphan = batch(1, 0, vec![license_issued(1, account(4)).into()]);
    let error = store::append(&mut conn, &orphan).await.unwrap_err();
    assert!(error.to_string().contains("offer_id"), "{error}");
    assert_eq!(store::checkpoint(&mut conn).await.unwrap(), None);
}

#[sqlx::test(migrations = false)]
async fn an_offer_goes_together_with_its_licenses(_: PgPoolOptions, options: PgConnectOptions) {
    let mut conn = migrated(&options).await;
    for (number, event) in (1..).zip([offer_set(1).into(), license_issued(1, account(4)).into(), renewed(1, 2)]) {
        tell(&mut conn, number, vec![event]).await;
    }
    assert_eq!(rewind(&mut conn, None).await.unwrap(), 3);
    assert!(read::license(&mut conn, ID).await.unwrap().is_none());
}
