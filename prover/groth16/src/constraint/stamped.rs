//! The sides of all rows, recorded while a circuit assigns its variables.

use statement::field::Fr;
use zeroize::Zeroize;

use super::Assigned;

/// The sides of rows as they are added.
pub(super) struct Stamps {
    pub left: Wiped,
    pub right: Wiped,
    pub products: Wiped,
    /// The first row that does not hold.
    pub broken: Option<usize>,
}

impl Stamps {
    pub fn with_capacity(rows: usize) -> Self {
        let [left, right, products] = [(); 3].map(|()| Wiped(Vec::with_capacity(rows)));
        Self { left, right, products, broken: None }
    }

    pub fn push(&mut self, a: Fr, b: Fr, c: Fr) {
        let product = a * b;
        if product != c && self.broken.is_none() {
            self.broken = Some(self.left.0.len());
        }
        self.left.0.push(a);
        self.right.0.push(b);
        self.products.0.push(product);
    }
}

/// Numbers that hold secrets: wiped on drop.
pub(crate) struct Wiped(pub Vec<Fr>);

impl Drop for Wiped {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

/// An assignment with what it makes of each row: no matrix is multiplied to know it.
pub(crate) struct Stamped {
    pub assigned: Assigned,
    /// Public inputs, the one included.
    pub inputs: usize,
    /// `A·w`, row by row.
    pub left: Wiped,
    /// `B·w`.
    pub right: Wiped,
    /// Their products, which are `C·w` if no rule is broken.
    pub products: Wiped,
    /// The rule of the first row that does not hold, if any.
    pub broken: Option<&'static str>,
}
