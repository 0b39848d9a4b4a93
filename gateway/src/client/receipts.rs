//! What a licensee remembers: every proposal before it is sent, every countersigned head before its bytes are used.

use std::path::{Path, PathBuf};

use alloy::primitives::{Bytes, U256};
use domain::{ContentId, LicenseId};
use rusqlite::{Connection, OptionalExtension, Row, named_params};
use statement::{Accumulator, Event};

use crate::{
    journal::{DatabaseError, Lane},
    protocol::{Countersigned, FetchRequest, Problem},
    sqlite::{Columns, Database, int, json, word},
};

const SCHEMA: &str = include_str!("schema.sql");

/// One event, as the licensee recorded it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// Its lane.
    pub lane: Lane,
    /// What was proposed.
    pub request: FetchRequest,
    /// The caller's own name for the fetch.
    pub request_id: Option<String>,
    /// The head with all signatures; nothing while the meter has not answered.
    pub countersigned: Option<Countersigned>,
}

/// Where a lane stands for its licensee.
#[derive(Clone, Debug)]
pub struct Standing {
    /// The chain's state after the last event that both signed.
    pub chain: Accumulator,
    /// A proposal that the meter has not answered.
    pub pending: Option<Receipt>,
}

/// Consecutive events between two heads: what a usage proof is made of.
#[derive(Clone, Debug)]
pub struct ProvableRange {
    /// The chain's state at the head where the range begins; genesis for head zero.
    pub before: Accumulator,
    /// The events.
    pub events: Vec<Event>,
    /// The head where it ends, with all signatures.
    pub after: Countersigned,
}

/// The licensee's receipts: one file for all lanes and licenses. Calls block. Clones share it.
///
/// # Invariants
/// - a lane has at most one proposal without an answer, and it is the last
/// - what was countersigned never changes
#[derive(Clone)]
pub struct Receipts {
    database: Database,
    path: PathBuf,
}

impl Receipts {
    /// Opens or creates the file.
    ///
    /// # Errors
    /// [`DatabaseError`] names the file.
    pub fn open(path: &Path) -> Result<Self, DatabaseError> {
        Ok(Self { database: Database::open(path, SCHEMA)?, path: path.to_owned() })
    }

    /// The file whose lock says that a lane is in use.
    pub(super) fn lock_path(&self, ctx: U256) -> PathBuf {
        let mut name = self.path.as_os_str().to_owned();
        name.push(format!(".{ctx:064x}.lock"));
        name.into()
    }

    /// Where a lane stands.
    ///
    /// # Errors
    /// [`DatabaseError`] if the file cannot be read.
    pub fn standing(&self, ctx: U256) -> Result<Standing, DatabaseError> {
        self.database.read(|sql| {
            let chain = sql
                .prepare_cached(
                    "select accumulator from receipts where ctx = :ctx and meter_signature is not null
                     order by seq desc limit 1",
                )?
                .query_row(named_params! {":ctx": word(ctx)}, |row| row.parsed("accumulator"))
                .optional()?
                .unwrap_or_else(|| Accumulator::genesis(ctx));
            let pending = one(sql, "ctx = :ctx and meter_signature is null", ctx, ":ctx", &word(ctx))?;
            Ok(Standing { chain, pending })
        })
    }

    /// Records a proposal durably; `chain` is the state that it leads to.
    pub(super) fn propose(&self, receipt: &Receipt, chain: &Accumulator) -> Result<(), DatabaseError> {
        let Receipt { lane, request, request_id, .. } = receipt;
        self.database.write(|sql| {
            sql.prepare_cached(
                "insert into receipts (ctx, seq, license_id, lane, epoch, content_id, range_start, range_end, salt,
                   time, units, total, head, licensee_signature, accumulator, request_id)
                 values (:ctx, :seq, :license_id, :lane, :epoch, :content_id, :range_start, :range_end, :salt,
                   :time, :units, :total, :head, :licensee_signature, :accumulator, :request_id)",
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
                ":total": int("total", request.total)?,
                ":head": word(request.head),
                ":licensee_signature": request.licensee_signature.as_ref(),
                ":accumulator": json(chain),
                ":request_id": request_id,
            })?;
            Ok(())
        })
    }

    /// Records the meter's signatures durably. Recording them again changes nothing.
    pub(super) fn confirm(&self, countersigned: &Countersigned) -> Result<(), DatabaseError> {
        let head = &countersigned.head;
        self.database.write(|sql| {
            sql.prepare_cached(
                "update receipts set meter_signature = :meter_signature, meter_eddsa = :meter_eddsa
                 where ctx = :ctx and seq = :seq and head = :head and meter_signature is null",
            )?
            .execute(named_params! {
                ":ctx": word(head.ctx),
                ":seq": int("seq", head.seq)?,
                ":head": word(head.head),
                ":meter_signature": countersigned.meter_signature.as_ref(),
                ":meter_eddsa": json(&countersigned.meter_eddsa),
            })?;
            Ok(())
        })
    }

    /// Puts a proposal aside that the meter refused for good, so that the lane can go on.
    pub(super) fn refuse(&self, request: &FetchRequest, problem: &Problem) -> Result<(), DatabaseError> {
        self.database.write(|sql| {
            let seq = int("seq", request.seq)?;
            sql.prepare_cached(
                "insert into refused (ctx, seq, request, problem) values (:ctx, :seq, :request, :problem)",
            )?
            .execute(named_params! {
                ":ctx": word(request.ctx), ":seq": seq, ":request": json(request), ":problem": json(problem),
            })?;
            sql.prepare_cached("delete from receipts where ctx = :ctx and seq = :seq and meter_signature is null")?
                .execute(named_params! {":ctx": word(request.ctx), ":seq": seq})?;
            Ok(())
        })
    }

    /// The receipt of a fetch that the caller named.
    ///
    /// # Errors
    /// [`DatabaseError`] if the file cannot be read.
    pub fn by_request_id(&self, ctx: U256, request_id: &str) -> Result<Option<Receipt>, DatabaseError> {
        self.database.read(|sql| one(sql, "ctx = :ctx and request_id = :id", ctx, ":id", &request_id))
    }

    /// The receipt of one event.
    ///
    /// # Errors
    /// [`DatabaseError`] if the file cannot be read.
    pub fn event(&self, ctx: U256, seq: u64) -> Result<Option<Receipt>, DatabaseError> {
        let seq = int("seq", seq)?;
        self.database.read(|sql| one(sql, "ctx = :ctx and seq = :seq", ctx, ":seq", &seq))
    }

    /// The last head that both signed: what settles without a proof.
    ///
    /// # Errors
    /// [`DatabaseError`] if the file cannot be read.
    pub fn last(&self, ctx: U256) -> Result<Option<Countersigned>, DatabaseError> {
        let standing = self.standing(ctx)?;
        Ok(self.event(ctx, standing.chain.seq)?.and_then(|receipt| receipt.countersigned))
    }

    /// Countersigned events with `after < seq <= up_to`, in order.
    ///
    /// # Errors
    /// [`DatabaseError`] if the file cannot be read.
    pub fn events_between(&self, ctx: U256, after: u64, up_to: u64) -> Result<Vec<Receipt>, DatabaseError> {
        let (after, up_to) = (int("seq", after)?, int("seq", up_to.min(i64::MAX as u64))?);
        self.database.read(|sql| {
            let mut statement = sql.prepare_cached(
                "select * from receipts where ctx = :ctx and seq > :after and seq <= :up_to
                 and meter_signature is not null order by seq",
            )?;
            let rows =
                statement.query_map(named_params! {":ctx": word(ctx), ":after": after, ":up_to": up_to}, receipt)?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
    }

    /// The chain's state at a head, nothing if the head is not of this lane. Head zero is genesis.
    ///
    /// # Errors
    /// [`DatabaseError`] if the file cannot be read.
    pub fn accumulator_at(&self, ctx: U256, head: U256) -> Result<Option<Accumulator>, DatabaseError> {
        if head.is_zero() {
            return Ok(Some(Accumulator::genesis(ctx)));
        }
        self.database.read(|sql| {
            Ok(sql
                .prepare_cached("select accumulator from receipts where ctx = :ctx and head = :head")?
                .query_row(named_params! {":ctx": word(ctx), ":head": word(head)}, |row| row.parsed("accumulator"))
                .optional()?)
        })
    }

    /// The next events to prove: at most `max_events` that both signed, from the head that was proved last.
    ///
    /// Nothing if all are proved, or if `head_before` is not of this lane.
    ///
    /// # Errors
    /// [`DatabaseError`] if the file cannot be read.
    pub fn provable_from(
        &self,
        ctx: U256,
        head_before: U256,
        max_events: usize,
    ) -> Result<Option<ProvableRange>, DatabaseError> {
        let Some(before) = self.accumulator_at(ctx, head_before)? else { return Ok(None) };
        let receipts = self.events_between(ctx, before.seq, before.seq.saturating_add(max_events as u64))?;
        let Some(after) = receipts.last().and_then(|receipt| receipt.countersigned.clone()) else { return Ok(None) };
        let events = receipts.iter().map(|receipt| receipt.request.event()).collect();
        Ok(Some(ProvableRange { before, events, after }))
    }

    /// Every lane that has receipts for a license, with its context.
    ///
    /// # Errors
    /// [`DatabaseError`] if the file cannot be read.
    pub fn lanes(&self, license_id: LicenseId) -> Result<Vec<(Lane, U256)>, DatabaseError> {
        self.database.read(|sql| {
            let mut statement = sql.prepare_cached(
                "select distinct license_id, lane, epoch, ctx from receipts where license_id = :license
                 order by epoch, lane",
            )?;
            let rows = statement.query_map(named_params! {":license": int("license", license_id.0)?}, |row| {
                Ok((lane(row)?, row.u256("ctx")?))
            })?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
    }
}

fn one(
    sql: &Connection,
    condition: &'static str,
    ctx: U256,
    name: &str,
    value: &dyn rusqlite::ToSql,
) -> Result<Option<Receipt>, DatabaseError> {
    let ctx = word(ctx);
    let mut parameters: Vec<(&str, &dyn rusqlite::ToSql)> = vec![(":ctx", &ctx)];
    if name != ":ctx" {
        parameters.push((name, value));
    }
    let mut statement = sql.prepare_cached(&format!("select * from receipts where {condition}"))?;
    Ok(statement.query_row(parameters.as_slice(), receipt).optional()?)
}

fn lane(row: &Row<'_>) -> rusqlite::Result<Lane> {
    Ok(Lane {
        license_id: LicenseId(row.number("license_id")?),
        lane: row.number("lane")?,
        epoch: row.number("epoch")?,
    })
}

fn receipt(row: &Row<'_>) -> rusqlite::Result<Receipt> {
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
        licensee_signature: Bytes::from(row.get::<_, Vec<u8>>("licensee_signature")?),
    };
    let countersigned = match row.get::<_, Option<Vec<u8>>>("meter_signature")? {
        None => None,
        Some(signature) => Some(Countersigned {
            head: request.proposed(),
            licensee_signature: request.licensee_signature.clone(),
            meter_signature: signature.into(),
            meter_eddsa: row.parsed("meter_eddsa")?,
        }),
    };
    Ok(Receipt { lane: lane(row)?, request, request_id: row.get("request_id")?, countersigned })
}
