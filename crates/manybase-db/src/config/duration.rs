//! Durations as people write them.

use std::time::Duration;

/// Whole seconds, or a number with a unit: `500ms`, `30s`, `5m`, `1h`, `1d`.
pub(super) fn parse(text: &str) -> Option<Duration> {
    let text = text.trim();
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, unit) = text.split_at_checked(digits)?;
    let number: u64 = number.parse().ok()?;
    let seconds = match unit.trim() {
        "ms" => return Some(Duration::from_millis(number)),
        "" | "s" => 1,
        "m" | "min" => 60,
        "h" => 3_600,
        "d" => 86_400,
        _ => return None,
    };
    number.checked_mul(seconds).map(Duration::from_secs)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_numbers_and_units() {
        for (text, millis) in [
            ("7", 7_000),
            ("500ms", 500),
            ("30s", 30_000),
            ("30 s", 30_000),
            ("5m", 300_000),
            ("5min", 300_000),
            ("1h", 3_600_000),
            ("2d", 172_800_000),
            ("0", 0),
        ] {
            assert_eq!(parse(text), Some(Duration::from_millis(millis)), "{text}");
        }
    }

    #[test]
    fn takes_nothing_else() {
        for text in [
            "",
            "s",
            "1.5s",
            "-1",
            "1w",
            "1 hour",
            "99999999999999999999",
            "18446744073709551615d",
            "ß",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
