//! A set-wise update or delete, as its hooks see it.

use super::Operation;
use crate::{Assignment, Assignments, IntoCond, Model, Query};
use manybase_sql::Name;

/// What is about to be done with all rows of a query. A hook may look at the rows, leave some out, and set more columns.
///
/// ```
/// use manybase_record::{HookContext, Hooks, SetChange, prelude::*};
/// use manybase_driver::Result;
///
/// #[derive(Clone, Model)]
/// #[model(hooks)]
/// struct Stock {
///     #[model(key)]
///     id: i64,
///     qty: i32,
///     changed_by: String,
///     locked: bool,
/// }
///
/// impl Hooks for Stock {
///     async fn before_update_set(change: &mut SetChange<Self>, cx: &HookContext<'_>) -> Result<()> {
///         assert!(change.columns().iter().any(|name| name == "qty"));
///         assert_eq!(change.rows().count(cx.on()).await?, 2);
///         change.filter(|c| c.locked.eq(false));
///         change.set(|c| c.changed_by.set("ann"));
///         Ok(())
///     }
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<()> {
/// # let db = manybase_db::Db::builder().connect("main", "sqlite::memory:").open().await?;
/// # manybase_record::create_table::<Stock>(&db).await?;
/// for (id, locked) in [(1, false), (2, true)] {
///     Stock { id, qty: 1, changed_by: String::new(), locked }.insert(&db).await?;
/// }
/// assert_eq!(Stock::query().update(&db, |c| c.qty.set(7)).await?, 1);
/// assert_eq!(Stock::find(1).one(&db).await?.changed_by, "ann");
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct SetChange<M: Model> {
    pub(super) query: Query<M>,
    pub(super) assignments: Vec<Assignment>,
    operation: Operation,
}

impl<M: Model> SetChange<M> {
    pub(super) fn new(query: Query<M>, assignments: Vec<Assignment>, operation: Operation) -> Self {
        Self {
            query,
            assignments,
            operation,
        }
    }

    /// What is done.
    ///
    /// ```
    /// use manybase_record::{HookContext, Hooks, Operation, SetChange, prelude::*};
    /// # use manybase_driver::Result;
    /// # #[derive(Clone, Model)] #[model(hooks)] struct Stock { #[model(key)] id: i64, qty: i64, locked: bool }
    /// impl Hooks for Stock {
    ///     async fn before_update_set(change: &mut SetChange<Self>, cx: &HookContext<'_>) -> Result<()> {
    ///         assert_eq!(change.operation(), Operation::Update);
    ///         Ok(())
    ///     }
    /// }
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<()> {
    /// # let db = manybase_db::Db::builder().connect("main", "sqlite::memory:").open().await?;
    /// # manybase_record::create_table::<Stock>(&db).await?;
    /// # for (id, locked) in [(1, false), (2, true)] { Stock { id, qty: 1, locked }.insert(&db).await?; }
    /// let changed = Stock::query().update(&db, |c| c.qty.set(7)).await?;
    /// assert_eq!(changed, 2);
    /// # Ok(())
    /// # }
    /// ```
    pub fn operation(&self) -> Operation {
        self.operation
    }

    /// The rows, to look at before they are changed.
    ///
    /// ```
    /// use manybase_record::{HookContext, Hooks, Operation, SetChange, prelude::*};
    /// # use manybase_driver::Result;
    /// # #[derive(Clone, Model)] #[model(hooks)] struct Stock { #[model(key)] id: i64, qty: i64, locked: bool }
    /// impl Hooks for Stock {
    ///     async fn before_update_set(change: &mut SetChange<Self>, cx: &HookContext<'_>) -> Result<()> {
    ///         assert_eq!(change.rows().filter(|c| c.locked.eq(true)).count(cx.on()).await?, 1);
    ///         Ok(())
    ///     }
    /// }
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<()> {
    /// # let db = manybase_db::Db::builder().connect("main", "sqlite::memory:").open().await?;
    /// # manybase_record::create_table::<Stock>(&db).await?;
    /// # for (id, locked) in [(1, false), (2, true)] { Stock { id, qty: 1, locked }.insert(&db).await?; }
    /// let changed = Stock::query().update(&db, |c| c.qty.set(7)).await?;
    /// assert_eq!(changed, 2);
    /// # Ok(())
    /// # }
    /// ```
    pub fn rows(&self) -> Query<M> {
        self.query.clone()
    }

    /// The columns that are set, besides those that follow from the model.
    ///
    /// ```
    /// use manybase_record::{HookContext, Hooks, Operation, SetChange, prelude::*};
    /// # use manybase_driver::Result;
    /// # #[derive(Clone, Model)] #[model(hooks)] struct Stock { #[model(key)] id: i64, qty: i64, locked: bool }
    /// impl Hooks for Stock {
    ///     async fn before_update_set(change: &mut SetChange<Self>, cx: &HookContext<'_>) -> Result<()> {
    ///         assert_eq!(change.columns(), ["qty"]);
    ///         Ok(())
    ///     }
    /// }
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<()> {
    /// # let db = manybase_db::Db::builder().connect("main", "sqlite::memory:").open().await?;
    /// # manybase_record::create_table::<Stock>(&db).await?;
    /// # for (id, locked) in [(1, false), (2, true)] { Stock { id, qty: 1, locked }.insert(&db).await?; }
    /// let changed = Stock::query().update(&db, |c| c.qty.set(7)).await?;
    /// assert_eq!(changed, 2);
    /// # Ok(())
    /// # }
    /// ```
    pub fn columns(&self) -> Vec<Name> {
        self.assignments.iter().map(|one| one.column.clone()).collect()
    }

    /// Leaves out rows for which this does not hold.
    ///
    /// ```
    /// use manybase_record::{HookContext, Hooks, Operation, SetChange, prelude::*};
    /// # use manybase_driver::Result;
    /// # #[derive(Clone, Model)] #[model(hooks)] struct Stock { #[model(key)] id: i64, qty: i64, locked: bool }
    /// impl Hooks for Stock {
    ///     async fn before_update_set(change: &mut SetChange<Self>, cx: &HookContext<'_>) -> Result<()> {
    ///         change.filter(|c| c.locked.eq(false));
    ///         Ok(())
    ///     }
    /// }
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<()> {
    /// # let db = manybase_db::Db::builder().connect("main", "sqlite::memory:").open().await?;
    /// # manybase_record::create_table::<Stock>(&db).await?;
    /// # for (id, locked) in [(1, false), (2, true)] { Stock { id, qty: 1, locked }.insert(&db).await?; }
    /// let changed = Stock::query().update(&db, |c| c.qty.set(7)).await?;
    /// assert_eq!(changed, 1);
    /// # Ok(())
    /// # }
    /// ```
    pub fn filter<C: IntoCond>(&mut self, condition: impl FnOnce(M::Columns) -> C) {
        self.query = self.query.clone().filter(condition);
    }

    /// Sets more columns. A delete can't set any.
    ///
    /// ```
    /// use manybase_record::{HookContext, Hooks, Operation, SetChange, prelude::*};
    /// # use manybase_driver::Result;
    /// # #[derive(Clone, Model)] #[model(hooks)] struct Stock { #[model(key)] id: i64, qty: i64, locked: bool }
    /// impl Hooks for Stock {
    ///     async fn before_update_set(change: &mut SetChange<Self>, cx: &HookContext<'_>) -> Result<()> {
    ///         change.set(|c| c.locked.set(true));
    ///         Ok(())
    ///     }
    /// }
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<()> {
    /// # let db = manybase_db::Db::builder().connect("main", "sqlite::memory:").open().await?;
    /// # manybase_record::create_table::<Stock>(&db).await?;
    /// # for (id, locked) in [(1, false), (2, true)] { Stock { id, qty: 1, locked }.insert(&db).await?; }
    /// let changed = Stock::query().update(&db, |c| c.qty.set(7)).await?;
    /// assert_eq!(Stock::filter(|c| c.locked.eq(true)).count(&db).await?, changed);
    /// # Ok(())
    /// # }
    /// ```
    pub fn set<A: Assignments>(&mut self, set: impl FnOnce(M::Columns) -> A) {
        set(M::COLUMNS).add_to(&mut self.assignments);
    }
}
