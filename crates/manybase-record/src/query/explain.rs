//! The database's plan for a query.

use super::Query;
use crate::Sources;
use manybase_db::Executor;
use manybase_driver::{Columns, Dialect, Error, ErrorKind, Flow, Result, Row, Sink, Statement};
use manybase_sql::Error as SqlError;

impl<S: Sources, O: Send + 'static> Query<S, O> {
    /// The plan by which the database would run the query, in the database's own words. The query is not run.
    ///
    /// # Errors
    /// As [`Query::all`].
    ///
    /// ```
    /// use manybase_record::prelude::*;
    /// # #[derive(Model)] struct Person { #[model(key, auto)] id: i64, name: String }
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> manybase_driver::Result<()> {
    /// # let db = manybase_db::Db::builder().connect("main", "sqlite::memory:").open().await?;
    /// # manybase_record::create_table::<Person>(&db).await?;
    /// let plan = Person::filter(|c| c.id.eq(7)).explain(&db).await?;
    /// assert!(plan.contains("USING INTEGER PRIMARY KEY"));
    /// # Ok(())
    /// # }
    /// ```
    pub async fn explain(self, on: &dyn Executor) -> Result<String> {
        Ok(self.plan(on, false).await?.text())
    }

    /// As [`Query::explain`], as a document. SQLite and MatrixOne have no such plans.
    ///
    /// # Errors
    /// As [`Query::all`]; [`ErrorKind::Unsupported`] where the database has no such plans.
    ///
    /// ```
    /// use manybase_record::prelude::*;
    /// # #[derive(Model)] struct Person { #[model(key, auto)] id: i64, name: String }
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> manybase_driver::Result<()> {
    /// # let db = manybase_db::Db::builder().connect("main", "sqlite::memory:").open().await?;
    /// # manybase_record::create_table::<Person>(&db).await?;
    /// let error = Person::query().explain_json(&db).await.unwrap_err();
    /// assert_eq!(error.kind(), manybase_driver::ErrorKind::Unsupported);
    /// # Ok(())
    /// # }
    /// ```
    pub async fn explain_json(self, on: &dyn Executor) -> Result<serde_json::Value> {
        let plan = self.plan(on, true).await?.text();
        serde_json::from_str(&plan)
            .map_err(|_| Error::new(ErrorKind::Decode, "the database's plan is no JSON document"))
    }

    async fn plan(&self, on: &dyn Executor, json: bool) -> Result<Plan> {
        let statement = |dialect: &'static dyn Dialect| {
            let explain = dialect.explain(json).ok_or(SqlError::Unsupported {
                dialect: dialect.name(),
                feature: "plan as a document",
                way_out: "explain() gives it as text",
            })?;
            let (sql, binds) = self.text(dialect)?;
            Ok(Statement::read(format!("{explain}{sql}"), binds))
        };
        self.push(on, Plan::default(), &statement).await
    }
}

/// Collects the lines of a plan, whatever columns they have.
#[derive(Default)]
struct Plan {
    columns: Vec<String>,
    rows: Vec<Vec<String>>,
}

impl Sink for Plan {
    fn columns(&mut self, columns: &dyn Columns) -> Result<()> {
        self.columns = (0..columns.len()).map(|at| columns.name(at).to_owned()).collect();
        Ok(())
    }

    fn row(&mut self, row: &dyn Row) -> Result<Flow> {
        self.rows.push((0..row.len()).map(|at| cell(row, at)).collect());
        Ok(Flow::Continue)
    }

    fn restart(&mut self) -> bool {
        self.rows.clear();
        true
    }
}

fn cell(row: &dyn Row, at: usize) -> String {
    let text = row.str(at).ok().flatten().map(str::to_owned);
    let text = text.or_else(|| row.json(at).ok().flatten().map(str::to_owned));
    let text = text.or_else(|| row.i64(at).ok().flatten().map(|number| number.to_string()));
    let text = text.or_else(|| row.f64(at).ok().flatten().map(|number| number.to_string()));
    text.unwrap_or_default()
}

impl Plan {
    fn text(&self) -> String {
        let place = |name: &str| self.columns.iter().position(|column| column == name);
        let lines: Vec<String> = match (place("id"), place("parent"), place("detail")) {
            // Each line says what it is a part of.
            (Some(id), Some(parent), Some(detail)) => {
                let mut depths = std::collections::HashMap::new();
                let lines = self.rows.iter().map(|row| {
                    let depth = depths.get(&row[parent]).map_or(0, |depth| depth + 1);
                    depths.insert(&row[id], depth);
                    format!("{}{}", "  ".repeat(depth), row[detail])
                });
                lines.collect()
            }
            _ if self.columns.len() == 1 => self.rows.iter().map(|row| row.concat()).collect(),
            _ => std::iter::once(&self.columns)
                .chain(&self.rows)
                .map(|row| row.join(" | "))
                .collect(),
        };
        lines.join("\n")
    }
}
