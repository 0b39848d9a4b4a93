//! Circuits in iden3's `.r1cs` files.
//!
//! Wire 0 is one, then come the public inputs, then everything else; there are no
//! outputs and labels are the wires' own numbers. What of everything else a prover
//! chooses and what it computes is not told apart: the count of private inputs is 0.
//! Rows stand in the circuit's order. The SHA-256 of the file names the circuit.

use ark_bn254::Fr;
use ark_ff::One;

use super::{
    container::{Container, ContainerError, Section, Writer, le32},
    element::{NUMBER, modulus, plain, put_plain},
};
use crate::{
    circuit::Circuit,
    circuit_id::CircuitId,
    compliance::Compliance,
    constraint::{Row, Shape},
    key_delivery::KeyDelivery,
    usage::{LongUsage, Usage},
};

const VERSION: u32 = 1;
const TERM: usize = 4 + NUMBER;

/// Why bytes are not a circuit.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum R1csError {
    /// The file is damaged or of another kind.
    #[error("circuit: {0}")]
    Container(#[from] ContainerError),
    /// A row names its wires out of order, or one of them twice: readers disagree about what that means.
    #[error("circuit: row {row}: wire {wire} comes behind one that is not smaller")]
    Order {
        /// The row, from 0.
        row: usize,
        /// The wire.
        wire: usize,
    },
    /// A row names a wire that there is not.
    #[error("circuit: row {row}: wire {wire} is not one of the {wires} wires")]
    Wire {
        /// The row, from 0.
        row: usize,
        /// The wire.
        wire: usize,
        /// How many there are.
        wires: usize,
    },
}

/// A circuit as its file holds it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct R1cs {
    /// Wires, with the one.
    pub wires: usize,
    /// Outputs and public inputs, which follow the one.
    pub public: usize,
    /// The three sides of every row.
    pub(crate) rows: Vec<[Row; 3]>,
}

impl R1cs {
    /// How many rows there are.
    pub fn constraints(&self) -> usize {
        self.rows.len()
    }

    /// The first row, from 0, that does not hold for these values of all wires.
    pub fn broken_row(&self, wires: &[Fr]) -> Option<usize> {
        let side = |row: &Row| -> Fr { row.iter().map(|(k, wire)| *k * wires[*wire]).sum() };
        if wires.len() != self.wires || !wires[0].is_one() {
            return Some(0);
        }
        self.rows.iter().position(|[a, b, c]| side(a) * side(b) != side(c))
    }
}

/// The file of a circuit.
pub fn of(circuit: CircuitId) -> Vec<u8> {
    write(&shape(circuit))
}

/// The rows of a circuit.
pub(crate) fn shape(circuit: CircuitId) -> Shape {
    match circuit {
        CircuitId::Usage128 => Usage::shape(),
        CircuitId::Usage1024 => LongUsage::shape(),
        CircuitId::Compliance => Compliance::shape(),
        CircuitId::KeyDelivery => KeyDelivery::shape(),
    }
}

/// The file of these rows.
pub(crate) fn write(shape: &Shape) -> Vec<u8> {
    let terms: usize = shape.matrices.iter().flatten().map(Vec::len).sum();
    let mut file = Writer::new("r1cs", VERSION, terms * TERM + shape.rows() * 12 + shape.variables * 8 + 256);
    file.section(1, |bytes| {
        bytes.extend(le32(NUMBER));
        bytes.extend(modulus::<Fr>());
        let (outputs, private) = (0, 0);
        let sizes = [shape.variables, outputs, shape.inputs - 1, private];
        sizes.iter().for_each(|size| bytes.extend(le32(*size)));
        bytes.extend((shape.variables as u64).to_le_bytes());
        bytes.extend(le32(shape.rows()));
    });
    file.section(2, |bytes| {
        let [a, b, c] = &shape.matrices;
        for row in a.iter().zip(b).zip(c).flat_map(|((a, b), c)| [a, b, c]) {
            bytes.extend(le32(row.len()));
            for (factor, wire) in row {
                bytes.extend(le32(*wire));
                put_plain(bytes, *factor);
            }
        }
    });
    file.section(3, |bytes| (0..shape.variables as u64).for_each(|label| bytes.extend(label.to_le_bytes())));
    file.finish()
}

/// Reads a circuit.
///
/// # Errors
/// [`R1csError`] names the section and field, or the row.
pub fn read(bytes: &[u8]) -> Result<R1cs, R1csError> {
    let container = Container::read(bytes, "r1cs", VERSION)?;
    let mut header = container.section(1)?;
    header.prime("prime of the scalar field", modulus::<Fr>())?;
    let wires = header.count("number of wires")?;
    let mut public = 0;
    for field in ["number of outputs", "number of public inputs"] {
        let count = header.count(field)?;
        public += count;
        if public >= wires {
            return Err(header.wrong(field, count, format!("fewer than the {wires} wires")).into());
        }
    }
    let private = header.count("number of private inputs")?;
    if private >= wires - public {
        let expected = format!("at most {}", wires - public - 1);
        return Err(header.wrong("number of private inputs", private, expected).into());
    }
    header.u64("number of labels")?;
    let count = header.count("number of constraints")?;
    header.end()?;
    let mut section = container.section(2)?;
    // Not reserved: the count is a stranger's, and each row takes bytes or fails.
    let mut rows = Vec::new();
    for row in 0..count {
        let mut side = || read_side(&mut section, row, wires);
        rows.push([side()?, side()?, side()?]);
    }
    section.end()?;
    let mut labels = container.section(3)?;
    labels.records("labels", wires, 8)?;
    labels.end()?;
    Ok(R1cs { wires, public, rows })
}

fn read_side(section: &mut Section<'_>, row: usize, wires: usize) -> Result<Row, R1csError> {
    let count = section.count("number of terms")?;
    let terms = section.records("terms", count, TERM)?;
    let mut side = Row::with_capacity(count);
    for term in terms.chunks_exact(TERM) {
        let (wire, factor) = term.split_first_chunk().expect("a term begins with four bytes");
        let wire = u32::from_le_bytes(*wire) as usize;
        if wire >= wires {
            return Err(R1csError::Wire { row, wire, wires });
        }
        if side.last().is_some_and(|(_, last)| *last >= wire) {
            return Err(R1csError::Order { row, wire });
        }
        let factor = plain(factor.try_into().expect("a term ends with 32 bytes"));
        let error = ContainerError::NotCanonical { section: section.id, field: "factors of a row", index: row };
        side.push((factor.ok_or(error)?, wire));
    }
    Ok(side)
}

#[cfg(test)]
pub(super) mod tests;
