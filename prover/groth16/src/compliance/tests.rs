use std::collections::BTreeSet;

use alloy_primitives::U256;
use ark_ff::Field;
use statement::{Accumulator, Event, SecretKey, call_hash, compliance::PublicInputs, field::from_fr};

use super::*;

const CTX: U256 = U256::from_limbs([1, 2, 3, 4]);
const START: u64 = 1_800_000_000;

const OWNER: &str = "licenseeCommitment is the hash of the prover's key";
const PACKED: &str = "asOf and maxAllowed fit in 104 bits";
const TOTAL: &str = "total has 64 bits";
const LIMIT: &str = "total is at most maxAllowed";
const HEAD: &str = "head is the hash of the state, its last event at asOf";
const SUBGROUP: &str = "the meter's key is in the prime-order subgroup";
const METER: &str = "meterKeyHash is the hash of the meter's key";
const ON_CURVE: &str = "the meter's signature: R8 is on the curve";
const RESPONSE: &str = "the meter's signature: S is below the subgroup order";
const EQUATION: &str = "the meter's signature: S·B8 = R8 + h·8·M";

fn meter() -> SecretKey {
    SecretKey::derive(&[1; 32], "meter")
}

/// An honest witness after `count` events of 3 units each.
pub(crate) fn witness(count: u64, max_allowed: u64) -> Witness {
    let mut state = Accumulator::genesis(CTX);
    for i in 0..count {
        let call = call_hash(CTX, b"GET", &[i as u8; 32]);
        state.step(&Event { time: START + i * i, units: 3, call }).unwrap();
    }
    signed(state, max_allowed)
}

/// A witness of any state, signed by the meter.
fn signed(state: Accumulator, max_allowed: u64) -> Witness {
    Witness {
        licensee: SecretKey::derive(&[2; 32], "licensee"),
        meter: meter().public(),
        meter_signature: meter().sign(state.head()),
        state,
        max_allowed,
    }
}

fn unchecked(witness: &Witness) -> Assignment {
    Assignment::fill_in(witness, &witness.unchecked_inputs()).unwrap()
}

fn broken(assignment: &Assignment) -> Option<&'static str> {
    Compliance::shape().broken_rule(&Compliance::assign(assignment).0)
}

/// Opens the head again and signs it: the meter is in on the forgery.
fn resign(assignment: &mut Assignment) {
    let last = from_fr(assignment.inputs[4]).as_limbs()[0] & ((1 << TIME_BITS) - 1);
    let a = &*assignment;
    let head = statement::poseidon::hash(&[a.inputs[0], a.chain, a.total, a.seq, small(last.into()), a.calls]);
    assignment.inputs[3] = head;
    assignment.signature = eddsa::Witness::new(&meter().sign(from_fr(head))).unwrap();
}

/// Changes the honest assignment of 12 units of at most 100; the rows refuse.
fn refused(rule: &str, change: impl FnOnce(&mut Assignment)) {
    let mut assignment = unchecked(&witness(4, 100));
    assert_eq!(broken(&assignment), None);
    change(&mut assignment);
    assert_eq!(broken(&assignment), Some(rule));
}

#[test]
fn honest_witnesses_satisfy_and_the_size_is_known() {
    let shape = Compliance::shape();
    assert_eq!((shape.rows(), shape.inputs), (5_320, INPUTS + 1));
    for (count, max_allowed) in [(1, 3), (4, 12), (4, 13), (24, u64::MAX), (25, 75), (60, 200)] {
        let witness = witness(count, max_allowed);
        let inputs = witness.public_inputs().unwrap();
        let assigned = Compliance::assign(&Assignment::fill_in(&witness, &inputs).unwrap());
        assert_eq!(assigned.0.len(), shape.variables);
        assert_eq!(shape.broken_rule(&assigned.0), None, "{count} events, {max_allowed} allowed");
    }
}

#[test]
fn edge_values_are_provable() {
    let latest = (1u64 << TIME_BITS) - 1;
    for (total, max_allowed, last) in [(0, 0, 0), (0, u64::MAX, latest), (u64::MAX, u64::MAX, latest)] {
        let state = Accumulator { total, last, ..witness(1, 0).state };
        assert_eq!(broken(&unchecked(&signed(state, max_allowed))), None, "{total} of {max_allowed} at {last}");
    }
}

#[test]
fn every_public_input_is_bound() {
    let one = Fr::ONE;
    refused(HEAD, |a| a.inputs[0] += one);
    refused(OWNER, |a| a.inputs[1] += one);
    refused(METER, |a| a.inputs[2] += one);
    refused(HEAD, |a| a.inputs[3] += one);
    // asOf: a second later, with the same limit.
    refused(HEAD, |a| a.inputs[4] += one);
    let limit = |limit: u64| Fr::from(limit) * Fr::from(1u64 << TIME_BITS);
    refused(LIMIT, |a| a.inputs[4] -= limit(89));
    refused(PACKED, |a| a.inputs[4] += limit(u64::MAX));
    refused(PACKED, |a| a.inputs[4] = -one);
}

#[test]
fn another_limit_needs_another_proof_but_no_other_signature() {
    let mut assignment = unchecked(&witness(4, 100));
    assignment.inputs[4] -= Fr::from(88u64) * Fr::from(1u64 << TIME_BITS);
    assert_eq!(broken(&assignment), None, "12 of 12");
}

#[test]
fn a_total_above_the_limit_is_refused() {
    assert_eq!(broken(&unchecked(&witness(4, 11))), Some(LIMIT));
    let state = Accumulator { total: u64::MAX, ..witness(1, 0).state };
    assert_eq!(broken(&unchecked(&signed(state.clone(), 0))), Some(LIMIT));
    assert_eq!(broken(&unchecked(&signed(state, u64::MAX - 1))), Some(LIMIT));
}

#[test]
fn a_total_that_wraps_around_the_field_is_refused() {
    // The meter signs such a head, so only the range of the total stands against it.
    let excess = small(1 << 64);
    for total in [-Fr::ONE, -Fr::from(90u64), excess, excess + Fr::from(12u64)] {
        refused(TOTAL, |a| {
            a.total = total;
            resign(a);
        });
    }
}

/// A forgery for each rule that all other rules accept: without that rule it would pass.
#[test]
fn each_rule_alone_refuses_its_forgery() {
    type Forgery = fn(&mut Assignment);
    let forgeries: [(&str, Forgery); 8] = [
        (OWNER, |a| a.inputs[1] += Fr::ONE),
        (PACKED, |a| a.inputs[4] += Fr::from(2u64).pow([PACKED_BITS as u64])),
        (TOTAL, |a| {
            a.total = -Fr::from(5u64);
            resign(a);
        }),
        (LIMIT, |a| {
            a.total = Fr::from(101u64);
            resign(a);
        }),
        (HEAD, |a| a.total -= Fr::ONE),
        (HEAD, |a| a.inputs[4] += Fr::ONE),
        (METER, |a| a.inputs[2] += Fr::ONE),
        (EQUATION, |a| a.signature.s[0] ^= true),
    ];
    let shape = Compliance::shape();
    for (rule, forge) in forgeries {
        let mut assignment = unchecked(&witness(4, 100));
        forge(&mut assignment);
        let assigned = Compliance::assign(&assignment);
        let refusing: BTreeSet<&str> =
            (0..shape.rows()).filter(|row| !shape.holds(*row, &assigned.0)).map(|row| shape.rule_of(row)).collect();
        assert_eq!(refusing, [rule].into());
    }
}

#[test]
fn another_state_than_the_head_hashes_is_refused() {
    let one = Fr::ONE;
    refused(HEAD, |a| a.chain += one);
    refused(HEAD, |a| a.total -= one);
    refused(HEAD, |a| a.seq += one);
    refused(HEAD, |a| a.calls += one);
    refused(HEAD, |a| std::mem::swap(&mut a.total, &mut a.seq));
}

#[test]
fn a_head_of_another_context_or_time_is_refused() {
    // Signed by the meter, and honest for its own license.
    let other = Accumulator { ctx: U256::from(9), ..witness(4, 100).state };
    let mut inputs = witness(4, 100).unchecked_inputs();
    inputs.head = other.head();
    let assignment = Assignment::fill_in(&signed(other, 100), &inputs).unwrap();
    assert_eq!(broken(&assignment), Some(HEAD));
    let older = witness(3, 100);
    let inputs = PublicInputs { as_of: older.state.last + 1, ..older.unchecked_inputs() };
    assert_eq!(broken(&Assignment::fill_in(&older, &inputs).unwrap()), Some(HEAD));
}

#[test]
fn genesis_has_no_witness() {
    let mut empty = signed(Accumulator::genesis(CTX), 100);
    empty.meter_signature = meter().sign(U256::ZERO);
    assert_eq!(broken(&unchecked(&empty)), Some(HEAD));
}

#[test]
fn another_owner_is_refused() {
    refused(OWNER, |a| a.secret[0] ^= true);
    refused(OWNER, |a| a.secret = scalar_bits(meter().scalar())[..SCALAR_BITS].to_vec());
}

#[test]
fn another_meter_or_signature_is_refused() {
    let other = SecretKey::derive(&[9; 32], "meter");
    refused(METER, |a| a.meter_eighth = eighth(&other.public()));
    refused(SUBGROUP, |a| a.meter_eighth[0] += Fr::ONE);
    refused(ON_CURVE, |a| a.signature.r8[0] += Fr::ONE);
    refused(EQUATION, |a| a.signature.s[0] ^= true);
    refused(RESPONSE, |a| a.signature.s = vec![true; 251]);
    let sign = |key: &SecretKey, head: U256| eddsa::Witness::new(&key.sign(head)).unwrap();
    refused(EQUATION, |a| a.signature = sign(&other, from_fr(a.inputs[3])));
    // A signature on an older head of the same chain.
    refused(EQUATION, |a| a.signature = sign(&meter(), witness(3, 100).state.head()));
}

#[test]
fn every_wire_is_bound() {
    crate::circuit::tests::every_wire_is_bound::<Compliance>(&unchecked(&witness(4, 100)));
    crate::circuit::tests::every_wire_is_bound::<Compliance>(&unchecked(&witness(1, 3)));
}
