//! The dialects that come along.

use super::{Dialect, Flavor, MySql, Postgres, Sqlite};

/// SQLite.
///
/// ```
/// use manybase_sql::{dialect, Dialect};
/// assert_eq!(dialect::sqlite().name(), "SQLite");
/// ```
pub fn sqlite() -> &'static dyn Dialect {
    &Sqlite { schema: None }
}

/// SQLite, for a file that is attached to another's connection: a table that names no schema is in this one.
///
/// There is one for each name, which is kept for good: give it names of which there are few, such as those of
/// connections.
///
/// ```
/// use manybase_sql::{dialect, Expr, Select};
/// let crm = dialect::sqlite_attached("mb_crm");
/// let query = Select::from("orders").column("id").filter(Expr::column("id").eq(7i64));
/// assert_eq!(
///     query.render(crm)?.sql,
///     r#"SELECT "id" FROM "mb_crm"."orders" WHERE "id" = ?"#
/// );
/// assert_eq!(crm.name(), "SQLite");
/// # Ok::<(), manybase_sql::Error>(())
/// ```
pub fn sqlite_attached(schema: &str) -> &'static dyn Dialect {
    super::sqlite::attached(schema)
}

/// PostgreSQL.
///
/// ```
/// use manybase_sql::{dialect, Dialect};
/// assert_eq!(dialect::postgres().name(), "PostgreSQL");
/// ```
pub fn postgres() -> &'static dyn Dialect {
    &Postgres
}

/// MySQL 8.
///
/// ```
/// use manybase_sql::{dialect, Dialect};
/// assert_eq!(dialect::mysql().name(), "MySQL");
/// ```
pub fn mysql() -> &'static dyn Dialect {
    &MySql {
        flavor: Flavor::MySql,
    }
}

/// MariaDB 10.6 and later.
///
/// ```
/// use manybase_sql::{dialect, Dialect};
/// assert_eq!(dialect::mariadb().name(), "MariaDB");
/// ```
pub fn mariadb() -> &'static dyn Dialect {
    &MySql {
        flavor: Flavor::MariaDb,
    }
}

/// MatrixOne.
///
/// ```
/// use manybase_sql::{dialect, Dialect};
/// assert!(!dialect::matrixone().capability().savepoints);
/// ```
pub fn matrixone() -> &'static dyn Dialect {
    &MySql {
        flavor: Flavor::MatrixOne,
    }
}
