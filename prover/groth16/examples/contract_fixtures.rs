//! Makes the proofs that the Solidity tests check against the generated verifiers:
//!
//! ```text
//! cargo run --locked -p datavault-groth16 --example contract_fixtures
//! ```
//!
//! First the forge test `ContextsTest` says which contexts the tests' deployment has; they
//! go to `contracts/test/fixtures/contexts.json`, then `proofs.json` and `batch.json` beside
//! it. With `-- --keep-contexts` the contexts are left as they are, and forge is not run.
//!
//! Run it again when a circuit changes, or when the deployment's addresses do. Proofs are
//! randomised, so the files change with every run.

use std::{
    error::Error,
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use alloy_primitives::{Address, B256, U256};
use datavault_groth16::{CircuitId, Proof, Prover, UsageWitness, verifying_keys};
use rand::{SeedableRng, rngs::StdRng};
use serde_json::{Value, json};
use statement::{
    Accumulator, Context, Event, SecretKey, call_hash, compliance, key_delivery,
    usage::{Capacity, PublicInputs, Window},
};

/// When the tests' licenses start, in unix seconds.
const START: u64 = 1_800_000_000;
const CONTENT_KEY: [u8; 32] = [0x5a; 32];
const SEED: [u8; 32] = *b"datavault contract test fixtures";
/// Lane 0 is that of `proofs.json`: with these it stays below the 1,000 units that the tests buy.
const BATCH_LANES: std::ops::RangeInclusive<u32> = 1..=8;
const BATCH_ROUNDS: u64 = 4;
const MAX_ALLOWED: u64 = 1_000;

type Failure = Box<dyn Error>;

fn main() -> Result<(), Failure> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let folder = root.join("contracts/test/fixtures");
    if !std::env::args().any(|argument| argument == "--keep-contexts") {
        write(&folder, "contexts.json", &contexts_of_the_tests(&root.join("contracts"))?)?;
    }
    let contexts: Contexts = serde_json::from_str(&fs::read_to_string(folder.join("contexts.json"))?)?;
    let maker = Maker {
        folder,
        prover: Prover::load_or_generate(&root.join("target/keys"), contexts.chain_id)?,
        contexts,
        licensee: SecretKey::derive(&SEED, "licensee"),
        meter: SecretKey::derive(&SEED, "meter"),
    };
    maker.proofs()?;
    maker.batch()
}

/// What the test logs: only forge knows the deployment.
fn contexts_of_the_tests(contracts: &Path) -> Result<Value, Failure> {
    let forge = |arguments: &[&str]| {
        let mut command = Command::new("node_modules/.bin/forge");
        command.args(arguments).current_dir(contracts).stderr(Stdio::inherit()).output()
    };
    // The deployment takes the contracts from what was built; the test itself needs few files.
    let built = forge(&["build", "src"])?;
    if !built.status.success() {
        return Err("the contracts do not compile: run forge build".into());
    }
    // The test fails as long as the file is old.
    let output = String::from_utf8(forge(&["test", "-vv", "--match-path", "test/fixtures/Contexts.t.sol"])?.stdout)?;
    let logged = output.lines().find_map(|line| line.trim().strip_prefix("contexts.json "));
    let logged = logged.ok_or_else(|| format!("ContextsTest did not log the contexts:\n{output}"))?;
    Ok(serde_json::from_str(logged)?)
}

#[derive(serde::Deserialize)]
struct Contexts {
    chain_id: u64,
    tracker: Address,
    content_id: B256,
    key_delivery_license: u64,
    usage_license: u64,
    key_delivery: U256,
    usage: U256,
}

impl Contexts {
    /// What the chain computed, after comparing it with what we compute.
    fn ctx(&self, license_id: u64, lane: u32) -> U256 {
        let Self { chain_id, tracker, content_id, .. } = *self;
        Context { chain_id, tracker, license_id, content_id, lane, epoch: 0 }.ctx()
    }
}

/// Which events: those with `i % every == 0` have units, the others none.
struct Span {
    lane: u32,
    first: u64,
    count: u64,
    units: u16,
    every: u64,
}

struct Maker {
    folder: PathBuf,
    prover: Prover,
    contexts: Contexts,
    licensee: SecretKey,
    meter: SecretKey,
}

impl Maker {
    /// A delivered key; two batches of lane 0, the second resuming in an open block; two of
    /// another history of that lane, likewise, that only the larger circuit holds; a limit on
    /// the units behind the last head of the first.
    fn proofs(&self) -> Result<(), Failure> {
        let ctx = self.contexts.ctx(self.contexts.key_delivery_license, 0);
        assert_eq!(ctx, self.contexts.key_delivery, "the chain computes the same context");
        let mut rng = StdRng::from_seed(SEED);
        let (sealed, witness) = key_delivery::encrypt(&CONTENT_KEY, &self.licensee.public(), ctx, &mut rng)?;
        let (delivery, _) = self.prover.prove_key_delivery(&witness)?;

        let ctx = self.contexts.ctx(self.contexts.usage_license, 0);
        assert_eq!(ctx, self.contexts.usage, "the chain computes the same context");
        let mut chain = Accumulator::genesis(ctx);
        let short = [(START + 60, 20, 3), (START + 3_600, 128, 2)]
            .map(|(first, count, units)| self.batch_of(&mut chain, Span { lane: 0, first, count, units, every: 1 }));
        let [first, second] = short;
        let mut other = Accumulator::genesis(ctx);
        let long = [(START + 60, 150), (START + 7_200, 1_024)]
            .map(|(first, count)| self.batch_of(&mut other, Span { lane: 0, first, count, units: 1, every: 4 }));
        let [long_first, long_second] = long;

        let meter_signature = self.meter.sign(chain.head());
        let witness = compliance::Witness {
            licensee: self.licensee.clone(),
            state: chain,
            meter: self.meter.public(),
            meter_signature,
            max_allowed: MAX_ALLOWED,
        };
        let (limit, inputs) = self.prover.prove_compliance(&witness)?;

        write(
            &self.folder,
            "proofs.json",
            &json!({
                "key_commitment": hex(key_delivery::key_commitment(&CONTENT_KEY)),
                "licensee_commitment": hex(self.licensee.public().commitment()),
                "meter_key_hash": hex(self.meter.public().commitment()),
                "key_delivery": {
                    "ephemeral_x": hex(sealed.ephemeral_x),
                    "ephemeral_y": hex(sealed.ephemeral_y),
                    "c0": hex(sealed.c0),
                    "c1": hex(sealed.c1),
                    "proof": words(&delivery),
                },
                "usage": [first?, second?],
                "usage_long": [long_first?, long_second?],
                "compliance": {
                    "head": hex(inputs.head),
                    "as_of": hex(U256::from(inputs.as_of)),
                    "max_allowed": hex(U256::from(inputs.max_allowed)),
                    "inputs": inputs.to_array().map(hex),
                    "proof": words(&limit),
                },
            }),
        )
    }

    /// Batches of other lanes of the same license, to be settled in the order given; and what
    /// the batch verifier's coefficients depend on beside them.
    fn batch(&self) -> Result<(), Failure> {
        let mut lanes: Vec<(u32, Accumulator)> = BATCH_LANES
            .map(|lane| (lane, Accumulator::genesis(self.contexts.ctx(self.contexts.usage_license, lane))))
            .collect();
        let mut usage = Vec::new();
        for round in 0..BATCH_ROUNDS {
            for (lane, chain) in &mut lanes {
                let first = START + 3_600 * (round + 1);
                usage.push(self.batch_of(chain, Span { lane: *lane, first, count: 4, units: 5, every: 1 })?);
            }
        }
        write(
            &self.folder,
            "batch.json",
            &json!({ "key_digest": verifying_keys()?[&CircuitId::Usage128].digest(), "usage": usage }),
        )
    }

    /// The events of a span, half a minute apart, and the smallest proof that holds them.
    fn batch_of(&self, chain: &mut Accumulator, span: Span) -> Result<Value, Failure> {
        let Span { lane, first, count, units, every } = span;
        let call = call_hash(chain.ctx, b"fetch", &[7; 32]);
        let event = |i| Event { time: first + 30 * i, units: if i % every == 0 { units } else { 0 }, call };
        let events: Vec<Event> = (0..count).map(event).collect();
        let capacity = Capacity::fitting(events.len()).ok_or("no proof holds as many events")?;
        let before = chain.clone();
        for event in &events {
            chain.step(event)?;
        }
        let witness = UsageWitness {
            licensee: self.licensee.clone(),
            before,
            events,
            meter: self.meter.public(),
            meter_signature: self.meter.sign(chain.head()),
            window: Window::new(first, chain.last)?,
        };
        let (proof, inputs) = self.prover.prove_usage(capacity, &witness)?;
        Ok(usage_json(lane, capacity, &inputs, &proof))
    }
}

fn write(folder: &Path, name: &str, value: &Value) -> Result<(), Failure> {
    fs::write(folder.join(name), serde_json::to_string_pretty(value)? + "\n")?;
    println!("wrote {name}");
    Ok(())
}

fn usage_json(lane: u32, capacity: Capacity, inputs: &PublicInputs, proof: &Proof) -> Value {
    json!({
        "lane": lane,
        "capacity": u16::from(capacity),
        "head_before": hex(inputs.head_before),
        "head_after": hex(inputs.head_after),
        "window_start": hex(U256::from(inputs.window.start())),
        "window_end": hex(U256::from(inputs.window.end())),
        "units": hex(U256::from(inputs.units)),
        "inputs": inputs.to_array().map(hex),
        "proof": words(proof),
    })
}

fn words(proof: &Proof) -> Vec<String> {
    proof.to_calldata().map(hex).to_vec()
}

/// All 32 bytes: Foundry reads an odd number of digits as an error.
fn hex(value: U256) -> String {
    format!("0x{value:064x}")
}
