//! Hooks: what a model does when its records are written and read.

mod change;
mod context;
mod set_wise;
mod single;
mod table;

pub use change::SetChange;
pub use context::{HookContext, Operation};
pub use table::HookTable;

pub(crate) use set_wise::SetWise;
pub(crate) use single::Changed;

use crate::Model;
use manybase_db::Executor;
use manybase_driver::{Error, ErrorKind, Result};
use std::future::Future;

/// What a model with `#[model(hooks)]` does when its records are written and read. Every method does nothing unless it
/// is written, as a plain `async fn`.
///
/// Hooks of a write run inside a transaction, the caller's or one of its own, and work on it by [`HookContext::on`]. An
/// error fails it. They run in this order: [`Hooks::before_validate`], the rules, [`Hooks::after_validate`],
/// [`Hooks::before_insert`], the statement, [`Hooks::after_insert`]. What `before_insert` and `before_update` have made of
/// the record is written, and must keep to the rules too.
///
/// Calls that write many rows at once have hooks of their own: [`Hooks::before_update_set`] and the like. Where a model
/// does not write them, such a call is an error, because the hooks of its records would not run. No hook runs on
/// [`Executor::without_hooks`].
///
/// ```
/// use manybase_record::prelude::*;
/// use manybase_record::{HookContext, Hooks, sql};
/// use manybase_driver::Result;
///
/// #[derive(Debug, Clone, Model)]
/// #[model(hooks)]
/// struct Customer {
///     #[model(key, auto)]
///     id: i64,
///     name: String,
/// }
///
/// impl Hooks for Customer {
///     async fn before_insert(&mut self, _cx: &HookContext<'_>) -> Result<()> {
///         self.name = self.name.trim().to_owned();
///         Ok(())
///     }
///
///     async fn after_insert(&mut self, cx: &HookContext<'_>) -> Result<()> {
///         sql("INSERT INTO audit (customer) VALUES (?)").bind(self.id).execute(cx.on()).await?;
///         Ok(())
///     }
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<()> {
/// # let db = manybase_db::Db::builder().connect("main", "sqlite::memory:").open().await?;
/// # manybase_record::create_table::<Customer>(&db).await?;
/// # sql("CREATE TABLE audit (customer INTEGER)").execute(&db).await?;
/// let ann = Customer { id: 0, name: " Ann ".into() }.insert(&db).await?;
/// assert_eq!(ann.name, "Ann");
/// assert_eq!(sql("SELECT COUNT(*) FROM audit").scalar::<i64>(&db).await?, 1);
/// # Ok(())
/// # }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no hooks",
    label = "#[model(hooks)] promises them",
    note = "write `impl Hooks for {Self} {{ .. }}`"
)]
#[allow(unused_variables)]
pub trait Hooks: Model + Clone {
    /// Before the rules are looked at.
    fn before_validate(&mut self, cx: &HookContext<'_>) -> impl Future<Output = Result<()>> + Send {
        async { Ok(()) }
    }

    /// The record keeps to the rules.
    fn after_validate(&mut self, cx: &HookContext<'_>) -> impl Future<Output = Result<()>> + Send {
        async { Ok(()) }
    }

    /// Before the record is inserted.
    fn before_insert(&mut self, cx: &HookContext<'_>) -> impl Future<Output = Result<()>> + Send {
        async { Ok(()) }
    }

    /// The record is inserted, and has its key. What is changed here is still to be saved.
    fn after_insert(&mut self, cx: &HookContext<'_>) -> impl Future<Output = Result<()>> + Send {
        async { Ok(()) }
    }

    /// Before changes are written. Not called when there are none. [`Operation::Restore`] comes here too.
    fn before_update(&mut self, cx: &HookContext<'_>) -> impl Future<Output = Result<()>> + Send {
        async { Ok(()) }
    }

    /// Changes are written. What is changed here is still to be saved.
    fn after_update(&mut self, cx: &HookContext<'_>) -> impl Future<Output = Result<()>> + Send {
        async { Ok(()) }
    }

    /// Before the record is deleted, for good or as [`Operation::SoftDelete`].
    fn before_delete(&mut self, cx: &HookContext<'_>) -> impl Future<Output = Result<()>> + Send {
        async { Ok(()) }
    }

    /// The record is deleted.
    fn after_delete(&self, cx: &HookContext<'_>) -> impl Future<Output = Result<()>> + Send {
        async { Ok(()) }
    }

    /// Before records are read.
    fn before_load(cx: &HookContext<'_>) -> impl Future<Output = Result<()>> + Send {
        async { Ok(()) }
    }

    /// The record was read, with the relations that were asked for. What is changed here counts as read.
    fn after_load(&mut self, cx: &HookContext<'_>) -> impl Future<Output = Result<()>> + Send {
        async { Ok(()) }
    }

    /// The whole transaction in which the record was written is committed. Called once for each write, with the record
    /// as it was then; [`HookContext::on`] is outside of the transaction.
    ///
    /// An error or a panic comes back from the commit as [`ErrorKind::AfterCommit`], when all others have been told.
    fn after_commit(&self, cx: &HookContext<'_>) -> impl Future<Output = Result<()>> + Send {
        async { Ok(()) }
    }

    /// The whole transaction is rolled back, or the nested one in which the record was written; in the latter case it is
    /// told at the end of the whole one. Errors are logged.
    fn after_rollback(&self, cx: &HookContext<'_>) -> impl Future<Output = Result<()>> + Send {
        async { Ok(()) }
    }

    /// Before records are inserted together. Unless it is written, [`Hooks::before_insert`] of each.
    fn before_insert_many(
        records: &mut [Self],
        cx: &HookContext<'_>,
    ) -> impl Future<Output = Result<()>> + Send {
        async move {
            for record in records {
                record.before_insert(cx).await?;
            }
            Ok(())
        }
    }

    /// Records are inserted together, and have their keys. Unless it is written, [`Hooks::after_insert`] of each.
    fn after_insert_many(
        records: &mut [Self],
        cx: &HookContext<'_>,
    ) -> impl Future<Output = Result<()>> + Send {
        async move {
            for record in records {
                record.after_insert(cx).await?;
            }
            Ok(())
        }
    }

    /// Before records are inserted or, where they are there already, updated: one or many. Unless it is written, that is
    /// an error: which hook is due is not known before.
    fn before_upsert(records: &mut [Self], cx: &HookContext<'_>) -> impl Future<Output = Result<()>> + Send {
        async { Err(not_written::<Self>("an upsert", "before_upsert")) }
    }

    /// Records are inserted or updated.
    fn after_upsert(records: &mut [Self], cx: &HookContext<'_>) -> impl Future<Output = Result<()>> + Send {
        async { Ok(()) }
    }

    /// Before all rows of a query are updated, or restored. Unless it is written, that is an error.
    fn before_update_set(
        change: &mut SetChange<Self>,
        cx: &HookContext<'_>,
    ) -> impl Future<Output = Result<()>> + Send {
        async { Err(not_written::<Self>("a set-wise update", "before_update_set")) }
    }

    /// So many rows are updated or restored.
    fn after_update_set(
        change: &SetChange<Self>,
        rows: u64,
        cx: &HookContext<'_>,
    ) -> impl Future<Output = Result<()>> + Send {
        async { Ok(()) }
    }

    /// Before all rows of a query are deleted. Unless it is written, that is an error.
    fn before_delete_set(
        change: &mut SetChange<Self>,
        cx: &HookContext<'_>,
    ) -> impl Future<Output = Result<()>> + Send {
        async { Err(not_written::<Self>("a set-wise delete", "before_delete_set")) }
    }

    /// So many rows are deleted.
    fn after_delete_set(
        change: &SetChange<Self>,
        rows: u64,
        cx: &HookContext<'_>,
    ) -> impl Future<Output = Result<()>> + Send {
        async { Ok(()) }
    }
}

/// The hooks that run on this executor.
pub(crate) fn of<M: Model>(on: &dyn Executor) -> Option<&'static HookTable<M>> {
    M::hooks().filter(|_| on.runs_hooks())
}

/// For calls that run no hooks and no rules: an error for a model that has hooks, unless none are wanted, and for one
/// that is only read.
pub(crate) fn none_for<M: Model>(what: &str, on: &dyn Executor) -> Result<()> {
    let meta = M::meta();
    meta.writable()?;
    if of::<M>(on).is_none() {
        return Ok(());
    }
    let message = format!("{what} of {}, whose hooks would not run", meta.name);
    Err(Error::new(ErrorKind::Statement, message)
        .with_help("run it on `without_hooks()` of the Db or transaction, or use insert_many, save or update")
        .with_model(meta.name))
}

#[cold]
fn not_written<M: Model>(what: &str, hook: &str) -> Error {
    let name = M::meta().name;
    let message = format!("{what} of {name}, whose hooks are for single records");
    Error::new(ErrorKind::Statement, message)
        .with_help(format!(
            "write Hooks::{hook}, or run it on `without_hooks()` of the Db or transaction"
        ))
        .with_model(name)
}
