//! What a stranger's verification refuses, and what steps refuse.

use std::fs;

use datavault_ceremony::{Ceremony, Checks, Error, TRANSCRIPT, Violation, Who};

use crate::common::{POLICY, change, copy, example, forge, section, sha256, verify};

type Forgery = fn(&mut datavault_ceremony::Transcript);

const BOB: &str = "0002-bob.zkey";

#[test]
fn a_missing_contribution_is_named() {
    let folder = copy();
    fs::remove_file(folder.path().join(BOB)).unwrap();
    let error = verify(folder.path()).unwrap_err();
    assert!(matches!(&error, Error::Missing(file) if file.ends_with(BOB)), "{error}");
    forge(folder.path(), |transcript| drop(transcript.steps.remove(1)));
    let error = verify(folder.path()).unwrap_err();
    assert!(error.to_string().contains("0002-carol.zkey is missing"), "{error}");
    fs::rename(folder.path().join("0003-carol.zkey"), folder.path().join("0002-carol.zkey")).unwrap();
    let error = verify(folder.path()).unwrap_err();
    assert!(error.to_string().contains("has 3 contributions, the transcript has 2"), "{error}");
}

#[test]
fn swapped_files_are_refused_even_if_the_transcript_is_swapped_too() {
    let folder = copy();
    let [alice, bob] = ["0001-alice.zkey", BOB].map(|file| folder.path().join(file));
    let between = folder.path().join("between");
    for (from, to) in [(&alice, &between), (&bob, &alice), (&between, &bob)] {
        fs::rename(from, to).unwrap();
    }
    let error = verify(folder.path()).unwrap_err();
    assert!(matches!(&error, Error::Changed { file, .. } if *file == alice), "{error}");
    forge(folder.path(), |transcript| {
        let [first, second] = [0, 1].map(|step: usize| transcript.steps[step].sha256.clone());
        [transcript.steps[0].sha256, transcript.steps[1].sha256] = [second, first];
    });
    let error = verify(folder.path()).unwrap_err();
    assert!(error.to_string().contains("has 2 contributions, the transcript has 1"), "{error}");
}

#[test]
fn one_bit_of_any_file_is_noticed() {
    let files = ["circuit.r1cs", "powers.ptau", "0000.zkey", "0001-alice.zkey", BOB, "0004-beacon.zkey"];
    for name in files {
        let folder = copy();
        let file = folder.path().join(name);
        change(&file, |bytes| {
            let last = bytes.len() - 1;
            bytes[last / 2] ^= 1;
        });
        let error = verify(folder.path()).unwrap_err();
        assert!(matches!(&error, Error::Changed { file: changed, .. } if *changed == file), "{name}: {error}");
    }
}

/// Section, byte, and what is said when the transcript attests the changed file.
#[test]
fn one_bit_of_a_key_is_noticed_even_if_it_is_attested() {
    let cases = [
        (2, 90, "section 2"),
        (3, 3, "is not in the group"),
        (4, 20, "Coeffs section is not identical"),
        (7, 3, "is not in the group"),
        (8, 3, "is not in the group"),
        (9, 70, "is not in the group"),
        (10, 0, "is a key of another circuit, or from other powers"),
        (10, 70, "section 10"),
        (10, 400, "earlier contributions differ"),
    ];
    for (id, byte, expected) in cases {
        let folder = copy();
        let file = folder.path().join("0004-beacon.zkey");
        let at = section(&file, id).start + byte;
        change(&file, |bytes| bytes[at] ^= 1);
        let attested = sha256(&file);
        forge(folder.path(), |transcript| transcript.steps[3].sha256 = attested);
        let error = verify(folder.path()).unwrap_err().to_string();
        assert!(error.contains(expected) && error.contains("0004-beacon"), "section {id}, byte {byte}: {error}");
    }
}

#[test]
fn points_of_the_group_in_the_wrong_place_are_noticed() {
    for (id, expected) in
        [(8, "section 8 is not the initial key's"), (9, "H section does not match"), (5, "A section is not identical")]
    {
        let folder = copy();
        let file = folder.path().join("0004-beacon.zkey");
        let points = section(&file, id).start;
        change(&file, |bytes| bytes[points + 128..points + 256].rotate_left(64));
        let attested = sha256(&file);
        forge(folder.path(), |transcript| transcript.steps[3].sha256 = attested);
        let error = verify(folder.path()).unwrap_err().to_string();
        assert!(error.contains(expected), "section {id}: {error}");
    }
}

#[test]
fn a_forged_transcript_is_refused_field_by_field() {
    let forgeries: [(&str, Forgery); 8] = [
        ("steps[1].name", |t| {
            t.steps[0].name = "Alice".into();
            t.steps[1].name = "BOB".into();
        }),
        ("steps[0].hash", |t| t.steps[0].hash = t.steps[1].hash.clone()),
        ("steps[3].kind", |t| {
            t.steps[3].kind = datavault_ceremony::StepKind::Beacon { value: "00".into(), iterations_exp: 10 }
        }),
        ("circuit_hash", |t| t.circuit_hash = t.steps[0].hash.clone()),
        ("powers", |t| t.powers.development = false),
        ("powers", |t| t.powers.contributions = 60),
        ("0000.zkey", |t| t.initial_sha256 = t.r1cs_sha256.clone()),
        ("circuit", |t| t.circuit = "../usage".into()),
    ];
    for (field, change) in forgeries {
        let folder = copy();
        forge(folder.path(), change);
        let error = verify(folder.path()).unwrap_err().to_string();
        assert!(error.contains(field), "{field}: {error}");
    }
    let folder = copy();
    crate::common::change(&folder.path().join(TRANSCRIPT), |bytes| {
        let text = String::from_utf8(bytes.clone()).unwrap().replace("\"version\"", "\"extra\": 1, \"version\"");
        *bytes = text.into_bytes();
    });
    let error = verify(folder.path()).unwrap_err().to_string();
    assert!(error.contains("unknown field `extra`"), "{error}");
}

#[test]
fn a_hash_that_somebody_published_must_be_there() {
    let ceremony = Ceremony::open(&example().public).unwrap();
    let [(alice, hers), ..] = &example().verified.contributions[..] else { panic!("no contributions") };
    let check = |expect: &[(String, String)]| {
        ceremony.verify(&Checks { trust_powers: true, expect, ..Checks::default() }, &|_| ())
    };
    check(&[(alice.clone(), hers.to_uppercase())]).unwrap();
    let error = check(&[("Mallory".into(), hers.clone())]).unwrap_err();
    assert!(error.to_string().contains("no step is `Mallory`"), "{error}");
}

#[test]
fn another_circuit_is_refused() {
    let folder = copy();
    let r1cs = folder.path().join("circuit.r1cs");
    fs::write(&r1cs, crate::common::three_parties::squares_r1cs(59)).unwrap();
    let attested = sha256(&r1cs);
    forge(folder.path(), |transcript| transcript.r1cs_sha256 = attested);
    let error = verify(folder.path()).unwrap_err();
    assert!(matches!(error, Error::OtherBeginning), "{error}");

    let folder = copy();
    forge(folder.path(), |transcript| transcript.circuit = "key_delivery".into());
    let error = verify(folder.path()).unwrap_err();
    assert!(matches!(&error, Error::OtherCircuit { circuit, .. } if circuit == "key_delivery"), "{error}");
}

#[test]
fn powers_cut_short_or_changed_are_refused() {
    let folder = copy();
    let ptau = folder.path().join("powers.ptau");
    let whole = fs::read(&ptau).unwrap();
    let cuts = [0, 11, 500, whole.len() / 2, whole.len() - 1].map(|length| whole[..length].to_vec());
    let taus = section(&ptau, 2);
    let mut swapped = whole.clone();
    swapped[taus.start + 640..taus.start + 768].rotate_left(64);
    let mut lagrange = whole.clone();
    let at = section(&ptau, 13).end - 256;
    lagrange[at..at + 256].rotate_left(128);
    for (case, bytes) in cuts.into_iter().chain([swapped, lagrange]).enumerate() {
        fs::write(&ptau, bytes).unwrap();
        let attested = sha256(&ptau);
        forge(folder.path(), |transcript| transcript.powers.sha256 = attested);
        let error = verify(folder.path()).unwrap_err().to_string();
        assert!(error.contains("powers.ptau"), "case {case}: {error}");
    }
}

#[test]
fn nothing_is_finalized_without_a_beacon_or_with_too_few_people() {
    let folder = copy();
    fs::remove_file(folder.path().join("0004-beacon.zkey")).unwrap();
    forge(folder.path(), |transcript| drop(transcript.steps.pop()));
    let keys = folder.path().join("keys");
    let finalize = || {
        let ceremony = Ceremony::open(folder.path()).unwrap();
        ceremony.finalize(&keys, POLICY, &Checks { trust_powers: true, ..Checks::default() }, &|_| ()).unwrap_err()
    };
    let error = finalize();
    assert!(matches!(error, Error::Policy(Violation::NoBeacon)), "{error}");
    assert!(!keys.exists());
    fs::remove_file(folder.path().join("0003-carol.zkey")).unwrap();
    forge(folder.path(), |transcript| drop(transcript.steps.pop()));
    let mut ceremony = Ceremony::open(folder.path()).unwrap();
    ceremony.contribute(Who { name: "ALICE", note: None, at_secs: 0 }, "").unwrap();
    ceremony.beacon("0a", 10, 0).unwrap();
    let error = finalize();
    assert!(matches!(error, Error::Policy(Violation::TooFew { expected: 3, found: 2 })), "{error}");
    let ended = ceremony.contribute(Who { name: "Carol", note: None, at_secs: 0 }, "").unwrap_err();
    assert!(matches!(ended, Error::Ended(3)), "{ended}");
}

#[test]
fn a_killed_step_can_be_run_again() {
    let folder = copy();
    for file in ["0003-carol.zkey", "0004-beacon.zkey"] {
        fs::remove_file(folder.path().join(file)).unwrap();
    }
    forge(folder.path(), |transcript| transcript.steps.truncate(2));
    // Killed while the key was written: a scratch folder stays. Killed before the transcript was: a key stays.
    fs::create_dir(folder.path().join(".step-killed")).unwrap();
    fs::write(folder.path().join(".step-killed/key"), b"half").unwrap();
    fs::write(folder.path().join("0003-carol.zkey"), b"never attested").unwrap();
    let mut ceremony = Ceremony::open(folder.path()).unwrap();
    ceremony.contribute(Who { name: "Carol", note: None, at_secs: 0 }, "").unwrap();
    assert!(!folder.path().join(".step-killed").exists());
    ceremony.beacon("0a", 10, 0).unwrap();
    verify(folder.path()).unwrap();
}

#[test]
fn a_step_builds_on_nothing_but_the_attested_key() {
    let folder = copy();
    fs::remove_file(folder.path().join("0004-beacon.zkey")).unwrap();
    forge(folder.path(), |transcript| drop(transcript.steps.pop()));
    let newest = folder.path().join("0003-carol.zkey");
    fs::copy(folder.path().join(BOB), &newest).unwrap();
    let mut ceremony = Ceremony::open(folder.path()).unwrap();
    let error = ceremony.contribute(Who { name: "Dave", note: None, at_secs: 0 }, "").unwrap_err();
    assert!(matches!(&error, Error::Changed { file, .. } if *file == newest), "{error}");
    let error = ceremony.beacon("0a", 10, 0).unwrap_err();
    assert!(matches!(error, Error::Changed { .. }), "{error}");
}

#[test]
fn one_step_at_a_time_changes_a_folder() {
    let folder = copy();
    let lock = fs::File::create(folder.path().join(".lock")).unwrap();
    lock.lock().unwrap();
    let mut ceremony = Ceremony::open(folder.path()).unwrap();
    let error = ceremony.contribute(Who { name: "Dave", note: None, at_secs: 0 }, "").unwrap_err();
    assert!(matches!(error, Error::Busy(_)), "{error}");
}
