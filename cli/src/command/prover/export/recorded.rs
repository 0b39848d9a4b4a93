//! What a license's receipts prove.

use alloy::primitives::U256;
use domain::{Context, LicenseId};
use gateway::{
    client::{ProvableRange, Receipts},
    journal::{DatabaseError, Lane},
};
use groth16::{CircuitId, UsageWitness, format::Instance};
use statement::{
    compliance,
    usage::{Capacity, Window},
};

use super::Args;
use crate::{
    blocks::blocking,
    command::{content::fetch::receipts, usage::prove::lanes},
    failure::{Failure, OrFail},
    session::Session,
};

const UNREADABLE: &str = "cannot read the receipts";

/// The witness that the circuit takes of a license.
pub(super) async fn instance(session: &Session, license: LicenseId, args: &Args) -> Result<Instance, Failure> {
    let capacity = match args.circuit {
        CircuitId::KeyDelivery => {
            return Err(Failure::usage(
                "no witness of key_delivery is kept: who delivered a key forgot its randomness",
            )
            .fix("export --example"));
        }
        CircuitId::Compliance => None,
        usage => Capacity::ALL.into_iter().find(|capacity| CircuitId::from(*capacity) == usage),
    };
    if args.max.is_some() && capacity.is_some() {
        return Err(Failure::usage(format!("{} takes no --max: it is for compliance", args.circuit)));
    }
    let view = session.own_license(license).await?.view;
    let meter = session.meter_key(view.meter_id).await?;
    let store = receipts(session).await?;
    let (lane, ctx) = only(lanes(&store, license, args.lane).await?, view.epoch, license)?;
    let licensee = session.licensee_keys()?.secret;
    let Some(capacity) = capacity else {
        let max_allowed = args.max.ok_or_else(|| {
            Failure::usage("compliance is with a limit").fix("say what the units do not exceed: --max UNITS")
        })?;
        let (state, meter_signature) = last(&store, ctx).await?.ok_or_else(|| nothing(lane))?;
        return Ok(Instance::Compliance(compliance::Witness { licensee, state, meter, meter_signature, max_allowed }));
    };
    let head = match args.settled {
        true => U256::ZERO,
        false => session.chain.lane_state(Context(ctx)).await?.proved_head,
    };
    let range = range(&store, ctx, head, capacity).await?.ok_or_else(|| nothing(lane))?;
    let (Some(first), Some(last)) = (range.events.first(), range.events.last()) else {
        return Err(nothing(lane));
    };
    let window = Window::new(first.time, last.time).or_fail(|| "the receipts' times make no window".into())?;
    let ProvableRange { before, events, after } = range;
    let meter_signature = after.meter_eddsa;
    Ok(Instance::Usage(capacity, UsageWitness { licensee, before, events, meter, meter_signature, window }))
}

fn nothing(lane: Lane) -> Failure {
    Failure::state(format!("lane {} has no events that were not settled", lane.lane))
        .fix("export what was settled: --settled")
}

/// The lane of the license's present keys, if there is only one.
fn only(lanes: Vec<(Lane, U256)>, epoch: u32, license: LicenseId) -> Result<(Lane, U256), Failure> {
    // Only who had the keys of an epoch can prove its events.
    let mut present: Vec<_> = lanes.into_iter().filter(|(lane, _)| lane.epoch == epoch).collect();
    match (present.pop(), present.as_slice()) {
        (Some(lane), []) => Ok(lane),
        (None, _) => Err(Failure::state(format!("license {license} has no receipts under its present keys"))),
        (Some(last), others) => {
            let names: Vec<_> = others.iter().chain([&last]).map(|(lane, _)| lane.lane.to_string()).collect();
            Err(Failure::usage(format!("license {license} has the lanes {}", names.join(", ")))
                .fix("name one with --lane"))
        }
    }
}

/// The state at the last head that both sides signed, with the meter's signature.
async fn last(store: &Receipts, ctx: U256) -> Result<Option<(statement::Accumulator, statement::Signature)>, Failure> {
    let reading = store.clone();
    let read = move || {
        let Some(last) = reading.last(ctx)? else { return Ok(None) };
        let state = reading.accumulator_at(ctx, last.head.head)?;
        Ok::<_, DatabaseError>(state.zip(Some(last.meter_eddsa)))
    };
    blocking(read).await?.or_fail(|| UNREADABLE.into())
}

/// The first events from a head on, as many as the circuit takes.
async fn range(store: &Receipts, ctx: U256, head: U256, capacity: Capacity) -> Result<Option<ProvableRange>, Failure> {
    let reading = store.clone();
    blocking(move || reading.provable_from(ctx, head, capacity.events())).await?.or_fail(|| UNREADABLE.into())
}
