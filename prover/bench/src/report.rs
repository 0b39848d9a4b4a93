//! `target/bench/prover.json`, and the same for people, beside the goals.

use std::{collections::BTreeMap, fmt, path::Path};

use anyhow::{Context, Result, ensure};
use groth16::CircuitId;
use serde::Serialize;

use crate::{Costs, clock::Cost};

/// One circuit.
#[derive(Clone, Debug, Serialize)]
pub struct Circuit {
    pub constraints: usize,
    pub cpu_s: f64,
    pub wall_s: f64,
    pub arkworks_cpu_s: f64,
    pub snarkrs_cpu_s: f64,
    pub snarkjs_cpu_s: f64,
    pub arkworks_wall_s: f64,
    pub snarkrs_wall_s: f64,
    pub snarkjs_wall_s: f64,
}

/// All figures.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Report {
    #[serde(flatten)]
    circuits: BTreeMap<&'static str, Circuit>,
    /// CPU time against ours, at 1,024 events.
    pub ratio_snarkjs: f64,
    pub ratio_snarkrs: f64,
    pub ratio_arkworks: f64,
    pub key_load_ms_14: f64,
    pub key_load_ms_16: f64,
    /// The same in CPU time, which a busy machine does not stretch.
    pub key_load_cpu_ms_14: f64,
    pub key_load_cpu_ms_16: f64,
    pub peak_mb_1024: f64,
    pub verify_ms: f64,
    pub batch32_gas_per_proof: f64,
    pub settle32_gas_per_proof: f64,
    pub cores: usize,
}

impl Circuit {
    pub fn new(circuit: CircuitId, costs: &Costs) -> Result<Self> {
        ensure!(costs.ours.cpu_s > 0.0, "{circuit}: no time passed");
        Ok(Self {
            constraints: costs.constraints,
            cpu_s: costs.ours.cpu_s,
            wall_s: costs.ours.wall_s,
            arkworks_cpu_s: costs.arkworks.cpu_s,
            snarkrs_cpu_s: costs.snarkrs.cpu_s,
            snarkjs_cpu_s: costs.snarkjs.cpu_s,
            arkworks_wall_s: costs.arkworks.wall_s,
            snarkrs_wall_s: costs.snarkrs.wall_s,
            snarkjs_wall_s: costs.snarkjs.wall_s,
        })
    }
}

impl Report {
    pub fn add(&mut self, id: CircuitId, circuit: Circuit) {
        if id == CircuitId::Usage1024 {
            self.ratio_snarkjs = circuit.snarkjs_cpu_s / circuit.cpu_s;
            self.ratio_snarkrs = circuit.snarkrs_cpu_s / circuit.cpu_s;
            self.ratio_arkworks = circuit.arkworks_cpu_s / circuit.cpu_s;
        }
        self.cores = std::thread::available_parallelism().map_or(1, usize::from);
        self.circuits.insert(id.name(), circuit);
    }

    pub fn add_loads(&mut self, small: Cost, large: Cost) {
        [self.key_load_ms_14, self.key_load_ms_16] = [small, large].map(|cost| cost.wall_s * 1e3);
        [self.key_load_cpu_ms_14, self.key_load_cpu_ms_16] = [small, large].map(|cost| cost.cpu_s * 1e3);
    }

    /// Takes the gas of 32 proofs at once from the committed snapshot: of verifying them, and of settling them, which
    /// also moves the lanes, pays and says so.
    pub fn read_gas(&mut self, snapshot: &Path) -> Result<()> {
        let text = std::fs::read_to_string(snapshot).with_context(|| format!("cannot read {}", snapshot.display()))?;
        let all: BTreeMap<String, String> = serde_json::from_str(&text)?;
        let gas = |action: &str| -> Result<f64> {
            Ok(all.get(action).with_context(|| format!("{} has no {action}", snapshot.display()))?.parse()?)
        };
        self.batch32_gas_per_proof = gas("verify_batch_32_each")?;
        self.settle32_gas_per_proof = gas("settle_usage_many_32")? / 32.0;
        Ok(())
    }

    pub fn write(&self, path: &Path) -> Result<()> {
        std::fs::write(path, serde_json::to_string_pretty(self)? + "\n")?;
        Ok(())
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "CPU-seconds a proof        rows    ours  (wall) arkworks snarkrs snarkjs   ratios")?;
        for (name, circuit) in &self.circuits {
            let ratio = |peer: f64| peer / circuit.cpu_s;
            writeln!(
                f,
                "{name:<24} {:>6}   {:.3} ({:.3})   {:.3}   {:.3}   {:>5.2}   {:.2} {:.2} {:.1}",
                circuit.constraints,
                circuit.cpu_s,
                circuit.wall_s,
                circuit.arkworks_cpu_s,
                circuit.snarkrs_cpu_s,
                circuit.snarkjs_cpu_s,
                ratio(circuit.arkworks_cpu_s),
                ratio(circuit.snarkrs_cpu_s),
                ratio(circuit.snarkjs_cpu_s),
            )?;
        }
        writeln!(f, "\nfigure                                    is     goal")?;
        for (name, value, goal) in self.goals() {
            writeln!(f, "{name:<36} {value:>8.2}  {goal}")?;
        }
        write!(
            f,
            "{} cores. ours: witness computed, key warm; arkworks, snarkrs: witness given, key warm; snarkjs: witness \
             given, node started and key read each time",
            self.cores
        )
    }
}

impl Report {
    fn goals(&self) -> Vec<(&'static str, f64, &'static str)> {
        let cpu = |name: &str| self.circuits.get(name).map_or(f64::NAN, |circuit| circuit.cpu_s);
        vec![
            ("128 events, CPU-s", cpu("usage_128"), "≤ 0.30"),
            ("1,024 events, CPU-s", cpu("usage_1024"), "≤ 0.95"),
            ("key delivery, CPU-s", cpu("key_delivery"), "≤ 0.15"),
            ("compliance, CPU-s", cpu("compliance"), "≤ 0.20"),
            ("snarkjs / ours at 1,024, CPU", self.ratio_snarkjs, "≥ 8"),
            ("snarkrs / ours at 1,024, CPU", self.ratio_snarkrs, "≥ 1.1"),
            ("arkworks / ours at 1,024, CPU", self.ratio_arkworks, "(stock)"),
            ("key load at 2^14, ms", self.key_load_ms_14, "≤ 10"),
            ("key load at 2^16, ms", self.key_load_ms_16, "≤ 50"),
            ("key load at 2^14, CPU-ms", self.key_load_cpu_ms_14, ""),
            ("key load at 2^16, CPU-ms", self.key_load_cpu_ms_16, ""),
            ("peak memory at 1,024, MB", self.peak_mb_1024, "≤ 1000"),
            ("verify, ms", self.verify_ms, "≤ 2"),
            ("batch of 32, verified, gas a proof", self.batch32_gas_per_proof, "≤ 62000"),
            ("batch of 32, settled, gas a proof", self.settle32_gas_per_proof, ""),
        ]
    }
}
