//! A proof of metered use: its file, and how several are settled together.

use std::path::{Path, PathBuf};

use alloy::primitives::U256;
use contracts::UsageBatch;
use domain::{ChainEvent, LicenseId};
use serde::{Deserialize, Serialize};
use statement::usage::Capacity;

use crate::{
    failure::{Failure, OrFail},
    home::make_private_dir,
    session::Session,
    submit::Transaction,
};

/// Proofs that one call settles at most: more of them hardly cost less each.
pub const MOST_AT_ONCE: usize = 32;

/// One proof: what `--out` writes and `usage settle --proof` reads.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Proved {
    /// The license.
    pub license_id: LicenseId,
    /// Its lane.
    pub lane: u32,
    /// In which keying of the license.
    #[serde(default)]
    pub epoch: u32,
    /// Events that its circuit holds at most; files from before there were two sizes do not say.
    #[serde(default = "the_only_capacity_once")]
    pub capacity: Capacity,
    /// Events in it.
    pub events: usize,
    /// Units in it.
    pub units: u32,
    /// The head that it starts from; zero: genesis.
    pub head_before: U256,
    /// The head that it ends at.
    pub head_after: U256,
    /// First second of its window.
    pub window_start: u64,
    /// Last second of its window.
    pub window_end: u64,
    /// The eight numbers of the verifier.
    pub proof: [U256; 8],
    /// How long it took.
    pub proving_millis: u64,
}

const fn the_only_capacity_once() -> Capacity {
    Capacity::Events128
}

impl Proved {
    /// What the chain is told of it.
    #[must_use]
    pub fn batch(&self) -> UsageBatch {
        UsageBatch {
            license_id: self.license_id,
            lane: self.lane,
            epoch: self.epoch,
            head_after: self.head_after,
            window_start: self.window_start,
            window_end: self.window_end,
            units: self.units,
            capacity: self.capacity.into(),
            proof: self.proof,
        }
    }

    /// Writes it below `folder`, and gives the file.
    pub(crate) fn write(&self, folder: &Path) -> Result<PathBuf, Failure> {
        // A folder that is there belongs to somebody, with the permissions that it has.
        if !folder.is_dir() {
            make_private_dir(folder)?;
        }
        let path = folder.join(format!("license-{}-lane-{}-{:#x}.json", self.license_id, self.lane, self.head_after));
        let text = serde_json::to_vec_pretty(self).or_fail(|| "cannot write the proof".into())?;
        std::fs::write(&path, text).or_fail(|| format!("cannot write `{}`", path.display()))?;
        Ok(path)
    }

    /// Reads one of a license.
    pub(super) fn read(file: &Path, license_id: LicenseId) -> Result<Self, Failure> {
        let text = std::fs::read(file).or_usage(|| format!("cannot read `{}`", file.display()))?;
        let proved: Self = serde_json::from_slice(&text)
            .or_usage(|| format!("`{}` is not a proof that `usage prove --out` wrote", file.display()))?;
        if proved.license_id != license_id {
            return Err(Failure::usage(format!(
                "`{}` is about license {}, not {license_id}",
                file.display(),
                proved.license_id
            )));
        }
        Ok(proved)
    }
}

/// Settles proofs in the order given, as many of one capacity in a row as a call takes. Anyone may.
pub(crate) async fn settle(session: &Session, proofs: &[Proved]) -> Result<Vec<Transaction>, Failure> {
    let mut transactions = Vec::new();
    for (settled, run) in runs(proofs) {
        let sent = settle_run(session, run).await;
        transactions.push(sent.map_err(|failure| match settled {
            0 => failure,
            _ => failure.fix(format!("{settled} proofs before this one were settled: run it again for the rest")),
        })?);
    }
    Ok(transactions)
}

async fn settle_run(session: &Session, run: &[Proved]) -> Result<Transaction, Failure> {
    let batches: Vec<_> = run.iter().map(Proved::batch).collect();
    let call = match &batches[..] {
        [one] => session.addresses().settle_usage(one),
        many => session.addresses().settle_usage_many(many),
    };
    let sent = session.submit(call).await?;
    let told = sent.events.iter().filter(|event| matches!(event, ChainEvent::UsageProved(_))).count();
    if told != run.len() {
        return Err(Failure::mismatch(format!(
            "{} succeeded ({}) but told of {told} proofs instead of {}",
            sent.transaction.action,
            sent.transaction.hash,
            run.len()
        ))
        .fix("the network's description names other contracts"));
    }
    Ok(sent.transaction)
}

/// Runs of one capacity that a call takes, each with how many proofs come before it.
fn runs(proofs: &[Proved]) -> impl Iterator<Item = (usize, &[Proved])> {
    let mut before = 0;
    let of_one_capacity = proofs.chunk_by(|a, b| a.capacity == b.capacity);
    of_one_capacity.flat_map(|run| run.chunks(MOST_AT_ONCE)).map(move |run| {
        before += run.len();
        (before - run.len(), run)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn proved(capacity: Capacity) -> Proved {
        Proved {
            license_id: LicenseId(1),
            lane: 0,
            epoch: 0,
            capacity,
            events: 1,
            units: 1,
            head_before: U256::ZERO,
            head_after: U256::from(1),
            window_start: 1,
            window_end: 2,
            proof: [U256::ZERO; 8],
            proving_millis: 1,
        }
    }

    #[test]
    fn a_call_takes_proofs_of_one_capacity_and_never_more_than_32() {
        let (short, long) = (proved(Capacity::Events128), proved(Capacity::Events1024));
        let mut proofs = vec![long.clone(); 65];
        proofs.extend([short.clone(), short, long]);
        let found: Vec<_> = runs(&proofs).map(|(before, run)| (before, run.len(), run[0].capacity.events())).collect();
        assert_eq!(found, [(0, 32, 1024), (32, 32, 1024), (64, 1, 1024), (65, 2, 128), (67, 1, 1024)]);
        assert_eq!(runs(&[]).count(), 0);
    }

    #[test]
    fn a_file_from_before_there_were_two_sizes_is_of_128() {
        let mut file = serde_json::to_value(proved(Capacity::Events1024)).unwrap();
        assert_eq!(file["capacity"], 1024);
        file.as_object_mut().unwrap().remove("capacity");
        assert_eq!(serde_json::from_value::<Proved>(file.clone()).unwrap().capacity, Capacity::Events128);
        file["capacity"] = 129.into();
        let refused = serde_json::from_value::<Proved>(file).unwrap_err().to_string();
        assert!(refused.contains("capacity is 128 or 1024"), "{refused}");
    }

    #[cfg(unix)]
    #[test]
    fn a_folder_for_proofs_keeps_its_permissions_and_a_new_one_is_private() {
        use std::os::unix::fs::PermissionsExt;

        let dir = tempfile::tempdir().unwrap();
        let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
        let (old, new) = (dir.path().join("old"), dir.path().join("new"));
        std::fs::create_dir(&old).unwrap();
        std::fs::set_permissions(&old, std::fs::Permissions::from_mode(0o755)).unwrap();
        let proved = proved(Capacity::Events128);
        proved.write(&old).unwrap();
        proved.write(&new).unwrap();
        assert_eq!((mode(&old), mode(&new)), (0o755, 0o700));
    }
}
