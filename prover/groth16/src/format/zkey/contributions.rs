//! Section 10 of a `.zkey`: who contributed to the second phase of the setup.

use ark_bn254::{G1Affine, G2Affine};

use super::super::{
    container::{ContainerError, Section, le32},
    element::{Point, point},
};

const HASH: usize = 64;
const BY_BEACON: u32 = 1;
const NAME: u8 = 1;
const ITERATIONS: u8 = 2;
const BEACON: u8 = 3;

/// What was contributed since the key was made from the powers of tau.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contributions {
    /// BLAKE2b of the key before the first contribution ("circuit hash"); zeros in keys
    /// that no ceremony made.
    pub circuit_hash: [u8; HASH],
    /// In order.
    pub contributions: Vec<Contribution>,
}

/// One contribution: δ was multiplied by a secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contribution {
    /// δ afterwards.
    pub delta_after: G1Affine,
    /// A random point.
    pub g1_s: G1Affine,
    /// It times the secret.
    pub g1_sx: G1Affine,
    /// A point derived from the transcript, times the secret.
    pub g2_spx: G2Affine,
    /// BLAKE2b of what went before.
    pub transcript: [u8; HASH],
    /// What the contributor calls themself.
    pub name: Option<String>,
    /// From which public value the secret was derived, if it was no secret.
    pub beacon: Option<Beacon>,
}

/// A public random value, hashed `2^iterations_exp` times.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Beacon {
    /// Logarithm of the number of hashes.
    pub iterations_exp: u8,
    /// The value.
    pub value: Vec<u8>,
}

impl Contributions {
    /// Of a key that no ceremony made.
    pub const NONE: Self = Self { circuit_hash: [0; HASH], contributions: Vec::new() };

    pub(super) fn read(mut section: Section<'_>) -> Result<Self, ContainerError> {
        let circuit_hash = section.array("circuit hash")?;
        let count = section.count("number of contributions")?;
        // Not reserved: the count is a stranger's, and each takes bytes or fails.
        let mut contributions = Vec::new();
        for _ in 0..count {
            contributions.push(Contribution::read(&mut section)?);
        }
        section.end()?;
        Ok(Self { circuit_hash, contributions })
    }

    pub(super) fn write(&self, bytes: &mut Vec<u8>) {
        bytes.extend(self.circuit_hash);
        bytes.extend(le32(self.contributions.len()));
        self.contributions.iter().for_each(|contribution| contribution.write(bytes));
    }
}

impl Contribution {
    fn read(section: &mut Section<'_>) -> Result<Self, ContainerError> {
        let mut contribution = Self {
            delta_after: point(section, "delta of a contribution")?,
            g1_s: point(section, "s of a contribution")?,
            g1_sx: point(section, "sx of a contribution")?,
            g2_spx: point(section, "spx of a contribution")?,
            transcript: section.array("transcript of a contribution")?,
            name: None,
            beacon: None,
        };
        let by = section.u32("type of a contribution")?;
        if by > BY_BEACON {
            return Err(section.wrong("type of a contribution", by as usize, "0 (a person) or 1 (a beacon)"));
        }
        let length = section.count("length of a contribution's parameters")?;
        let end = section.left().checked_sub(length).ok_or(ContainerError::Short {
            section: section.id,
            field: "parameters of a contribution",
            needed: length,
            left: section.left(),
        })?;
        let (mut last, mut iterations, mut value) = (0, None, None);
        while section.left() > end {
            let parameter = section.u8("parameter of a contribution")?;
            if parameter <= last || parameter > BEACON {
                let expected = format!("above {last} and at most {BEACON}");
                return Err(section.wrong("parameter of a contribution", parameter.into(), expected));
            }
            last = parameter;
            let length = section.u8("parameter of a contribution")?;
            match parameter {
                // Only shown to people: bytes that are no UTF-8 need not stop anyone.
                NAME => {
                    let name = section.take("name of a contribution", length.into())?;
                    contribution.name = Some(String::from_utf8_lossy(name).into_owned());
                }
                ITERATIONS => iterations = Some(length),
                _ => value = Some(section.take("beacon of a contribution", length.into())?.to_vec()),
            }
        }
        if section.left() != end {
            return Err(section.wrong("length of a contribution's parameters", length, "that of its parameters"));
        }
        contribution.beacon = match (by, iterations, value) {
            (0, None, None) => None,
            (BY_BEACON, Some(iterations_exp), Some(value)) => Some(Beacon { iterations_exp, value }),
            _ => return Err(section.wrong("type of a contribution", by as usize, "1 if and only if it has a beacon")),
        };
        Ok(contribution)
    }

    fn write(&self, bytes: &mut Vec<u8>) {
        [self.delta_after, self.g1_s, self.g1_sx].iter().for_each(|point| point.encode(bytes));
        self.g2_spx.encode(bytes);
        bytes.extend(self.transcript);
        bytes.extend(u32::from(self.beacon.is_some()).to_le_bytes());
        let mut parameters = Vec::new();
        if let Some(name) = &self.name {
            parameters.push(NAME);
            put_short(&mut parameters, name.as_bytes());
        }
        if let Some(beacon) = &self.beacon {
            parameters.extend([ITERATIONS, beacon.iterations_exp, BEACON]);
            put_short(&mut parameters, &beacon.value);
        }
        bytes.extend(le32(parameters.len()));
        bytes.extend(parameters);
    }
}

/// At most 255 bytes with their length; more are cut off.
fn put_short(bytes: &mut Vec<u8>, value: &[u8]) {
    let value = &value[..value.len().min(255)];
    bytes.push(value.len() as u8);
    bytes.extend(value);
}
