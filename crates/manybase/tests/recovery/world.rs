//! Databases, and what crashed programs leave in them.

use manybase::chrono::Utc;
use manybase::driver::{
    Access, Address, BranchId, ConnectOptions, DriverFactory, Finish, Pool, PoolOptions, Prepared, Session,
    Statement, TransactionOptions,
};
use manybase::prelude::*;
use manybase::{DbBuilder, RecoveryMode, RecoveryReport, RecoverySettings, Result, sql};
use manybase_testkit::{Database, ServerError};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tempfile::TempDir;

pub(crate) const DAY: Duration = Duration::from_secs(24 * 3_600);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Pg,
    Maria,
    File,
}

/// It goes with the value.
enum Place {
    File(TempDir),
    Server(Database),
}

impl Place {
    fn new(kind: Kind) -> Result<Self, ServerError> {
        Ok(match kind {
            Kind::File => Self::File(tempfile::tempdir().expect("a directory")),
            Kind::Pg => Self::Server(manybase_testkit::postgres()?.create_database("recovery")?),
            Kind::Maria => Self::Server(manybase_testkit::mariadb()?.create_database("recovery")?),
        })
    }

    fn url(&self) -> String {
        match self {
            Self::File(directory) => format!("sqlite:{}", directory.path().join("it.db").display()),
            Self::Server(database) => database.url(),
        }
    }
}

/// Connections to databases of its own, each with a table `t`, and with the tables of the protocol.
pub(crate) struct World {
    pub(crate) db: Db,
    parts: BTreeMap<&'static str, Part>,
    /// Stands for the program that has crashed.
    owner: String,
    next: AtomicU64,
}

struct Part {
    place: Place,
    id: Arc<str>,
    /// The crashed program's connections; none for SQLite.
    pool: Option<Pool>,
}

impl World {
    pub(crate) async fn new(parts: &[(&'static str, Kind)]) -> Result<Self, ServerError> {
        let mut places = BTreeMap::new();
        for (name, kind) in parts {
            places.insert(*name, (*kind, Place::new(*kind)?));
        }
        let builder = Db::builder().recovery(RecoveryMode::Off);
        let builder = places.iter().fold(builder, |builder, (name, (_, place))| {
            builder.connect(*name, place.url())
        });
        let db = builder.open().await.expect("opens");
        let mut ids = db.atomic_setup().await;
        let mut all = BTreeMap::new();
        for (name, (kind, place)) in places {
            sql("CREATE TABLE t (id BIGINT PRIMARY KEY)")
                .using(name)
                .execute(&db)
                .await
                .expect("makes a table");
            let id = ids.remove(name).expect("is there").expect("makes the tables");
            let pool = owner(kind, &place);
            all.insert(name, Part { place, id, pool });
        }
        Ok(Self {
            db,
            parts: all,
            owner: manybase::uuid::Uuid::new_v4().simple().to_string()[..13].to_owned(),
            next: AtomicU64::new(1),
        })
    }

    /// Another program, which has some of the connections.
    pub(crate) fn with(&self, names: &[&str]) -> DbBuilder {
        let builder = Db::builder().recovery(RecoveryMode::Off);
        names
            .iter()
            .fold(builder, |builder, name| builder.connect(*name, self.url(name)))
    }

    pub(crate) fn url(&self, name: &str) -> String {
        self.parts[name].place.url()
    }

    /// The resource id.
    pub(crate) fn id(&self, name: &str) -> &str {
        &self.parts[name].id
    }

    fn number(&self) -> u64 {
        self.next.fetch_add(1, Ordering::Relaxed)
    }

    /// The name of a new transaction, with its home.
    pub(crate) fn gtrid(&self, home: &str) -> Arc<str> {
        format!("mb1.{}.{}.{}", self.id(home), self.owner, self.number()).into()
    }

    /// A connection of the crashed program.
    pub(crate) async fn session(&self, on: &str) -> Session {
        let pool = self.parts[on].pool.as_ref().expect("a server");
        pool.acquire(Access::Write).await.expect("connects")
    }

    /// Leaves a branch in doubt that has written a row, and its receipt.
    pub(crate) async fn prepare(&self, on: &str, gtrid: &str, row: i64) -> Result<BranchId> {
        let id = BranchId::new(gtrid, format!("{}.{}", self.id(on), self.number()))?;
        // It closes its connection, which on MariaDB sets the branch free.
        drop(self.prepare_as(on, &id, row, true).await?);
        Ok(id)
    }

    /// A branch by any name, and the session that prepared it.
    pub(crate) async fn prepare_as(
        &self,
        on: &str,
        id: &BranchId,
        row: i64,
        receipt: bool,
    ) -> Result<Session> {
        let mut session = self.session(on).await;
        self.prepare_on(&mut session, id, row, receipt).await?;
        Ok(session)
    }

    pub(crate) async fn prepare_on(
        &self,
        session: &mut Session,
        id: &BranchId,
        row: i64,
        receipt: bool,
    ) -> Result<()> {
        session.begin_branch(id, TransactionOptions::default()).await?;
        let insert = format!("INSERT INTO t (id) VALUES ({row})");
        session.execute(Statement::write(insert, vec![])).await?;
        if receipt {
            let (gtrid, bqual) = (id.gtrid(), id.bqual());
            let insert = format!(
                "INSERT INTO manybase_receipt (gtrid, bqual, made) VALUES ('{gtrid}', '{bqual}', CURRENT_TIMESTAMP)"
            );
            session.execute(Statement::write(insert, vec![])).await?;
        }
        assert_eq!(session.prepare(id).await?, Prepared::Prepared);
        Ok(())
    }

    /// Finishes a branch as somebody would by hand.
    pub(crate) async fn by_hand(&self, on: &str, id: &BranchId, commit: bool) -> Result<()> {
        let mut session = self.session(on).await;
        for _ in 0..200 {
            let finish = match commit {
                true => session.commit_prepared(id).await?,
                false => session.rollback_prepared(id).await?,
            };
            match finish {
                Finish::InUse => tokio::time::sleep(Duration::from_millis(20)).await,
                Finish::Finished => return Ok(()),
                Finish::Gone => panic!("{id} is not there"),
            }
        }
        panic!("{id} is in use")
    }

    /// Writes a decision, so long ago.
    pub(crate) async fn decide(
        &self,
        home: &str,
        gtrid: &str,
        code: &str,
        age: Duration,
        branches: &[(&str, &BranchId)],
    ) {
        let participants: Vec<_> = branches
            .iter()
            .map(|(name, id)| format!("{name}={}", id.bqual()))
            .collect();
        self.decide_as(home, gtrid, code, None, age, &participants.join(" "))
            .await;
    }

    pub(crate) async fn decide_as(
        &self,
        home: &str,
        gtrid: &str,
        code: &str,
        elsewhere: Option<&str>,
        age: Duration,
        participants: &str,
    ) {
        let made = Utc::now() - manybase::chrono::Duration::from_std(age).expect("fits");
        let checked = if code == "C" { 0_i16 } else { 1 };
        sql("INSERT INTO manybase_decision (gtrid, verdict, home, participants, checked, made) VALUES (?, ?, ?, ?, ?, ?)")
            .bind(gtrid.to_owned())
            .bind(code.to_owned())
            .bind(elsewhere.map(str::to_owned))
            .bind(participants.to_owned())
            .bind(checked)
            .bind(made)
            .using(home.to_owned())
            .execute(&self.db)
            .await
            .expect("decides");
    }

    /// The verdict that stands there, and whether it was checked.
    pub(crate) async fn decision(&self, home: &str, gtrid: &str) -> Option<(String, i16)> {
        let select =
            sql("SELECT verdict, checked FROM manybase_decision WHERE gtrid = ?").bind(gtrid.to_owned());
        let rows: Vec<(String, i16)> = select
            .using(home.to_owned())
            .rows()
            .all(&self.db)
            .await
            .expect("reads");
        rows.into_iter().next()
    }

    pub(crate) async fn count(&self, on: &str, table: &str) -> i64 {
        let count = sql(format!("SELECT COUNT(*) FROM {table}"));
        count.using(on.to_owned()).scalar(&self.db).await.expect("counts")
    }

    /// The rows that the branches have written.
    pub(crate) async fn rows(&self, on: &str) -> Vec<i64> {
        let select = sql("SELECT id FROM t ORDER BY id");
        let rows: Vec<(i64,)> = select
            .using(on.to_owned())
            .rows()
            .all(&self.db)
            .await
            .expect("reads");
        rows.into_iter().map(|(id,)| id).collect()
    }

    /// The branches of this world that are prepared there, as the server says.
    pub(crate) async fn prepared(&self, on: &str) -> Vec<BranchId> {
        let listed = self
            .session(on)
            .await
            .in_doubt("")
            .await
            .expect("lists")
            .into_iter();
        let ours = listed
            .map(|branch| branch.id)
            .filter(|id| id.gtrid().contains(&self.owner));
        ours.collect()
    }

    /// Leaves nothing behind.
    pub(crate) async fn end(self) {
        for (name, part) in &self.parts {
            if part.pool.is_some() {
                for id in self.prepared(name).await {
                    self.by_hand(name, &id, false).await.expect("ends it");
                }
            }
        }
        self.db.close().await.expect("closes");
    }
}

fn owner(kind: Kind, place: &Place) -> Option<Pool> {
    let factory: &dyn DriverFactory = match kind {
        Kind::Pg => &manybase_postgres::PostgresFactory,
        Kind::Maria => &manybase_mysql::MysqlFactory,
        Kind::File => return None,
    };
    let address = Address::parse(&place.url()).expect("a good URL");
    let driver = factory
        .open(&address, &ConnectOptions::default())
        .expect("a good URL");
    Some(Pool::new("owner", driver, PoolOptions::default()))
}

/// Takes all, however young.
pub(crate) fn at_once() -> RecoverySettings {
    RecoverySettings::new().min_age(Duration::ZERO)
}

pub(crate) async fn recover(db: &Db) -> RecoveryReport {
    db.recover_with(at_once()).await.expect("recovers")
}

/// What starts, or the end of the test, told as skipped.
macro_rules! needed {
    ($what:expr) => {
        match $what {
            Ok(there) => there,
            Err(error) => {
                manybase_testkit::skip(error);
                return Ok(());
            }
        }
    };
}

/// Databases by their names.
macro_rules! world {
    ($($name:literal $kind:ident),*) => {
        $crate::world::needed!($crate::world::World::new(&[$(($name, $crate::world::Kind::$kind)),*]).await)
    };
}

pub(crate) use {needed, world};
