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

/// Nothing passes but what is settled in the blocks of the examples. Anybody can make another block around it, with a
/// hash of its own: what a bundle cannot show.
fn check(bundle: &Bundle) {
    if bundle.check(&KEYS).is_ok() {
        let known = |known: &Bundle| Bundle { block: known.block.clone(), ..bundle.clone() } == *known;
        assert!(KNOWN.iter().any(known), "{bundle:?}");
        assert!(
            KNOWN.iter().all(|known| known.block.hash != bundle.block.hash) || KNOWN.contains(bundle),
            "{bundle:?}"
        );
    } else {
        assert!(!KNOWN.contains(bundle), "{bundle:?}");
    }
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
