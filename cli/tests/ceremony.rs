//! A ceremony by the commands that people type, at the smallest size.

use std::{
    io::Write,
    path::Path,
    process::{Command, Stdio},
};

/// A circuit of four rows `x · x = y`, in iden3's format.
fn r1cs() -> Vec<u8> {
    const ROWS: u32 = 4;
    const PRIME: [u64; 4] = [0x43e1f593f0000001, 0x2833e84879b97091, 0xb85045b68181585d, 0x30644e72e131a029];
    let prime: Vec<u8> = PRIME.iter().flat_map(|limb| limb.to_le_bytes()).collect();
    let words = |words: &[u32]| words.iter().flat_map(|word| word.to_le_bytes()).collect::<Vec<u8>>();
    let wires = ROWS + 2;
    let header = [words(&[32]), prime, words(&[wires, 1, 0, 1, wires, 0, ROWS])].concat();
    let term = |wire: u32| words(&[1, wire, 1, 0, 0, 0, 0, 0, 0, 0]);
    let wire = |step: u32| if step == ROWS { 1 } else { 2 + step };
    let rows = (0..ROWS).flat_map(|step| [wire(step), wire(step), wire(step + 1)]).flat_map(term).collect();
    let labels = (0..wires).flat_map(|label| words(&[label, 0])).collect();
    let mut file = [b"r1cs".to_vec(), words(&[1, 3])].concat();
    for (number, section) in [header, rows, labels].iter().enumerate() {
        file.extend(words(&[number as u32 + 1, section.len() as u32, 0]));
        file.extend(section);
    }
    file
}

/// Exit code, and what was printed as JSON.
fn ceremony(folder: &Path, arguments: &[&str], typed: &str) -> (i32, serde_json::Value) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_datavault"));
    command.args(["ceremony", "--json"]).args(arguments).current_dir(folder).env("HOME", folder);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("the binary was built with this test");
    child.stdin.take().expect("stdin is piped").write_all(typed.as_bytes()).expect("a line fits into the pipe");
    let output = child.wait_with_output().expect("it ends");
    let said = if output.status.success() { output.stdout } else { output.stderr };
    let json = serde_json::from_slice(&said).unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&said)));
    (output.status.code().unwrap_or(-1), json)
}

#[test]
fn three_people_make_a_key() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    std::fs::write(folder.join("squares.r1cs"), r1cs()).unwrap();
    let run = |arguments: &str, typed: &str| {
        let (code, json) = ceremony(folder, &arguments.split(' ').collect::<Vec<_>>(), typed);
        assert_eq!(code, 0, "{arguments}: {json}");
        json
    };
    let fails = |arguments: &str, expected: i32, said: &str| {
        let (code, json) = ceremony(folder, &arguments.split(' ').collect::<Vec<_>>(), "");
        let message = json["error"]["message"].as_str().unwrap_or_default().to_owned();
        assert!(code == expected && message.contains(said), "{arguments}: {code} {json}");
    };
    fails("new c --circuit squares --development-powers", 2, "there is no circuit `squares`");
    fails("contribute c --name Alice", 3, "no ceremony.json");
    run("new c --circuit squares --r1cs squares.r1cs --development-powers", "");
    fails("new c --circuit squares --r1cs squares.r1cs --development-powers", 3, "holds a ceremony already");
    fails("verify c --running", 5, "gamma equals delta");
    run("contribute c --name Alice", "");
    run("contribute c --name Bob --entropy --note dice", "3 5 1 6 2\n");
    let handed = run("contribute --from c/0002-bob.zkey --to sent.zkey --name Carol", "");
    fails("contribute --from c/0002-bob.zkey --to sent.zkey --name Carol", 2, "exists already");
    let accepted = run("accept c sent.zkey", "");
    assert_eq!(accepted["hash"], handed["hash"]);
    assert_eq!(accepted["index"], 3);
    fails("accept c sent.zkey", 5, "not made from the newest key");
    fails("finalize c --out keys --development", 3, "no beacon");
    fails("beacon c --value xyz", 2, "not 1 to 255 bytes of hexadecimal");
    fails("beacon c --value 0a --iterations-exp 63", 2, "iterations-exp");
    run("beacon c --value 0a0b0c", "");
    fails("contribute c --name Dave", 3, "ended this ceremony after 3 contributions");
    fails("verify c", 5, "powers of tau were made for development");
    fails("verify c --development --at-least 4", 3, "3 people contributed");
    let carol = format!("Carol={}", handed["hash"].as_str().unwrap());
    let verified = run(&format!("verify c --development --expect {carol} --key c/0004-beacon.zkey"), "");
    assert_eq!(verified["contributions"].as_array().unwrap().len(), 3);
    fails(&format!("verify c --development --expect {}", carol.replace("Carol", "Mallory")), 5, "no step is `Mallory`");
    let finalized = run("finalize c --out keys --development", "");
    assert_eq!(finalized["verified"]["key_sha256"], verified["key_sha256"]);
    assert!(folder.join("keys/squares.vk.json").is_file());
    let status = run("status c", "");
    assert_eq!(status["transcript"]["steps"][1]["note"], "dice");
    assert_eq!(status["ended"], true);

    std::fs::copy(folder.join("c/0001-alice.zkey"), folder.join("c/0002-bob.zkey")).unwrap();
    fails("verify c --development", 5, "0002-bob.zkey has SHA-256");
}

#[test]
fn a_contribution_killed_at_any_time_leaves_a_ceremony_that_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    std::fs::write(folder.join("squares.r1cs"), r1cs()).unwrap();
    let run = |arguments: &str| {
        let (code, json) = ceremony(folder, &arguments.split(' ').collect::<Vec<_>>(), "");
        assert_eq!(code, 0, "{arguments}: {json}");
        json
    };
    run("new c --circuit squares --r1cs squares.r1cs --development-powers");
    for milliseconds in (0..40).step_by(4) {
        let mut command = Command::new(env!("CARGO_BIN_EXE_datavault"));
        command.args(["ceremony", "contribute", "c", "--name", "Alice"]).current_dir(folder).env("HOME", folder);
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        std::thread::sleep(std::time::Duration::from_millis(milliseconds));
        child.kill().unwrap();
        child.wait().unwrap();
        let steps = run("status c")["transcript"]["steps"].as_array().unwrap().len();
        if steps > 0 {
            run("verify c --running --trust-powers");
        }
    }
    run("contribute c --name Bob");
    run("verify c --running");
    let left = std::fs::read_dir(folder.join("c")).unwrap().flatten();
    let left: Vec<_> = left.filter(|entry| entry.file_name().to_string_lossy().starts_with(".step")).collect();
    assert!(left.is_empty(), "killed steps left {left:?}");
}
