//! Tables made from models, for tests, examples and first steps; migrations have their own crate.

use crate::Model;
use manybase_db::Executor;
use manybase_driver::{Access, Error, Result, Statement};
use manybase_sql::schema::DropTable;

/// Creates the model's table, unless a table of that name is there.
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
    let create = M::meta().schema().create_if_not_exists();
    run::<M>(on, &|dialect| Ok(create.render(dialect)?)).await
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
    let drop = DropTable {
        table: M::meta().table.clone(),
        if_exists: true,
    };
    run::<M>(on, &|dialect| Ok(drop.render(dialect)?)).await
}

async fn run<M: Model>(
    on: &dyn Executor,
    render: &(dyn Fn(&'static dyn manybase_sql::Dialect) -> Result<manybase_sql::Rendered> + Send + Sync),
) -> Result<()> {
    let named = |error: Error| error.with_model(M::meta().name);
    let mut lease = on.lease(M::route(None), Access::Write).await.map_err(named)?;
    let rendered =
        render(lease.dialect()).map_err(|error| named(error).with_connection(lease.connection().clone()))?;
    lease
        .execute(Statement::rendered(rendered, Access::Write).once())
        .await
        .map_err(named)?;
    Ok(())
}
