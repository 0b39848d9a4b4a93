//! Which offers can be made, with the flag that is in the way. Mirrors `contracts/src/libraries/OfferRules.sol`.

use contracts::ContentView;
use domain::{ContentKind, Delivery, OfferKind, OfferTerms};

use super::terms::TermsArgs;
use crate::{failure::Failure, span::show_secs};

const MIN_WINDOW: u32 = 3_600;
const MAX_WINDOW: u32 = 30 * 86_400;
const MAX_TERM: u32 = 730 * 86_400;

fn refused(what: impl Into<String>, fix: &str) -> Result<(), Failure> {
    Err(Failure::usage(what).fix(fix))
}

/// Refuses flags that say nothing in this kind of offer, or contradict it.
pub(super) fn flags(args: &TermsArgs) -> Result<(), Failure> {
    let (kind, delivery) = (args.kind(), args.delivery());
    match kind {
        OfferKind::PerUse if args.unit_price.is_none() => {
            return refused("a per_use offer has no --price: it is paid by the unit", "name a --unit-price");
        }
        OfferKind::PerUse if delivery == Delivery::Key => {
            return refused(
                "metered use cannot be sold with the key (--key): whoever has the key never calls again",
                "use --served, or a --price",
            );
        }
        OfferKind::PerUse => {}
        _ if args.unit_price.is_some() => {
            return refused(format!("a {kind} offer has no --unit-price"), "name a --price, or --kind per_use");
        }
        OfferKind::Perpetual if delivery == Delivery::Served => {
            return refused("a perpetual license needs the key delivered (--key)", "use --key, or a --unit-price");
        }
        _ => {}
    }
    let stray = [
        ("--period", args.period.is_some() && kind != OfferKind::Subscription),
        ("--duration", args.duration.is_some_and(|secs| secs != 0) && kind == OfferKind::Perpetual),
        ("--duration beside --period", args.duration.is_some() && args.period.is_some()),
        ("--item", !args.items.is_empty() && kind != OfferKind::Bundle),
        ("--units", args.units != 0 && kind == OfferKind::PerUse),
        ("--bond", args.bond.is_some() && (kind != OfferKind::Subscription || delivery != Delivery::Key)),
    ];
    if let Some((flag, _)) = stray.iter().find(|(_, is_stray)| *is_stray) {
        return refused(
            format!("a {kind} offer, {delivery}, cannot have {flag}"),
            match *flag {
                "--units" => "leave it away: the buyer says how many units",
                "--bond" => "a bond secures a --units cap of `--kind subscription --key`",
                _ => "leave it away, or name another --kind",
            },
        );
    }
    if args.bond.is_some() && args.units == 0 {
        return refused("--bond and --overage-price need units to be above", "name --units");
    }
    if kind == OfferKind::Bundle && !(1..=100).contains(&args.items.len()) {
        return refused(format!("a bundle has 1 to 100 --item, not {}", args.items.len()), "name each content");
    }
    Ok(())
}

/// Refuses terms that the contract would.
pub(super) fn terms(terms: &OfferTerms, content: &ContentView) -> Result<(), Failure> {
    if terms.arbitrator == content.creator {
        return refused("--arbitrator is the creator: nobody judges their own case", "name somebody both sides trust");
    }
    if terms.kind == OfferKind::Bundle && content.kind != ContentKind::Collection {
        return refused(
            format!("content {} is a file: a bundle is of a collection", terms.content_id),
            "register a manifest with `datavault content register --collection`",
        );
    }
    if terms.units > u64::from(u32::MAX) {
        return refused("--units do not fit in 32 bits", "name 0 for no limit");
    }
    let is_key = terms.delivery == Delivery::Key;
    let windows = [("--delivery-window", terms.delivery_window_secs), ("--dispute-window", terms.dispute_window_secs)];
    for (flag, secs) in windows.into_iter().filter(|_| is_key) {
        if !(MIN_WINDOW..=MAX_WINDOW).contains(&secs) {
            return refused(format!("{flag} is {}", show_secs(secs.into())), "it may be 1h to 30d");
        }
    }
    let settles = terms.kind == OfferKind::PerUse || !terms.bond.0.is_zero();
    if terms.settlement_grace_secs > MAX_WINDOW || settles && terms.settlement_grace_secs == 0 {
        let span = show_secs(terms.settlement_grace_secs.into());
        return refused(format!("--settlement-grace is {span}"), "it may be 1s to 30d");
    }
    let flag = if terms.kind == OfferKind::Subscription { "--period" } else { "--duration" };
    let may_be_endless = is_key && terms.kind != OfferKind::Subscription;
    if !may_be_endless && !(1..=MAX_TERM).contains(&terms.duration_secs) {
        return refused(format!("{flag} is {}", show_secs(terms.duration_secs.into())), "it may be 1s to 730d");
    }
    if terms.max_units_per_event == 0 && (!is_key || terms.units != 0) {
        return refused("--max-units-per-event is 0", "name at least 1");
    }
    if terms.transferable && (!is_key || terms.duration_secs != 0 || terms.units != 0) {
        return refused(
            "--transferable licenses neither end nor are partly used",
            "it goes with --key and without --units, --period and --duration",
        );
    }
    if terms.royalty_bps > 10_000 || terms.royalty_bps != 0 && !terms.transferable {
        return refused(
            format!("--royalty-bps {} cannot be", terms.royalty_bps),
            "it is at most 10000, and goes with --transferable",
        );
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(clap::Args, Clone, Debug)]
    struct Only {
        #[command(flatten)]
        terms: TermsArgs,
    }

    fn told(words: &[&str]) -> String {
        let args = crate::parse_args::<Only>(words).unwrap().terms;
        flags(&args).map_or_else(|failure| failure.to_string(), |()| format!("{}, {}", args.kind(), args.delivery()))
    }

    #[test]
    fn flags_mean_a_kind() {
        let item = format!("0x{}:7", "ab".repeat(32));
        assert_eq!(told(&["--price", "1"]), "perpetual, key");
        assert_eq!(told(&["--unit-price", "1"]), "per_use, served");
        assert_eq!(told(&["--price", "1", "--period", "30d"]), "subscription, served");
        assert_eq!(told(&["--price", "1", "--kind", "subscription", "--key"]), "subscription, key");
        assert_eq!(told(&["--price", "1", "--item", &item]), "bundle, key");
    }

    #[test]
    fn what_contradicts_a_kind_is_named() {
        for (words, flag) in [
            (&["--unit-price", "1", "--key"][..], "--key"),
            (&["--price", "1", "--served"], "--key"),
            (&["--price", "1", "--kind", "per_use"], "--price"),
            (&["--unit-price", "1", "--kind", "perpetual"], "--unit-price"),
            (&["--unit-price", "1", "--units", "5"], "--units"),
            (&["--price", "1", "--kind", "perpetual", "--period", "1d"], "--period"),
            (&["--price", "1", "--bond", "1", "--overage-price", "1"], "--bond"),
            (&["--price", "1", "--period", "1d", "--key", "--bond", "1", "--overage-price", "1"], "--units"),
            (&["--price", "1", "--kind", "bundle"], "--item"),
            (&["--price", "1", "--duration", "1d"], "--duration"),
        ] {
            let sentence = told(words);
            assert!(sentence.contains(flag) && sentence.contains(';'), "{words:?}: {sentence}");
        }
    }
}
