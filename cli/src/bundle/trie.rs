//! Entries of a block's transaction and receipt tries, by their number.

use alloy::primitives::{B256, Bytes};
use alloy_trie::{
    HashBuilder, Nibbles,
    proof::{ProofRetainer, verify_proof},
    root::adjust_index_for_rlp,
};

/// The nodes that lead to entry `index` of the trie of `entries`, the root first, and the trie's root.
/// `None`: there is no such entry.
pub(super) fn prove(entries: &[Vec<u8>], index: usize) -> Option<(B256, Vec<Bytes>)> {
    let target = key(index);
    entries.get(index)?;
    let mut trie = HashBuilder::default().with_proof_retainer(ProofRetainer::from_iter([target]));
    // Keys must come in their own order, in which RLP puts 0 behind 127.
    for number in (0..entries.len()).map(|number| adjust_index_for_rlp(number, entries.len())) {
        trie.add_leaf(key(number), entries.get(number)?);
    }
    let root = trie.root();
    let nodes = trie.take_proof_nodes().into_nodes_sorted();
    Some((root, nodes.into_iter().map(|(_, node)| node).collect()))
}

/// Whether `nodes` lead from `root` to `entry` as number `index`.
pub(super) fn leads_to(root: B256, index: u64, entry: &[u8], nodes: &[Bytes]) -> bool {
    // Nodes behind the last that is needed would be a way to write the same thing twice.
    usize::try_from(index).is_ok_and(|index| verify_proof(root, key(index), Some(entry.to_vec()), nodes).is_ok())
}

fn key(index: usize) -> Nibbles {
    Nibbles::unpack(alloy_rlp::encode_fixed_size(&index))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entries(count: usize) -> Vec<Vec<u8>> {
        // No transaction and no receipt is so short that its node would fit into its parent.
        (0..count).map(|i| vec![i as u8 | 1; 40 + i * 7 % 90]).collect()
    }

    #[test]
    fn every_entry_is_proved_and_no_other_in_its_place() {
        for count in [1, 2, 17, 127, 128, 129, 300] {
            let entries = entries(count);
            for index in [0, count / 2, count - 1] {
                let (root, nodes) = prove(&entries, index).unwrap();
                assert_eq!(root, alloy_trie::root::ordered_trie_root_encoded(&entries));
                assert!(leads_to(root, index as u64, &entries[index], &nodes), "{index} of {count}");
                assert!(!leads_to(root, index as u64 + 1, &entries[index], &nodes));
                assert!(!leads_to(root, index as u64, b"another", &nodes));
                assert!(!leads_to(B256::ZERO, index as u64, &entries[index], &nodes));
                assert!(!leads_to(root, index as u64, &entries[index], &nodes[1..]));
            }
            assert!(prove(&entries, count).is_none());
        }
    }

    #[test]
    fn a_node_more_or_a_changed_node_is_refused() {
        let entries = entries(40);
        let (root, nodes) = prove(&entries, 20).unwrap();
        for i in 0..nodes.len() {
            for bit in [0, 7] {
                let mut changed = nodes.clone();
                let mut bytes = changed[i].to_vec();
                *bytes.last_mut().unwrap() ^= 1 << bit;
                changed[i] = bytes.into();
                assert!(!leads_to(root, 20, &entries[20], &changed));
            }
        }
        let mut longer = nodes;
        longer.push(longer[0].clone());
        assert!(!leads_to(root, 20, &entries[20], &longer));
    }
}
