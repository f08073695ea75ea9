//! The driver compliance suite, on a throwaway server.

use manybase_postgres::PostgresFactory;
use manybase_testkit::{compliance::Target, postgres};
use std::sync::Arc;

manybase_testkit::compliance!(async {
    let database = postgres()?.create_database("compliance")?;
    let target = Target::new(Arc::new(PostgresFactory), database.url());
    Ok(target.slow_query("SELECT pg_sleep(60)").keep(database))
});
