//! Durations as the configuration has them.

use std::time::Duration;

const FORMS: &str = "write seconds or a number with a unit, such as 30, 500ms, 30s, 5m, 1h or 7d";

/// For clap.
pub(crate) fn parse(text: &str) -> Result<Duration, String> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, unit) = text.split_at(digits);
    let number: u64 = number.parse().map_err(|_| FORMS.to_owned())?;
    let seconds = match unit.trim() {
        "ms" => return Ok(Duration::from_millis(number)),
        "" | "s" => 1,
        "m" | "min" => 60,
        "h" => 3_600,
        "d" => 86_400,
        _ => return Err(FORMS.to_owned()),
    };
    number
        .checked_mul(seconds)
        .map(Duration::from_secs)
        .ok_or_else(|| FORMS.to_owned())
}

/// The same, for something that repeats.
pub(crate) fn parse_interval(text: &str) -> Result<Duration, String> {
    parse(text).and_then(|interval| match interval.is_zero() {
        true => Err("it must be more than zero".to_owned()),
        false => Ok(interval),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_with_units() {
        for (text, millis) in [
            ("7", 7_000),
            ("500ms", 500),
            ("2 min", 120_000),
            ("1h", 3_600_000),
            ("0", 0),
        ] {
            assert_eq!(parse(text), Ok(Duration::from_millis(millis)), "{text}");
        }
        for text in [
            "",
            "s",
            "1.5s",
            "-1",
            "1w",
            "99999999999999999999",
            "18446744073709551615d",
        ] {
            assert!(parse(text).is_err(), "{text}");
        }
        assert!(parse_interval("0s").is_err() && parse_interval("1s").is_ok());
    }
}
