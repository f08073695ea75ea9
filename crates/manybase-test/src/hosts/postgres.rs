//! Databases by `CREATE DATABASE … TEMPLATE`.

use super::{Host, Url, administrator, run};
use manybase_db::Db;
use manybase_driver::{BoxFuture, Result};
use manybase_record::sql;

pub(crate) struct PostgresHost {
    admin: Db,
    url: Url,
}

impl PostgresHost {
    pub(super) fn new(admin: Db, url: Url) -> Self {
        Self { admin, url }
    }

    /// Rolls back what is prepared: a database that has it can't be dropped, and only from inside can it be ended.
    async fn end_prepared(&self, name: &str) -> Result<()> {
        let gids = sql("SELECT gid FROM pg_prepared_xacts WHERE database = ?")
            .bind(name)
            .rows::<(String,)>();
        let gids = gids.all(&self.admin).await?;
        if gids.is_empty() {
            return Ok(());
        }
        let inside = administrator(&self.url.of(name))?;
        for (gid,) in gids {
            run(
                &inside,
                format!("ROLLBACK PREPARED '{}'", gid.replace('\'', "''")),
            )
            .await?;
        }
        inside.close().await
    }
}

impl Host for PostgresHost {
    fn create<'a>(&'a self, name: &'a str) -> BoxFuture<'a, Result<()>> {
        Box::pin(run(&self.admin, format!("CREATE DATABASE \"{name}\"")))
    }

    fn seal<'a>(&'a self, template: &'a str) -> BoxFuture<'a, Result<()>> {
        Box::pin(async move {
            // Copies can be made while nobody is connected, and nobody can be from now on.
            run(
                &self.admin,
                format!("ALTER DATABASE \"{template}\" WITH ALLOW_CONNECTIONS false"),
            )
            .await?;
            let end = "SELECT count(pg_terminate_backend(pid, 5000)) FROM pg_stat_activity WHERE datname = ?";
            sql(end).bind(template).scalar::<i64>(&self.admin).await.map(drop)
        })
    }

    fn copy<'a>(&'a self, template: &'a str, name: &'a str) -> BoxFuture<'a, Result<()>> {
        Box::pin(async move {
            let version = sql("SELECT current_setting('server_version_num')::bigint")
                .scalar::<i64>(&self.admin)
                .await?;
            // Through the log, without a checkpoint: the faster way for small databases.
            let strategy = if version >= 150_000 {
                " STRATEGY WAL_LOG"
            } else {
                ""
            };
            run(
                &self.admin,
                format!("CREATE DATABASE \"{name}\" TEMPLATE \"{template}\"{strategy}"),
            )
            .await
        })
    }

    fn remove<'a>(&'a self, name: &'a str) -> BoxFuture<'a, Result<()>> {
        Box::pin(async move {
            self.end_prepared(name).await?;
            run(
                &self.admin,
                format!("DROP DATABASE IF EXISTS \"{name}\" WITH (FORCE)"),
            )
            .await
        })
    }
}
