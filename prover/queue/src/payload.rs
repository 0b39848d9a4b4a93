//! A job's work as bytes: 460 and 42 more for each event.
//!
//! ```text
//! version 1 · ctx 32 · base 32 · words 4×32 · fill 1 · chain 32 · total 8 · seq 8 · last 8 · calls 32
//! meter x, y 2×32 · signature r8x, r8y, s 3×32 · window start, end 2×8 · count 2
//! count × (time 8 · units 2 · call 32)
//! ```
//!
//! Big-endian. A third of what JSON takes, and nothing in it has two spellings.

use alloy_primitives::U256;
use statement::{
    Accumulator, Event, KeyError, PublicKey, Signature,
    chain::BLOCK_EVENTS,
    usage::{Capacity, Window, WindowError},
};

use crate::job::Work;

const VERSION: u8 = 1;
/// Totals and numbers stay far from where adding a job's events would overflow.
const MAX_COUNT: u64 = i64::MAX as u64;

/// Why bytes are not a job's work.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PayloadError {
    /// Written by another version of this program.
    #[error("version: it is {0}, and this program reads {VERSION}")]
    Version(u8),
    /// The bytes end early.
    #[error("{0}: the bytes end within it")]
    Short(&'static str),
    /// The bytes go on.
    #[error("events: {0} bytes follow the last one")]
    Trailing(usize),
    /// A number that cannot be.
    #[error("{field}: {value} is out of range")]
    OutOfRange {
        /// Which.
        field: &'static str,
        /// The number.
        value: u64,
    },
    /// Not a key.
    #[error("meter: {0}")]
    Meter(KeyError),
    /// Not a window.
    #[error("window: {0}")]
    Window(WindowError),
}

/// Writes [`decode`]'s bytes.
pub(crate) fn encode(work: &Work) -> Vec<u8> {
    let Work { before, events, meter, meter_signature: signature, window } = work;
    let mut bytes = Vec::with_capacity(460 + 42 * events.len());
    let word = |bytes: &mut Vec<u8>, word: U256| bytes.extend_from_slice(&word.to_be_bytes::<32>());
    bytes.push(VERSION);
    word(&mut bytes, before.ctx);
    word(&mut bytes, before.base);
    before.words.iter().for_each(|packed| word(&mut bytes, *packed));
    bytes.push(before.fill);
    word(&mut bytes, before.chain);
    for number in [before.total, before.seq, before.last] {
        bytes.extend_from_slice(&number.to_be_bytes());
    }
    word(&mut bytes, before.calls);
    for coordinate in [meter.x(), meter.y(), signature.r8x, signature.r8y, signature.s] {
        word(&mut bytes, coordinate);
    }
    bytes.extend_from_slice(&window.start().to_be_bytes());
    bytes.extend_from_slice(&window.end().to_be_bytes());
    let count = u16::try_from(events.len()).unwrap_or(u16::MAX);
    bytes.extend_from_slice(&count.to_be_bytes());
    for event in events {
        bytes.extend_from_slice(&event.time.to_be_bytes());
        bytes.extend_from_slice(&event.units.to_be_bytes());
        word(&mut bytes, event.call);
    }
    bytes
}

/// Reads [`encode`]'s bytes; never panics.
pub(crate) fn decode(bytes: &[u8]) -> Result<Work, PayloadError> {
    let mut from = Reader(bytes);
    match from.take::<1>("version")? {
        [VERSION] => {}
        [other] => return Err(PayloadError::Version(other)),
    }
    let before = from.accumulator()?;
    let (x, y) = (from.word("meter.x")?, from.word("meter.y")?);
    let meter = PublicKey::from_coordinates(x, y).map_err(PayloadError::Meter)?;
    let [r8x, r8y, s] =
        [from.word("meter_signature.r8x")?, from.word("meter_signature.r8y")?, from.word("meter_signature.s")?];
    let (start, end) = (from.number("window.start")?, from.number("window.end")?);
    let window = Window::new(start, end).map_err(PayloadError::Window)?;
    let count = u16::from_be_bytes(from.take("events")?);
    if count == 0 || usize::from(count) > Capacity::Events1024.events() {
        return Err(PayloadError::OutOfRange { field: "events", value: count.into() });
    }
    let event = |_| {
        let (time, units) = (from.number("event.time")?, u16::from_be_bytes(from.take("event.units")?));
        Ok(Event { time, units, call: from.word("event.call")? })
    };
    let events = (0..count).map(event).collect::<Result<_, _>>()?;
    match from.0.len() {
        0 => Ok(Work { before, events, meter, meter_signature: Signature { r8x, r8y, s }, window }),
        more => Err(PayloadError::Trailing(more)),
    }
}

struct Reader<'a>(&'a [u8]);

impl Reader<'_> {
    fn take<const N: usize>(&mut self, field: &'static str) -> Result<[u8; N], PayloadError> {
        let (taken, rest) = self.0.split_first_chunk::<N>().ok_or(PayloadError::Short(field))?;
        self.0 = rest;
        Ok(*taken)
    }

    fn word(&mut self, field: &'static str) -> Result<U256, PayloadError> {
        self.take(field).map(U256::from_be_bytes::<32>)
    }

    fn number(&mut self, field: &'static str) -> Result<u64, PayloadError> {
        self.take(field).map(u64::from_be_bytes)
    }

    fn count(&mut self, field: &'static str) -> Result<u64, PayloadError> {
        match self.number(field)? {
            value if value > MAX_COUNT => Err(PayloadError::OutOfRange { field, value }),
            value => Ok(value),
        }
    }

    fn accumulator(&mut self) -> Result<Accumulator, PayloadError> {
        let (ctx, base) = (self.word("before.ctx")?, self.word("before.base")?);
        let mut words = [U256::ZERO; 4];
        for word in &mut words {
            *word = self.word("before.words")?;
        }
        let [fill] = self.take("before.fill")?;
        if usize::from(fill) > BLOCK_EVENTS {
            return Err(PayloadError::OutOfRange { field: "before.fill", value: fill.into() });
        }
        let chain = self.word("before.chain")?;
        let (total, seq) = (self.count("before.total")?, self.count("before.seq")?);
        let (last, calls) = (self.number("before.last")?, self.word("before.calls")?);
        Ok(Accumulator { ctx, base, words, fill, chain, total, seq, last, calls })
    }
}

#[cfg(test)]
mod tests {
    use statement::SecretKey;

    use super::*;

    fn work(events: u64) -> Work {
        let meter = SecretKey::derive(&[1; 32], "meter");
        let mut before = Accumulator::genesis(U256::from(7));
        before.step(&Event { time: 900, units: 3, call: U256::from(5) }).unwrap();
        let event = |i| Event { time: 1_000 + i, units: i as u16, call: U256::from(i) };
        Work {
            before,
            events: (0..events).map(event).collect(),
            meter: meter.public(),
            meter_signature: meter.sign(U256::from(9)),
            window: Window::new(1_000, 2_000 + events).unwrap(),
        }
    }

    #[test]
    fn what_is_written_is_read_at_every_size() {
        for events in [1, 128, 1_024] {
            let work = work(events);
            let bytes = encode(&work);
            assert_eq!(bytes.len(), 460 + 42 * work.events.len());
            assert_eq!(decode(&bytes).unwrap(), work);
        }
    }

    #[test]
    fn cut_or_prolonged_bytes_name_the_field() {
        let bytes = encode(&work(2));
        for length in 0..bytes.len() {
            assert!(matches!(decode(&bytes[..length]), Err(PayloadError::Short(_))), "{length}");
        }
        assert_eq!(decode(&bytes[..bytes.len() - 1]), Err(PayloadError::Short("event.call")));
        assert_eq!(decode(&[&bytes[..], &[0]].concat()), Err(PayloadError::Trailing(1)));
    }

    #[test]
    fn impossible_numbers_name_the_field() {
        let good = encode(&work(1));
        let bad = |at: usize, value: u8| {
            let mut bytes = good.clone();
            bytes[at] = value;
            decode(&bytes).unwrap_err().to_string()
        };
        assert!(bad(0, 9).starts_with("version"));
        assert!(bad(193, 25).starts_with("before.fill"));
        assert!(bad(226, 0xff).starts_with("before.total"));
        assert!(bad(234, 0xff).starts_with("before.seq"));
        assert!(bad(282, 1).starts_with("meter"));
        assert!(bad(442, 0xff).starts_with("window"));
        assert!(bad(458, 0xff).starts_with("events"));
    }
}
