//! A guarded process cannot outlive its owner.
#![expect(clippy::unwrap_used, reason = "unwrap lives in tests")]

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anvil_scripts::{Guarded, GuardedOptions};

fn wait_until(what: &str, done: impl Fn() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(20);
    while !done() {
        assert!(Instant::now() < deadline, "waited in vain: {what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// A process that writes its number to `folder/pid` and then would run for an hour.
fn sleeper(folder: &Path) -> Command {
    let mut command = Command::new("/bin/sh");
    command.args(["-c", "echo $$ > pid.new; mv pid.new pid; exec sleep 3600"]).current_dir(folder);
    command
}

fn pid(folder: &Path) -> String {
    wait_until("the process has started", || folder.join("pid").exists());
    std::fs::read_to_string(folder.join("pid")).unwrap().trim().to_owned()
}

fn runs(pid: &str) -> bool {
    let mut kill = Command::new("/bin/sh");
    kill.args(["-c", &format!("kill -0 {pid}")]).stderr(Stdio::null());
    kill.status().unwrap().success()
}

#[test]
fn dropping_ends_it() {
    let folder = tempfile::tempdir().unwrap();
    let options = GuardedOptions::new(folder.path().join("log"));
    let process = Guarded::spawn(&sleeper(folder.path()), &options).unwrap();
    let pid = pid(folder.path());
    assert!(runs(&pid));
    drop(process);
    assert!(!runs(&pid));
}

#[test]
fn killing_is_what_a_crash_is() {
    let folder = tempfile::tempdir().unwrap();
    let options = GuardedOptions::new(folder.path().join("log"));
    let mut process = Guarded::spawn(&sleeper(folder.path()), &options).unwrap();
    let pid = pid(folder.path());
    assert_eq!(process.kill().unwrap().code(), Some(128 + 9));
    assert!(!runs(&pid));
}

#[test]
fn its_exit_code_and_output_are_kept() {
    let folder = tempfile::tempdir().unwrap();
    let options = GuardedOptions::new(folder.path().join("logs/log"));
    let mut command = Command::new("/bin/sh");
    command.args(["-c", "echo said $WORD; exit 3"]).env("WORD", "hello");
    let mut process = Guarded::spawn(&command, &options).unwrap();
    wait_until("it ends", || process_ended(&options));
    wait_until("its end is seen", {
        let cell = std::cell::RefCell::new(&mut process);
        move || cell.borrow_mut().exited().unwrap().and_then(|status| status.code()) == Some(3)
    });
    assert_eq!(process.log_tail(), "said hello");
}

fn process_ended(options: &GuardedOptions) -> bool {
    std::fs::read_to_string(&options.log).is_ok_and(|text| text.contains("hello"))
}

#[test]
fn one_that_ignores_the_stop_signal_is_killed() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = Command::new("/bin/sh");
    command
        .args(["-c", "trap '' TERM; echo $$ > pid.new; mv pid.new pid; while :; do sleep 1; done"])
        .current_dir(folder.path());
    let options = GuardedOptions::new(folder.path().join("log"));
    let process = Guarded::spawn(&command, &options).unwrap();
    let pid = pid(folder.path());
    drop(process);
    wait_until("it is killed", || !runs(&pid));
}

/// Runs in a process of its own, started by the next test.
#[test]
fn owner_that_waits_to_be_killed() {
    let Some(folder) = std::env::var_os("GUARDED_TEST_FOLDER") else { return };
    let folder = Path::new(&folder);
    let options = GuardedOptions::new(folder.join("log"));
    let _process = Guarded::spawn(&sleeper(folder), &options).unwrap();
    std::thread::sleep(Duration::from_secs(3600));
}

#[test]
fn it_ends_when_its_owner_is_killed() {
    let folder = tempfile::tempdir().unwrap();
    let mut owner = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "owner_that_waits_to_be_killed"])
        .env("GUARDED_TEST_FOLDER", folder.path())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let pid = pid(folder.path());
    assert!(runs(&pid));
    owner.kill().unwrap(); // SIGKILL
    owner.wait().unwrap();
    wait_until("the orphan is gone", || !runs(&pid));
}
