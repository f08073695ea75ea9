//! Numbers in cells: without loss, or an error.

use crate::column::Kind;
use crate::row::Value;
use manybase_driver::CellError;
use rust_decimal::Decimal;

pub(crate) type Found<T> = Result<T, Box<CellError>>;

/// The largest whole number up to which a double holds every one.
const EXACT: i128 = 1 << 53;

pub(crate) fn wrong(expected: &'static str, kind: Kind) -> Box<CellError> {
    CellError::wrong_type(expected, kind.name())
}

pub(crate) fn unreadable(expected: &'static str) -> Box<CellError> {
    CellError::format(expected, "the server sent something else")
}

pub(crate) fn text(bytes: &[u8]) -> Found<&str> {
    std::str::from_utf8(bytes).map_err(|_| Box::new(CellError::Utf8))
}

/// A whole number of any width that the database has; also a decimal without a fraction, as `SUM` gives.
pub(crate) fn whole(value: Value<'_>, kind: Kind, expected: &'static str) -> Found<i128> {
    match (kind, value) {
        (Kind::Int | Kind::Unsigned, Value::Int(v)) => Ok(v.into()),
        (Kind::Int | Kind::Unsigned, Value::UInt(v)) => Ok(v.into()),
        (Kind::Int | Kind::Unsigned, Value::Bytes(v)) => text(v)?.parse().map_err(|_| unreadable(expected)),
        (Kind::Bit, Value::Bytes(v)) if v.len() <= 8 => {
            Ok(v.iter().fold(0, |sum, byte| sum << 8 | i128::from(*byte)))
        }
        (Kind::Decimal, Value::Bytes(v)) => {
            let digits = text(v)?;
            let (digits, fraction) = digits.split_once('.').unwrap_or((digits, ""));
            if fraction.bytes().any(|digit| digit != b'0') {
                return Err(CellError::format(expected, "it has a fraction"));
            }
            digits.parse().map_err(|_| CellError::range(expected))
        }
        _ => Err(wrong(expected, kind)),
    }
}

pub(crate) fn boolean(value: Value<'_>, kind: Kind) -> Found<bool> {
    if kind == Kind::Decimal {
        return Err(wrong("boolean", kind));
    }
    match whole(value, kind, "boolean")? {
        0 => Ok(false),
        1 => Ok(true),
        _ => Err(CellError::range("boolean")),
    }
}

pub(crate) fn double(value: Value<'_>, kind: Kind) -> Found<f64> {
    const EXPECTED: &str = "floating-point number";
    match (kind, value) {
        (Kind::Float, Value::Float(v)) => Ok(v.into()),
        (Kind::Double, Value::Double(v)) => Ok(v),
        // A FLOAT in digits is read as the single that it is, so that both protocols give the same.
        (Kind::Float, Value::Bytes(v)) => match text(v)?.parse::<f32>() {
            Ok(v) => Ok(v.into()),
            Err(_) => Err(unreadable(EXPECTED)),
        },
        (Kind::Double, Value::Bytes(v)) => text(v)?.parse().map_err(|_| unreadable(EXPECTED)),
        (Kind::Int | Kind::Unsigned | Kind::Bit, _) => {
            let whole = whole(value, kind, EXPECTED)?;
            if whole.abs() > EXACT {
                return Err(CellError::range(EXPECTED));
            }
            Ok(whole as f64)
        }
        _ => Err(wrong(EXPECTED, kind)),
    }
}

pub(crate) fn decimal(value: Value<'_>, kind: Kind) -> Found<Decimal> {
    match (kind, value) {
        (Kind::Decimal, Value::Bytes(v)) => parse_decimal(text(v)?),
        (Kind::Int | Kind::Unsigned | Kind::Bit, _) => Ok(whole(value, kind, "decimal").map(Decimal::from)?),
        _ => Err(wrong("decimal", kind)),
    }
}

/// The database fills up with zeros to the column's scale, which may be more digits than a [`Decimal`] has.
fn parse_decimal(digits: &str) -> Found<Decimal> {
    Decimal::from_str_exact(digits)
        .or_else(|error| match digits.contains('.') {
            true => Decimal::from_str_exact(digits.trim_end_matches('0').trim_end_matches('.')),
            false => Err(error),
        })
        .map_err(|_| CellError::range("decimal"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes(text: &str) -> Value<'_> {
        Value::Bytes(text.as_bytes())
    }

    #[test]
    fn a_decimal_without_a_fraction_is_a_whole_number() {
        let read = |text| whole(bytes(text), Kind::Decimal, "integer");
        assert_eq!(read("12"), Ok(12));
        assert_eq!(read("-12.000"), Ok(-12));
        assert_eq!(read("18446744073709551616"), Ok(1 << 64));
        assert!(read("0.5").is_err());
        assert!(read(&"9".repeat(65)).is_err());
    }

    #[test]
    fn a_decimal_is_exact_or_an_error() {
        let read = |text| decimal(bytes(text), Kind::Decimal).map(|v| v.to_string());
        assert_eq!(
            read("79228162514264337593543950335"),
            Ok("79228162514264337593543950335".into())
        );
        assert_eq!(read("123.4500000000000000000000000000"), Ok("123.45".into()));
        assert_eq!(
            read("5000000000000000000000000000.0000000000000000000000000000"),
            Ok("5000000000000000000000000000".into())
        );
        assert!(read("79228162514264337593543950336").is_err());
        assert!(read("0.00000000000000000000000000001").is_err());
        assert!(read("123456789012345.123456789012345678").is_err());
    }

    #[test]
    fn a_double_takes_no_whole_number_that_it_would_round() {
        assert_eq!(
            double(Value::Int(1 << 53), Kind::Int),
            Ok(9_007_199_254_740_992.0)
        );
        assert!(double(Value::Int((1 << 53) + 1), Kind::Int).is_err());
        assert!(double(bytes("1.5"), Kind::Decimal).is_err());
    }

    #[test]
    fn a_boolean_is_0_or_1() {
        assert_eq!(boolean(Value::Int(1), Kind::Int), Ok(true));
        assert_eq!(boolean(Value::Bytes(&[0]), Kind::Bit), Ok(false));
        assert!(boolean(Value::Int(2), Kind::Int).is_err());
        assert!(boolean(bytes("1"), Kind::Text).is_err());
    }
}
