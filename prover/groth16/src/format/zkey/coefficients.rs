//! Section 4 of a `.zkey`: the rows of A and B.

use statement::field::Fr;

use super::super::{
    container::{ContainerError, Section},
    element::{NUMBER, twice_montgomery},
};

const RECORD: usize = 12 + NUMBER;

/// `coefficient · variable`, a term of a row of A or B.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Coefficient {
    /// 0 = A, 1 = B.
    pub matrix: u32,
    /// The row.
    pub row: u32,
    /// The variable.
    pub variable: u32,
    /// Its factor.
    pub value: Fr,
}

/// The terms of A and B, with those that bind the public inputs behind the last row.
///
/// Decoded only when asked for: a prover that has the rows needs none of them.
#[derive(Debug, Clone, Copy)]
pub struct Coefficients<'a> {
    records: &'a [u8],
}

impl<'a> Coefficients<'a> {
    pub(super) fn read(mut section: Section<'a>) -> Result<Self, ContainerError> {
        let count = section.count("number of coefficients")?;
        let records = section.records("coefficients", count, RECORD)?;
        section.end()?;
        Ok(Self { records })
    }

    /// How many.
    pub fn len(&self) -> usize {
        self.records.len() / RECORD
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.records.is_empty()
    }

    /// All of them, in the file's order.
    pub fn iter(&self) -> impl Iterator<Item = Result<Coefficient, ContainerError>> + use<'a> {
        self.records.chunks_exact(RECORD).enumerate().map(|(index, record)| decode(index, record))
    }
}

fn decode(index: usize, record: &[u8]) -> Result<Coefficient, ContainerError> {
    let number = |at: usize| {
        let bytes = record[at..at + 4].try_into().expect("four bytes were taken");
        u32::from_le_bytes(bytes)
    };
    let value = record[12..].try_into().expect("a record ends with 32 bytes");
    let value =
        twice_montgomery(value).ok_or(ContainerError::NotCanonical { section: 4, field: "coefficients", index })?;
    Ok(Coefficient { matrix: number(0), row: number(4), variable: number(8), value })
}
