//! Administration of a throwaway MariaDB, through the `mariadb` client that is installed with it.

use std::process::Command;

use crate::server::engine::{Access, USER};
use crate::server::error::ServerError;
use crate::server::template;

pub(crate) fn create_database(access: &Access, name: &str) -> Result<(), ServerError> {
    let sql = format!("CREATE DATABASE `{name}`");
    run(access, &format!("create database {name}"), &sql).map(drop)
}

/// Drops a database and its connections, whose open transactions would make the drop wait.
///
/// A prepared XA transaction in it makes this fail after some seconds: MariaDB lists such transactions without
/// saying which tables they hold, so which one is in the way can't be told, and ending all would end other tests'.
pub(crate) fn drop_database(access: &Access, name: &str) -> Result<(), ServerError> {
    let doing = format!("drop database {name}");
    let sql = format!("SELECT id FROM information_schema.processlist WHERE db = '{name}'");
    for id in run(access, &doing, &sql)?.split_whitespace() {
        // It may have gone by itself meanwhile.
        let _ = run(access, &doing, &format!("KILL {id}"));
    }
    let sql =
        format!("SET lock_wait_timeout = 2, innodb_lock_wait_timeout = 2; DROP DATABASE IF EXISTS `{name}`");
    run(access, &doing, &sql).map(drop)
}

fn run(access: &Access, doing: &str, sql: &str) -> Result<String, ServerError> {
    let mut client = Command::new("mariadb");
    client
        .args(["--no-defaults", "--protocol=tcp", "--host=127.0.0.1"])
        .args(["--connect-timeout=5", "--skip-column-names", "--batch"])
        .arg(format!("--port={}", access.port))
        .arg(format!("--user={USER}"))
        .arg(format!("--execute={sql}"))
        // Not on the command line, which everyone on the machine can read.
        .env("MYSQL_PWD", &access.password);
    template::output(&mut client).map_err(|error| ServerError::Statement {
        doing: doing.to_owned(),
        reason: error.to_string(),
    })
}
