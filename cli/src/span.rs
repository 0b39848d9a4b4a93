//! Spans of time as people write them.

use crate::failure::Failure;

/// Reads `90`, `90s`, `15m`, `12h`, `7d`, `2w` as seconds.
///
/// # Errors
/// No number, an unknown unit, or more than 136 years.
pub fn parse_secs(text: &str) -> Result<u32, Failure> {
    let text = text.trim();
    let split = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (number, unit) = text.split_at(split);
    let scale: u64 = match unit {
        "" | "s" => 1,
        "m" => 60,
        "h" => 3_600,
        "d" => 86_400,
        "w" => 604_800,
        _ => return Err(bad(text)),
    };
    let number: u64 = number.parse().map_err(|_| bad(text))?;
    number.checked_mul(scale).and_then(|secs| u32::try_from(secs).ok()).ok_or_else(|| bad(text))
}

fn bad(text: &str) -> Failure {
    Failure::usage(format!("`{text}` is not a span of time")).fix("write it like 90s, 15m, 12h, 7d or 2w")
}

/// `7d`, `1h 30m`, `0s`.
#[must_use]
pub fn show_secs(secs: u64) -> String {
    let mut rest = secs;
    let mut parts = Vec::new();
    for (unit, scale) in [("d", 86_400), ("h", 3_600), ("m", 60), ("s", 1)] {
        if rest >= scale {
            parts.push(format!("{}{unit}", rest / scale));
            rest %= scale;
        }
    }
    parts.truncate(2);
    if parts.is_empty() { "0s".into() } else { parts.join(" ") }
}

/// `2026-11-21 14:03:05 UTC`, or `never` for zero.
#[must_use]
pub fn show_time(unix: u64) -> String {
    if unix == 0 {
        return "never".into();
    }
    let format = time::macros::format_description!("[year]-[month]-[day] [hour]:[minute]:[second] UTC");
    i64::try_from(unix)
        .ok()
        .and_then(|secs| time::OffsetDateTime::from_unix_timestamp(secs).ok())
        .and_then(|at| at.format(format).ok())
        .unwrap_or_else(|| unix.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_have_units() {
        assert_eq!(parse_secs("7d").unwrap(), 604_800);
        assert_eq!(parse_secs("90").unwrap(), 90);
        assert!(parse_secs("1y").is_err());
        assert!(parse_secs("99999999w").is_err());
        assert_eq!(show_secs(604_800), "7d");
        assert_eq!(show_secs(5_400), "1h 30m");
        assert_eq!(show_time(1_780_000_000), "2026-05-28 20:26:40 UTC");
    }
}
