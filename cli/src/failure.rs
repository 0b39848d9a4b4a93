//! Why a command did not do what it was asked, in words that say how to go on.

use std::{error::Error, fmt};

/// What went wrong, as scripts see it: the exit code and the `code` of `--json`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FailureKind {
    /// Something failed that is none of the below.
    Failed,
    /// The arguments cannot mean anything.
    Usage,
    /// The thing does not exist, or is not in a state in which this can be done.
    State,
    /// A node, a meter or the API does not answer.
    Unreachable,
    /// A hash, signature or proof does not fit: somebody erred or cheated.
    Mismatch,
}

impl FailureKind {
    /// The process's exit code.
    #[must_use]
    pub const fn exit_code(self) -> u8 {
        match self {
            Self::Failed => 1,
            Self::Usage => 2,
            Self::State => 3,
            Self::Unreachable => 4,
            Self::Mismatch => 5,
        }
    }

    /// The stable word in `--json`.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Failed => "failed",
            Self::Usage => "usage",
            Self::State => "state",
            Self::Unreachable => "unreachable",
            Self::Mismatch => "mismatch",
        }
    }
}

/// A command's error: what could not be done, why, and what to do about it.
#[derive(Debug)]
pub struct Failure {
    /// For scripts.
    pub kind: FailureKind,
    /// What could not be done, naming the input.
    pub what: String,
    /// What the user can do.
    pub fix: Option<String>,
    /// Fields of the input that do not fit, if they are known.
    pub fields: Vec<String>,
    exit_code: Option<u8>,
    source: Option<Box<dyn Error + Send + Sync>>,
}

impl Failure {
    fn new(kind: FailureKind, what: impl Into<String>) -> Self {
        Self { kind, what: what.into(), fix: None, fields: Vec::new(), exit_code: None, source: None }
    }

    /// Of a kind that is known at run time only.
    pub fn of_kind(kind: FailureKind, what: impl Into<String>) -> Self {
        Self::new(kind, what)
    }

    /// Something failed.
    pub fn failed(what: impl Into<String>) -> Self {
        Self::new(FailureKind::Failed, what)
    }

    /// The arguments make no sense.
    pub fn usage(what: impl Into<String>) -> Self {
        Self::new(FailureKind::Usage, what)
    }

    /// Not there, or not in a state that allows it.
    pub fn state(what: impl Into<String>) -> Self {
        Self::new(FailureKind::State, what)
    }

    /// No answer.
    pub fn unreachable(what: impl Into<String>) -> Self {
        Self::new(FailureKind::Unreachable, what)
    }

    /// A check failed.
    pub fn mismatch(what: impl Into<String>) -> Self {
        Self::new(FailureKind::Mismatch, what)
    }

    /// Adds the way out.
    #[must_use]
    pub fn fix(mut self, fix: impl Into<String>) -> Self {
        self.fix = Some(fix.into());
        self
    }

    /// Adds the cause.
    #[must_use]
    pub fn because(mut self, source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        self.source = Some(source.into());
        self
    }

    /// Names fields of the input that do not fit.
    #[must_use]
    pub fn with_fields(mut self, fields: Vec<String>) -> Self {
        self.fields = fields;
        self
    }

    /// Ends the process with another code than the kind's, for a command that promises its own.
    #[must_use]
    pub const fn with_exit_code(mut self, code: u8) -> Self {
        self.exit_code = Some(code);
        self
    }

    /// The process's exit code.
    #[must_use]
    pub fn exit_code(&self) -> u8 {
        self.exit_code.unwrap_or(self.kind.exit_code())
    }

    /// What `--json` prints on stderr.
    #[must_use]
    pub fn to_json(&self) -> serde_json::Value {
        let mut error = serde_json::json!({
            "code": self.kind.code(),
            "message": self.message(),
            "fix": self.fix,
        });
        if !self.fields.is_empty() {
            error["fields"] = self.fields.clone().into();
        }
        serde_json::json!({ "error": error })
    }

    /// What happened and every cause beneath it, on one line.
    #[must_use]
    pub fn message(&self) -> String {
        let mut text = self.what.clone();
        let mut cause = self.source.as_ref().map(|source| source.as_ref() as &dyn Error);
        while let Some(error) = cause {
            let words = error.to_string();
            if !text.contains(&words) {
                text = format!("{text}: {words}");
            }
            cause = error.source();
        }
        text
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message())?;
        match &self.fix {
            Some(fix) => write!(f, "; {fix}"),
            None => Ok(()),
        }
    }
}

impl Error for Failure {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.source.as_ref().map(|source| source.as_ref() as &dyn Error)
    }
}

/// Turns any error into a [`Failure`] with words about what was attempted.
pub trait OrFail<T> {
    /// With [`FailureKind::Failed`].
    fn or_fail(self, what: impl FnOnce() -> String) -> Result<T, Failure>;
    /// With [`FailureKind::Unreachable`].
    fn or_unreachable(self, what: impl FnOnce() -> String) -> Result<T, Failure>;
    /// With [`FailureKind::Usage`].
    fn or_usage(self, what: impl FnOnce() -> String) -> Result<T, Failure>;
    /// With [`FailureKind::State`].
    fn or_state(self, what: impl FnOnce() -> String) -> Result<T, Failure>;
    /// With [`FailureKind::Mismatch`].
    fn or_mismatch(self, what: impl FnOnce() -> String) -> Result<T, Failure>;
}

impl<T, E: Into<Box<dyn Error + Send + Sync>>> OrFail<T> for Result<T, E> {
    fn or_fail(self, what: impl FnOnce() -> String) -> Result<T, Failure> {
        self.map_err(|error| Failure::failed(what()).because(error))
    }

    fn or_unreachable(self, what: impl FnOnce() -> String) -> Result<T, Failure> {
        self.map_err(|error| Failure::unreachable(what()).because(error))
    }

    fn or_usage(self, what: impl FnOnce() -> String) -> Result<T, Failure> {
        self.map_err(|error| Failure::usage(what()).because(error))
    }

    fn or_state(self, what: impl FnOnce() -> String) -> Result<T, Failure> {
        self.map_err(|error| Failure::state(what()).because(error))
    }

    fn or_mismatch(self, what: impl FnOnce() -> String) -> Result<T, Failure> {
        self.map_err(|error| Failure::mismatch(what()).because(error))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_names_input_cause_and_fix_on_one_line() {
        let io = std::io::Error::new(std::io::ErrorKind::NotFound, "no such file");
        let failure = Failure::failed("cannot read `a.csv`").because(io).fix("check the path");
        assert_eq!(failure.to_string(), "cannot read `a.csv`: no such file; check the path");
        assert_eq!(failure.to_json()["error"]["code"], "failed");
        assert_eq!(failure.kind.exit_code(), 1);
    }
}
