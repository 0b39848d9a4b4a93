//! Linear combinations of variables, with their values.

use std::ops::{Add, Neg, Sub};

use ark_ff::{AdditiveGroup, Field, Zero};
use statement::field::Fr;

use super::Row;

/// A number inside a circuit: its value, and how it is made of variables.
#[derive(Clone)]
pub(crate) struct Num {
    value: Fr,
    constant: bool,
    /// None for constants, and in builders that do not record: proving needs values only.
    form: Option<Box<Form>>,
}

/// `offset + Σ coefficient · variable`, variables in ascending order.
#[derive(Clone, Default)]
struct Form {
    offset: Fr,
    terms: Vec<(u32, Fr)>,
}

impl Form {
    fn add(&mut self, k: Fr, part: &Num) {
        let Some(form) = &part.form else {
            self.offset += k * part.value;
            return;
        };
        self.offset += k * form.offset;
        self.terms.extend(form.terms.iter().map(|(variable, c)| (*variable, k * c)));
    }

    fn tidy(&mut self) {
        if !self.terms.is_sorted_by(|one, next| one.0 < next.0) {
            self.terms.sort_unstable_by_key(|(variable, _)| *variable);
            self.terms.dedup_by(|next, kept| {
                let same = next.0 == kept.0;
                if same {
                    kept.1 += next.1;
                }
                same
            });
        }
        self.terms.retain(|(_, c)| !c.is_zero());
    }
}

impl Num {
    /// A variable, with its index if rows are recorded.
    pub(super) fn variable(value: Fr, recorded: Option<u32>) -> Self {
        let form = recorded.map(|index| Box::new(Form { offset: Fr::ZERO, terms: vec![(index, Fr::ONE)] }));
        Self { value, constant: false, form }
    }

    pub fn constant(value: Fr) -> Self {
        Self { value, constant: true, form: None }
    }

    pub fn one() -> Self {
        Self::constant(Fr::ONE)
    }

    pub fn zero() -> Self {
        Self::constant(Fr::ZERO)
    }

    pub fn is_constant(&self) -> bool {
        self.constant
    }

    pub fn value(&self) -> Fr {
        self.value
    }

    /// `Σ coefficient · number`, at no cost in rows.
    pub fn sum<'a>(parts: impl IntoIterator<Item = (Fr, &'a Num)>) -> Self {
        let mut sum = Self::zero();
        for (k, part) in parts {
            if sum.form.is_none() && part.form.is_some() {
                let offset = sum.value;
                sum.form = Some(Box::new(Form { offset, terms: Vec::new() }));
            }
            if let Some(form) = &mut sum.form {
                form.add(k, part);
            }
            sum.value += k * part.value;
            sum.constant &= part.constant;
        }
        if let Some(form) = &mut sum.form {
            form.tidy();
        }
        sum
    }

    pub fn scale(&self, k: Fr) -> Self {
        self.derive(self.value * k, |form| {
            form.offset *= k;
            form.terms.iter_mut().for_each(|(_, c)| *c *= k);
            form.tidy();
        })
    }

    pub fn plus(&self, k: Fr) -> Self {
        self.derive(self.value + k, |form| form.offset += k)
    }

    fn derive(&self, value: Fr, change: impl FnOnce(&mut Form)) -> Self {
        let form = self.form.as_ref().map(|form| {
            let mut form = form.clone();
            change(&mut form);
            form
        });
        Self { value, constant: self.constant, form }
    }

    /// `Σ 2^i · bit_i`.
    pub fn from_bits(bits: &[Num]) -> Self {
        let mut power = Fr::ONE;
        Self::sum(bits.iter().map(|bit| {
            let weight = power;
            power.double_in_place();
            (weight, bit)
        }))
    }

    /// The number as a side of a row.
    pub(super) fn row(&self) -> Row {
        let Some(form) = &self.form else {
            return (!self.value.is_zero()).then_some((self.value, 0)).into_iter().collect();
        };
        let offset = (!form.offset.is_zero()).then_some((form.offset, 0));
        let terms = form.terms.iter().map(|(variable, k)| (*k, *variable as usize));
        offset.into_iter().chain(terms).collect()
    }

    /// `self + k·other` for `k` of 1 or −1, whose value costs no multiplication.
    fn combine(&self, value: Fr, k: Fr, other: &Num) -> Num {
        let constant = self.constant && other.constant;
        if self.form.is_none() && other.form.is_none() {
            return Num { value, constant, form: None };
        }
        let mut form = Form::default();
        form.add(Fr::ONE, self);
        form.add(k, other);
        form.tidy();
        Num { value, constant, form: Some(Box::new(form)) }
    }
}

impl Add for &Num {
    type Output = Num;

    fn add(self, other: &Num) -> Num {
        self.combine(self.value + other.value, Fr::ONE, other)
    }
}

impl Sub for &Num {
    type Output = Num;

    fn sub(self, other: &Num) -> Num {
        self.combine(self.value - other.value, -Fr::ONE, other)
    }
}

impl Neg for &Num {
    type Output = Num;

    fn neg(self) -> Num {
        self.scale(-Fr::ONE)
    }
}
