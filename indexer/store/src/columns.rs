//! Between our words and columns.
//!
//! What strangers may choose freely must always fit: counts of 64 bits travel as decimal text into `numeric`, texts
//! lose their NULs (Postgres has none). Times travel as whole unix seconds.

use alloy_primitives::{Address, B256, U256};
use domain::{Amount, ContentId, Context, LogRef, Token};
use sqlx::{
    Decode, Postgres, Type,
    error::BoxDynError,
    postgres::{PgTypeInfo, PgValueRef},
};

use crate::error::StoreError;

/// A number as `bigint`. Our contracts count up from one, so only a broken chain exceeds it.
pub(crate) fn number(column: &'static str, value: u64) -> Result<i64, StoreError> {
    i64::try_from(value).map_err(|_| StoreError::TooLarge { column, value })
}

/// An id to look for. None that is stored is as large as the largest.
pub(crate) fn key(id: u64) -> i64 {
    i64::try_from(id).unwrap_or(i64::MAX)
}

/// A field element or context as 32 bytes, big-endian.
pub(crate) fn word(value: U256) -> Vec<u8> {
    value.to_be_bytes::<32>().to_vec()
}

/// A text that Postgres takes.
pub(crate) fn text(value: &str) -> String {
    value.replace('\0', "\u{fffd}")
}

/// One column of a batch.
pub(crate) fn column<E, T>(facts: &[(LogRef, &E)], of: impl Fn(&E) -> T) -> Vec<T> {
    facts.iter().map(|(_, event)| of(event)).collect()
}

/// One column of a batch, whose values may not fit.
pub(crate) fn try_column<E, T>(
    facts: &[(LogRef, &E)],
    of: impl Fn(&E) -> Result<T, StoreError>,
) -> Result<Vec<T>, StoreError> {
    facts.iter().map(|(_, event)| of(event)).collect()
}

/// The column `block_number` of a batch.
pub(crate) fn blocks<E>(facts: &[(LogRef, &E)]) -> Result<Vec<i64>, StoreError> {
    facts.iter().map(|(log, _)| number("block_number", log.block_number)).collect()
}

/// The column `log_index` of a batch.
pub(crate) fn log_indexes<E>(facts: &[(LogRef, &E)]) -> Result<Vec<i64>, StoreError> {
    facts.iter().map(|(log, _)| number("log_index", log.log_index)).collect()
}

/// A `bytea` that is decoded into a fixed-size word of ours.
macro_rules! bytes_column {
    ($(#[$doc:meta])* $name:ident($inner:ty), $size:literal, $from:expr) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub struct $name(pub $inner);

        impl Type<Postgres> for $name {
            fn type_info() -> PgTypeInfo {
                <[u8] as Type<Postgres>>::type_info()
            }
        }

        impl<'r> Decode<'r, Postgres> for $name {
            fn decode(value: PgValueRef<'r>) -> Result<Self, BoxDynError> {
                let bytes: [u8; $size] = <&[u8] as Decode<Postgres>>::decode(value)?.try_into()?;
                Ok(Self($from(bytes)))
            }
        }

        impl From<$name> for $inner {
            fn from(column: $name) -> Self {
                column.0
            }
        }
    };
}

bytes_column!(
    /// 32 bytes.
    Hash(B256), 32, B256::from
);
bytes_column!(
    /// 20 bytes.
    Account(Address), 20, Address::from
);
bytes_column!(
    /// 32 bytes, big-endian.
    Word(U256), 32, U256::from_be_bytes::<32>
);

impl From<Hash> for ContentId {
    fn from(column: Hash) -> Self {
        Self(column.0)
    }
}

impl From<Account> for Token {
    fn from(column: Account) -> Self {
        Self(column.0)
    }
}

impl From<Word> for Context {
    fn from(column: Word) -> Self {
        Self(column.0)
    }
}

/// A column of type `$sql` that is read by parsing: ids and counts that are never negative, amounts, spelled codes.
macro_rules! parsed_column {
    ($(#[$doc:meta])* $name:ident($inner:ty) from $raw:ty, $parse:expr) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) struct $name(pub(crate) $inner);

        impl Type<Postgres> for $name {
            fn type_info() -> PgTypeInfo {
                <$raw as Type<Postgres>>::type_info()
            }
        }

        impl<'r> Decode<'r, Postgres> for $name {
            fn decode(value: PgValueRef<'r>) -> Result<Self, BoxDynError> {
                let raw = <$raw as Decode<Postgres>>::decode(value)?;
                Ok(Self($parse(raw)?))
            }
        }
    };
}

parsed_column!(
    /// `bigint` that is never negative: an id, a height, unix seconds.
    Number(u64) from i64, u64::try_from
);
parsed_column!(
    /// `numeric(20,0)`, read as text.
    Count(u64) from String, |raw: String| raw.parse::<u64>()
);
parsed_column!(
    /// `numeric(78,0)`, read as text.
    Base(Amount) from String, |raw: String| raw.parse::<Amount>()
);
parsed_column!(
    /// `bigint` of at most 32 bits.
    Small(u32) from i64, u32::try_from
);
parsed_column!(
    /// `integer` of at most 16 bits: a version, a share, a small count.
    Short(u16) from i32, u16::try_from
);

/// `From` a column for the ids that it may hold.
macro_rules! number_into {
    ($($id:ident),+) => {$(
        impl From<Number> for domain::$id {
            fn from(column: Number) -> Self {
                Self(column.0)
            }
        }
    )+};
}
number_into!(OfferId, LicenseId, PaymentId, DisputeId, MeterId, ProfileId, SplitId, FeeId);

macro_rules! plain_into {
    ($($column:ident => $plain:ty),+ $(,)?) => {$(
        impl From<$column> for $plain {
            fn from(column: $column) -> Self {
                column.0
            }
        }
    )+};
}
plain_into!(Number => u64, Count => u64, Base => Amount, Small => u32, Short => u16);

/// A text column that holds the spelling of one of our enumerations.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Code<T>(pub(crate) T);

impl<T> Type<Postgres> for Code<T> {
    fn type_info() -> PgTypeInfo {
        <str as Type<Postgres>>::type_info()
    }
}

impl<'r, T: std::str::FromStr<Err = domain::IdError>> Decode<'r, Postgres> for Code<T> {
    fn decode(value: PgValueRef<'r>) -> Result<Self, BoxDynError> {
        Ok(Self(<&str as Decode<Postgres>>::decode(value)?.parse()?))
    }
}

macro_rules! code_into {
    ($($code:ident),+) => {$(
        impl From<Code<Self>> for domain::$code {
            fn from(column: Code<Self>) -> Self {
                column.0
            }
        }
    )+};
}
code_into!(
    ContentKind,
    ContentStatus,
    Delivery,
    DisputeKind,
    DisputeState,
    OfferKind,
    PaymentState,
    ReleaseRule,
    Ruling
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_with_nul_is_made_storable() {
        assert_eq!(text("a\0b"), "a\u{fffd}b");
    }

    #[test]
    fn a_number_that_does_not_fit_names_its_column() {
        let error = number("licenses.license_id", u64::MAX).unwrap_err();
        assert!(error.to_string().contains("licenses.license_id"), "{error}");
    }
}
