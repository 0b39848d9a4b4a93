//! A settled proof leaves the chain in a file: anybody makes it, anybody checks it without a network, and a node tells
//! whether the chain still agrees.

use std::path::{Path, PathBuf};

use alloy::network::TransactionBuilder;
use alloy::primitives::U256;
use alloy::providers::Provider;
use alloy::providers::ext::AnvilApi;
use alloy::rpc::types::TransactionRequest;
use anyhow::{Context, ensure};
use domain::LicenseId;
use e2e::{Ran, Result, TestStack, binary, datavault, run_to_end, sale};
use serde_json::Value;

/// Where the examples of the unit tests are; written anew if `DATAVAULT_UPDATE_BUNDLES` is set.
const EXAMPLES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../cli/src/bundle/tests");

/// `datavault verify` in an empty folder, with no network and nothing else that it could read.
async fn verify(at: &TestStack, bundle: &Path, more: &[&str]) -> Result<Ran> {
    let folder = at.folder().join("elsewhere");
    std::fs::create_dir_all(&folder)?;
    let mut command = std::process::Command::new(binary("datavault")?);
    command.env_clear().current_dir(folder).arg("verify").arg(bundle).args(more);
    run_to_end(command).await
}

/// Settles two proofs of a license with one call, amid other transactions of the same block.
async fn settle_amid_others(at: &TestStack, license: LicenseId) -> Result {
    let company = at.session("company1").await?;
    let proved = datavault!(company, usage::prove, [license, "--batch", 4])?.proofs;
    let batches: Vec<_> = proved.iter().map(cli::command::usage::proved::Proved::batch).collect();
    ensure!(batches.len() == 2, "two proofs were expected: {batches:?}");
    let settle = company.addresses().settle_usage_many(&batches);
    let from = at.session("anyone").await?.wallet()?.address();
    let provider = at.stack.chain.provider();
    provider.anvil_set_auto_mine(false).await?;
    let nonce = provider.get_transaction_count(from).await?;
    let mut pending = Vec::new();
    for i in 0..5 {
        let request = TransactionRequest::default().with_from(from).with_nonce(nonce + i);
        let request = match i {
            3 => request.with_to(settle.to).with_input(settle.input.clone()).with_gas_limit(3_000_000),
            _ => request.with_to(from).with_value(U256::from(i)).with_gas_limit(21_000),
        };
        pending.push(provider.send_transaction(request).await?);
    }
    provider.anvil_set_auto_mine(true).await?;
    at.stack.chain.mine(1).await?;
    for transaction in pending {
        ensure!(transaction.get_receipt().await?.status(), "a transaction failed");
    }
    Ok(())
}

async fn metered(at: &TestStack) -> Result<LicenseId> {
    let (creator, company) = (at.session("creator").await?, at.session("company1").await?);
    let content = sale::content(at, &creator, "served.bin", &[7; 50_000]).await?.content_id;
    let offer = sale::served_offer(&creator, content, &[]).await?;
    let license = sale::buy_units(&company, offer, 40).await?;
    datavault!(company, content::fetch, [license, "--count", 7, "--chunk", 1024])?;
    Ok(license)
}

fn update_example(name: &str, bundle: &Path) -> Result {
    if std::env::var_os("DATAVAULT_UPDATE_BUNDLES").is_some() {
        std::fs::copy(bundle, Path::new(EXAMPLES).join(name))?;
        let manifest = Path::new(env!("CARGO_MANIFEST_DIR")).join("../prover/groth16/keys/manifest.json");
        std::fs::copy(manifest, Path::new(EXAMPLES).join("manifest.json"))?;
    }
    Ok(())
}

#[tokio::test]
async fn a_settled_proof_is_checked_offline_and_a_node_tells_when_the_chain_forgot_it() -> Result {
    let at = TestStack::start("bundle-usage").await?;
    let license = metered(&at).await?;
    let l = license.to_string();
    at.run("anyone", &["usage", "bundle", &l, "--out", "none.json"]).await?.says(3, &["no such proof of license"])?;
    settle_amid_others(&at, license).await?;

    // A stranger makes bundles from the chain alone.
    let ran = at.run("anyone", &["usage", "bundle", &l, "--out", "newest.json", "--json"]).await?.report()?;
    let newest: PathBuf = at.folder().join("newest.json");
    assert_eq!(ran["bundles"][0]["shows"]["statement"]["usage"]["units"], 3, "{ran}");
    let all = at.run("anyone", &["usage", "bundle", &l, "--all", "--out", "all", "--json"]).await?.report()?;
    assert_eq!(all["bundles"].as_array().map(Vec::len), Some(2), "{all}");
    for bundle in all["bundles"].as_array().into_iter().flatten() {
        let file = at.folder().join(bundle["file"].as_str().context("a file")?);
        ensure!(verify(&at, &file, &[]).await?.code == 0, "{}", file.display());
    }
    update_example("usage.json", &newest)?;

    let ran = verify(&at, &newest, &[]).await?;
    let sentence = e2e::finished(&ran)?;
    for part in [
        &format!("License {l} used 3 units between "),
        "settled by contract 0x",
        "pass --tracker",
        "proof, log and block agree",
        "development keys",
        "pass --rpc",
    ] {
        assert!(sentence.contains(part), "`{part}` is not in: {sentence}");
    }
    let shown = verify(&at, &newest, &["--json"]).await?.report()?;
    assert_eq!((&shown["inclusion"], &shown["shows"]["development_keys"]), (&Value::Null, &true.into()), "{shown}");

    let tracker = shown["shows"]["tracker"].as_str().context("a tracker")?;
    let known = verify(&at, &newest, &["--tracker", tracker]).await?;
    let known = e2e::finished(&known)?;
    assert!(!known.contains("pass --tracker"), "{known}");
    let other = ["--tracker", "0x000000000000000000000000000000000000dEaD"];
    verify(&at, &newest, &other).await?.says(1, &["`tracker` is 0x", "not the contract"])?;

    // The chain has it, until it is reorganised.
    let rpc = at.stack.chain.rpc_url.to_string();
    let confirmations = async || {
        let shown = verify(&at, &newest, &["--rpc", &rpc, "--json"]).await?.report()?;
        shown["inclusion"]["confirmations"].as_u64().with_context(|| shown.to_string())
    };
    let first = confirmations().await?;
    at.stack.chain.mine(2).await?;
    assert_eq!(confirmations().await?, first + 2);
    let silent = ["--rpc", "http://127.0.0.1:9"];
    verify(&at, &newest, &silent).await?.says(1, &["http://127.0.0.1:9 does not answer"])?;
    at.stack.chain.reorg(first + 2).await?;
    assert_eq!(verify(&at, &newest, &[]).await?.code, 0, "the file shows what it showed");
    verify(&at, &newest, &["--rpc", &rpc]).await?.says(1, &["`block.hash`", "no longer on the chain", "now"])?;
    Ok(())
}

#[tokio::test]
async fn a_damaged_bundle_and_an_attestation_say_what_they_are() -> Result {
    let at = TestStack::start("bundle-attested").await?;
    let license = metered(&at).await?;
    let l = license.to_string();
    let company = at.session("company1").await?;
    datavault!(company, usage::attest, [license, "--max", 1000])?;
    let words = ["usage", "bundle", &l, "--attested", "--out", "attested.json"];
    at.run("anyone", &words).await.and_then(|ran| e2e::finished(&ran).map(drop))?;
    let bundle = at.folder().join("attested.json");
    update_example("compliance.json", &bundle)?;
    let ran = verify(&at, &bundle, &[]).await?;
    assert!(e2e::finished(&ran)?.contains(&format!("license {l} had used at most 1000 units by ")), "{ran:?}");

    let mut forged: Value = serde_json::from_slice(&std::fs::read(&bundle)?)?;
    forged["statement"]["compliance"]["max_allowed"] = 10.into();
    let file = at.file("forged.json", serde_json::to_vec(&forged)?)?;
    let error = verify(&at, &file, &["--json"]).await?.json_error(1)?;
    assert_eq!(error["fields"][0], "statement.compliance.max_allowed", "{error}");
    assert_eq!(error["code"], "mismatch");
    let text = at.file("text.json", b"a letter")?;
    verify(&at, &text, &[]).await?.says(1, &["text.json", "is not what a bundle has there"])?;
    verify(&at, Path::new("missing.json"), &[]).await?.says(1, &["cannot read `missing.json`"])?;
    Ok(())
}
