//! `manybase inspect`

mod view;

use crate::arguments::examples;
use crate::context::Context;
use crate::failure::{Failure, Result};
use crate::status::Status;
use clap::Args;
use manybase_db::{Db, Executor, Route};
use manybase_schema::{Database, Introspect};

/// Show what is in a database: tables, columns, keys, indexes, views
///
/// It reads the database's own catalog and changes nothing.
#[derive(Debug, Args)]
#[command(after_help = examples!(
    "manybase inspect --connection legacy";
    "manybase inspect CUST_MASTER --connection legacy    one table, with all there is to it";
    "manybase inspect --connection legacy --json"
))]
pub(crate) struct Inspect {
    /// Only this table or view; in another schema as SCHEMA.TABLE
    #[arg(value_name = "TABLE")]
    table: Option<String>,
    #[command(flatten)]
    place: Place,
}

/// Which database, and which schemas of it.
#[derive(Debug, Args)]
pub(crate) struct Place {
    /// The connection [default: that of models that are bound to none]
    #[arg(long, short, value_name = "NAME")]
    pub(crate) connection: Option<String>,
    /// A schema, on MariaDB and MySQL a database; may be said several times [default: the connection's]
    #[arg(long, value_name = "NAME")]
    pub(crate) schema: Vec<String>,
}

impl Place {
    pub(crate) async fn read(&self, db: &Db) -> Result<Database> {
        let name = match &self.connection {
            Some(name) => db.connection(name)?.name().to_string(),
            None => Executor::resolve(db, Route::default())?.to_string(),
        };
        let mut introspect = Introspect::of(name);
        for schema in &self.schema {
            introspect = introspect.schema(schema);
        }
        Ok(introspect.read(db).await?)
    }
}

impl Inspect {
    pub(crate) async fn run(self, cx: &mut Context<'_>) -> Result<Status> {
        let db = cx.db().await?;
        let progress = cx.out.progress("reading the catalog");
        let mut database = self.place.read(&db).await?;
        drop(progress);
        let Some(name) = &self.table else {
            view::all(&mut cx.out, &database);
            cx.out.document(&database);
            return Ok(Status::Fine);
        };
        let Some(table) = database.table(name).cloned() else {
            let place = &database.connection;
            return Err(Failure::usage(
                format!("there is no table or view {name:?} on {place:?}"),
                format!("`manybase inspect --connection {place}` lists what is there"),
            ));
        };
        view::one(&mut cx.out, &table);
        database.tables = vec![table];
        cx.out.document(&database);
        Ok(Status::Fine)
    }
}
