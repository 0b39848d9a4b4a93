//! What a command prints: words for people, JSON for programs.

use std::fmt::Display;

use comfy_table::{ContentArrangement, Table, presets};
use serde::Serialize;

use crate::failure::Failure;

/// A command's result. Anything with words and fields is one.
pub trait Output: Send {
    /// For people.
    fn text(&self) -> String;
    /// For programs: the same facts.
    ///
    /// # Errors
    /// Only if a type cannot be written as JSON, which is a bug in it.
    fn json(&self) -> Result<serde_json::Value, Failure>;
}

impl<R: Serialize + Display + Send> Output for R {
    fn text(&self) -> String {
        self.to_string()
    }

    fn json(&self) -> Result<serde_json::Value, Failure> {
        serde_json::to_value(self).map_err(|error| Failure::failed("cannot write the result as JSON").because(error))
    }
}

/// A table with a header, as wide as the terminal allows. No colours, so that `NO_COLOR` has nothing to do.
#[must_use]
pub fn table(header: &[&str]) -> Table {
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_content_arrangement(ContentArrangement::Dynamic).set_header(header);
    table
}

/// Aligned `name  value` lines.
#[derive(Default)]
pub struct Fields(Vec<(&'static str, String)>);

impl Fields {
    /// No lines.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a line.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Display) -> Self {
        self.0.push((name, value.to_string()));
        self
    }

    /// Adds a line if there is something to say.
    #[must_use]
    pub fn maybe(self, name: &'static str, value: Option<impl Display>) -> Self {
        match value {
            Some(value) => self.with(name, value),
            None => self,
        }
    }
}

impl Display for Fields {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let width = self.0.iter().map(|(name, _)| name.len()).max().unwrap_or(0);
        let lines: Vec<_> = self.0.iter().map(|(name, value)| format!("{name:width$}  {value}")).collect();
        f.write_str(&lines.join("\n"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_line_up() {
        let fields = Fields::new().with("a", 1).with("long", "x").maybe("none", None::<u8>);
        assert_eq!(fields.to_string(), "a     1\nlong  x");
    }
}
