//! Witnesses in iden3's `.wtns` files: the value of every wire.
//!
//! They hold every secret of the proof. The buffers here are wiped when they are
//! dropped; a file is for its writer to guard.

use std::fmt;

use ark_bn254::Fr;
use zeroize::Zeroizing;

use super::{
    container::{Container, ContainerError, Writer, le32},
    element::{NUMBER, modulus, plain, put_plain},
};
use crate::constraint::Assigned;

const VERSION: u32 = 2;

/// Why bytes are not a witness.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("witness: {0}")]
pub struct WtnsError(#[from] pub ContainerError);

/// The values of all wires, the one first.
pub struct Wtns(Assigned);

impl Wtns {
    /// The values.
    pub fn values(&self) -> &[Fr] {
        &self.0.0
    }
}

impl fmt::Debug for Wtns {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Wtns({} values)", self.values().len())
    }
}

/// The file of these values.
pub(crate) fn write(values: &[Fr]) -> Zeroizing<Vec<u8>> {
    // Large enough from the start: growing would leave copies behind.
    let mut file = Writer::new("wtns", VERSION, values.len() * NUMBER + 128);
    file.section(1, |bytes| {
        bytes.extend(le32(NUMBER));
        bytes.extend(modulus::<Fr>());
        bytes.extend(le32(values.len()));
    });
    file.section(2, |bytes| values.iter().for_each(|value| put_plain(bytes, *value)));
    Zeroizing::new(file.finish())
}

/// Reads a witness.
///
/// # Errors
/// [`WtnsError`] names the section and field.
pub fn read(bytes: &[u8]) -> Result<Wtns, WtnsError> {
    let container = Container::read(bytes, "wtns", VERSION)?;
    let mut header = container.section(1)?;
    header.prime("prime of the scalar field", modulus::<Fr>())?;
    let count = header.count("number of values")?;
    header.end()?;
    let mut section = container.section(2)?;
    let records = section.records("values", count, NUMBER)?;
    section.end()?;
    let mut values = Assigned(Vec::with_capacity(count));
    for (index, record) in records.chunks_exact(NUMBER).enumerate() {
        let value = plain(record.try_into().expect("chunks are of 32 bytes"));
        values.0.push(value.ok_or(ContainerError::NotCanonical { section: 2, field: "values", index })?);
    }
    Ok(Wtns(values))
}

#[cfg(test)]
mod tests {
    use ark_ff::Field;

    use super::*;

    #[test]
    fn values_are_read_as_they_were_written() {
        let values = [Fr::ONE, -Fr::ONE, Fr::from(7u64)];
        let bytes = write(&values);
        assert!(bytes.capacity() >= bytes.len() && bytes.len() == 12 + 12 + 40 + 12 + 96);
        assert_eq!(read(&bytes).unwrap().values(), values);
        assert_eq!(format!("{:?}", read(&bytes).unwrap()), "Wtns(3 values)");
    }

    #[test]
    fn damage_is_named() {
        let good = write(&[Fr::ONE, Fr::from(7u64)]);
        let mut bad = good.clone();
        bad[24 + 36] = 3;
        assert_eq!(
            read(&bad).unwrap_err().to_string(),
            "witness: section 2 ends inside values: 96 bytes needed, 64 left"
        );
        bad[24 + 36] = 1;
        assert_eq!(read(&bad).unwrap_err().to_string(), "witness: section 2 has 32 bytes behind its last field");
        let mut bad = good;
        let last = bad.len() - NUMBER;
        bad[last..].copy_from_slice(&modulus::<Fr>());
        let expected = ContainerError::NotCanonical { section: 2, field: "values", index: 1 };
        assert_eq!(read(&bad).unwrap_err(), WtnsError(expected));
    }
}
