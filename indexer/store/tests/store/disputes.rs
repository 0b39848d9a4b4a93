//! Disputes, from filing to execution.

use alloy_primitives::U256;
use domain::{
    ChainEvent, ContentTransferred, DisputeAppealed, DisputeEscalated, DisputeExecuted, DisputeFiled, DisputeId,
    DisputeKind, DisputeRuled, DisputeState, EvidenceSubmitted, LicenseId, LicenseTransferred, Ruling,
};
use sqlx::{
    PgConnection,
    postgres::{PgConnectOptions, PgPoolOptions},
};
use store::{read, rewind};

use crate::{
    ALL, migrated,
    samples::{LATEST, account, cid, content, dispute_filed, license_issued, offer_set},
    tell,
};

const ID: DisputeId = DisputeId(1);

async fn stands(conn: &mut PgConnection) -> (DisputeState, Ruling, u64) {
    let dispute = read::dispute(conn, ID).await.unwrap().unwrap();
    (dispute.state, dispute.ruling, dispute.deadline)
}

fn ruled(by: u8, ruling: Ruling, executable_from: u64) -> ChainEvent {
    DisputeRuled { dispute_id: ID, by: account(by), ruling, executable_from }.into()
}

fn escalated() -> ChainEvent {
    let (arbitrator, external_id) = (account(8), U256::from(77));
    DisputeEscalated { dispute_id: ID, arbitrator, external_id, deadline: 200 }.into()
}

fn appealed() -> ChainEvent {
    let (appellant, arbitrator) = (account(1), account(7));
    DisputeAppealed { dispute_id: ID, appellant, arbitrator, external_id: U256::MAX, deadline: 400 }.into()
}

fn executed(ruling: Ruling) -> ChainEvent {
    DisputeExecuted { dispute_id: ID, ruling, bond_recipient: account(4) }.into()
}

#[sqlx::test(migrations = false)]
async fn a_dispute_goes_from_state_to_state(_: PgPoolOptions, options: PgConnectOptions) {
    let mut conn = migrated(&options).await;
    let steps = [
        (dispute_filed(1).into(), DisputeState::Filed, Ruling::None, LATEST),
        (escalated(), DisputeState::Escalated, Ruling::None, 200),
        (ruled(8, Ruling::Licensee, 1_700_000_300), DisputeState::Ruled, Ruling::Licensee, 1_700_000_299),
        (appealed(), DisputeState::Appealed, Ruling::Licensee, 400),
        // Final: it can be executed in its own block, whose time this is.
        (ruled(7, Ruling::Creator, 1_700_000_005), DisputeState::Ruled, Ruling::Creator, 1_700_000_005),
        (executed(Ruling::Creator), DisputeState::Executed, Ruling::Creator, 1_700_000_005),
    ];
    for (number, (event, state, ruling, deadline)) in (1..).zip(steps.clone()) {
        tell(&mut conn, number, vec![event]).await;
        assert_eq!(stands(&mut conn).await, (state, ruling, deadline));
    }
    for (number, (_, state, ruling, deadline)) in steps.into_iter().enumerate().rev() {
        rewind(&mut conn, Some(number as u64 + 1)).await.unwrap();
        assert_eq!(stands(&mut conn).await, (state, ruling, deadline));
    }
}

#[sqlx::test(migrations = false)]
async fn hearings_and_rulings_are_told_in_order(_: PgPoolOptions, options: PgConnectOptions) {
    let mut conn = migrated(&options).await;
    tell(&mut conn, 1, vec![dispute_filed(1).into(), escalated(), ruled(8, Ruling::Licensee, 300)]).await;
    tell(&mut conn, 2, vec![appealed(), ruled(7, Ruling::Creator, 350)]).await;
    let hearings = read::hearings(&mut conn, ID).await.unwrap();
    let told: Vec<_> = hearings.iter().map(|h| (h.appeal, h.arbitrator, h.external_id)).collect();
    assert_eq!(told, [(false, account(8), U256::from(77)), (true, account(7), U256::MAX)]);
    assert_eq!(hearings[1].appellant.map(alloy_primitives::Address::from), Some(account(1)));
    let rulings = read::rulings(&mut conn, ID).await.unwrap();
    let told: Vec<_> = rulings.iter().map(|r| (r.ruled_by, r.ruling)).collect();
    assert_eq!(told, [(account(8), Ruling::Licensee), (account(7), Ruling::Creator)]);
    let dispute = read::dispute(&mut conn, ID).await.unwrap().unwrap();
    assert_eq!((dispute.appeal_arbitrator, dispute.executable_from), (account(7), 350));
}

#[sqlx::test(migrations = false)]
async fn an_appeal_that_timed_out_leaves_the_first_ruling(_: PgPoolOptions, options: PgConnectOptions) {
    let mut conn = migrated(&options).await;
    tell(&mut conn, 1, vec![dispute_filed(1).into(), ruled(8, Ruling::Licensee, 300), appealed()]).await;
    tell(&mut conn, 2, vec![executed(Ruling::Licensee)]).await;
    assert_eq!(stands(&mut conn).await.1, Ruling::Licensee);
    let filter = read::DisputeFilter { state: Some(DisputeState::Executed), ..Default::default() };
    assert_eq!(read::disputes(&mut conn, &filter, ALL).await.unwrap().len(), 1);
}

#[sqlx::test(migrations = false)]
async fn only_the_respondent_answers(_: PgPoolOptions, options: PgConnectOptions) {
    let mut conn = migrated(&options).await;
    let evidence = |party| EvidenceSubmitted { dispute_id: ID, party, evidence_cid: cid(1) }.into();
    let answered = async |conn: &mut PgConnection| read::dispute(conn, ID).await.unwrap().unwrap().answered;
    tell(&mut conn, 1, vec![dispute_filed(1).into(), evidence(account(4))]).await;
    assert!(!answered(&mut conn).await);
    tell(&mut conn, 2, vec![evidence(account(1))]).await;
    assert!(answered(&mut conn).await);
}

#[sqlx::test(migrations = false)]
async fn the_respondent_is_who_holds_the_other_side_now(_: PgPoolOptions, options: PgConnectOptions) {
    let mut conn = migrated(&options).await;
    let (license, content) = (license_issued(1, account(4)), content(1));
    let against_licensee = DisputeFiled {
        dispute_id: DisputeId(2),
        kind: DisputeKind::NonPayment,
        respondent: account(4),
        ..dispute_filed(1)
    };
    let respondents = async |conn: &mut PgConnection| {
        let rows = read::disputes(conn, &read::DisputeFilter::default(), ALL).await.unwrap();
        rows.iter().map(|row| row.respondent).collect::<Vec<_>>()
    };
    tell(&mut conn, 1, vec![offer_set(1).into(), license.into()]).await;
    tell(&mut conn, 2, vec![dispute_filed(1).into(), against_licensee.into()]).await;
    assert_eq!(respondents(&mut conn).await, [account(4), account(1)]);
    let sold = LicenseTransferred { license_id: LicenseId(1), from: account(4), to: account(5) };
    let taken_over = ContentTransferred { content_id: content, from: account(1), to: account(6), generation: 1 };
    tell(&mut conn, 3, vec![sold.into(), taken_over.into()]).await;
    assert_eq!(respondents(&mut conn).await, [account(5), account(6)]);
    rewind(&mut conn, Some(2)).await.unwrap();
    assert_eq!(respondents(&mut conn).await, [account(4), account(1)]);
}
