//! Decimals as text: exact, readable by any tool, and in one form per number, so that equal numbers are equal text.

use manybase_driver::CellError;
use rust_decimal::Decimal;
use std::cmp::Ordering;
use std::io::Write;

/// What a text lacks to be a decimal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NotDecimal {
    Form,
    /// A number, with more digits than [`Decimal`] has.
    Range,
}

impl From<NotDecimal> for Box<CellError> {
    fn from(why: NotDecimal) -> Self {
        match why {
            NotDecimal::Form => CellError::format("decimal", "the text is no decimal number"),
            NotDecimal::Range => CellError::range("decimal"),
        }
    }
}

/// A number's digits, without zeros that say nothing. Zero has no digits and no sign.
struct Digits<'t> {
    negative: bool,
    whole: &'t str,
    fraction: &'t str,
}

impl<'t> Digits<'t> {
    fn new(text: &'t str) -> Option<Self> {
        let (negative, unsigned) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text.strip_prefix('+').unwrap_or(text)),
        };
        let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, "0"));
        let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        if !digits(whole) || !digits(fraction) {
            return None;
        }
        let whole = whole.trim_start_matches('0');
        let fraction = fraction.trim_end_matches('0');
        Some(Self {
            negative: negative && !(whole.is_empty() && fraction.is_empty()),
            whole,
            fraction,
        })
    }

    fn size(&self) -> (usize, &str, &str) {
        (self.whole.len(), self.whole, self.fraction)
    }
}

/// The decimal in a text.
pub(crate) fn parse(text: &str) -> Result<Decimal, NotDecimal> {
    let digits = Digits::new(text).ok_or(NotDecimal::Form)?;
    // The most that a decimal holds has 29 digits; a 128-bit number holds all of them.
    if digits.whole.len() + digits.fraction.len() > 29 {
        return Err(NotDecimal::Range);
    }
    let all = digits.whole.bytes().chain(digits.fraction.bytes());
    let number = all.fold(0_i128, |sum, digit| sum * 10 + i128::from(digit - b'0'));
    let number = if digits.negative { -number } else { number };
    let scale = u32::try_from(digits.fraction.len()).map_err(|_| NotDecimal::Range)?;
    Decimal::try_from_i128_with_scale(number, scale).map_err(|_| NotDecimal::Range)
}

/// The decimal that a floating-point number is written as, which for a column of affinity NUMERIC is what was
/// stored.
pub(crate) fn from_f64(number: f64) -> Result<Decimal, NotDecimal> {
    // The widest has 17 digits and some 330 zeros.
    let mut text = [0; 400];
    let mut rest = &mut text[..];
    if write!(rest, "{number}").is_err() {
        return Err(NotDecimal::Range);
    }
    let left = rest.len();
    let text = std::str::from_utf8(&text[..text.len() - left]).map_err(|_| NotDecimal::Range)?;
    // Infinity has the wrong form, and is a number out of range.
    parse(text).map_err(|_| NotDecimal::Range)
}

/// The one form of a number.
pub(crate) fn normal(number: Decimal) -> Decimal {
    if number.is_zero() {
        return Decimal::ZERO;
    }
    number.normalize()
}

/// The order of numbers in text, however many digits they have. What is no number comes after, by its bytes.
pub(crate) fn compare(a: &str, b: &str) -> Ordering {
    let (x, y) = match (Digits::new(a), Digits::new(b)) {
        (Some(x), Some(y)) => (x, y),
        (Some(_), None) => return Ordering::Less,
        (None, Some(_)) => return Ordering::Greater,
        (None, None) => return a.cmp(b),
    };
    match (x.negative, y.negative) {
        (false, false) => x.size().cmp(&y.size()),
        (true, true) => y.size().cmp(&x.size()),
        (negative, _) if negative => Ordering::Less,
        _ => Ordering::Greater,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn forms() {
        for (text, number) in [
            ("0", "0"),
            ("-0.00", "0"),
            ("+1.50", "1.5"),
            ("-12.03", "-12.03"),
            ("007", "7"),
            ("79228162514264337593543950335", "79228162514264337593543950335"),
            (
                "0.0000000000000000000000000001000",
                "0.0000000000000000000000000001",
            ),
        ] {
            assert_eq!(parse(text).unwrap().to_string(), number);
        }
        for text in ["", "-", "1e5", "1.", ".5", "1_0", " 1", "NaN", "1,5", "--1", "٣"] {
            assert_eq!(parse(text), Err(NotDecimal::Form), "{text}");
        }
        for text in [
            "79228162514264337593543950336",
            "0.00000000000000000000000000001",
            "123456789012345678901234567890",
        ] {
            assert_eq!(parse(text), Err(NotDecimal::Range), "{text}");
        }
    }

    #[test]
    fn floating_point_numbers_are_what_is_written() {
        assert_eq!(from_f64(0.1).unwrap().to_string(), "0.1");
        assert_eq!(from_f64(-1e20).unwrap().to_string(), "-100000000000000000000");
        for number in [f64::INFINITY, f64::MAX, f64::MIN_POSITIVE, 5e-324, 1e-30] {
            assert_eq!(from_f64(number), Err(NotDecimal::Range), "{number}");
        }
    }

    fn decimal() -> impl Strategy<Value = Decimal> {
        (any::<i64>(), 0_u32..28).prop_map(|(number, scale)| Decimal::new(number, scale))
    }

    proptest! {
        #[test]
        fn text_and_back(number in decimal()) {
            prop_assert_eq!(parse(&normal(number).to_string()), Ok(number));
            prop_assert_eq!(parse(&number.to_string()), Ok(number));
        }

        #[test]
        fn order_of_text_is_order_of_numbers(a in decimal(), b in decimal()) {
            prop_assert_eq!(compare(&a.to_string(), &b.to_string()), a.cmp(&b));
        }

        #[test]
        fn any_text_has_a_place(a in "[-+.0-9x]{0,6}", b in "[-+.0-9x]{0,6}", c in "[-+.0-9x]{0,6}") {
            prop_assert_eq!(compare(&a, &b), compare(&b, &a).reverse());
            if compare(&a, &b).is_le() && compare(&b, &c).is_le() {
                prop_assert!(compare(&a, &c).is_le());
            }
        }
    }
}
