//! What a database makes of a schema: it is created in a scratch place and read back.

use crate::diff::Normalised;
use crate::schema::Schema;
use manybase_db::{Db, Executor, Result, Route};
use manybase_schema::Introspect;

/// A schema as the database of a connection writes it.
///
/// # Errors
/// Those of rendering and of the database.
pub async fn normalise(schema: &Schema, db: &Db, connection: &str) -> Result<Normalised> {
    let normalised = Normalised::as_is(schema.clone());
    let route = Route {
        using: Some(connection),
        ..Route::default()
    };
    let dialect = db.dialect(route)?;
    let operations = crate::diff::diff(
        &Schema::default(),
        &normalised.named,
        &crate::diff::Hints::default(),
    )?;
    let script = crate::ddl::render(&operations, &Schema::default(), dialect)?;
    let scratch = Db::builder().connect("scratch", "sqlite::memory:").build()?;
    let mut lease = scratch
        .lease(Route::default(), manybase_db::Access::Write)
        .await?;
    for step in script.steps {
        lease.script(step.sql).await?;
    }
    drop(lease);
    let found = Introspect::of("scratch").read(&scratch).await?;
    scratch.close().await?;
    Ok(Normalised {
        native: Schema::of_database(&found),
        ..normalised
    })
}
