//! MySQL and MatrixOne, which can't be installed here: runs where their variable is set, and else says that it
//! did not.

use manybase_mysql::MysqlFactory;
use manybase_testkit::{compliance::Target, live_url};
use std::sync::Arc;

mod mysql {
    use super::*;
    manybase_testkit::compliance!(async {
        let target = Target::new(Arc::new(MysqlFactory), live_url("MYSQL_URL")?);
        Ok(target.slow_query("SELECT SLEEP(60)"))
    });
}

mod matrixone {
    use super::*;
    manybase_testkit::compliance!(async {
        let url = live_url("MATRIXONE_URL")?;
        Ok(Target::new(Arc::new(MysqlFactory), url).slow_query("SELECT SLEEP(60)"))
    });
}
