//! A ceremony of Alice, Bob and Carol, who share no folder: each gets a key, contributes on a
//! machine of their own, publishes a hash, and hands the new key on. Dave, who took no part,
//! verifies it from the public files alone.
//!
//! `cargo run --example three_parties [FOLDER]`

use std::{
    error::Error,
    fs,
    path::{Path, PathBuf},
};

use alloy_primitives::{U256, uint};
use datavault_ceremony::{
    Beginning, Ceremony, Checks, CircuitFrom, KeyFiles, Policy, PowersFrom, Verified, contribute_file,
};

/// What the example leaves.
pub struct Done {
    /// The public folder.
    pub public: PathBuf,
    /// The keys.
    pub files: KeyFiles,
    /// What Dave found.
    pub verified: Verified,
}

/// Runs the ceremony under `root`, for a circuit of 60 rows.
pub fn run(root: &Path) -> Result<Done, Box<dyn Error>> {
    let r1cs = root.join("squares.r1cs");
    fs::write(&r1cs, squares_r1cs(60))?;
    fs::write(root.join("squares.wtns"), squares_wtns(60, U256::from(3)))?;
    let public = root.join("public");
    let mut ceremony = Ceremony::begin(
        &public,
        Beginning {
            circuit: CircuitFrom::File { name: "squares", r1cs: &r1cs },
            // A real ceremony takes a file of the Perpetual Powers of Tau.
            powers: PowersFrom::Development,
            beacon_source: Some("drand mainnet, round 9000000"),
            at_secs: 1_795_000_000,
        },
    )?;
    let mut published = Vec::new();
    for (hour, name) in (1..).zip(["Alice", "Bob", "Carol"]) {
        let own = root.join(name.to_lowercase());
        fs::create_dir_all(&own)?;
        let [received, sent] = ["received.zkey", "sent.zkey"].map(|file| own.join(file));
        fs::copy(ceremony.newest(), &received)?;
        let contribution = contribute_file(&received, &sent, name, "what the dice showed")?;
        println!("{name} publishes {}", contribution.hash);
        published.push((name.to_owned(), contribution.hash));
        ceremony.accept(&sent, None, 1_795_000_000 + hour * 3600)?;
    }
    // Announced in advance, known to nobody before it was published.
    let value = "c8eb4b2dc5b2bd1e9bcd3a9ab3e2b0b6f8de2de1e1ec0cfb4ed0f4f7e6a3c5d2";
    ceremony.beacon(value, 10, 1_795_100_000)?;

    let dave = root.join("dave");
    fs::create_dir_all(&dave)?;
    for file in fs::read_dir(&public)?.flatten() {
        fs::copy(file.path(), dave.join(file.file_name()))?;
    }
    // Of development powers come development keys: a real ceremony keeps the default policy.
    let policy = Policy { development: true, ..Policy::default() };
    let checks = Checks { policy: Some(policy), expect: &published, ..Checks::default() };
    let verified = Ceremony::open(&dave)?.verify(&checks, &|step| println!("Dave checks {step}"))?;
    let (_, files) = ceremony.finalize(&root.join("keys"), policy, &checks, &|_| ())?;
    println!("key {} of {} people", verified.key_sha256, verified.contributions.len());
    Ok(Done { public, files, verified })
}

fn main() -> Result<(), Box<dyn Error>> {
    match std::env::args_os().nth(1) {
        Some(folder) => {
            fs::create_dir_all(&folder)?;
            run(Path::new(&folder))?;
        }
        None => {
            run(tempfile::tempdir()?.path())?;
        }
    }
    Ok(())
}

/// The scalar field's prime.
const PRIME: U256 = uint!(21888242871839275222246405745257275088548364400416034343698204186575808495617_U256);

/// A circuit that shows a number to be another one squared `rows` times, as `.r1cs`. Wires: 1, the
/// result, the secret, what lies between.
pub fn squares_r1cs(rows: u32) -> Vec<u8> {
    let wire = |step: u32| if step == rows { 1 } else { 2 + step };
    let wires = rows + 2;
    let mut header = [&32u32.to_le_bytes()[..], &PRIME.to_le_bytes::<32>()].concat();
    header.extend([wires, 1, 0, 1].iter().flat_map(|number| number.to_le_bytes()));
    header.extend(u64::from(wires).to_le_bytes());
    header.extend(rows.to_le_bytes());
    let term = |wire: u32| [&1u32.to_le_bytes()[..], &wire.to_le_bytes(), &U256::ONE.to_le_bytes::<32>()].concat();
    let row = |step: u32| [wire(step), wire(step), wire(step + 1)].into_iter().flat_map(term);
    let labels = (0..u64::from(wires)).flat_map(u64::to_le_bytes);
    file(b"r1cs", 1, &[header, (0..rows).flat_map(row).collect(), labels.collect()])
}

/// The witness for `secret`, as `.wtns`.
fn squares_wtns(rows: u32, secret: U256) -> Vec<u8> {
    let mut between = vec![secret];
    for _ in 0..rows {
        let last = between[between.len() - 1];
        between.push(last.mul_mod(last, PRIME));
    }
    let result = between[rows as usize];
    between.truncate(rows as usize);
    let values = [vec![U256::ONE, result], between].concat();
    let header = [&32u32.to_le_bytes()[..], &PRIME.to_le_bytes::<32>(), &(rows + 2).to_le_bytes()].concat();
    file(b"wtns", 2, &[header, values.iter().flat_map(|value| value.to_le_bytes::<32>()).collect()])
}

/// iden3's container: sections numbered from 1.
fn file(magic: &[u8; 4], version: u32, sections: &[Vec<u8>]) -> Vec<u8> {
    let mut bytes = [&magic[..], &version.to_le_bytes(), &(sections.len() as u32).to_le_bytes()].concat();
    for (number, section) in (1u32..).zip(sections) {
        bytes.extend(number.to_le_bytes());
        bytes.extend((section.len() as u64).to_le_bytes());
        bytes.extend(section);
    }
    bytes
}
