//! Settled use.

use alloy_primitives::U256;

use super::{Ledger, LedgerError, same};
use crate::{LicenseId, UsageProved, UsageSigned};

/// Where settlement of a lane stands, as `IUsageTracker.laneState` answers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Lane {
    /// Zero: genesis.
    pub proved_head: U256,
    /// Units proved.
    pub proved_total: u64,
    /// Units in the last head that was settled by signatures.
    pub signed_total: u64,
    /// The larger of the two.
    pub settled_total: u64,
    /// Unix seconds.
    pub last_window_end: u64,
}

impl Ledger {
    pub(super) fn usage_proved(&mut self, e: &UsageProved) -> Result<(), LedgerError> {
        let lane = self.lanes.entry(e.ctx).or_default();
        let before = lane.settled_total;
        same("UsageProved", || "the head that the range starts at".to_owned(), e.head_before, lane.proved_head)?;
        let proved = lane.proved_total + u64::from(e.units);
        same("UsageProved", || "the lane's proved total".to_owned(), e.proved_total, proved)?;
        let settled = proved.max(lane.signed_total);
        same("UsageProved", || "the lane's settled total".to_owned(), e.settled_total, settled)?;
        (lane.proved_head, lane.proved_total) = (e.head_after, proved);
        (lane.settled_total, lane.last_window_end) = (settled, e.window_end);
        self.settle("UsageProved", e.license_id, settled - before, e.settled_units)
    }

    pub(super) fn usage_signed(&mut self, e: &UsageSigned) -> Result<(), LedgerError> {
        let lane = self.lanes.entry(e.ctx).or_default();
        let before = lane.settled_total;
        let grew = e.signed_total > lane.signed_total;
        same("UsageSigned", || "whether the lane's signed total grew".to_owned(), grew, true)?;
        let settled = e.signed_total.max(lane.proved_total);
        same("UsageSigned", || "the lane's settled total".to_owned(), e.settled_total, settled)?;
        (lane.signed_total, lane.settled_total) = (e.signed_total, settled);
        self.settle("UsageSigned", e.license_id, settled - before, e.settled_units)
    }

    fn settle(&mut self, event: &'static str, id: LicenseId, added: u64, told: u64) -> Result<(), LedgerError> {
        let units = self.settled_units.entry(id).or_default();
        *units += added;
        same(event, || format!("what is settled of license {id}"), told, *units)
    }
}
