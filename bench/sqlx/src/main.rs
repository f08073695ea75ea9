//! sqlx. Each database has types of its own there, so the same code is compiled three times.

#[macro_use]
mod contender;
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
