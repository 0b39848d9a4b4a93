//! snarkjs, pinned in `prover/peers`, as a process: it has no warm mode.

use std::{
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::Instant,
};

use anyhow::{Context, Result, ensure};

use crate::clock::Cost;

/// Of `/proc`: fixed on Linux whatever the kernel's own rate.
const TICKS_PER_SECOND: f64 = 100.0;

/// `snarkjs groth16 prove` on a key and a witness.
pub struct Process {
    script: PathBuf,
    zkey: PathBuf,
    wtns: PathBuf,
    folder: PathBuf,
}

impl Process {
    /// Installs snarkjs if it is not there.
    pub fn install(root: &Path, zkey: &Path, wtns: &Path) -> Result<Self> {
        let peers = root.join("prover/peers");
        let script = peers.join("node_modules/snarkjs/build/cli.cjs");
        if !script.is_file() {
            let mut npm = Command::new("npm");
            npm.args(["ci", "--no-audit", "--no-fund", "--ignore-scripts"]).current_dir(&peers).stdout(Stdio::null());
            ensure!(npm.status().context("npm is not in PATH")?.success(), "npm ci failed in {}", peers.display());
        }
        let folder = wtns.parent().context("a file is in a folder")?.to_owned();
        Ok(Self { script, zkey: zkey.to_owned(), wtns: wtns.to_owned(), folder })
    }

    /// One proof: the start of node, reading the key and the witness, proving, writing.
    pub fn prove(&self) -> Result<Cost> {
        let (before, wall) = (children_cpu_s()?, Instant::now());
        let output = Command::new("node")
            .arg(&self.script)
            .args(["groth16", "prove"])
            .args([&self.zkey, &self.wtns])
            .args(["snarkjs.proof.json", "snarkjs.public.json"])
            .current_dir(&self.folder)
            .output()
            .context("node is not in PATH")?;
        ensure!(output.status.success(), "snarkjs: {}", String::from_utf8_lossy(&output.stdout));
        Ok(Cost { cpu_s: children_cpu_s()? - before, wall_s: wall.elapsed().as_secs_f64() })
    }
}

/// CPU time of the children that ended, user and system.
fn children_cpu_s() -> Result<f64> {
    let stat = std::fs::read_to_string("/proc/self/stat").context("CPU times are read from /proc, as Linux has it")?;
    // The name before the parenthesis may hold anything; the state is field 3, cutime and cstime are 16 and 17.
    let fields: Vec<_> = stat.rsplit_once(')').context("no name")?.1.split_whitespace().collect();
    let ticks = |field: usize| -> Result<f64> { Ok(fields.get(field - 3).context("a field is missing")?.parse()?) };
    Ok((ticks(16)? + ticks(17)?) / TICKS_PER_SECOND)
}
