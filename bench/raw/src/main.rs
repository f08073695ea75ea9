//! The drivers themselves, as their users would write it: what everybody else is compared with.
//!
//! It also makes the databases for everybody: `bench-raw prepare <database> <url> <rows to stream>`.

mod mariadb;
mod model;
mod postgres;
mod sqlite;

use bench_common::{Arguments, Database, Result};

fn main() -> Result<()> {
    let mut arguments = std::env::args().skip(1);
    if arguments.next().as_deref() == Some("prepare") {
        let (Some(database), Some(url), Some(stream)) =
            (arguments.next(), arguments.next(), arguments.next())
        else {
            return Err("usage: prepare <database> <url> <rows to stream>".into());
        };
        let stream = stream.parse()?;
        return match Database::parse(&database) {
            Some(Database::Sqlite) => sqlite::prepare(&url, stream),
            Some(Database::Postgres) => postgres::prepare(&url, stream),
            Some(Database::Mariadb) => mariadb::prepare(&url, stream),
            None => Err(format!("unknown database {database}").into()),
        };
    }
    let Arguments { database, url } = Arguments::read()?;
    match database {
        Database::Sqlite => sqlite::serve(url),
        Database::Postgres => postgres::serve(url),
        Database::Mariadb => mariadb::serve(url),
    }
}
