//! `anvil-scripts demo` and `up`, as somebody at a terminal meets them.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::collections::HashSet;
use std::fs::File;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use anvil_scripts::target_dir;
use anyhow::{Context, bail, ensure};
use e2e::{Ran, Result};
use serde_json::Value;
use tokio::process::{Child, Command};

const PATIENCE: Duration = Duration::from_secs(120);

/// A program of this workspace, beside the tests' folder.
fn binary(name: &str) -> Result<PathBuf> {
    let own = std::env::current_exe()?;
    let built = own.ancestors().skip(1).take(2).map(|folder| folder.join(name)).find(|path| path.is_file());
    built.with_context(|| format!("`{name}` is not built"))
}

/// `anvil-scripts` in a folder of the test's own, printing into a file.
struct Running {
    child: Child,
    log: PathBuf,
}

impl Running {
    fn start(words: &[&str], folder: &Path, log: &str) -> Result<Self> {
        let log = folder.with_extension(log);
        let file = File::create(&log)?;
        let mut command = Command::new(binary("anvil-scripts")?);
        command.args(words).arg("--folder").arg(folder).env_remove("DATAVAULT_HOME").kill_on_drop(true);
        command.stdin(Stdio::null()).stdout(file.try_clone()?).stderr(file);
        Ok(Self { child: command.spawn()?, log })
    }

    fn said(&self) -> Result<String> {
        Ok(std::fs::read_to_string(&self.log)?)
    }

    /// Waits until it printed something.
    async fn says(&mut self, text: &str) -> Result {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let said = self.said()?;
            if said.contains(text) {
                return Ok(());
            }
            if let Some(status) = self.child.try_wait()? {
                bail!("it ended ({status}):\n{said}");
            }
            ensure!(Instant::now() < deadline, "it never says `{text}`:\n{said}");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    async fn ended(&mut self) -> Result<(i32, String)> {
        let status = tokio::time::timeout(PATIENCE, self.child.wait()).await??;
        Ok((status.code().unwrap_or(-1), self.said()?))
    }

    /// Ctrl-C, and what it leaves: every process that it had started must be gone.
    async fn interrupted(mut self) -> Result<(i32, String)> {
        let pid = self.child.id().context("it ended already")?;
        let family = descendants(pid)?;
        ensure!(!family.is_empty(), "it started nothing");
        let sent = std::process::Command::new("kill").args(["-INT", &pid.to_string()]).status()?;
        ensure!(sent.success(), "the signal was not sent");
        let ended = self.ended().await?;
        let left: Vec<_> = family.iter().filter(|process| process.lives()).collect();
        ensure!(left.is_empty(), "left behind: {left:?}");
        Ok(ended)
    }
}

/// A process: its id alone may be another's by now.
#[derive(Debug, PartialEq, Eq, Hash)]
struct Process {
    pid: u32,
    parent: u32,
    started: u64,
    command_line: String,
}

impl Process {
    fn read(pid: u32) -> Option<Self> {
        let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
        // After the name in brackets: state, parent, …, and the start as the 20th.
        let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
        let command_line = std::fs::read(format!("/proc/{pid}/cmdline")).ok()?;
        let command_line = String::from_utf8_lossy(&command_line).replace('\0', " ");
        let zombie = fields.first() == Some(&"Z");
        (!zombie).then_some(())?;
        Some(Self { pid, parent: fields.get(1)?.parse().ok()?, started: fields.get(19)?.parse().ok()?, command_line })
    }

    fn lives(&self) -> bool {
        Self::read(self.pid).is_some_and(|now| now.started == self.started)
    }
}

fn descendants(root: u32) -> Result<HashSet<Process>> {
    let pids = std::fs::read_dir("/proc")?.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok());
    let all: Vec<Process> = pids.filter_map(Process::read).collect();
    let (mut family, mut known) = (HashSet::new(), HashSet::from([root]));
    loop {
        let more: Vec<u32> =
            all.iter().filter(|p| known.contains(&p.parent) && !known.contains(&p.pid)).map(|p| p.pid).collect();
        if more.is_empty() {
            break;
        }
        known.extend(more);
    }
    family.extend(all.into_iter().filter(|process| process.pid != root && known.contains(&process.pid)));
    Ok(family)
}

/// The report is whole, and everything that it checked holds.
fn check_report(folder: &Path) -> Result {
    let report: Value = serde_json::from_slice(&std::fs::read(folder.join("report.json"))?)?;
    let list = |name: &str| report[name].as_array().with_context(|| format!("no {name}: {report}"));
    let steps: HashSet<u64> = list("steps")?.iter().map(|step| step["number"].as_u64().unwrap()).collect();
    assert_eq!(steps, (1..=10).collect(), "every step was played");
    let checks = list("checks")?;
    let failed: Vec<_> = checks.iter().filter(|check| check["holds"] != true).collect();
    assert!(failed.is_empty(), "{failed:?}");
    for step in 1..=9 {
        assert!(checks.iter().any(|check| check["step"] == step), "step {step} checked nothing");
    }
    assert_eq!(report["fetches"]["count"], 200);
    assert_eq!(
        list("sizes")?.iter().filter(|size| size["sealed_bytes"].as_u64() > size["bytes"].as_u64()).count(),
        list("sizes")?.len()
    );
    assert!(list("sizes")?.len() >= 4);
    let circuits: HashSet<_> = list("proofs")?.iter().map(|proof| proof["circuit"].as_str().unwrap()).collect();
    assert!(circuits.contains("usage_128") && circuits.len() >= 2, "{circuits:?}");
    for name in ["gas", "money", "contracts"] {
        assert!(!list(name)?.is_empty(), "{name}");
    }
    Ok(())
}

#[tokio::test]
async fn the_demo_is_whole_again_and_again_and_ctrl_c_leaves_nothing() -> Result {
    let folder = target_dir().join("e2e-demo");
    // Ctrl-C in the middle of things.
    for moment in ["deploying the contracts", "Offer:", "Prove and settle:"] {
        let mut first = Running::start(&["demo"], &folder, "first.log")?;
        first.says(moment).await?;
        let (code, said) = first.interrupted().await?;
        assert_eq!(code, 130, "{said}");
    }

    let mut second = Running::start(&["demo"], &folder, "second.log")?;
    second.says("Buy:").await?;
    let (code, said) = Running::start(&["demo"], &folder, "meanwhile.log")?.ended().await?;
    assert_ne!(code, 0);
    assert!(said.contains("a stack is running in") && said.contains("Ctrl-C"), "{said}");
    let (code, said) = second.ended().await?;
    assert_eq!(code, 0, "{said}");
    check_report(&folder)?;

    let (code, said) = Running::start(&["demo"], &folder, "third.log")?.ended().await?;
    assert_eq!(code, 0, "{said}");
    check_report(&folder)
}

#[tokio::test]
async fn up_describes_its_stack_keeps_it_and_ends_it() -> Result {
    const FREE: [&str; 7] = ["up", "--rpc-port", "0", "--api-port", "0", "--meter-port", "0"];
    let folder = target_dir().join("e2e-up");
    let mut up = Running::start(&FREE, &folder, "log")?;
    up.says("Ctrl-C ends it").await?;
    let path = folder.join("stack.json");
    let stack: Value = serde_json::from_slice(&std::fs::read(&path)?)?;
    for field in ["rpc_url", "ws_url", "database_url", "api_url", "meter_url"] {
        reqwest::Url::parse(stack[field].as_str().with_context(|| format!("no {field}"))?)?;
    }
    for contract in ["ContentRegistry", "LicenseManager", "PaymentEscrow", "UsageTracker", "DisputeResolution"] {
        stack["contracts"][contract].as_str().unwrap().parse::<alloy::primitives::Address>()?;
    }
    for actor in ["creator", "company1", "company2", "company3", "arbitrator", "platform"] {
        let actor = &stack["actors"][actor];
        let key: alloy::signers::local::PrivateKeySigner = actor["private_key"].as_str().unwrap().parse()?;
        assert_eq!(key.address(), actor["address"].as_str().unwrap().parse::<alloy::primitives::Address>()?);
    }
    let service = |name: &str, path: &str| format!("{}{path}", stack[name].as_str().unwrap());
    assert!(reqwest::get(service("api_url", "ready")).await?.status().is_success());
    assert!(reqwest::get(service("meter_url", "health")).await?.status().is_success());

    // The binary works against it, as anybody.
    let file = folder.join("story.txt");
    std::fs::write(&file, "once upon a time")?;
    let datavault = async |actor: &str, words: &[&str]| {
        let mut command = Command::new(binary("datavault")?);
        command.arg("--network").arg(&path).arg("--json").args(words).env("DATAVAULT_ACTOR", actor);
        command.env_remove("DATAVAULT_HOME").env_remove("DATAVAULT_PRIVATE_KEY").stdin(Stdio::null());
        Ran::from(command.output().await?).report()
    };
    let file = file.display().to_string();
    datavault("arbitrator", &["wallet", "publish"]).await?;
    let registered =
        datavault("creator", &["content", "register", &file, "--title", "T", "--license", "CC0-1.0"]).await?;
    let id = registered["content_id"].as_str().unwrap();
    let offered = datavault("creator", &["offer", "set", id, "--key", "--price", "25", "--token", "dUSD"]).await?;
    let offer = offered["offer_id"].to_string();
    let bought = datavault("company1", &["license", "buy", &offer]).await?;
    assert_eq!(bought["bought"]["found"], false, "{bought}");
    let listed = datavault("company2", &["content", "list"]).await?;
    assert!(listed.to_string().contains(id), "{listed}");

    // Its ports are taken.
    for (flag, field) in [("--rpc-port", "rpc_url"), ("--api-port", "api_url"), ("--meter-port", "meter_url")] {
        let port = reqwest::Url::parse(stack[field].as_str().unwrap())?.port().unwrap().to_string();
        let mut words = FREE.to_vec();
        let place = words.iter().position(|word| *word == flag).unwrap() + 1;
        words[place] = &port;
        let (code, said) = Running::start(&words, &target_dir().join("e2e-up-taken"), "log")?.ended().await?;
        assert_ne!(code, 0, "{flag} {port}");
        assert!(said.contains(&port), "{flag} {port}: {said}");
    }
    // So is its folder; and what no stack wrote is not emptied.
    let (code, said) = Running::start(&FREE, &folder, "again.log")?.ended().await?;
    assert_ne!(code, 0);
    assert!(said.contains("a stack is running in"), "{said}");
    let foreign = target_dir().join("e2e-foreign");
    std::fs::create_dir_all(&foreign)?;
    std::fs::write(foreign.join("thesis.txt"), "years of work")?;
    let (code, said) = Running::start(&FREE, &foreign, "log")?.ended().await?;
    assert_ne!(code, 0);
    assert!(said.contains("no stack wrote it") && foreign.join("thesis.txt").exists(), "{said}");

    let ports: Vec<u16> = ["rpc_url", "api_url", "meter_url"]
        .map(|field| reqwest::Url::parse(stack[field].as_str().unwrap()).unwrap().port().unwrap())
        .to_vec();
    let (code, said) = up.interrupted().await?;
    assert_eq!(code, 0, "{said}");
    for port in ports {
        TcpListener::bind(("127.0.0.1", port)).with_context(|| format!("port {port} is still taken"))?;
    }
    Ok(())
}
