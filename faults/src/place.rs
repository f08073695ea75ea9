//! The databases that a run works on: throwaway servers, and files.

use std::path::PathBuf;
use std::sync::Arc;

use manybase::Db;
use manybase::prelude::*;
use manybase_testkit::{Mariadb, Postgres, Server};
use tempfile::TempDir;

use crate::mix::{Kind, Mix};
use crate::spec::Spec;
use crate::{Result, model};

/// All that the given mixes need. What is dropped first stands first.
pub(crate) struct Place {
    pub(crate) db: Db,
    pub(crate) spec: Spec,
    pub(crate) postgres: Option<Arc<Postgres>>,
    pub(crate) plain_postgres: Option<Arc<Postgres>>,
    pub(crate) mariadb: Option<Arc<Mariadb>>,
    directory: TempDir,
}

/// A branch that a server lists.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Prepared {
    pub(crate) gtrid: String,
    pub(crate) bqual: String,
}

impl Prepared {
    fn new(gtrid: &str, bqual: &str) -> Self {
        Self {
            gtrid: gtrid.to_owned(),
            bqual: bqual.to_owned(),
        }
    }
}

/// What a place needs before anybody connects.
struct Begun {
    directory: TempDir,
    postgres: Option<Arc<Postgres>>,
    plain_postgres: Option<Arc<Postgres>>,
    mariadb: Option<Arc<Mariadb>>,
    connections: Vec<(String, String)>,
}

impl Begun {
    fn new(mixes: &[Mix], journal: &str) -> Result<Self> {
        let directory = tempfile::Builder::new().prefix("manybase-faults-").tempdir()?;
        let needs = |kind| mixes.iter().any(|mix| mix.needs(kind));
        let postgres = match needs(Kind::Postgres) {
            true => Some(Arc::new(Postgres::start()?)),
            false => None,
        };
        let plain_postgres = match needs(Kind::PlainPostgres) {
            true => {
                let plain = Postgres::builder().setting("max_prepared_transactions", "0");
                Some(Arc::new(plain.start()?))
            }
            false => None,
        };
        let mariadb = match needs(Kind::Mariadb) {
            true => Some(Arc::new(Mariadb::start()?)),
            false => None,
        };
        let mut connections = Vec::new();
        for part in mixes.iter().flat_map(|mix| &mix.parts) {
            let name = part.connection.clone();
            if connections.iter().any(|(known, _)| *known == name) {
                continue;
            }
            let on = |server: Option<&Server>| -> Result<String> {
                let database = server
                    .ok_or("a server that was not started")?
                    .create_database(&name)?;
                let url = database.url();
                // It goes with its server.
                database.keep();
                Ok(url)
            };
            let url = match part.kind {
                Kind::Postgres => on(postgres.as_ref().map(|server| &***server))?,
                Kind::PlainPostgres => on(plain_postgres.as_ref().map(|server| &***server))?,
                Kind::Mariadb => on(mariadb.as_ref().map(|server| &***server))?,
                Kind::Sqlite => {
                    let mode = if name.starts_with("group") { journal } else { "wal" };
                    let file = directory.path().join(format!("{name}.db"));
                    format!("sqlite:{}?journal_mode={mode}", file.display())
                }
            };
            connections.push((name, url));
        }
        Ok(Self {
            directory,
            postgres,
            plain_postgres,
            mariadb,
            connections,
        })
    }
}

impl Place {
    pub(crate) async fn start(mixes: &[Mix], journal: &str, background: bool) -> Result<Self> {
        let (of, how) = (mixes.to_vec(), journal.to_owned());
        // Starting blocks, and other places are started and connected at the same time.
        let begun = tokio::task::spawn_blocking(move || Begun::new(&of, &how)).await??;
        let Begun {
            directory,
            postgres,
            plain_postgres,
            mariadb,
            connections,
        } = begun;
        let outcomes = directory.path().join("outcomes");
        std::fs::create_dir(&outcomes)?;
        let spec = Spec {
            connections,
            mixes: mixes.iter().map(ToString::to_string).collect(),
            directory: outcomes,
            background,
        };
        // The harness's own recovery runs when it says so.
        let db = Spec {
            background: false,
            ..spec.clone()
        }
        .open()
        .await?;
        for (name, _) in &spec.connections {
            model::create(&db, name).await?;
        }
        Ok(Self {
            db,
            spec,
            postgres,
            plain_postgres,
            mariadb,
            directory,
        })
    }

    /// A file of this run.
    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    /// What the servers themselves say is prepared, whoever prepared it.
    pub(crate) async fn prepared(&self) -> manybase::Result<Vec<Prepared>> {
        let mut all = Vec::new();
        if let Some(on) = self.first("pg") {
            let gids = sql("SELECT gid FROM pg_prepared_xacts").using(on);
            let gids: Vec<(String,)> = gids.rows().all(&self.db).await?;
            all.extend(gids.into_iter().map(|(gid,)| match gid.split_once(':') {
                Some((gtrid, bqual)) => Prepared::new(gtrid, bqual),
                None => Prepared::new(&gid, ""),
            }));
        }
        if let Some(on) = self.first("my") {
            let xids = sql("XA RECOVER").using(on).rows::<Xid>().all(&self.db).await?;
            all.extend(xids.iter().map(|xid| {
                let (gtrid, bqual) = parts(xid);
                Prepared::new(&gtrid, &bqual)
            }));
        }
        Ok(all)
    }

    /// Undoes by hand what a faulty run has left, so that it does not trouble the next one.
    pub(crate) async fn sweep(&self) {
        for (name, _) in &self.spec.connections {
            let texts = match name.get(..2) {
                Some("pg") => {
                    let gids = sql("SELECT gid FROM pg_prepared_xacts WHERE database = current_database()");
                    let gids = gids.using(name.as_str()).rows::<(String,)>().all(&self.db).await;
                    gids.unwrap_or_default()
                        .into_iter()
                        .map(|(gid,)| format!("ROLLBACK PREPARED '{gid}'"))
                        .collect::<Vec<_>>()
                }
                Some("my") => {
                    let xids = sql("XA RECOVER").using(name.as_str());
                    let xids = xids.rows::<Xid>().all(&self.db).await.unwrap_or_default();
                    let text = |xid: &Xid| {
                        let (gtrid, bqual) = parts(xid);
                        format!("XA ROLLBACK '{gtrid}','{bqual}',{}", xid.0)
                    };
                    xids.iter().map(text).collect()
                }
                _ => Vec::new(),
            };
            for text in texts {
                if let Err(error) = self.run(name, text).await {
                    eprintln!("could not sweep: {error}");
                }
            }
        }
    }

    /// Gives every account what it had, after money was lost.
    pub(crate) async fn balance(&self) -> Result<()> {
        for (name, _) in &self.spec.connections {
            let all = model::Account::query().using(name.as_str());
            all.update(&self.db, |c| c.balance.set(model::BALANCE)).await?;
        }
        Ok(())
    }

    async fn run(&self, on: &str, text: String) -> manybase::Result<()> {
        let route = manybase::Route {
            using: Some(on),
            ..manybase::Route::default()
        };
        let mut lease = self.db.lease(route, manybase::Access::Write).await?;
        lease.script(text).await
    }

    fn first(&self, prefix: &str) -> Option<&str> {
        let mut names = self.spec.connections.iter().map(|(name, _)| name.as_str());
        names.find(|name| name.starts_with(prefix))
    }
}

/// A row of `XA RECOVER`: format, length of the gtrid, length of the bqual, both.
type Xid = (i64, i64, i64, Vec<u8>);

fn parts((_, length, _, data): &Xid) -> (String, String) {
    let length = usize::try_from(*length).unwrap_or_default();
    let (gtrid, bqual) = data.split_at_checked(length).unwrap_or((data, &[]));
    let text = |part| String::from_utf8_lossy(part).into_owned();
    (text(gtrid), text(bqual))
}
