//! Metered fetching as a licensee lives it, crashes included.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod support;

use std::time::Duration;

use alloy::primitives::U256;
use datavault_gateway::client::{ClientError, Receipts};
use datavault_gateway::protocol::ProblemCode;
use support::{LICENSE, NOW, World, lossy::Lossy};

const PATIENT: Duration = Duration::from_secs(10);
const AT_ONCE: Duration = Duration::ZERO;

#[tokio::test]
async fn two_lanes_fetch_in_parallel_and_the_meter_holds_their_sum() {
    let world = World::new(1_000);
    let running = world.start().await;
    let session = world.session(&running.url, PATIENT).await;
    let lanes = futures::future::join_all((0..2).map(|lane| session.lane(lane))).await;
    let fetching = lanes.iter().enumerate().map(|(index, lane)| {
        let (lane, plaintext) = (lane.as_ref().unwrap(), &world.plaintext);
        async move {
            for step in 0..30 {
                let start = (index * 100_000 + step * 2_500) as u64;
                let fetched = lane.fetch(start..start + 2_500).await.unwrap();
                assert_eq!(fetched.bytes, plaintext[start as usize..start as usize + 2_500]);
                assert_eq!((fetched.units, fetched.repeated), (3, false));
                assert_eq!(fetched.head.head.seq, step as u64 + 1);
                assert_eq!(fetched.content_size, Some(plaintext.len() as u64));
            }
        }
    });
    futures::future::join_all(fetching).await;

    assert_eq!(running.meter.journal().used_units(LICENSE).unwrap(), 180);
    for (lane, entry) in running.meter.journal().last_of_license(LICENSE).unwrap().into_iter().enumerate() {
        let ours = session.receipts().last(world.ctx(lane as u32)).unwrap().unwrap();
        assert_eq!(entry.countersigned, ours, "both sides hold the same head with the same signatures");
        assert_eq!((ours.head.seq, ours.head.total), (30, 90));
    }
}

#[tokio::test]
async fn an_answer_lost_on_the_way_is_given_again_and_charged_once() {
    let world = World::new(100);
    let running = world.start().await;
    let lossy = Lossy::before(&running.url).await;
    let lane = world.session(&lossy.url, PATIENT).await.lane(0).await.unwrap();
    lane.fetch(0..1_000).await.unwrap();
    lossy.lose(2);
    let fetched = lane.fetch(5_000..6_000).await.unwrap();
    assert_eq!(fetched.bytes, world.plaintext[5_000..6_000]);
    assert!(fetched.repeated);
    assert_eq!(running.meter.journal().used_units(LICENSE).unwrap(), 2);
}

#[tokio::test]
async fn a_licensee_that_dies_before_the_meter_hears_sends_the_same_proposal_later() {
    let world = World::new(100);
    let error = {
        let lane = world.session("http://127.0.0.1:9", AT_ONCE).await.lane(0).await.unwrap();
        lane.fetch(0..1_000).await.unwrap_err()
    };
    assert!(matches!(error, ClientError::Unreachable { .. }), "{error}");
    // The lane must be compared with the meter before anything is proposed, so nothing was.
    let receipts = Receipts::open(&world.receipts_path()).unwrap();
    assert!(receipts.standing(world.ctx(0)).unwrap().pending.is_none());

    let running = world.start().await;
    let lane = world.session(&running.url, AT_ONCE).await.lane(0).await.unwrap();
    lane.fetch(0..1_000).await.unwrap();
    running.crash();
    assert!(matches!(lane.fetch(1_000..2_000).await, Err(ClientError::Unreachable { .. })));
    let pending = receipts.standing(world.ctx(0)).unwrap().pending.unwrap();
    assert_eq!(pending.request.seq, 2);
    drop(lane);

    let running = world.start().await;
    let lane = world.session(&running.url, AT_ONCE).await.lane(0).await.unwrap();
    let recovered = lane.reconcile().await.unwrap().recovered.unwrap();
    assert_eq!(recovered.bytes, world.plaintext[1_000..2_000]);
    assert!(!recovered.repeated);
    let entry = running.meter.journal().event(world.ctx(0), 2).unwrap().unwrap();
    assert_eq!(entry.request, pending.request, "the very bytes that were proposed before the crash");
    assert_eq!(running.meter.journal().used_units(LICENSE).unwrap(), 2);
}

#[tokio::test]
async fn a_licensee_that_dies_before_the_answer_arrives_finds_it_on_record() {
    let world = World::new(100);
    let running = world.start().await;
    let lossy = Lossy::before(&running.url).await;
    {
        let lane = world.session(&lossy.url, AT_ONCE).await.lane(0).await.unwrap();
        lane.reconcile().await.unwrap();
        lossy.lose(1);
        assert!(matches!(lane.fetch_as("part-1", 0..3_000).await, Err(ClientError::Unreachable { .. })));
    }
    assert_eq!(running.meter.journal().used_units(LICENSE).unwrap(), 3);

    let lane = world.session(&lossy.url, AT_ONCE).await.lane(0).await.unwrap();
    let fetched = lane.fetch_as("part-1", 0..3_000).await.unwrap();
    assert_eq!(fetched.bytes, world.plaintext[..3_000]);
    let again = lane.fetch_as("part-1", 0..3_000).await.unwrap();
    assert!(again.repeated && again.head == fetched.head);
    assert!(matches!(lane.fetch_as("part-1", 0..10).await, Err(ClientError::RequestIdTaken { .. })));
    assert_eq!(running.meter.journal().used_units(LICENSE).unwrap(), 3);
}

#[tokio::test]
async fn a_meter_that_dies_between_recording_and_answering_gives_the_same_answer_when_it_is_back() {
    let world = World::new(100);
    let running = world.start().await;
    let lossy = Lossy::before(&running.url).await;
    let lane = world.session(&lossy.url, AT_ONCE).await.lane(0).await.unwrap();
    lane.fetch(0..1_000).await.unwrap();
    lossy.lose(1);
    assert!(lane.fetch(1_000..2_000).await.is_err());
    let recorded = running.meter.journal().event(world.ctx(0), 2).unwrap().unwrap();
    running.crash();
    drop(lane);

    let running = world.start().await;
    let lane = world.session(&running.url, PATIENT).await.lane(0).await.unwrap();
    let fetched = lane.fetch(1_000..2_000).await.unwrap();
    assert_eq!(fetched.head, recorded.countersigned);
    assert_eq!(fetched.bytes, world.plaintext[1_000..2_000]);
    assert_eq!(lane.fetch(2_000..3_000).await.unwrap().head.head.seq, 3);
    assert_eq!(running.meter.journal().used_units(LICENSE).unwrap(), 3);
}

#[tokio::test]
async fn many_lanes_at_the_cap_never_use_one_unit_too_many() {
    let world = World::new(23);
    let running = world.start().await;
    let session = world.session(&running.url, PATIENT).await;
    let fetching = (0..6).map(|lane| {
        let session = session.clone();
        tokio::spawn(async move {
            let lane = session.lane(lane).await.unwrap();
            let mut units = 0;
            for step in 0..5 {
                match lane.fetch(step * 2_000..step * 2_000 + 2_000).await {
                    Ok(fetched) => units += u64::from(fetched.units),
                    Err(ClientError::Refused(problem)) => {
                        assert_eq!(problem.code, ProblemCode::UnitsExhausted);
                        assert_eq!(problem.expected.unwrap()["granted"], 23);
                    }
                    Err(error) => panic!("{error}"),
                }
            }
            units
        })
    });
    let used: u64 = futures::future::join_all(fetching).await.into_iter().map(Result::unwrap).sum();
    assert_eq!(used, 22, "11 fetches of two units fit into 23");
    assert_eq!(running.meter.journal().used_units(LICENSE).unwrap(), 22);

    // What was refused does not stop the lane: one unit is left.
    let lane = session.lane(0).await.unwrap();
    lane.fetch(0..1_000).await.unwrap();
    assert!(matches!(lane.fetch(0..1).await, Err(ClientError::Refused(_))));
    lane.tick().await.unwrap();
    assert_eq!(running.meter.journal().used_units(LICENSE).unwrap(), 23);
}

#[tokio::test]
async fn a_proposal_that_grew_too_old_is_put_aside_uncharged() {
    let world = World::new(100);
    let running = world.start().await;
    let lane = world.session(&running.url, AT_ONCE).await.lane(0).await.unwrap();
    lane.fetch(0..1_000).await.unwrap();
    running.crash();
    assert!(lane.fetch(1_000..2_000).await.is_err());
    world.facts.change(|it| it.now = NOW + 50_000);
    drop(lane);

    let running = world.start().await;
    let lane = world.session(&running.url, AT_ONCE).await.lane(0).await.unwrap();
    let refused = lane.reconcile().await.unwrap().refused.unwrap();
    assert_eq!(refused.code, ProblemCode::TimeSkewed);
    let fetched = lane.fetch(1_000..2_000).await.unwrap();
    assert_eq!((fetched.head.head.seq, fetched.head.head.total), (2, 2));
}

#[tokio::test]
async fn a_lane_serves_one_process_and_a_foreign_key_opens_no_session() {
    let mut world = World::new(100);
    let running = world.start().await;
    let session = world.session(&running.url, AT_ONCE).await;
    let _held = session.lane(0).await.unwrap();
    assert!(matches!(session.lane(0).await, Err(ClientError::LaneInUse { lane: 0, .. })));
    session.lane(1).await.unwrap();

    world.session_key = alloy::signers::local::PrivateKeySigner::random();
    let receipts = Receipts::open(&world.receipts_path()).unwrap();
    let opened = datavault_gateway::client::Session::open(
        world.shared_facts(),
        LICENSE,
        world.session_key.clone(),
        receipts,
        Default::default(),
    );
    assert!(matches!(opened.await, Err(ClientError::ForeignKey { .. })));
}

#[tokio::test]
async fn each_side_that_forgot_is_told_so() {
    let world = World::new(100);
    let running = world.start().await;
    let lane = world.session(&running.url, AT_ONCE).await.lane(0).await.unwrap();
    lane.fetch(0..1_000).await.unwrap();
    drop(lane);

    // The licensee lost its receipts.
    let kept = world.folder.path().join("kept");
    std::fs::create_dir(&kept).unwrap();
    for name in ["receipts.sqlite", "receipts.sqlite-wal", "receipts.sqlite-shm"] {
        let _ = std::fs::rename(world.folder.path().join(name), kept.join(name));
    }
    let lane = world.session(&running.url, AT_ONCE).await.lane(0).await.unwrap();
    let error = lane.fetch(0..1_000).await.unwrap_err();
    assert!(matches!(error, ClientError::ReceiptsBehind { meters: 1, ours: 0 }), "{error}");
    drop(lane);
    for name in ["receipts.sqlite", "receipts.sqlite-wal", "receipts.sqlite-shm"] {
        let _ = std::fs::remove_file(world.folder.path().join(name));
        let _ = std::fs::rename(kept.join(name), world.folder.path().join(name));
    }

    // The meter lost its journal.
    running.crash();
    for name in ["journal.sqlite", "journal.sqlite-wal", "journal.sqlite-shm"] {
        let _ = std::fs::remove_file(world.folder.path().join("meter").join(name));
    }
    let running = world.start().await;
    let lane = world.session(&running.url, AT_ONCE).await.lane(0).await.unwrap();
    let error = lane.fetch(0..1_000).await.unwrap_err();
    assert!(matches!(error, ClientError::MeterBehind { meters: 0, ours: 1 }), "{error}");
    assert_eq!(world.session(&running.url, AT_ONCE).await.receipts().last(world.ctx(0)).unwrap().unwrap().head.seq, 1);
}

#[tokio::test]
async fn a_gap_longer_than_one_event_spans_is_bridged_by_ticks() {
    const LONGEST: u64 = (1 << 24) - 1;
    let world = World::new(100);
    world.facts.change(|it| it.licenses[0].expires_at = None);
    let running = world.start().await;
    let lane = world.session(&running.url, AT_ONCE).await.lane(0).await.unwrap();
    lane.fetch(0..1_000).await.unwrap();
    world.facts.change(|it| it.now += 2 * LONGEST + 500);
    let fetched = lane.fetch(0..1_000).await.unwrap();
    assert_eq!((fetched.head.head.seq, fetched.head.head.total), (4, 2), "two ticks of no units");
    assert_eq!(fetched.head.head.time, NOW + 2 * LONGEST + 500);
}

#[tokio::test]
async fn what_is_to_be_proved_extends_from_head_to_head() {
    let world = World::new(100);
    let running = world.start().await;
    let session = world.session(&running.url, AT_ONCE).await;
    let lane = session.lane(0).await.unwrap();
    for step in 0..30 {
        lane.fetch(step * 10..step * 10 + 10).await.unwrap();
    }
    let (receipts, ctx) = (session.receipts(), lane.ctx());
    let (mut head, mut events) = (U256::ZERO, 0);
    while let Some(range) = receipts.provable_from(ctx, head, 13).unwrap() {
        let mut chain = range.before;
        for event in &range.events {
            chain.step(event).unwrap();
        }
        assert_eq!(chain.signable(), range.after.head);
        assert!(session.meter().key.verify(range.after.head.head, &range.after.meter_eddsa));
        head = range.after.head.head;
        events += range.events.len();
    }
    assert_eq!(events, 30);
    assert_eq!(session.status(0).await.unwrap().last, receipts.last(ctx).unwrap());
    assert!(receipts.provable_from(ctx, U256::from(5), 13).unwrap().is_none(), "a head of another lane");
    let unknown = lane.refetch(31).await.unwrap_err();
    assert!(matches!(unknown, ClientError::EventUnknown { lane: 0, seq: 31 }), "{unknown}");
    assert_eq!(lane.refetch(3).await.unwrap().bytes, world.plaintext[20..30]);
}

#[tokio::test]
async fn a_jump_of_the_chains_time_that_one_clock_missed_stops_nobody() {
    const DAY: u64 = 86_400;
    let world = World::new(100);
    let running = world.start().await;
    let lane = world.session(&running.url, AT_ONCE).await.lane(0).await.unwrap();
    lane.fetch(0..1_000).await.unwrap();
    // Both clocks still show yesterday; the chain is asked where they disagree with it.
    world.facts.change(|it| (it.now, it.seen_now) = (NOW + DAY, Some(NOW)));
    lane.fetch(0..1_000).await.unwrap();
    // The meter's clock noticed, the licensee's did not.
    let mut licensee = World::new(100);
    licensee.session_key = world.session_key.clone();
    licensee.facts.change(|it| {
        it.licenses[0].session_key = world.session_key.address();
        it.meters[0].signer = world.signer.address();
        (it.now, it.seen_now) = (NOW + DAY, Some(NOW));
    });
    world.facts.change(|it| it.seen_now = None);
    let other = licensee.session(&running.url, AT_ONCE).await.lane(1).await.unwrap();
    let fetched = other.fetch(0..1_000).await.unwrap();
    assert_eq!(fetched.head.head.time, NOW + DAY);
    assert_eq!(running.meter.journal().used_units(LICENSE).unwrap(), 3);
}
