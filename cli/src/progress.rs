//! What is happening right now, on stderr and only when somebody watches.

use std::{borrow::Cow, io::IsTerminal, time::Duration};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// Where progress goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// Nowhere: the demo and scripts tell their own story.
    Silent,
    /// A moving line on stderr.
    Terminal,
}

impl Progress {
    /// A moving line if stderr is a terminal.
    #[must_use]
    pub fn detect() -> Self {
        if std::io::stderr().is_terminal() { Self::Terminal } else { Self::Silent }
    }

    /// A step of unknown length. The line vanishes when the value is dropped.
    #[must_use]
    pub fn step(self, words: impl Into<Cow<'static, str>>) -> Step {
        let bar = self.bar(ProgressBar::new_spinner());
        bar.set_message(words);
        if self == Self::Terminal {
            bar.enable_steady_tick(Duration::from_millis(120));
        }
        Step(bar)
    }

    /// A step of `total` parts.
    #[must_use]
    pub fn count(self, words: impl Into<Cow<'static, str>>, total: u64) -> Step {
        let bar = self.bar(ProgressBar::new(total));
        bar.set_style(
            ProgressStyle::with_template("{msg} [{bar:30}] {pos}/{len} {eta}")
                .unwrap_or_else(|_| ProgressStyle::default_bar())
                .progress_chars("=> "),
        );
        bar.set_message(words);
        Step(bar)
    }

    fn bar(self, bar: ProgressBar) -> ProgressBar {
        if self == Self::Silent {
            bar.set_draw_target(ProgressDrawTarget::hidden());
        }
        bar
    }
}

/// A step under way.
#[derive(Debug)]
pub struct Step(ProgressBar);

impl Step {
    /// Says what happens now.
    pub fn say(&self, words: impl Into<Cow<'static, str>>) {
        self.0.set_message(words);
    }

    /// One part more is done.
    pub fn advance(&self, parts: u64) {
        self.0.inc(parts);
    }

    /// Lets something else use the terminal.
    pub fn pause<T>(&self, during: impl FnOnce() -> T) -> T {
        self.0.suspend(during)
    }
}

impl Drop for Step {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}
