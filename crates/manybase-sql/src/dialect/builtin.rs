//! The dialects that come along.

use super::{Dialect, Flavor, MySql, Postgres, Sqlite};

/// SQLite.
///
/// ```
/// use manybase_sql::{dialect, Dialect};
/// assert_eq!(dialect::sqlite().name(), "SQLite");
/// ```
pub fn sqlite() -> &'static dyn Dialect {
    &Sqlite
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
