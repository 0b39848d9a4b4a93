//! `datavault content fetch`: metered fetches over parallel lanes.

use std::{fmt, ops::Range, path::PathBuf, str::FromStr, sync::Arc};

use alloy::primitives::U256;
use domain::{ContentId, Delivery, LicenseId};
use futures::future::try_join_all;
use gateway::{
    client::{ClientError, LaneClient, Receipts, Session as Use, SessionOptions},
    facts::ChainFacts,
    protocol::ProblemCode,
};
use serde::Serialize;

use crate::{
    blocks::blocking,
    failure::{Failure, OrFail},
    output::Fields,
    progress::Step,
    session::Session,
};

/// Fetch byte ranges of served content. Each fetch is counted by a head that both sides sign.
///
/// Running the command again after a crash finishes what was open; with `--job`, fetches that were done cost nothing.
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = "Examples:
  datavault content fetch 2 --range 0-1023 --out head.bin
  datavault content fetch 2 --count 200 --chunk 1024 --lanes 2 --job epoch-1")]
pub struct Args {
    /// The license
    pub license: LicenseId,
    /// First and last byte, as in HTTP; default: the content from its beginning, chunk by chunk
    #[arg(long, value_name = "FIRST-LAST")]
    pub range: Option<ByteRange>,
    /// How many fetches; with --range, how often the range is fetched
    #[arg(long, default_value_t = 1)]
    pub count: u64,
    /// Bytes of one fetch
    #[arg(long, default_value_t = 4096, conflicts_with = "range")]
    pub chunk: u64,
    /// How many fetches run at the same time, each in a lane of its own
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=64))]
    pub lanes: u32,
    /// The first lane
    #[arg(long, default_value_t = 0)]
    pub first_lane: u32,
    /// A name for this job: the same fetch of the same job is never charged twice
    #[arg(long)]
    pub job: Option<String>,
    /// Another address of the meter than the one it published
    #[arg(long, value_name = "URL")]
    pub meter_url: Option<String>,
    /// Write what was fetched, in order, to this file
    #[arg(long, short, value_name = "FILE")]
    pub out: Option<PathBuf>,
}

/// `first-last`, both included.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ByteRange(pub Range<u64>);

impl FromStr for ByteRange {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let bad = || format!("`{text}` is no range: write FIRST-LAST, for instance 0-1023");
        let (first, last) = text.split_once('-').ok_or_else(bad)?;
        let (first, last): (u64, u64) = (first.parse().map_err(|_| bad())?, last.parse().map_err(|_| bad())?);
        match last.checked_add(1) {
            Some(end) if first <= last => Ok(Self(first..end)),
            _ => Err(bad()),
        }
    }
}

/// What was fetched.
#[derive(Debug, Serialize)]
pub struct Report {
    /// The license.
    pub license_id: LicenseId,
    /// The content.
    pub content_id: ContentId,
    /// Fetches that were answered.
    pub fetches: u64,
    /// Of them, answered before: they cost nothing now.
    pub repeated: u64,
    /// Units charged now.
    pub units: u64,
    /// Bytes received.
    pub bytes: u64,
    /// Where each lane stands.
    pub lanes: Vec<LaneReport>,
}

/// Where a lane stands.
#[derive(Clone, Debug, Serialize)]
pub struct LaneReport {
    /// The lane.
    pub lane: u32,
    /// Events so far.
    pub seq: u64,
    /// Units so far.
    pub total: u64,
    /// The head that both signed.
    pub head: U256,
}

struct Done {
    index: u64,
    bytes: bytes::Bytes,
    units: u64,
    repeated: bool,
}

/// Fetches.
///
/// # Errors
/// If the license is not the wallet's, not served, or used up, or the meter does not answer for long.
pub async fn run(session: &Session, args: Args) -> Result<Report, Failure> {
    let license = session.own_license(args.license).await?;
    if session.offer(license.view.offer_id).await?.terms.delivery == Delivery::Key {
        return Err(Failure::state(format!("license {} is not served: its key is delivered", args.license))
            .fix(format!("run `datavault key receive {}`", args.license)));
    }
    let used = Arc::new(open_use(session, args.license, args.meter_url.clone()).await?);
    let content_id = used.license().content_id;
    let ranges = Arc::new(plan(session, &args, content_id).await?);
    let progress = Arc::new(session.progress.count("fetching", ranges.len() as u64));
    let work = (0..args.lanes).map(|index| {
        let (used, ranges, progress) = (used.clone(), ranges.clone(), progress.clone());
        let (job, lanes, number) = (args.job.clone(), args.lanes, args.first_lane + index);
        async move {
            let lane = used.lane(number).await.map_err(explain)?;
            let mut done = Vec::new();
            for (i, range) in ranges.iter().enumerate().skip(index as usize).step_by(lanes as usize) {
                done.push(fetch_one(&lane, job.as_deref(), i as u64, range.clone(), &progress).await?);
            }
            Ok::<_, Failure>(done)
        }
    });
    let mut done: Vec<Done> = try_join_all(work).await?.into_iter().flatten().collect();
    drop(progress);
    done.sort_by_key(|done| done.index);
    if let Some(path) = &args.out {
        let all: Vec<u8> = done.iter().flat_map(|done| done.bytes.iter().copied()).collect();
        std::fs::write(path, all).or_fail(|| format!("cannot write `{}`", path.display()))?;
    }
    let charged = done.iter().filter(|done| !done.repeated);
    Ok(Report {
        license_id: args.license,
        content_id,
        fetches: done.len() as u64,
        repeated: done.iter().filter(|done| done.repeated).count() as u64,
        units: charged.map(|done| done.units).sum(),
        bytes: done.iter().map(|done| done.bytes.len() as u64).sum(),
        lanes: standing(&used, args.license).await?,
    })
}

async fn fetch_one(
    lane: &LaneClient,
    job: Option<&str>,
    index: u64,
    range: Range<u64>,
    progress: &Step,
) -> Result<Done, Failure> {
    let fetched = match job {
        Some(job) => lane.fetch_as(&format!("{job}/{index}"), range).await,
        None => lane.fetch(range).await,
    }
    .map_err(explain)?;
    progress.advance(1);
    Ok(Done { index, bytes: fetched.bytes, units: fetched.units.into(), repeated: fetched.repeated })
}

/// The ranges to fetch, in order.
async fn plan(session: &Session, args: &Args, content_id: ContentId) -> Result<Vec<Range<u64>>, Failure> {
    if let Some(ByteRange(range)) = &args.range {
        return Ok((0..args.count).map(|_| range.clone()).collect());
    }
    if args.chunk == 0 {
        return Err(Failure::usage("--chunk is zero").fix("fetch at least one byte at a time"));
    }
    let size = session.metadata(content_id).await?.size;
    if size == 0 {
        return Err(Failure::state(format!("content {content_id} is empty")));
    }
    let chunks = size.div_ceil(args.chunk);
    let chunk = |i: u64| {
        let start = (i % chunks) * args.chunk;
        start..(start + args.chunk).min(size)
    };
    Ok((0..args.count).map(chunk).collect())
}

/// A license of this wallet, ready for use.
async fn open_use(session: &Session, license_id: LicenseId, meter_url: Option<String>) -> Result<Use, Failure> {
    let facts = ChainFacts::new(session.chain.clone()).await.or_unreachable(|| "cannot ask the chain".into())?;
    let receipts = receipts(session).await?;
    let key = session.licensee_keys()?.session;
    let options = SessionOptions { meter_url, ..SessionOptions::default() };
    Use::open(Arc::new(facts), license_id, key, receipts, options).await.map_err(explain)
}

/// The wallet's receipts.
pub(crate) async fn receipts(session: &Session) -> Result<Receipts, Failure> {
    let path = session.home()?.receipts();
    blocking(move || Receipts::open(&path)).await?.or_fail(|| "cannot open the receipts".into())
}

async fn standing(used: &Use, license_id: LicenseId) -> Result<Vec<LaneReport>, Failure> {
    let receipts = used.receipts().clone();
    blocking(move || {
        let mut lanes = Vec::new();
        for (lane, ctx) in receipts.lanes(license_id)? {
            if let Some(last) = receipts.last(ctx)? {
                let head = last.head;
                lanes.push(LaneReport { lane: lane.lane, seq: head.seq, total: head.total, head: head.head });
            }
        }
        Ok::<_, gateway::journal::DatabaseError>(lanes)
    })
    .await?
    .or_fail(|| "cannot read the receipts".into())
}

/// The client's error, with its kind and the way out.
fn explain(error: ClientError) -> Failure {
    let text = error.to_string();
    match &error {
        ClientError::Unreachable { .. } => Failure::unreachable(text).fix("run the command again when the meter runs"),
        ClientError::Refused(problem) if problem.code.status() == 402 => {
            Failure::state(text).fix("buy a license with `datavault license buy`")
        }
        ClientError::Refused(problem) if problem.code == ProblemCode::UnitsExhausted => {
            Failure::state(text).fix("buy another license with `datavault license buy`")
        }
        ClientError::Refused(_) | ClientError::LicenseUnknown(_) | ClientError::LaneInUse { .. } => {
            Failure::state(text)
        }
        ClientError::ForeignKey { .. } => Failure::state(text).fix("sign with the wallet that bought the license"),
        ClientError::Range { .. } | ClientError::RequestIdTaken { .. } => Failure::usage(text),
        ClientError::BadAnswer(_)
        | ClientError::MeterBehind { .. }
        | ClientError::ReceiptsBehind { .. }
        | ClientError::Diverged { .. } => Failure::mismatch(text),
        _ => Failure::failed(text),
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lanes: Vec<_> = self
            .lanes
            .iter()
            .map(|lane| format!("{} at event {}, {} units", lane.lane, lane.seq, lane.total))
            .collect();
        Fields::new()
            .with("license", self.license_id)
            .with("fetched", format!("{} times, {} bytes", self.fetches, self.bytes))
            .with("charged", format!("{} units ({} fetches were answered before)", self.units, self.repeated))
            .with("lanes", lanes.join("; "))
            .fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_include_their_last_byte() {
        assert_eq!("0-1023".parse::<ByteRange>().unwrap().0, 0..1024);
        assert_eq!("5-5".parse::<ByteRange>().unwrap().0, 5..6);
        for bad in ["", "5", "9-3", "a-b", "0-18446744073709551615"] {
            assert!(bad.parse::<ByteRange>().is_err(), "{bad}");
        }
    }
}
