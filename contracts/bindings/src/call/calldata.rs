//! Reads proofs back out of the calldata of the transactions that settled them.

use alloy::sol_types::SolCall;

use super::{ComplianceStatement, UsageBatch};
use crate::{
    abi::UsageTracker::{self as U, ComplianceStatement as AbiStatement, UsageBatch as AbiUsageBatch},
    convert,
};

/// How many places of one input are tried. An honest one has one or two; a hostile one shall not cost minutes.
const PLACES: usize = 64;

/// Every usage batch that calldata holds.
///
/// A settlement need not be sent by itself: a company's account or a multicall passes the tracker's calldata on inside
/// of its own, so the tracker's selectors are looked for anywhere. What merely looks like a settlement may be among
/// the answers: compare them with the log.
#[must_use]
pub fn usage_batches_in(input: &[u8]) -> Vec<UsageBatch> {
    let one = calls_in::<U::settleUsageCall>(input).map(|call| vec![call.batch]);
    let many = calls_in::<U::settleUsageManyCall>(input).map(|call| call.batches);
    one.chain(many).flatten().filter_map(batch).collect()
}

/// Every compliance statement that calldata holds, found as by [`usage_batches_in`].
#[must_use]
pub fn compliance_statements_in(input: &[u8]) -> Vec<ComplianceStatement> {
    calls_in::<U::proveComplianceCall>(input).filter_map(|call| statement(call.statement)).collect()
}

fn calls_in<C: SolCall>(input: &[u8]) -> impl Iterator<Item = C> {
    let places = input.windows(4).enumerate().filter(|(_, word)| *word == C::SELECTOR).take(PLACES);
    places.filter_map(|(at, _)| C::abi_decode_raw(input.get(at + 4..)?).ok())
}

fn batch(batch: AbiUsageBatch) -> Option<UsageBatch> {
    Some(UsageBatch {
        license_id: batch.licenseId.try_into().ok()?,
        lane: batch.lane,
        epoch: batch.epoch,
        head_after: batch.headAfter,
        window_start: convert::secs(batch.windowStart),
        window_end: convert::secs(batch.windowEnd),
        units: batch.units,
        capacity: batch.capacity,
        proof: batch.proof,
    })
}

fn statement(statement: AbiStatement) -> Option<ComplianceStatement> {
    Some(ComplianceStatement {
        license_id: statement.licenseId.try_into().ok()?,
        lane: statement.lane,
        epoch: statement.epoch,
        head: statement.head,
        as_of: convert::secs(statement.asOf),
        max_allowed: statement.maxAllowed,
        proof: statement.proof,
    })
}

#[cfg(test)]
mod tests {
    use alloy::primitives::{Address, U256};
    use domain::LicenseId;

    use super::*;
    use crate::deployment::Addresses;

    fn addresses() -> Addresses {
        let address = Address::repeat_byte(1);
        Addresses {
            registry: address,
            licenses: address,
            escrow: address,
            usage: address,
            disputes: address,
            verifier_sets: address,
        }
    }

    fn batch(units: u32) -> UsageBatch {
        UsageBatch {
            license_id: LicenseId(2),
            lane: 3,
            epoch: 1,
            head_after: U256::from(9),
            window_start: 10,
            window_end: 20,
            units,
            capacity: 128,
            proof: std::array::from_fn(U256::from),
        }
    }

    #[test]
    fn batches_are_found_alone_in_a_list_and_inside_of_another_call() {
        let [first, second] = [batch(1), batch(2)];
        let alone = addresses().settle_usage(&first).input;
        assert_eq!(usage_batches_in(&alone), std::slice::from_ref(&first));
        let many = addresses().settle_usage_many(&[first.clone(), second.clone()]).input;
        assert_eq!(usage_batches_in(&many), [first.clone(), second.clone()]);
        let within = [&[7u8; 101][..], &many, &[0; 3], &alone].concat();
        assert_eq!(usage_batches_in(&within), [first.clone(), first, second]);
    }

    #[test]
    fn statements_are_found_and_nothing_is_found_in_other_input() {
        let statement = ComplianceStatement {
            license_id: LicenseId(2),
            lane: 0,
            epoch: 0,
            head: U256::from(5),
            as_of: 6,
            max_allowed: u64::MAX,
            proof: [U256::MAX; 8],
        };
        let input = addresses().prove_compliance(&statement).input;
        assert_eq!(compliance_statements_in(&input), [statement]);
        assert!(usage_batches_in(&input).is_empty());
        assert!(usage_batches_in(&addresses().settle_usage(&batch(1)).input[..100]).is_empty());
        assert!(usage_batches_in(&[]).is_empty());
        // Selectors only: each place is tried, none fits.
        assert!(usage_batches_in(&U::settleUsageManyCall::SELECTOR.repeat(10_000)).is_empty());
    }
}
