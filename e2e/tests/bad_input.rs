//! What people get wrong: one sentence says what and how to go on, the exit code says which kind, nothing is lost, and
//! the same command works once it is put right.

use std::net::TcpListener;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use alloy::primitives::{Address, B256, U256, utils::parse_ether};
use alloy::providers::ext::AnvilApi;
use alloy::signers::local::PrivateKeySigner;
use anvil_scripts::{ChainOptions, Devnet, Stack, StackOptions};
use anyhow::{Context, ensure};
use e2e::{Ran, Result, TestStack, binary, datavault, run_to_end, sale};
use serde_json::{Value, json};

/// `content register` of a file, by the creator.
async fn register(at: &TestStack, file: &Path) -> Result<Ran> {
    let file = file.to_str().context("a readable path")?;
    at.run("creator", &["content", "register", file, "--title", "A", "--license", "CC0-1.0"]).await
}

#[tokio::test]
async fn a_file_that_cannot_be_read_is_named_and_one_is_registered_once() -> Result {
    let at = TestStack::start("bad-file").await?;
    // Tests may run as root, whom no permission stops: a folder and a dangling link are unreadable to everybody.
    let folder = at.folder().join("a-folder");
    std::fs::create_dir(&folder)?;
    let dangling = at.folder().join("dangling.csv");
    std::os::unix::fs::symlink(at.folder().join("gone.csv"), &dangling)?;
    let missing = at.folder().join("missing.csv");
    for file in [&folder, &dangling, &missing] {
        let named = format!("cannot read `{}`", file.display());
        register(&at, file).await?.says(2, &[&named, "name a file that exists and that you may read"])?;
    }
    std::fs::write(at.folder().join("gone.csv"), b"a,b\n")?;
    assert_eq!(register(&at, &dangling).await?.code, 0, "the same command works once the file is there");

    let again = register(&at, &dangling).await?;
    again.says(3, &["dangling.csv` is registered already, by you, as content 0x", "`datavault offer set 0x"])?;
    // The same bytes under another name are the same content; another creator's are another's.
    let copy = at.file("copy.csv", b"a,b\n")?;
    register(&at, &copy).await?.says(3, &["copy.csv` is registered already"])?;
    let other = at.session("bad_creator").await?;
    datavault!(other, content::register, [copy.display(), "--title", "A", "--license", "CC0-1.0"])?;
    Ok(())
}

#[tokio::test]
async fn a_wrong_chain_and_a_chain_without_contracts_are_named() -> Result {
    let at = TestStack::start("bad-chain").await?;
    for (chain_id, code, says) in
        [(4_242, 2, "is chain 4242, the deployment is for 31337"), (31_337, 3, "has no code at 0x")]
    {
        let log = at.folder().join(format!("anvil-{chain_id}.log"));
        let options = ChainOptions { chain_id, log: Some(log), ..ChainOptions::default() };
        let other = Devnet::start(&at.stack.tools, &options).await?;
        let folder = at.described_otherwise("other", |stack| stack["rpc_url"] = json!(other.rpc_url))?;
        let ran = at.run_at(&folder, "creator", &["content", "list"]).await?;
        ran.says(code, &[says, other.rpc_url.as_str().trim_end_matches('/')])?;
        let error = at.run_at(&folder, "creator", &["content", "list", "--json"]).await?.json_error(code)?;
        ensure!(error["message"].as_str().is_some_and(|message| message.contains(says)), "{error}");
    }
    assert_eq!(at.run("creator", &["content", "list"]).await?.code, 0);
    Ok(())
}

#[tokio::test]
async fn a_node_that_does_not_answer_is_given_up_soon() -> Result {
    let at = TestStack::start("bad-node").await?;
    let closed = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
    // Accepts, as the kernel does for it, and never says a word.
    let silent = TcpListener::bind("127.0.0.1:0")?;
    for (address, limit) in [(closed, 5), (silent.local_addr()?, 20)] {
        for scheme in ["http", "ws"] {
            let url = format!("{scheme}://{address}");
            let folder = at.described_otherwise("silent", |stack| stack["rpc_url"] = json!(url))?;
            let started = Instant::now();
            let ran = at.run_at(&folder, "creator", &["license", "list"]).await?;
            ran.says(4, &[&format!("RPC {url}"), "does not answer"])?;
            ensure!(started.elapsed() < Duration::from_secs(limit), "{url}: gave up after {:?}", started.elapsed());
        }
    }
    let folder = at.described_otherwise("silent", |stack| stack["rpc_url"] = json!("ftp://127.0.0.1"))?;
    at.run_at(&folder, "creator", &["license", "list"]).await?.says(2, &["ftp://127.0.0.1", "is no RPC URL"]).map(drop)
}

/// The binary as somebody whom the stack does not know.
async fn run_as(at: &TestStack, who: &PrivateKeySigner, words: &[&str]) -> Result<Ran> {
    let mut command = at.command("nobody")?;
    command.env_remove("DATAVAULT_ACTOR").env("DATAVAULT_PRIVATE_KEY", who.to_bytes().to_string()).args(words);
    run_to_end(command).await
}

#[tokio::test]
async fn too_little_money_says_how_much_is_missing() -> Result {
    let at = TestStack::start("bad-balance").await?;
    let creator = at.session("creator").await?;
    let content = sale::content(&at, &creator, "a.bin", &[1; 4096]).await?.content_id;
    let in_eth = sale::served_offer(&creator, content, &[]).await?.to_string();
    let in_dollars = sale::key_offer(&creator, content, &[]).await?.to_string();
    let poor = PrivateKeySigner::from_bytes(&B256::repeat_byte(0x51))?;
    let me: Address = poor.address();
    let give =
        async |eth: &str| at.stack.chain.provider().anvil_set_balance(me, parse_ether(eth)?).await.context("eth");

    let gas = run_as(&at, &poor, &["wallet", "publish"]).await?;
    gas.says(
        3,
        &[&format!("{me} has 0 wei and needs "), "gas included", "wei are missing", "; send 0.0", "ETH to 0x"],
    )?;
    give("0.01").await?;
    let eth = run_as(&at, &poor, &["license", "buy", &in_eth, "--units", "1000"]).await?;
    eth.says(3, &[&format!("{me} has 0.01 ETH and needs 0.1 ETH: 0.09 ETH is missing; send 0.09 ETH to {me}")])?;
    let dollars = run_as(&at, &poor, &["license", "buy", &in_dollars]).await?;
    dollars.says(3, &[&format!("{me} has 0 dUSD and needs 25 dUSD: 25 dUSD is missing; send 25 dUSD to {me}")])?;
    let bond = run_as(&at, &poor, &["escrow", "withdraw"]).await?;
    bond.says(3, &[&format!("{me} has no balance of ETH in the escrow")])?;

    // The price alone does not pay for the gas.
    give("0.1").await?;
    let gas = run_as(&at, &poor, &["license", "buy", &in_eth, "--units", "1000"]).await?;
    gas.says(3, &["gas included", "wei are missing", "; send 0.0"])?;
    give("0.2").await?;
    let bought = run_as(&at, &poor, &["license", "buy", &in_eth, "--units", "1000", "--json"]).await?.report()?;
    assert_eq!(bought["bought"]["found"], false, "nothing had been bought before: {bought}");
    let held = creator.chain.token_balance(domain::Token::ETH, creator.addresses().escrow).await?;
    assert_eq!(held.0, U256::from(sale::UNIT_PRICE) * U256::from(1_000), "once");
    Ok(())
}

#[tokio::test]
async fn foreign_expired_used_up_and_unknown_things_are_refused() -> Result {
    let at = TestStack::start("bad-license").await?;
    let (creator, company) = (at.session("creator").await?, at.session("company1").await?);
    let content = sale::content(&at, &creator, "a.bin", &[1; 8192]).await?.content_id;
    let offer = sale::served_offer(&creator, content, &[]).await?;
    let license = sale::buy_units(&company, offer, 2).await?.to_string();
    let fetch = ["content", "fetch", &license, "--range", "0-1023"];

    let owner = company.wallet()?.address();
    let foreign = format!("license {license} belongs to {owner}, not to you");
    for words in [&fetch[..], &["key", "receive", &license], &["usage", "prove", &license]] {
        at.run("company2", words).await?.says(3, &[&foreign, "sign with its owner's key; you are 0x"])?;
    }
    let stranger = at.run("company2", &["usage", "settle", &license]).await?;
    stranger
        .says(3, &[&format!("license {license} belongs to {owner}"), "neither is you", "sign with the key of one"])?;
    let served = at.run("company1", &["key", "receive", &license]).await?;
    served.says(3, &["is served: its key stays with the meter", &format!("datavault content fetch {license}")])?;
    let bad_range = at.run("company1", &["content", "fetch", &license, "--range", "9000-9001"]).await?;
    bad_range.says(3, &["range 9000..9002 is not within the content's 8192 bytes"])?;
    assert_eq!(at.run("company1", &fetch).await?.code, 0);
    assert_eq!(at.run("company1", &fetch).await?.code, 0);
    let used_up = at.run("company1", &fetch).await?;
    used_up.says(3, &["2 of 2 units are used", "`datavault license buy`"])?;

    let second = sale::buy_units(&company, offer, 2).await?.to_string();
    at.travel(31 * 86_400).await?;
    let expired = at.run("company1", &["content", "fetch", &second, "--range", "0-9"]).await?;
    expired.says(3, &[&format!("license {second} expired at "), "`datavault license buy`"])?;
    // What was used is not lost with the license.
    let settled = at.run("company1", &["usage", "settle", &license, "--json"]).await?.report()?;
    assert_eq!(settled["settled_units"], 2, "{settled}");

    let nowhere = format!("0x{}", "ab".repeat(32));
    for (words, says) in [
        (&["license", "show", "99"][..], "license 99 does not exist"),
        (&["license", "buy", "99"], "offer 99 does not exist"),
        (&["escrow", "show", "99"], "payment 99 does not exist"),
        (&["escrow", "refund", "99"], "payment 99 does not exist"),
        (&["dispute", "show", "99"], "dispute 99 does not exist"),
        (&["dispute", "inspect", "99"], "dispute 99 does not exist"),
        (&["key", "deliver", "99"], "license 99 does not exist"),
        (&["content", "show", &nowhere], "is not registered"),
        (&["offer", "set", &nowhere, "--price", "1"], "is not registered"),
    ] {
        at.run("creator", words).await?.says(3, &[says])?;
        let error = at.run("creator", &[words, &["--json"]].concat()).await?.json_error(3)?;
        ensure!(error["code"] == "state" && error["message"].as_str().is_some_and(|m| m.contains(says)), "{error}");
    }
    Ok(())
}

#[tokio::test]
async fn a_damaged_description_of_the_network_is_named_with_its_field() -> Result {
    let at = TestStack::start("bad-stack-json").await?;
    let whole = std::fs::read_to_string(at.folder().join("stack.json"))?;
    let folder = at.described_otherwise("damaged", |_| {})?;
    let file = folder.join("stack.json");
    let run = async || at.run_at(&folder, "creator", &["offer", "list"]).await;
    for (text, says) in [
        (String::new(), "EOF"),
        (whole[..whole.len() / 2].to_owned(), "EOF"),
        (whole.replace("\"rpc_url\"", "\"rpc\""), "missing field `rpc_url`"),
        (whole.replace("http://", "not a url "), "relative URL without a base"),
        ("[]".into(), "not a description of a development network"),
    ] {
        std::fs::write(&file, text)?;
        let ran = run().await?;
        let sentence = ran.error(ran.code)?;
        ensure!(ran.code == 1 || ran.code == 3, "exit code {}", ran.code);
        for part in [says, "stack.json", "make up"] {
            ensure!(sentence.contains(part), "`{part}` is not in: {sentence}");
        }
    }
    // Without the deployment's own file, every contract must be in the description.
    let deployment = std::fs::read(folder.join("deployment.json"))?;
    std::fs::remove_file(folder.join("deployment.json"))?;
    std::fs::write(&file, whole.replace("\"PaymentEscrow\"", "\"Escrow\""))?;
    run().await?.says(3, &["stack.json` names no contract `PaymentEscrow`", "`make up`"])?;
    std::fs::write(folder.join("deployment.json"), &deployment[..40])?;
    std::fs::write(&file, &whole)?;
    let ran = run().await?;
    ran.says(ran.code, &["deployment", "make up"])?;
    std::fs::write(folder.join("deployment.json"), deployment)?;
    assert_eq!(run().await?.code, 0, "put right, it works");
    std::fs::remove_file(&file)?;
    run().await?.says(1, &["cannot read `", "stack.json", "start the development network with `make up`"])?;

    at.run("nobody", &["wallet", "show"]).await?.says(2, &["nobody", "can be one of anyone, arbitrator"])?;
    Ok(())
}

#[tokio::test]
async fn a_taken_port_is_named() -> Result {
    let at = TestStack::start("bad-port").await?;
    let taken = TcpListener::bind("127.0.0.1:0")?;
    let address = taken.local_addr()?.to_string();
    let serve = ["meter", "serve", "--listen", &address];
    let ran = at.run("bad_creator", &serve).await?;
    ran.says(1, &[&format!("cannot listen on {address}"), "if the port is taken, name another with --listen"])?;
    // The creator's meter runs already, on whatever port.
    let ran = at.run("creator", &["meter", "serve", "--listen", "127.0.0.1:0"]).await?;
    ran.says(3, &["the meter of this wallet runs already"])?;

    let port = taken.local_addr()?.port();
    let named = |name: &str| StackOptions {
        folder: at.folder().join(name),
        database_url: Some(at.stack.postgres.url().to_string()),
        ..StackOptions::named(name)
    };
    for options in [
        StackOptions { rpc_port: port, ..named("badport_rpc") },
        StackOptions { api_port: port, ..named("badport_api") },
        StackOptions { meter_port: port, ..named("badport_meter") },
    ] {
        let Err(error) = Stack::start(&options, |_| {}).await else { anyhow::bail!("a taken port was used") };
        let sentence = format!("{error:#}");
        ensure!(sentence.contains(&format!("port {port}")) && sentence.contains("taken"), "{sentence}");
    }
    drop(taken);
    let options = StackOptions { api_port: port, ..named("badport_api") };
    Stack::start(&options, |_| {}).await.context("the port is free now")?;
    Ok(())
}

#[tokio::test]
async fn a_missing_tool_names_the_package_to_install() -> Result {
    let bin = anvil_scripts::target_dir().join("e2e/bad-path-bin");
    let _ = std::fs::remove_dir_all(&bin);
    std::fs::create_dir_all(&bin)?;
    for (program, package) in [("node", "nodejs"), ("npm", "npm"), ("cc", "gcc libc6-dev")] {
        let mut command = Command::new(binary("anvil-scripts")?);
        command.arg("tools").env("PATH", &bin);
        let ran = run_to_end(command).await?;
        assert_ne!(ran.code, 0, "{}", ran.stdout);
        let sentence = format!("`{program}` is not in PATH: install it (Debian: `apt-get install {package}`)");
        ensure!(ran.stderr.contains(&sentence), "{}", ran.stderr);
        // The next round misses the next program.
        std::fs::write(bin.join(program), "")?;
    }
    Ok(())
}

#[tokio::test]
async fn errors_are_json_where_json_was_asked_for() -> Result {
    let at = TestStack::start("bad-json").await?;
    let missing = at.folder().join("missing.csv");
    let missing = missing.to_str().context("a readable path")?;
    for (words, code, word) in [
        (&["content", "register", missing, "--title", "A", "--license", "CC0-1.0"][..], 2, "usage"),
        (&["license", "show", "99"], 3, "state"),
        (&["license", "show", "ninety-nine"], 2, "usage"),
        (&["license", "sell"], 2, "usage"),
        (&["content", "register"], 2, "usage"),
        (&["escrow", "withdraw", "--token", "dEUR"], 2, "usage"),
    ] {
        let error: Value = at.run("creator", &[words, &["--json"]].concat()).await?.json_error(code)?;
        ensure!(error["code"] == word, "{words:?}: {error}");
    }
    // Asking for help is no error.
    let help = at.run("creator", &["license", "--help", "--json"]).await?;
    ensure!(help.code == 0 && help.stdout.contains("Usage:"), "{}{}", help.stdout, help.stderr);
    Ok(())
}
