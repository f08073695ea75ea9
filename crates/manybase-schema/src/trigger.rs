//! What runs when rows are written.

use serde::Serialize;

/// A trigger.
///
/// ```
/// use manybase_schema::{Introspect, TriggerEvent, TriggerTiming};
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> manybase_db::Result<()> {
/// # use manybase_db::{Access, Executor, Route};
/// # let db = manybase_db::Db::builder().connect("main", "sqlite::memory:").open().await?;
/// # let mut lease = db.lease(Route::default(), Access::Write).await?;
/// let sql = "CREATE TABLE t (a INT);
///     CREATE TRIGGER watch AFTER UPDATE OF a ON t WHEN NEW.a > 1 BEGIN SELECT 1; END";
/// lease.script(sql.into()).await?;
/// # drop(lease);
/// let found = Introspect::of("main").read(&db).await?;
/// let trigger = &found.tables[0].triggers[0];
/// assert_eq!((trigger.timing, &*trigger.events), (TriggerTiming::After, &[TriggerEvent::Update][..]));
/// assert_eq!(trigger.condition.as_deref(), Some("NEW.a > 1"));
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Trigger {
    /// Its name.
    pub name: String,
    /// When it runs.
    pub timing: TriggerTiming,
    /// What makes it run.
    pub events: Vec<TriggerEvent>,
    /// Only updates of these columns; of all if there are none.
    pub columns: Vec<String>,
    /// Once for each row, or once for each statement.
    pub per_row: bool,
    /// Only for rows of which this is true, as SQL.
    pub condition: Option<String>,
    /// The statement that makes it.
    pub definition: String,
    /// The text of the function that it calls, where that is an object of its own.
    pub function: Option<String>,
    /// It has not been switched off.
    pub enabled: bool,
}

/// When a trigger runs.
///
/// ```
/// assert_eq!(manybase_schema::TriggerTiming::InsteadOf.sql(), "INSTEAD OF");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum TriggerTiming {
    /// Before the row is written.
    Before,
    /// After it.
    After,
    /// Instead, as views have it.
    InsteadOf,
}

impl TriggerTiming {
    /// As SQL.
    ///
    /// ```
    /// assert_eq!(manybase_schema::TriggerTiming::Before.sql(), "BEFORE");
    /// ```
    pub fn sql(self) -> &'static str {
        match self {
            Self::Before => "BEFORE",
            Self::After => "AFTER",
            Self::InsteadOf => "INSTEAD OF",
        }
    }

    pub(crate) fn of(text: &str) -> Self {
        match text {
            "AFTER" => Self::After,
            "INSTEAD OF" => Self::InsteadOf,
            _ => Self::Before,
        }
    }
}

/// What makes a trigger run.
///
/// ```
/// assert_eq!(manybase_schema::TriggerEvent::Truncate.sql(), "TRUNCATE");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum TriggerEvent {
    /// A row comes.
    Insert,
    /// A row changes.
    Update,
    /// A row goes.
    Delete,
    /// All rows go at once.
    Truncate,
}

impl TriggerEvent {
    /// As SQL.
    ///
    /// ```
    /// assert_eq!(manybase_schema::TriggerEvent::Insert.sql(), "INSERT");
    /// ```
    pub fn sql(self) -> &'static str {
        match self {
            Self::Insert => "INSERT",
            Self::Update => "UPDATE",
            Self::Delete => "DELETE",
            Self::Truncate => "TRUNCATE",
        }
    }

    /// Those of a list with commas.
    pub(crate) fn all_of(text: &str) -> Vec<Self> {
        let all = [Self::Insert, Self::Update, Self::Delete, Self::Truncate];
        let named = |event: &Self| {
            text.split(',')
                .any(|name| name.trim().eq_ignore_ascii_case(event.sql()))
        };
        all.into_iter().filter(named).collect()
    }
}
