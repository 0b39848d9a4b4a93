//! Settled and attested use.

use alloy_primitives::U256;
use domain::{ComplianceProved, Context, LicenseId, UsageSigned};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use store::read;

use crate::{ALL, migrated, samples::content, tell};

fn signed(ctx: u64, epoch: u32, settled_total: u64, settled_units: u64) -> UsageSigned {
    UsageSigned {
        license_id: LicenseId(1),
        content_id: content(1),
        ctx: Context(U256::from(ctx)),
        lane: 0,
        epoch,
        seq: 1,
        head: U256::from(settled_total),
        time: 100,
        signed_total: settled_total,
        settled_total,
        settled_units,
    }
}

#[sqlx::test(migrations = false)]
async fn a_lane_starts_anew_in_every_epoch(_: PgPoolOptions, options: PgConnectOptions) {
    let mut conn = migrated(&options).await;
    tell(&mut conn, 1, vec![signed(5, 0, 10, 10).into()]).await;
    tell(&mut conn, 2, vec![signed(6, 1, 3, 13).into(), signed(5, 0, 11, 14).into()]).await;
    let lanes = read::lanes(&mut conn, LicenseId(1), 10).await.unwrap();
    let told: Vec<_> = lanes.iter().map(|l| (l.epoch, l.lane, l.settled_total)).collect();
    assert_eq!(told, [(0, 0, 11), (1, 0, 3)]);
    let settlements = read::settlements(&mut conn, LicenseId(1), ALL).await.unwrap();
    assert_eq!(settlements.iter().map(|s| s.settled_units).collect::<Vec<_>>(), [14, 13, 10]);
}

#[sqlx::test(migrations = false)]
async fn compliance_is_recorded_and_settles_nothing(_: PgPoolOptions, options: PgConnectOptions) {
    let mut conn = migrated(&options).await;
    let proved = |max_allowed| ComplianceProved {
        license_id: LicenseId(1),
        content_id: content(1),
        ctx: Context(U256::from(5)),
        lane: 0,
        epoch: 0,
        head: U256::from(9),
        as_of: 100,
        max_allowed,
    };
    tell(&mut conn, 1, vec![proved(50).into()]).await;
    tell(&mut conn, 2, vec![proved(u64::MAX).into()]).await;
    let proofs = read::compliance_proofs(&mut conn, LicenseId(1), ALL).await.unwrap();
    assert_eq!(proofs.iter().map(|p| (p.max_allowed, p.as_of)).collect::<Vec<_>>(), [(u64::MAX, 100), (50, 100)]);
    assert!(read::lanes(&mut conn, LicenseId(1), 10).await.unwrap().is_empty());
    assert!(read::compliance_proofs(&mut conn, LicenseId(2), ALL).await.unwrap().is_empty());
}
