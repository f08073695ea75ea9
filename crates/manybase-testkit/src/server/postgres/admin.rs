//! Administration of a throwaway PostgreSQL, over its own protocol: version 18 comes without `psql`.

use std::time::Duration;

use tokio_postgres::{Client, Config, NoTls};

use super::scram;
use crate::server::engine::{Access, USER};
use crate::server::error::ServerError;

/// What a server that hangs may cost a test that cleans up.
const PATIENCE: Duration = Duration::from_secs(10);

pub(crate) fn set_password(access: &Access, password: &str) -> Result<(), ServerError> {
    let sql = set_password_sql(password);
    blocking(access, "set the password", async |access| {
        connect(access, "postgres").await?.batch_execute(&sql).await
    })
}

pub(crate) fn set_password_sql(password: &str) -> String {
    format!("ALTER ROLE {USER} PASSWORD '{}'", scram::verifier(password))
}

pub(crate) fn create_database(access: &Access, name: &str) -> Result<(), ServerError> {
    let sql = format!("CREATE DATABASE \"{name}\"");
    blocking(access, &format!("create database {name}"), async |access| {
        connect(access, "postgres").await?.batch_execute(&sql).await
    })
}

/// Drops a database, its connections, its prepared transactions and its replication slots.
pub(crate) fn drop_database(access: &Access, name: &str) -> Result<(), ServerError> {
    blocking(access, &format!("drop database {name}"), async |access| {
        let client = connect(access, "postgres").await?;
        free(access, &client, name).await?;
        let sql = format!("DROP DATABASE IF EXISTS \"{name}\" WITH (FORCE)");
        client.batch_execute(&sql).await
    })
}

/// Ends what `WITH (FORCE)` does not: PostgreSQL refuses to drop a database with prepared transactions or slots.
async fn free(access: &Access, client: &Client, name: &str) -> Result<(), tokio_postgres::Error> {
    let gids = "SELECT gid FROM pg_prepared_xacts WHERE database = $1";
    let gids = client.query(gids, &[&name]).await?;
    if !gids.is_empty() {
        // Only from inside its database can a transaction be rolled back.
        let inside = connect(access, name).await?;
        for gid in gids {
            let gid: String = gid.get(0);
            let sql = format!("ROLLBACK PREPARED '{}'", gid.replace('\'', "''"));
            inside.batch_execute(&sql).await?;
        }
    }
    let walsenders = "SELECT pg_terminate_backend(active_pid, 2000) FROM pg_replication_slots \
                      WHERE database = $1 AND active";
    client.query(walsenders, &[&name]).await?;
    let slots = "SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots \
                 WHERE database = $1 AND NOT active";
    client.query(slots, &[&name]).await?;
    Ok(())
}

async fn connect(access: &Access, database: &str) -> Result<Client, tokio_postgres::Error> {
    let (client, connection) = Config::new()
        .host("127.0.0.1")
        .port(access.port)
        .user(USER)
        .password(&access.password)
        .dbname(database)
        .application_name("manybase-testkit")
        .connect(NoTls)
        .await?;
    tokio::spawn(connection);
    Ok(client)
}

/// Runs on a thread and a runtime of its own: the caller may or may not be inside a runtime.
fn blocking(
    access: &Access,
    doing: &str,
    work: impl AsyncFnOnce(&Access) -> Result<(), tokio_postgres::Error> + Send,
) -> Result<(), ServerError> {
    let failed = |reason: String| ServerError::Statement {
        doing: doing.to_owned(),
        reason,
    };
    let run = || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|error| failed(error.to_string()))?;
        let work = async { tokio::time::timeout(PATIENCE, work(access)).await };
        match runtime.block_on(work) {
            Ok(Ok(())) => Ok(()),
            Ok(Err(error)) => Err(failed(explain(&error))),
            Err(_) => Err(failed(format!("no answer in {PATIENCE:?}"))),
        }
    };
    std::thread::scope(|scope| scope.spawn(run).join())
        .unwrap_or_else(|_| Err(failed("the helper thread panicked".into())))
}

fn explain(error: &tokio_postgres::Error) -> String {
    error
        .as_db_error()
        .map_or_else(|| error.to_string(), ToString::to_string)
}
