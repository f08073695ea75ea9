//! Pages: each begins behind the last row of the one before.

mod cursor;
mod order;

pub use cursor::Cursor;

use super::Query;
use crate::rec::placed;
use crate::{Model, Rec, insert};
use manybase_db::Executor;
use manybase_driver::{Error, ErrorKind, Result};
use order::Sorted;

impl<M: Model> Query<M> {
    /// A page of so many rows, in the query's order; what the order leaves open is decided by the key. The next page
    /// begins behind the last row of this one, whatever was inserted or deleted in the meantime, and it does not get
    /// slower from page to page, as with an offset.
    ///
    /// ```
    /// use manybase_record::prelude::*;
    /// # #[derive(Model)] struct Person { #[model(key, auto)] id: i64, name: String }
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> manybase_driver::Result<()> {
    /// # let db = manybase_db::Db::builder().connect("main", "sqlite::memory:").open().await?;
    /// # manybase_record::create_table::<Person>(&db).await?;
    /// # Person::insert_many(["Ann", "Bob", "Cid"].map(|name| Person { id: 0, name: name.into() }), &db).await?;
    /// let people = Person::query().order_by(|c| c.name.desc());
    /// let page = people.clone().page(2).fetch(&db).await?;
    /// assert_eq!((page.rows.len(), &*page.rows[0].name), (2, "Cid"));
    /// let next = page.next().expect("there is one more");
    /// let page = people.page(2).after(next).fetch(&db).await?;
    /// assert_eq!((page.rows.len(), &*page.rows[0].name), (1, "Ann"));
    /// assert!(page.next().is_none() && page.has_previous);
    /// # Ok(())
    /// # }
    /// ```
    pub fn page(self, rows: u32) -> PageQuery<M> {
        PageQuery {
            query: self,
            rows,
            backward: false,
            cursor: None,
        }
    }
}

/// A page that is asked for; [`Query::page`] makes it.
///
/// ```
/// use manybase_record::prelude::*;
/// # #[derive(Model)] struct Person { #[model(key)] id: i64, name: String }
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> manybase_driver::Result<()> {
/// # let db = manybase_db::Db::builder().connect("main", "sqlite::memory:").open().await?;
/// # manybase_record::create_table::<Person>(&db).await?;
/// # for id in 1..=5 { Person { id, name: "Ann".into() }.insert(&db).await?; }
/// let pages = Person::query().order_by(|c| c.name.asc()).page(2);
/// assert_eq!(pages.fetch(&db).await?.rows.len(), 2);
/// # Ok(())
/// # }
/// ```
#[must_use = "nothing is sent before fetch"]
pub struct PageQuery<M: Model> {
    query: Query<M>,
    rows: u32,
    backward: bool,
    cursor: Option<String>,
}

impl<M: Model> Clone for PageQuery<M> {
    fn clone(&self) -> Self {
        Self {
            query: self.query.clone(),
            rows: self.rows,
            backward: self.backward,
            cursor: self.cursor.clone(),
        }
    }
}

impl<M: Model> std::fmt::Debug for PageQuery<M> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PageQuery")
            .field("query", &self.query)
            .field("rows", &self.rows)
            .finish_non_exhaustive()
    }
}

/// Some rows of an ordered query, and where they are in it.
///
/// ```
/// use manybase_record::prelude::*;
/// # #[derive(Model)] struct Person { #[model(key)] id: i64, name: String }
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> manybase_driver::Result<()> {
/// # let db = manybase_db::Db::builder().connect("main", "sqlite::memory:").open().await?;
/// # manybase_record::create_table::<Person>(&db).await?;
/// # for id in 1..=5 { Person { id, name: "Ann".into() }.insert(&db).await?; }
/// let page = Person::query().page(2).fetch(&db).await?;
/// assert!(page.rows.len() == 2 && page.has_next && !page.has_previous);
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct Page<M> {
    /// The rows, in the query's order.
    pub rows: Vec<Rec<M>>,
    /// The place of the first row.
    pub first: Option<Cursor>,
    /// The place of the last row.
    pub last: Option<Cursor>,
    /// Whether there are rows behind the last.
    pub has_next: bool,
    /// Whether there are rows before the first.
    pub has_previous: bool,
}

impl<M> Page<M> {
    /// What to give to [`PageQuery::after`] for the next page, if there is one.
    ///
    /// ```
    /// use manybase_record::prelude::*;
    /// # #[derive(Model)] struct Person { #[model(key)] id: i64, name: String }
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> manybase_driver::Result<()> {
    /// # let db = manybase_db::Db::builder().connect("main", "sqlite::memory:").open().await?;
    /// # manybase_record::create_table::<Person>(&db).await?;
    /// # for id in 1..=5 { Person { id, name: "Ann".into() }.insert(&db).await?; }
    /// let mut page = Person::query().page(2).fetch(&db).await?;
    /// let mut read = page.rows.len();
    /// while let Some(next) = page.next() {
    ///     page = Person::query().page(2).after(next).fetch(&db).await?;
    ///     read += page.rows.len();
    /// }
    /// assert_eq!(read, 5);
    /// # Ok(())
    /// # }
    /// ```
    pub fn next(&self) -> Option<&Cursor> {
        self.last.as_ref().filter(|_| self.has_next)
    }

    /// What to give to [`PageQuery::before`] for the page before this one, if there is one.
    ///
    /// ```
    /// use manybase_record::prelude::*;
    /// # #[derive(Model)] struct Person { #[model(key)] id: i64, name: String }
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> manybase_driver::Result<()> {
    /// # let db = manybase_db::Db::builder().connect("main", "sqlite::memory:").open().await?;
    /// # manybase_record::create_table::<Person>(&db).await?;
    /// # for id in 1..=5 { Person { id, name: "Ann".into() }.insert(&db).await?; }
    /// let last = Person::query().page(2).from_end().fetch(&db).await?;
    /// let before = Person::query().page(2).before(last.previous().expect("three are before it")).fetch(&db).await?;
    /// assert_eq!(before.rows.iter().map(|person| person.id).collect::<Vec<_>>(), [2, 3]);
    /// # Ok(())
    /// # }
    /// ```
    pub fn previous(&self) -> Option<&Cursor> {
        self.first.as_ref().filter(|_| self.has_previous)
    }
}

impl<M: Model> PageQuery<M> {
    /// The page behind this place.
    ///
    /// ```
    /// use manybase_record::prelude::*;
    /// # #[derive(Model)] struct Person { #[model(key, auto)] id: i64, name: String }
    /// # async fn example(db: &manybase_db::Db, given: Option<String>) -> manybase_driver::Result<()> {
    /// let mut page = Person::query().page(50);
    /// if let Some(cursor) = given {
    ///     page = page.after(cursor); // from the link that somebody followed
    /// }
    /// let page = page.fetch(db).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn after(mut self, cursor: impl AsRef<str>) -> Self {
        self.cursor = Some(cursor.as_ref().to_owned());
        self.backward = false;
        self
    }

    /// The page before this place; its rows are in the query's order too.
    ///
    /// ```
    /// use manybase_record::prelude::*;
    /// # #[derive(Model)] struct Person { #[model(key, auto)] id: i64, name: String }
    /// # async fn example(db: &manybase_db::Db, page: Page<Person>) -> manybase_driver::Result<()> {
    /// if let Some(previous) = page.previous() {
    ///     let page = Person::query().page(50).before(previous).fetch(db).await?;
    /// }
    /// # Ok(())
    /// # }
    /// # use manybase_record::Page;
    /// ```
    pub fn before(mut self, cursor: impl AsRef<str>) -> Self {
        self.cursor = Some(cursor.as_ref().to_owned());
        self.backward = true;
        self
    }

    /// The last page.
    ///
    /// ```
    /// use manybase_record::prelude::*;
    /// # #[derive(Model)] struct Person { #[model(key, auto)] id: i64, name: String }
    /// # async fn example(db: &manybase_db::Db) -> manybase_driver::Result<()> {
    /// let newest = Person::query().order_by(|c| c.id.asc()).page(50).from_end().fetch(db).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn from_end(mut self) -> Self {
        self.cursor = None;
        self.backward = true;
        self
    }

    /// Reads the page, and with a cursor looks whether there are rows on its other side.
    ///
    /// # Errors
    /// [`ErrorKind::Cursor`] for a text that is no cursor, has been changed, or belongs to another model or order;
    /// [`ErrorKind::Statement`] for a page of no rows, for a model without a key, for an order by anything but the
    /// model's own columns, and for a query with limit, offset, distinct or groups; else as [`Query::all`].
    ///
    /// ```
    /// use manybase_record::prelude::*;
    /// # #[derive(Model)] struct Person { #[model(key)] id: i64, name: String }
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> manybase_driver::Result<()> {
    /// # let db = manybase_db::Db::builder().connect("main", "sqlite::memory:").open().await?;
    /// # manybase_record::create_table::<Person>(&db).await?;
    /// # for id in 1..=5 { Person { id, name: "Ann".into() }.insert(&db).await?; }
    /// let page = Person::filter(|c| c.id.gt(3)).page(10).fetch(&db).await?;
    /// assert_eq!((page.rows.len(), page.has_next), (2, false));
    /// # Ok(())
    /// # }
    /// ```
    pub async fn fetch(self, on: &dyn Executor) -> Result<Page<M>> {
        let meta = M::meta();
        let named = |error: Error| {
            let route = M::route(self.query.using.as_deref());
            placed(error.with_model(meta.name), on, route)
        };
        self.check().map_err(named)?;
        let by = &self.query.select.order_by;
        let order = order::of(meta, by, self.query.names).map_err(named)?;
        let place = match &self.cursor {
            Some(text) => Some(cursor::read(meta, &order, text).map_err(named)?),
            None => None,
        };
        let rows = self.rows as usize;
        let mut query = self.query.clone();
        query.select.order_by = order::clauses(meta, &order, self.backward).into();
        query.select.limit = Some(u64::from(self.rows) + 1);
        if let Some(place) = &place {
            let beyond = order::beyond(meta, &order, place, self.backward, false);
            manybase_sql::Expr::and_into(&mut query.select.filter, beyond);
        }
        let mut found = query.fetch(on, rows + 1).await?;
        let more = found.len() > rows;
        found.truncate(rows);
        if self.backward {
            found.reverse();
        }
        let other = match &place {
            Some(place) => {
                let mut query = self.query.clone();
                query.select.lock = None;
                let others = order::beyond(meta, &order, place, !self.backward, true);
                manybase_sql::Expr::and_into(&mut query.select.filter, others);
                query.exists(on).await?
            }
            None => false,
        };
        let (has_previous, has_next) = if self.backward {
            (more, other)
        } else {
            (other, more)
        };
        Ok(Page {
            first: place_of(found.first(), &order).map_err(named)?,
            last: place_of(found.last(), &order).map_err(named)?,
            rows: found,
            has_next,
            has_previous,
        })
    }

    fn check(&self) -> Result<()> {
        let select = &self.query.select;
        let what = if self.rows == 0 {
            "a page of no rows"
        } else if self.query.key.is_some() {
            "pages of a query by key"
        } else if select.limit.is_some() || select.offset.is_some() {
            "pages of a query with a limit or an offset"
        } else if select.tables.is_some() || select.limit_per.is_some() {
            "pages of a query of several tables"
        } else if select.distinct {
            "pages of a query with distinct"
        } else if !select.group_by.is_empty() || select.having.is_some() {
            "pages of a query with groups"
        } else {
            return Ok(());
        };
        Err(Error::new(ErrorKind::Statement, what)
            .with_help("say what is wanted with filter, order_by and page"))
    }
}

fn place_of<M: Model>(record: Option<&Rec<M>>, order: &[Sorted]) -> Result<Option<Cursor>> {
    let Some(record) = record else { return Ok(None) };
    let values = insert::encode::<M>(record)?;
    cursor::write(M::meta(), order, &values).map(Some)
}
