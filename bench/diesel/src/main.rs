//! Diesel: synchronous on SQLite, diesel-async on servers.

#[macro_use]
mod server;
mod mariadb;
mod model;
mod postgres;
mod sqlite;

use bench_common::{Arguments, Database, Result};

fn main() -> Result<()> {
    let Arguments { database, url } = Arguments::read()?;
    match database {
        Database::Sqlite => sqlite::serve(url),
        Database::Postgres => postgres::serve(url),
        Database::Mariadb => mariadb::serve(url),
    }
}
