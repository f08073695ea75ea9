//! What the tests share.

use manybase_driver::{
    Access, Address, BulkRows, BulkTarget, ConnectOptions, DriverFactory, Flow, Pool, PoolOptions, Result,
    Row, Session, Sink, Statement, TestBeforeUse, Value,
};
use manybase_postgres::PostgresFactory;
use manybase_sql::dialect;
use manybase_testkit::Database;
use std::sync::Arc;
use std::time::Duration;

/// A database of its own and a pool on it.
pub(crate) struct Db {
    pub(crate) pool: Pool,
    pub(crate) database: Database,
}

impl Db {
    pub(crate) async fn session(&self) -> Session {
        self.pool.acquire(Access::Write).await.unwrap()
    }
}

/// A database on the shared server, or the end of the test where there is none.
macro_rules! db {
    () => {
        $crate::support::open($crate::support::connect_options(), {
            manybase_testkit::require_server!(manybase_testkit::postgres())
        })
    };
    ($options:expr) => {
        $crate::support::open($options, {
            manybase_testkit::require_server!(manybase_testkit::postgres())
        })
    };
}
pub(crate) use db;

pub(crate) fn connect_options() -> ConnectOptions {
    ConnectOptions {
        connect_timeout: Duration::from_secs(5),
        statement_timeout: Some(Duration::from_secs(60)),
        lock_timeout: Some(Duration::from_secs(20)),
    }
}

pub(crate) fn open(options: ConnectOptions, server: &manybase_testkit::Server) -> Db {
    let database = server.create_database("driver").unwrap();
    Db {
        pool: pool(&database.url(), &options),
        database,
    }
}

pub(crate) fn pool(url: &str, options: &ConnectOptions) -> Pool {
    let driver = PostgresFactory
        .open(&Address::parse(url).unwrap(), options)
        .unwrap();
    let options = PoolOptions {
        max_size: 4,
        acquire_timeout: Duration::from_secs(10),
        statement_timeout: options.statement_timeout,
        test_before_use: TestBeforeUse::Never,
        ..PoolOptions::default()
    };
    Pool::new("test", driver, options)
}

/// Makes something of each row, and stops after so many.
pub(crate) struct Each<T> {
    make: fn(&dyn Row) -> Result<T>,
    limit: usize,
    pub(crate) names: Option<Vec<String>>,
    pub(crate) rows: Vec<T>,
}

impl<T> Each<T> {
    pub(crate) fn new(make: fn(&dyn Row) -> Result<T>) -> Self {
        Self {
            make,
            limit: usize::MAX,
            names: None,
            rows: Vec::new(),
        }
    }

    pub(crate) fn limit(self, limit: usize) -> Self {
        Self { limit, ..self }
    }
}

impl<T: Send + 'static> Sink for Each<T> {
    fn columns(&mut self, columns: &dyn manybase_driver::Columns) -> Result<()> {
        assert!(self.names.is_none(), "columns are told once");
        self.names = Some(
            (0..columns.len())
                .map(|index| columns.name(index).to_owned())
                .collect(),
        );
        Ok(())
    }

    fn row(&mut self, row: &dyn Row) -> Result<Flow> {
        assert!(self.names.is_some(), "columns come before rows");
        assert!(
            self.rows.len() < self.limit,
            "no row after the last that was wanted"
        );
        self.rows.push((self.make)(row)?);
        Ok(if self.rows.len() == self.limit {
            Flow::Stop
        } else {
            Flow::Continue
        })
    }
}

/// All rows of a read.
pub(crate) async fn all<T: Send + 'static>(
    session: &mut Session,
    sql: &str,
    binds: Vec<Value>,
    make: fn(&dyn Row) -> Result<T>,
) -> Result<Vec<T>> {
    Ok(session
        .query(Statement::read(sql, binds), Each::new(make))
        .await?
        .rows)
}

/// The only row of a read.
pub(crate) async fn one<T: Send + 'static>(
    session: &mut Session,
    sql: &str,
    binds: Vec<Value>,
    make: fn(&dyn Row) -> Result<T>,
) -> Result<T> {
    let mut rows = all(session, sql, binds, make).await?;
    assert_eq!(rows.len(), 1, "{sql}");
    Ok(rows.remove(0))
}

/// A whole number.
pub(crate) async fn number(session: &mut Session, sql: &str) -> Result<i64> {
    one(session, sql, vec![], |row| Ok(row.i64(0)?.unwrap_or(-1))).await
}

/// A text.
pub(crate) async fn text(session: &mut Session, sql: &str) -> Result<String> {
    one(session, sql, vec![], |row| {
        Ok(row.str(0)?.unwrap_or("NULL").to_owned())
    })
    .await
}

pub(crate) async fn script(session: &mut Session, sql: &str) {
    session.script(sql.to_owned()).await.unwrap();
}

pub(crate) async fn write(session: &mut Session, sql: &str, binds: Vec<Value>) -> Result<u64> {
    Ok(session.execute(Statement::write(sql, binds)).await?.affected)
}

/// How many statements run on the session's database whose text begins so.
pub(crate) async fn running(session: &mut Session, begin: &str) -> i64 {
    let sql = "SELECT count(*) FROM pg_stat_activity \
               WHERE datname = current_database() AND state = 'active' AND query LIKE $1 || '%'";
    let begin = vec![begin.into()];
    one(session, sql, begin, |row| Ok(row.i64(0)?.unwrap_or(-1)))
        .await
        .unwrap()
}

/// Waits until something holds, and fails after a while.
pub(crate) async fn eventually<F: Future<Output = bool>>(what: &str, mut holds: impl FnMut() -> F) {
    for _ in 0..100 {
        if holds().await {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("never: {what}");
}

/// Rows for the table `t`.
pub(crate) fn rows(columns: &[&str], values: Vec<Value>) -> BulkRows {
    let target = BulkTarget {
        table: "t".into(),
        columns: columns.iter().map(|name| (*name).to_owned().into()).collect(),
        on_conflict: None,
        dialect: dialect::postgres(),
    };
    BulkRows::new(Arc::new(target), values).unwrap()
}
