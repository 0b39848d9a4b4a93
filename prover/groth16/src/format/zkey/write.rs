//! Writing `.zkey` files.

use ark_bn254::{Bn254, Fq, Fr};
use ark_ff::{Field, PrimeField};
use ark_groth16::ProvingKey;

use super::{
    super::{
        container::{Writer, le32},
        element::{NUMBER, Point, modulus, montgomery_r, put_twice_montgomery},
    },
    Contributions, GROTH16, VERSION,
    coefficients::Coefficient,
};
use crate::constraint::Shape;

/// The file of a key for the rows of `shape`.
///
/// # Panics
/// If the key is not for them: H must have a point for each element of the domain, as
/// circom's reduction makes it.
pub(crate) fn write(key: &ProvingKey<Bn254>, shape: &Shape, contributions: &Contributions) -> Vec<u8> {
    assert_eq!(key.a_query.len(), shape.variables, "the key is for these rows");
    assert_eq!(key.vk.gamma_abc_g1.len(), shape.inputs, "the key is for these rows");
    assert_eq!(key.h_query.len(), domain(shape), "H is in the Lagrange basis of the odd coset");
    let terms = entries(shape).count();
    let points = key.a_query.len() * 5 + key.l_query.len() + key.h_query.len();
    let mut file = Writer::new("zkey", VERSION, points * 64 + terms * 44 + (1 << 12));
    file.section(1, |bytes| bytes.extend(GROTH16.to_le_bytes()));
    file.section(2, |bytes| header(bytes, key, shape));
    file.section(3, |bytes| encode(bytes, &key.vk.gamma_abc_g1));
    file.section(4, |bytes| {
        bytes.extend(le32(terms));
        let r = montgomery_r();
        for term in entries(shape) {
            bytes.extend([term.matrix, term.row, term.variable].into_iter().flat_map(u32::to_le_bytes));
            put_twice_montgomery(bytes, term.value, r);
        }
    });
    file.section(5, |bytes| encode(bytes, &key.a_query));
    file.section(6, |bytes| encode(bytes, &key.b_g1_query));
    file.section(7, |bytes| encode(bytes, &key.b_g2_query));
    file.section(8, |bytes| encode(bytes, &key.l_query));
    file.section(9, |bytes| encode(bytes, &key.h_query));
    file.section(10, |bytes| contributions.write(bytes));
    file.finish()
}

fn header(bytes: &mut Vec<u8>, key: &ProvingKey<Bn254>, shape: &Shape) {
    put_prime::<Fq>(bytes);
    put_prime::<Fr>(bytes);
    [shape.variables, shape.inputs - 1, domain(shape)].iter().for_each(|size| bytes.extend(le32(*size)));
    encode(bytes, &[key.vk.alpha_g1, key.beta_g1]);
    encode(bytes, &[key.vk.beta_g2, key.vk.gamma_g2]);
    encode(bytes, &[key.delta_g1]);
    encode(bytes, &[key.vk.delta_g2]);
}

fn put_prime<F: PrimeField>(bytes: &mut Vec<u8>) {
    bytes.extend(le32(NUMBER));
    bytes.extend(modulus::<F>());
}

fn encode<P: Point>(bytes: &mut Vec<u8>, points: &[P]) {
    points.iter().for_each(|point| point.encode(bytes));
}

/// The domain holds a point for each row and, to bind them, each public input and the one.
pub(super) fn domain(shape: &Shape) -> usize {
    (shape.rows() + shape.inputs).next_power_of_two()
}

/// The terms of A and B in the order of snarkjs: row by row, A before B, then one row
/// of A for the one and each public input.
pub(super) fn entries(shape: &Shape) -> impl Iterator<Item = Coefficient> {
    let index = |value: usize| u32::try_from(value).expect("circuits are far smaller than 2^32");
    let [a, b, _] = &shape.matrices;
    let rows = (0..shape.rows()).flat_map(move |row| {
        [(0, a), (1, b)].into_iter().flat_map(move |(matrix, rows)| {
            rows[row].iter().map(move |(value, variable)| Coefficient {
                matrix,
                row: index(row),
                variable: index(*variable),
                value: *value,
            })
        })
    });
    let binding = (0..shape.inputs).map(move |input| Coefficient {
        matrix: 0,
        row: index(shape.rows() + input),
        variable: index(input),
        value: Fr::ONE,
    });
    rows.chain(binding)
}
