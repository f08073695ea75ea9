//! Joins.

use super::alias::{JoinSource, Joined, narrowed};
use super::{Deleted, Query, Table};
use crate::{Append, Entry, IntoCond, ModelMeta, RowType, Sources};
use manybase_driver::{Error, ErrorKind};
use manybase_sql::{Cte, Expr, Join, JoinKind, Name, Source};
use std::marker::PhantomData;

type Columns<T> = <<T as JoinSource>::Entry as Entry>::Columns;
type Nullable<T> = <<T as JoinSource>::Entry as Entry>::Outer;

impl<S: Sources, O> Query<S, O> {
    /// Joins a table by a condition: pairs of rows for which it holds.
    ///
    /// The query goes on giving what it gave, whole records of the first model unless it selects something, once for each
    /// pair. Closures that follow get the columns of all tables, as a tuple.
    ///
    /// All tables live in one database. A table of another connection is [`ErrorKind::Unsupported`] when the query is
    /// run: use [`Query::include`] there.
    ///
    /// ```
    /// use manybase_record::prelude::*;
    /// # #[derive(Model)] struct Order { #[model(key, auto)] id: i64, customer_id: i64, total: i64 }
    /// # #[derive(Model)] struct Customer { #[model(key, auto)] id: i64, name: String }
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> manybase_driver::Result<()> {
    /// # let db = manybase_db::Db::builder().connect("main", "sqlite::memory:").open().await?;
    /// # manybase_record::create_table::<Customer>(&db).await?;
    /// # manybase_record::create_table::<Order>(&db).await?;
    /// # Customer { id: 1, name: "Ann".into() }.insert(&db).await?;
    /// # Order { id: 1, customer_id: 1, total: 70 }.insert(&db).await?;
    /// let large: Vec<(String, i64)> = Order::query()
    ///     .join_on(Customer::query(), |o, c| o.customer_id.eq(c.id))
    ///     .filter(|(o, _)| o.total.gt(50))
    ///     .order_by(|(o, c)| (c.name.asc(), o.total.desc()))
    ///     .select(|(o, c)| (c.name, o.total))
    ///     .all(&db)
    ///     .await?;
    /// assert_eq!(large, [("Ann".to_owned(), 70)]);
    /// # Ok(())
    /// # }
    /// ```
    pub fn join_on<T: JoinSource, C: IntoCond>(
        self,
        other: T,
        on: impl FnOnce(S::Columns, Columns<T>) -> C,
    ) -> Query<<S as Append<T::Entry>>::Out, O>
    where
        S: Append<T::Entry>,
    {
        let (other, on) = self.condition::<T, C>(other, on);
        let names = <S as Append<T::Entry>>::append(self.names, other.name);
        self.joined(JoinKind::Inner, other, on, names)
    }

    /// Joins a table by a condition, and keeps rows that have no partner there. Columns of the joined table are Options
    /// from here on.
    ///
    /// ```
    /// use manybase_record::prelude::*;
    /// # #[derive(Model)] struct Order { #[model(key, auto)] id: i64, customer_id: i64 }
    /// # #[derive(Model)] struct Customer { #[model(key, auto)] id: i64, name: String }
    /// let numbers: Query<_, (String, Option<i64>)> = Customer::query()
    ///     .left_join_on(Order::query(), |c, o| o.customer_id.eq(c.id))
    ///     .select(|(c, o)| (c.name, o.id));
    /// ```
    pub fn left_join_on<T: JoinSource, C: IntoCond>(
        self,
        other: T,
        on: impl FnOnce(S::Columns, Columns<T>) -> C,
    ) -> Query<<S as Append<Nullable<T>>>::Out, O>
    where
        S: Append<Nullable<T>>,
    {
        let (other, on) = self.condition::<T, C>(other, on);
        let names = <S as Append<Nullable<T>>>::append(self.names, other.name);
        self.joined(JoinKind::Left, other, on, names)
    }

    /// Joins a table by a condition, and keeps rows of it that have no partner here. All columns of the tables before
    /// are Options from here on, so that the query gives no whole records: add [`Query::select`].
    ///
    /// ```
    /// use manybase_record::prelude::*;
    /// # #[derive(Model)] struct Order { #[model(key, auto)] id: i64, customer_id: i64 }
    /// # #[derive(Model)] struct Customer { #[model(key, auto)] id: i64, name: String }
    /// let numbers: Query<_, (Option<i64>, String)> = Order::query()
    ///     .right_join_on(Customer::query(), |o, c| o.customer_id.eq(c.id))
    ///     .select(|(o, c)| (o.id, c.name));
    /// ```
    pub fn right_join_on<T: JoinSource, C: IntoCond>(
        self,
        other: T,
        on: impl FnOnce(S::Columns, Columns<T>) -> C,
    ) -> Query<<S as Append<T::Entry>>::Outer, ()>
    where
        S: Append<T::Entry>,
    {
        let (other, on) = self.condition::<T, C>(other, on);
        let names = <S as Append<T::Entry>>::append(self.names, other.name);
        self.unselected(JoinKind::Right, other, on, names)
    }

    /// Joins a table by a condition, and keeps rows of either side that have no partner. All columns are Options from here
    /// on, so that the query gives no whole records: add [`Query::select`].
    ///
    /// MySQL and MariaDB have no full join ([`ErrorKind::Unsupported`]): put two queries together there with
    /// [`Query::union_all`].
    ///
    /// ```
    /// use manybase_record::prelude::*;
    /// # #[derive(Model)] struct Order { #[model(key, auto)] id: i64, customer_id: i64 }
    /// # #[derive(Model)] struct Customer { #[model(key, auto)] id: i64, name: String }
    /// let all: Query<_, (Option<i64>, Option<String>)> = Order::query()
    ///     .full_join_on(Customer::query(), |o, c| o.customer_id.eq(c.id))
    ///     .select(|(o, c)| (o.id, c.name));
    /// assert!(all.to_sql(manybase_sql::dialect::mariadb()).unwrap_err().to_string().contains("FULL JOIN"));
    /// ```
    pub fn full_join_on<T: JoinSource, C: IntoCond>(
        self,
        other: T,
        on: impl FnOnce(S::Columns, Columns<T>) -> C,
    ) -> Query<<S as Append<Nullable<T>>>::Outer, ()>
    where
        S: Append<Nullable<T>>,
    {
        let (other, on) = self.condition::<T, C>(other, on);
        let names = <S as Append<Nullable<T>>>::append(self.names, other.name);
        self.unselected(JoinKind::Full, other, on, names)
    }

    /// Every row with every row of another table.
    ///
    /// ```
    /// use manybase_record::prelude::*;
    /// # #[derive(Model)] struct Size { #[model(key)] code: String }
    /// # #[derive(Model)] struct Colour { #[model(key)] code: String }
    /// let variants = Size::query().cross_join(Colour::query()).select(|(s, c)| (s.code, c.code));
    /// # assert!(variants.to_sql(manybase_sql::dialect::sqlite()).unwrap().sql.ends_with(r#"CROSS JOIN "colour""#));
    /// ```
    pub fn cross_join<T: JoinSource>(self, other: T) -> Query<<S as Append<T::Entry>>::Out, O>
    where
        S: Append<T::Entry>,
    {
        let other = other.into_joined();
        let names = <S as Append<T::Entry>>::append(self.names, other.name);
        // With conditions of its own it is no cross join any more.
        let kind = match other.filter {
            Some(_) => JoinKind::Inner,
            None => JoinKind::Cross,
        };
        self.joined(kind, other, None, names)
    }

    /// Joins what another query gives for each row: it may name columns of the tables before it, and has limits of its own
    /// for each row. Rows for which it gives nothing are left out.
    ///
    /// PostgreSQL and MySQL have it; elsewhere it is [`ErrorKind::Unsupported`].
    ///
    /// ```
    /// use manybase_record::prelude::*;
    /// # #[derive(Model)] struct Order { #[model(key, auto)] id: i64, customer_id: i64, total: i64 }
    /// # #[derive(Model)] struct Customer { #[model(key, auto)] id: i64, name: String }
    /// let largest = Customer::query()
    ///     .join_lateral(|c| {
    ///         let own = Order::filter(|o| o.customer_id.eq(c.id)).order_by(|o| o.total.desc()).limit(3);
    ///         own.select(|o| (o.id, o.total)).as_table("largest")
    ///     })
    ///     .select(|(c, (order, total))| (c.name, order, total));
    /// assert!(largest.to_sql(manybase_sql::dialect::postgres())?.sql.contains("JOIN LATERAL (SELECT"));
    /// # Ok::<(), manybase_driver::Error>(())
    /// ```
    pub fn join_lateral<R: RowType>(
        self,
        other: impl FnOnce(S::Columns) -> Table<R>,
    ) -> Query<<S as Append<crate::Derived<R>>>::Out, O>
    where
        S: Append<crate::Derived<R>>,
    {
        let mut other = other(self.columns()).into_joined();
        other.source.lateral = true;
        let names = <S as Append<crate::Derived<R>>>::append(self.names, other.name);
        self.joined(JoinKind::Inner, other, None, names)
    }

    /// As [`Query::join_lateral`], and rows for which the other query gives nothing are kept.
    ///
    /// ```
    /// use manybase_record::prelude::*;
    /// # #[derive(Model)] struct Order { #[model(key, auto)] id: i64, customer_id: i64, total: i64 }
    /// # #[derive(Model)] struct Customer { #[model(key, auto)] id: i64, name: String }
    /// let last = Customer::query()
    ///     .left_join_lateral(|c| {
    ///         let own = Order::filter(|o| o.customer_id.eq(c.id)).order_by(|o| o.id.desc()).limit(1);
    ///         own.select(|o| (o.id, o.total)).as_table("last")
    ///     })
    ///     .select(|(c, (order, total))| (c.name, order, total)); // (String, Option<i64>, Option<i64>)
    /// assert!(last.to_sql(manybase_sql::dialect::postgres())?.sql.contains("LEFT JOIN LATERAL (SELECT"));
    /// # Ok::<(), manybase_driver::Error>(())
    /// ```
    pub fn left_join_lateral<R: RowType>(
        self,
        other: impl FnOnce(S::Columns) -> Table<R>,
    ) -> Query<<S as Append<crate::Outer<crate::Derived<R>>>>::Out, O>
    where
        S: Append<crate::Outer<crate::Derived<R>>>,
    {
        let mut other = other(self.columns()).into_joined();
        other.source.lateral = true;
        let names = <S as Append<crate::Outer<crate::Derived<R>>>>::append(self.names, other.name);
        self.joined(JoinKind::Left, other, None, names)
    }

    fn condition<T: JoinSource, C: IntoCond>(
        &self,
        other: T,
        on: impl FnOnce(S::Columns, Columns<T>) -> C,
    ) -> (Joined, Option<Expr>) {
        let other = other.into_joined();
        let columns = <T::Entry as Entry>::columns(other.name);
        let on = on(self.columns(), columns).into_cond().into_node();
        (other, Some(on))
    }

    /// The same query with a table more, for types that fit.
    pub(super) fn joined<T: Sources<Main = S::Main>>(
        mut self,
        kind: JoinKind,
        other: Joined,
        on: Option<Expr>,
        names: T::Names,
    ) -> Query<T, O> {
        self.add_join(kind, other, on);
        Query {
            select: self.select,
            key: self.key,
            whole: self.whole,
            using: self.using,
            decode: self.decode,
            includes: self.includes,
            load: self.load,
            hooked: self.hooked,
            deleted: self.deleted,
            names,
            meta: self.meta,
            model: PhantomData,
        }
    }

    /// The same for tables whose rows may not be there, so that what was selected does not fit any more.
    fn unselected<T: Sources>(
        mut self,
        kind: JoinKind,
        other: Joined,
        on: Option<Expr>,
        names: T::Names,
    ) -> Query<T, ()> {
        self.narrow();
        self.add_join(kind, other.narrowed(), on);
        self.select.items.clear();
        Query {
            select: self.select,
            key: self.key,
            whole: false,
            using: self.using,
            decode: |_| Ok(()),
            includes: Vec::new(),
            load: None,
            hooked: false,
            deleted: self.deleted,
            names,
            meta: self.meta,
            model: PhantomData,
        }
    }

    /// Puts the condition on deleted records into the place of the table: as a condition on the result it would drop rows
    /// of the other side that have only deleted partners.
    fn narrow(&mut self) {
        if let Some(filter) = self.take_default_filter() {
            let main = self.select.main().cloned();
            let main = main.unwrap_or_else(|| Source::table(self.meta.table.clone()));
            if let Name::Borrowed(name) = main.name() {
                let narrowed = narrowed(main, self.meta, name, filter);
                self.select.tables_mut().main = Some(narrowed);
                self.deleted = Deleted::Shown;
            }
        }
    }

    fn add_join(&mut self, kind: JoinKind, other: Joined, on: Option<Expr>) {
        let mut condition = on;
        if let Some(filter) = other.filter {
            Expr::and_into(&mut condition, filter);
        }
        self.add_with(other.with);
        let join = Join {
            kind,
            source: other.source,
            on: condition,
        };
        self.select.tables_mut().joins.push(join);
    }

    /// Adds common table expressions that are not there yet.
    pub(super) fn add_with(&mut self, with: Vec<Cte>) {
        for cte in with {
            let there = &mut self.select.tables_mut().with;
            match there.iter().find(|other| other.name == cte.name) {
                None => there.push(cte),
                Some(same) if *same == cte => {}
                Some(_) => {
                    let why = format!(
                        "two queries go by the name {}: give them names of their own",
                        cte.name
                    );
                    Expr::and_into(&mut self.select.filter, Expr::Invalid(why));
                }
            }
        }
    }
}

#[cold]
pub(super) fn selects_nothing(meta: &ModelMeta) -> Error {
    let why =
        "a right or full join gives no whole records, because those of the first table may not be there";
    Error::new(ErrorKind::Statement, why)
        .with_help("add select(|..| ..) with the columns that are wanted")
        .with_model(meta.name)
}
