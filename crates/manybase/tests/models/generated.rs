//! As the generator writes them.

pub(crate) mod chinook_mariadb;
pub(crate) mod chinook_postgres;
pub(crate) mod chinook_sqlite;
pub(crate) mod northwind_mariadb;
pub(crate) mod northwind_postgres;
pub(crate) mod northwind_sqlite;
pub(crate) mod sakila_mariadb;
pub(crate) mod sakila_postgres;
pub(crate) mod sakila_sqlite;
