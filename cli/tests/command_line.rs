//! The binary as a user meets it, where no chain is needed: help, and errors that say what to do.

use std::{
    path::Path,
    process::{Command, Output},
};

/// Runs `datavault` in `folder` with nothing of the caller's environment that it reads.
fn datavault(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_datavault"));
    command.args(arguments).current_dir(folder).env("HOME", folder).env("COLUMNS", "100").env("NO_COLOR", "1");
    for variable in ["NETWORK", "HOME", "KEYSTORE", "PASSWORD_FILE", "PRIVATE_KEY", "ACTOR", "LOG"] {
        command.env_remove(format!("DATAVAULT_{variable}"));
    }
    command.output().expect("the binary was built with this test")
}

/// Exit code and stderr, with the folder's name taken out.
fn failure(folder: &Path, arguments: &[&str]) -> String {
    let output = datavault(folder, arguments);
    assert!(output.stdout.is_empty(), "a failure prints nothing on stdout");
    let text = String::from_utf8(output.stderr).expect("messages are UTF-8");
    let text = text.replace(&folder.display().to_string(), "<folder>");
    format!("exit {}\n{text}", output.status.code().unwrap_or(-1))
}

/// A stack file whose node does not answer.
fn silent_network(folder: &Path) {
    let contracts =
        ["ContentRegistry", "LicenseManager", "PaymentEscrow", "UsageTracker", "DisputeResolution", "VerifierSets"];
    let contracts: Vec<_> =
        contracts.iter().enumerate().map(|(i, name)| format!("\"{name}\":\"0x{:040x}\"", i + 1)).collect();
    let text = format!(
        "{{\"rpc_url\":\"http://127.0.0.1:9\",\"contracts\":{{{}}},\"actors\":{{\"creator\":{{\"private_key\":\"0x{}\"}}}}}}",
        contracts.join(","),
        "11".repeat(32)
    );
    std::fs::write(folder.join("stack.json"), text).expect("a temporary folder is writable");
}

#[test]
fn help_names_every_command() {
    let folder = tempfile::tempdir().unwrap();
    let help = |arguments: &[&str]| String::from_utf8(datavault(folder.path(), arguments).stdout).unwrap();
    insta::assert_snapshot!("help", help(&["--help"]));
    for noun in ["content", "offer", "license", "key", "meter", "usage", "escrow", "dispute", "wallet"] {
        insta::assert_snapshot!(format!("help_{noun}"), help(&[noun, "--help"]));
    }
    insta::assert_snapshot!("help_content_register", help(&["content", "register", "--help"]));
    insta::assert_snapshot!("help_offer_set", help(&["offer", "set", "--help"]));
    insta::assert_snapshot!("help_license_buy", help(&["license", "buy", "--help"]));
    insta::assert_snapshot!("help_prover_export", help(&["prover", "export", "--help"]));
}

#[test]
fn every_command_shows_an_example() {
    let folder = tempfile::tempdir().unwrap();
    let definition = datavault_cli::Arguments::definition();
    for noun in definition.get_subcommands() {
        for verb in noun.get_subcommands() {
            let help = datavault(folder.path(), &[noun.get_name(), verb.get_name(), "--help"]).stdout;
            let help = String::from_utf8(help).unwrap();
            assert!(help.contains("Example"), "`{} {}` shows no example", noun.get_name(), verb.get_name());
            assert!(help.contains("--json") && help.contains("--network"));
        }
    }
}

#[test]
fn a_missing_network_says_how_to_start_one() {
    let folder = tempfile::tempdir().unwrap();
    insta::assert_snapshot!(failure(folder.path(), &["content", "list"]));
    insta::assert_snapshot!(failure(folder.path(), &["content", "list", "--network", "nowhere"]));
}

#[test]
fn a_silent_node_is_named() {
    let folder = tempfile::tempdir().unwrap();
    silent_network(folder.path());
    let text = failure(folder.path(), &["content", "list", "--network", "stack.json"]);
    assert!(text.starts_with("exit 4\nerror: RPC http://127.0.0.1:9 does not answer"), "{text}");
    let json = failure(folder.path(), &["content", "list", "--network", "stack.json", "--json"]);
    assert!(
        json.contains("\"code\": \"unreachable\"") && json.contains("\"fix\": \"check that the node runs"),
        "{json}"
    );
}

#[test]
fn arguments_that_mean_nothing_are_explained() {
    let folder = tempfile::tempdir().unwrap();
    let at = |arguments: &[&str]| failure(folder.path(), arguments);
    insta::assert_snapshot!(at(&["license", "show", "seven"]));
    insta::assert_snapshot!(at(&["content", "fetch", "1", "--range", "9-3"]));
    let content = format!("0x{}", "ab".repeat(32));
    insta::assert_snapshot!(at(&["offer", "set", &content, "--price", "1", "--payee", "0x12:5"]));
    insta::assert_snapshot!(at(&["offer", "set", "0x12", "--price", "1"]));
    insta::assert_snapshot!(at(&["dispute", "rule", "1", "--for", "nobody"]));
    insta::assert_snapshot!(at(&["wallet", "new", "--password-file", "missing"]));
}

#[test]
fn a_private_key_is_never_an_argument() {
    let folder = tempfile::tempdir().unwrap();
    let text = failure(folder.path(), &["wallet", "show", "--private-key", "0x11"]);
    assert!(text.contains("unexpected argument '--private-key'"), "{text}");
}

#[test]
fn a_wallet_is_made_and_kept_encrypted() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("password"), "correct horse\n").unwrap();
    let output = datavault(folder.path(), &["wallet", "new", "--password-file", "password", "--json"]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let keystore = std::fs::read_to_string(report["keystore"].as_str().unwrap()).unwrap();
    assert!(keystore.contains("\"kdf\""), "{keystore}");
}

#[test]
fn completions_are_printed_for_a_shell() {
    let folder = tempfile::tempdir().unwrap();
    let script = datavault(folder.path(), &["completions", "bash"]).stdout;
    assert!(String::from_utf8(script).unwrap().contains("_datavault"));
}

#[test]
fn an_example_is_exported_without_network_or_wallet() {
    let folder = tempfile::tempdir().unwrap();
    let keys = concat!(env!("CARGO_MANIFEST_DIR"), "/../target/keys");
    let export = ["prover", "export", "key_delivery", "--example", "--with-key", "--keys", keys, "--out", "files"];
    let told = datavault(folder.path(), &export);
    assert!(told.status.success(), "{}", String::from_utf8_lossy(&told.stderr));
    let told = String::from_utf8(told.stdout).unwrap();
    assert!(told.contains("SECRET") && told.contains("snarkjs groth16 verify"), "{told}");
    let again = datavault(folder.path(), &[&export[..], &["--json"]].concat());
    let report: serde_json::Value = serde_json::from_slice(&again.stdout).unwrap();
    let files = report["files"].as_array().unwrap();
    let secrets: Vec<_> = files.iter().filter(|file| file["is_secret"] == true).collect();
    assert_eq!((files.len(), secrets.len()), (6, 1));
    assert_eq!(secrets[0]["sha256"], serde_json::Value::Null);

    let read = |name: &str| std::fs::read(folder.path().join("files").join(name)).unwrap();
    let rows = groth16::format::r1cs::read(&read("key_delivery.r1cs")).unwrap();
    let wires = groth16::format::wtns::read(&read("key_delivery.wtns")).unwrap();
    assert_eq!(rows.broken_row(wires.values()), None);
    assert_eq!(groth16::format::json::read_public(&read("public.json")).unwrap().len(), rows.public);
    groth16::format::json::read_proof(&read("proof.json")).unwrap();
    groth16::format::json::read_verifying_key(&read("verification_key.json"), groth16::CircuitId::KeyDelivery).unwrap();
    let key = read("key_delivery.zkey");
    groth16::format::zkey::read(&key).unwrap().check_circuit(groth16::CircuitId::KeyDelivery).unwrap();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = |name: &str| std::fs::metadata(folder.path().join(name)).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode("files"), mode("files/key_delivery.wtns")), (0o700, 0o600));
    }
}

#[test]
fn an_export_of_nothing_says_what_is_missing() {
    let folder = tempfile::tempdir().unwrap();
    insta::assert_snapshot!(failure(folder.path(), &["prover", "export", "usage_7", "--example", "--out", "files"]));
    insta::assert_snapshot!(failure(folder.path(), &["prover", "export", "compliance", "--out", "files"]));
    let license = ["prover", "export", "usage_128", "--license", "1", "--out", "files"];
    insta::assert_snapshot!(failure(folder.path(), &license));
    let both = [&license[..], &["--example"]].concat();
    insta::assert_snapshot!(failure(folder.path(), &both));
}
