//! One lane: proposals in order, each recorded before it is sent and after it is answered.

use std::{
    ops::Range,
    time::{Duration, Instant},
};

use alloy::primitives::{B256, U256};
use bytes::Bytes;
use rand::RngCore;
use statement::{Accumulator, chain::DELTA_BITS};
use tokio::sync::Mutex;

use super::{
    ClientError, Receipt, Receipts, Session, Standing,
    wire::{Answer, Failure},
};
use crate::{
    journal::{DatabaseError, Lane},
    protocol::{Countersigned, FetchRequest, LaneStatus, Problem, ProblemCode},
    sqlite::{FileLock, blocking},
};

/// Bytes that were served, with the head that records it.
#[derive(Clone, Debug)]
pub struct Fetched {
    /// The plaintext of the range.
    pub bytes: Bytes,
    /// The range.
    pub range: Range<u64>,
    /// The head that both signed.
    pub head: Countersigned,
    /// Units this event was charged.
    pub units: u16,
    /// The meter had this event on record already, so this answer cost nothing.
    pub repeated: bool,
    /// Size of the whole content, as the meter says.
    pub content_size: Option<u64>,
}

/// What was found when a lane was opened again.
#[derive(Debug, Default)]
pub struct Reconciled {
    /// The answer to a proposal that had none.
    pub recovered: Option<Fetched>,
    /// The refusal of a proposal that had no answer: it was not charged.
    pub refused: Option<Box<Problem>>,
}

/// One lane of a license, used by this process alone.
///
/// # Invariants
/// - a proposal is durable before it is sent, its answer before its bytes are returned
/// - at most one proposal has no answer, and nothing else is proposed before it has one
pub struct LaneClient {
    session: Session,
    lane: Lane,
    ctx: U256,
    /// Whether the meter's last head was compared with ours since this was opened.
    compared: Mutex<bool>,
    _lock: FileLock,
}

impl LaneClient {
    pub(super) async fn open(session: Session, lane: u32) -> Result<Self, ClientError> {
        let ctx = session.ctx(lane);
        let path = session.receipts().lock_path(ctx);
        let Some(lock) = FileLock::acquire(&path)? else { return Err(ClientError::LaneInUse { lane, path }) };
        let license = session.license();
        let lane = Lane { license_id: license.license_id, lane, epoch: license.epoch };
        Ok(Self { session, lane, ctx, compared: Mutex::new(false), _lock: lock })
    }

    /// The lane's number.
    #[must_use]
    pub fn lane(&self) -> u32 {
        self.lane.lane
    }

    /// The lane's domain.
    #[must_use]
    pub fn ctx(&self) -> U256 {
        self.ctx
    }

    /// Compares with the meter and finishes what a crash left open. `fetch` does it by itself on first use.
    ///
    /// # Errors
    /// The meter cannot be reached, or the two sides remember different things.
    pub async fn reconcile(&self) -> Result<Reconciled, ClientError> {
        let mut compared = self.compared.lock().await;
        self.reconcile_locked(&mut compared).await
    }

    /// Fetches a range of the content, paying for it once.
    ///
    /// # Errors
    /// [`ClientError`]; after [`ClientError::Unreachable`] the same call finishes the same event.
    pub async fn fetch(&self, range: Range<u64>) -> Result<Fetched, ClientError> {
        self.fetch_named(range, None).await
    }

    /// Fetches a range under a name of the caller's. Asking again for the same name costs nothing, also after the
    /// bytes of the first answer were lost.
    ///
    /// # Errors
    /// As [`LaneClient::fetch`]; [`ClientError::RequestIdTaken`] if the name stands for another range.
    pub async fn fetch_as(&self, request_id: &str, range: Range<u64>) -> Result<Fetched, ClientError> {
        self.fetch_named(range, Some(request_id.to_owned())).await
    }

    /// Asks again for the bytes of a recorded event. Costs nothing.
    ///
    /// # Errors
    /// There is no such event, or as [`LaneClient::fetch`].
    pub async fn refetch(&self, seq: u64) -> Result<Fetched, ClientError> {
        let mut compared = self.compared.lock().await;
        self.reconcile_locked(&mut compared).await?;
        let ctx = self.ctx;
        let receipt = self.with_receipts(move |receipts| receipts.event(ctx, seq)).await?;
        let receipt = receipt.ok_or(ClientError::EventUnknown { lane: self.lane.lane, seq })?;
        self.exchange(&receipt.request).await
    }

    /// Records that nothing was used until now: an event of zero units.
    ///
    /// # Errors
    /// As [`LaneClient::fetch`].
    pub async fn tick(&self) -> Result<Fetched, ClientError> {
        let mut compared = self.compared.lock().await;
        self.reconcile_locked(&mut compared).await?;
        let chain = self.bridged().await?;
        self.propose_and_send(chain, 0..0, 0, None).await
    }

    async fn fetch_named(&self, range: Range<u64>, request_id: Option<String>) -> Result<Fetched, ClientError> {
        let units = self.units_of(&range)?;
        let mut compared = self.compared.lock().await;
        let pending = self.standing().await?.pending;
        let asked_again =
            pending.is_some_and(|it| it.request_id == request_id && (it.request.start..it.request.end) == range);
        let recovered = self.reconcile_locked(&mut compared).await?.recovered;
        if let Some(recovered) = recovered.filter(|_| asked_again) {
            return Ok(recovered);
        }
        if let Some(id) = request_id.clone() {
            let (ctx, name) = (self.ctx, id.clone());
            if let Some(receipt) = self.with_receipts(move |receipts| receipts.by_request_id(ctx, &name)).await? {
                let FetchRequest { start, end, .. } = receipt.request;
                if (start..end) != range {
                    return Err(ClientError::RequestIdTaken { request_id: id, start, end });
                }
                return self.exchange(&receipt.request).await;
            }
        }
        let chain = self.bridged().await?;
        self.propose_and_send(chain, range, units, request_id).await
    }

    fn units_of(&self, range: &Range<u64>) -> Result<u16, ClientError> {
        let terms = &self.session.license().terms;
        let refused = |reason: String| ClientError::Range { start: range.start, end: range.end, reason };
        if range.is_empty() {
            return Err(refused("empty: ask for at least one byte".to_owned()));
        }
        let units = terms.units_for(range.end - range.start);
        match u16::try_from(units) {
            Ok(units) if units <= terms.max_units_per_event => Ok(units),
            _ => Err(refused(format!(
                "{units} units, one event may carry {}: ask for at most {} bytes at once",
                terms.max_units_per_event,
                self.session.max_fetch_bytes()
            ))),
        }
    }

    /// The chain's state, after ticks over a gap that one event cannot span.
    async fn bridged(&self) -> Result<Accumulator, ClientError> {
        const LONGEST: u64 = (1 << DELTA_BITS) - 1;
        loop {
            let chain = self.standing().await?.chain;
            let now = self.session.0.facts.now().await?;
            if chain.is_genesis() || now.saturating_sub(chain.last) <= LONGEST {
                return Ok(chain);
            }
            let at = chain.last + LONGEST;
            self.propose_at(chain, 0..0, 0, None, at).await?;
        }
    }

    async fn propose_and_send(
        &self,
        chain: Accumulator,
        range: Range<u64>,
        units: u16,
        request_id: Option<String>,
    ) -> Result<Fetched, ClientError> {
        let facts = &self.session.0.facts;
        // Clocks of nodes differ by moments; the chain of heads only goes forward, and not before the license.
        let earliest = chain.last.max(self.session.license().starts_at);
        let at = facts.now().await?.max(earliest);
        let sent = self.propose_at(chain.clone(), range.clone(), units, request_id.clone(), at).await;
        match sent {
            Err(ClientError::Refused(problem)) if problem.code == ProblemCode::TimeSkewed => {
                // Our clock may have missed a jump of the chain's time.
                let exactly = facts.exact_now().await?.max(earliest);
                if exactly == at {
                    return Err(ClientError::Refused(problem));
                }
                self.propose_at(chain, range, units, request_id, exactly).await
            }
            sent => sent,
        }
    }

    async fn propose_at(
        &self,
        mut chain: Accumulator,
        range: Range<u64>,
        units: u16,
        request_id: Option<String>,
        time: u64,
    ) -> Result<Fetched, ClientError> {
        let mut salt = B256::ZERO;
        rand::rngs::OsRng.fill_bytes(salt.as_mut_slice());
        let mut request = FetchRequest {
            content_id: self.session.license().content_id,
            epoch: self.lane.epoch,
            start: range.start,
            end: range.end,
            time,
            units,
            salt,
            ctx: self.ctx,
            seq: 0,
            total: 0,
            head: U256::ZERO,
            licensee_signature: alloy::primitives::Bytes::new(),
        };
        let head = chain.step(&request.event())?;
        (request.seq, request.total, request.head) = (head.seq, head.total, head.head);
        request.licensee_signature = self.session.0.tracker.sign(&self.session.0.key, &head)?;

        let receipt = Receipt { lane: self.lane, request: request.clone(), request_id, countersigned: None };
        self.with_receipts(move |receipts| receipts.propose(&receipt, &chain)).await?;
        self.exchange(&request).await
    }

    /// Sends a recorded proposal until it is answered, and records the answer.
    async fn exchange(&self, request: &FetchRequest) -> Result<Fetched, ClientError> {
        let sent = self.persist(|| self.session.0.send(self.lane.lane, request)).await;
        match sent {
            Ok(answer) => self.accept(request, answer).await,
            Err(ClientError::Refused(problem)) => {
                self.settle_refusal(request, &problem).await?;
                Err(ClientError::Refused(problem))
            }
            Err(error) => Err(error),
        }
    }

    async fn accept(&self, request: &FetchRequest, answer: Answer) -> Result<Fetched, ClientError> {
        let Answer { countersigned, bytes, repeated, content_size } = answer;
        // The licensee's half is our own: the meter cannot swap it for an equivalent one.
        let head = Countersigned { licensee_signature: request.licensee_signature.clone(), ..countersigned };
        let recorded = head.clone();
        self.with_receipts(move |receipts| receipts.confirm(&recorded)).await?;
        Ok(Fetched { bytes, range: request.start..request.end, head, units: request.units, repeated, content_size })
    }

    /// Puts a refused proposal aside, unless the meter has it on record after all.
    async fn settle_refusal(&self, request: &FetchRequest, problem: &Problem) -> Result<(), ClientError> {
        let out_of_step =
            matches!(problem.code, ProblemCode::WrongSeq | ProblemCode::SeqConflict | ProblemCode::WrongHead);
        if out_of_step {
            return Ok(());
        }
        let status = self.persist(|| self.session.0.status(self.lane.lane)).await;
        let recorded = match status {
            Ok(LaneStatus { last, .. }) => last.is_some_and(|last| last.head.seq >= request.seq),
            // A meter that tells a licensee nothing any more cannot be asked what it recorded.
            Err(ClientError::Refused(_)) => false,
            Err(error) => return Err(error),
        };
        if !recorded {
            let (request, problem) = (request.clone(), problem.clone());
            self.with_receipts(move |receipts| receipts.refuse(&request, &problem)).await?;
        }
        Ok(())
    }

    async fn reconcile_locked(&self, compared: &mut bool) -> Result<Reconciled, ClientError> {
        let Standing { chain, pending } = self.standing().await?;
        if *compared && pending.is_none() {
            return Ok(Reconciled::default());
        }
        let status = self.persist(|| self.session.0.status(self.lane.lane)).await?;
        let (meters, ours) = (status.last.as_ref().map_or(0, |last| last.head.seq), chain.seq);
        if meters < ours {
            return Err(ClientError::MeterBehind { meters, ours });
        }
        if let Some(last) = &status.last {
            self.compare(last, &chain, pending.as_ref()).await?;
        }
        *compared = true;
        let Some(pending) = pending else { return Ok(Reconciled::default()) };
        match self.exchange(&pending.request).await {
            Ok(fetched) => Ok(Reconciled { recovered: Some(fetched), refused: None }),
            Err(ClientError::Refused(problem)) => Ok(Reconciled { recovered: None, refused: Some(problem) }),
            Err(error) => Err(error),
        }
    }

    /// Checks that the meter's last head is ours, taking its signatures where ours are missing.
    async fn compare(
        &self,
        last: &Countersigned,
        chain: &Accumulator,
        pending: Option<&Receipt>,
    ) -> Result<(), ClientError> {
        let (meters, ours) = (last.head.seq, chain.seq);
        if meters == ours {
            return if last.head == chain.signable() { Ok(()) } else { Err(ClientError::Diverged { seq: ours }) };
        }
        let Some(pending) = pending.filter(|pending| pending.request.seq == meters) else {
            return Err(ClientError::ReceiptsBehind { meters, ours });
        };
        if last.head != pending.request.proposed() {
            return Err(ClientError::Diverged { seq: meters });
        }
        self.session.0.verify(&pending.request, last).map_err(|failure| failure.into_error(&self.session.0.url))?;
        let last = last.clone();
        self.with_receipts(move |receipts| receipts.confirm(&last)).await
    }

    /// Tries until there is an answer or the patience ends.
    async fn persist<T, F>(&self, attempt: impl Fn() -> F) -> Result<T, ClientError>
    where
        F: Future<Output = Result<T, Failure>>,
    {
        let deadline = Instant::now() + self.session.0.options.retry_for;
        let mut pause = Duration::from_millis(50);
        loop {
            match attempt().await {
                Ok(answer) => return Ok(answer),
                Err(Failure::Again(error)) if Instant::now() + pause < deadline => {
                    tracing::debug!(%error, "the meter did not answer, trying again");
                    tokio::time::sleep(pause).await;
                    pause = (pause * 2).min(Duration::from_secs(2));
                }
                Err(failure) => return Err(failure.into_error(&self.session.0.url)),
            }
        }
    }

    async fn standing(&self) -> Result<Standing, ClientError> {
        let ctx = self.ctx;
        self.with_receipts(move |receipts| receipts.standing(ctx)).await
    }

    async fn with_receipts<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Receipts) -> Result<T, DatabaseError> + Send + 'static,
    ) -> Result<T, ClientError> {
        let receipts = self.session.receipts().clone();
        Ok(blocking(move || work(&receipts)).await?)
    }
}
