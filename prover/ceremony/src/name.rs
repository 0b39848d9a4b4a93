//! Names of people and circuits: what they may be, and how files are called after them.

use crate::error::Error;

/// Longest name: snarkjs cuts what is longer, and a cut name is another name.
const LONGEST: usize = 64;

/// Checks a contributor's name.
pub(crate) fn contributor_name(name: &str) -> Result<(), Error> {
    let refuse =
        |reason: &str| Err(Error::Argument { argument: "name", reason: format!("`{}` {reason}", name.escape_debug()) });
    if name.trim() != name || name.is_empty() {
        return refuse("is empty or begins or ends with a space: give the name that you publish your hash under");
    }
    if name.encode_utf16().count() > LONGEST || name.len() > 255 {
        return refuse("is longer than 64 characters: shorten it");
    }
    if name.chars().any(|c| c.is_control() || is_invisible(c)) {
        return refuse("has a control or invisible character, which would make two names of one: leave it out");
    }
    Ok(())
}

/// Characters that show nothing: two names that differ in them look like one.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{e0000}'..='\u{e007f}')
}

/// Checks a circuit's name, which names files too.
pub(crate) fn circuit_name(name: &str) -> Result<(), Error> {
    let fine = !name.is_empty()
        && name.len() <= LONGEST
        && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
    match fine {
        true => Ok(()),
        false => Err(Error::Argument {
            argument: "circuit",
            reason: format!("`{}` is not made of a-z, 0-9 and _, at most 64 of them", name.escape_debug()),
        }),
    }
}

/// A name as part of a file name.
pub(crate) fn slug(name: &str) -> String {
    let plain: String =
        name.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' }).collect();
    let words: Vec<_> = plain.split('-').filter(|word| !word.is_empty()).collect();
    match words.is_empty() {
        true => "somebody".to_owned(),
        false => words.join("-"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_cannot_leave_the_folder() {
        assert_eq!(slug("../../etc/passwd"), "etc-passwd");
        assert_eq!(slug("Zoë Müller <z@example.org>"), "zo-m-ller-z-example-org");
        assert_eq!(slug("李"), "somebody");
    }

    #[test]
    fn names_that_snarkjs_would_change_are_refused() {
        for name in ["", " a", "a ", "a\nb", &"x".repeat(65)] {
            assert!(contributor_name(name).is_err(), "{name:?}");
        }
        contributor_name(&"x".repeat(64)).unwrap();
        assert!(circuit_name("../usage").is_err());
        circuit_name("usage_128").unwrap();
    }
}
