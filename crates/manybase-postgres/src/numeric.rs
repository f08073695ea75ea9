//! PostgreSQL's `numeric`: groups of four decimal digits, decoded and encoded exactly.
//!
//! ```text
//! u16 groups | i16 weight of the first, as a power of 10000 | u16 sign | u16 digits after the point | u16 group ...
//! ```

use bytes::{BufMut, BytesMut};
use manybase_driver::CellError;
use rust_decimal::Decimal;

const NEGATIVE: u16 = 0x4000;
const NAN: u16 = 0xC000;
const INFINITY: u16 = 0xD000;
const MINUS_INFINITY: u16 = 0xF000;

/// A number that is `mantissa * 10^exponent`, with as few digits as it can have.
struct Number {
    negative: bool,
    mantissa: u128,
    exponent: i32,
    /// Digits after the point as the server shows it; there may be fewer that matter.
    scale: u32,
}

impl Number {
    /// Reads the server's form. More digits than `u128` holds are out of everybody's range.
    fn read(raw: &[u8], expected: &'static str) -> Result<Self, Box<CellError>> {
        let mut words = raw
            .as_chunks::<2>()
            .0
            .iter()
            .map(|word| u16::from_be_bytes(*word));
        let mut word = || {
            words
                .next()
                .ok_or_else(|| CellError::format(expected, "it is cut off"))
        };
        let (groups, weight, sign, scale) = (word()?, word()?.cast_signed(), word()?, word()?);
        match sign {
            0 | NEGATIVE => {}
            NAN => return Err(CellError::format(expected, "it is NaN")),
            INFINITY | MINUS_INFINITY => return Err(CellError::format(expected, "it is infinite")),
            _ => return Err(CellError::format(expected, "its sign is unknown")),
        }
        let mut mantissa = 0u128;
        for _ in 0..groups {
            mantissa = mantissa
                .checked_mul(10_000)
                .and_then(|sum| sum.checked_add(u128::from(word().ok()?)))
                .ok_or_else(|| CellError::range(expected))?;
        }
        let mut exponent = (i32::from(weight) - i32::from(groups) + 1) * 4;
        if mantissa == 0 {
            exponent = 0;
        }
        while mantissa != 0 && mantissa.is_multiple_of(10) {
            mantissa /= 10;
            exponent += 1;
        }
        Ok(Self {
            negative: sign == NEGATIVE,
            mantissa,
            exponent,
            scale: scale.into(),
        })
    }

    /// The whole number that it is with so many digits behind the point moved before it.
    fn scaled(&self, scale: u32) -> Option<i128> {
        let power = u32::try_from(self.exponent + i32::try_from(scale).ok()?).ok()?;
        let sum = self.mantissa.checked_mul(10u128.checked_pow(power)?)?;
        let sum = i128::try_from(sum).ok()?;
        Some(if self.negative { -sum } else { sum })
    }
}

/// Keeps the scale, except where only zeros at the end make it too long.
pub(crate) fn decimal(raw: &[u8]) -> Result<Decimal, Box<CellError>> {
    const EXPECTED: &str = "decimal";
    let number = Number::read(raw, EXPECTED)?;
    let least = number.exponent.min(0).unsigned_abs();
    let most = number.scale.min(Decimal::MAX_SCALE);
    (least..=most)
        .rev()
        .find_map(|scale| Decimal::try_from_i128_with_scale(number.scaled(scale)?, scale).ok())
        .ok_or_else(|| CellError::range(EXPECTED))
}

/// A number without a fraction.
pub(crate) fn integer(raw: &[u8], expected: &'static str) -> Result<i128, Box<CellError>> {
    let number = Number::read(raw, expected)?;
    if number.exponent < 0 {
        return Err(CellError::format(expected, "it has a fraction"));
    }
    number.scaled(0).ok_or_else(|| CellError::range(expected))
}

/// Writes `mantissa / 10^scale`. The mantissa is a [`Decimal`]'s or a whole number of 64 bits.
pub(crate) fn write(mantissa: i128, scale: u32, out: &mut BytesMut) {
    // So that the point falls between two groups. At most 96 bits and three digits: it fits.
    let padding = (4 - scale % 4) % 4;
    let mut rest = mantissa.unsigned_abs() * 10u128.pow(padding);
    let mut groups = [0u16; 11];
    let mut first = groups.len();
    while rest != 0 && first != 0 {
        first -= 1;
        // Below 10000.
        groups[first] = (rest % 10_000) as u16;
        rest /= 10_000;
    }
    let behind_point = (scale + padding) / 4;
    let digits = &groups[first..];
    let weight = digits.len() as i32 - behind_point as i32 - 1;
    let kept = digits
        .iter()
        .rposition(|group| *group != 0)
        .map_or(0, |last| last + 1);
    out.reserve(8 + 2 * kept);
    out.put_u16(kept as u16);
    out.put_i16(if kept == 0 { 0 } else { weight as i16 });
    out.put_u16(if mantissa < 0 { NEGATIVE } else { 0 });
    out.put_u16(scale as u16);
    for group in &digits[..kept] {
        out.put_u16(*group);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn raw(weight: i16, sign: u16, scale: u16, groups: &[u16]) -> Vec<u8> {
        let mut raw = Vec::new();
        for word in [groups.len() as u16, weight as u16, sign, scale]
            .iter()
            .chain(groups)
        {
            raw.extend_from_slice(&word.to_be_bytes());
        }
        raw
    }

    fn there_and_back(number: Decimal) -> Decimal {
        let mut out = BytesMut::new();
        write(number.mantissa(), number.scale(), &mut out);
        decimal(&out).unwrap()
    }

    proptest! {
        #[test]
        fn every_decimal_comes_back(mantissa in -(1i128 << 96) + 1..1i128 << 96, scale in 0u32..=28) {
            let number = Decimal::from_i128_with_scale(mantissa, scale);
            let back = there_and_back(number);
            prop_assert_eq!((back.mantissa(), back.scale()), (number.mantissa(), number.scale()));
        }

        #[test]
        fn every_whole_number_comes_back(number in any::<i64>()) {
            let mut out = BytesMut::new();
            write(number.into(), 0, &mut out);
            prop_assert_eq!(integer(&out, "integer").unwrap(), i128::from(number));
        }

        #[test]
        fn garbage_is_an_error_and_no_panic(raw in proptest::collection::vec(any::<u8>(), 0..40)) {
            let _ = decimal(&raw);
            let _ = integer(&raw, "integer");
        }
    }

    #[test]
    fn known_forms() {
        // 3950.123456, from the server's own documentation of the format.
        let bytes = raw(0, 0, 6, &[3950, 1234, 5600]);
        assert_eq!(decimal(&bytes).unwrap().to_string(), "3950.123456");
        let mut out = BytesMut::new();
        write(3_950_123_456, 6, &mut out);
        assert_eq!(out, bytes);
        assert_eq!(decimal(&raw(0, 0, 3, &[])).unwrap().to_string(), "0.000");
        assert_eq!(decimal(&raw(1, NEGATIVE, 0, &[1])).unwrap().to_string(), "-10000");
        assert_eq!(decimal(&raw(-1, 0, 4, &[1])).unwrap().to_string(), "0.0001");
    }

    #[test]
    fn zeros_at_the_end_are_no_reason_to_fail() {
        // 1 with 40 digits behind the point.
        assert_eq!(decimal(&raw(0, 0, 40, &[1])).unwrap(), Decimal::ONE);
        // 1234567890123456789012345.0000000000: 35 digits, ten of them for nothing.
        let long = raw(6, 0, 10, &[1, 2345, 6789, 123, 4567, 8901, 2345]);
        assert_eq!(
            decimal(&long).unwrap().normalize().to_string(),
            "1234567890123456789012345"
        );
    }

    #[test]
    fn what_does_not_fit_fails() {
        // 10^28 and a digit at the 28th place.
        for bytes in [
            raw(7, 0, 0, &[9; 8]),
            raw(-8, 0, 32, &[1]),
            raw(7, 0, 28, &[1, 0, 0, 0, 0, 0, 0, 0, 0, 1]),
        ] {
            assert_eq!(decimal(&bytes), Err(CellError::range("decimal")));
        }
        assert!(
            decimal(&raw(0, NAN, 0, &[]))
                .unwrap_err()
                .to_string()
                .contains("NaN")
        );
        assert!(
            decimal(&raw(0, MINUS_INFINITY, 0, &[]))
                .unwrap_err()
                .to_string()
                .contains("infinite")
        );
        assert!(
            integer(&raw(-1, 0, 1, &[5000]), "integer")
                .unwrap_err()
                .to_string()
                .contains("fraction")
        );
        assert_eq!(integer(&raw(0, 0, 3, &[7]), "integer").unwrap(), 7);
    }
}
