//! `datavault prover export`: files that snarkjs reads.

mod recorded;

use std::{
    fmt, fs,
    path::{Path, PathBuf},
};

use domain::LicenseId;
use groth16::{
    CircuitId, KeySet, LOCAL_CHAINS, Origin, Prover,
    format::{Instance, json, r1cs},
};
use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::{
    arguments::Global,
    blocks::blocking,
    failure::{Failure, OrFail},
    home::{make_private_dir, write_secret},
    network::data_root,
    output::table,
    progress::Progress,
    session::Session,
};

/// Write a circuit, a witness, its proof and the keys in the formats of snarkjs.
#[derive(Clone, Debug, clap::Args)]
#[command(
    group(clap::ArgGroup::new("what").required(true).args(["example", "license"])),
    after_help = "SECRET: the .wtns file holds the secrets of the proof. Who has it knows the licensee's key and can prove
in their name. Give away the other files, never that one. With --example its secrets are public, and
nothing else is needed: no wallet, no network.

Examples:
  datavault prover export key_delivery --example --with-key --out example/
  datavault prover export usage_128 --license 2 --out proof/
  datavault prover export compliance --license 2 --max 1000 --out proof/

Then, with snarkjs from npm, in that folder:
  snarkjs groth16 verify verification_key.json public.json proof.json
  snarkjs wtns check key_delivery.r1cs key_delivery.wtns
  snarkjs groth16 prove key_delivery.zkey key_delivery.wtns proof.json public.json"
)]
pub struct Args {
    /// usage_128, usage_1024, compliance or key_delivery
    pub circuit: CircuitId,
    /// Prove an example that is the same for everybody
    #[arg(long)]
    pub example: bool,
    /// Prove what this license's receipts hold: the first events that the chain does not know to be proved
    #[arg(long, value_name = "LICENSE")]
    pub license: Option<LicenseId>,
    /// The lane of the license, if it has several
    #[arg(long, requires = "license")]
    pub lane: Option<u32>,
    /// Begin at the lane's first event, also if it was settled already
    #[arg(long, requires = "license")]
    pub settled: bool,
    /// For compliance: what the lane's units do not exceed
    #[arg(long, requires = "license", value_name = "UNITS")]
    pub max: Option<u64>,
    /// Write the proving key too, up to 33 MB
    #[arg(long)]
    pub with_key: bool,
    /// Folder of the proving keys: of a ceremony if it holds a manifest.json, else development keys are made there
    #[arg(long, value_name = "FOLDER")]
    pub keys: Option<PathBuf>,
    /// Folder for the files
    #[arg(long, value_name = "FOLDER")]
    pub out: PathBuf,
}

/// What was written.
#[derive(Debug, Serialize)]
pub struct Report {
    /// The circuit.
    pub circuit: CircuitId,
    /// The files.
    pub files: Vec<Written>,
    /// What must stay with its owner, and why.
    pub warning: &'static str,
    #[serde(skip)]
    folder: PathBuf,
}

/// A file.
#[derive(Debug, Serialize)]
pub struct Written {
    /// Where.
    pub path: PathBuf,
    /// What is in it.
    pub holds: &'static str,
    /// How long it is.
    pub bytes: u64,
    /// Its SHA-256; not of secrets.
    pub sha256: Option<String>,
    /// Whether nobody else may have it.
    pub is_secret: bool,
}

const SECRET: &str = "the .wtns file holds the licensee's secret key: keep it, or delete it when you are done";
const EXAMPLE: &str = "the secrets of the example are public, and so is its .wtns file";

/// Proves, and writes the files.
///
/// # Errors
/// If there is nothing to prove, there are no keys, or a file cannot be written.
pub async fn run(global: &Global, args: Args) -> Result<Report, Failure> {
    let (instance, keys, chain_id) = match args.license {
        None => (Instance::example(args.circuit), data_root()?.join("proving-keys"), LOCAL_CHAINS[0]),
        Some(license) => {
            let session = Session::open(global).await?;
            let instance = recorded::instance(&session, license, &args).await?;
            (instance, session.network.proving_keys.clone(), session.chain.chain_id())
        }
    };
    let keys = args.keys.clone().unwrap_or(keys);
    let _step = Progress::detect().step(format!("proving {}", args.circuit));
    blocking(move || export(&instance, &keys, chain_id, &args)).await?
}

fn export(instance: &Instance, keys: &Path, chain_id: u64, args: &Args) -> Result<Report, Failure> {
    let circuit = instance.circuit();
    let no_keys = || format!("`{}` has no keys for {circuit}", keys.display());
    let set = match keys.join("manifest.json").exists() {
        true => KeySet::read(keys),
        false => KeySet::committed(),
    }
    .or_fail(no_keys)?;
    let verifying = set.verifying(circuit).or_fail(no_keys)?.clone();
    let key_file = match set.manifest.origin {
        Origin::Development => format!("{circuit}.dev.zkey"),
        Origin::Ceremony => format!("{circuit}.zkey"),
    };
    let prover = Prover::with(set, keys, chain_id).or_fail(no_keys)?;
    let unproved = || format!("{circuit} cannot be proved");
    let proof = instance.prove(&prover).or_mismatch(unproved)?;
    if !instance.is_proved_by(&proof, prover.verifier()).or_mismatch(unproved)? {
        return Err(Failure::mismatch("the proof does not verify").fix("remove the proving keys and try again"));
    }

    // A folder that is there belongs to somebody, with the permissions that it has.
    if !args.out.is_dir() {
        make_private_dir(&args.out)?;
    }
    let mut folder = Folder { path: &args.out, files: Vec::new() };
    folder.write(format!("{circuit}.r1cs"), "the circuit", &r1cs::of(circuit))?;
    folder.write_secret(format!("{circuit}.wtns"), "every wire: SECRET", &instance.wtns().or_mismatch(unproved)?)?;
    let key = json::verifying_key(&verifying).or_mismatch(|| format!("the verifying key of {circuit} is damaged"))?;
    folder.write("verification_key.json", "what verifies it", key.as_bytes())?;
    folder.write("proof.json", "the proof", json::proof(&proof).as_bytes())?;
    let inputs = instance.public_inputs().or_mismatch(unproved)?;
    folder.write("public.json", "what it says", json::public(&inputs).as_bytes())?;
    if args.with_key {
        let path = keys.join(key_file);
        let bytes = fs::read(&path).or_fail(|| format!("cannot read `{}`", path.display()))?;
        folder.write(format!("{circuit}.zkey"), "what proves it", &bytes)?;
    }
    let warning = if args.example { EXAMPLE } else { SECRET };
    Ok(Report { circuit, files: folder.files, warning, folder: args.out.clone() })
}

/// Where files go, and which are there.
struct Folder<'a> {
    path: &'a Path,
    files: Vec<Written>,
}

impl Folder<'_> {
    fn write(&mut self, name: impl AsRef<Path>, holds: &'static str, bytes: &[u8]) -> Result<(), Failure> {
        let path = self.path.join(name);
        fs::write(&path, bytes).or_fail(|| format!("cannot write `{}`", path.display()))?;
        let sha256 = Some(alloy::hex::encode(Sha256::digest(bytes)));
        self.files.push(Written { path, holds, bytes: bytes.len() as u64, sha256, is_secret: false });
        Ok(())
    }

    /// Only its owner can read it; no hash either, which would tell whether a guess is right.
    fn write_secret(&mut self, name: impl AsRef<Path>, holds: &'static str, bytes: &[u8]) -> Result<(), Failure> {
        let path = self.path.join(name);
        write_secret(&path, bytes)?;
        self.files.push(Written { path, holds, bytes: bytes.len() as u64, sha256: None, is_secret: true });
        Ok(())
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut files = table(&["file", "bytes", "holds"]);
        for file in &self.files {
            let name = file.path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            files.add_row([name, file.bytes.to_string(), file.holds.to_owned()]);
        }
        writeln!(f, "{files}\n")?;
        writeln!(f, "in `{}`: {}", self.folder.display(), self.warning)?;
        f.write_str("check it there: snarkjs groth16 verify verification_key.json public.json proof.json")
    }
}
