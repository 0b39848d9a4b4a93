//! The container that iden3's binary files share: magic, version, numbered sections.
//!
//! ```text
//! magic: 4 bytes | version: u32 | count: u32 | count × (id: u32 | length: u64 | payload)
//! ```
//!
//! All numbers are little-endian. Files come from strangers: every length is held
//! against the bytes that are there before anything is allocated for it, a section that
//! occurs twice or bytes behind the last one are errors, and nothing here panics.

use std::collections::BTreeMap;

/// Why bytes are not a file of sections, or a section not what its format says.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ContainerError {
    /// Another kind of file.
    #[error("not a .{expected} file: it begins with {found:?}")]
    Magic {
        /// What it should begin with.
        expected: &'static str,
        /// What it begins with.
        found: String,
    },
    /// A version that did not exist when this was written.
    #[error(".{file} version {found} is not known, the newest known is {newest}")]
    Version {
        /// Kind of file.
        file: &'static str,
        /// The file's version.
        found: u32,
        /// The newest that is read.
        newest: u32,
    },
    /// The file ends before its list of sections does.
    #[error("the file is cut short: {what} needs {needed} bytes, {left} are left")]
    Cut {
        /// What was being read.
        what: String,
        /// Bytes it takes.
        needed: u64,
        /// Bytes there are.
        left: usize,
    },
    /// Bytes behind the last section.
    #[error("{0} bytes follow the last section: the file was damaged or appended to")]
    Trailing(usize),
    /// A section that is needed is not there.
    #[error("section {0} is missing")]
    Missing(u32),
    /// A section is there twice.
    #[error("section {0} occurs twice")]
    Twice(u32),
    /// A section ends inside a field.
    #[error("section {section} ends inside {field}: {needed} bytes needed, {left} left")]
    Short {
        /// Number of the section.
        section: u32,
        /// The field.
        field: &'static str,
        /// Bytes it takes.
        needed: usize,
        /// Bytes there are.
        left: usize,
    },
    /// A section goes on behind its last field.
    #[error("section {section} has {bytes} bytes behind its last field")]
    Long {
        /// Number of the section.
        section: u32,
        /// How many too many.
        bytes: usize,
    },
    /// A field has a value that the format or its other fields rule out.
    #[error("section {section}: {field} is {found}, expected {expected}")]
    Field {
        /// Number of the section.
        section: u32,
        /// The field.
        field: &'static str,
        /// What it is.
        found: u64,
        /// What it may be.
        expected: String,
    },
    /// A file over another curve.
    #[error("section {section}: {field} is not that of BN254 (bn128): files of other curves cannot be used")]
    Prime {
        /// Number of the section.
        section: u32,
        /// Which prime.
        field: &'static str,
    },
    /// A number is not below its modulus, so it is a second name of another number.
    #[error("section {section}: number {index} of {field} is not below its modulus")]
    NotCanonical {
        /// Number of the section.
        section: u32,
        /// The field.
        field: &'static str,
        /// Which of them, from 0.
        index: usize,
    },
}

/// A file of sections.
pub(crate) struct Container<'a> {
    sections: BTreeMap<u32, &'a [u8]>,
}

impl<'a> Container<'a> {
    /// Splits `bytes` into its sections.
    ///
    /// # Errors
    /// [`ContainerError`] if the file is of another kind or its list of sections is broken.
    pub fn read(bytes: &'a [u8], magic: &'static str, newest: u32) -> Result<Self, ContainerError> {
        let mut rest = Rest(bytes);
        let found = rest.take("the magic", 4)?;
        if found != magic.as_bytes() {
            let found = found.escape_ascii().to_string();
            return Err(ContainerError::Magic { expected: magic, found });
        }
        let version = rest.u32("the version")?;
        if version == 0 || version > newest {
            return Err(ContainerError::Version { file: magic, found: version, newest });
        }
        let count = rest.u32("the number of sections")?;
        let mut sections = BTreeMap::new();
        // The count is a stranger's: each round takes 12 bytes or ends in an error.
        for _ in 0..count {
            let id = rest.u32("the number of a section")?;
            let length = u64::from_le_bytes(rest.array("the length of a section")?);
            let payload = rest.take(&format!("section {id}"), length)?;
            if sections.insert(id, payload).is_some() {
                return Err(ContainerError::Twice(id));
            }
        }
        match rest.0 {
            [] => Ok(Self { sections }),
            more => Err(ContainerError::Trailing(more.len())),
        }
    }

    /// The section with this number.
    ///
    /// # Errors
    /// [`ContainerError::Missing`].
    pub fn section(&self, id: u32) -> Result<Section<'a>, ContainerError> {
        let bytes = self.sections.get(&id).ok_or(ContainerError::Missing(id))?;
        Ok(Section { id, rest: bytes })
    }
}

struct Rest<'a>(&'a [u8]);

impl<'a> Rest<'a> {
    fn take(&mut self, what: &str, needed: u64) -> Result<&'a [u8], ContainerError> {
        let split = usize::try_from(needed).ok().and_then(|needed| self.0.split_at_checked(needed));
        let cut = || ContainerError::Cut { what: what.to_owned(), needed, left: self.0.len() };
        let (taken, rest) = split.ok_or_else(cut)?;
        self.0 = rest;
        Ok(taken)
    }

    fn array<const N: usize>(&mut self, what: &str) -> Result<[u8; N], ContainerError> {
        let bytes = self.take(what, N as u64)?;
        Ok(bytes.try_into().expect("take returns as many bytes as asked"))
    }

    fn u32(&mut self, what: &str) -> Result<u32, ContainerError> {
        Ok(u32::from_le_bytes(self.array(what)?))
    }
}

/// What of a section was not read yet.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Section<'a> {
    /// Its number, for errors.
    pub id: u32,
    rest: &'a [u8],
}

impl<'a> Section<'a> {
    /// Bytes that were not read yet.
    pub fn left(&self) -> usize {
        self.rest.len()
    }

    /// The next `needed` bytes.
    pub fn take(&mut self, field: &'static str, needed: usize) -> Result<&'a [u8], ContainerError> {
        let (section, left) = (self.id, self.rest.len());
        let short = || ContainerError::Short { section, field, needed, left };
        let (taken, rest) = self.rest.split_at_checked(needed).ok_or_else(short)?;
        self.rest = rest;
        Ok(taken)
    }

    /// The next `count` records of `size` bytes.
    pub fn records(&mut self, field: &'static str, count: usize, size: usize) -> Result<&'a [u8], ContainerError> {
        // Saturated, the product is more than any section holds.
        self.take(field, count.saturating_mul(size))
    }

    /// The next `N` bytes.
    pub fn array<const N: usize>(&mut self, field: &'static str) -> Result<[u8; N], ContainerError> {
        let bytes = self.take(field, N)?;
        Ok(bytes.try_into().expect("take returns as many bytes as asked"))
    }

    /// The next byte.
    pub fn u8(&mut self, field: &'static str) -> Result<u8, ContainerError> {
        Ok(self.array::<1>(field)?[0])
    }

    /// The next four bytes as a number.
    pub fn u32(&mut self, field: &'static str) -> Result<u32, ContainerError> {
        Ok(u32::from_le_bytes(self.array(field)?))
    }

    /// The next four bytes as a count or an index.
    pub fn count(&mut self, field: &'static str) -> Result<usize, ContainerError> {
        Ok(self.u32(field)? as usize)
    }

    /// The next eight bytes as a number.
    pub fn u64(&mut self, field: &'static str) -> Result<u64, ContainerError> {
        Ok(u64::from_le_bytes(self.array(field)?))
    }

    /// Skips a size and a prime that must be these.
    pub fn prime(&mut self, field: &'static str, prime: [u8; 32]) -> Result<(), ContainerError> {
        let wrong = ContainerError::Prime { section: self.id, field };
        let size = self.count(field)?;
        match size == prime.len() && self.take(field, size)? == prime {
            true => Ok(()),
            false => Err(wrong),
        }
    }

    /// That nothing is left.
    pub fn end(self) -> Result<(), ContainerError> {
        match self.rest.len() {
            0 => Ok(()),
            bytes => Err(ContainerError::Long { section: self.id, bytes }),
        }
    }

    /// The error that a field is not what it may be.
    pub fn wrong(&self, field: &'static str, found: usize, expected: impl Into<String>) -> ContainerError {
        ContainerError::Field { section: self.id, field, found: found as u64, expected: expected.into() }
    }
}

/// Writes a file of sections.
pub(crate) struct Writer {
    bytes: Vec<u8>,
    count: u32,
}

impl Writer {
    /// An empty file; `capacity` is how long it will be, about.
    pub fn new(magic: &'static str, version: u32, capacity: usize) -> Self {
        let mut bytes = Vec::with_capacity(capacity + 12);
        bytes.extend(magic.as_bytes());
        bytes.extend(version.to_le_bytes());
        bytes.extend(0u32.to_le_bytes());
        Self { bytes, count: 0 }
    }

    /// Appends a section whose payload `write` appends.
    pub fn section(&mut self, id: u32, write: impl FnOnce(&mut Vec<u8>)) {
        self.count += 1;
        self.bytes[8..12].copy_from_slice(&self.count.to_le_bytes());
        self.bytes.extend(id.to_le_bytes());
        let length_at = self.bytes.len();
        self.bytes.extend(0u64.to_le_bytes());
        write(&mut self.bytes);
        let length = (self.bytes.len() - length_at - 8) as u64;
        self.bytes[length_at..length_at + 8].copy_from_slice(&length.to_le_bytes());
    }

    /// The file.
    pub fn finish(self) -> Vec<u8> {
        self.bytes
    }
}

/// A count as the formats write it.
///
/// # Panics
/// Above 2³²: no circuit has so many of anything.
pub(crate) fn le32(count: usize) -> [u8; 4] {
    u32::try_from(count).expect("circuits are far smaller than 2^32").to_le_bytes()
}

#[cfg(test)]
mod tests;
