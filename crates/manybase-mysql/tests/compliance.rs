//! The driver compliance suite: on a throwaway MariaDB, and on MySQL and MatrixOne where an address is given.

use manybase_mysql::MysqlFactory;
use manybase_testkit::{ServerError, compliance::Target, live_url};
use std::sync::Arc;

fn at(url: String) -> Target {
    Target::new(Arc::new(MysqlFactory), url).slow_query("SELECT SLEEP(60)")
}

fn live(variable: &str) -> Result<Target, ServerError> {
    Ok(at(live_url(variable)?))
}

mod mariadb {
    manybase_testkit::compliance!(async {
        let database = manybase_testkit::mariadb()?.create_database("compliance")?;
        Ok(super::at(database.url()).keep(database))
    });
}

mod mysql {
    manybase_testkit::compliance!(live async { super::live("MYSQL_URL") });
}

mod matrixone {
    manybase_testkit::compliance!(live async { super::live("MATRIXONE_URL") });
}
