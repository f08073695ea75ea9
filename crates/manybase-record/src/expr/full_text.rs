//! Full-text search.

use super::{Cond, Ex};
use crate::{Col, ColumnType, Model, Text};
use manybase_db::Executor;
use manybase_driver::{Access, Error, Result, Statement};
use manybase_sql::expr::{FullText as Node, FullTextAsked, FullTextSearch, TextSearch};
use manybase_sql::schema::{FullTextChange, FullTextIndex};
use manybase_sql::{Expr, Name};

/// Columns that are searched together.
///
/// ```
/// use manybase_record::{full_text, prelude::*};
/// # #[derive(Model)] struct Article { #[model(key, auto)] id: i64, title: String, body: Option<String> }
/// Article::filter(|a| full_text((a.title, a.body)).matches("quick fox"));
/// Article::filter(|a| full_text(a.title).matches("quick fox"));
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` can't be searched as text",
    label = "give a column of text, or several as a tuple"
)]
pub trait TextColumns {
    /// Adds the columns.
    fn add_to(self, columns: &mut Vec<Expr>);
}

impl<T: ColumnType + Text> TextColumns for Col<T> {
    fn add_to(self, columns: &mut Vec<Expr>) {
        // Spaces at the end never count.
        columns.push(self.untrimmed());
    }
}

macro_rules! tuples {
    ($(($($name:ident),+))*) => {$(
        impl<$($name: TextColumns),+> TextColumns for ($($name,)+) {
            #[allow(non_snake_case)]
            fn add_to(self, columns: &mut Vec<Expr>) {
                let ($($name,)+) = self;
                $($name.add_to(columns);)+
            }
        }
    )*};
}

tuples! {
    (A)
    (A, B)
    (A, B, C)
    (A, B, C, D)
    (A, B, C, D, E)
    (A, B, C, D, E, F)
    (A, B, C, D, E, F, G)
    (A, B, C, D, E, F, G, H)
}

/// A full-text search in these columns of one model. It needs the index that [`create_full_text_index`] makes, which
/// PostgreSQL alone can do without, slowly.
///
/// ```
/// use manybase_record::{create_full_text_index, create_table, full_text, prelude::*, TextSearch};
/// #[derive(Model)]
/// struct Article {
///     #[model(key, auto)]
///     id: i64,
///     title: String,
///     body: String,
/// }
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> manybase_driver::Result<()> {
/// # let db = &manybase_db::Db::builder().connect("main", "sqlite::memory:").build()?;
/// create_table::<Article>(db).await?;
/// create_full_text_index::<Article>(db, |a| full_text((a.title, a.body))).await?;
/// Article { id: 0, title: "Foxes".into(), body: "The quick brown fox".into() }.insert(db).await?;
///
/// let typed_by_a_user = "QUICK fox";
/// let found = Article::filter(|a| full_text((a.title, a.body)).matches(typed_by_a_user))
///     .order_by(|a| full_text((a.title, a.body)).rank(typed_by_a_user).desc())
///     .all(db)
///     .await?;
/// assert_eq!(found.len(), 1);
/// let phrase = TextSearch::phrase("brown quick");
/// assert_eq!(Article::filter(|a| full_text((a.title, a.body)).matches(phrase)).count(db).await?, 0);
/// # Ok(())
/// # }
/// ```
pub fn full_text(columns: impl TextColumns) -> FullText {
    let mut node = Node {
        columns: Vec::new(),
        language: None,
        by_columns: false,
    };
    columns.add_to(&mut node.columns);
    FullText { node }
}

/// Columns that are searched together: what [`full_text`] gives.
///
/// ```
/// use manybase_record::{full_text, prelude::*, FullText};
/// # #[derive(Model)] struct Article { #[model(key, auto)] id: i64, title: String, body: String }
/// // Said once, for the index and for the queries.
/// fn english(a: &<Article as manybase_record::Model>::Columns) -> FullText {
///     full_text((a.title, a.body)).language("english")
/// }
/// Article::filter(|a| english(&a).matches("foxes"));
/// ```
#[derive(Debug, Clone)]
#[must_use = "ask for something: .matches(…) or .rank(…)"]
pub struct FullText {
    node: Node,
}

impl FullText {
    /// Brings words to their stems, so that `foxes` finds `fox`, and passes over words such as `the`. On PostgreSQL it is
    /// the name of a text search configuration; SQLite knows `english`; MariaDB and MySQL know none, and say so.
    ///
    /// ```
    /// use manybase_record::{full_text, prelude::*, TextSearch};
    /// # #[derive(Model)] struct Article { #[model(key, auto)] id: i64, title: String }
    /// Article::filter(|a| full_text(a.title).language("english").matches("foxes"));
    /// ```
    pub fn language(mut self, language: impl Into<Name>) -> Self {
        self.node.language = Some(language.into());
        self
    }

    /// Searches by an index that was made by hand: on MariaDB and MySQL a `FULLTEXT` index over exactly these columns, with
    /// case and accents as the columns' collation has them; on PostgreSQL an expression index over
    /// `to_tsvector('simple', title)`, or of several columns `COALESCE(title, '') || ' ' || COALESCE(body, '')`.
    ///
    /// ```
    /// use manybase_record::{full_text, prelude::*, TextSearch};
    /// # #[derive(Model)] struct Article { #[model(key, auto)] id: i64, title: String }
    /// Article::filter(|a| full_text(a.title).by_columns().matches("fox"));
    /// ```
    pub fn by_columns(mut self) -> Self {
        self.node.by_columns = true;
        self
    }

    /// Whether the texts have this: all words of a text, in any order, or what a [`TextSearch`] says. No input is an error,
    /// and none is an operator unless [`TextSearch::web`] makes it one.
    ///
    /// ```
    /// use manybase_record::{full_text, prelude::*, TextSearch};
    /// # #[derive(Model)] struct Article { #[model(key, auto)] id: i64, title: String }
    /// Article::filter(|a| full_text(a.title).matches(TextSearch::web("fox or wolf -red")));
    /// ```
    pub fn matches(self, search: impl Into<TextSearch>) -> Cond {
        Ex::new(self.asked(search.into(), FullTextAsked::Found))
    }

    /// How well the texts fit: the greater the better. Only rows that match have a rank that means something, and the
    /// numbers of two databases can't be compared.
    ///
    /// ```
    /// use manybase_record::{full_text, prelude::*, TextSearch};
    /// # #[derive(Model)] struct Article { #[model(key, auto)] id: i64, title: String }
    /// Article::filter(|a| full_text(a.title).matches("fox")).order_by(|a| full_text(a.title).rank("fox").desc());
    /// ```
    pub fn rank(self, search: impl Into<TextSearch>) -> Ex<f64> {
        Ex::new(self.asked(search.into(), FullTextAsked::Rank))
    }

    fn asked(self, search: TextSearch, asked: FullTextAsked) -> Expr {
        FullTextSearch {
            text: self.node,
            search,
            asked,
        }
        .into()
    }
}

/// Makes the index that full-text search in these columns needs, unless it is there, and fills it with the rows that are.
/// The database keeps it up to date from then on, whoever writes.
///
/// On PostgreSQL it is an expression index, on MariaDB and MySQL an invisible column with a `FULLTEXT` index, on SQLite a
/// virtual table with triggers, for which the model's key must be one whole number.
///
/// # Errors
/// A database without full-text search, a table or a language that it can't have an index for, those of the database.
///
/// ```
/// use manybase_record::{create_full_text_index, create_table, drop_full_text_index, full_text, prelude::*};
/// # #[derive(Model)] struct Article { #[model(key, auto)] id: i64, title: String, body: String }
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> manybase_driver::Result<()> {
/// # let db = &manybase_db::Db::builder().connect("main", "sqlite::memory:").build()?;
/// create_table::<Article>(db).await?;
/// create_full_text_index::<Article>(db, |a| full_text((a.title, a.body))).await?;
/// drop_full_text_index::<Article>(db, |a| full_text((a.title, a.body))).await?;
/// # Ok(())
/// # }
/// ```
pub async fn create_full_text_index<M: Model>(
    on: &dyn Executor,
    text: impl FnOnce(&M::Columns) -> FullText,
) -> Result<()> {
    change::<M>(on, text(&M::COLUMNS).node, FullTextChange::Create).await
}

/// Takes the index of [`create_full_text_index`] away, if it is there.
///
/// # Errors
/// Those of the database; on MySQL one that says that it is not there.
///
/// ```
/// use manybase_record::{create_table, drop_full_text_index, full_text, prelude::*};
/// # #[derive(Model)] struct Article { #[model(key, auto)] id: i64, title: String }
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> manybase_driver::Result<()> {
/// # let db = &manybase_db::Db::builder().connect("main", "sqlite::memory:").build()?;
/// create_table::<Article>(db).await?;
/// drop_full_text_index::<Article>(db, |a| full_text(a.title)).await?;
/// # Ok(())
/// # }
/// ```
pub async fn drop_full_text_index<M: Model>(
    on: &dyn Executor,
    text: impl FnOnce(&M::Columns) -> FullText,
) -> Result<()> {
    change::<M>(on, text(&M::COLUMNS).node, FullTextChange::Drop).await
}

async fn change<M: Model>(on: &dyn Executor, text: Node, change: FullTextChange) -> Result<()> {
    let meta = M::meta();
    let named = |error: Error| error.with_model(meta.name);
    let row_key = match *meta.keys {
        [key] if meta.columns[key].data_type.is_integer() => Some(meta.columns[key].name.clone()),
        _ => None,
    };
    let index = FullTextIndex {
        table: meta.table.clone(),
        row_key,
        text,
    };
    let mut lease = on.lease(M::route(None), Access::Write).await.map_err(named)?;
    let statements = match change {
        FullTextChange::Create => index.create(lease.dialect()),
        FullTextChange::Drop => index.drop(lease.dialect()),
    };
    let statements =
        statements.map_err(|error| named(error.into()).with_connection(lease.connection().clone()))?;
    for statement in statements {
        let statement = Statement::rendered(statement, Access::Write).once();
        lease.execute(statement).await.map_err(named)?;
    }
    Ok(())
}
