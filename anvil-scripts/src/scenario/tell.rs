//! What the audience sees.

use std::borrow::Cow;
use std::io::IsTerminal;
use std::path::Path;
use std::time::Duration;

use comfy_table::{Table, presets};
use indicatif::{ProgressBar, ProgressStyle};

use super::report::Report;

/// Prints the story; shows what is being waited for if somebody watches.
#[derive(Clone, Debug)]
pub struct Teller {
    colours: bool,
    watched: bool,
    silent: bool,
}

impl Teller {
    /// Colours and progress as the terminal and `NO_COLOR` allow.
    #[must_use]
    pub fn detect() -> Self {
        let terminal = std::io::stdout().is_terminal();
        let colours = terminal && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
        Self { colours, watched: std::io::stderr().is_terminal(), silent: false }
    }

    /// Says nothing.
    #[must_use]
    pub fn silent() -> Self {
        Self { colours: false, watched: false, silent: true }
    }

    fn print(&self, style: &str, text: &str) {
        if self.silent {
            return;
        }
        if self.colours && !style.is_empty() {
            println!("\u{1b}[{style}m{text}\u{1b}[0m");
        } else {
            println!("{text}");
        }
    }

    /// A chapter begins.
    pub fn step(&self, number: u32, title: &str) {
        self.print("1", &format!("\n{number}. {title}"));
    }

    /// Something is being done that is not part of the story.
    pub fn note(&self, text: &str) {
        self.print("2", &format!("   {text}"));
    }

    /// Something was found to be so.
    pub fn fact(&self, text: &str) {
        self.print("32", &format!("   ✓ {text}"));
    }

    /// A command, as it would be typed.
    pub fn command(&self, actor: &str, noun: &str, verb: &str, words: &[String]) {
        let words: Vec<Cow<'_, str>> = words.iter().map(|word| quoted(word)).collect();
        self.print("2", &format!("   {actor}$ datavault {noun} {verb} {}", words.join(" ")));
    }

    /// Shows that something takes a while, until the returned bar is dropped.
    #[must_use]
    pub fn wait(&self, text: &str) -> Bar {
        let bar = self.hidden_unless_watched(ProgressBar::new_spinner());
        bar.set_message(text.to_owned());
        bar.enable_steady_tick(Duration::from_millis(100));
        Bar(bar)
    }

    /// Shows how much of something is done.
    #[must_use]
    pub fn bar(&self, text: &str, total: u64) -> Bar {
        let bar = self.hidden_unless_watched(ProgressBar::new(total));
        let style = ProgressStyle::with_template("   {msg} {bar:40} {pos}/{len}").expect("the template is well formed");
        bar.set_style(style);
        bar.set_message(text.to_owned());
        Bar(bar)
    }

    fn hidden_unless_watched(&self, bar: ProgressBar) -> ProgressBar {
        if !self.watched || self.silent {
            bar.set_draw_target(indicatif::ProgressDrawTarget::hidden());
        }
        bar
    }

    /// Who paid whom, what it cost, how long it took.
    pub fn summary(&self, report: &Report, path: &Path) {
        if self.silent {
            return;
        }
        let table = |header: &[&str], rows: Vec<Vec<String>>| {
            let mut table = Table::new();
            table.load_style(presets::UTF8_FULL_CONDENSED).set_header(header.to_vec()).add_rows(rows);
            println!("\n{table}");
        };
        let moves = report.money.iter().map(|m| vec![m.from.clone(), m.to.clone(), m.amount.clone(), m.why.clone()]);
        table(&["from", "to", "amount", "why"], moves.collect());
        let gas = report
            .gas
            .iter()
            .map(|g| vec![g.action.clone(), g.times.to_string(), g.min.to_string(), g.max.to_string()]);
        table(&["action", "times", "gas min", "gas max"], gas.collect());
        let proofs = report.proofs.iter().map(|p| vec![p.circuit.clone(), p.events.to_string(), p.millis.to_string()]);
        table(&["proof", "events", "ms"], proofs.collect());
        let sizes = report.sizes.iter().map(|s| vec![s.file.clone(), s.bytes.to_string(), s.sealed_bytes.to_string()]);
        table(&["file", "bytes", "encrypted"], sizes.collect());
        if let Some(fetches) = &report.fetches {
            println!(
                "\n{} metered fetches of {} bytes in {} ms, both kills included",
                fetches.count, fetches.bytes, fetches.millis
            );
        }
        println!(
            "{} checks held in {:.1} s; the report is {}",
            report.checks.len(),
            report.millis as f64 / 1000.0,
            path.display()
        );
    }
}

/// Ends when dropped, and leaves no trace.
pub struct Bar(ProgressBar);

impl Bar {
    /// So much is done.
    pub fn set_position(&self, done: u64) {
        self.0.set_position(done);
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}

/// As a shell would want it; long words are shortened, since nobody types them here.
fn quoted(word: &str) -> Cow<'_, str> {
    const LONG: usize = 70;
    let short: Cow<'_, str> = match word.char_indices().nth(LONG) {
        Some((end, _)) => format!("{}…", &word[..end]).into(),
        None => word.into(),
    };
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:=…".contains(c);
    if !short.is_empty() && short.chars().all(plain) { short } else { format!("'{}'", short.replace('\n', " ")).into() }
}
