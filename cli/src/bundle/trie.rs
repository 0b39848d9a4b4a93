//! Entries of a block's transaction and receipt tries, by their number.

use alloy::primitives::{B256, Bytes, keccak256};
use alloy_rlp::{Header, PayloadView};
use alloy_trie::{HashBuilder, Nibbles, proof::ProofRetainer, root::adjust_index_for_rlp};

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

/// Whether `nodes` lead from `root` to `entry` as number `index`. Nodes behind the last that is needed would be a way to
/// write the same thing twice, and are refused.
///
/// `alloy_trie::proof::verify_proof` asks the same, but panics where a forger's nodes lead past the end of a key.
pub(super) fn leads_to(root: B256, index: u64, entry: &[u8], nodes: &[Bytes]) -> bool {
    let Ok(index) = usize::try_from(index) else { return false };
    let key = key(index).to_vec();
    let mut path = &key[..];
    let mut hash = root;
    for (i, node) in nodes.iter().enumerate() {
        if keccak256(node) != hash {
            return false;
        }
        match step(node, path) {
            Some(Step::Down { to, nibbles }) => (hash, path) = (to, &path[nibbles..]),
            Some(Step::Entry(found)) => return found == entry && i + 1 == nodes.len(),
            None => return false,
        }
    }
    false
}

/// Where a node leads.
enum Step<'a> {
    /// To the node of this hash, so many nibbles of the path used up.
    Down { to: B256, nibbles: usize },
    /// To an entry, at the end of the path.
    Entry(&'a [u8]),
}

/// What a node says of a path; `None` if it says nothing of it, or is no node.
///
/// A child is a hash: no node of these tries is so short (below 32 bytes) that it would stand in its parent. No entry
/// stands in a branch: no number's RLP begins with another's.
fn step<'a>(mut node: &'a [u8], path: &[u8]) -> Option<Step<'a>> {
    let PayloadView::List(items) = Header::decode_raw(&mut node).ok()? else { return None };
    if !node.is_empty() {
        return None;
    }
    match items[..] {
        [encoded, value] => {
            let (is_leaf, part) = compact(string(encoded)?)?;
            let value = string(value)?;
            match is_leaf {
                true => (part == path).then_some(Step::Entry(value)),
                false if !part.is_empty() && path.starts_with(&part) => {
                    Some(Step::Down { to: B256::try_from(value).ok()?, nibbles: part.len() })
                }
                false => None,
            }
        }
        ref children if children.len() == 17 => {
            let child = children.get(usize::from(*path.first()?))?;
            Some(Step::Down { to: B256::try_from(string(child)?).ok()?, nibbles: 1 })
        }
        _ => None,
    }
}

/// The bytes of an RLP string that is all there is.
fn string(mut item: &[u8]) -> Option<&[u8]> {
    match Header::decode_raw(&mut item).ok()? {
        PayloadView::String(bytes) if item.is_empty() => Some(bytes),
        _ => None,
    }
}

/// Hex-prefix encoding (Yellow Paper, appendix C): whether it ends a path, and the nibbles.
fn compact(bytes: &[u8]) -> Option<(bool, Vec<u8>)> {
    let first = *bytes.first()?;
    let nibbles: Vec<u8> = bytes.iter().flat_map(|byte| [byte >> 4, byte & 0x0f]).collect();
    match first >> 4 {
        flag @ (1 | 3) => Some((flag == 3, nibbles[1..].to_vec())),
        flag @ (0 | 2) if first & 0x0f == 0 => Some((flag == 2, nibbles[2..].to_vec())),
        _ => None,
    }
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

    /// A node of two items: an extension by `part`, an even number of nibbles, to `child`.
    fn extension(part: usize, child: &[u8]) -> Bytes {
        let path = vec![0u8; 1 + part / 2];
        let mut node = Vec::new();
        alloy_rlp::encode_list::<_, [u8]>(&[&path[..], child], &mut node);
        node.into()
    }

    #[test]
    fn paths_that_lead_past_the_key_are_refused() {
        for part in [0, 2, 64, 66] {
            let end = extension(64, b"x");
            let begin = extension(part, keccak256(&end).as_slice());
            assert!(!leads_to(keccak256(&begin), 0, b"x", &[begin.clone(), end.clone()]));
            assert!(!leads_to(keccak256(&end), 0, b"x", &[end]));
        }
        assert!(!leads_to(keccak256(b""), 0, b"", &[Bytes::new()]));
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
