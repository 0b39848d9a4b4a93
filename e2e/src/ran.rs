//! What the binary answered.

use std::process::Output;

use anyhow::{Context, bail, ensure};
use cli::Failure;
use serde_json::Value;

use crate::Result;

/// A run of the `datavault` binary that ended.
#[derive(Clone, Debug)]
pub struct Ran {
    /// Its exit code; -1 if a signal ended it.
    pub code: i32,
    /// What it printed.
    pub stdout: String,
    /// What it complained about.
    pub stderr: String,
}

impl From<Output> for Ran {
    fn from(output: Output) -> Self {
        Self {
            code: output.status.code().unwrap_or(-1),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }
}

impl Ran {
    /// The report of a run with `--json` that must have succeeded.
    ///
    /// # Errors
    /// If it failed, or printed no JSON.
    pub fn report(&self) -> Result<Value> {
        ensure!(self.code == 0, "it failed ({}): {}", self.code, self.stderr);
        serde_json::from_str(&self.stdout).with_context(|| format!("no JSON: {}", self.stdout))
    }

    /// The one sentence after `error: ` of a run that must have failed with this exit code.
    ///
    /// # Errors
    /// If it succeeded, failed otherwise, or said more or less than one line.
    pub fn error(&self, code: i32) -> Result<&str> {
        ensure!(self.code == code, "exit code {} instead of {code}: {}{}", self.code, self.stdout, self.stderr);
        ensure!(self.stdout.is_empty(), "a failure printed a result: {}", self.stdout);
        let mut lines = self.stderr.lines();
        match (lines.next().and_then(|line| line.strip_prefix("error: ")), lines.next()) {
            (Some(sentence), None) => Ok(sentence),
            _ => bail!("not one line that begins with `error: `: {}", self.stderr),
        }
    }

    /// The `error` object on stderr of a run with `--json` that must have failed with this exit code.
    ///
    /// # Errors
    /// If it succeeded, failed otherwise, or printed something else than one JSON object.
    pub fn json_error(&self, code: i32) -> Result<Value> {
        ensure!(self.code == code, "exit code {} instead of {code}: {}{}", self.code, self.stdout, self.stderr);
        ensure!(self.stdout.is_empty(), "a failure printed a result: {}", self.stdout);
        let mut answer: Value =
            serde_json::from_str(&self.stderr).with_context(|| format!("no JSON: {}", self.stderr))?;
        for field in ["code", "message"] {
            ensure!(answer["error"][field].is_string(), "no `{field}`: {answer}");
        }
        Ok(answer["error"].take())
    }

    /// The sentence of a failure, which must hold every one of `parts`.
    ///
    /// # Errors
    /// As [`Self::error`], or if a part is missing.
    pub fn says(&self, code: i32, parts: &[&str]) -> Result<&str> {
        let sentence = self.error(code)?;
        for part in parts {
            ensure!(sentence.contains(part), "`{part}` is not in: {sentence}");
        }
        Ok(sentence)
    }
}

/// What must have succeeded.
///
/// # Errors
/// If the run failed.
pub fn finished(ran: &Ran) -> Result<&str> {
    ensure!(ran.code == 0, "it failed ({}): {}", ran.code, ran.stderr);
    Ok(&ran.stdout)
}

/// The failure of something that must fail, whose sentence must hold every one of `parts`.
///
/// # Errors
/// If it succeeded, or a part is missing.
pub fn refused<T>(result: Result<T, Failure>, parts: &[&str]) -> Result<Failure> {
    let Err(failure) = result else { bail!("this must be refused: {parts:?}") };
    let sentence = failure.to_string();
    for part in parts {
        ensure!(sentence.contains(part), "`{part}` is not in: {sentence}");
    }
    Ok(failure)
}
