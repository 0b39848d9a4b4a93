//! Events of the usage tracker.

use domain::{ChainEvent, ComplianceProved, ContentId, Context, UsageProved, UsageSigned};

use super::{DecodeProblem, RawLog};
use crate::{abi::UsageTracker as U, convert};

pub(super) fn event(log: RawLog<'_>) -> Result<Option<ChainEvent>, DecodeProblem> {
    if let Some(e) = log.as_event::<U::ComplianceProved>()? {
        return Ok(Some(
            ComplianceProved {
                license_id: e.licenseId.try_into()?,
                content_id: ContentId(e.contentId),
                ctx: Context(e.ctx),
                lane: e.lane,
                epoch: e.epoch,
                head: e.head,
                as_of: convert::secs(e.asOf),
                max_allowed: e.maxAllowed,
            }
            .into(),
        ));
    }
    if let Some(e) = log.as_event::<U::UsageProved>()? {
        return Ok(Some(
            UsageProved {
                license_id: e.licenseId.try_into()?,
                content_id: ContentId(e.contentId),
                ctx: Context(e.ctx),
                lane: e.lane,
                epoch: e.epoch,
                head_before: e.headBefore,
                head_after: e.headAfter,
                window_start: convert::secs(e.windowStart),
                window_end: convert::secs(e.windowEnd),
                units: e.units,
                proved_total: e.provedTotal,
                settled_total: e.settledTotal,
                settled_units: e.settledUnits,
            }
            .into(),
        ));
    }
    if let Some(e) = log.as_event::<U::UsageSigned>()? {
        return Ok(Some(
            UsageSigned {
                license_id: e.licenseId.try_into()?,
                content_id: ContentId(e.contentId),
                ctx: Context(e.ctx),
                lane: e.lane,
                epoch: e.epoch,
                seq: e.seq,
                head: e.head,
                time: convert::secs(e.time),
                signed_total: e.signedTotal,
                settled_total: e.settledTotal,
                settled_units: e.settledUnits,
            }
            .into(),
        ));
    }
    Ok(None)
}
