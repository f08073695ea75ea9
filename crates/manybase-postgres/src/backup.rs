//! Backups by `pg_dump`, of a snapshot in which the tables are also counted.
//!
//! A session of ours opens a transaction and exports its snapshot; `pg_dump` works in the same one. So the row counts and
//! checksums are those of the dump, whatever others write meanwhile.

mod admin;
mod dump;
mod restore;
mod session;
mod swap;
mod tables;
mod tools;

use crate::PostgresDriver;
use admin::Admin;
use manybase_driver::backup::{
    BackedUp, BackupCapabilities, BackupJob, BackupMethod, BackupOptions, Backups, Depth, Reporter,
    RestoreJob, TableState,
};
use manybase_driver::{Address, BoxFuture, ConnectOptions, Driver, Error, ErrorKind, Result};
use std::collections::BTreeMap;
use std::sync::Arc;

const FAMILY: &str = "postgres";
/// A longer name is cut off by the server.
const LONGEST_NAME: usize = 63;

impl PostgresDriver {
    /// A driver for another database of the same server, without a limit for statements: counting a table takes as
    /// long as it takes.
    fn other(&self, database: &str) -> Result<PostgresDriver> {
        let address = Address {
            database: database.to_owned(),
            ..self.parts().clone()
        };
        let options = ConnectOptions {
            statement_timeout: None,
            ..self.options().clone()
        };
        PostgresDriver::new(&address, &options)
    }

    fn database(&self) -> &str {
        let parts = self.parts();
        match parts.database.as_str() {
            // As the server's own clients have it.
            "" => parts.user.as_deref().unwrap_or("postgres"),
            name => name,
        }
    }

    fn named(&self, name: &str) -> Result<Arc<dyn Driver>> {
        if name.is_empty() || name.len() > LONGEST_NAME || name.contains('\0') {
            let what = format!("{name:?} can't be a database's name: it needs 1 to {LONGEST_NAME} bytes");
            return Err(Error::new(ErrorKind::Identifier, what));
        }
        Ok(Arc::new(self.other(name)?))
    }
}

fn staged(database: &str, unique: &str) -> String {
    with_end(database, &format!("_restoring_{unique}"))
}

/// A name with something behind it, cut off so that it fits.
fn with_end(database: &str, end: &str) -> String {
    let room = LONGEST_NAME.saturating_sub(end.len());
    let cut = (0..=room.min(database.len()))
        .rev()
        .find(|at| database.is_char_boundary(*at));
    format!("{}{end}", &database[..cut.unwrap_or(0)])
}

impl Backups for PostgresDriver {
    fn capabilities(&self) -> BackupCapabilities {
        let mut can = BackupCapabilities::new(BackupMethod::Tool);
        can.tools = &["pg_dump", "pg_restore"];
        can
    }

    fn ready(&self, options: &BackupOptions) -> Result<()> {
        tools::any("pg_dump", options)
    }

    fn ready_to_restore(&self, options: &BackupOptions) -> Result<()> {
        tools::any("pg_restore", options)
    }

    fn back_up<'a>(&'a self, job: BackupJob<'a>) -> BoxFuture<'a, Result<BackedUp>> {
        Box::pin(dump::back_up(self, job))
    }

    fn sibling(&self, name: &str) -> Result<Arc<dyn Driver>> {
        self.named(name)
    }

    fn scratch(&self, unique: &str) -> Result<Arc<dyn Driver>> {
        self.named(&format!("manybase_verify_{unique}"))
    }

    fn staging(&self, unique: &str) -> Result<Arc<dyn Driver>> {
        self.named(&staged(self.database(), unique))
    }

    fn settle<'a>(&'a self, unique: &'a str) -> BoxFuture<'a, Result<()>> {
        Box::pin(async move {
            let mut admin = Admin::dial(self).await?;
            admin
                .rename(&staged(self.database(), unique), self.database())
                .await
        })
    }

    fn swappable(&self) -> BoxFuture<'_, Result<()>> {
        Box::pin(async move { Admin::dial(self).await?.alone(self.database()).await })
    }

    fn aside(&self, unique: &str) -> Result<Arc<dyn Driver>> {
        self.staging(unique)
    }

    fn kept(&self, stamp: &str) -> Result<String> {
        Ok(with_end(self.database(), &format!("_before_{stamp}")))
    }

    fn swap<'a>(
        &'a self,
        unique: &'a str,
        stamp: &'a str,
        report: &'a Reporter,
    ) -> BoxFuture<'a, Result<()>> {
        Box::pin(async move {
            let kept = self.kept(stamp)?;
            let mut admin = Admin::dial(self).await?;
            let live = self.database();
            admin.swap(live, &staged(live, unique), &kept, report).await
        })
    }

    fn left(&self) -> BoxFuture<'_, Result<Vec<String>>> {
        Box::pin(async move {
            // As long as a real one, because of what is cut off.
            let one = staged(self.database(), &"0".repeat(12));
            Admin::dial(self).await?.left(one.trim_end_matches('0')).await
        })
    }

    fn exists(&self) -> BoxFuture<'_, Result<bool>> {
        Box::pin(async move { Admin::dial(self).await?.has(self.database()).await })
    }

    fn refuses<'a>(&'a self, family: &'a str, version: &'a str) -> BoxFuture<'a, Result<Option<String>>> {
        Box::pin(async move {
            if family != FAMILY {
                return Ok(Some("PostgreSQL can't read it".to_owned()));
            }
            let here = Admin::dial(self).await?.version;
            let older = tools::major(&here) < tools::major(version);
            Ok(older.then(|| format!("the server is PostgreSQL {here}, which is older")))
        })
    }

    fn restore<'a>(&'a self, job: RestoreJob<'a>) -> BoxFuture<'a, Result<()>> {
        Box::pin(restore::restore(self, job))
    }

    fn look<'a>(
        &'a self,
        depth: Depth,
        _: &'a BackupOptions,
        report: &'a Reporter,
    ) -> BoxFuture<'a, Result<Vec<TableState>>> {
        Box::pin(async move {
            let mut session = session::Session::begin(self).await?;
            session.tables(depth, report).await
        })
    }

    /// `pg_restore` stops at the first index or constraint that can't be made, so there is nothing more to ask.
    fn check<'a>(&'a self, _: &'a BTreeMap<String, String>) -> BoxFuture<'a, Result<Vec<String>>> {
        Box::pin(async { Ok(Vec::new()) })
    }

    fn discard(&self) -> BoxFuture<'static, Result<()>> {
        let (driver, name) = (self.other(self.database()), self.database().to_owned());
        let making = self.making.clone();
        Box::pin(async move {
            // A database that is still being made would be there a moment later.
            let _made = making.lock().await;
            Admin::dial(&driver?).await?.remove(&name).await
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{LONGEST_NAME, staged};

    #[test]
    fn names_are_cut_off_between_letters() {
        assert_eq!(staged("app", "0123"), "app_restoring_0123");
        let name = staged(&"é".repeat(31), "0123456789ab");
        assert!(
            name.len() <= LONGEST_NAME && name.ends_with("é_restoring_0123456789ab"),
            "{name}"
        );
    }
}
