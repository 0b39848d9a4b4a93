//! Where the worker looks next. Lost, it is made again from the chain.

use std::path::Path;

use alloy::{primitives::B256, providers::Provider};
use contracts::{ChainError, Datavault};
use domain::{ChainEvent, ContentId, LicenseId};
use rusqlite::{OptionalExtension, named_params};

use super::DeliverError;
use crate::{
    journal::DatabaseError,
    sqlite::{Columns, Database, blocking, int},
};

const SCHEMA: &str = include_str!("schema.sql");

/// Blocks asked for at once.
const SPAN: u64 = 2_000;

/// Where a license stands for the worker.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// Looked at again next time.
    Due,
    /// Delivered, by us or another.
    Delivered,
    /// Passed over for good.
    Skipped,
}

impl Progress {
    const ALL: [Self; 3] = [Self::Due, Self::Delivered, Self::Skipped];

    /// The spelling in the table.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Due => "due",
            Self::Delivered => "delivered",
            Self::Skipped => "skipped",
        }
    }
}

/// What the worker decided about a license.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// The license.
    pub license_id: LicenseId,
    /// What it covers.
    pub content_id: ContentId,
    /// Where it stands.
    pub progress: Progress,
    /// Why, or the transaction.
    pub reason: String,
}

#[derive(Clone)]
pub(super) struct Cursor(Database);

/// Why a key is owed from a block on.
enum Owing {
    /// A license was sold.
    Sold(LicenseId, ContentId),
    /// A license was bound to other keys.
    Rekeyed(LicenseId),
}

/// The last block that was looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Seen {
    number: u64,
    hash: B256,
}

impl Cursor {
    pub(super) fn open(path: &Path) -> Result<Self, DatabaseError> {
        Database::open(path, SCHEMA).map(Self)
    }

    pub(super) fn due(&self) -> Result<Vec<(LicenseId, ContentId)>, DatabaseError> {
        self.0.read(|sql| {
            let mut statement =
                sql.prepare_cached("select license_id, content_id from deliveries where progress = 'due' order by 1")?;
            let rows = statement
                .query_map([], |row| Ok((LicenseId(row.number("license_id")?), ContentId(row.hash("content_id")?))))?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
    }

    pub(super) fn records(&self) -> Result<Vec<Record>, DatabaseError> {
        self.0.read(|sql| {
            let mut statement = sql.prepare_cached("select * from deliveries order by license_id")?;
            let rows = statement.query_map([], |row| {
                let progress: String = row.get("progress")?;
                Ok(Record {
                    license_id: LicenseId(row.number("license_id")?),
                    content_id: ContentId(row.hash("content_id")?),
                    progress: Progress::ALL
                        .into_iter()
                        .find(|known| known.as_str() == progress)
                        .unwrap_or(Progress::Due),
                    reason: row.get("reason")?,
                })
            })?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
    }

    pub(super) fn record(&self, license_id: LicenseId, progress: Progress, reason: &str) -> Result<(), DatabaseError> {
        self.0.write(|sql| {
            sql.execute(
                "update deliveries set progress = :progress, reason = :reason where license_id = :license",
                named_params! {
                    ":progress": progress.as_str(), ":reason": reason, ":license": int("license", license_id.0)?,
                },
            )?;
            Ok(())
        })
    }

    fn seen(&self) -> Result<Option<Seen>, DatabaseError> {
        self.0.read(|sql| {
            Ok(sql
                .query_row("select * from cursor", [], |row| {
                    Ok(Seen { number: row.number("block_number")?, hash: row.hash("block_hash")? })
                })
                .optional()?)
        })
    }

    /// Records purchases, re-keyings and how far was looked, together.
    fn advance(&self, owed: &[Owing], seen: Seen) -> Result<(), DatabaseError> {
        self.0.write(|sql| {
            for owing in owed {
                match owing {
                    Owing::Sold(license_id, content_id) => sql.execute(
                        "insert into deliveries (license_id, content_id) values (:license, :content)
                         on conflict (license_id) do update
                         set content_id = excluded.content_id, progress = 'due', reason = ''",
                        named_params! {":license": int("license", license_id.0)?, ":content": content_id.0.0},
                    )?,
                    Owing::Rekeyed(license_id) => sql.execute(
                        "update deliveries set progress = 'due', reason = '' where license_id = :license",
                        named_params! {":license": int("license", license_id.0)?},
                    )?,
                };
            }
            sql.execute(
                "insert into cursor (only, block_number, block_hash) values (1, :number, :hash)
                 on conflict (only) do update set block_number = excluded.block_number, block_hash = excluded.block_hash",
                named_params! {":number": int("block", seen.number)?, ":hash": seen.hash.0},
            )?;
            Ok(())
        })
    }

    /// Forgets everything: the chain that it was read from is no more.
    fn restart(&self) -> Result<(), DatabaseError> {
        self.0.write(|sql| {
            sql.execute_batch("delete from cursor; delete from deliveries;")?;
            Ok(())
        })
    }
}

/// Looks for purchases and re-keyings up to `confirmations` below the tip.
pub(super) async fn advance(cursor: &Cursor, chain: &Datavault, confirmations: u64) -> Result<(), DeliverError> {
    let tip = chain.latest_block().await?.number;
    let Some(safe) = tip.checked_sub(confirmations) else { return Ok(()) };
    let read = cursor.clone();
    let mut seen = blocking(move || read.seen()).await?;
    if let Some(at) = seen
        && hash_of(chain, at.number).await? != Some(at.hash)
    {
        tracing::warn!(
            block = at.number,
            "the chain was reorganised below what was read: looking again from the start"
        );
        let write = cursor.clone();
        blocking(move || write.restart()).await?;
        seen = None;
    }
    let mut from = seen.map_or(chain.deployment().start_block, |seen| seen.number + 1);
    while from <= safe {
        let to = safe.min(from + SPAN - 1);
        // The hash is read first: a reorg in between makes it differ next time.
        let Some(hash) = hash_of(chain, to).await? else { return Ok(()) };
        let owed: Vec<Owing> = chain
            .events(from, to)
            .await?
            .into_iter()
            .filter_map(|(_, event)| match event {
                ChainEvent::LicenseIssued(issued) => Some(Owing::Sold(issued.license_id, issued.content_id)),
                ChainEvent::LicenseRebound(rebound) => Some(Owing::Rekeyed(rebound.license_id)),
                _ => None,
            })
            .collect();
        let write = cursor.clone();
        blocking(move || write.advance(&owed, Seen { number: to, hash })).await?;
        from = to + 1;
    }
    Ok(())
}

async fn hash_of(chain: &Datavault, number: u64) -> Result<Option<B256>, ChainError> {
    let block = chain.provider().get_block_by_number(number.into()).await;
    Ok(block.map_err(|source| chain.failed("read a block", source))?.map(|block| block.header.hash))
}
