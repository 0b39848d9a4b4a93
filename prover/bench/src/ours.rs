//! Our prover.

use std::{
    path::{Path, PathBuf},
    time::Instant,
};

use anyhow::{Context, Result, ensure};
use groth16::{CircuitId, Prover, format::Instance};

use crate::{
    CHAIN,
    clock::{Cost, cost, median, middle},
    instances,
};

/// Where the keys are kept from run to run.
pub fn keys(folder: &Path) -> PathBuf {
    folder.join("keys")
}

/// With development keys, made on first use.
pub fn prover(folder: &Path) -> Result<Prover> {
    Ok(Prover::load_or_generate(&keys(folder), CHAIN)?)
}

/// One proof, its witness computed.
pub fn prove(prover: &Prover, instance: &Instance) -> Result<()> {
    std::hint::black_box(instance.prove(prover)?);
    Ok(())
}

/// What a key costs from its file, which is in the page cache, until it can prove.
pub fn load(folder: &Path, circuit: CircuitId) -> Result<Cost> {
    let mut costs = Vec::new();
    for _ in 0..21 {
        let prover = prover(folder)?;
        costs.push(cost(|| Ok(prover.load(circuit)?))?);
    }
    Ok(median(&costs))
}

/// How long a proof takes to verify, in milliseconds of wall time.
pub fn verify_ms(prover: &Prover) -> Result<f64> {
    let instance = instances::full(CircuitId::Usage128);
    let Instance::Usage(capacity, witness) = &instance else { unreachable!("it is of use") };
    let (proof, inputs) = prover.prove_usage(*capacity, witness)?;
    let mut times = Vec::new();
    for _ in 0..51 {
        let started = Instant::now();
        ensure!(prover.verify_usage(*capacity, &inputs, &proof), "an honest proof does not verify");
        times.push(started.elapsed().as_secs_f64() * 1e3);
    }
    Ok(middle(times.into_iter()))
}

/// The most memory that a process takes which loads one key and proves with it, in MB.
pub fn peak_mb(folder: &Path, circuit: CircuitId) -> Result<f64> {
    prove(&prover(folder)?, &instances::full(circuit))?;
    let status = std::fs::read_to_string("/proc/self/status").context("memory is read from /proc, as Linux has it")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).context("no VmHWM")?;
    let kb: f64 = line.trim().trim_end_matches("kB").trim().parse()?;
    Ok(kb * 1024.0 / 1e6)
}
