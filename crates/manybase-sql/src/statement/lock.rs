//! Locks of the rows that a query gives.

/// What others may do meanwhile.
///
/// ```
/// use manybase_sql::{dialect, Lock, LockStrength, Select};
/// let select = Select::from("t").column("a").lock(Lock::new(LockStrength::Share));
/// assert_eq!(select.render(dialect::mysql())?.sql, "SELECT `a` FROM `t` FOR SHARE");
/// assert_eq!(select.render(dialect::mariadb())?.sql, "SELECT `a` FROM `t` LOCK IN SHARE MODE");
/// # Ok::<(), manybase_sql::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LockStrength {
    /// Nobody else locks or changes the rows.
    Update,
    /// Others may lock the rows so too, and nobody changes them.
    Share,
}

/// What happens when somebody else has locked a row.
///
/// ```
/// use manybase_sql::{Lock, LockStrength, LockWait};
/// assert_eq!(Lock::new(LockStrength::Update).wait, LockWait::Wait);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LockWait {
    /// The query waits.
    Wait,
    /// The row is left out.
    SkipLocked,
    /// The query fails.
    NoWait,
}

/// A lock of the rows that a query gives, until the transaction ends.
///
/// ```
/// use manybase_sql::{dialect, Lock, LockStrength, LockWait, Select};
/// let lock = Lock { strength: LockStrength::Update, wait: LockWait::NoWait };
/// let select = Select::from("t").column("a").lock(lock);
/// assert_eq!(select.render(dialect::postgres())?.sql, r#"SELECT "a" FROM "t" FOR UPDATE NOWAIT"#);
/// assert!(select.render(dialect::sqlite()).is_err());
/// # Ok::<(), manybase_sql::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lock {
    /// What others may do meanwhile.
    pub strength: LockStrength,
    /// What happens when somebody else has locked a row.
    pub wait: LockWait,
}

impl Lock {
    /// A lock that waits for others.
    ///
    /// ```
    /// use manybase_sql::{Lock, LockStrength};
    /// assert_eq!(Lock::new(LockStrength::Share).strength, LockStrength::Share);
    /// ```
    pub fn new(strength: LockStrength) -> Self {
        Self {
            strength,
            wait: LockWait::Wait,
        }
    }
}
