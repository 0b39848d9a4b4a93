//! Keys that a ceremony leaves: for production, and in a folder with a manifest.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::{collections::BTreeMap, fs, path::Path};

use datavault_ceremony::{
    Beginning, Ceremony, Checks, CircuitFrom, DEVELOPMENT_NAME, Error, KeyFiles, Policy, PowersFrom, StepKind,
    Transcript, Violation, Who, load,
};
use groth16::{Beacon, CircuitId, CircuitKeys, Manifest, Origin, Setup, VerifyingKey};
use snarkrs_ceremony::{CpuKeyScale, phase1};
use tempfile::TempDir;

use crate::common::{POLICY, example, forge, sha256, three_parties::squares_r1cs};

/// Powers of tau that these people made, not prepared for phase 2.
fn powers(folder: &Path, names: &[&str]) -> std::path::PathBuf {
    let mut newest = folder.join("0.ptau");
    phase1::ptau_new(4, &newest).unwrap();
    for (index, name) in (1..).zip(names) {
        let next = folder.join(format!("{index}.ptau"));
        phase1::contribute(&newest, &next, Some(name), "", &CpuKeyScale).unwrap();
        newest = next;
    }
    newest
}

/// A ceremony of two people for eight rows.
fn ceremony(folder: &Path, powers: &Path) -> Ceremony {
    let r1cs = folder.join("squares.r1cs");
    fs::write(&r1cs, squares_r1cs(8)).unwrap();
    let circuit = CircuitFrom::File { name: "squares", r1cs: &r1cs };
    let how = Beginning { circuit, powers: PowersFrom::File(powers), beacon_source: Some("block 2026"), at_secs: 0 };
    let mut ceremony = Ceremony::begin(&folder.join("public"), how).unwrap();
    for name in ["Alice", "Bob"] {
        ceremony.contribute(Who { name, note: None, at_secs: 0 }, "").unwrap();
    }
    ceremony.beacon(&"5f".repeat(32), 10, 0).unwrap();
    ceremony
}

#[test]
fn keys_for_production_come_of_powers_that_several_people_made() {
    let two = Policy { at_least: 2, development: false };
    let folder = tempfile::tempdir().unwrap();
    let done = ceremony(folder.path(), &powers(folder.path(), &["Carol", "Dave"]));
    let keys = folder.path().join("keys");
    let (verified, files) = done.finalize(&keys, two, &Checks::default(), &|_| ()).unwrap();
    assert!(verified.powers_checked && !verified.development);
    assert_eq!(files.zkey, keys.join("squares.zkey"));
    load(&keys, "squares", two).unwrap();

    for (names, development) in [(&["Carol"][..], false), (&["Carol"], true), (&["Carol", DEVELOPMENT_NAME], false)] {
        let folder = tempfile::tempdir().unwrap();
        let done = ceremony(folder.path(), &powers(folder.path(), names));
        let error = done.finalize(&keys, Policy { development, ..two }, &Checks::default(), &|_| ()).unwrap_err();
        let refused = matches!(error, Error::Policy(Violation::FewPowers(1) | Violation::DevelopmentPowers));
        assert!(refused, "{names:?}, {development}: {error}");
    }
}

/// The example's keys under a built-in circuit's name, as far as a folder of keys can show.
fn folder_of_keys(change: impl FnOnce(&mut Manifest)) -> TempDir {
    let keys = tempfile::tempdir().unwrap();
    fs::copy(example().public.join("ceremony.json"), keys.path().join("ceremony.json")).unwrap();
    forge(keys.path(), |transcript| transcript.circuit = "key_delivery".into());
    let transcript = Transcript::parse(&fs::read(keys.path().join("ceremony.json")).unwrap()).unwrap();
    let files = KeyFiles::of(keys.path(), &transcript);
    fs::rename(keys.path().join("ceremony.json"), &files.transcript).unwrap();
    fs::copy(&example().files.zkey, &files.zkey).unwrap();
    let key = VerifyingKey::from_json(&fs::read_to_string(&example().files.vk).unwrap()).unwrap();
    fs::write(&files.vk, VerifyingKey { circuit: "key_delivery".into(), ..key }.to_json()).unwrap();
    let last = transcript.steps.last().unwrap();
    let StepKind::Beacon { value, iterations_exp } = last.kind.clone() else { panic!("no beacon") };
    let entry = CircuitKeys {
        constraints: 60,
        variables: 62,
        r1cs_sha256: transcript.r1cs_sha256.clone(),
        zkey_sha256: sha256(&files.zkey),
        vk_sha256: sha256(&files.vk),
        setup: Some(Setup {
            contributions: 3,
            beacon: Some(Beacon { value, iterations_exp }),
            circuit_hash: transcript.circuit_hash.clone(),
            final_hash: last.hash.clone(),
            powers_sha256: transcript.powers.sha256.clone(),
        }),
    };
    let circuits = BTreeMap::from([(CircuitId::KeyDelivery, entry)]);
    let mut manifest = Manifest { origin: Origin::Development, circuits };
    change(&mut manifest);
    fs::write(keys.path().join("manifest.json"), manifest.to_json()).unwrap();
    keys
}

#[test]
fn a_manifest_that_says_anything_else_is_refused_when_the_key_is_loaded() {
    load(folder_of_keys(|_| ()).path(), "key_delivery", POLICY).unwrap();
    type Change = fn(&mut CircuitKeys);
    let changes: [(&str, Change); 8] = [
        ("r1cs_sha256", |keys| keys.r1cs_sha256 = keys.zkey_sha256.clone()),
        ("zkey_sha256", |keys| keys.zkey_sha256 = keys.r1cs_sha256.clone()),
        ("vk_sha256", |keys| keys.vk_sha256 = keys.r1cs_sha256.clone()),
        ("setup", |keys| keys.setup = None),
        ("setup", |keys| keys.setup.as_mut().unwrap().contributions = 4),
        ("setup", |keys| keys.setup.as_mut().unwrap().beacon = None),
        ("setup", |keys| keys.setup.as_mut().unwrap().final_hash = "00".into()),
        ("setup", |keys| keys.setup.as_mut().unwrap().powers_sha256 = keys.r1cs_sha256.clone()),
    ];
    for (field, change) in changes {
        let keys = folder_of_keys(|manifest| change(manifest.circuits.values_mut().next().unwrap()));
        let error = load(keys.path(), "key_delivery", POLICY).unwrap_err().to_string();
        assert!(error.contains(field), "{field}: {error}");
    }
    let keys = folder_of_keys(|manifest| manifest.origin = Origin::Ceremony);
    let error = load(keys.path(), "key_delivery", POLICY).unwrap_err().to_string();
    assert!(error.contains("`origin` is Ceremony"), "{error}");
}
