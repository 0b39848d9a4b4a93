//! Our prover against its peers: the same constraints, the same witnesses, in the same run.
//!
//! CPU time is what is compared: a company with millions of events pays for it, and wall time depends on who else uses
//! the machine. Runs of all provers take turns, so that a busy minute slows all of them; figures are medians.
//!
//! | prover | key | witness | per run |
//! |---|---|---|---|
//! | ours | warm | computed | witness, proof |
//! | arkworks | warm, its own reduction and setup | given, rows given | proof |
//! | snarkrs | warm, our `.zkey` | given | proof, unchecked |
//! | snarkjs | our `.zkey`, read per run: it has no warm mode | given | `groth16 prove` as a process |

mod arkworks;
mod clock;
mod instances;
mod ours;
mod report;
mod snarkjs;
mod snarkrs;

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use groth16::CircuitId;

use crate::{
    clock::{Cost, median},
    report::{Circuit, Report},
};

/// Runs of each prover; `--runs` changes it.
const RUNS: usize = 5;
/// Anvil's chain id, on which development keys may be used.
const CHAIN: u64 = 31_337;

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize()?;
    let folder = root.join("target/bench");
    std::fs::create_dir_all(&folder)?;
    match words[..] {
        // A process of its own, so that the peers' memory is not counted.
        ["peak", circuit] => println!("{}", ours::peak_mb(&folder, circuit.parse()?)?),
        [] => bench(&root, &folder, RUNS)?,
        ["--runs", runs] => bench(&root, &folder, runs.parse()?)?,
        _ => bail!("usage: datavault-prover-bench [--runs N]"),
    }
    Ok(())
}

fn bench(root: &Path, folder: &Path, runs: usize) -> Result<()> {
    let mut report = Report::default();
    let prover = ours::prover(folder)?;
    for circuit in [CircuitId::KeyDelivery, CircuitId::Compliance, CircuitId::Usage128, CircuitId::Usage1024] {
        eprintln!("{circuit}: making keys and a full witness");
        let files = Files::write(folder, circuit, &prover)?;
        let costs = race(root, &files, &prover, runs)?;
        report.add(circuit, Circuit::new(circuit, &costs)?);
    }
    eprintln!("loading keys, verifying, measuring memory");
    report.add_loads(ours::load(folder, CircuitId::Usage128)?, ours::load(folder, CircuitId::Usage1024)?);
    report.verify_ms = ours::verify_ms(&prover)?;
    report.peak_mb_1024 = peak_mb_of(CircuitId::Usage1024)?;
    report.read_gas(&root.join("contracts/snapshots/gas.json"))?;
    report.write(&folder.join("prover.json"))?;
    println!("{report}");
    Ok(())
}

/// A circuit with a full witness, as files that every prover reads.
struct Files {
    circuit: CircuitId,
    instance: groth16::format::Instance,
    r1cs: Vec<u8>,
    wtns: PathBuf,
    zkey: PathBuf,
}

impl Files {
    fn write(folder: &Path, circuit: CircuitId, prover: &groth16::Prover) -> Result<Self> {
        // The key is made if it is missing.
        prover.load(circuit)?;
        let instance = instances::full(circuit);
        let wtns = folder.join(format!("{circuit}.wtns"));
        std::fs::write(&wtns, instance.wtns()?.as_slice())?;
        let zkey = ours::keys(folder).join(format!("{circuit}.dev.zkey"));
        Ok(Self { circuit, instance, r1cs: groth16::format::r1cs::of(circuit), wtns, zkey })
    }
}

/// What each prover costs: medians over runs that take turns.
pub struct Costs {
    /// Rows of the circuit.
    pub constraints: usize,
    pub ours: Cost,
    pub arkworks: Cost,
    pub snarkrs: Cost,
    pub snarkjs: Cost,
}

fn race(root: &Path, files: &Files, prover: &groth16::Prover, runs: usize) -> Result<Costs> {
    let circuit = files.circuit;
    let stock = arkworks::Stock::setup(&files.r1cs, &std::fs::read(&files.wtns)?)?;
    let peer = snarkrs::Peer::load(&files.zkey, &files.wtns)?;
    let node = snarkjs::Process::install(root, &files.zkey, &files.wtns)?;
    let mut costs: [Vec<Cost>; 4] = Default::default();
    for run in 0..=runs {
        let round = [
            clock::cost(|| ours::prove(prover, &files.instance))?,
            clock::cost(|| stock.prove())?,
            clock::cost(|| peer.prove())?,
            node.prove()?,
        ];
        let [ours, arkworks, snarkrs, snarkjs] = round.map(|cost| cost.cpu_s);
        // The first round warms caches and branch predictors up and is not counted.
        let counted = if run == 0 { "warm-up".to_owned() } else { format!("run {run} of {runs}") };
        eprintln!(
            "{circuit}, {counted}: ours {ours:.3}, arkworks {arkworks:.3}, snarkrs {snarkrs:.3}, snarkjs {snarkjs:.2} CPU-s"
        );
        if run > 0 {
            costs.iter_mut().zip(round).for_each(|(all, cost)| all.push(cost));
        }
    }
    let [ours, arkworks, snarkrs, snarkjs] = costs.map(|all| median(&all));
    Ok(Costs { constraints: stock.constraints(), ours, arkworks, snarkrs, snarkjs })
}

fn peak_mb_of(circuit: CircuitId) -> Result<f64> {
    let own = std::env::current_exe()?;
    let output = std::process::Command::new(own).args(["peak", circuit.name()]).output()?;
    anyhow::ensure!(output.status.success(), "peak: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout)?.trim().parse().context("the peak is a number")
}
