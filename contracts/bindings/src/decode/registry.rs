//! Events of the content registry.

use domain::{
    AttesterSet, ChainEvent, ContentId, ContentMeterChanged, ContentRegistered, ContentStatusChanged,
    ContentTransferProposed, ContentTransferred, ContentVersioned, CreatorLevelSet, MeterPublished,
};

use super::{DecodeProblem, RawLog};
use crate::abi::ContentRegistry as R;

pub(super) fn event(log: RawLog<'_>) -> Result<Option<ChainEvent>, DecodeProblem> {
    if let Some(e) = log.as_event::<R::AttesterSet>()? {
        return Ok(Some(AttesterSet { attester: e.attester }.into()));
    }
    if let Some(e) = log.as_event::<R::ContentMeterChanged>()? {
        return Ok(Some(ContentMeterChanged { content_id: ContentId(e.contentId), meter_id: e.meterId.into() }.into()));
    }
    if let Some(e) = log.as_event::<R::ContentRegistered>()? {
        return Ok(Some(
            ContentRegistered {
                content_id: ContentId(e.contentId),
                creator: e.creator,
                content_no: e.contentNo,
                content_hash: e.contentHash,
                cid: e.cid,
                key_commitment: e.keyCommitment,
                metadata_cid: e.metadataCid,
                kind: e.kind.try_into()?,
                meter_id: e.meterId.into(),
            }
            .into(),
        ));
    }
    if let Some(e) = log.as_event::<R::ContentStatusChanged>()? {
        return Ok(Some(
            ContentStatusChanged { content_id: ContentId(e.contentId), status: e.status.try_into()? }.into(),
        ));
    }
    if let Some(e) = log.as_event::<R::ContentTransferProposed>()? {
        return Ok(Some(ContentTransferProposed { content_id: ContentId(e.contentId), pending: e.pending }.into()));
    }
    if let Some(e) = log.as_event::<R::ContentTransferred>()? {
        return Ok(Some(
            ContentTransferred { content_id: ContentId(e.contentId), from: e.from, to: e.to, generation: e.generation }
                .into(),
        ));
    }
    if let Some(e) = log.as_event::<R::ContentVersioned>()? {
        return Ok(Some(
            ContentVersioned {
                content_id: ContentId(e.contentId),
                version: e.version,
                content_hash: e.contentHash,
                cid: e.cid,
                key_commitment: e.keyCommitment,
                metadata_cid: e.metadataCid,
            }
            .into(),
        ));
    }
    if let Some(e) = log.as_event::<R::CreatorLevelSet>()? {
        return Ok(Some(CreatorLevelSet { creator: e.creator, level: e.level, attester: e.attester }.into()));
    }
    if let Some(e) = log.as_event_with_text::<R::MeterPublished>()? {
        return Ok(Some(
            MeterPublished {
                meter_id: e.meterId.into(),
                owner: e.owner,
                key_x: e.keyX,
                key_y: e.keyY,
                key_hash: e.keyHash,
                signer: e.signer,
                url: e.url,
            }
            .into(),
        ));
    }
    Ok(None)
}
