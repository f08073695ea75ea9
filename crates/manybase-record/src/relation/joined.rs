//! Relations in joins and in conditions, within one database.

use super::link::Ends;
use super::query::Plan;
use super::{Rel, RelQuery, RelationField};
use crate::query::{JoinSource, Joined, exists, not_exists};
use crate::{Cond, IntoCond, Model, ModelMeta, Query};
use manybase_driver::Result;
use manybase_sql::{Expr, Name};

/// What [`Query::join`] follows: a relation, with conditions on the other end or without.
///
/// ```
/// use manybase_record::prelude::*;
/// # #[derive(Model)] struct Customer { #[model(key, auto)] id: i64, name: String, orders: HasMany<Order> }
/// # #[derive(Model)] struct Order { #[model(key, auto)] id: i64, customer_id: i64, total: i64 }
/// let query = Customer::query().join(|c| c.orders.filter(|o| o.total.gt(100))).select(|(c, o)| (c.name, o.total));
/// ```
pub trait JoinRelation {
    /// The model at the other end.
    type Target: Model;

    /// What is joined, and by which condition. The names are taken already.
    #[doc(hidden)]
    fn into_join(self, taken: &[Name]) -> (Joined, Expr);
}

impl<M: Model, F: RelationField> JoinRelation for Rel<M, F> {
    type Target = F::Target;

    fn into_join(self, taken: &[Name]) -> (Joined, Expr) {
        let mut plan = Plan::new(self);
        if taken.contains(&F::Target::meta().table.name) {
            plan.query = Query::named(self.link().field);
        }
        RelQuery(plan).into_join(taken)
    }
}

impl<M: Model, F: RelationField> JoinRelation for RelQuery<M, F> {
    type Target = F::Target;

    fn into_join(self, _taken: &[Name]) -> (Joined, Expr) {
        let on = if self.0.page.is_whole() {
            condition(&self.0)
        } else {
            let why = "a join by a relation with limit or offset: use join_lateral, or include";
            Expr::Invalid(why.to_owned())
        };
        (self.0.query.into_joined(), on)
    }
}

impl<M: Model, F: RelationField> Rel<M, F> {
    /// The other end under another name, so that one query can have its model twice.
    ///
    /// ```
    /// use manybase_record::prelude::*;
    /// # #[derive(Model)] struct Employee { #[model(key, auto)] id: i64, name: String, chief_id: Option<i64>, chief: BelongsTo<Employee> }
    /// let query = Employee::query()
    ///     .join(|e| e.chief.alias("first"))
    ///     .join(|(_, f)| f.chief.alias("second"))
    ///     .select(|(e, f, s)| (e.name, f.name, s.name));
    /// # assert!(query.to_sql(manybase_sql::dialect::sqlite())?.sql.contains(r#""first"."chief_id" = "second"."id""#));
    /// # Ok::<(), manybase_driver::Error>(())
    /// ```
    pub fn alias(self, name: &'static str) -> RelQuery<M, F> {
        let mut plan = Plan::new(self);
        plan.query = Query::named(name);
        RelQuery(plan)
    }

    /// Whether there is a record at the other end for which this holds.
    ///
    /// ```
    /// use manybase_record::prelude::*;
    /// # #[derive(Model)] struct Customer { #[model(key, auto)] id: i64, orders: HasMany<Order> }
    /// # #[derive(Model)] #[model(table = "orders")] struct Order { #[model(key, auto)] id: i64, customer_id: i64, total: i64 }
    /// let good = Customer::filter(|c| c.orders.exists(|o| o.total.gt(100)));
    /// assert_eq!(
    ///     good.to_sql(manybase_sql::dialect::postgres())?.sql,
    ///     r#"SELECT "id" FROM "customer" WHERE EXISTS (SELECT 1 FROM "orders" WHERE "orders"."total" > $1 AND "customer"."id" = "orders"."customer_id")"#
    /// );
    /// # Ok::<(), manybase_driver::Error>(())
    /// ```
    pub fn exists<C: IntoCond>(self, condition: impl FnOnce(<F::Target as Model>::Columns) -> C) -> Cond {
        exists(related(self.told_apart().filter(condition).0))
    }

    /// Whether there is no record at the other end for which this holds.
    ///
    /// ```
    /// use manybase_record::prelude::*;
    /// # #[derive(Model)] struct Customer { #[model(key, auto)] id: i64, orders: HasMany<Order> }
    /// # #[derive(Model)] struct Order { #[model(key, auto)] id: i64, customer_id: i64, total: i64 }
    /// let small = Customer::filter(|c| c.orders.none(|o| o.total.gt(100)));
    /// ```
    pub fn none<C: IntoCond>(self, condition: impl FnOnce(<F::Target as Model>::Columns) -> C) -> Cond {
        not_exists(related(self.told_apart().filter(condition).0))
    }

    /// Whether there is a record at the other end.
    ///
    /// ```
    /// use manybase_record::prelude::*;
    /// # #[derive(Model)] struct Customer { #[model(key, auto)] id: i64, orders: HasMany<Order> }
    /// # #[derive(Model)] struct Order { #[model(key, auto)] id: i64, customer_id: i64 }
    /// let buyers = Customer::filter(|c| c.orders.any());
    /// ```
    pub fn any(self) -> Cond {
        self.told_apart().any()
    }

    /// Whether there is no record at the other end.
    ///
    /// ```
    /// use manybase_record::prelude::*;
    /// # #[derive(Model)] struct Customer { #[model(key, auto)] id: i64, orders: HasMany<Order> }
    /// # #[derive(Model)] struct Order { #[model(key, auto)] id: i64, customer_id: i64 }
    /// let idle = Customer::filter(|c| c.orders.is_empty());
    /// ```
    pub fn is_empty(self) -> Cond {
        self.told_apart().is_empty()
    }

    /// A model that relates to itself goes by the field's name at the other end.
    fn told_apart(self) -> RelQuery<M, F> {
        if F::Target::meta().table.name == self.table() {
            self.alias(self.link().field)
        } else {
            RelQuery(Plan::new(self))
        }
    }
}

impl<M: Model, F: RelationField> RelQuery<M, F> {
    /// Whether there is such a record at the other end.
    ///
    /// ```
    /// use manybase_record::prelude::*;
    /// # #[derive(Model)] struct Employee { #[model(key, auto)] id: i64, chief_id: Option<i64>, salary: i64, #[model(foreign_key = chief_id)] team: HasMany<Employee> }
    /// let beaten = Employee::filter(|e| e.team.alias("t").filter(|t| t.salary.gt(e.salary)).any());
    /// ```
    pub fn any(self) -> Cond {
        exists(related(self.0))
    }

    /// Whether there is no such record at the other end.
    ///
    /// ```
    /// use manybase_record::prelude::*;
    /// # #[derive(Model)] struct Customer { #[model(key, auto)] id: i64, orders: HasMany<Order> }
    /// # #[derive(Model)] struct Order { #[model(key, auto)] id: i64, customer_id: i64, total: i64 }
    /// let small = Customer::filter(|c| c.orders.filter(|o| o.total.gt(100)).is_empty());
    /// ```
    pub fn is_empty(self) -> Cond {
        not_exists(related(self.0))
    }
}

/// The records at the other end, for each record around.
fn related<M: Model, F: RelationField>(plan: Plan<M, F>) -> Query<F::Target> {
    let condition = condition(&plan);
    let mut query = plan.query.filter_node(condition);
    if let Some(limit) = plan.page.limit {
        query = query.limit(limit);
    }
    if let Some(offset) = plan.page.offset {
        query = query.offset(offset);
    }
    query
}

/// What the two ends have in common. Through a join model it is that there is a record of it, so that a pair comes once,
/// however often it is linked.
fn condition<M: Model, F: RelationField>(plan: &Plan<M, F>) -> Expr {
    let (this, that) = (plan.rel.table(), plan.query.name());
    let invalid = |error: manybase_driver::Error| Expr::Invalid(error.to_string());
    let path: Result<Vec<Ends>> = F::path::<M>(&plan.rel.link());
    match path.as_deref() {
        Ok([ends]) => same(ends, (M::meta(), this), (F::Target::meta(), that)),
        Ok([first, second]) => {
            let join = plan.join.clone().unwrap_or_else(Query::new);
            let (meta, link) = (F::Holder::meta(), join.name());
            let linked = same(first, (M::meta(), this), (meta, link));
            let other = same(second, (meta, link), (F::Target::meta(), that));
            exists(join.filter_node(linked).filter_node(other)).into_node()
        }
        Ok(_) => Expr::Invalid("a relation without a path".to_owned()),
        Err(error) => invalid(error.clone()),
    }
}

fn same(ends: &Ends, (a, here): (&ModelMeta, &'static str), (b, there): (&ModelMeta, &'static str)) -> Expr {
    let mut all = None;
    for (&at, &other) in ends.here.iter().zip(&ends.there) {
        let equal = a.expr(at).of_table(here).eq(b.expr(other).of_table(there));
        Expr::and_into(&mut all, equal);
    }
    all.unwrap_or(Expr::All(Vec::new()))
}
