//! In debug builds: using the outer `Db` inside its own open transaction.
//!
//! Such a statement would not see the transaction's work, would not be undone with it, and on a database with a
//! single writer would wait for it forever. Another task is taken to know what it does.

use super::Transaction;
use super::shared::Shared;
use crate::{Db, Error, ErrorKind, Result};
use std::future::Future;
use std::sync::{Arc, Weak};

tokio::task_local! {
    /// The transactions around the code that runs now.
    static OPEN: Vec<Weak<Shared>>;
}

/// Runs a transaction's closure, known to be inside it.
pub(crate) async fn inside<T>(tx: &Transaction, work: impl Future<Output = T> + Send) -> T {
    if !cfg!(debug_assertions) {
        return work.await;
    }
    let mut open = OPEN.try_with(Clone::clone).unwrap_or_default();
    open.push(Arc::downgrade(&tx.shared));
    OPEN.scope(open, work).await
}

/// An error if the code that runs now is inside a transaction on this connection.
pub(crate) fn check(db: &Db, name: &Arc<str>) -> Result<()> {
    if !cfg!(debug_assertions) {
        return Ok(());
    }
    let misused = OPEN.try_with(|open| {
        open.iter()
            .filter_map(Weak::upgrade)
            .any(|shared| shared.db.is_same(db) && shared.branches.has_begun(name))
    });
    if misused != Ok(true) {
        return Ok(());
    }
    let error = Error::new(
        ErrorKind::Transaction,
        "the outer Db was used inside its own open transaction",
    );
    Err(error.with_connection(name.clone()).with_help(
        "use the handle that the closure is given; for work apart from the transaction use `tokio::spawn`",
    ))
}
