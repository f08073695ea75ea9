//! What has run at the end of transactions.

use crate::watch::{CapturedHook, recorder};
use manybase_db::Db;
use manybase_driver::Result;

/// The hooks that have run at the end of transactions of this `Db` (`after_commit`, `after_rollback`, and what
/// [`manybase_db::Transaction::at_end`] was given), in order.
///
/// Also where a transaction of the test is only a savepoint: they run when it is committed, as in production, and what
/// they do to the database goes with the test's own transaction.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> manybase_db::Result<()> {
/// use manybase_test::{captured_hooks, watched};
/// let db = watched(manybase_db::Db::builder().connect("main", "sqlite::memory:")).build()?;
/// db.transaction(async |tx| tx.at_end(async |_outcome, _db| Ok(()))).await?;
/// assert_eq!(captured_hooks(&db)?.len(), 1);
/// # Ok(())
/// # }
/// ```
///
/// # Errors
/// For a `Db` that is neither from `#[manybase::test]` nor from [`watched`](crate::watched).
pub fn captured_hooks(db: &Db) -> Result<Vec<CapturedHook>> {
    Ok(recorder(db)?.0.hooks())
}
