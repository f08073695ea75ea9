//! What a hook is told.

use manybase_db::{Executor, Transaction};

/// What is done with a record, or with many.
///
/// ```
/// use manybase_record::Operation;
/// assert_ne!(Operation::Delete, Operation::SoftDelete);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Operation {
    /// Inserted.
    Insert,
    /// Updated.
    Update,
    /// Inserted, or updated where it is there already.
    Upsert,
    /// Removed from its table.
    Delete,
    /// Stamped as deleted.
    SoftDelete,
    /// No longer deleted.
    Restore,
    /// Read.
    Load,
}

impl Operation {
    /// Its name.
    ///
    /// ```
    /// assert_eq!(manybase_record::Operation::SoftDelete.as_str(), "soft delete");
    /// ```
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Insert => "insert",
            Self::Update => "update",
            Self::Upsert => "upsert",
            Self::Delete => "delete",
            Self::SoftDelete => "soft delete",
            Self::Restore => "restore",
            Self::Load => "load",
        }
    }
}

/// What a hook is told, and what it works on.
///
/// ```
/// use manybase_record::{HookContext, Hooks, Operation, prelude::*};
/// # #[derive(Clone, Model)] #[model(hooks)] struct Note { #[model(key)] id: i64, #[model(soft_delete)] gone: Option<chrono::DateTime<chrono::Utc>> }
/// impl Hooks for Note {
///     async fn before_delete(&mut self, cx: &HookContext<'_>) -> manybase_driver::Result<()> {
///         assert_eq!(cx.operation(), Operation::SoftDelete);
///         assert!(!cx.is_set_wise() && cx.transaction().is_some());
///         assert!(Note::find(self.id).exists(cx.on()).await?);
///         Ok(())
///     }
/// }
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> manybase_driver::Result<()> {
/// # let db = manybase_db::Db::builder().connect("main", "sqlite::memory:").open().await?;
/// # manybase_record::create_table::<Note>(&db).await?;
/// Note { id: 1, gone: None }.insert(&db).await?.delete(&db).await
/// # }
/// ```
pub struct HookContext<'a> {
    on: &'a dyn Executor,
    transaction: Option<&'a Transaction>,
    operation: Operation,
    set_wise: bool,
}

impl<'a> HookContext<'a> {
    pub(super) fn inside(transaction: &'a Transaction, operation: Operation, set_wise: bool) -> Self {
        Self {
            on: transaction,
            transaction: Some(transaction),
            operation,
            set_wise,
        }
    }

    pub(super) fn outside(on: &'a dyn Executor, operation: Operation, set_wise: bool) -> Self {
        Self {
            on,
            transaction: None,
            operation,
            set_wise,
        }
    }

    /// What is done.
    ///
    /// ```
    /// use manybase_record::{HookContext, Hooks, Operation, prelude::*};
    /// # #[derive(Clone, Model)] #[model(hooks)] struct Note { #[model(key)] id: i64, text: String }
    /// impl Hooks for Note {
    ///     async fn before_insert(&mut self, cx: &HookContext<'_>) -> manybase_driver::Result<()> {
    ///         assert_eq!(cx.operation(), Operation::Insert);
    ///         Ok(())
    ///     }
    /// }
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> manybase_driver::Result<()> {
    /// # let db = manybase_db::Db::builder().connect("main", "sqlite::memory:").open().await?;
    /// # manybase_record::create_table::<Note>(&db).await?;
    /// # Note { id: 1, text: "a".into() }.insert(&db).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn operation(&self) -> Operation {
        self.operation
    }

    /// Whether it is done by a call for many rows at once.
    ///
    /// ```
    /// use manybase_record::{HookContext, Hooks, Operation, prelude::*};
    /// # #[derive(Clone, Model)] #[model(hooks)] struct Note { #[model(key)] id: i64, text: String }
    /// impl Hooks for Note {
    ///     async fn before_insert(&mut self, cx: &HookContext<'_>) -> manybase_driver::Result<()> {
    ///         assert!(!cx.is_set_wise());
    ///         Ok(())
    ///     }
    /// }
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> manybase_driver::Result<()> {
    /// # let db = manybase_db::Db::builder().connect("main", "sqlite::memory:").open().await?;
    /// # manybase_record::create_table::<Note>(&db).await?;
    /// # Note { id: 1, text: "a".into() }.insert(&db).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn is_set_wise(&self) -> bool {
        self.set_wise
    }

    /// What to read and write on: the transaction in which it is done; after its end, outside of it; when records are
    /// read, what they are read on.
    ///
    /// ```
    /// use manybase_record::{HookContext, Hooks, Operation, prelude::*};
    /// # #[derive(Clone, Model)] #[model(hooks)] struct Note { #[model(key)] id: i64, text: String }
    /// impl Hooks for Note {
    ///     async fn before_insert(&mut self, cx: &HookContext<'_>) -> manybase_driver::Result<()> {
    ///         self.id = Note::query().count(cx.on()).await?.try_into().unwrap_or(i64::MAX);
    ///         Ok(())
    ///     }
    /// }
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> manybase_driver::Result<()> {
    /// # let db = manybase_db::Db::builder().connect("main", "sqlite::memory:").open().await?;
    /// # manybase_record::create_table::<Note>(&db).await?;
    /// # Note { id: 9, text: "a".into() }.insert(&db).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn on(&self) -> &'a dyn Executor {
        self.on
    }

    /// The transaction in which it is done, such as for [`Transaction::at_end`]. `None` after its end, and when records
    /// are read.
    ///
    /// ```
    /// use manybase_record::{HookContext, Hooks, Operation, prelude::*};
    /// # #[derive(Clone, Model)] #[model(hooks)] struct Note { #[model(key)] id: i64, text: String }
    /// impl Hooks for Note {
    ///     async fn before_insert(&mut self, cx: &HookContext<'_>) -> manybase_driver::Result<()> {
    ///         assert!(cx.transaction().is_some());
    ///         Ok(())
    ///     }
    /// }
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> manybase_driver::Result<()> {
    /// # let db = manybase_db::Db::builder().connect("main", "sqlite::memory:").open().await?;
    /// # manybase_record::create_table::<Note>(&db).await?;
    /// # Note { id: 1, text: "a".into() }.insert(&db).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn transaction(&self) -> Option<&'a Transaction> {
        self.transaction
    }
}

impl std::fmt::Debug for HookContext<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("HookContext")
            .field("operation", &self.operation)
            .field("set_wise", &self.set_wise)
            .finish_non_exhaustive()
    }
}
