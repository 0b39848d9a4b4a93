//! The circuit that a ceremony is about.

use std::{fs, path::Path};

use groth16::CircuitId;
use snarkrs_ceremony::r1cs::R1cs;

use crate::{error::Error, guard::guarded};

/// What proofs are about.
#[derive(Debug, Clone, Copy)]
pub enum CircuitFrom<'a> {
    /// A circuit of this build.
    Builtin(CircuitId),
    /// Any circuit in iden3's format.
    File {
        /// What to call it.
        name: &'a str,
        /// Its `.r1cs`.
        r1cs: &'a Path,
    },
}

/// Name and `.r1cs` bytes.
pub(crate) fn load(from: CircuitFrom<'_>) -> Result<(String, Vec<u8>), Error> {
    match from {
        CircuitFrom::Builtin(circuit) => Ok((circuit.name().to_owned(), groth16::format::r1cs::of(circuit))),
        CircuitFrom::File { name, r1cs } => {
            if name.parse::<CircuitId>().is_ok() {
                let reason = format!("`{name}` is a built-in circuit: leave the file out, or choose another name");
                return Err(Error::Argument { argument: "circuit", reason });
            }
            Ok((name.to_owned(), fs::read(r1cs).map_err(Error::io(r1cs))?))
        }
    }
}

/// How many powers of tau a circuit needs: 2^this.
///
/// # Errors
/// Also if the file's sizes cannot be true, which would exhaust memory later.
pub(crate) fn power(file: &Path) -> Result<u32, Error> {
    let (power, fits) = guarded(file, || {
        let r1cs = R1cs::open(file)?;
        let header = r1cs.header();
        let rows_fit = header.n_constraints as usize <= r1cs.constraint_bytes()?.len() / 12;
        let labels_fit = r1cs.label_map()?.len() == header.n_vars as usize;
        Ok((header.cir_power(), rows_fit && labels_fit))
    })?;
    match fits {
        true => Ok(power),
        false => {
            Err(Error::Unfit { file: file.to_owned(), reason: "has fewer rows or labels than its header says".into() })
        }
    }
}

/// How many rows a circuit has.
pub(crate) fn rows(file: &Path) -> Result<usize, Error> {
    guarded(file, || Ok(R1cs::open(file)?.header().n_constraints as usize))
}
