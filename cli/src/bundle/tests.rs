//! Examples from a real chain, and what becomes of them when anything is changed.

use std::path::Path;

use proptest::prelude::*;
use serde_json::Value;

use super::{Bundle, BundleError, TrustedKeys};

const USAGE: &str = include_str!("tests/usage.json");
const COMPLIANCE: &str = include_str!("tests/compliance.json");

/// The keys that the examples were settled by; the program's own may be newer.
fn keys() -> TrustedKeys {
    TrustedKeys::of_manifest(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src/bundle/tests/manifest.json")).unwrap()
}

fn check(text: &[u8]) -> Result<(), BundleError> {
    Bundle::read(text)?.check(&keys()).map(drop)
}

/// Every leaf of a JSON value with its path: `log.topics[2]`.
fn leaves(path: String, value: &Value, found: &mut Vec<(String, String)>, pointer: String) {
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
                leaves(path, value, found, format!("{pointer}/{name}"));
            }
        }
        Value::Array(items) => {
            for (i, value) in items.iter().enumerate() {
                leaves(format!("{path}[{i}]"), value, found, format!("{pointer}/{i}"));
            }
        }
        _ => found.push((path, pointer)),
    }
}

/// Other values in the place of a leaf: the neighbours of a number, and a text with one character's bit changed, at
/// its end, its middle and its beginning, to another digit and to the same digit in another case.
fn neighbours(value: &Value) -> Vec<Value> {
    match value {
        Value::Number(number) => {
            let number = number.as_u64().unwrap();
            vec![(number ^ 1).into(), (number ^ 2).into(), number.to_string().into(), (number as f64 + 0.5).into()]
        }
        Value::String(text) => {
            let mut changed = vec![format!("{text}0"), text.replace("0x", "0X"), text[1..].to_owned()];
            for at in [text.len() - 1, text.len() / 2, 2.min(text.len() - 1), 0] {
                for bit in [0x01, 0x02, 0x20] {
                    let mut bytes = text.clone().into_bytes();
                    bytes[at] ^= bit;
                    changed.extend(String::from_utf8(bytes));
                }
            }
            changed.retain(|other| other != text);
            changed.into_iter().map(Value::String).collect()
        }
        other => panic!("a bundle has no {other}"),
    }
}

/// Whether an error's field is the path or holds it.
fn names(error: &BundleError, path: &str) -> bool {
    let holds = |field: &String| {
        path == field || path.strip_prefix(field.as_str()).is_some_and(|rest| rest.starts_with(['.', '[']))
    };
    error.fields().iter().any(holds)
}

#[test]
fn the_examples_show_what_they_say() {
    let usage = Bundle::read(USAGE.as_bytes()).unwrap().check(&keys()).unwrap();
    let sentence = usage.to_string();
    assert!(sentence.starts_with("License ") && sentence.contains(" used 3 units between "), "{sentence}");
    assert!(sentence.contains("proof, log and block agree") && sentence.contains("nothing to a court"), "{sentence}");
    let compliance = Bundle::read(COMPLIANCE.as_bytes()).unwrap().check(&keys()).unwrap().to_string();
    assert!(
        compliance.contains(" had used at most 1000 units by ") && compliance.starts_with("In lane "),
        "{compliance}"
    );
}

#[test]
fn every_changed_leaf_is_an_error_that_names_it() {
    for example in [USAGE, COMPLIANCE] {
        let bundle: Value = serde_json::from_str(example).unwrap();
        let mut all = Vec::new();
        leaves(String::new(), &bundle, &mut all, String::new());
        assert!(all.len() > 60, "{}", all.len());
        for (path, pointer) in all {
            for other in neighbours(bundle.pointer(&pointer).unwrap()) {
                let mut changed = bundle.clone();
                *changed.pointer_mut(&pointer).unwrap() = other.clone();
                match check(changed.to_string().as_bytes()) {
                    Ok(()) => panic!("{path} may be {other}"),
                    Err(error) => {
                        assert!(names(&error, &path), "{path} = {other}: {:?}: {error}", error.fields());
                        assert!(error.fields().iter().all(|field| error.to_string().contains(field.as_str())));
                    }
                }
            }
        }
    }
}

#[test]
fn every_missing_doubled_and_unknown_field_is_an_error_that_names_it() {
    let bundle: Value = serde_json::from_str(USAGE).unwrap();
    let mut objects = vec![(String::new(), String::new())];
    while let Some((path, pointer)) = objects.pop() {
        let fields = bundle.pointer(&pointer).unwrap().as_object().unwrap();
        for name in fields.keys() {
            let at = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
            let mut without = bundle.clone();
            without.pointer_mut(&pointer).unwrap().as_object_mut().unwrap().remove(name);
            let error = check(without.to_string().as_bytes()).unwrap_err();
            // An enumeration without its variant is named by itself.
            assert!(names(&error, &at) || error.fields().contains(&path), "{at}: {:?} {error}", error.fields());
            if fields[name].is_object() {
                objects.push((at, format!("{pointer}/{name}")));
            }
        }
        let mut with = bundle.clone();
        with.pointer_mut(&pointer).unwrap()["more"] = 1.into();
        let error = check(with.to_string().as_bytes()).unwrap_err();
        let at = if path.is_empty() { "more".to_owned() } else { format!("{path}.more") };
        assert!(error.to_string().contains("more") || error.fields().contains(&path), "{at}: {error}");
    }
    let doubled = USAGE.replacen("\"lane\":", "\"lane\": 7, \"lane\":", 1);
    let error = check(doubled.as_bytes()).unwrap_err();
    assert!(names(&error, "lane"), "{error}");
}

#[test]
fn white_space_is_free_and_what_follows_is_not() {
    let bundle: Value = serde_json::from_str(USAGE).unwrap();
    check(bundle.to_string().as_bytes()).unwrap();
    assert_eq!(Bundle::read(USAGE.as_bytes()).unwrap().to_json().unwrap(), USAGE);
    assert!(check(format!("{USAGE}x").as_bytes()).is_err());
    assert!(matches!(check(&vec![b' '; 17 << 20]), Err(BundleError::TooLarge(_))));
}

/// Any single bit of the file, a sample of them by the position's remainder; the whole would take minutes.
#[test]
fn no_single_bit_may_change() {
    let check = |text: &[u8]| check(text);
    for bit in (0..USAGE.len() * 8).step_by(97) {
        let mut changed = USAGE.as_bytes().to_vec();
        changed[bit / 8] ^= 1 << (bit % 8);
        assert!(check(&changed).is_err(), "bit {bit}: {:?}", &USAGE[bit / 8..][..1]);
    }
}

#[test]
fn development_keys_show_nothing_elsewhere_and_foreign_keys_show_nothing() {
    let bundle = Bundle::read(USAGE.as_bytes()).unwrap();
    let text = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/src/bundle/tests/manifest.json")).unwrap();
    let with = |change: &dyn Fn(&mut Value)| {
        let mut manifest: Value = serde_json::from_str(&text).unwrap();
        change(&mut manifest);
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), manifest.to_string()).unwrap();
        bundle.check(&TrustedKeys::of_manifest(file.path()).unwrap())
    };
    with(&|_| {}).unwrap();
    let foreign = with(&|manifest| manifest["circuits"]["usage_128"]["vk_sha256"] = "00".repeat(32).into());
    assert!(matches!(foreign, Err(BundleError::ForeignKey { .. })));
    let none = with(&|manifest| drop(manifest["circuits"].as_object_mut().unwrap().remove("usage_128")));
    assert!(matches!(none, Err(BundleError::NoKey { .. })));
    let elsewhere = Bundle { chain_id: 1, ..bundle.clone() };
    assert!(matches!(elsewhere.check_key(&keys()), Err(BundleError::DevelopmentKey(1, _))));
    // A manifest that calls itself a ceremony's must say how the keys were made.
    let unfinished = with(&|manifest| manifest["origin"] = "ceremony".into());
    assert!(matches!(unfinished, Err(BundleError::Manifest { .. })));
}

proptest! {
    #[test]
    fn bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        prop_assert!(check(&bytes).is_err());
    }

    /// Damage that keeps hashes right, so that the decoders behind them meet it.
    #[test]
    fn damaged_envelopes_with_right_hashes_never_panic(
        at in any::<prop::sample::Index>(),
        byte in any::<u8>(),
        cut in any::<prop::sample::Index>(),
        which in 0..4,
    ) {
        let mut bundle = Bundle::read(USAGE.as_bytes()).unwrap();
        let damaged = |bytes: &[u8]| {
            let mut bytes = bytes.to_vec();
            let at = at.index(bytes.len());
            bytes[at] ^= byte;
            bytes.truncate(cut.index(bytes.len()) + 1);
            alloy::primitives::Bytes::from(bytes)
        };
        match which {
            0 => {
                bundle.block.header = damaged(&bundle.block.header);
                bundle.block.hash = alloy::primitives::keccak256(&bundle.block.header);
            }
            1 => {
                bundle.transaction.envelope = damaged(&bundle.transaction.envelope);
                bundle.transaction.hash = alloy::primitives::keccak256(&bundle.transaction.envelope);
            }
            2 => {
                if let Some(last) = bundle.receipt.nodes.last_mut() {
                    *last = damaged(last);
                }
            }
            _ => bundle.log.data = damaged(&bundle.log.data),
        }
        let example = Bundle::read(USAGE.as_bytes()).unwrap();
        if bundle.check(&keys()).is_ok() {
            // Anybody can make another block around the same settlement; it has another hash.
            let same_block = bundle.block.hash == example.block.hash;
            prop_assert_eq!(&Bundle { block: example.block.clone(), ..bundle.clone() }, &example);
            prop_assert!(!same_block || bundle == example);
        } else {
            prop_assert!(bundle != example);
        }
    }
}
