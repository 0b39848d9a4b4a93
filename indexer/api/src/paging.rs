//! Lists, part by part.

use axum::Json;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use store::{Snapshot, read};

use crate::{
    answer::{List, block},
    error::ApiError,
    params::{FromParams, Params},
};

/// Rows of a part, unless asked otherwise.
pub(crate) const DEFAULT_LIMIT: u32 = 50;
/// Rows of a part at most.
pub(crate) const MAX_LIMIT: u32 = 200;

/// A part that was asked for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Paging {
    after: Option<read::Position>,
    limit: u32,
}

impl Paging {
    /// Takes `limit` and `cursor`.
    pub(crate) fn take(params: &mut Params) -> Result<Self, ApiError> {
        let limit = take_limit(params)?;
        let after = params.take("cursor").map(|text| decode(&text).ok_or_else(bad_cursor)).transpose()?;
        Ok(Self { after, limit })
    }

    /// One row more than was asked for: whether it exists tells whether the list goes on.
    pub(crate) fn page(&self) -> read::Page {
        read::Page { after: self.after, limit: self.limit + 1 }
    }

    /// The part, and where the next begins.
    pub(crate) fn list<R, T>(
        &self,
        snapshot: &Snapshot,
        mut rows: Vec<R>,
        position: impl Fn(&R) -> (u64, u64),
        mut render: impl FnMut(R) -> T,
    ) -> Result<Json<List<T>>, ApiError> {
        let next_cursor = self.cut(&mut rows, position);
        Ok(Json(List { block: block(snapshot)?, data: rows.into_iter().map(&mut render).collect(), next_cursor }))
    }

    /// Drops the row too many and says where the next part begins.
    pub(crate) fn cut<R>(&self, rows: &mut Vec<R>, position: impl Fn(&R) -> (u64, u64)) -> Option<String> {
        let more = rows.len() > self.limit as usize;
        rows.truncate(self.limit as usize);
        rows.last().filter(|_| more).map(|last| {
            let (block, log) = position(last);
            URL_SAFE_NO_PAD.encode(format!("{block}.{log}"))
        })
    }
}

impl FromParams for Paging {
    fn from_params(params: &mut Params) -> Result<Self, ApiError> {
        Self::take(params)
    }
}

/// Takes `limit`.
pub(crate) fn take_limit(params: &mut Params) -> Result<u32, ApiError> {
    let limit = params.parse::<u32>("limit", "a whole number")?.unwrap_or(DEFAULT_LIMIT);
    if (1..=MAX_LIMIT).contains(&limit) {
        return Ok(limit);
    }
    Err(ApiError::BadParameter {
        field: "limit".to_owned(),
        detail: format!("limit {limit} is out of bounds: 1 to {MAX_LIMIT}"),
    })
}

pub(crate) fn bad_cursor() -> ApiError {
    ApiError::BadParameter {
        field: "cursor".to_owned(),
        detail: "cursor is not one that this list gave as next_cursor".to_owned(),
    }
}

fn decode(text: &str) -> Option<read::Position> {
    let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
    let (block, log) = std::str::from_utf8(&bytes).ok()?.split_once('.')?;
    let (block_number, log_index) = (block.parse().ok()?, log.parse().ok()?);
    // What exceeds the columns is no position either.
    i64::try_from(block_number).and(i64::try_from(log_index)).ok()?;
    Some(read::Position { block_number, log_index })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_reads_back_and_rubbish_does_not() {
        let paging = Paging { after: None, limit: 1 };
        let mut rows = vec![(7, 3), (6, 0)];
        let cursor = paging.cut(&mut rows, |row| *row).unwrap();
        assert_eq!(rows, [(7, 3)]);
        assert_eq!(decode(&cursor), Some(read::Position { block_number: 7, log_index: 3 }));
        assert_eq!(paging.cut(&mut rows, |row| *row), None);
        for rubbish in [
            "",
            "!",
            "Ny4",
            &URL_SAFE_NO_PAD.encode("1.99999999999999999999"),
            &URL_SAFE_NO_PAD.encode(format!("{}.0", u64::MAX)),
        ] {
            assert_eq!(decode(rubbish), None, "{rubbish}");
        }
    }
}
