//! The story that `make demo` plays, on a [`Stack`], through the library functions that the `datavault` binary's
//! subcommands are made of. What has to be killed in the middle runs as the binary itself.

mod buy;
mod cast;
mod deliver;
mod dispute;
mod fetch;
mod mirror;
mod money;
mod offer;
mod prove;
mod raw;
mod refund;
mod register;
mod reorg;
mod report;
mod resell;
mod signed;
mod subscribe;
mod tell;

use std::path::Path;
use std::time::Instant;

use anyhow::{Context, Result};
use cli::{Failure, FailureKind};
use domain::{ContentId, LicenseId, OfferId};

use self::cast::Cast;
pub use self::report::{Check, Report, StepReport};
pub use self::tell::Teller;
use crate::Stack;

/// Everything that the story has made so far.
struct Play<'a> {
    stack: &'a mut Stack,
    cast: Cast,
    tell: Teller,
    report: Report,
    /// The four honest files, in the order of [`register::FILES`].
    contents: Vec<ContentId>,
    /// What the bad creator registered.
    bad_content: Option<ContentId>,
    offers: Offers,
    licenses: Licenses,
}

#[derive(Default)]
struct Offers {
    perpetual: Option<OfferId>,
    per_use: Option<OfferId>,
    bad: Option<OfferId>,
}

/// Ids of licenses, asked for again after the reorganisation, since it gives some of them to others.
#[derive(Default)]
struct Licenses {
    perpetual: Option<LicenseId>,
    per_use: Option<LicenseId>,
    undelivered: Option<LicenseId>,
    mismatched: Option<LicenseId>,
}

/// Whether somebody was refused for the reason that the story is about, and not for some other.
fn refused<T>(outcome: Result<T, Failure>, reason: &str) -> bool {
    outcome.is_err_and(|failure| failure.kind == FailureKind::State && failure.to_string().contains(reason))
}

/// What an earlier step must have made.
fn made<T: Copy>(thing: Option<T>, what: &str) -> Result<T> {
    thing.with_context(|| format!("the story has no {what} yet"))
}

/// Plays the whole story and returns what happened. The report is written to `out` even when a step fails, so that
/// there is something to look at.
///
/// # Errors
/// If anything does not happen as told.
pub async fn play(stack: &mut Stack, tell: Teller, out: &Path) -> Result<Report> {
    let started = Instant::now();
    let cast = Cast::assemble(stack).await?;
    let report = Report::of(stack);
    let mut play = Play {
        stack,
        cast,
        tell,
        report,
        contents: Vec::new(),
        bad_content: None,
        offers: Offers::default(),
        licenses: Licenses::default(),
    };
    let told = play.tell_all().await;
    play.report.millis = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
    play.report.write(out)?;
    told?;
    play.tell.summary(&play.report, out);
    Ok(play.report)
}

impl Play<'_> {
    async fn tell_all(&mut self) -> Result<()> {
        self.step(1, "Register: four real files, encrypted, stored by CID, described");
        self.register().await?;
        self.step(2, "Offer: one for ever with the key, one per use from the meter");
        self.offer().await?;
        self.step(3, "Buy: check the ciphertext, pay into escrow");
        self.buy().await?;
        self.step(9, "Mirror, in the middle: blocks are reorganised away, the mirror follows");
        self.reorganise().await?;
        self.step(4, "Deliver: the key comes with a proof, the creator is paid");
        self.deliver().await?;
        self.step(5, "Use: metered fetches over two lanes, both sides killed in the middle");
        self.fetch().await?;
        self.step(6, "Prove and settle: every fetch, no log shown");
        self.prove().await?;
        self.step(7, "Refund: no key came, every wei goes back");
        self.refund().await?;
        self.step(8, "Dispute: the key is right, the content is not");
        self.dispute().await?;
        self.step(7, "Refund, in part: a subscription is renewed, then ended early");
        self.subscribe().await?;
        self.step(4, "Deliver, without a proof: accepted by signature; sold on, and delivered again");
        self.resell().await?;
        self.step(3, "Buy, without an offer on the chain: terms that the creator signed for one company");
        self.signed_terms().await?;
        self.step(9, "Mirror: the API against raw eth_calls");
        self.mirror().await?;
        self.step(10, "Tell");
        self.money().await?;
        self.report.finish_step();
        Ok(())
    }

    fn step(&mut self, number: u32, title: &'static str) {
        self.report.begin_step(number, title);
        self.tell.step(number, title);
    }

    /// Holds the story to its word: a fact that is told, recorded, and stops everything if it is not so.
    fn check(&mut self, holds: bool, fact: impl Into<String>) -> Result<()> {
        let fact = fact.into();
        self.report.check(holds, &fact);
        if !holds {
            anyhow::bail!("this should be so and is not: {fact}");
        }
        self.tell.fact(&fact);
        Ok(())
    }
}

/// Runs a subcommand's library function for somebody, and tells it as it would be typed.
///
/// `run!(play, creator, offer::set, ["0x…", "--key"])` is `datavault offer set 0x… --key` of the creator. Gives the
/// command's `Result`.
macro_rules! run {
    ($play:expr, $actor:ident, $noun:ident :: $verb:ident, [$($word:expr),* $(,)?]) => {{
        let words: Vec<String> = vec![$(($word).to_string()),*];
        $play.tell.command(stringify!($actor), stringify!($noun), stringify!($verb), &words);
        let outcome = match cli::parse_args::<cli::command::$noun::$verb::Args>(words) {
            Ok(args) => cli::command::$noun::$verb::run(&$play.cast.$actor, args).await,
            Err(failure) => Err(failure),
        };
        if let Ok(done) = &outcome {
            $play.report.transactions(stringify!($actor), done);
        }
        outcome
    }};
}
use run;
