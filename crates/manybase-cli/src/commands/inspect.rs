//! `manybase inspect`

mod view;

use crate::arguments::examples;
use crate::context::{Context, default_of};
use crate::failure::{Failure, Result};
use crate::status::Status;
use clap::Args;
use manybase_db::Db;
use manybase_schema::{Database, Introspect, Sequence, SequenceOwner};

/// Show what is in a database: tables, columns, keys, indexes, views, triggers, sequences
///
/// It reads the database's own catalog and changes nothing.
#[derive(Debug, Args)]
#[command(after_help = examples!(
    "manybase inspect --connection legacy";
    "manybase inspect CUST_MASTER --connection legacy    one table, with all there is to it";
    "manybase inspect --connection legacy --table 'CUST*' --without-own";
    "manybase inspect --connection legacy --json"
))]
pub(crate) struct Inspect {
    /// Only this table or view; in another schema as SCHEMA.TABLE
    #[arg(value_name = "TABLE")]
    table: Option<String>,
    /// Only tables and views whose names fit, such as 'CUST*'; may be said several times
    #[arg(long = "table", value_name = "PATTERN", conflicts_with = "table")]
    only: Vec<String>,
    /// Not these; may be said several times
    #[arg(long, value_name = "PATTERN", conflicts_with = "table")]
    except: Vec<String>,
    /// Leave out the tables in which Manybase keeps its own books
    #[arg(long)]
    without_own: bool,
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
        Ok(self.introspect(db)?.read(db).await?)
    }

    fn introspect(&self, db: &Db) -> Result<Introspect> {
        let name = match &self.connection {
            Some(name) => db.connection(name)?.name().to_string(),
            None => default_of(db)?,
        };
        let introspect = Introspect::of(name);
        Ok(self.schema.iter().fold(introspect, Introspect::schema))
    }
}

impl Inspect {
    pub(crate) async fn run(self, cx: &mut Context<'_>) -> Result<Status> {
        let db = cx.db().await?;
        let progress = cx.out.progress("reading the catalog");
        let mut introspect = self.place.introspect(&db)?;
        introspect = self.only.iter().fold(introspect, Introspect::only);
        introspect = self.except.iter().fold(introspect, Introspect::except);
        if self.without_own {
            introspect = introspect.without_own();
        }
        let mut database = introspect.read(&db).await?;
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
        let owned = |owner: &SequenceOwner| owner.table == table.name;
        let of_table = |sequence: &Sequence| {
            sequence.schema == table.schema && sequence.owner.as_ref().is_some_and(owned)
        };
        database.sequences.retain(of_table);
        let columns = &table.columns;
        database.enums.retain(|list| {
            columns
                .iter()
                .any(|column| column.enum_name.as_ref() == Some(&list.name))
        });
        database.domains.retain(|domain| {
            columns
                .iter()
                .any(|column| column.domain.as_ref() == Some(&domain.name))
        });
        database.tables = vec![table];
        cx.out.document(&database);
        Ok(Status::Fine)
    }
}
