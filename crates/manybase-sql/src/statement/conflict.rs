//! What an insert does about rows that are there already.

use crate::Name;

/// What an insert does about rows that are there already.
///
/// MySQL, MariaDB and MatrixOne do not take [`OnConflict::keys`]: they react to *any* unique key that the new row
/// collides with, and where a table has several, another row than meant may be updated.
///
/// ```
/// use manybase_sql::{dialect, ConflictValue, Insert, OnConflict};
/// let insert = Insert::into("stock", ["sku", "qty"])
///     .row([7i64, 3])
///     .on_conflict(OnConflict::new(["sku"]).set("qty", ConflictValue::Given));
/// assert_eq!(
///     insert.render(dialect::postgres())?.sql,
///     r#"INSERT INTO "stock" ("sku", "qty") VALUES ($1, $2) ON CONFLICT ("sku") DO UPDATE SET "qty" = excluded."qty""#
/// );
/// assert_eq!(
///     insert.render(dialect::mysql())?.sql,
///     "INSERT INTO `stock` (`sku`, `qty`) VALUES (?, ?) ON DUPLICATE KEY UPDATE `qty` = VALUES(`qty`)"
/// );
/// # Ok::<(), manybase_sql::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct OnConflict {
    /// The columns of a key or a unique index.
    pub keys: Vec<Name>,
    /// What becomes of the row that is there.
    pub update: ConflictUpdate,
}

/// What becomes of a row that an insert finds there already.
///
/// ```
/// use manybase_sql::{ConflictUpdate, OnConflict};
/// assert_eq!(OnConflict::new(["id"]).update, ConflictUpdate::Nothing);
/// ```
#[derive(Debug, Clone, PartialEq)]
pub enum ConflictUpdate {
    /// It stays as it is, and the new one is left out.
    Nothing,
    /// These columns are set.
    Set(Vec<(Name, ConflictValue)>),
}

/// The new value of a column in a row that was there already.
///
/// ```
/// use manybase_sql::{dialect, ConflictValue, Insert, OnConflict};
/// let conflict = OnConflict::new(["id"]).set("version", ConflictValue::Increased);
/// let insert = Insert::into("t", ["id", "version"]).row([7i64, 1]).on_conflict(conflict);
/// assert!(insert.render(dialect::sqlite())?.sql.ends_with(r#"DO UPDATE SET "version" = "t"."version" + 1"#));
/// # Ok::<(), manybase_sql::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ConflictValue {
    /// The one that the insert gives.
    Given,
    /// One more than the row has.
    Increased,
}

impl OnConflict {
    /// Leaves rows as they are that are there under these keys.
    ///
    /// ```
    /// assert_eq!(manybase_sql::OnConflict::new(["id"]).keys, ["id"]);
    /// ```
    pub fn new<N: Into<Name>>(keys: impl IntoIterator<Item = N>) -> Self {
        Self {
            keys: keys.into_iter().map(Into::into).collect(),
            update: ConflictUpdate::Nothing,
        }
    }

    /// Sets a column of a row that is there.
    ///
    /// ```
    /// use manybase_sql::{ConflictUpdate, ConflictValue, OnConflict};
    /// let conflict = OnConflict::new(["id"]).set("name", ConflictValue::Given);
    /// assert_ne!(conflict.update, ConflictUpdate::Nothing);
    /// ```
    #[must_use]
    pub fn set(mut self, column: impl Into<Name>, value: ConflictValue) -> Self {
        let set = (column.into(), value);
        match &mut self.update {
            ConflictUpdate::Nothing => self.update = ConflictUpdate::Set(vec![set]),
            ConflictUpdate::Set(all) => all.push(set),
        }
        self
    }
}
