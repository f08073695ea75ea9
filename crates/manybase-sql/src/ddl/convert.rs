//! How values of one type become those of another.

use crate::DataType;

/// How values become those of a new type.
///
/// ```
/// use manybase_sql::ddl::Conversion;
/// assert_ne!(Conversion::ByItself, Conversion::Unknown);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Conversion {
    /// The database does it, or refuses what does not fit.
    ByItself,
    /// With this expression.
    By(String),
    /// Only who knows the data can tell.
    Unknown,
}

/// What all databases do by themselves and alike, and never with another value than the one that was there.
pub(crate) fn by_itself(from: DataType, to: DataType) -> bool {
    use DataType as T;
    let number = |one: T| one.is_integer() || one.is_decimal();
    match (from, to) {
        _ if from == to => true,
        _ if from.is_integer() && to.is_numeric() => true,
        _ if from.is_decimal() && to.is_decimal() => true,
        (T::F32, T::F64) | (T::F64, T::F32) | (T::Decimal { .. }, T::F64) => true,
        _ if from.is_text() && to.is_text() => true,
        _ if number(from) && to.is_text() => true,
        (T::Uuid | T::Json, _) if to.is_text() => true,
        _ => false,
    }
}
