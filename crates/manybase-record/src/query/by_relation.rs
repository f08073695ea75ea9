//! Joins by relations.

use super::Query;
use crate::{Append, JoinRelation, Model, Outer, Sources};
use manybase_sql::{Expr, JoinKind};

impl<S: Sources, O> Query<S, O> {
    /// Joins the other end of a relation, within one database: a row for each pair. Conditions on the other end belong to
    /// the join.
    ///
    /// Where the other end's model is read already, it goes by the name of the relation's field;
    /// [`Rel::alias`](crate::Rel::alias) gives it another one.
    ///
    /// ```
    /// use manybase_record::prelude::*;
    /// #[derive(Model)]
    /// struct Customer {
    ///     #[model(key)]
    ///     id: i64,
    ///     name: String,
    /// }
    ///
    /// #[derive(Model)]
    /// struct Order {
    ///     #[model(key)]
    ///     id: i64,
    ///     customer_id: i64,
    ///     customer: BelongsTo<Customer>,
    /// }
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> manybase_driver::Result<()> {
    /// # let db = manybase_db::Db::builder().connect("main", "sqlite::memory:").open().await?;
    /// # manybase_record::create_table::<Customer>(&db).await?;
    /// # manybase_record::create_table::<Order>(&db).await?;
    /// # Customer { id: 1, name: "Ann".into() }.insert(&db).await?;
    /// # Order { id: 7, customer_id: 1, customer: Default::default() }.insert(&db).await?;
    /// let orders = Order::query().join(|o| o.customer).filter(|(_, c)| c.name.starts_with("A"));
    /// assert_eq!(orders.select(|(o, c)| (o.id, c.name)).all(&db).await?, [(7, "Ann".to_owned())]);
    /// # Ok(())
    /// # }
    /// ```
    pub fn join<R: JoinRelation>(
        self,
        relation: impl FnOnce(S::Columns) -> R,
    ) -> Query<<S as Append<R::Target>>::Out, O>
    where
        S: Append<R::Target>,
    {
        let (other, on) = relation(self.columns()).into_join(&self.select.names());
        let names = <S as Append<R::Target>>::append(self.names, other.name);
        self.joined(JoinKind::Inner, other, Some(on), names)
    }

    /// As [`Query::join`], and rows without a record at the other end are kept. Columns of the other end are Options from
    /// here on.
    ///
    /// ```
    /// use manybase_record::prelude::*;
    /// # #[derive(Model)] struct Customer { #[model(key)] id: i64, name: String, orders: HasMany<Order> }
    /// # #[derive(Model)] struct Order { #[model(key)] id: i64, customer_id: i64 }
    /// let numbers: Query<_, (String, Option<i64>)> =
    ///     Customer::query().left_join(|c| c.orders).select(|(c, o)| (c.name, o.id));
    /// ```
    pub fn left_join<R: JoinRelation>(
        self,
        relation: impl FnOnce(S::Columns) -> R,
    ) -> Query<<S as Append<Outer<R::Target>>>::Out, O>
    where
        S: Append<Outer<R::Target>>,
    {
        let (other, on) = relation(self.columns()).into_join(&self.select.names());
        let names = <S as Append<Outer<R::Target>>>::append(self.names, other.name);
        self.joined(JoinKind::Left, other, Some(on), names)
    }
}

impl<M: Model> Query<M> {
    /// The name that the table goes by.
    pub(crate) fn name(&self) -> &'static str {
        self.names
    }

    /// As [`Query::filter`], with a tree.
    pub(crate) fn filter_node(mut self, condition: Expr) -> Self {
        Expr::and_into(&mut self.select.filter, condition);
        self
    }
}
