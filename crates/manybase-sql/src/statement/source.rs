//! What the rows of a query come from, beyond one table: aliases, joins, derived tables, common table expressions.

use crate::{Body, Expr, Name, Select, TableName};
use std::sync::Arc;

/// Where the table of a source lives: nothing that is written, for those who decide which database runs the query.
///
/// ```
/// use manybase_sql::Home;
/// let home = Home { model: "Order", bound: Some("erp"), using: None };
/// assert_eq!(home.bound, Some("erp"));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Home {
    /// The model, for messages.
    pub model: &'static str,
    /// The connection that the model is bound to.
    pub bound: Option<&'static str>,
    /// The connection that was said for this part of the query.
    pub using: Option<Arc<str>>,
}

/// What gives rows.
///
/// ```
/// use manybase_sql::{dialect, Expr, Select, SourceRows};
/// let counts = Select::from("orders").item(Expr::count_all());
/// let rows = SourceRows::Query(Box::new(counts.into()));
/// assert!(matches!(rows, SourceRows::Query(_)));
/// ```
#[derive(Debug, Clone, PartialEq)]
pub enum SourceRows {
    /// A table or view.
    Table(TableName),
    /// A common table expression of this query or of one around it.
    Cte(Name),
    /// A query: a derived table, which needs an alias.
    Query(Box<Body>),
}

/// A table, or what stands in a table's place, with the name that its columns go by.
///
/// ```
/// use manybase_sql::Source;
/// assert_eq!(Source::table("employee").name(), "employee");
/// assert_eq!(Source::table("employee").alias("m").name(), "m");
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Source {
    /// What gives the rows.
    pub rows: SourceRows,
    /// Its name in the query, when it is not that of the table.
    pub alias: Option<Name>,
    /// A derived table that may look at the sources before it.
    pub lateral: bool,
    /// Where it lives, where that is known.
    pub home: Option<Home>,
}

impl Source {
    /// A table.
    ///
    /// ```
    /// let source = manybase_sql::Source::table("employee");
    /// ```
    pub fn table(table: impl Into<TableName>) -> Self {
        Self::of(SourceRows::Table(table.into()))
    }

    /// Whatever gives rows.
    ///
    /// ```
    /// use manybase_sql::{Source, SourceRows};
    /// assert_eq!(Source::of(SourceRows::Cte("tree".into())).name(), "tree");
    /// ```
    pub fn of(rows: SourceRows) -> Self {
        Self {
            rows,
            alias: None,
            lateral: false,
            home: None,
        }
    }

    /// The same under another name.
    ///
    /// ```
    /// use manybase_sql::{dialect, Expr, Select, Source};
    /// let mut select = Select::from("employee").item(Expr::qualified("e", "id"));
    /// select.tables_mut().main = Some(Source::table("employee").alias("e"));
    /// assert_eq!(select.render(dialect::sqlite())?.sql, r#"SELECT "id" FROM "employee" AS "e""#);
    /// # Ok::<(), manybase_sql::Error>(())
    /// ```
    #[must_use]
    pub fn alias(mut self, alias: impl Into<Name>) -> Self {
        self.alias = Some(alias.into());
        self
    }

    /// The name that its columns go by; nothing for a derived table without an alias.
    ///
    /// ```
    /// assert_eq!(manybase_sql::Source::table("orders").name(), "orders");
    /// ```
    pub fn name(&self) -> Name {
        match (&self.alias, &self.rows) {
            (Some(alias), _) => alias.clone(),
            (None, SourceRows::Table(table)) => table.name.clone(),
            (None, SourceRows::Cte(name)) => name.clone(),
            (None, SourceRows::Query(_)) => Name::Borrowed(""),
        }
    }
}

/// Which rows of two sources come together.
///
/// ```
/// assert_ne!(manybase_sql::JoinKind::Inner, manybase_sql::JoinKind::Left);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JoinKind {
    /// Pairs for which the condition holds.
    Inner,
    /// And rows of the left side that have no partner.
    Left,
    /// And rows of the right side that have no partner.
    Right,
    /// And rows of either side that have no partner; refused where [`crate::Capability::full_join`] says no.
    Full,
    /// Every pair.
    Cross,
}

/// A further source of a query.
///
/// ```
/// use manybase_sql::{dialect, Expr, Join, JoinKind, Select, Source};
/// let mut select = Select::from("orders").item(Expr::qualified("customer", "name"));
/// let on = Expr::qualified("orders", "customer_id").eq(Expr::qualified("customer", "id"));
/// select.tables_mut().joins.push(Join { kind: JoinKind::Inner, source: Source::table("customer"), on: Some(on) });
/// assert_eq!(
///     select.render(dialect::sqlite())?.sql,
///     r#"SELECT "customer"."name" FROM "orders" JOIN "customer" ON "orders"."customer_id" = "customer"."id""#
/// );
/// # Ok::<(), manybase_sql::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Join {
    /// Which rows come together.
    pub kind: JoinKind,
    /// With what.
    pub source: Source,
    /// The condition; a cross join has none, and without one all others join every pair.
    pub on: Option<Expr>,
}

/// A common table expression: a query with a name, written before the one that reads it.
///
/// ```
/// use manybase_sql::{dialect, Cte, Expr, Select, Source, SourceRows};
/// let large = Select::from("orders").column("id").filter(Expr::column("total").gt(100i64));
/// let mut select = Select::from("large").column("id");
/// select.tables_mut().main = Some(Source::of(SourceRows::Cte("large".into())));
/// select.tables_mut().with.push(Cte { name: "large".into(), columns: vec!["id".into()], body: large.into(), recursive: false });
/// assert_eq!(
///     select.render(dialect::sqlite())?.sql,
///     r#"WITH "large" ("id") AS (SELECT "orders"."id" FROM "orders" WHERE "orders"."total" > ?) SELECT "id" FROM "large""#
/// );
/// # Ok::<(), manybase_sql::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Cte {
    /// Its name.
    pub name: Name,
    /// The names of its columns.
    pub columns: Vec<Name>,
    /// The query; of a recursive one a set operation whose right side reads the name.
    pub body: Body,
    /// It reads itself.
    pub recursive: bool,
}

/// What a query reads besides its one table.
///
/// ```
/// assert!(manybase_sql::Tables::default().joins.is_empty());
/// ```
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Tables {
    /// Common table expressions, in the order in which they see one another.
    pub with: Vec<Cte>,
    /// What stands in the place of [`Select::from`].
    pub main: Option<Source>,
    /// Further sources, in order.
    pub joins: Vec<Join>,
}

impl Select {
    /// What is read besides one table, to be added to.
    ///
    /// ```
    /// let mut select = manybase_sql::Select::from("t");
    /// assert!(select.tables_mut().with.is_empty());
    /// ```
    pub fn tables_mut(&mut self) -> &mut Tables {
        self.tables.get_or_insert_default()
    }

    /// The name that the columns of the first source go by.
    ///
    /// ```
    /// assert_eq!(manybase_sql::Select::from("t").name(), "t");
    /// ```
    pub fn name(&self) -> Name {
        match self.main() {
            Some(main) => main.name(),
            None => self.from.name.clone(),
        }
    }

    /// The names of all sources, the first first.
    ///
    /// ```
    /// assert_eq!(manybase_sql::Select::from("t").names(), ["t"]);
    /// ```
    pub fn names(&self) -> Vec<Name> {
        let joined = self.joins().iter().map(|join| join.source.name());
        std::iter::once(self.name()).chain(joined).collect()
    }

    /// What stands in the place of [`Select::from`], where something does.
    ///
    /// ```
    /// assert!(manybase_sql::Select::from("t").main().is_none());
    /// ```
    pub fn main(&self) -> Option<&Source> {
        self.tables.as_ref()?.main.as_ref()
    }

    /// Further sources.
    ///
    /// ```
    /// assert!(manybase_sql::Select::from("t").joins().is_empty());
    /// ```
    pub fn joins(&self) -> &[Join] {
        self.tables.as_ref().map_or(&[], |tables| &tables.joins)
    }
}
