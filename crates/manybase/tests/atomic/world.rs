//! Three connections, `a`, `b` and `c`, each to a database of its own with the same table.

use manybase::prelude::*;
use manybase::{ConnectionConfig, ErrorKind, create_table};
use manybase_testkit::{Database, ServerError};
use tempfile::TempDir;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Pg,
    Maria,
    /// A SQLite file with a write-ahead log, as they are when nothing is said.
    File,
    /// A SQLite file with a rollback journal.
    Journal,
}

/// It goes with the value.
enum Home {
    File(TempDir, &'static str),
    Server(Box<Database>),
}

impl Home {
    fn new(kind: Kind) -> Result<Self, ServerError> {
        let file = |mode| Self::File(tempfile::tempdir().expect("a directory"), mode);
        Ok(match kind {
            Kind::File => file("wal"),
            Kind::Journal => file("delete"),
            Kind::Pg => Self::Server(manybase_testkit::postgres()?.create_database("atomic")?.into()),
            Kind::Maria => Self::Server(manybase_testkit::mariadb()?.create_database("atomic")?.into()),
        })
    }

    fn url(&self) -> String {
        match self {
            Self::File(directory, mode) => {
                format!(
                    "sqlite:{}?journal_mode={mode}",
                    directory.path().join("it.db").display()
                )
            }
            Self::Server(database) => database.url(),
        }
    }
}

macro_rules! account {
    ($($name:ident $connection:literal),*) => {$(
        #[derive(Debug, Clone, PartialEq, Model)]
        #[model(connection = $connection, table = "account")]
        pub(crate) struct $name {
            #[model(key)]
            pub(crate) id: i64,
            #[model(unique)]
            pub(crate) balance: i64,
        }
    )*};
}

account! { A "a", B "b", C "c" }

pub(crate) struct World {
    pub(crate) db: Db,
    pub(crate) kinds: Vec<Kind>,
    homes: Vec<Home>,
}

const NAMES: [&str; 3] = ["a", "b", "c"];

impl World {
    pub(crate) fn new(kinds: &[Kind]) -> Result<Self, ServerError> {
        let homes: Vec<Home> = kinds
            .iter()
            .map(|kind| Home::new(*kind))
            .collect::<Result<_, _>>()?;
        let db = Db::builder().build().expect("opens");
        for (home, name) in homes.iter().zip(NAMES) {
            let config = ConnectionConfig::from_url(&home.url()).expect("a good URL");
            db.add(name, config).expect("adds");
        }
        let kinds = kinds.to_vec();
        Ok(Self { db, kinds, homes })
    }

    /// Where a connection leads.
    pub(crate) fn url(&self, at: usize) -> String {
        self.homes[at].url()
    }

    pub(crate) async fn tables(&self) -> manybase::Result<()> {
        create_table::<A>(&self.db).await?;
        create_table::<B>(&self.db).await?;
        if self.kinds.len() > 2 {
            create_table::<C>(&self.db).await?;
        }
        Ok(())
    }

    /// One row in each.
    pub(crate) async fn insert(&self, on: &impl Executor, id: i64) -> manybase::Result<()> {
        A { id, balance: id }.insert(on).await?;
        B { id, balance: id }.insert(on).await?;
        if self.kinds.len() > 2 {
            C { id, balance: id }.insert(on).await?;
        }
        Ok(())
    }

    /// The ids in each.
    pub(crate) async fn ids(&self) -> manybase::Result<Vec<Vec<i64>>> {
        let mut all = vec![
            sorted(A::query().all(&self.db).await?.iter().map(|row| row.id)),
            sorted(B::query().all(&self.db).await?.iter().map(|row| row.id)),
        ];
        if self.kinds.len() > 2 {
            all.push(sorted(C::query().all(&self.db).await?.iter().map(|row| row.id)));
        }
        Ok(all)
    }

    /// All have these ids and no others.
    #[track_caller]
    pub(crate) fn all_have(&self, ids: Vec<Vec<i64>>, expected: &[i64]) {
        for (name, ids) in NAMES.iter().zip(&ids) {
            assert_eq!(ids, expected, "connection {name} of {:?}", self.kinds);
        }
    }

    /// How many decisions there are in all databases, and how many receipts.
    pub(crate) async fn records(&self) -> manybase::Result<(i64, i64)> {
        let mut sum = (0, 0);
        for name in &NAMES[..self.kinds.len()] {
            sum.0 += self.count(name, "manybase_decision").await?;
            sum.1 += self.count(name, "manybase_receipt").await?;
        }
        Ok(sum)
    }

    async fn count(&self, name: &str, table: &str) -> manybase::Result<i64> {
        let count = sql(format!("SELECT COUNT(*) FROM {table}"))
            .using(name.to_owned())
            .scalar(&self.db)
            .await;
        match count {
            Err(error) if error.kind() == ErrorKind::UnknownTable => Ok(0),
            count => count,
        }
    }

    /// Branches of these databases that wait for their end, as the servers themselves say.
    pub(crate) async fn in_doubt(&self) -> manybase::Result<usize> {
        let mut count = 0;
        for (kind, name) in self.kinds.iter().zip(NAMES) {
            let listed: Vec<Xid> = match kind {
                Kind::File | Kind::Journal => continue,
                Kind::Pg => {
                    sql("SELECT gid AS data FROM pg_prepared_xacts WHERE database = current_database()")
                        .using(name)
                        .rows::<Xid>()
                        .all(&self.db)
                        .await?
                }
                // It lists the whole server's, those of other tests too.
                Kind::Maria => {
                    let own = sql("SELECT id FROM manybase_resource")
                        .using(name)
                        .scalar::<String>(&self.db)
                        .await;
                    let Ok(own) = own else { continue };
                    let rows = sql("XA RECOVER FORMAT='SQL'")
                        .using(name)
                        .reads()
                        .rows::<Xid>()
                        .all(&self.db)
                        .await?;
                    rows.into_iter()
                        .filter(|row| row.data.contains(&hex(&own)))
                        .collect()
                }
            };
            count += listed.len();
        }
        Ok(count)
    }
}

fn sorted(ids: impl Iterator<Item = i64>) -> Vec<i64> {
    let mut ids: Vec<_> = ids.collect();
    ids.sort_unstable();
    ids
}

fn hex(text: &str) -> String {
    text.bytes().map(|byte| format!("{byte:02x}")).collect()
}

#[derive(Debug, FromRow)]
struct Xid {
    data: String,
}

/// Runs a test on a mix.
pub(crate) async fn run<Fut: Future<Output = manybase::Result<()>>>(
    kinds: &[Kind],
    test: impl FnOnce(std::sync::Arc<World>) -> Fut,
) {
    let world = std::sync::Arc::new(manybase_testkit::require_server!(World::new(kinds)));
    if let Err(error) = world.tables().await {
        panic!("{error}");
    }
    if let Err(error) = test(world.clone()).await {
        panic!("{error}");
    }
    world.db.close().await.expect("closes");
}

macro_rules! tests_in {
    ($module:ident $kinds:tt: $($name:ident)*) => {
        mod $module {
            use $crate::world::Kind::*;
            $(
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $name() {
                    $crate::world::run(&$kinds, super::$name).await;
                }
            )*
        }
    };
}

/// Makes a test of each function for each mix that can commit.
macro_rules! on_every_mix {
    ($($name:ident),* $(,)?) => {
        $crate::world::tests_in!(pg_maria [Pg, Maria]: $($name)*);
        $crate::world::tests_in!(maria_pg [Maria, Pg]: $($name)*);
        $crate::world::tests_in!(pg_sqlite [Pg, File]: $($name)*);
        $crate::world::tests_in!(sqlite_pg [File, Pg]: $($name)*);
        $crate::world::tests_in!(maria_sqlite [Maria, File]: $($name)*);
        $crate::world::tests_in!(sqlite_maria [File, Maria]: $($name)*);
        $crate::world::tests_in!(pg_pg [Pg, Pg]: $($name)*);
        $crate::world::tests_in!(maria_maria [Maria, Maria]: $($name)*);
        $crate::world::tests_in!(maria_pg_sqlite [Maria, Pg, File]: $($name)*);
        $crate::world::tests_in!(sqlite_maria_pg [File, Maria, Pg]: $($name)*);
        $crate::world::tests_in!(maria_maria_sqlite [Maria, Maria, File]: $($name)*);
        $crate::world::tests_in!(sqlite_group [Journal, Journal]: $($name)*);
        $crate::world::tests_in!(sqlite_group_of_three [Journal, Journal, Journal]: $($name)*);
        $crate::world::tests_in!(sqlite_group_and_pg [Journal, Pg, Journal]: $($name)*);
        $crate::world::tests_in!(maria_and_sqlite_group [Maria, Journal, Journal]: $($name)*);
    };
}

pub(crate) use {on_every_mix, tests_in};
