//! What the meter remembers: every countersigned head, durable before it is answered.

use std::path::Path;

use alloy::primitives::{Bytes, U256};
use contracts::SigningError;
use domain::{ContentId, LicenseId};
use rusqlite::{Connection, OptionalExtension, Row, Transaction, named_params};
use statement::{Accumulator, Head, Signature, StepError};

pub use crate::sqlite::DatabaseError;
use crate::{
    protocol::{Countersigned, FetchRequest},
    sqlite::{Columns, Database, int, json, word},
};

const SCHEMA: &str = include_str!("journal/schema.sql");

/// Why an event was not recorded. Nothing was charged.
#[derive(Debug, thiserror::Error)]
pub enum AppendError {
    /// The sequence number is taken by another request.
    #[error("event {seq} of this lane was recorded with other content: continue after the lane's last head")]
    SeqConflict {
        /// The number.
        seq: u64,
    },
    /// The sequence number does not follow.
    #[error("event {given} does not follow: the lane's next event is {expected}")]
    WrongSeq {
        /// What was proposed.
        given: u64,
        /// What follows.
        expected: u64,
    },
    /// The proposed head or total is not what the event leads to.
    #[error("the event leads to head {head} and total {total}, which is not what was signed", head = expected.head, total = expected.total)]
    WrongHead {
        /// What the event leads to.
        expected: Head,
    },
    /// The event's time does not follow.
    #[error(transparent)]
    Step(#[from] StepError),
    /// The license's units do not cover the event.
    #[error("{used} of {granted} units are used, which leaves too few for {units} more")]
    UnitsExhausted {
        /// Units bought.
        granted: u64,
        /// Units used over all lanes and epochs.
        used: u64,
        /// Units of the event.
        units: u64,
    },
    /// The meter's key refused to sign.
    #[error(transparent)]
    Signing(#[from] SigningError),
    /// The database failed.
    #[error(transparent)]
    Database(#[from] DatabaseError),
}

impl From<rusqlite::Error> for AppendError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Database(error.into())
    }
}

/// What identifies the lane of an event, beside its context.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lane {
    /// The license.
    pub license_id: LicenseId,
    /// The lane.
    pub lane: u32,
    /// The license's epoch.
    pub epoch: u32,
}

/// The meter's two signatures over a head.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MeterSignatures {
    /// EIP-712 `Head`.
    pub eip712: Bytes,
    /// EdDSA-Poseidon over the head alone.
    pub eddsa: Signature,
}

/// One recorded event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its lane.
    pub lane: Lane,
    /// What was asked.
    pub request: FetchRequest,
    /// The head, with all signatures.
    pub countersigned: Countersigned,
}

/// The outcome of [`Journal::append`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Appended {
    /// The event is new and now durable.
    New(Entry),
    /// The same event was recorded before; nothing was charged.
    Repeated(Entry),
}

impl Appended {
    /// The recorded event.
    #[must_use]
    pub fn entry(&self) -> &Entry {
        match self {
            Self::New(entry) | Self::Repeated(entry) => entry,
        }
    }
}

/// The meter's journal. Calls block: use `spawn_blocking`. Clones share it.
///
/// # Invariants
/// - an appended event is durable when `append` returns
/// - one event per lane and sequence number, without gaps, each head following from the one before
/// - a license's used units are the sum of its lanes' totals and never exceed what was granted
#[derive(Clone)]
pub struct Journal(Database);

impl Journal {
    /// Opens or creates the journal.
    ///
    /// # Errors
    /// [`DatabaseError`] names the file.
    pub fn open(path: &Path) -> Result<Self, DatabaseError> {
        Database::open(path, SCHEMA).map(Self)
    }

    /// Records an event whose licensee signature was checked, or finds that it was recorded before.
    ///
    /// `granted` are the units bought, nothing for use that is not billed by the unit. `sign` is called once the
    /// event is known to be acceptable, inside the transaction that records it.
    ///
    /// # Errors
    /// [`AppendError`]; the journal is then unchanged.
    pub fn append(
        &self,
        lane: Lane,
        request: &FetchRequest,
        granted: Option<u64>,
        sign: impl FnOnce(&Head) -> Result<MeterSignatures, SigningError>,
    ) -> Result<Appended, AppendError> {
        self.0.write(|sql| {
            if let Some(entry) = find(sql, request.ctx, request.seq)? {
                return repeated(entry, request);
            }
            let mut chain = last_state(sql, request.ctx)?;
            check_follows(&mut chain, request)?;
            let used = used_units(sql, lane.license_id)?;
            let units = u64::from(request.units);
            if let Some(granted) = granted
                && used + units > granted
                && units > 0
            {
                return Err(AppendError::UnitsExhausted { granted, used, units });
            }
            let head = request.proposed();
            let signatures = sign(&head)?;
            let countersigned = Countersigned {
                head,
                licensee_signature: request.licensee_signature.clone(),
                meter_signature: signatures.eip712,
                meter_eddsa: signatures.eddsa,
            };
            let entry = Entry { lane, request: request.clone(), countersigned };
            insert(sql, &entry, &chain)?;
            reserve(sql, lane.license_id, used + units)?;
            Ok(Appended::New(entry))
        })
    }

    /// Checks an event as [`Journal::append`] would, recording nothing: says early what would be refused.
    ///
    /// # Errors
    /// [`AppendError`] as from `append`, the cap included.
    pub fn check(
        &self,
        lane: Lane,
        request: &FetchRequest,
        granted: Option<u64>,
    ) -> Result<Option<Entry>, AppendError> {
        self.0.read(|sql| {
            if let Some(entry) = find(sql, request.ctx, request.seq)? {
                return repeated(entry, request).map(|appended| Some(appended.entry().clone()));
            }
            let mut chain = last_state(sql, request.ctx)?;
            check_follows(&mut chain, request)?;
            let used = used_units(sql, lane.license_id)?;
            let units = u64::from(request.units);
            match granted {
                Some(granted) if units > 0 && used + units > granted => {
                    Err(AppendError::UnitsExhausted { granted, used, units })
                }
                _ => Ok(None),
            }
        })
    }

    /// The last event of a lane, nothing before its first.
    ///
    /// # Errors
    /// [`DatabaseError`] if the journal cannot be read.
    pub fn last(&self, ctx: U256) -> Result<Option<Entry>, DatabaseError> {
        self.0.read(|sql| Ok(sql.query_row(LAST, named_params! {":ctx": word(ctx)}, entry).optional()?))
    }

    /// One event.
    ///
    /// # Errors
    /// [`DatabaseError`] if the journal cannot be read.
    pub fn event(&self, ctx: U256, seq: u64) -> Result<Option<Entry>, DatabaseError> {
        self.0.read(|sql| find(sql, ctx, seq))
    }

    /// The last event of every lane and epoch of a license: what its meter can settle with both signatures.
    ///
    /// # Errors
    /// [`DatabaseError`] if the journal cannot be read.
    pub fn last_of_license(&self, license_id: LicenseId) -> Result<Vec<Entry>, DatabaseError> {
        self.0.read(|sql| {
            let mut statement = sql.prepare_cached(
                "select * from heads h where license_id = :license
                 and seq = (select max(seq) from heads where ctx = h.ctx) order by epoch, lane",
            )?;
            let rows = statement.query_map(named_params! {":license": int("license", license_id.0)?}, entry)?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
    }

    /// Every license with at least one event.
    ///
    /// # Errors
    /// [`DatabaseError`] if the journal cannot be read.
    pub fn licenses(&self) -> Result<Vec<LicenseId>, DatabaseError> {
        self.0.read(|sql| {
            let mut statement = sql.prepare_cached("select license_id from licenses order by license_id")?;
            let rows = statement.query_map([], |row| row.number("license_id").map(LicenseId))?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
    }

    /// Units used over all lanes and epochs of a license.
    ///
    /// # Errors
    /// [`DatabaseError`] if the journal cannot be read.
    pub fn used_units(&self, license_id: LicenseId) -> Result<u64, DatabaseError> {
        self.0.read(|sql| used_units(sql, license_id))
    }
}

fn repeated(entry: Entry, request: &FetchRequest) -> Result<Appended, AppendError> {
    if entry.request.content_hash() == request.content_hash() {
        Ok(Appended::Repeated(entry))
    } else {
        Err(AppendError::SeqConflict { seq: request.seq })
    }
}

fn check_follows(chain: &mut Accumulator, request: &FetchRequest) -> Result<(), AppendError> {
    let expected = chain.seq + 1;
    if request.seq != expected {
        return Err(AppendError::WrongSeq { given: request.seq, expected });
    }
    let expected = chain.step(&request.event())?;
    if expected == request.proposed() { Ok(()) } else { Err(AppendError::WrongHead { expected }) }
}

fn last_state(sql: &Connection, ctx: U256) -> Result<Accumulator, DatabaseError> {
    let state = sql
        .prepare_cached("select accumulator from lanes where ctx = :ctx")?
        .query_row(named_params! {":ctx": word(ctx)}, |row| row.parsed("accumulator"))
        .optional()?;
    Ok(state.unwrap_or_else(|| Accumulator::genesis(ctx)))
}

fn used_units(sql: &Connection, license_id: LicenseId) -> Result<u64, DatabaseError> {
    let used = sql
        .prepare_cached("select used_units from licenses where license_id = :license")?
        .query_row(named_params! {":license": int("license", license_id.0)?}, |row| row.number("used_units"))
        .optional()?;
    Ok(used.unwrap_or(0))
}

fn reserve(sql: &Transaction<'_>, license_id: LicenseId, used: u64) -> Result<(), DatabaseError> {
    sql.prepare_cached(
        "insert into licenses (license_id, used_units) values (:license, :used)
         on conflict (license_id) do update set used_units = excluded.used_units",
    )?
    .execute(named_params! {":license": int("license", license_id.0)?, ":used": int("used units", used)?})?;
    Ok(())
}

const LAST: &str = "select * from heads where ctx = :ctx order by seq desc limit 1";

fn find(sql: &Connection, ctx: U256, seq: u64) -> Result<Option<Entry>, DatabaseError> {
    // A number beyond 63 bits was never recorded.
    let Ok(seq) = int("seq", seq) else { return Ok(None) };
    let found = sql
        .prepare_cached("select * from heads where ctx = :ctx and seq = :seq")?
        .query_row(named_params! {":ctx": word(ctx), ":seq": seq}, entry)
        .optional()?;
    Ok(found)
}

fn insert(sql: &Transaction<'_>, entry: &Entry, chain: &Accumulator) -> Result<(), DatabaseError> {
    let Entry { lane, request, countersigned } = entry;
    sql.prepare_cached(
        "insert into heads (ctx, seq, license_id, lane, epoch, content_id, range_start, range_end, salt, time, units,
           call, total, head, licensee_signature, meter_signature, meter_eddsa, request_hash)
         values (:ctx, :seq, :license_id, :lane, :epoch, :content_id, :range_start, :range_end, :salt, :time, :units,
           :call, :total, :head, :licensee_signature, :meter_signature, :meter_eddsa, :request_hash)",
    )?
    .execute(named_params! {
        ":ctx": word(request.ctx),
        ":seq": int("seq", request.seq)?,
        ":license_id": int("license", lane.license_id.0)?,
        ":lane": lane.lane,
        ":epoch": lane.epoch,
        ":content_id": request.content_id.0.0,
        ":range_start": int("start", request.start)?,
        ":range_end": int("end", request.end)?,
        ":salt": request.salt.0,
        ":time": int("time", request.time)?,
        ":units": request.units,
        ":call": word(request.event().call),
        ":total": int("total", request.total)?,
        ":head": word(request.head),
        ":licensee_signature": countersigned.licensee_signature.as_ref(),
        ":meter_signature": countersigned.meter_signature.as_ref(),
        ":meter_eddsa": json(&countersigned.meter_eddsa),
        ":request_hash": request.content_hash().0,
    })?;
    sql.prepare_cached(
        "insert into lanes (ctx, license_id, lane, epoch, seq, accumulator)
         values (:ctx, :license_id, :lane, :epoch, :seq, :accumulator)
         on conflict (ctx) do update set seq = excluded.seq, accumulator = excluded.accumulator",
    )?
    .execute(named_params! {
        ":ctx": word(request.ctx),
        ":license_id": int("license", lane.license_id.0)?,
        ":lane": lane.lane,
        ":epoch": lane.epoch,
        ":seq": int("seq", request.seq)?,
        ":accumulator": json(chain),
    })?;
    Ok(())
}

fn entry(row: &Row<'_>) -> rusqlite::Result<Entry> {
    let licensee_signature = Bytes::from(row.get::<_, Vec<u8>>("licensee_signature")?);
    let request = FetchRequest {
        content_id: ContentId(row.hash("content_id")?),
        epoch: row.number("epoch")?,
        start: row.number("range_start")?,
        end: row.number("range_end")?,
        time: row.number("time")?,
        units: row.number("units")?,
        salt: row.hash("salt")?,
        ctx: row.u256("ctx")?,
        seq: row.number("seq")?,
        total: row.number("total")?,
        head: row.u256("head")?,
        licensee_signature: licensee_signature.clone(),
    };
    let countersigned = Countersigned {
        head: request.proposed(),
        licensee_signature,
        meter_signature: Bytes::from(row.get::<_, Vec<u8>>("meter_signature")?),
        meter_eddsa: row.parsed("meter_eddsa")?,
    };
    let lane = Lane {
        license_id: LicenseId(row.number("license_id")?),
        lane: row.number("lane")?,
        epoch: row.number("epoch")?,
    };
    Ok(Entry { lane, request, countersigned })
}

#[cfg(test)]
mod tests;
