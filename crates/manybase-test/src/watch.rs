//! Drivers of a test's `Db`: they write down what is sent, and can put a transaction around all of it.

mod connection;
mod driver;
mod outer;
mod recorder;
mod words;

pub(crate) use driver::factories;
pub use recorder::CapturedHook;
pub(crate) use recorder::{Recorder, lock, recorder};

use manybase_db::DbBuilder;
use std::sync::Arc;

/// The parameter of a URL that puts a transaction around all that is done. No driver of a database sees it.
pub(crate) const OUTER: &str = "manybase_outer";

/// A `Db` made by hand whose statements and hooks can be looked at: what `#[manybase::test]` gives to its tests anyway.
///
/// ```
/// use manybase_test::{count_queries, watched};
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> manybase_db::Result<()> {
/// let builder = manybase_db::Db::builder().connect("main", "sqlite::memory:");
/// let db = watched(builder).build()?;
/// let (answer, queries) = count_queries(&db, manybase_record::sql("SELECT 1").scalar::<i64>(&db)).await?;
/// assert_eq!((answer?, queries.total()), (1, 1));
/// # Ok(())
/// # }
/// ```
pub fn watched(builder: DbBuilder) -> DbBuilder {
    add(builder, &Arc::new(Recorder::default()))
}

/// The same with a given recorder.
pub(crate) fn add(mut builder: DbBuilder, recorder: &Arc<Recorder>) -> DbBuilder {
    for factory in factories(recorder) {
        builder = builder.driver(factory);
    }
    let seen = recorder.clone();
    builder.watch_ends(move |end| seen.ended(end))
}
