use super::*;
use crate::constraint::Builder;

/// `a · (b + 2) = c` for a public `c`.
pub(in crate::format) fn sample() -> Shape {
    let mut builder = Builder::recording();
    let c = builder.input(Fr::from(15u64));
    let [a, b] = [5u64, 1].map(|value| builder.witness(Fr::from(value)));
    builder.enforce(&a, &b.plus(Fr::from(2u64)), &c);
    builder.into_shape().0
}

const ROWS: usize = 12 + 12 + 64 + 12;

#[test]
fn rows_are_read_as_they_were_written() {
    let shape = sample();
    let circuit = read(&write(&shape)).unwrap();
    assert_eq!((circuit.wires, circuit.public, circuit.constraints()), (4, 1, 1));
    let [a, b, c] = [0, 1, 2].map(|side| shape.matrices[side][0].clone());
    assert_eq!(circuit.rows, [[a, b, c]]);
    let wires = |numbers: [u64; 4]| numbers.map(Fr::from);
    assert_eq!(circuit.broken_row(&wires([1, 15, 5, 1])), None);
    assert_eq!(circuit.broken_row(&wires([1, 15, 5, 2])), Some(0));
    assert_eq!(circuit.broken_row(&wires([2, 15, 5, 1])), Some(0));
    assert_eq!(circuit.broken_row(&[]), Some(0));
}

#[test]
fn every_circuit_is_read_again_and_names_its_wires_in_order() {
    for id in CircuitId::ALL {
        let shape = shape(id);
        let circuit = read(&of(id)).unwrap();
        assert_eq!(
            (circuit.wires, circuit.public, circuit.constraints()),
            (shape.variables, shape.inputs - 1, shape.rows()),
            "{id}"
        );
    }
}

#[test]
fn damage_is_named() {
    let good = write(&sample());
    let header = 24;
    for (at, value, said) in [
        (header + 36, 1, "number of public inputs is 1, expected fewer than the 1 wires"),
        (header + 40, 9, "number of outputs is 9, expected fewer than the 4 wires"),
        (header + 48, 3, "number of private inputs is 3, expected at most 2"),
        (header + 60, 2, "section 2 ends inside number of terms"),
        (header + 60, 0, "bytes behind its last field"),
        (ROWS, u32::MAX, "section 2 ends inside terms"),
        (ROWS + 4, 4, "row 0: wire 4 is not one of the 4 wires"),
        (ROWS + 4 + TERM, 1, "section 2 ends inside terms"),
    ] {
        let mut bad = good.clone();
        bad[at..at + 4].copy_from_slice(&u32::to_le_bytes(value));
        let message = read(&bad).unwrap_err().to_string();
        assert!(message.contains(said), "{message}: {said}");
    }
    let mut bad = good.clone();
    bad[ROWS + 8..ROWS + 40].fill(0xff);
    assert!(matches!(read(&bad).unwrap_err(), R1csError::Container(ContainerError::NotCanonical { .. })));
    let mut bad = good;
    let second = ROWS + 4 + TERM + 4 + TERM;
    bad[second..second + 4].copy_from_slice(&[0; 4]);
    assert_eq!(read(&bad).unwrap_err(), R1csError::Order { row: 0, wire: 0 });
}
