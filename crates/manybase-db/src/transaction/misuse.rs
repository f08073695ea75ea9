//! In debug builds: using the outer `Db` inside its own open transaction.
//!
//! Such a statement would not see the transaction's work, would not be undone with it, and on a database with a
//! single writer would wait for it forever. Another task is taken to know what it does.

use super::Transaction;
use crate::{Db, Result};
use std::future::Future;
use std::sync::Arc;

#[cfg(debug_assertions)]
mod watch {
    use super::super::shared::Shared;
    use std::sync::Weak;

    tokio::task_local! {
        /// The transactions around the code that runs now.
        pub(super) static OPEN: Vec<Weak<Shared>>;
    }
}

/// Runs a transaction's closure, known to be inside it.
#[cfg(debug_assertions)]
pub(crate) async fn inside<T>(tx: &Transaction, work: impl Future<Output = T> + Send) -> T {
    let mut open = watch::OPEN.try_with(Clone::clone).unwrap_or_default();
    open.push(Arc::downgrade(&tx.shared));
    watch::OPEN.scope(open, work).await
}

/// Runs a transaction's closure.
#[cfg(not(debug_assertions))]
pub(crate) async fn inside<T>(_tx: &Transaction, work: impl Future<Output = T> + Send) -> T {
    work.await
}

/// An error if the code that runs now is inside a transaction on this connection.
#[cfg(debug_assertions)]
pub(crate) fn check(db: &Db, name: &Arc<str>) -> Result<()> {
    use crate::{Error, ErrorKind};
    let misused = watch::OPEN.try_with(|open| {
        open.iter()
            .filter_map(std::sync::Weak::upgrade)
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

/// Checked in debug builds only.
#[cfg(not(debug_assertions))]
pub(crate) fn check(_db: &Db, _name: &Arc<str>) -> Result<()> {
    Ok(())
}
