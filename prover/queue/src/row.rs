//! Between rows and our types.

use alloy_primitives::U256;
use domain::LicenseId;
use sqlx::{Row, postgres::PgRow};

use crate::{
    error::QueueError,
    job::{JobId, LaneKey, State},
};

/// A word as it is stored.
pub(crate) fn word(word: U256) -> Vec<u8> {
    word.to_be_bytes::<32>().to_vec()
}

/// Several words, one after the other.
pub(crate) fn words(words: &[U256]) -> Vec<u8> {
    words.iter().flat_map(|word| word.to_be_bytes::<32>()).collect()
}

/// A number as it is stored.
pub(crate) fn int(field: &'static str, value: u64) -> Result<i64, QueueError> {
    i64::try_from(value).map_err(|_| QueueError::TooLarge { field, value })
}

/// Reads columns of a job's row, and says which is damaged.
pub(crate) struct Columns<'r> {
    row: &'r PgRow,
    id: JobId,
}

impl<'r> Columns<'r> {
    pub(crate) fn of(row: &'r PgRow) -> Result<Self, QueueError> {
        Ok(Self { row, id: JobId(row.try_get("id")?) })
    }

    pub(crate) fn id(&self) -> JobId {
        self.id
    }

    pub(crate) fn damaged(&self, field: &'static str, reason: impl ToString) -> QueueError {
        QueueError::Damaged { id: self.id, field, reason: reason.to_string() }
    }

    pub(crate) fn get<T>(&self, field: &'static str) -> Result<T, QueueError>
    where
        T: sqlx::Type<sqlx::Postgres> + sqlx::Decode<'r, sqlx::Postgres>,
    {
        Ok(self.row.try_get(field)?)
    }

    pub(crate) fn word(&self, field: &'static str) -> Result<U256, QueueError> {
        let [word] = self.words(field)?;
        Ok(word)
    }

    pub(crate) fn words<const N: usize>(&self, field: &'static str) -> Result<[U256; N], QueueError> {
        let bytes: &[u8] = self.row.try_get(field)?;
        let words: Vec<U256> = bytes.chunks_exact(32).map(U256::from_be_slice).collect();
        match bytes.len() == 32 * N {
            true => words.try_into().map_err(|_| self.damaged(field, "its length is wrong")),
            false => Err(self.damaged(field, "its length is wrong")),
        }
    }

    pub(crate) fn number<T: TryFrom<i64>>(&self, field: &'static str) -> Result<T, QueueError> {
        let value: i64 = self.row.try_get(field)?;
        T::try_from(value).map_err(|_| self.damaged(field, value))
    }

    pub(crate) fn small<T: TryFrom<i32>>(&self, field: &'static str) -> Result<T, QueueError> {
        let value: i32 = self.row.try_get(field)?;
        T::try_from(value).map_err(|_| self.damaged(field, value))
    }

    pub(crate) fn state(&self) -> Result<State, QueueError> {
        let name: &str = self.row.try_get("state")?;
        name.parse().map_err(|error| self.damaged("state", error))
    }

    pub(crate) fn capacity(&self) -> Result<statement::usage::Capacity, QueueError> {
        self.small::<u16>("capacity")?.try_into().map_err(|error| self.damaged("capacity", error))
    }

    pub(crate) fn lane(&self) -> Result<LaneKey, QueueError> {
        Ok(LaneKey {
            license_id: LicenseId(self.number("license_id")?),
            lane: self.number("lane")?,
            epoch: self.number("epoch")?,
        })
    }
}
