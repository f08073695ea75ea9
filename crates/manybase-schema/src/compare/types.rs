//! Types by what they hold.

use super::outcome::Verdict;
use crate::Column;
use manybase_sql::catalog::ColumnKind;

/// `None` where both hold the same, as far as each of the databases can.
pub(super) fn relation(left: &Column, right: &Column, same_product: bool) -> Option<Verdict> {
    let by_kind = match (left.kind, right.kind) {
        (ColumnKind::Other, _) | (_, ColumnKind::Other) => {
            return match left.native_type.eq_ignore_ascii_case(&right.native_type) && same_product {
                true => None,
                false => Some(Verdict::NotComparable),
            };
        }
        // The nearest that a database without such a type has.
        _ if !same_product && counterparts(left, right) => None,
        (ColumnKind::Enum, ColumnKind::Enum) => lists(left, right),
        // A list may be kept as a type here and as a check there.
        (ColumnKind::Enum, _) if !right.values.is_empty() => lists(left, right),
        (_, ColumnKind::Enum) if !left.values.is_empty() => lists(left, right),
        (a, b) => kinds(a, b),
    };
    both(by_kind, details(left, right))
}

/// Two things that are known of one pair.
fn both(a: Option<Verdict>, b: Option<Verdict>) -> Option<Verdict> {
    match (a, b) {
        (None, other) | (other, None) => other,
        (Some(a), Some(b)) if a == b => Some(a),
        (Some(Verdict::Incompatible), _) | (_, Some(Verdict::Incompatible)) => Some(Verdict::Incompatible),
        // Wider in one way and narrower in another.
        _ => Some(Verdict::Lossy),
    }
}

/// Fractions of seconds, and lengths that stand in no type's name.
fn details(left: &Column, right: &Column) -> Option<Verdict> {
    let timed = |column: &Column| {
        matches!(
            column.kind,
            ColumnKind::Time | ColumnKind::DateTime | ColumnKind::Timestamp
        )
    };
    if timed(left) && timed(right) {
        // What it has no room for is cut off.
        return match (left.holds.fraction, right.holds.fraction) {
            (a, b) if a == b => None,
            (Some(a), Some(b)) if a > b => Some(Verdict::Lossy),
            _ => Some(Verdict::Wider),
        };
    }
    let open = |column: &Column| matches!(column.kind, ColumnKind::Text { length: None } | ColumnKind::Bytes);
    match (left.holds.bytes, right.holds.bytes) {
        (a, b) if !open(left) || !open(right) || a == b => None,
        (None, _) => Some(Verdict::Narrower),
        (Some(_), None) => Some(Verdict::Wider),
        (Some(a), Some(b)) => Some(if a > b { Verdict::Narrower } else { Verdict::Wider }),
    }
}

/// What one database has in place of the other's type. A rule for each direction.
fn counterparts(left: &Column, right: &Column) -> bool {
    let stands_for = |column: &Column, other: &Column| match (column.kind, other.kind) {
        // Widths and signs that the other one does not have.
        (ColumnKind::Integer { .. }, ColumnKind::Integer { .. }) => {
            let nearest = column.kind.data_type() == other.kind.data_type();
            nearest || other.holds.loose && kinds(column.kind, other.kind) == Some(Verdict::Wider)
        }
        (
            ColumnKind::Integer {
                bits: 64,
                signed: false,
            },
            ColumnKind::Decimal {
                precision: Some((20, 0)),
            },
        ) => true,
        (ColumnKind::F32, ColumnKind::F64) => other.holds.loose,
        // As wide as a `Decimal` is, in front of the point and behind it.
        (
            ColumnKind::Decimal { precision: None },
            ColumnKind::Decimal {
                precision: Some((total, scale)),
            },
        ) => scale >= 28 && total >= scale && total - scale >= 28,
        (ColumnKind::Char(a), ColumnKind::Text { length: Some(b) }) => other.holds.loose && a == b,
        (ColumnKind::Uuid, ColumnKind::Char(36)) => true,
        // One type for both, because the other one ends too soon.
        (ColumnKind::Timestamp, ColumnKind::DateTime) => other.holds.any_zone,
        _ => false,
    };
    stands_for(left, right) || stands_for(right, left)
}

fn kinds(left: ColumnKind, right: ColumnKind) -> Option<Verdict> {
    use ColumnKind as K;
    let by = |wider: bool, narrower: bool| match (wider, narrower) {
        (true, true) => None,
        (true, false) => Some(Verdict::Wider),
        (false, true) => Some(Verdict::Narrower),
        (false, false) => Some(Verdict::Lossy),
    };
    if left == right {
        return None;
    }
    match (left, right) {
        (K::Text { length: a }, K::Text { length: b }) => {
            let least = |a: Option<u32>, b: Option<u32>| b.is_none_or(|b| a.is_some_and(|a| a <= b));
            by(least(a, b), least(b, a))
        }
        (K::Char(a), K::Char(b)) => by(a <= b, b <= a),
        (K::Char(a), K::Text { length }) => by(length.is_none_or(|length| a <= length), false),
        // Spaces at the end are lost.
        (K::Text { .. }, K::Char(_)) => Some(Verdict::Lossy),
        (K::F32, K::F64) => Some(Verdict::Wider),
        (K::F64, K::F32) => Some(Verdict::Lossy),
        (
            K::Integer { .. } | K::Decimal { .. } | K::Bool,
            K::Integer { .. } | K::Decimal { .. } | K::Bool,
        ) => {
            let (Some(a), Some(b)) = (Span::of(left), Span::of(right)) else {
                return Some(Verdict::Incompatible);
            };
            by(b.takes(&a), a.takes(&b))
        }
        // Digits are lost.
        (K::Integer { .. } | K::Decimal { .. }, K::F32 | K::F64)
        | (K::F32 | K::F64, K::Integer { .. } | K::Decimal { .. }) => Some(Verdict::Lossy),
        // The day, or the zone.
        (K::Date, K::DateTime | K::Timestamp) => Some(Verdict::Wider),
        (K::DateTime | K::Timestamp, K::Date) | (K::DateTime, K::Timestamp) | (K::Timestamp, K::DateTime) => {
            Some(Verdict::Lossy)
        }
        // Whatever it is, it can be written down; in the other direction most texts are refused.
        (K::Bytes, K::Text { .. }) | (K::Text { .. }, K::Bytes) => Some(Verdict::Incompatible),
        (_, K::Text { length: None }) => Some(Verdict::Wider),
        (_, K::Text { length: Some(length) }) if written(left).is_some_and(|needed| needed <= length) => {
            Some(Verdict::Wider)
        }
        (K::Enum, K::Text { .. } | K::Char(_)) => Some(Verdict::Wider),
        (K::Text { .. } | K::Char(_), K::Enum | K::Uuid | K::Json) => Some(Verdict::Narrower),
        _ => Some(Verdict::Incompatible),
    }
}

/// How many letters it takes to write such a value down.
fn written(kind: ColumnKind) -> Option<u32> {
    Some(match kind {
        ColumnKind::Bool => 5,
        ColumnKind::Integer { .. } => 20,
        ColumnKind::F32 | ColumnKind::F64 => 25,
        // The sign, the point, and a zero before it.
        ColumnKind::Decimal {
            precision: Some((total, _)),
        } => u32::from(total) + 3,
        ColumnKind::Date => 10,
        ColumnKind::Time => 15,
        ColumnKind::DateTime => 26,
        ColumnKind::Timestamp => 32,
        ColumnKind::Uuid => 36,
        _ => return None,
    })
}

/// Digits in front of the point and behind it, or the ends of a whole number.
struct Span {
    least: i128,
    greatest: i128,
    /// `None` for any number of digits.
    whole: Option<u32>,
    scale: Option<u32>,
}

impl Span {
    fn of(kind: ColumnKind) -> Option<Self> {
        let whole = |least: i128, greatest: i128| Self {
            least,
            greatest,
            whole: Some(greatest.to_string().len().try_into().unwrap_or(u32::MAX)),
            scale: Some(0),
        };
        Some(match kind {
            ColumnKind::Bool => whole(0, 1),
            ColumnKind::Integer { bits, signed: true } => {
                let end = 1_i128.checked_shl(u32::from(bits).saturating_sub(1))?;
                whole(-end, end - 1)
            }
            ColumnKind::Integer { bits, signed: false } => whole(0, 1_i128.checked_shl(u32::from(bits))? - 1),
            ColumnKind::Decimal { precision: None } => Self {
                least: i128::MIN,
                greatest: i128::MAX,
                whole: None,
                scale: None,
            },
            ColumnKind::Decimal {
                precision: Some((total, scale)),
            } => {
                let digits = u32::from(total.saturating_sub(scale));
                let end = 10_i128.checked_pow(digits).map_or(i128::MAX, |end| end - 1);
                Self {
                    least: -end,
                    greatest: end,
                    whole: Some(digits),
                    scale: Some(u32::from(scale)),
                }
            }
            _ => return None,
        })
    }

    fn takes(&self, other: &Self) -> bool {
        let at_least = |own: Option<u32>, other: Option<u32>| {
            own.is_none_or(|own| other.is_some_and(|other| other <= own))
        };
        let ends = self.least <= other.least && other.greatest <= self.greatest;
        // Beyond 38 digits the ends are all alike.
        let digits = self.greatest < i128::MAX || at_least(self.whole, other.whole);
        ends && digits && at_least(self.scale, other.scale)
    }
}

fn lists(left: &Column, right: &Column) -> Option<Verdict> {
    let within = |a: &Column, b: &Column| a.values.iter().all(|value| b.values.contains(value));
    match (within(left, right), within(right, left)) {
        (true, true) => None,
        (true, false) => Some(Verdict::Wider),
        (false, true) => Some(Verdict::Narrower),
        (false, false) => Some(Verdict::Incompatible),
    }
}

#[cfg(test)]
mod tests {
    use super::{ColumnKind as K, Verdict, kinds};

    #[test]
    fn numbers_by_what_they_hold() {
        let integer = |bits, signed| K::Integer { bits, signed };
        let decimal = |total, scale| K::Decimal {
            precision: Some((total, scale)),
        };
        let any = K::Decimal { precision: None };
        for (left, right, verdict) in [
            (integer(32, true), integer(64, true), Some(Verdict::Wider)),
            (integer(64, true), integer(32, true), Some(Verdict::Narrower)),
            (integer(32, false), integer(32, true), Some(Verdict::Lossy)),
            (integer(32, false), integer(64, true), Some(Verdict::Wider)),
            (decimal(10, 2), decimal(12, 2), Some(Verdict::Wider)),
            (decimal(10, 2), decimal(10, 4), Some(Verdict::Lossy)),
            (decimal(10, 2), any, Some(Verdict::Wider)),
            (any, decimal(57, 28), Some(Verdict::Narrower)),
            (decimal(65, 0), decimal(50, 0), Some(Verdict::Narrower)),
            (integer(64, true), decimal(19, 0), Some(Verdict::Wider)),
            (decimal(10, 2), K::F64, Some(Verdict::Lossy)),
            (any, any, None),
        ] {
            assert_eq!(kinds(left, right), verdict, "{left} {right}");
        }
    }

    #[test]
    fn texts_and_times() {
        let text = |length| K::Text { length };
        for (left, right, verdict) in [
            (text(Some(10)), text(Some(20)), Some(Verdict::Wider)),
            (text(None), text(Some(20)), Some(Verdict::Narrower)),
            (K::Char(3), text(Some(3)), Some(Verdict::Wider)),
            (text(Some(3)), K::Char(3), Some(Verdict::Lossy)),
            (K::Char(3), text(Some(2)), Some(Verdict::Lossy)),
            (K::Timestamp, K::DateTime, Some(Verdict::Lossy)),
            (K::Date, K::Timestamp, Some(Verdict::Wider)),
            (K::Uuid, text(Some(36)), Some(Verdict::Wider)),
            (K::Json, K::Uuid, Some(Verdict::Incompatible)),
            (K::Date, text(None), Some(Verdict::Wider)),
            (K::Date, text(Some(10)), Some(Verdict::Wider)),
            (K::Date, text(Some(9)), Some(Verdict::Incompatible)),
            (text(None), K::Date, Some(Verdict::Incompatible)),
        ] {
            assert_eq!(kinds(left, right), verdict, "{left} {right}");
        }
    }
}
