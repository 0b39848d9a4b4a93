//! Step 5: metered fetches, with both sides killed in the middle.

use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use domain::LicenseId;
use gateway::client::Receipts;

use super::offer::UNIT_BYTES;
use super::register::{FILES, SERVED};
use super::{Play, made};
use crate::stack::datavault;
use crate::{Guarded, GuardedOptions};

/// How many fetches company 1 makes.
pub const FETCHES: u64 = 200;
/// Over how many lanes.
pub const LANES: u64 = 2;
const KILL_METER_AT: u64 = 60;
const KILL_CLIENT_AT: u64 = 130;
const TIMEOUT: Duration = Duration::from_secs(120);
const POLL: Duration = Duration::from_millis(5);

impl Play<'_> {
    pub(super) async fn fetch(&mut self) -> Result<()> {
        let license = made(self.licenses.per_use, "per-use license")?;
        let receipts = Receipts::open(&self.cast.company1.home()?.receipts())?;
        let started = Instant::now();

        let mut client = self.start_client(license, "first")?;
        let killed_at = self.wait_for_fetches(&mut client, &receipts, license, KILL_METER_AT).await?;
        self.stack.meter.kill()?;
        self.tell.fact(&format!("the meter is killed with SIGKILL after {killed_at} fetches; the client keeps asking"));
        self.stack.meter.restart().await?;

        let killed_at = self.wait_for_fetches(&mut client, &receipts, license, KILL_CLIENT_AT).await?;
        client.kill()?;
        self.tell.fact(&format!("the client is killed with SIGKILL after {killed_at} fetches"));

        let mut client = self.start_client(license, "second")?;
        self.wait_for_fetches(&mut client, &receipts, license, FETCHES).await?;
        self.wait_for_end(&mut client).await?;
        let millis = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.report.fetched(FETCHES, FETCHES * u64::from(UNIT_BYTES), millis);

        self.compare_both_sides(&receipts, license).await?;
        let got = std::fs::read(self.stack.folder().join("fetched.part"))?;
        let file = std::fs::read(self.stack.tools.datasets.join(FILES[SERVED].0))?;
        self.check(
            file.starts_with(&got),
            format!("the {} bytes that came are those of {}", got.len(), FILES[SERVED].0),
        )
    }

    /// The binary, since it has to die in the middle. The same `--job` makes a second run continue the first.
    fn start_client(&self, license: LicenseId, run: &str) -> Result<Guarded> {
        let words = [
            license.to_string(),
            "--count".into(),
            FETCHES.to_string(),
            "--lanes".into(),
            LANES.to_string(),
            "--chunk".into(),
            UNIT_BYTES.to_string(),
            "--job".into(),
            "story".into(),
        ];
        self.tell.command("company1", "content", "fetch", &words);
        let mut command = datavault(self.stack.folder(), self.stack.actors.company1.name)?;
        command.args(["content", "fetch"]).args(words).arg("--out").arg(self.stack.folder().join("fetched.part"));
        let log = self.stack.folder().join(format!("client-{run}.log"));
        Ok(Guarded::spawn(&command, &GuardedOptions::new(log))?)
    }

    /// Waits until so many fetches have a receipt; gives how many have.
    async fn wait_for_fetches(
        &self,
        client: &mut Guarded,
        receipts: &Receipts,
        license: LicenseId,
        at: u64,
    ) -> Result<u64> {
        let bar = self.tell.bar("metered fetches", FETCHES);
        let started = Instant::now();
        loop {
            let done = receipted(receipts, license)?;
            bar.set_position(done);
            if done >= at {
                return Ok(done);
            }
            if let Some(status) = client.exited()? {
                bail!("the client ended ({status}) after {done} fetches:\n{}", client.log_tail());
            }
            if started.elapsed() > TIMEOUT {
                bail!("{done} of {at} fetches after {} s:\n{}", TIMEOUT.as_secs(), client.log_tail());
            }
            tokio::time::sleep(POLL).await;
        }
    }

    async fn wait_for_end(&self, client: &mut Guarded) -> Result<()> {
        let started = Instant::now();
        loop {
            match client.exited()? {
                Some(status) if status.success() => return Ok(()),
                Some(status) => bail!("the client ended ({status}):\n{}", client.log_tail()),
                None if started.elapsed() > TIMEOUT => bail!("the client does not end:\n{}", client.log_tail()),
                None => tokio::time::sleep(POLL).await,
            }
        }
    }

    /// The last head of each lane, as the licensee keeps it and as the meter does.
    async fn compare_both_sides(&mut self, receipts: &Receipts, license: LicenseId) -> Result<()> {
        let journal = gateway::meter::journal(&self.cast.creator.home()?.meter())?;
        let (mut events, mut units) = (0, 0);
        for (lane, ctx) in receipts.lanes(license)? {
            let Some(kept) = receipts.last(ctx)? else { bail!("lane {} has no receipt", lane.lane) };
            let same = journal.last(ctx)?.is_some_and(|entry| entry.countersigned == kept);
            self.check(same, format!("lane {}: both sides are at event {}", lane.lane, kept.head.seq))?;
            events += kept.head.seq;
            units += kept.head.total;
        }
        self.check(
            (events, units) == (FETCHES, FETCHES),
            format!("{FETCHES} fetches, {FETCHES} units: nothing lost, nothing charged twice"),
        )
    }
}

fn receipted(receipts: &Receipts, license: LicenseId) -> Result<u64> {
    let mut done = 0;
    for (_, ctx) in receipts.lanes(license)? {
        done += receipts.last(ctx)?.map_or(0, |last| last.head.seq);
    }
    Ok(done)
}
