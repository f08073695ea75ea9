//! Tables made from models, for tests, examples and first steps; migrations have their own crate.

use crate::Model;
use manybase_db::Executor;
use manybase_driver::{Access, Error, Result, Statement};
use manybase_sql::schema::{CreateView, DropTable, DropView};
use manybase_sql::{Dialect, Rendered};

/// Creates the model's table, unless a table of that name is there, with its indexes, checks and comments; for a model with
/// `#[model(view = "…")]`, the view.
///
/// Foreign keys are left out, since the tables that they point to need not be there yet: migrations make them. The columns of
/// a table that is there stay as they are; SQLite and PostgreSQL get indexes that are missing by name, and PostgreSQL the
/// comments.
///
/// # Errors
/// Those of the database.
///
/// ```
/// use manybase_record::{create_table, prelude::*};
/// # #[derive(Model)] struct Person { #[model(key, auto)] id: i64, name: String }
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> manybase_driver::Result<()> {
/// # let db = &manybase_db::Db::builder().connect("main", "sqlite::memory:").build()?;
/// create_table::<Person>(db).await?;
/// # Ok(())
/// # }
/// ```
pub async fn create_table<M: Model>(on: &dyn Executor) -> Result<()> {
    let meta = M::meta();
    if let Some(query) = meta.view {
        let create = CreateView {
            view: meta.table.clone(),
            query: query.into(),
            replace: true,
        };
        return run::<M>(on, &|dialect| Ok(create.statements(dialect)?)).await;
    }
    let create = meta.schema_alone().create_if_not_exists();
    run::<M>(on, &|dialect| Ok(create.statements(dialect)?)).await
}

/// Drops the model's table, if there is one of that name.
///
/// # Errors
/// Those of the database.
///
/// ```
/// use manybase_record::{drop_table, prelude::*};
/// # #[derive(Model)] struct Person { #[model(key, auto)] id: i64, name: String }
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> manybase_driver::Result<()> {
/// # let db = &manybase_db::Db::builder().connect("main", "sqlite::memory:").build()?;
/// drop_table::<Person>(db).await?;
/// # Ok(())
/// # }
/// ```
pub async fn drop_table<M: Model>(on: &dyn Executor) -> Result<()> {
    let meta = M::meta();
    let (table, if_exists) = (meta.table.clone(), true);
    if meta.view.is_some() {
        let drop = DropView {
            view: table,
            if_exists,
        };
        return run::<M>(on, &|dialect| Ok(vec![drop.render(dialect)?])).await;
    }
    let drop = DropTable { table, if_exists };
    run::<M>(on, &|dialect| Ok(vec![drop.render(dialect)?])).await
}

async fn run<M: Model>(
    on: &dyn Executor,
    render: &(dyn Fn(&'static dyn Dialect) -> Result<Vec<Rendered>> + Send + Sync),
) -> Result<()> {
    let named = |error: Error| error.with_model(M::meta().name);
    let mut lease = on.lease(M::route(None), Access::Write).await.map_err(named)?;
    let rendered =
        render(lease.dialect()).map_err(|error| named(error).with_connection(lease.connection().clone()))?;
    for statement in rendered {
        lease
            .execute(Statement::rendered(statement, Access::Write).once())
            .await
            .map_err(named)?;
    }
    Ok(())
}
