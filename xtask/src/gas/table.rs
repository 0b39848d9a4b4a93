//! The measurements as a table for people.

use std::fmt::Write as _;

use super::Snapshot;

/// A measured action.
struct Action {
    key: &'static str,
    name: &'static str,
    /// The most it may cost.
    goal: Option<u64>,
    /// The cheapest of those who do the like, and what it costs there.
    peer: Option<(&'static str, u64)>,
}

const fn action(key: &'static str, name: &'static str, goal: Option<u64>, peer: Option<(&'static str, u64)>) -> Action {
    Action { key, name, goal, peer }
}

/// Whole transactions through the proxies, intrinsic gas included, paid in an ERC-20 unless the name says otherwise.
/// "next": of its kind, so that slots of balances and counters are in use already.
const ACTIONS: [Action; 18] = [
    action("register", "register content", Some(170_000), Some(("Story", 274_000))),
    action("set_offer", "set offer", Some(110_000), Some(("Story", 340_000))),
    action("buy_first", "buy, first", Some(250_000), Some(("Nevermined", 636_000))),
    action("buy_next", "buy, next", Some(195_000), Some(("Nevermined", 602_000))),
    action("buy_eth", "buy, next, in ETH", None, None),
    action("buy_signed", "buy at signed terms", Some(215_000), Some(("Seaport (no license)", 178_000))),
    action("buy_many_10", "buy x 10", Some(950_000), Some(("Story", 2_559_000))),
    action("accept_key", "accept key", Some(60_000), None),
    action("deliver_key", "deliver key with proof", Some(300_000), None),
    action("settle_usage_128", "settle 128 events with proof", Some(330_000), None),
    action("settle_usage_1024", "settle 1,024 events with proof", Some(330_000), None),
    action("verify_batch_32_each", "verify 32 proofs at once, each", Some(62_000), None),
    action("settle_signed", "settle signed head", Some(110_000), Some(("Ocean lock + claim", 405_000))),
    action("release", "release", Some(55_000), Some(("0xSplits (3 payees)", 95_000))),
    action("withdraw_next", "withdraw, next", Some(55_000), Some(("0xSplits", 52_000))),
    action("dispute_file", "file dispute", Some(160_000), Some(("Story", 327_000))),
    action("dispute_execute_next", "execute ruling, next", Some(120_000), Some(("Story (moves no money)", 96_000))),
    action("license_transfer", "transfer license", None, None),
];

/// One line per action. Those that nobody placed come last.
pub fn render(snapshot: &Snapshot) -> String {
    let mut text = format!(
        "{:<30} {:>10} {:>9}  {:<6}  {:<24} {:>9}  {:>7}\n",
        "gas of", "measured", "goal", "", "best peer", "gas", "of it"
    );
    for action in &ACTIONS {
        let Some(&measured) = snapshot.get(action.key) else {
            let _ = writeln!(text, "{:<30} {:>10}", action.name, "missing");
            continue;
        };
        let met = action.goal.map_or("", |goal| if measured <= goal { "met" } else { "MISSED" });
        let goal = action.goal.map(grouped).unwrap_or_default();
        let (peer, gas, share) = action.peer.map_or_else(Default::default, |(peer, gas)| {
            (peer, grouped(gas), format!("{} %", (measured * 100 + gas / 2) / gas))
        });
        let line = format!(
            "{:<30} {:>10} {:>9}  {:<6}  {:<24} {:>9}  {:>7}",
            action.name,
            grouped(measured),
            goal,
            met,
            peer,
            gas,
            share
        );
        let _ = writeln!(text, "{}", line.trim_end());
    }
    for (key, measured) in snapshot.iter().filter(|(key, _)| ACTIONS.iter().all(|action| action.key != **key)) {
        let _ = writeln!(text, "{key:<30} {:>10}", grouped(*measured));
    }
    text
}

/// Thousands apart.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index != 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_are_apart() {
        assert_eq!([0, 999, 1000, 1_234_567].map(grouped), ["0", "999", "1,000", "1,234,567"]);
    }

    #[test]
    fn each_action_is_set_against_goal_and_peer() {
        let snapshot = Snapshot::from([("register".into(), 137_000), ("set_offer".into(), 110_001), ("odd".into(), 7)]);
        let text = render(&snapshot);
        let lines: Vec<Vec<&str>> = text.lines().map(|line| line.split_whitespace().collect()).collect();
        assert_eq!(lines[1], ["register", "content", "137,000", "170,000", "met", "Story", "274,000", "50", "%"]);
        assert_eq!(lines[2][4], "MISSED");
        assert!(lines[3].ends_with(&["missing"]));
        assert_eq!(lines.last().expect("a line"), &["odd", "7"]);
    }
}
