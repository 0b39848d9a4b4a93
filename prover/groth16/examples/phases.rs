//! How long each part of a usage proof takes, in CPU-seconds, and how much memory it needs:
//!
//! ```text
//! cargo run --release --locked -p datavault-groth16 --example phases -- 1024
//! ```

use std::{collections::BTreeMap, error::Error, fs, time::Duration};

use alloy_primitives::U256;
use datavault_groth16::{Prover, UsageWitness};
use statement::{
    Accumulator, Event, SecretKey, call_hash,
    usage::{Capacity, Window},
};

const CTX: U256 = U256::from_limbs([1, 2, 3, 4]);
const START: u64 = 1_800_000_000;
const SEED: [u8; 32] = [7; 32];
const ROUNDS: u32 = 10;

fn main() -> Result<(), Box<dyn Error>> {
    let events = std::env::args().nth(1).map_or(Ok(1024), |events| events.parse())?;
    let capacity = Capacity::fitting(events).ok_or("no circuit holds so many events")?;
    // One thread: wall time is CPU time, and parts follow each other.
    rayon::ThreadPoolBuilder::new().num_threads(1).build_global()?;
    let prover = Prover::load_or_generate(&std::env::temp_dir().join("datavault-bench-keys"), 31_337)?;
    prover.load(capacity.into())?;
    let witness = witness(events as u64)?;
    prover.measure_usage(capacity, &witness)?;
    let mut sums: BTreeMap<&str, Duration> = BTreeMap::new();
    for _ in 0..ROUNDS {
        for (phase, time) in prover.measure_usage(capacity, &witness)? {
            *sums.entry(phase).or_default() += time;
        }
    }
    let total: Duration = sums.values().sum();
    for (phase, time) in sums.into_iter().chain([("all", total)]) {
        println!("{phase:14} {:8.2} ms", (time / ROUNDS).as_secs_f64() * 1e3);
    }
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    status.lines().filter(|line| line.starts_with("VmHWM")).for_each(|line| println!("{line}"));
    Ok(())
}

fn witness(count: u64) -> Result<UsageWitness, Box<dyn Error>> {
    let call = |i: u64| call_hash(CTX, b"GET /content", &[i as u8; 32]);
    let events: Vec<Event> =
        (0..count).map(|i| Event { time: START + 37 * i, units: (i * 911) as u16, call: call(i) }).collect();
    let before = Accumulator::genesis(CTX);
    let mut after = before.clone();
    after.extend(&events).map_err(|(_, error)| error)?;
    let meter = SecretKey::derive(&SEED, "bench/meter");
    Ok(UsageWitness {
        licensee: SecretKey::derive(&SEED, "bench/licensee"),
        before,
        events,
        meter: meter.public(),
        meter_signature: meter.sign(after.head()),
        window: Window::new(START, START + 86_400)?,
    })
}
