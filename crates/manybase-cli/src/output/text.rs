//! Numbers and durations for people.

use std::fmt::Display;
use std::time::Duration;

/// `0.25 ms`, `12 ms`, `1.2 s`
pub(crate) fn millis(duration: Duration) -> String {
    match duration.as_millis() {
        0..10 => format!("{:.2} ms", duration.as_secs_f64() * 1e3),
        10..1_000 => format!("{} ms", duration.as_millis()),
        _ => format!("{:.1} s", duration.as_secs_f64()),
    }
}

/// `4 s`, `3 min`, `2 h`, `5 d`
pub(crate) fn ago(age: Duration) -> String {
    match age.as_secs() {
        seconds @ 0..120 => format!("{seconds} s"),
        seconds @ 120..7_200 => format!("{} min", seconds / 60),
        seconds @ 7_200..172_800 => format!("{} h", seconds / 3_600),
        seconds => format!("{} d", seconds / 86_400),
    }
}

/// `1 branch`, `2 branches`
pub(crate) fn count<N: TryInto<u128> + Display + Copy>(number: N, one: &str, many: &str) -> String {
    match number.try_into() {
        Ok(1) => format!("1 {one}"),
        _ => format!("{number} {many}"),
    }
}

/// `17 B`, `1.5 KiB`, `2.0 GiB`
pub(crate) fn bytes(number: u64) -> String {
    const UNITS: [&str; 4] = ["KiB", "MiB", "GiB", "TiB"];
    let (mut value, mut name) = (number as f64, "B");
    for unit in UNITS {
        if value < 1024.0 {
            break;
        }
        (value, name) = (value / 1024.0, unit);
    }
    match name {
        "B" => format!("{number} B"),
        name => format!("{value:.1} {name}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_forms() {
        assert_eq!(millis(Duration::from_micros(250)), "0.25 ms");
        assert_eq!(millis(Duration::from_millis(12)), "12 ms");
        assert_eq!(millis(Duration::from_millis(1_200)), "1.2 s");
        assert_eq!(
            [17, 1536, 2 << 30, u64::MAX].map(bytes),
            ["17 B", "1.5 KiB", "2.0 GiB", "16777216.0 TiB"]
        );
        assert_eq!(ago(Duration::from_secs(119)), "119 s");
        assert_eq!(ago(Duration::from_secs(120)), "2 min");
        assert_eq!(ago(Duration::from_secs(7_200)), "2 h");
        assert_eq!(ago(Duration::from_secs(200_000)), "2 d");
        assert_eq!(
            (count(1, "branch", "branches"), count(0, "branch", "branches")),
            ("1 branch".into(), "0 branches".into())
        );
    }
}
