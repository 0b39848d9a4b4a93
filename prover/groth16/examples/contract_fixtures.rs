//! Makes the proofs that the Solidity tests check against the generated verifiers.
//!
//! Reads the contexts of the tests' deployment from `contracts/test/fixtures/contexts.json`
//! and writes `proofs.json` beside it. Run it again when a circuit changes; proofs are
//! randomised, so the file changes with every run.

use std::{error::Error, fs, path::Path};

use alloy_primitives::U256;
use datavault_groth16::{Proof, Prover, UsageWitness};
use rand::{SeedableRng, rngs::StdRng};
use serde_json::{Value, json};
use statement::{Accumulator, Event, SecretKey, call_hash, key_delivery, usage::Window};

const LOCAL_CHAIN: u64 = 31_337;
/// When the tests' licenses start, in unix seconds.
const START: u64 = 1_800_000_000;
const CONTENT_KEY: [u8; 32] = [0x5a; 32];
const SEED: [u8; 32] = *b"datavault contract test fixtures";

fn main() -> Result<(), Box<dyn Error>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let fixtures = root.join("contracts/test/fixtures");
    let contexts: Value = serde_json::from_str(&fs::read_to_string(fixtures.join("contexts.json"))?)?;
    let ctx = |name: &str| -> Result<U256, Box<dyn Error>> { Ok(contexts[name].as_str().ok_or("no context")?.parse()?) };
    let prover = Prover::load_or_generate(&root.join("target/keys"), LOCAL_CHAIN)?;
    let licensee = SecretKey::derive(&SEED, "licensee");
    let meter = SecretKey::derive(&SEED, "meter");

    let mut rng = StdRng::from_seed(SEED);
    let (sealed, witness) =
        key_delivery::encrypt(&CONTENT_KEY, &licensee.public(), ctx("key_delivery")?, &mut rng)?;
    let (delivery, _) = prover.prove_key_delivery(&witness)?;

    // From genesis into an open block, then a full proof that resumes there.
    let mut chain = Accumulator::genesis(ctx("usage")?);
    let mut usage = Vec::new();
    for (first, count, units) in [(START + 60, 20, 3), (START + 3_600, 128, 2)] {
        let times: Vec<u64> = (0..count).map(|i| first + 30 * i).collect();
        let events: Vec<Event> = times
            .iter()
            .map(|&time| Event { time, units, call: call_hash(chain.ctx, b"fetch", &[7; 32]) })
            .collect();
        let before = chain.clone();
        for event in &events {
            chain.step(event)?;
        }
        let window = Window::new(first, times[times.len() - 1])?;
        let meter_signature = meter.sign(chain.head());
        let witness =
            UsageWitness { licensee: licensee.clone(), before, events, meter: meter.public(), meter_signature, window };
        let (proof, inputs) = prover.prove_usage(&witness)?;
        usage.push(json!({
            "head_after": hex(inputs.head_after),
            "window_start": hex(U256::from(window.start())),
            "window_end": hex(U256::from(window.end())),
            "units": hex(U256::from(inputs.units)),
            "proof": words(&proof),
        }));
    }

    let proofs = json!({
        "key_commitment": hex(key_delivery::key_commitment(&CONTENT_KEY)),
        "licensee_commitment": hex(licensee.public().commitment()),
        "meter_key_hash": hex(meter.public().commitment()),
        "key_delivery": {
            "ephemeral_x": hex(sealed.ephemeral_x),
            "ephemeral_y": hex(sealed.ephemeral_y),
            "c0": hex(sealed.c0),
            "c1": hex(sealed.c1),
            "proof": words(&delivery),
        },
        "usage": usage,
    });
    fs::write(fixtures.join("proofs.json"), serde_json::to_string_pretty(&proofs)? + "\n")?;
    Ok(())
}

fn words(proof: &Proof) -> Vec<String> {
    proof.to_calldata().map(hex).to_vec()
}

/// All 32 bytes: Foundry reads an odd number of digits as an error.
fn hex(value: U256) -> String {
    format!("0x{value:064x}")
}
