//! The suite that every driver passes, on a real MariaDB.

use manybase_mysql::MysqlFactory;
use manybase_testkit::{compliance::Target, mariadb};
use std::sync::Arc;

manybase_testkit::compliance!(async {
    let database = mariadb()?.create_database("compliance")?;
    let target = Target::new(Arc::new(MysqlFactory), database.url());
    Ok(target.slow_query("SELECT SLEEP(60)").keep(database))
});
