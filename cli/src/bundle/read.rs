//! Bytes → bundle, in one way only.

use serde_json::Value;

use super::{
    error::BundleError,
    format::{Bundle, FORMAT},
};

/// More than the largest settlement that fits in a block, several times.
const MAX_BYTES: usize = 16 << 20;

impl Bundle {
    /// Reads a bundle. White space is free, nothing else is: each value has one spelling.
    ///
    /// # Errors
    /// [`BundleError`] names the first field that is missing, unknown or not spelled as a bundle spells it.
    pub fn read(bytes: &[u8]) -> Result<Self, BundleError> {
        if bytes.len() > MAX_BYTES {
            return Err(BundleError::TooLarge(MAX_BYTES));
        }
        let shape = |field: String, source| BundleError::Shape { field, source };
        let mut text = serde_json::Deserializer::from_slice(bytes);
        let bundle: Self = serde_path_to_error::deserialize(&mut text).map_err(|error| {
            let path = error.path().to_string();
            // A field that is missing or unknown is named by the parser, not by the path.
            let field = missing(error.inner()).map_or_else(|| path.clone(), |name| join(&path, &name));
            shape(field, error.into_inner())
        })?;
        text.end().map_err(|source| shape("the end".into(), source))?;
        if bundle.format != FORMAT {
            return Err(BundleError::Format(bundle.format));
        }
        let written = serde_json::from_slice(bytes).map_err(|source| shape("the text".into(), source))?;
        let canonical = serde_json::to_value(&bundle).map_err(|source| shape("the text".into(), source))?;
        match difference(String::new(), &written, &canonical) {
            Some((field, found, canonical)) => Err(BundleError::NotCanonical { field, found, canonical }),
            None => Ok(bundle),
        }
    }

    /// The text that is written to files.
    ///
    /// # Errors
    /// None that is known of: a bundle is text and numbers.
    pub fn to_json(&self) -> Result<String, serde_json::Error> {
        serde_json::to_string_pretty(self).map(|text| text + "\n")
    }
}

/// The name between back-ticks in a parser's complaint about a field.
fn missing(error: &serde_json::Error) -> Option<String> {
    let text = error.to_string();
    let rest = ["missing field `", "unknown field `", "duplicate field `", "unknown variant `"]
        .iter()
        .find_map(|start| text.split_once(start))?
        .1;
    rest.split_once('`').map(|(name, _)| name.to_owned())
}

fn join(path: &str, name: &str) -> String {
    let last = path.rsplit('.').next().unwrap_or(path);
    match path {
        "." | "" => name.to_owned(),
        // The path may end with the field itself.
        _ if last == name => path.to_owned(),
        _ => format!("{path}.{name}"),
    }
}

/// The first place where two values differ: path, left, right.
fn difference(path: String, left: &Value, right: &Value) -> Option<(String, String, String)> {
    let at = |name: &str| if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
    match (left, right) {
        (Value::Object(left), Value::Object(right)) => {
            let names: std::collections::BTreeSet<_> = left.keys().chain(right.keys()).collect();
            names.into_iter().find_map(|name| match (left.get(name), right.get(name)) {
                (Some(left), Some(right)) => difference(at(name), left, right),
                (left, right) => Some((at(name), shown(left), shown(right))),
            })
        }
        (Value::Array(left), Value::Array(right)) if left.len() == right.len() => {
            let pairs = left.iter().zip(right).enumerate();
            pairs.into_iter().find_map(|(i, (left, right))| difference(format!("{path}[{i}]"), left, right))
        }
        _ if left == right => None,
        _ => Some((path, shown(Some(left)), shown(Some(right)))),
    }
}

fn shown(value: Option<&Value>) -> String {
    const ENOUGH: usize = 80;
    let text = value.map_or_else(|| "not at all".to_owned(), Value::to_string);
    match text.char_indices().nth(ENOUGH) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}
