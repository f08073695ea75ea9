//! What a column holds, beyond its kind.

/// Facts about a type that [`ColumnKind`](super::ColumnKind) leaves open.
///
/// ```
/// use manybase_sql::{catalog::NativeType, dialect, Dialect};
/// let native = NativeType { full: "datetime(3)", base: "datetime", ..NativeType::default() };
/// let holds = dialect::mariadb().catalog().expect("it has one").holds(&native);
/// assert_eq!((holds.fraction, holds.any_zone), (Some(3), true));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Holds {
    /// Digits of a second that a time keeps.
    pub fraction: Option<u8>,
    /// The longest value in bytes, where that is less than a gigabyte.
    pub bytes: Option<u64>,
    /// Types are names only: the database keeps to no width and no length.
    pub loose: bool,
    /// Instants are kept in it too, since the database has no other type that is wide enough.
    pub any_zone: bool,
}

impl Holds {
    /// The number in the parentheses of `datetime(3)`.
    pub(super) fn fraction(native: &str, without: u8) -> Option<u8> {
        let inside = native.split_once('(').and_then(|(_, rest)| rest.split_once(')'));
        Some(
            inside
                .and_then(|(number, _)| number.trim().parse().ok())
                .unwrap_or(without),
        )
    }
}
