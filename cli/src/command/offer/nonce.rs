//! Which number an offer gets among those of its content.

use alloy::rpc::types::Filter;
use contracts::ContentView;
use domain::{ChainEvent, OfferId};
use rand::{Rng, rngs::OsRng};

use crate::{failure::Failure, session::Session};

/// Offers that are set count up below this; offers that are signed off the chain, of which the chain does not know,
/// take random numbers from it on.
const FIRST_SIGNED: u32 = 1 << (OfferId::NONCE_BITS - 1);

/// The id that content's offer of this number has.
pub(super) fn offer_id(content: &ContentView, nonce: u32) -> Result<OfferId, Failure> {
    OfferId::of(content.content_no, nonce)
        .ok_or_else(|| Failure::usage(format!("--nonce {nonce} is not below {}", 1_u32 << OfferId::NONCE_BITS)))
}

/// The first number, counted from 1, that no offer of the content has, or the one asked for.
pub(super) async fn for_set(session: &Session, content: &ContentView, asked: Option<u32>) -> Result<u32, Failure> {
    if let Some(nonce) = asked {
        return free(session, content, nonce).await?.then_some(nonce).ok_or_else(|| taken(nonce));
    }
    let about = Filter::new().address(session.addresses().licenses).topic2(content.content_id.0);
    let told = session.chain.events_matching(about).await?;
    let used = told.into_iter().filter_map(|(_, event)| match event {
        ChainEvent::OfferSet(event) if event.terms.content_id == content.content_id => Some(event.terms.nonce),
        _ => None,
    });
    let mut nonce = used.filter(|nonce| *nonce < FIRST_SIGNED).max().map_or(1, |last| last + 1);
    while !free(session, content, nonce).await? {
        nonce += 1;
    }
    Ok(nonce)
}

/// A number that no offer of the content has, on the chain or, most probably, off it; or the one asked for.
pub(super) async fn for_signature(
    session: &Session,
    content: &ContentView,
    asked: Option<u32>,
) -> Result<u32, Failure> {
    if let Some(nonce) = asked {
        return free(session, content, nonce).await?.then_some(nonce).ok_or_else(|| taken(nonce));
    }
    loop {
        let nonce = OsRng.gen_range(FIRST_SIGNED..1 << OfferId::NONCE_BITS);
        if free(session, content, nonce).await? {
            return Ok(nonce);
        }
    }
}

async fn free(session: &Session, content: &ContentView, nonce: u32) -> Result<bool, Failure> {
    let status = session.chain.offer_status(offer_id(content, nonce)?).await?;
    Ok(!status.is_known() && !status.closed)
}

fn taken(nonce: u32) -> Failure {
    Failure::state(format!("this content had an offer with --nonce {nonce}")).fix("leave --nonce away, or name another")
}
