//! Comparison with a constant, row by row, as `gadget::bits::enforce_at_most` lays it out.

use alloy_primitives::U256;

/// A row of the comparison.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum BoundRow {
    /// While equal, none of these bits (highest first) may be set.
    Zeros(Vec<usize>),
    /// Still equal if this bit is set.
    One(usize),
}

/// The rows for integers of `width` bits not above `bound`.
pub(super) fn bound_rows(bound: U256, width: usize) -> Vec<BoundRow> {
    let mut rows = Vec::new();
    let mut zeros = Vec::new();
    let trailing = bound.trailing_ones();
    for i in (trailing..width).rev() {
        if !bound.bit(i) {
            zeros.push(i);
        }
        if (bound.bit(i) || i == trailing) && !zeros.is_empty() {
            rows.push(BoundRow::Zeros(std::mem::take(&mut zeros)));
        }
        if bound.bit(i) {
            rows.push(BoundRow::One(i));
        }
    }
    // Nothing compares with the highest one: `equal` starts as a constant.
    let first = rows.iter().position(|row| matches!(row, BoundRow::One(_))).expect("bounds are not zero");
    rows.remove(first);
    rows
}

/// The rows that an integer breaks if all else is computed honestly.
pub(super) fn broken(rows: &[BoundRow], bound: U256, value: U256) -> Vec<usize> {
    let equal_above = |i: usize| (i + 1..256).all(|j| !bound.bit(j) || value.bit(j));
    let breaks = |row: &BoundRow| match row {
        BoundRow::Zeros(bits) => equal_above(bits[bits.len() - 1]) && bits.iter().any(|i| value.bit(*i)),
        BoundRow::One(_) => false,
    };
    rows.iter().enumerate().filter(|(_, row)| breaks(row)).map(|(i, _)| i).collect()
}

/// Whether an integer, honestly not equal at the one-bit `at`, passes if `equal` is said to be one there.
pub(super) fn passes_with_false_equal(rows: &[BoundRow], bound: U256, at: usize, value: U256) -> bool {
    let differs = (at..256).any(|j| bound.bit(j) && !value.bit(j));
    if !differs {
        return false;
    }
    let below = rows.iter().skip_while(|row| **row != BoundRow::One(at)).skip(1);
    for row in below {
        match row {
            BoundRow::Zeros(bits) if bits.iter().any(|i| value.bit(*i)) => return false,
            BoundRow::One(i) if !value.bit(*i) => return true,
            _ => {}
        }
    }
    true
}
