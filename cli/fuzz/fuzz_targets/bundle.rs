//! Bundles: whatever they say, checking ends with an answer. The examples are the seeds; nothing but they may pass.
#![no_main]

use std::{path::Path, sync::LazyLock};

use alloy_primitives::keccak256;
use cli::bundle::{Bundle, TrustedKeys};
use libfuzzer_sys::fuzz_target;

const EXAMPLES: [&[u8]; 2] =
    [include_bytes!("../../src/bundle/tests/usage.json"), include_bytes!("../../src/bundle/tests/compliance.json")];

static KNOWN: LazyLock<Vec<Bundle>> =
    LazyLock::new(|| EXAMPLES.iter().map(|text| Bundle::read(text).expect("an example is a bundle")).collect());
static KEYS: LazyLock<TrustedKeys> = LazyLock::new(|| {
    let manifest = concat!(env!("CARGO_MANIFEST_DIR"), "/../src/bundle/tests/manifest.json");
    TrustedKeys::of_manifest(Path::new(manifest)).expect("the examples have a manifest")
});

fn check(bundle: &Bundle) {
    assert_eq!(bundle.check(&KEYS).is_ok(), KNOWN.contains(bundle), "{bundle:?}");
}

fuzz_target!(|bytes: &[u8]| {
    if let Ok(bundle) = Bundle::read(bytes) {
        let text = bundle.to_json().expect("a bundle is text and numbers");
        assert_eq!(Bundle::read(text.as_bytes()).expect("what is written is read"), bundle);
        check(&bundle);
    }
    // The same bytes where only a right hash leads, so that the decoders behind it meet them.
    let mut bundle = KNOWN[0].clone();
    bundle.block.header = bytes.to_vec().into();
    bundle.block.hash = keccak256(bytes);
    check(&bundle);
    let mut bundle = KNOWN[0].clone();
    bundle.receipt.nodes = bytes.chunks(512).map(|node| node.to_vec().into()).collect();
    check(&bundle);
    let mut bundle = KNOWN[0].clone();
    bundle.log.data = bytes.to_vec().into();
    check(&bundle);
});
