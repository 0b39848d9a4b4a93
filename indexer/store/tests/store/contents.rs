//! Content: versions, meters, owners.

use alloy_primitives::Address;
use domain::{
    ChainEvent, ContentMeterChanged, ContentTransferProposed, ContentTransferred, ContentVersioned, CreatorLevelSet,
    MeterId,
};
use sqlx::{
    PgConnection,
    postgres::{PgConnectOptions, PgPoolOptions},
};
use store::{read, rewind};

use crate::{
    ALL, migrated,
    samples::{account, cid, content, content_registered, hash},
    tell,
};

async fn content_1(conn: &mut PgConnection) -> read::Content {
    read::content(conn, content(1)).await.unwrap().unwrap()
}

fn versioned(version: u8) -> ChainEvent {
    ContentVersioned {
        content_id: content(1),
        version,
        content_hash: hash(100 + u64::from(version)),
        cid: cid(version),
        key_commitment: alloy_primitives::U256::from(version),
        metadata_cid: cid(200),
    }
    .into()
}

fn transferred(from: u8, to: u8, generation: u8) -> ChainEvent {
    ContentTransferred { content_id: content(1), from: account(from), to: account(to), generation }.into()
}

fn proposed(pending: Address) -> ChainEvent {
    ContentTransferProposed { content_id: content(1), pending }.into()
}

#[sqlx::test(migrations = false)]
async fn the_newest_version_is_shown_and_all_are_listed(_: PgPoolOptions, options: PgConnectOptions) {
    let mut conn = migrated(&options).await;
    tell(&mut conn, 1, vec![content_registered(1).into()]).await;
    tell(&mut conn, 2, vec![versioned(1), versioned(2)]).await;
    let now = content_1(&mut conn).await;
    assert_eq!((now.version, now.content_hash, &now.cid[..]), (2, hash(102), &cid(2)[..]));
    let versions = read::content_versions(&mut conn, content(1), ALL).await.unwrap();
    assert_eq!(versions.iter().map(|v| v.version).collect::<Vec<_>>(), [2, 1, 0]);
    assert_eq!(versions[2].content_hash, hash(11));
    rewind(&mut conn, Some(1)).await.unwrap();
    let before = content_1(&mut conn).await;
    assert_eq!((before.version, before.content_hash), (0, hash(11)));
}

#[sqlx::test(migrations = false)]
async fn a_meter_serves_until_another_is_named(_: PgPoolOptions, options: PgConnectOptions) {
    let mut conn = migrated(&options).await;
    let changed = ContentMeterChanged { content_id: content(1), meter_id: MeterId(7) };
    tell(&mut conn, 1, vec![content_registered(1).into()]).await;
    tell(&mut conn, 2, vec![changed.into()]).await;
    assert_eq!(content_1(&mut conn).await.meter_id, MeterId(7));
    let meters = read::content_meters(&mut conn, content(1), ALL).await.unwrap();
    assert_eq!(meters.iter().map(|m| (m.meter_id.0, m.block_number)).collect::<Vec<_>>(), [(7, 2), (1, 1)]);
}

#[sqlx::test(migrations = false)]
async fn content_belongs_to_who_took_it_over_last(_: PgPoolOptions, options: PgConnectOptions) {
    let mut conn = migrated(&options).await;
    let level = |creator, level| CreatorLevelSet { creator: account(creator), level, attester: account(9) }.into();
    tell(&mut conn, 1, vec![content_registered(1).into(), content_registered(2).into(), level(2, 3)]).await;
    tell(&mut conn, 2, vec![transferred(1, 2, 1)]).await;
    let now = content_1(&mut conn).await;
    assert_eq!((now.creator, now.registered_by, now.generation), (account(2), account(1), 1));
    assert_eq!(now.creator_level, 3, "the level is the owner's");
    let owned = async |conn: &mut PgConnection, by| {
        let filter = read::ContentFilter { creator: Some(account(by)), status: None };
        let rows = read::contents(conn, &filter, ALL).await.unwrap();
        rows.iter().map(|row| row.content_no).collect::<Vec<_>>()
    };
    assert_eq!((owned(&mut conn, 1).await, owned(&mut conn, 2).await), (vec![2], vec![1]));
    tell(&mut conn, 3, vec![transferred(2, 1, 2)]).await;
    assert_eq!((owned(&mut conn, 1).await, owned(&mut conn, 2).await), (vec![2, 1], vec![]));
    let transfers = read::content_transfers(&mut conn, content(1), ALL).await.unwrap();
    assert_eq!(transfers.iter().map(|t| (t.to, t.generation)).collect::<Vec<_>>(), [(account(1), 2), (account(2), 1)]);
}

#[sqlx::test(migrations = false)]
async fn a_proposal_is_pending_until_withdrawn_or_accepted(_: PgPoolOptions, options: PgConnectOptions) {
    let mut conn = migrated(&options).await;
    let pending = async |conn: &mut PgConnection| content_1(conn).await.pending_creator.map(Address::from);
    tell(&mut conn, 1, vec![content_registered(1).into()]).await;
    assert_eq!(pending(&mut conn).await, None);
    tell(&mut conn, 2, vec![proposed(account(2))]).await;
    assert_eq!(pending(&mut conn).await, Some(account(2)));
    tell(&mut conn, 3, vec![proposed(Address::ZERO)]).await;
    assert_eq!(pending(&mut conn).await, Some(Address::ZERO));
    tell(&mut conn, 4, vec![proposed(account(3)), transferred(1, 3, 1)]).await;
    assert_eq!(pending(&mut conn).await, None);
}

#[sqlx::test(migrations = false)]
async fn a_creators_level_is_what_was_said_last(_: PgPoolOptions, options: PgConnectOptions) {
    let mut conn = migrated(&options).await;
    let level = |level| CreatorLevelSet { creator: account(1), level, attester: account(9) }.into();
    tell(&mut conn, 1, vec![level(4)]).await;
    tell(&mut conn, 2, vec![level(0)]).await;
    let said = read::creator_level(&mut conn, account(1)).await.unwrap().unwrap();
    assert_eq!((said.level, said.attester, said.block_number), (0, account(9), 2));
    assert_eq!(read::creator_level(&mut conn, account(2)).await.unwrap(), None);
}
