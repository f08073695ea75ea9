//! What whoever changes a database's structure has to know about it, as data.

mod mysql;
mod postgres;
mod sqlite;

pub(crate) use mysql::{MARIADB, MYSQL};
pub(crate) use postgres::POSTGRES;
pub(crate) use sqlite::SQLITE;

/// How the structure of one database is changed: the names of its files, its locks, and the queries that tell whether
/// a statement has happened.
///
/// ```
/// use manybase_sql::{dialect, Dialect};
/// let upkeep = dialect::mariadb().catalog().expect("it has one").upkeep();
/// assert_eq!(upkeep.files, ["mariadb", "mysql"]);
/// assert!(upkeep.lock.is_some());
/// ```
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct Upkeep {
    /// What its files are called, as in `up.<name>.sql`. The first that is there is taken.
    pub files: &'static [&'static str],
    /// Queries of one column of text each. All rows together are the structure: they change when it does, and never
    /// when rows of tables do.
    pub structure: &'static [&'static str],
    /// A lock that belongs to a session and outlives its transactions, by name. `None` where there is none.
    pub lock: Option<fn(&str) -> SessionLock>,
    /// How foreign keys are left unchecked for a while, where they can be.
    pub foreign_keys: Option<ForeignKeySwitch>,
    /// The databases of the server that this account sees: one column of text. `None` where there is only one.
    pub databases: Option<&'static str>,
    /// Where a database of this kind can be had that is gone when nobody has it any more.
    pub scratch_url: Option<&'static str>,
    /// What a statement that was cut off may have left behind, half done.
    pub leftover: Option<fn(&str) -> Option<Leftover>>,
    /// Full-text indexes that Manybase has made: the table, the index, and SQL in which its columns stand. `None` where
    /// there are none.
    pub full_text: Option<&'static str>,
}

impl Upkeep {
    /// Nothing is known.
    ///
    /// ```
    /// assert!(manybase_sql::upkeep::Upkeep::NONE.files.is_empty());
    /// ```
    pub const NONE: Self = Self {
        files: &[],
        structure: &[],
        lock: None,
        foreign_keys: None,
        databases: None,
        scratch_url: None,
        leftover: None,
        full_text: None,
    };
}

/// The texts around a session's lock. Each gives one row with one truth value, where NULL is false.
///
/// ```
/// use manybase_sql::{dialect, Dialect};
/// let upkeep = dialect::postgres().catalog().expect("it has one").upkeep();
/// let lock = upkeep.lock.expect("it has locks")("nightly");
/// assert!(lock.take.starts_with("SELECT pg_try_advisory_lock("));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionLock {
    /// Takes it if it is free; true when it has been taken.
    pub take: String,
    /// Whether this session has it.
    pub held: String,
    /// Gives it back; true when this session had it.
    pub release: String,
}

/// How foreign keys are left unchecked for a while. The statements must stand outside of a transaction.
///
/// ```
/// use manybase_sql::{dialect, Dialect};
/// let upkeep = dialect::sqlite().catalog().expect("it has one").upkeep();
/// let switch = upkeep.foreign_keys.expect("it has a switch");
/// assert_eq!(switch.off, "PRAGMA foreign_keys = OFF");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ForeignKeySwitch {
    /// Whether they are checked in this session: one row, one truth value.
    pub ask: &'static str,
    /// Leaves them unchecked.
    pub off: &'static str,
    /// Checks them again.
    pub on: &'static str,
    /// Rows whose reference leads nowhere: the table, and something that names the reference. `None` where nobody
    /// tells.
    pub violations: Option<&'static str>,
}

/// Something half done that has to go before the statement is run again.
///
/// ```
/// use manybase_sql::{dialect, Dialect};
/// let upkeep = dialect::postgres().catalog().expect("it has one").upkeep();
/// let leftover = upkeep.leftover.expect("it can leave some");
/// let index = leftover("CREATE INDEX CONCURRENTLY by_name ON person (name)").expect("an index that is not valid");
/// assert_eq!(index.tidy, "DROP INDEX CONCURRENTLY IF EXISTS by_name");
/// assert!(leftover("CREATE INDEX by_name ON person (name)").is_none());
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leftover {
    /// Whether it is there: one row, one truth value.
    pub probe: String,
    /// Takes it away.
    pub tidy: String,
    /// What it is, for people.
    pub what: String,
}

/// A number for a name, the same everywhere and always: FNV-1a, without the sign.
fn number_of(name: &str) -> i64 {
    let hash = name.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    i64::try_from(hash >> 1).unwrap_or(i64::MAX)
}
