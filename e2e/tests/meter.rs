//! What the creator's meter refuses over HTTP, and that a refusal costs nothing.

use std::sync::Arc;

use alloy::primitives::{B256, U256};
use alloy::signers::local::PrivateKeySigner;
use cli::Session;
use domain::LicenseId;
use e2e::{Result, TestStack, datavault, eventually, sale};
use gateway::client::{ClientError, Receipts, Session as Use, SessionOptions};
use gateway::facts::ChainFacts;
use gateway::protocol::{FetchRequest, Problem, ProblemCode, REPEATED_HEADER};
use statement::Accumulator;

const BYTES: usize = 200_000;

/// Served content, and a license of it.
struct Sold {
    at: TestStack,
    creator: Session,
    company: Session,
    license: LicenseId,
    plaintext: Vec<u8>,
}

impl Sold {
    async fn new(name: &str, units: u64, extra: &[&str]) -> Result<Self> {
        let at = TestStack::start(name).await?;
        let (creator, company) = (at.session("creator").await?, at.session("company1").await?);
        let plaintext: Vec<u8> = (0..BYTES as u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
        let content = sale::content(&at, &creator, "served.bin", &plaintext).await?.content_id;
        let offer = sale::served_offer(&creator, content, extra).await?;
        let license = sale::buy_units(&company, offer, units).await?;
        Ok(Self { at, creator, company, license, plaintext })
    }

    /// The licensee's library, patient or not.
    async fn client(&self) -> Result<Use> {
        let facts = Arc::new(ChainFacts::new(self.company.chain.clone()).await?);
        let receipts = Receipts::open(&self.company.home()?.receipts())?;
        let key = self.company.licensee_keys()?.session;
        Ok(Use::open(facts, self.license, key, receipts, SessionOptions::default()).await?)
    }

    /// An event made by hand on `chain`, signed as the licensee signs.
    async fn proposal(&self, chain: &Accumulator, start: u64, end: u64) -> Result<FetchRequest> {
        let view = self.company.chain.license(self.license).await?;
        let mut request = FetchRequest {
            content_id: self.company.offer(view.offer_id).await?.terms.content_id,
            epoch: 0,
            start,
            end,
            time: self.company.now().await?.max(chain.last),
            units: u16::try_from((end - start).div_ceil(sale::UNIT_BYTES))?,
            salt: B256::random(),
            ctx: chain.ctx,
            seq: 0,
            total: 0,
            head: U256::ZERO,
            licensee_signature: Vec::new().into(),
        };
        self.extend(chain, &mut request)?;
        Ok(request)
    }

    /// Recomputes where the event leads, and signs.
    fn extend(&self, chain: &Accumulator, request: &mut FetchRequest) -> Result {
        let head = chain.clone().step(&request.event())?;
        (request.seq, request.total, request.head) = (head.seq, head.total, head.head);
        self.sign(request, &self.company.licensee_keys()?.session)
    }

    fn sign(&self, request: &mut FetchRequest, key: &PrivateKeySigner) -> Result {
        let FetchRequest { ctx, seq, total, head, time, .. } = *request;
        let head = contracts::Head { ctx: domain::Context(ctx), seq, total, head, time };
        let tracker = self.company.addresses().usage;
        let signature = contracts::sign_head(key, self.company.chain.chain_id(), tracker, &head)?;
        request.licensee_signature = signature.to_vec().into();
        Ok(())
    }

    async fn post(&self, lane: u32, request: &FetchRequest) -> Result<reqwest::Response> {
        let path = format!("v1/licenses/{}/lanes/{lane}/fetch", self.license);
        Ok(reqwest::Client::new().post(self.at.stack.meter.url().join(&path)?).json(request).send().await?)
    }

    /// Sends what must be refused with this code, and checks that the meter's journal does not move.
    async fn refused(&self, lane: u32, request: &FetchRequest, code: ProblemCode) -> Result<Problem> {
        let before = self.journaled(request.ctx)?;
        let response = self.post(lane, request).await?;
        let status = response.status().as_u16();
        assert_eq!(response.headers()["content-type"], "application/problem+json", "{code}");
        let problem: Problem = response.json().await?;
        assert_eq!((problem.code, problem.status, status), (code, code.status(), code.status()), "{problem}");
        assert_eq!(self.journaled(request.ctx)?, before, "{code} must cost nothing");
        Ok(problem)
    }

    async fn accepted(&self, lane: u32, request: &FetchRequest) -> Result<bool> {
        let response = self.post(lane, request).await?;
        assert_eq!(response.status(), 206, "{request:?}");
        let repeated = response.headers()[REPEATED_HEADER] == "true";
        let wanted = &self.plaintext[usize::try_from(request.start)?..usize::try_from(request.end)?];
        assert_eq!(response.bytes().await?.as_ref(), wanted);
        Ok(repeated)
    }

    /// What the meter has on record: events of a lane, and units of the license.
    fn journaled(&self, ctx: U256) -> Result<(u64, u64)> {
        let journal = gateway::meter::journal(&self.creator.home()?.meter())?;
        Ok((journal.last(ctx)?.map_or(0, |last| last.request.seq), journal.used_units(self.license)?))
    }
}

#[tokio::test]
async fn heads_that_do_not_follow_are_refused_with_a_stable_code_and_cost_nothing() -> Result {
    let it = Sold::new("meter-refusals", 100, &[]).await?;
    let (ctx, other) = (it.client().await?.ctx(0), it.client().await?.ctx(1));
    let mut chain = Accumulator::genesis(ctx);
    let first = it.proposal(&chain, 0, 2_000).await?;
    assert!(!it.accepted(0, &first).await?);
    chain.step(&first.event())?;
    assert_eq!(it.journaled(ctx)?, (1, 2));

    // Replayed, it gets the same answer for nothing; with other content under the same number it is refused.
    assert!(it.accepted(0, &first).await?);
    assert_eq!(it.journaled(ctx)?, (1, 2));
    let usurper = it.proposal(&Accumulator::genesis(ctx), 5_000, 6_000).await?;
    it.refused(0, &usurper, ProblemCode::SeqConflict).await?;

    // Re-ordered: the third before the second.
    let second = it.proposal(&chain, 2_000, 3_000).await?;
    let mut ahead = chain.clone();
    ahead.step(&second.event())?;
    let third = it.proposal(&ahead, 3_000, 4_000).await?;
    let problem = it.refused(0, &third, ProblemCode::WrongSeq).await?;
    assert_eq!(problem.expected.unwrap(), 2);

    // Another lane, epoch or context.
    it.refused(1, &second, ProblemCode::WrongContext).await?;
    let mut elsewhere = it.proposal(&Accumulator::genesis(other), 0, 10).await?;
    it.refused(0, &elsewhere, ProblemCode::WrongContext).await?;
    elsewhere.epoch = 1;
    it.refused(1, &elsewhere, ProblemCode::WrongEpoch).await?;

    // Tampered with on the way, so that the signature is no longer the licensee's.
    let tampered = |change: &dyn Fn(&mut FetchRequest)| {
        let mut request = second.clone();
        change(&mut request);
        request
    };
    for request in [
        tampered(&|it| it.head += U256::ONE),
        tampered(&|it| it.total += 1),
        tampered(&|it| it.seq += 1),
        tampered(&|it| it.time += 1),
    ] {
        it.refused(0, &request, ProblemCode::SignatureInvalid).await?;
    }
    it.refused(0, &tampered(&|it| it.units = 0), ProblemCode::WrongUnits).await?;
    it.refused(0, &tampered(&|it| it.units = 9), ProblemCode::WrongUnits).await?;
    it.refused(0, &tampered(&|it| (it.start, it.end) = (0, 1_000)), ProblemCode::WrongHead).await?;
    it.refused(0, &tampered(&|it| it.salt = B256::ZERO), ProblemCode::WrongHead).await?;
    it.refused(0, &tampered(&|it| it.content_id.0 = B256::ZERO), ProblemCode::LicenseForeign).await?;
    let mut strangers = second.clone();
    it.sign(&mut strangers, &PrivateKeySigner::random())?;
    it.refused(0, &strangers, ProblemCode::SignatureInvalid).await?;

    // Signed by the licensee, and still not what the event leads to.
    for change in [|it: &mut FetchRequest| it.head += U256::ONE, |it: &mut FetchRequest| it.total -= 1] {
        let mut lie = second.clone();
        change(&mut lie);
        it.sign(&mut lie, &it.company.licensee_keys()?.session)?;
        it.refused(0, &lie, ProblemCode::WrongHead).await?;
    }

    // Nothing of all this stood in the way.
    assert!(!it.accepted(0, &second).await?);
    assert!(!it.accepted(0, &third).await?);
    assert_eq!(it.journaled(ctx)?, (3, 4));
    Ok(())
}

#[tokio::test]
async fn parallel_lanes_never_use_a_unit_more_than_was_bought() -> Result {
    const GRANTED: u64 = 20;
    let it = Sold::new("meter-cap", GRANTED, &[]).await?;
    let session = it.client().await?;
    // Three units a fetch: six fit, whichever lanes get them, and two units stay.
    let lanes = (0..5).map(|lane| {
        let session = session.clone();
        tokio::spawn(async move {
            let lane = session.lane(lane).await?;
            let (mut served, mut refused) = (0, 0);
            for i in 0..4 {
                match lane.fetch(i * 3_000..i * 3_000 + 3_000).await {
                    Ok(_) => served += 1,
                    Err(ClientError::Refused(problem)) if problem.code == ProblemCode::UnitsExhausted => refused += 1,
                    Err(error) => return Err(error),
                }
            }
            Ok((served, refused))
        })
    });
    let (mut served, mut refused) = (0, 0);
    for lane in lanes.collect::<Vec<_>>() {
        let (more, fewer) = lane.await??;
        served += more;
        refused += fewer;
    }
    assert_eq!((served, refused), (6, 14));
    let journal = gateway::meter::journal(&it.creator.home()?.meter())?;
    assert_eq!(journal.used_units(it.license)?, 18);

    let lane = session.lane(9).await?;
    let four = lane.fetch(0..2_049).await.unwrap_err();
    assert!(matches!(four, ClientError::Refused(problem) if problem.code == ProblemCode::UnitsExhausted));
    lane.fetch(0..2_048).await?;
    let more = lane.fetch(0..1).await.unwrap_err();
    assert!(matches!(more, ClientError::Refused(problem) if problem.code == ProblemCode::UnitsExhausted));
    assert_eq!(journal.used_units(it.license)?, GRANTED);

    let settled = datavault!(it.creator, usage::settle, [it.license])?;
    assert_eq!(settled.settled_units, GRANTED);
    assert_eq!(settled.drawn.0, U256::from(GRANTED) * U256::from(sale::UNIT_PRICE));
    Ok(())
}

#[tokio::test]
async fn an_expired_or_refunded_license_is_not_served() -> Result {
    let it = Sold::new("meter-expired", 10, &["--duration", "1h", "--settlement-grace", "1h"]).await?;
    let mut chain = Accumulator::genesis(it.client().await?.ctx(0));
    let first = it.proposal(&chain, 0, 1_000).await?;
    it.accepted(0, &first).await?;
    chain.step(&first.event())?;

    it.at.travel(3_700).await?;
    let late = it.proposal(&chain, 0, 1_000).await?;
    let problem = it.refused(0, &late, ProblemCode::LicenseExpired).await?;
    assert_eq!(problem.terms.unwrap().offers.len(), 1, "the answer says how to get another");
    assert!(it.accepted(0, &first).await?, "what was paid for is still answered");
    let license = it.license.to_string();
    let ran = it.at.run("company1", &["content", "fetch", &license, "--first-lane", "5"]).await?;
    ran.says(3, &["license_expired", "datavault license buy"])?;

    it.at.travel(3_700).await?;
    datavault!(it.company, escrow::refund, [it.license])?;
    eventually("the meter hears of the refund", async || {
        let problem: Result<Problem, _> = it.post(0, &first).await?.json().await;
        Ok(problem.is_ok_and(|problem| problem.code == ProblemCode::LicenseRefunded).then_some(()))
    })
    .await?;
    it.refused(0, &late, ProblemCode::LicenseRefunded).await?;
    Ok(())
}
