//! What may change between two releases: members are added behind the others or in bits that were free.

use super::{Layout, Member, StorageStruct};

/// What of `before` is not where it was; empty if nothing moved.
pub fn moved(before: &Layout, now: &Layout) -> Vec<String> {
    let mut found = Vec::new();
    for (name, old) in &before.structs {
        let Some(new) = now.structs.get(name) else {
            found.push(format!("{name} is gone"));
            continue;
        };
        for member in &old.members {
            if let Some(why) = difference(member, new) {
                found.push(format!("{name}.{}: {why}", member.label));
            }
        }
        if old.bytes != new.bytes && lies_in_line(before, name) {
            found.push(format!("{name} grew from {} to {} bytes, among others in line", old.bytes, new.bytes));
        }
    }
    found
}

fn difference(old: &Member, new: &StorageStruct) -> Option<String> {
    let Some(found) = new.members.iter().find(|member| member.label == old.label) else {
        return Some("is gone or renamed".into());
    };
    let place = |member: &Member| format!("slot {} byte {}", member.slot, member.offset);
    if (found.slot, found.offset) != (old.slot, old.offset) {
        return Some(format!("moved from {} to {}", place(old), place(found)));
    }
    if (&found.kind, found.bytes) != (&old.kind, old.bytes) {
        return Some(format!("was `{}`, is `{}`", old.kind, found.kind));
    }
    None
}

/// Whether something else follows a value of this struct: an element of an array, or a member. The values of a mapping
/// have nothing behind them.
fn lies_in_line(layout: &Layout, name: &str) -> bool {
    let members = layout.structs.values().flat_map(|found| &found.members);
    members.into_iter().any(|member| member.kind == *name || member.kind.contains(&format!("{name}[")))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn member(label: &str, slot: u64, offset: u64, bytes: u64, kind: &str) -> serde_json::Value {
        json!({ "label": label, "slot": slot, "offset": offset, "bytes": bytes, "type": kind })
    }

    /// A namespace with a mapping to records, and one array of points.
    fn layout(record: &[serde_json::Value], bytes: u64) -> Layout {
        let layout = json!({ "structs": {
            "struct Namespace": { "bytes": 64, "members": [
                member("records", 0, 0, 32, "mapping(uint256 => struct Record)"),
                member("points", 1, 0, 32, "struct Point[]"),
            ] },
            "struct Point": { "bytes": 32, "members": [member("x", 0, 0, 32, "uint256")] },
            "struct Record": { "bytes": bytes, "members": record },
        } });
        serde_json::from_value(layout).expect("a layout")
    }

    fn record() -> Vec<serde_json::Value> {
        vec![member("owner", 0, 0, 20, "address"), member("count", 0, 20, 4, "uint32")]
    }

    #[test]
    fn members_may_be_added_in_free_bits_and_behind() {
        let mut wider = record();
        wider.push(member("flags", 0, 24, 1, "uint8"));
        wider.push(member("more", 1, 0, 32, "uint256"));
        assert!(moved(&layout(&record(), 32), &layout(&wider, 64)).is_empty());
    }

    #[test]
    fn moved_changed_and_removed_members_are_named() {
        let old = layout(&record(), 32);
        let shifted = [member("owner", 0, 0, 20, "address"), member("count", 1, 0, 4, "uint32")];
        let found = moved(&old, &layout(&shifted, 64));
        assert_eq!(found, ["struct Record.count: moved from slot 0 byte 20 to slot 1 byte 0"]);

        let widened = [member("owner", 0, 0, 20, "address"), member("count", 0, 20, 8, "uint64")];
        assert_eq!(moved(&old, &layout(&widened, 32)), ["struct Record.count: was `uint32`, is `uint64`"]);

        let without = [member("owner", 0, 0, 20, "address")];
        assert_eq!(moved(&old, &layout(&without, 32)), ["struct Record.count: is gone or renamed"]);
    }

    #[test]
    fn an_enum_that_needs_more_bytes_is_another_type() {
        let one = [member("state", 0, 0, 1, "enum State")];
        let two = [member("state", 0, 0, 2, "enum State")];
        assert_eq!(moved(&layout(&one, 32), &layout(&two, 32)).len(), 1);
    }

    #[test]
    fn elements_of_an_array_may_not_grow() {
        let old = layout(&record(), 32);
        let mut new = old.clone();
        new.structs.get_mut("struct Point").expect("is there").bytes = 64;
        assert_eq!(moved(&old, &new), ["struct Point grew from 32 to 64 bytes, among others in line"]);
    }

    #[test]
    fn a_struct_that_is_gone_is_named() {
        let old = layout(&record(), 32);
        let mut new = old.clone();
        new.structs.remove("struct Record");
        assert_eq!(moved(&old, &new), ["struct Record is gone"]);
    }
}
