//! The worked example, and what snarkjs says about its files.

use std::fs;

use datavault_ceremony::{
    Beginning, Ceremony, Checks, CircuitFrom, Error, Kind, Policy, PowersFrom, Violation, Who, load,
};

use crate::{
    common::{POLICY, copy, example, verify},
    snarkjs,
};

#[test]
fn a_stranger_verifies_the_example_from_its_public_files() {
    let folder = copy();
    let verified = verify(folder.path()).unwrap();
    assert_eq!(verified, example().verified);
    let names: Vec<_> = verified.contributions.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["Alice", "Bob", "Carol"]);
    assert!(verified.powers_checked && verified.development && !verified.builtin);
    assert_eq!(verified.beacon.unwrap().1, 10);
}

#[test]
fn snarkjs_verifies_what_we_made() {
    let public = &example().public;
    let said = snarkjs::succeeds(public, "zkey verify circuit.r1cs powers.ptau 0004-beacon.zkey");
    assert!(said.contains("ZKey Ok!"), "{said}");
    let hexadecimal: String = said.chars().filter(char::is_ascii_hexdigit).collect();
    for (name, hash) in &example().verified.contributions {
        assert!(said.contains(name), "{said}");
        assert!(hexadecimal.contains(hash), "{name}'s hash is not snarkjs's: {said}");
    }
    let said = snarkjs::succeeds(public, "powersoftau verify powers.ptau");
    assert!(said.contains("Powers of Tau Ok!"), "{said}");
}

#[test]
fn snarkjs_proves_with_a_finalized_key() {
    let files = &example().files;
    let out = tempfile::tempdir().unwrap();
    for (from, to) in [
        (&files.zkey, "key.zkey"),
        (&files.snarkjs_vk, "vk.json"),
        (&example().public.join("../squares.wtns"), "squares.wtns"),
    ] {
        fs::copy(from, out.path().join(to)).unwrap();
    }
    snarkjs::succeeds(out.path(), "groth16 prove key.zkey squares.wtns proof.json public.json");
    let said = snarkjs::succeeds(out.path(), "groth16 verify vk.json public.json proof.json");
    assert!(said.contains("OK!"), "{said}");
}

#[test]
fn a_contribution_made_with_snarkjs_is_accepted() {
    let folder = tempfile::tempdir().unwrap();
    let r1cs = folder.path().join("squares.r1cs");
    fs::write(&r1cs, crate::common::three_parties::squares_r1cs(60)).unwrap();
    let mut ceremony = Ceremony::begin(
        &folder.path().join("public"),
        Beginning {
            circuit: CircuitFrom::File { name: "squares", r1cs: &r1cs },
            powers: PowersFrom::File(&example().public.join("powers.ptau")),
            beacon_source: None,
            at_secs: 0,
        },
    )
    .unwrap();
    ceremony.contribute(Who { name: "Alice", note: None, at_secs: 1 }, "").unwrap();
    let [theirs, newer] = ["theirs.zkey", "newer.zkey"].map(|file| folder.path().join(file));
    fs::copy(ceremony.newest(), folder.path().join("received.zkey")).unwrap();
    let said = snarkjs::succeeds(folder.path(), "zkey contribute received.zkey theirs.zkey --name=Bob -e=dice");
    let step = ceremony.accept(&theirs, Some("with snarkjs"), 2).unwrap();
    assert_eq!(step.name, "Bob");
    assert!(said.split_whitespace().collect::<String>().contains(&step.hash), "{said}");

    let again = ceremony.accept(&theirs, None, 3).unwrap_err();
    assert!(again.to_string().contains("it was not made from the newest key"), "{again}");
    snarkjs::succeeds(folder.path(), "zkey beacon theirs.zkey newer.zkey 0a0b 10 -n=beacon");
    let beacon = ceremony.accept(&newer, None, 4).unwrap_err();
    assert!(beacon.to_string().contains("its last step is nobody's contribution"), "{beacon}");
    ceremony.beacon("0a0b", 10, 5).unwrap();
    assert_eq!(fs::read(ceremony.newest()).unwrap(), fs::read(&newer).unwrap(), "a beacon has one outcome");
    let policy = Policy { at_least: 2, development: true };
    ceremony.verify(&Checks { policy: Some(policy), ..Checks::default() }, &|_| ()).unwrap();
}

#[test]
fn a_key_that_nobody_contributed_to_is_refused_though_snarkjs_accepts_it() {
    let public = &example().public;
    let said = snarkjs::succeeds(public, "zkey verify circuit.r1cs powers.ptau 0000.zkey");
    assert!(said.contains("ZKey Ok!"), "snarkjs learned to refuse it: {said}");

    let folder = copy();
    crate::common::forge(folder.path(), |transcript| transcript.steps.clear());
    let ceremony = Ceremony::open(folder.path()).unwrap();
    for policy in [None, Some(POLICY)] {
        let error = ceremony.verify(&Checks { policy, ..Checks::default() }, &|_| ()).unwrap_err();
        assert!(matches!(error, Error::Policy(Violation::GammaIsDelta)), "{error}");
    }
    let keys = crate::common::copy_of(example().files.zkey.parent().unwrap());
    fs::copy(public.join("0000.zkey"), keys.path().join("squares.dev.zkey")).unwrap();
    fs::copy(folder.path().join("ceremony.json"), keys.path().join("squares.ceremony.json")).unwrap();
    let error = load(keys.path(), "squares", POLICY).unwrap_err();
    assert!(matches!(error, Error::Policy(Violation::GammaIsDelta)), "{error}");
}

#[test]
fn a_finalized_key_is_checked_when_it_is_loaded() {
    let keys = example().files.zkey.parent().unwrap();
    let (transcript, record) = load(keys, "squares", POLICY).unwrap();
    assert_eq!(transcript.contributions(), 3);
    assert!(!record.gamma_is_delta);

    let production = load(keys, "squares", Policy::default()).unwrap_err();
    assert!(matches!(production, Error::Policy(Violation::DevelopmentPowers)), "{production}");
    let more = load(keys, "squares", Policy { at_least: 4, ..POLICY }).unwrap_err();
    assert!(matches!(more, Error::Policy(Violation::TooFew { expected: 4, found: 3 })), "{more}");
    for (file, suffix) in [("zkey", "dev.zkey"), ("vk", "vk.json")] {
        let copy = crate::common::copy_of(keys);
        let path = copy.path().join(format!("squares.{suffix}"));
        crate::common::change(&path, |bytes| {
            let middle = bytes.iter().rposition(u8::is_ascii_digit).unwrap();
            bytes[middle] ^= 1;
        });
        let error = load(copy.path(), "squares", POLICY).unwrap_err();
        assert_eq!(error.kind(), Kind::Mismatch, "{file}: {error}");
        assert!(error.to_string().contains(&format!("squares.{suffix}")), "{error}");
    }
}
