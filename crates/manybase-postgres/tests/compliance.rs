//! The driver compliance suite, on throwaway servers.

use manybase_postgres::PostgresFactory;
use manybase_testkit::{Server, ServerError, compliance::Target};
use std::sync::Arc;

fn fresh(server: &Server) -> Result<Target, ServerError> {
    let database = server.create_database("compliance")?;
    let target = Target::new(Arc::new(PostgresFactory), database.url());
    Ok(target.slow_query("SELECT pg_sleep(60)").keep(database))
}

mod v15 {
    manybase_testkit::compliance!(async { super::fresh(manybase_testkit::postgres()?) });
}

mod v18 {
    manybase_testkit::compliance!(async { super::fresh(manybase_testkit::postgres_18()?) });
}
