//! Multiples of the base point `B8` by a 251-bit scalar.
//!
//! Windows of two bits, from the top: window 125 (one bit) contributes
//! `(b + 2)·4^125·B8`, windows 124 to 1 contribute `(d + 1)·4^i·B8`, all summed in
//! Montgomery form; window 0 takes the offsets back in one complete addition.
//!
//! Why no addition meets an exception: write both operands as multiples of `B8`. The
//! sum so far is at least `2·4^125` and below `4l`, the window's share is at most
//! `4^(i+1) ≤ 4^125`, and both are multiples of `4^i` with `i ≥ 1`. So their sum and
//! difference lie strictly between 0 and `4l` and are divisible by 4, while `l`, `2l`
//! and `3l` are not: neither vanishes modulo the order `l`.

use std::sync::OnceLock;

use ark_ec::{AdditiveGroup, AffineRepr, CurveGroup, PrimeGroup};
use statement::{
    babyjubjub::curve::{Affine, Projective},
    field::Fr,
};

use super::{edwards, montgomery};
use crate::constraint::{Builder, Num};

/// Bits of a scalar.
pub(crate) const SCALAR_BITS: usize = 251;
const TOP: usize = SCALAR_BITS / 2;

/// Coordinates of four points as functions of two bits: `k0 + k1·a + k2·b + k3·ab`.
type Lookup = [[Fr; 4]; 2];

struct Tables {
    /// Windows 1 to 124, Montgomery.
    windows: Vec<Lookup>,
    /// Window 125, one bit, Montgomery.
    top: Lookup,
    /// Window 0 minus the sum of all offsets, Edwards.
    last: Lookup,
}

fn tables() -> &'static Tables {
    static TABLES: OnceLock<Tables> = OnceLock::new();
    TABLES.get_or_init(|| {
        let base = Projective::generator();
        let mut power = base.double().double();
        let mut offset = Projective::default();
        let mut windows = Vec::with_capacity(TOP - 1);
        for _ in 1..TOP {
            let shares = [1u64, 2, 3, 4].map(|k| (power * small(k)).into_affine());
            windows.push(lookup(shares.map(montgomery::from_edwards)));
            offset += power;
            power = power.double().double();
        }
        let [two, three] = [2u64, 3].map(|k| (power * small(k)).into_affine());
        let tops = [two, three, two, three].map(montgomery::from_edwards);
        offset += power.double();
        let last = [0u64, 1, 2, 3].map(|k| (base * small(k) - offset).into_affine());
        Tables { windows, top: lookup(tops), last: lookup(last.map(|point: Affine| [point.x, point.y])) }
    })
}

fn small(k: u64) -> <Affine as AffineRepr>::ScalarField {
    k.into()
}

/// Interpolates four points, indexed by `a + 2b`.
fn lookup(points: [[Fr; 2]; 4]) -> Lookup {
    [0, 1].map(|axis| {
        let [p0, p1, p2, p3] = points.map(|point| point[axis]);
        [p0, p1 - p0, p2 - p0, p3 - p2 - p1 + p0]
    })
}

fn select(table: &Lookup, a: &Num, b: &Num, ab: &Num) -> [Num; 2] {
    table.map(|[k0, k1, k2, k3]| Num::sum([(k1, a), (k2, b), (k3, ab)]).plus(k0))
}

/// `scalar·B8` for boolean `bits`, lowest first. 505 rows. Twin of
/// [`statement::babyjubjub::times_base`].
pub(crate) fn times_base(builder: &mut Builder, bits: &[Num]) -> edwards::Point {
    assert_eq!(bits.len(), SCALAR_BITS, "a scalar has {SCALAR_BITS} bits");
    let tables = tables();
    let [u, v] = select(&tables.top, &bits[2 * TOP], &Num::zero(), &Num::zero());
    let mut sum = montgomery::Point { u, v };
    for window in (1..TOP).rev() {
        let [u, v] = window_share(builder, &tables.windows[window - 1], bits, window);
        sum = sum.add(builder, &montgomery::Point { u, v });
    }
    let [x, y] = window_share(builder, &tables.last, bits, 0);
    let sum = sum.to_edwards(builder);
    sum.add(builder, &edwards::Point { x, y })
}

fn window_share(builder: &mut Builder, table: &Lookup, bits: &[Num], window: usize) -> [Num; 2] {
    let (a, b) = (&bits[2 * window], &bits[2 * window + 1]);
    let ab = builder.mul(a, b);
    select(table, a, b, &ab)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lookups_give_their_points() {
        let point = |k: u64| [Fr::from(k), Fr::from(10 * k)];
        let table = lookup([point(3), point(5), point(11), point(2)]);
        for (i, expected) in [3u64, 5, 11, 2].into_iter().enumerate() {
            let (a, b) = (Fr::from(i as u64 & 1), Fr::from(i as u64 >> 1));
            let [x, y] = table.map(|[k0, k1, k2, k3]| k0 + k1 * a + k2 * b + k3 * a * b);
            assert_eq!([x, y], point(expected));
        }
    }
}
