//! Proving as a service: metered use becomes jobs, workers prove them, and anybody settles the proofs.

use alloy::primitives::U256;
use anyhow::Context;
use cli::Session;
use domain::LicenseId;
use e2e::{Ran, Result, TestStack, datavault, run_to_end, sale};
use serde_json::Value;

struct Story {
    at: TestStack,
    company: Session,
    license: LicenseId,
    queue: String,
}

impl Story {
    async fn new(name: &str) -> Result<Self> {
        let at = TestStack::start(name).await?;
        let (creator, company) = (at.session("creator").await?, at.session("company1").await?);
        let content = sale::content(&at, &creator, "served.bin", &[7; 50_000]).await?.content_id;
        let offer = sale::served_offer(&creator, content, &[]).await?;
        let license = sale::buy_units(&company, offer, 40).await?;
        let database = format!("datavault_queue_{}", name.replace('-', "_"));
        let queue = at.stack.postgres.create_database(&database).await?.to_string();
        Ok(Self { at, company, license, queue })
    }

    async fn fetch(&self, count: u64, lanes: u32) -> Result {
        let words = ["--count".to_owned(), count.to_string(), "--lanes".into(), lanes.to_string()];
        let words = [vec![self.license.to_string()], words.to_vec(), vec!["--chunk".into(), "1024".into()]].concat();
        let done = cli::command::content::fetch::run(&self.company, cli::parse_args(words)?).await?;
        assert_eq!(done.units, count);
        Ok(())
    }

    /// `datavault prover …` of an actor, on this queue.
    async fn prover(&self, actor: &str, words: &[&str]) -> Result<Ran> {
        let mut command = self.at.command(actor)?;
        command.env("DATAVAULT_PROVER_DATABASE_URL", &self.queue).arg("prover").args(words).arg("--json");
        run_to_end(command).await
    }

    async fn submit(&self) -> Result<Value> {
        self.prover("company1", &["submit", &self.license.to_string(), "--batch", "2"]).await?.report()
    }

    /// What is due of the deposit so far, in units.
    async fn drawn(&self) -> Result<u64> {
        let due = self.at.facts(self.license).await?.payment.due.0;
        Ok((due / U256::from(sale::UNIT_PRICE)).to())
    }

    async fn count(&self, state: &str) -> Result<usize> {
        let listed = self.prover("anyone", &["jobs", "--state", state]).await?.report()?;
        Ok(listed["jobs"].as_array().context("jobs")?.len())
    }
}

/// The sum of a number over lanes.
fn sum(report: &Value, field: &str) -> u64 {
    report["lanes"].as_array().into_iter().flatten().filter_map(|lane| lane[field].as_u64()).sum()
}

#[tokio::test]
async fn queued_use_is_proved_by_workers_and_settled_by_anybody_once() -> Result {
    let it = Story::new("prover-queue").await?;
    let license = it.license.to_string();
    it.fetch(9, 3).await?;

    // Submitting again adds nothing; somebody else's wallet has no receipts to submit.
    let submitted = it.submit().await?;
    assert_eq!((sum(&submitted, "queued"), sum(&submitted, "new_jobs")), (9, 6));
    assert_eq!(sum(&it.submit().await?, "queued"), 0);
    it.prover("company2", &["submit", &license]).await?.json_error(3)?;

    // A worker with another wallet cannot prove them, and says so.
    let refused = it.prover("company2", &["work", "--until-empty"]).await?.json_error(3)?;
    let told = refused["message"].as_str().context("message")?;
    assert!(told.contains("6 jobs wait for other licensee keys"), "{told}");

    // Two workers of the company share the rest of it between them.
    let work = ["work", "--until-empty", "--workers", "2", "--threads", "1"];
    let cancelled = it.prover("anyone", &["cancel", "6"]).await?.report()?;
    assert_eq!(cancelled["cancelled"][0]["was"], "queued");
    let (one, other) = tokio::join!(it.prover("company1", &work), it.prover("company1", &work));
    let (one, other) = (one?.report()?, other?.report()?);
    let proofs = |report: &Value| report["proofs"].as_u64().unwrap_or_default();
    assert_eq!(proofs(&one) + proofs(&other), 5, "{one} {other}");

    // Anybody collects and settles; what was cancelled is missing, and added later.
    let folder = it.at.folder().join("proofs").display().to_string();
    let collected = it.prover("anyone", &["collect", &license, "--out", &folder]).await?.report()?;
    assert_eq!((sum(&collected, "proofs"), sum(&collected, "units")), (5, 8));
    let mut settle = vec!["usage".to_owned(), "settle".into(), license.clone(), "--json".into()];
    for file in collected["files"].as_array().context("files")? {
        settle.extend(["--proof".to_owned(), file.as_str().context("file")?.to_owned()]);
    }
    let settle: Vec<_> = settle.iter().map(String::as_str).collect();
    it.at.run("anyone", &settle).await?.report()?;
    assert_eq!(it.drawn().await?, 8);

    // More use, and what was cancelled: only that is queued, proved and settled.
    it.fetch(2, 1).await?;
    let submitted = it.submit().await?;
    assert_eq!((sum(&submitted, "queued"), sum(&submitted, "settled")), (3, 8));
    assert_eq!((it.count("queued").await?, it.count("done").await?), (2, 5));
    let proved = it.prover("company1", &["work", "--until-empty"]).await?.report()?;
    assert_eq!(proofs(&proved), 2);
    it.prover("anyone", &["retry", "1"]).await?.json_error(3)?;
    let collected = it.prover("anyone", &["collect", &license, "--submit"]).await?.report()?;
    assert_eq!((sum(&collected, "events"), it.drawn().await?), (3, 11));
    let again = it.prover("anyone", &["collect", &license, "--submit"]).await?.report()?;
    assert_eq!((sum(&again, "proofs"), again["transactions"].as_array().map(Vec::len)), (0, Some(0)));

    // Proving without the queue goes on from there, and the queue from what was proved without it.
    it.fetch(3, 1).await?;
    datavault!(it.company, usage::prove, [it.license, "--submit", "--batch", 1])?;
    assert_eq!((sum(&it.submit().await?, "queued"), it.drawn().await?), (0, 14));
    Ok(())
}

#[tokio::test]
async fn a_worker_that_is_killed_or_interrupted_loses_nothing() -> Result {
    let it = Story::new("prover-killed").await?;
    it.fetch(6, 1).await?;
    let license = it.license.to_string();
    let submitted = it.prover("company1", &["submit", &license, "--batch", "1"]).await?.report()?;
    assert_eq!(sum(&submitted, "new_jobs"), 6);

    let spawn = || -> Result<tokio::process::Child> {
        let mut command = it.at.command("company1")?;
        command.env("DATAVAULT_PROVER_DATABASE_URL", &it.queue).args(["prover", "work", "--lease", "2"]);
        command.stdout(std::process::Stdio::null()).stderr(std::process::Stdio::null());
        Ok(tokio::process::Command::from(command).kill_on_drop(true).spawn()?)
    };
    let done = async |at_least: usize| {
        e2e::eventually("proofs are made", async || Ok((it.count("done").await? >= at_least).then_some(()))).await
    };
    // Interrupted, it ends by itself and leaves nothing running.
    let mut polite = spawn()?;
    done(1).await?;
    let interrupt =
        std::process::Command::new("kill").args(["-INT", &polite.id().context("pid")?.to_string()]).status()?;
    assert!(interrupt.success() && polite.wait().await?.success());
    assert_eq!(it.count("running").await?, 0);

    // Killed at work, what it was at is free after its lease.
    let mut killed = spawn()?;
    done(2).await?;
    killed.kill().await?;
    let proved = it.prover("company1", &["work", "--until-empty"]).await;
    proved?.report()?;
    assert_eq!((it.count("done").await?, it.count("failed").await?), (6, 0));
    let collected = it.prover("anyone", &["collect", &license, "--submit"]).await?.report()?;
    assert_eq!((sum(&collected, "proofs"), it.drawn().await?), (6, 6));
    Ok(())
}
