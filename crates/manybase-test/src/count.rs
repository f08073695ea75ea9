//! Counting what is sent.

use crate::watch::{Recorder, recorder};
use manybase_db::Db;
use manybase_driver::Result;
use std::collections::BTreeMap;
use std::fmt;
use std::future::Future;
use std::sync::Arc;

/// The statements that were sent, with their connections. From [`count_queries`].
///
/// Begin, commit and savepoints are not among them, and of a batch each statement is.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> manybase_db::Result<()> {
/// use manybase_test::{count_queries, watched};
/// let db = watched(manybase_db::Db::builder().connect("main", "sqlite::memory:")).build()?;
/// let (_, queries) = count_queries(&db, async { manybase_record::sql("SELECT 1").scalar::<i64>(&db).await }).await?;
/// assert_eq!(queries.on("main"), 1);
/// assert!(queries.to_string().contains("main: SELECT 1"));
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, Default)]
pub struct Queries(Vec<(Arc<str>, Arc<str>)>);

impl Queries {
    /// How many.
    ///
    /// ```
    /// assert_eq!(manybase_test::Queries::default().total(), 0);
    /// ```
    pub fn total(&self) -> usize {
        self.0.len()
    }

    /// How many on this connection.
    ///
    /// ```
    /// assert_eq!(manybase_test::Queries::default().on("main"), 0);
    /// ```
    pub fn on(&self, connection: &str) -> usize {
        self.0.iter().filter(|(name, _)| &**name == connection).count()
    }

    /// The connections with the texts, in the order in which they were sent.
    ///
    /// ```
    /// assert_eq!(manybase_test::Queries::default().iter().count(), 0);
    /// ```
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, text)| (&**name, &**text))
    }

    /// How many there are on each connection.
    fn by_connection(&self) -> BTreeMap<&str, usize> {
        let mut counts = BTreeMap::new();
        for (name, _) in &self.0 {
            *counts.entry(&**name).or_default() += 1;
        }
        counts
    }

    /// An error text unless there are as many as were expected, on those connections that were named and, without a
    /// name, in all.
    #[doc(hidden)]
    pub fn expect(&self, expected: &[(&str, usize)], at_most: bool) -> Result<(), String> {
        let fits = |count: usize, wanted: usize| count == wanted || at_most && count < wanted;
        // As it was written: a name, or a text for one that Rust does not take as a name.
        let named = |name: &'_ str| name.trim_matches('"').to_owned();
        let found = |name: &str| match name {
            "" => self.total(),
            name => self.on(&named(name)),
        };
        if expected.iter().all(|(name, wanted)| fits(found(name), *wanted)) {
            return Ok(());
        }
        let bound = if at_most { "at most " } else { "" };
        let wanted = expected.iter().map(|(name, wanted)| match *name {
            "" => format!("{bound}{wanted}"),
            name => format!("{bound}{wanted} on {:?}", named(name)),
        });
        let wanted: Vec<_> = wanted.collect();
        let counts = self.by_connection().into_iter();
        let counts: Vec<_> = counts
            .map(|(name, count)| format!("{count} on {name:?}"))
            .collect();
        Err(format!(
            "expected {} statements, and {} were sent ({}):\n{self}",
            wanted.join(" and "),
            self.total(),
            if counts.is_empty() {
                "none".to_owned()
            } else {
                counts.join(", ")
            },
        ))
    }
}

impl fmt::Display for Queries {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, (connection, text)) in self.0.iter().enumerate() {
            writeln!(f, "{:>4}. {connection}: {text}", at + 1)?;
        }
        Ok(())
    }
}

/// Ends the count also when the future is dropped.
struct Count {
    recorder: Arc<Recorder>,
    from: usize,
    ended: bool,
}

impl Drop for Count {
    fn drop(&mut self) {
        if !self.ended {
            self.recorder.end(self.from);
        }
    }
}

/// Runs something, and says what was sent over the connections of this `Db` meanwhile, whoever sent it.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> manybase_db::Result<()> {
/// use manybase_test::{count_queries, watched};
/// let db = watched(manybase_db::Db::builder().connect("main", "sqlite::memory:")).build()?;
/// let (nothing, queries) = count_queries(&db, async {}).await?;
/// assert_eq!(queries.total(), 0);
/// # Ok(())
/// # }
/// ```
///
/// # Errors
/// For a `Db` that is neither from `#[manybase::test]` nor from [`watched`](crate::watched).
pub async fn count_queries<T>(db: &Db, work: impl Future<Output = T>) -> Result<(T, Queries)> {
    let (recorder, _) = recorder(db)?;
    let mut count = Count {
        from: recorder.begin(),
        recorder,
        ended: false,
    };
    let done = work.await;
    count.ended = true;
    let seen = count.recorder.end(count.from);
    // Afterwards: connections may have been added.
    let (_, names) = self::recorder(db)?;
    let named = seen.into_iter().map(|(driver, text)| {
        let name = names.get(&driver).cloned();
        (name.unwrap_or_else(|| "(removed)".into()), text)
    });
    Ok((done, Queries(named.collect())))
}

/// Runs something, and fails the test unless exactly so many statements were sent meanwhile. What was sent is in the
/// message. Its value is that of the `async` block.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> manybase_db::Result<()> {
/// use manybase_record::sql;
/// use manybase_test::{assert_queries, watched};
/// let builder = manybase_db::Db::builder().connect("app", "sqlite::memory:").connect("audit", "sqlite::memory:");
/// let db = watched(builder.default_connection("app")).build()?;
/// let one: i64 = assert_queries!(db, 1, async { sql("SELECT 1").scalar(&db).await })?;
/// assert_queries!(db, [app = 1, audit = 0], async { sql("SELECT 1").scalar::<i64>(&db).await })?;
/// # Ok(())
/// # }
/// ```
///
/// # Panics
/// When it were more or fewer.
#[macro_export]
macro_rules! assert_queries {
    ($db:expr, [$($connection:tt = $expected:expr),+ $(,)?], $work:expr $(,)?) => {
        $crate::__expect_queries!($db, &[$((stringify!($connection), $expected)),+], false, $work)
    };
    ($db:expr, $expected:expr, $work:expr $(,)?) => {
        $crate::__expect_queries!($db, &[("", $expected)], false, $work)
    };
    ($($wrong:tt)*) => {
        ::core::compile_error!(
            "write assert_queries!(db, 2, async { … }), or for each connection assert_queries!(db, [app = 1, \"other-one\" = 1], async { … })"
        )
    };
}

/// As [`assert_queries!`], for at most so many.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> manybase_db::Result<()> {
/// use manybase_record::sql;
/// use manybase_test::{assert_max_queries, watched};
/// let db = watched(manybase_db::Db::builder().connect("main", "sqlite::memory:")).build()?;
/// assert_max_queries!(db, 3, async { sql("SELECT 1").scalar::<i64>(&db).await })?;
/// # Ok(())
/// # }
/// ```
///
/// # Panics
/// When it were more.
#[macro_export]
macro_rules! assert_max_queries {
    ($db:expr, [$($connection:tt = $expected:expr),+ $(,)?], $work:expr $(,)?) => {
        $crate::__expect_queries!($db, &[$((stringify!($connection), $expected)),+], true, $work)
    };
    ($db:expr, $expected:expr, $work:expr $(,)?) => {
        $crate::__expect_queries!($db, &[("", $expected)], true, $work)
    };
    ($($wrong:tt)*) => {
        ::core::compile_error!(
            "write assert_max_queries!(db, 2, async { … }), or for each connection assert_max_queries!(db, [app = 1, \"other-one\" = 1], async { … })"
        )
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! __expect_queries {
    ($db:expr, $expected:expr, $at_most:expr, $work:expr) => {
        match $crate::count_queries(&$db, $work).await {
            Ok((value, queries)) => {
                if let Err(text) = queries.expect($expected, $at_most) {
                    panic!("{text}");
                }
                value
            }
            Err(error) => panic!("{error}"),
        }
    };
}
