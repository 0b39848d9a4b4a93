//! Reading a proving key's file once: hashing all of it, keeping what proving needs.
//!
//! Two thirds of a `.zkey` are the rows of the circuit (section 4), which are code here. They
//! are hashed and dropped. Hashing and reading go on side by side.

use std::{
    fs::File,
    io::{self, Read},
    path::Path,
    sync::mpsc,
    thread,
};

use sha2::{Digest, Sha256};

/// Bytes read at once.
const CHUNK: usize = 1 << 18;
/// Bytes of the file's header, and of a section's.
const HEADER: usize = 12;
/// The section of rows: their number, then the rows.
const ROWS: u32 = 4;

/// Reads a file. `parse` gets it as if its circuit had no rows, and may run before the hash
/// of the whole file is known, which is returned beside what `parse` made of it.
pub(super) fn read<T>(path: &Path, parse: impl FnOnce(&[u8]) -> T) -> io::Result<(String, T)> {
    let mut file = File::open(path)?;
    let size = usize::try_from(file.metadata()?.len()).unwrap_or(usize::MAX);
    thread::scope(|scope| {
        let (chunks, read) = mpsc::channel::<Vec<u8>>();
        let hasher = scope.spawn(move || {
            let mut hash = Sha256::new();
            read.into_iter().for_each(|chunk| hash.update(&chunk));
            alloy_primitives::hex::encode(hash.finalize())
        });
        let mut sections = Sections::new(size);
        loop {
            let mut chunk = Vec::with_capacity(CHUNK);
            if Read::by_ref(&mut file).take(CHUNK as u64).read_to_end(&mut chunk)? == 0 {
                break;
            }
            sections.take(&chunk);
            // The hasher listens until all is sent.
            let _ = chunks.send(chunk);
        }
        drop(chunks);
        let parsed = parse(&sections.kept);
        let hash = hasher.join().map_err(|_| io::Error::other("hashing the file failed"))?;
        Ok((hash, parsed))
    })
}

/// A file's sections as they pass by.
struct Sections {
    kept: Vec<u8>,
    size: usize,
    now: Part,
    /// Bytes of it that are still to come.
    left: u64,
}

/// What is passing by.
enum Part {
    FileHeader,
    SectionHeader,
    Section,
    Rows,
}

impl Sections {
    fn new(size: usize) -> Self {
        Self { kept: Vec::new(), size, now: Part::FileHeader, left: HEADER as u64 }
    }

    fn take(&mut self, mut chunk: &[u8]) {
        while !chunk.is_empty() {
            while self.left == 0 {
                self.next();
            }
            let taken = usize::try_from(self.left).unwrap_or(usize::MAX).min(chunk.len());
            if !matches!(self.now, Part::Rows) {
                self.kept.extend_from_slice(&chunk[..taken]);
            }
            self.left -= taken as u64;
            chunk = &chunk[taken..];
        }
    }

    fn next(&mut self) {
        (self.now, self.left) = match self.now {
            Part::SectionHeader => self.section(),
            Part::FileHeader | Part::Section | Part::Rows => (Part::SectionHeader, HEADER as u64),
        };
    }

    /// The section whose header was kept last.
    fn section(&mut self) -> (Part, u64) {
        let Some(([.., a, b, c, d], length)) = self.kept.split_last_chunk() else {
            return (Part::Section, 0);
        };
        let (id, length) = (u32::from_le_bytes([*a, *b, *c, *d]), u64::from_le_bytes(*length));
        if id == ROWS && length >= 4 {
            // A list of no rows: its length, and their number.
            self.kept.truncate(self.kept.len() - 8);
            self.kept.extend(4u64.to_le_bytes());
            self.kept.extend(0u32.to_le_bytes());
            return (Part::Rows, length);
        }
        let room = self.size.saturating_sub(self.kept.len());
        self.kept.reserve(usize::try_from(length).unwrap_or(usize::MAX).min(room));
        (Part::Section, length)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn section(id: u32, payload: &[u8]) -> Vec<u8> {
        [&id.to_le_bytes()[..], &(payload.len() as u64).to_le_bytes(), payload].concat()
    }

    #[test]
    fn only_the_rows_are_dropped_however_the_file_is_cut() {
        let header = b"zkey\x01\0\0\0\x04\0\0\0".to_vec();
        let before = [header, section(1, b"one"), section(2, b"")].concat();
        let whole = [before.clone(), section(ROWS, &[9; 100]), section(5, b"points")].concat();
        let kept = [before, section(ROWS, &[0; 4]), section(5, b"points")].concat();
        for size in 1..whole.len() {
            let mut sections = Sections::new(whole.len());
            whole.chunks(size).for_each(|chunk| sections.take(chunk));
            assert_eq!(sections.kept, kept, "{size}");
        }
        // Sizes that are not true, and files that end anywhere, are the parser's business.
        let endless = [&b"zkey\x01\0\0\0\x04\0\0\0\x05\0\0\0"[..], &[0xff; 8], b"points"].concat();
        for end in 0..endless.len() {
            let mut sections = Sections::new(end);
            sections.take(&endless[..end]);
            assert_eq!(sections.kept, endless[..end]);
        }
    }

    #[test]
    fn the_hash_is_of_the_whole_file() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let bytes = [b"zkey\x01\0\0\0\x04\0\0\0".to_vec(), section(ROWS, &[7; 3 * CHUNK])].concat();
        std::fs::write(file.path(), &bytes).unwrap();
        let (hash, kept) = read(file.path(), <[u8]>::len).unwrap();
        assert_eq!((hash, kept), (super::super::hash(&bytes), 28));
        assert!(read(&file.path().join("none"), <[u8]>::len).is_err());
    }
}
