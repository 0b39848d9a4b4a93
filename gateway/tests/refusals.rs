//! What a meter refuses, with which code, and what it says was expected.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod support;

use alloy::{primitives::U256, signers::local::PrivateKeySigner};
use datavault_gateway::{
    client::{ClientError, Receipts, Session, SessionOptions},
    protocol::{Countersigned, HEAD_HEADER, LaneStatus, MeterKeys, Problem, ProblemCode, REPEATED_HEADER},
};
use domain::{Delivery, LicenseId};
use statement::{Accumulator, SecretKey};
use support::{CONTENT, LICENSE, NOW, World, post, refused};

#[tokio::test]
async fn a_repeated_request_gets_the_same_answer_and_another_one_with_its_number_is_refused() {
    let world = World::new(100);
    let running = world.start().await;
    let chain = Accumulator::genesis(world.ctx(0));
    let request = world.proposal(&chain, 0, 1_500);
    let mut heads = Vec::new();
    for repeated in ["false", "true", "true"] {
        let response = post(&running.url, 0, &request).await;
        assert_eq!(response.status(), 206);
        assert_eq!(response.headers()[REPEATED_HEADER], repeated);
        assert_eq!(response.headers()["content-range"], "bytes 0-1499/200000");
        heads.push(serde_json::from_slice::<Countersigned>(response.headers()[HEAD_HEADER].as_bytes()).unwrap());
        assert_eq!(response.bytes().await.unwrap(), world.plaintext[..1_500]);
    }
    assert!(heads.iter().all(|head| *head == heads[0]));
    assert_eq!(running.meter.journal().used_units(LICENSE).unwrap(), 2);

    let other = world.proposal(&chain, 0, 1_600);
    assert_eq!(refused(&running.url, 0, &other).await.code, ProblemCode::SeqConflict);
    assert_eq!(running.meter.journal().used_units(LICENSE).unwrap(), 2);
}

#[tokio::test]
async fn a_gap_is_refused_with_the_number_expected() {
    let world = World::new(100);
    let running = world.start().await;
    let mut chain = Accumulator::genesis(world.ctx(0));
    chain.step(&world.proposal(&chain, 0, 10).event()).unwrap();
    let problem = refused(&running.url, 0, &world.proposal(&chain, 0, 10)).await;
    assert_eq!((problem.code, problem.expected.unwrap()), (ProblemCode::WrongSeq, 1.into()));
}

#[tokio::test]
async fn a_head_or_total_that_the_event_does_not_lead_to_is_refused() {
    let world = World::new(100);
    let running = world.start().await;
    let chain = Accumulator::genesis(world.ctx(0));
    let honest = world.proposal(&chain, 0, 10);

    let mut head = honest.clone();
    head.head += U256::from(1);
    let unsigned = refused(&running.url, 0, &head).await;
    assert_eq!(unsigned.code, ProblemCode::SignatureInvalid);
    world.sign(&mut head, &world.session_key);
    assert_eq!(refused(&running.url, 0, &head).await.code, ProblemCode::WrongHead);

    let mut total = honest;
    total.total = 0;
    world.sign(&mut total, &world.session_key);
    assert_eq!(refused(&running.url, 0, &total).await.code, ProblemCode::WrongHead);
    assert!(running.meter.journal().last(chain.ctx).unwrap().is_none());
}

#[tokio::test]
async fn wrong_keys_epochs_lanes_and_contents_are_told_apart() {
    let world = World::new(100);
    let running = world.start().await;
    let chain = Accumulator::genesis(world.ctx(0));
    let honest = world.proposal(&chain, 0, 10);

    let mut foreign = honest.clone();
    world.sign(&mut foreign, &PrivateKeySigner::random());
    let problem = refused(&running.url, 0, &foreign).await;
    assert_eq!(problem.code, ProblemCode::SignatureInvalid);
    assert_eq!(problem.expected.unwrap(), world.session_key.address().to_string());

    let mut epoch = honest.clone();
    epoch.epoch = 3;
    let problem = refused(&running.url, 0, &epoch).await;
    assert_eq!((problem.code, problem.expected.unwrap()), (ProblemCode::WrongEpoch, 0.into()));

    let problem = refused(&running.url, 1, &honest).await;
    assert_eq!(problem.code, ProblemCode::WrongContext);
    assert_eq!(problem.expected.unwrap(), format!("{:#x}", world.ctx(1)));

    let mut content = honest;
    content.content_id.0.0[0] ^= 1;
    assert_eq!(refused(&running.url, 0, &content).await.code, ProblemCode::LicenseForeign);
}

#[tokio::test]
async fn units_sizes_and_ranges_follow_the_offer_and_the_content() {
    let world = World::new(1_000);
    let running = world.start().await;
    let chain = Accumulator::genesis(world.ctx(0));

    let mut cheap = world.proposal(&chain, 0, 2_500);
    cheap.units = 2;
    world.extend(&chain, &mut cheap);
    let problem = refused(&running.url, 0, &cheap).await;
    assert_eq!((problem.code, problem.expected.unwrap()), (ProblemCode::WrongUnits, 3.into()));

    let large = world.proposal(&chain, 0, 17_000);
    assert_eq!(refused(&running.url, 0, &large).await.code, ProblemCode::EventTooLarge);

    let beyond = world.proposal(&chain, 199_000, 200_001);
    let problem = refused(&running.url, 0, &beyond).await;
    assert_eq!(problem.code, ProblemCode::RangeNotSatisfiable);
    assert_eq!(problem.expected.unwrap()["size"], 200_000);

    let mut backwards = world.proposal(&chain, 0, 10);
    (backwards.start, backwards.end) = (10, 5);
    world.extend(&chain, &mut backwards);
    assert_eq!(refused(&running.url, 0, &backwards).await.code, ProblemCode::RangeNotSatisfiable);
    assert_eq!(running.meter.journal().used_units(LICENSE).unwrap(), 0);
}

#[tokio::test]
async fn time_goes_forward_and_stays_near_the_chains_clock() {
    let world = World::new(100);
    let running = world.start().await;
    let mut chain = Accumulator::genesis(world.ctx(0));
    for far in [NOW + 31, NOW - 601] {
        let mut skewed = world.proposal(&chain, 0, 10);
        skewed.time = far;
        world.extend(&chain, &mut skewed);
        let problem = refused(&running.url, 0, &skewed).await;
        assert_eq!((problem.code, problem.expected.unwrap()["now"].clone()), (ProblemCode::TimeSkewed, NOW.into()));
    }
    let first = world.proposal(&chain, 0, 10);
    assert_eq!(post(&running.url, 0, &first).await.status(), 206);
    chain.step(&first.event()).unwrap();

    // Signed by a licensee that computes its head as if time had not gone back.
    let mut earlier = world.proposal(&chain, 0, 10);
    earlier.time = NOW - 1;
    world.sign(&mut earlier, &world.session_key);
    let problem = refused(&running.url, 0, &earlier).await;
    assert_eq!(problem.code, ProblemCode::TimeOutOfOrder);
    assert_eq!(problem.expected.unwrap()["last"], NOW);
}

#[tokio::test]
async fn without_a_license_in_force_the_answer_is_402_with_terms() {
    let world = World::new(100);
    let running = world.start().await;
    let request = world.proposal(&Accumulator::genesis(world.ctx(0)), 0, 10);
    assert_eq!(post(&running.url, 0, &request).await.status(), 206);
    let next = {
        let mut chain = Accumulator::genesis(world.ctx(0));
        chain.step(&request.event()).unwrap();
        world.proposal(&chain, 0, 10)
    };
    let offers = |problem: Problem| {
        assert_eq!(problem.status, 402);
        let terms = problem.terms.unwrap();
        assert_eq!((terms.content_id, terms.offers.len()), (CONTENT, 1));
        problem.code
    };

    world.facts.change(|it| it.now += 200_000);
    assert_eq!(offers(refused(&running.url, 0, &next).await), ProblemCode::LicenseExpired);
    // What was paid for before is still answered.
    assert_eq!(post(&running.url, 0, &request).await.status(), 206);
    world.facts.change(|it| it.licenses[0].refunded = true);
    assert_eq!(offers(refused(&running.url, 0, &request).await), ProblemCode::LicenseRefunded);
    world.facts.change(|it| it.licenses.clear());
    assert_eq!(offers(refused(&running.url, 0, &request).await), ProblemCode::LicenseUnknown);

    let url = format!("{}/v1/contents/{CONTENT}", running.url);
    let problem: Problem = reqwest::get(url).await.unwrap().json().await.unwrap();
    assert_eq!(offers(problem), ProblemCode::LicenseRequired);
}

#[tokio::test]
async fn licenses_of_another_meter_or_delivered_by_key_are_not_served() {
    let world = World::new(100);
    let running = world.start().await;
    let request = world.proposal(&Accumulator::genesis(world.ctx(0)), 0, 10);
    world.facts.change(|it| it.licenses[0].terms.delivery = Delivery::Key);
    assert_eq!(refused(&running.url, 0, &request).await.code, ProblemCode::LicenseNotServed);
    world.facts.change(|it| it.licenses[0].terms.delivery = Delivery::Served);
    // A meter version is remembered for good, so the other meter is another version.
    world.facts.change(|it| {
        let mut other = it.meters[0].clone();
        other.meter_id.0 = 2;
        other.signer = PrivateKeySigner::random().address();
        it.meters.push(other);
        it.licenses[0].meter_id.0 = 2;
    });
    assert_eq!(refused(&running.url, 0, &request).await.code, ProblemCode::LicenseForeign);
}

#[tokio::test]
async fn content_without_key_or_ciphertext_is_not_served_and_not_charged() {
    let world = World::new(100);
    let key = world.folder.path().join("meter/keys").join(format!("{:#x}", CONTENT.0));
    std::fs::remove_file(key).unwrap();
    let running = world.start().await;
    let request = world.proposal(&Accumulator::genesis(world.ctx(0)), 0, 10);
    assert_eq!(refused(&running.url, 0, &request).await.code, ProblemCode::ContentNotServed);
    assert!(running.meter.journal().last(world.ctx(0)).unwrap().is_none());
}

#[tokio::test]
async fn what_is_no_request_is_refused_in_the_same_form() {
    let world = World::new(100);
    let running = world.start().await;
    let http = reqwest::Client::new();
    let url = format!("{}/v1/licenses/{LICENSE}/lanes/0/fetch", running.url);
    for body in ["{}".to_owned(), "no json".to_owned(), " ".repeat(20_000)] {
        let response = http.post(&url).header("content-type", "application/json").body(body).send().await.unwrap();
        let problem: Problem = response.json().await.unwrap();
        assert_eq!(problem.code, ProblemCode::MalformedRequest);
    }
    for path in ["/v1/licenses/seven/lanes/0", "/v1/licenses/7/lanes/-1", "/nothing"] {
        let response = http.get(format!("{}{path}", running.url)).send().await.unwrap();
        assert!(response.status().is_client_error());
        assert_eq!(response.headers()["content-type"], "application/problem+json", "{path}");
    }
}

#[tokio::test]
async fn a_lanes_status_is_for_its_licensee_alone() {
    let world = World::new(100);
    let running = world.start().await;
    let url = format!("{}/v1/licenses/{LICENSE}/lanes/0", running.url);
    let problem: Problem = reqwest::get(&url).await.unwrap().json().await.unwrap();
    assert_eq!(problem.code, ProblemCode::SignatureInvalid);

    let read = async |key: &PrivateKeySigner| {
        use alloy::signers::SignerSync;
        let message = datavault_gateway::protocol::lane_read_message(world.signer.address(), LICENSE, 0, NOW);
        let signature = key.sign_message_sync(message.as_bytes()).unwrap();
        let request = reqwest::Client::new().get(&url).header("datavault-read", format!("{NOW}.{signature}"));
        request.send().await.unwrap()
    };
    assert_eq!(read(&PrivateKeySigner::random()).await.status(), 401);
    let status: LaneStatus = read(&world.session_key).await.json().await.unwrap();
    assert_eq!((status.ctx, status.last, status.granted_units), (world.ctx(0), None, Some(100)));
}

#[tokio::test]
async fn public_keys_and_health_are_told() {
    let world = World::new(100);
    let running = world.start().await;
    let keys: MeterKeys = reqwest::get(format!("{}/v1/keys", running.url)).await.unwrap().json().await.unwrap();
    assert_eq!(keys, running.meter.keys());
    assert_eq!(keys.key_hash, world.secret.public().commitment());
    assert_eq!(reqwest::get(format!("{}/health", running.url)).await.unwrap().status(), 200);
    let second = datavault_gateway::meter::Meter::open(world.config());
    assert!(second.is_err_and(|error| error.to_string().contains("in use by another meter")));
}

#[tokio::test]
async fn a_licensee_accepts_only_the_keys_on_the_chain() {
    let world = World::new(100);
    let running = world.start().await;
    for (secret, signer) in [
        (SecretKey::derive(&[9; 32], "another"), world.signer.address()),
        (world.secret.clone(), PrivateKeySigner::random().address()),
    ] {
        // The licensee's view of the chain names other keys than this meter has.
        let mut licensee = World::new(100);
        licensee.session_key = world.session_key.clone();
        licensee.facts.change(|it| {
            it.licenses[0].session_key = world.session_key.address();
            it.meters[0].key = secret.public();
            it.meters[0].signer = signer;
        });
        let receipts = Receipts::open(&licensee.receipts_path()).unwrap();
        let options = SessionOptions { meter_url: Some(running.url.clone()), ..SessionOptions::default() };
        let session = Session::open(licensee.shared_facts(), LICENSE, world.session_key.clone(), receipts, options);
        let session = session.await.unwrap();
        let lane = if signer == world.signer.address() { 0 } else { 1 };
        let error = session.lane(lane).await.unwrap().fetch(0..10).await.unwrap_err();
        let named = matches!(&error, ClientError::BadAnswer(_))
            || matches!(&error, ClientError::Refused(problem) if problem.code == ProblemCode::SignatureInvalid);
        assert!(named, "{error}");
        assert!(session.receipts().last(world.ctx(lane)).unwrap().is_none());
    }
    let missing = Session::open(
        world.shared_facts(),
        LicenseId(99),
        world.session_key.clone(),
        Receipts::open(&world.receipts_path()).unwrap(),
        SessionOptions::default(),
    );
    assert!(matches!(missing.await, Err(ClientError::LicenseUnknown(LicenseId(99)))));
}
