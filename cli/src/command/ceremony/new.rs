//! `datavault ceremony new`: begins a ceremony.

use std::{fmt, path::PathBuf};

use ::ceremony::{Beginning, Ceremony, CircuitFrom, PowersFrom};
use serde::Serialize;

use super::{now_secs, working};
use crate::{failure::Failure, output::Fields};

/// Begin a ceremony for a circuit: its folder is public, and everybody verifies from it.
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = "Examples:
  datavault ceremony new compliance-2026 --circuit compliance --powers powersOfTau28_hez_final_14.ptau \\
    --beacon-source 'drand mainnet, round 9000000'
  datavault ceremony new try --circuit compliance --development-powers")]
pub struct Args {
    /// Folder of the ceremony
    pub folder: PathBuf,
    /// usage_128, usage_1024, compliance or key_delivery; with --r1cs a name of your choice
    #[arg(long, value_name = "NAME")]
    pub circuit: String,
    /// Another circuit, in iden3's format
    #[arg(long, value_name = "FILE")]
    pub r1cs: Option<PathBuf>,
    /// Powers of tau, of the Perpetual Powers of Tau for instance
    #[arg(long, value_name = "PTAU", required_unless_present = "development_powers")]
    pub powers: Option<PathBuf>,
    /// Make powers of tau here: this machine knew their secret, so what comes out are development keys
    #[arg(long, conflicts_with = "powers")]
    pub development_powers: bool,
    /// Where the beacon will come from, announced before anybody contributes
    #[arg(long, value_name = "TEXT")]
    pub beacon_source: Option<String>,
}

/// A ceremony that began.
#[derive(Debug, Serialize)]
pub struct Report {
    /// Its folder.
    pub folder: PathBuf,
    /// The circuit.
    pub circuit: String,
    /// SHA-256 of `circuit.r1cs`.
    pub r1cs_sha256: String,
    /// SHA-256 of `powers.ptau`.
    pub powers_sha256: String,
    /// Contributions to the powers.
    pub powers_contributions: usize,
    /// The powers were made for development.
    pub development: bool,
    /// BLAKE2b of the initial key, as snarkjs prints it.
    pub circuit_hash: String,
}

/// Begins.
///
/// # Errors
/// If the folder holds a ceremony already, or circuit or powers do not fit.
pub async fn run(args: Args) -> Result<Report, Failure> {
    let builtin = match (&args.r1cs, args.circuit.parse::<groth16::CircuitId>()) {
        (Some(_), _) => None,
        (None, Ok(circuit)) => Some(circuit),
        (None, Err(error)) => {
            let fix = "name one of them, or give another circuit's file with --r1cs";
            return Err(Failure::usage(error.to_string()).fix(fix));
        }
    };
    let ceremony = working("making the initial key", move |_| {
        let circuit = match (builtin, &args.r1cs) {
            (None, Some(r1cs)) => CircuitFrom::File { name: &args.circuit, r1cs },
            (Some(circuit), _) => CircuitFrom::Builtin(circuit),
            (None, None) => unreachable!("a circuit without a file is a built-in one"),
        };
        let powers = args.powers.as_deref().map_or(PowersFrom::Development, PowersFrom::File);
        let beacon_source = args.beacon_source.as_deref();
        let how = Beginning { circuit, powers, beacon_source, at_secs: now_secs() };
        Ceremony::begin(&args.folder, how).map(|ceremony| (args.folder.clone(), ceremony))
    });
    let (folder, ceremony) = ceremony.await?;
    let transcript = ceremony.transcript().clone();
    Ok(Report {
        folder,
        circuit: transcript.circuit,
        r1cs_sha256: transcript.r1cs_sha256,
        powers_sha256: transcript.powers.sha256,
        powers_contributions: transcript.powers.contributions,
        development: transcript.powers.development,
        circuit_hash: transcript.circuit_hash,
    })
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let powers = match self.development {
            true => "made for development: use them for nothing else".to_owned(),
            false => format!("{} contributions", self.powers_contributions),
        };
        let fields = Fields::new()
            .with("folder", self.folder.display())
            .with("circuit", &self.circuit)
            .with("circuit hash", &self.circuit_hash)
            .with("powers", powers);
        write!(f, "{fields}\nNext: `datavault ceremony contribute {} --name …`", self.folder.display())
    }
}
