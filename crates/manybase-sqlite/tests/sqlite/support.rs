//! Pools, and short words for what the tests do.

use manybase_driver::{
    Access, Address, ConnectOptions, DriverFactory, Error, Flow, Pool, PoolOptions, Result, Row, Session,
    Sink, Statement, Value,
};
use manybase_sqlite::SqliteFactory;
use tempfile::TempDir;

pub(crate) fn pool_with(url: &str, options: &ConnectOptions) -> Result<Pool> {
    let driver = SqliteFactory.open(&Address::parse(url)?, options)?;
    let options = PoolOptions {
        statement_timeout: options.statement_timeout,
        ..PoolOptions::default()
    };
    Ok(Pool::new("test", driver, options))
}

pub(crate) fn pool(url: &str) -> Pool {
    pool_with(url, &ConnectOptions::default()).unwrap()
}

pub(crate) fn memory() -> Pool {
    pool("sqlite::memory:")
}

/// A database in a file, which goes with the directory.
pub(crate) fn file() -> (TempDir, Pool) {
    file_with("", &ConnectOptions::default())
}

pub(crate) fn file_with(query: &str, options: &ConnectOptions) -> (TempDir, Pool) {
    let directory = tempfile::tempdir().unwrap();
    let url = format!("sqlite:{}/test.db{query}", directory.path().display());
    let pool = pool_with(&url, options).unwrap();
    (directory, pool)
}

pub(crate) async fn writer(pool: &Pool) -> Session {
    pool.acquire(Access::Write).await.unwrap()
}

pub(crate) async fn reader(pool: &Pool) -> Session {
    pool.acquire(Access::Read).await.unwrap()
}

pub(crate) async fn script(pool: &Pool, sql: &str) {
    writer(pool).await.script(sql.to_owned()).await.unwrap();
}

/// Makes something of each row.
pub(crate) struct Each<T, F> {
    make: F,
    pub(crate) made: Vec<T>,
    pub(crate) columns: Option<Vec<String>>,
}

impl<T, F: FnMut(&dyn Row) -> Result<T>> Each<T, F> {
    pub(crate) fn new(make: F) -> Self {
        Self {
            make,
            made: Vec::new(),
            columns: None,
        }
    }
}

impl<T: Send + 'static, F: FnMut(&dyn Row) -> Result<T> + Send + 'static> Sink for Each<T, F> {
    fn columns(&mut self, columns: &dyn manybase_driver::Columns) -> Result<()> {
        assert!(self.columns.is_none(), "told twice");
        self.columns = Some(
            (0..columns.len())
                .map(|index| columns.name(index).to_owned())
                .collect(),
        );
        Ok(())
    }

    fn row(&mut self, row: &dyn Row) -> Result<Flow> {
        assert!(self.columns.is_some());
        self.made.push((self.make)(row)?);
        Ok(Flow::Continue)
    }
}

pub(crate) async fn rows<T: Send + 'static>(
    session: &mut Session,
    statement: Statement,
    make: impl FnMut(&dyn Row) -> Result<T> + Send + 'static,
) -> Result<Vec<T>> {
    Ok(session.query(statement, Each::new(make)).await?.made)
}

pub(crate) async fn number(session: &mut Session, sql: &str) -> i64 {
    let made = rows(session, Statement::read(sql, vec![]), |row| Ok(row.i64(0)?)).await;
    made.unwrap()[0].unwrap()
}

pub(crate) async fn text(session: &mut Session, sql: &str, binds: Vec<Value>) -> Result<Option<String>> {
    let made = rows(session, Statement::read(sql, binds), |row| {
        Ok(row.str(0)?.map(str::to_owned))
    });
    Ok(made.await?.pop().flatten())
}

pub(crate) async fn fails(session: &mut Session, sql: &str) -> Error {
    session.execute(Statement::write(sql, vec![])).await.unwrap_err()
}
