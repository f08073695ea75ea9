//! Models.

use crate::{
    Alias, BulkLoad, Cells, Cond, FieldErrors, HookTable, IntoCond, ModelMeta, Query, Rec, UpdateMany,
    Upsert, Values, insert, upsert,
};
use chrono::{DateTime, Utc};
use futures_core::Stream;
use manybase_db::{Executor, Route};
use manybase_driver::Result;
use manybase_sql::{Name, Value};

/// A struct that stands for a table. Derive it; see the derive macro of the same name for the attributes.
///
/// ```
/// use manybase_record::prelude::*;
///
/// #[derive(Debug, Model)]
/// #[model(table = "person", connection = "hr")]
/// struct Person {
///     #[model(key, auto)]
///     id: i64,
///     name: String,
/// }
///
/// let query: Query<Person> = Person::filter(|c| c.name.starts_with("A"));
/// assert_eq!(Person::meta().connection, Some("hr"));
/// ```
pub trait Model: Sized + Send + Sync + 'static {
    /// The key's type: of its field, or a tuple when several fields make up the key.
    type Key: Key;
    /// The columns, one field each.
    type Columns;
    /// The columns on a side of a join that may have no row: all of them may be NULL.
    type OuterColumns;
    /// The columns, as closures of queries get them.
    const COLUMNS: Self::Columns;

    /// The columns of a table that goes by this name in a query.
    #[doc(hidden)]
    fn columns_of(table: &'static str) -> Self::Columns;

    /// The columns of a table that goes by this name, where it may have no row.
    #[doc(hidden)]
    fn outer_columns_of(table: &'static str) -> Self::OuterColumns;

    /// Table, columns, connection.
    fn meta() -> &'static ModelMeta;

    /// Reads a record from a row that has all columns, in order.
    ///
    /// # Errors
    /// A cell that does not fit its field.
    fn decode(cells: &mut Cells<'_>) -> Result<Self>;

    /// Adds the values of all columns, in order.
    fn encode(&self, values: &mut Values);

    /// The key.
    fn key(&self) -> Self::Key;

    /// Whether the key is still to be filled in by the database.
    #[doc(hidden)]
    fn is_key_unset(&self) -> bool {
        false
    }

    /// Fills in what the library fills in: on an insert times and a key that it makes; on an update the time and
    /// the version, unless the user has said that field's value.
    #[doc(hidden)]
    fn stamp(&mut self, _now: DateTime<Utc>, _update: Option<&dyn Fn(&str) -> bool>) {}

    /// Takes the key that the database gave.
    #[doc(hidden)]
    fn set_auto_key(&mut self, _id: i64) -> Result<()> {
        Ok(())
    }

    /// Reads the columns that the database fills in, in order.
    #[doc(hidden)]
    fn read_generated(&mut self, _cells: &mut Cells<'_>) -> Result<()> {
        Ok(())
    }

    /// The hooks, for a model that has them.
    #[doc(hidden)]
    fn hooks() -> Option<&'static HookTable<Self>> {
        None
    }

    /// Adds what its own rules find.
    #[doc(hidden)]
    fn check(&self, _errors: &mut FieldErrors) {}

    /// Says when it was deleted, or that it is not.
    #[doc(hidden)]
    fn set_deleted(&mut self, _at: Option<DateTime<Utc>>) {}

    /// Takes over what is in no column.
    #[doc(hidden)]
    fn keep_unstored(&mut self, _from: &mut Self) {}

    /// The relations, as far as writes have to know of them.
    #[doc(hidden)]
    fn relations() -> &'static [&'static dyn crate::derive::AnyRel<Self>] {
        &[]
    }

    /// All records.
    ///
    /// ```
    /// # use manybase_record::Model;
    /// # #[derive(Model)] struct Person { #[model(key, auto)] id: i64, name: String }
    /// let sql = Person::query().limit(3).to_sql(manybase_sql::dialect::sqlite())?.sql;
    /// assert_eq!(sql, r#"SELECT "id", "name" FROM "person" LIMIT 3"#);
    /// # Ok::<(), manybase_driver::Error>(())
    /// ```
    fn query() -> Query<Self> {
        Query::new()
    }

    /// The record with this key.
    ///
    /// ```
    /// # use manybase_record::Model;
    /// # #[derive(Model)] struct Person { #[model(key, auto)] id: i64, name: String }
    /// let sql = Person::find(7).to_sql(manybase_sql::dialect::sqlite())?.sql;
    /// assert_eq!(sql, r#"SELECT "id", "name" FROM "person" WHERE "id" = ?"#);
    /// # Ok::<(), manybase_driver::Error>(())
    /// ```
    fn find(key: impl Into<Self::Key>) -> Query<Self> {
        Query::by_key(key.into())
    }

    /// Records for which this holds.
    ///
    /// ```
    /// # use manybase_record::Model;
    /// use manybase_record::prelude::*;
    /// # #[derive(Model)] struct Person { #[model(key, auto)] id: i64, name: String }
    /// let query = Person::filter(|c| c.name.eq("Ann") | c.id.lt(10));
    /// ```
    fn filter<C: IntoCond>(condition: impl FnOnce(Self::Columns) -> C) -> Query<Self> {
        Query::new().filter(condition)
    }

    /// The model under another name in a query, so that one query can have it twice.
    ///
    /// ```
    /// use manybase_record::prelude::*;
    /// #[derive(Model)]
    /// struct Employee {
    ///     #[model(key, auto)]
    ///     id: i64,
    ///     name: String,
    ///     chief_id: Option<i64>,
    /// }
    /// let chief = Employee::alias("chief");
    /// let pairs = Employee::query().left_join_on(chief, |e, c| e.chief_id.eq(c.id)).select(|(e, c)| (e.name, c.name));
    /// assert_eq!(
    ///     pairs.to_sql(manybase_sql::dialect::sqlite())?.sql,
    ///     r#"SELECT "employee"."name", "chief"."name" FROM "employee" LEFT JOIN "employee" AS "chief" ON "employee"."chief_id" = "chief"."id""#
    /// );
    /// # Ok::<(), manybase_driver::Error>(())
    /// ```
    fn alias(name: &'static str) -> Alias<Self> {
        Alias::new(name)
    }

    /// Inserts the record and fills in what the database generates.
    ///
    /// # Errors
    /// Those of the database; [`manybase_driver::Error::is_unique_violation`] when the key is taken.
    fn insert(self, on: &dyn Executor) -> impl Future<Output = Result<Rec<Self>>> + Send {
        insert::one(self, on)
    }

    /// Inserts records, in as few statements as the database takes, all or none. Returns how many.
    ///
    /// # Errors
    /// Those of the database.
    fn insert_many(
        records: impl IntoIterator<Item = Self> + Send,
        on: &dyn Executor,
    ) -> impl Future<Output = Result<u64>> + Send {
        let records = records.into_iter().collect();
        insert::many(records, on)
    }

    /// Inserts records, all or none, and gives them back in their order, with what the database has filled in.
    ///
    /// Where the database can't give rows back, as MySQL, the records go one by one in one transaction.
    ///
    /// # Errors
    /// Those of the database.
    ///
    /// ```
    /// # use manybase_record::prelude::*;
    /// # #[derive(Model)] struct Person { #[model(key, auto)] id: i64, name: String }
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> manybase_driver::Result<()> {
    /// # let db = manybase_db::Db::builder().connect("main", "sqlite::memory:").open().await?;
    /// # manybase_record::create_table::<Person>(&db).await?;
    /// let people = ["Ann", "Bob"].map(|name| Person { id: 0, name: name.into() });
    /// let people: Vec<Rec<Person>> = Person::insert_many_returning(people, &db).await?;
    /// assert_eq!((people[1].id, &*people[1].name), (2, "Bob"));
    /// # Ok(())
    /// # }
    /// ```
    fn insert_many_returning(
        records: impl IntoIterator<Item = Self> + Send,
        on: &dyn Executor,
    ) -> impl Future<Output = Result<Vec<Rec<Self>>>> + Send {
        let records = records.into_iter().collect();
        insert::returning::many(records, on)
    }

    /// Updates the rows of these records, each with its own values: set-wise, all or none. It is run by
    /// [`UpdateMany::exec`].
    ///
    /// ```
    /// # use manybase_record::Model;
    /// # #[derive(Model)] struct Stock { #[model(key)] article: String, qty: i64 }
    /// # async fn example(db: &manybase_db::Db, list: Vec<Stock>) -> manybase_driver::Result<()> {
    /// let found = Stock::update_many(list).exec(db).await?;
    /// # Ok(())
    /// # }
    /// ```
    fn update_many(records: impl IntoIterator<Item = Self>) -> UpdateMany<Self> {
        UpdateMany::new(records.into_iter().collect())
    }

    /// Inserts records, and updates the rows that are there already: set-wise, all or none. It is run by
    /// [`Upsert::exec`].
    ///
    /// ```
    /// # use manybase_record::Model;
    /// # #[derive(Model)] struct Customer { #[model(key, auto)] id: i64, #[model(unique)] email: String, name: String }
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> manybase_driver::Result<()> {
    /// # let db = &manybase_db::Db::builder().connect("main", "sqlite::memory:").build()?;
    /// # manybase_record::create_table::<Customer>(db).await?;
    /// # let list = vec![Customer { id: 0, email: "ann@example.org".into(), name: "Ann".into() }];
    /// Customer::upsert_many(list).by(|c| c.email).exec(db).await?;
    /// # Ok(())
    /// # }
    /// ```
    fn upsert_many(records: impl IntoIterator<Item = Self>) -> Upsert<Self> {
        Upsert::new(records.into_iter().collect())
    }

    /// Loads the records of a stream, however many, on the road that the database has for that. It is run by
    /// [`BulkLoad::exec`].
    ///
    /// ```
    /// use manybase_record::prelude::*;
    /// # #[derive(Model)] struct Reading { #[model(key)] id: i64, value: f64 }
    /// # async fn example<S>(db: &manybase_db::Db, readings: S) -> manybase_driver::Result<()>
    /// # where S: futures_core::Stream<Item = manybase_driver::Result<Reading>> + Send {
    /// let loaded = Reading::bulk_load(readings).upsert().exec(db).await?;
    /// # Ok(())
    /// # }
    /// ```
    fn bulk_load<'a>(records: impl Stream<Item = Result<Self>> + Send + 'a) -> BulkLoad<'a, Self> {
        BulkLoad::new(records)
    }

    /// As [`Model::bulk_load`], for records that nobody has to wait for.
    ///
    /// ```
    /// use manybase_record::prelude::*;
    /// # #[derive(Model)] struct Reading { #[model(key)] id: i64, value: f64 }
    /// # async fn example(db: &manybase_db::Db) -> manybase_driver::Result<()> {
    /// let readings = (0..1_000_000).map(|id| Reading { id, value: 0.5 });
    /// let loaded = Reading::bulk_load_all(readings).exec(db).await?;
    /// # Ok(())
    /// # }
    /// ```
    fn bulk_load_all<'a, I>(records: I) -> BulkLoad<'a, Self>
    where
        I: IntoIterator<Item = Self>,
        I::IntoIter: Send + 'a,
    {
        BulkLoad::of_all(records)
    }

    /// Inserts the record, or updates the row that has its key already, and gives what is there then. A record whose
    /// key the database is still to give is inserted.
    ///
    /// What an update leaves alone is told at [`Upsert`].
    ///
    /// # Errors
    /// Those of the database.
    ///
    /// ```
    /// # use manybase_record::prelude::*;
    /// # #[derive(Model)] struct Country { #[model(key)] code: String, name: String }
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> manybase_driver::Result<()> {
    /// # let db = manybase_db::Db::builder().connect("main", "sqlite::memory:").open().await?;
    /// # manybase_record::create_table::<Country>(&db).await?;
    /// for name in ["Holland", "Netherlands"] {
    ///     let land: Rec<Country> = Country { code: "NL".into(), name: name.into() }.insert_or_update(&db).await?;
    ///     assert_eq!(land.name, name);
    /// }
    /// assert_eq!(Country::query().count(&db).await?, 1);
    /// # Ok(())
    /// # }
    /// ```
    fn insert_or_update(self, on: &dyn Executor) -> impl Future<Output = Result<Rec<Self>>> + Send {
        upsert::one(self, on)
    }

    #[doc(hidden)]
    fn route<'a>(using: Option<&'a str>) -> Route<'a> {
        let meta = Self::meta();
        Route {
            using,
            bound: meta.connection,
            model: Some(meta.name),
        }
    }
}

/// What can be a key: the type of one column, or a tuple of up to five.
///
/// ```
/// use manybase_record::Key;
/// assert_eq!((1i64, "a".to_owned()).values().unwrap().len(), 2);
/// ```
pub trait Key: Send + Sync + 'static {
    /// The values, in the order of the key's columns.
    ///
    /// # Errors
    /// A value that can't be bound.
    fn values(&self) -> Result<Vec<Value>>;
}

impl<T: crate::ColumnType> Key for T {
    fn values(&self) -> Result<Vec<Value>> {
        let mut values = Values::with_capacity(1);
        values.put(self);
        values.finish()
    }
}

/// The key of a model with `#[model(keyless)]`: none, so that no record of it can be named.
///
/// ```
/// use manybase_record::prelude::*;
///
/// #[derive(Model)]
/// #[model(table = "sales_by_month", keyless, readonly)]
/// struct MonthlySales {
///     month: String,
///     total: i64,
/// }
///
/// let best = MonthlySales::filter(|c| c.total.gt(1_000));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NoKey(());

impl NoKey {
    /// For the derive macro.
    #[doc(hidden)]
    pub fn none() -> Self {
        Self(())
    }
}

impl Key for NoKey {
    fn values(&self) -> Result<Vec<Value>> {
        Ok(Vec::new())
    }
}

macro_rules! tuple_keys {
    ($(($($name:ident),+))*) => {$(
        impl<$($name: crate::ColumnType),+> Key for ($($name,)+) {
            #[allow(non_snake_case)]
            fn values(&self) -> Result<Vec<Value>> {
                let ($($name,)+) = self;
                let mut values = Values::with_capacity(5);
                $(values.put($name);)+
                values.finish()
            }
        }
    )*};
}

tuple_keys! { (A, B) (A, B, C) (A, B, C, D) (A, B, C, D, E) }

/// A struct whose fields are columns of the model that has it as a field. Derive it.
///
/// ```
/// use manybase_record::{Embedded, Model};
///
/// #[derive(Debug, Clone, Embedded)]
/// struct Address {
///     street: String,
///     city: String,
/// }
///
/// #[derive(Debug, Model)]
/// struct Person {
///     #[model(key, auto)]
///     id: i64,
///     #[model(embedded)]
///     home: Address,
/// }
///
/// assert_eq!(Person::meta().columns[2].name, "home_city");
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` can't be embedded",
    label = "this struct has no #[derive(Embedded)]",
    note = "write #[derive(Embedded)] before the struct, or #[model(json)] before the field to keep it as one document"
)]
pub trait Embedded: Sized + Send + Sync + 'static {
    /// The columns, one field each.
    type Columns<N: crate::Nullity>;

    /// Adds the columns to a model's description.
    fn describe(builder: crate::MetaBuilder, field: &'static str, prefix: &'static str)
    -> crate::MetaBuilder;

    /// Reads the struct from the next cells.
    ///
    /// # Errors
    /// A cell that does not fit its field.
    fn decode(cells: &mut Cells<'_>) -> Result<Self>;

    /// Adds the values of the columns, in order.
    fn encode(&self, values: &mut Values);
}

/// A filter by key, of what goes by this name in a query.
pub(crate) fn key_filter(meta: &ModelMeta, table: &Name, values: Vec<Value>) -> Result<Cond> {
    if meta.keys.is_empty() || meta.keys.len() != values.len() {
        return Err(meta.no_key());
    }
    let mut filter = None;
    for (&key, value) in meta.keys.iter().zip(values) {
        let column = meta.expr(key).of_table(table.clone());
        manybase_sql::Expr::and_into(&mut filter, column.eq(manybase_sql::Expr::Value(value)));
    }
    filter.map(Cond::new).ok_or_else(|| meta.no_key())
}
