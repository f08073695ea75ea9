//! The driver on a real MariaDB: what the compliance suite does not know of this database.

mod cancel;
mod connect;
mod errors;
mod first;
mod limits;
mod lists;
mod load;
mod outage;
mod results;
mod round_trip;
mod statements;
mod transactions;
mod trap;
mod two_phase;
mod types;

use manybase_driver::{
    Access, Address, ConnectOptions, DriverFactory, Error, ErrorKind, Flow, Pool, PoolOptions, Result, Row,
    Session, Sink, Statement, Value,
};
use manybase_mysql::MysqlFactory;
use manybase_testkit::Database;

/// A database of the test's own and a pool to it.
struct Home {
    pool: Pool,
    // Dropped after the pool.
    database: Database,
}

impl Home {
    fn new(name: &str) -> Self {
        Self::with(name, &ConnectOptions::default(), PoolOptions::default())
    }

    fn with(name: &str, connect: &ConnectOptions, options: PoolOptions) -> Self {
        let server = manybase_testkit::mariadb().expect("MariaDB starts");
        let database = server.create_database(name).expect("a database");
        let pool = pool(&database.url(), connect, options);
        Self { pool, database }
    }

    async fn session(&self) -> Session {
        self.pool.acquire(Access::Write).await.expect("a connection")
    }
}

fn pool(url: &str, connect: &ConnectOptions, options: PoolOptions) -> Pool {
    let address = Address::parse(url).expect("a good URL");
    let driver = MysqlFactory.open(&address, connect).expect("a good address");
    Pool::new("test", driver, options)
}

/// What a test makes of a row.
type Make<T> = fn(&dyn Row) -> Result<T>;

/// All rows, made into something.
struct All<T> {
    make: Make<T>,
    rows: Vec<T>,
}

impl<T: Send + 'static> Sink for All<T> {
    fn row(&mut self, row: &dyn Row) -> Result<Flow> {
        self.rows.push((self.make)(row)?);
        Ok(Flow::Continue)
    }
}

async fn rows<T: Send + 'static>(
    session: &mut Session,
    sql: &str,
    binds: Vec<Value>,
    make: Make<T>,
) -> Result<Vec<T>> {
    let sink = All {
        make,
        rows: Vec::new(),
    };
    Ok(session.query(Statement::read(sql, binds), sink).await?.rows)
}

async fn one<T: Send + 'static>(session: &mut Session, sql: &str, make: Make<T>) -> Result<T> {
    let mut rows = rows(session, sql, vec![], make).await?;
    assert_eq!(rows.len(), 1, "{sql}");
    Ok(rows.remove(0))
}

async fn number(session: &mut Session, sql: &str) -> Option<i64> {
    one(session, sql, |row| Ok(row.i64(0)?)).await.expect(sql)
}

async fn text(session: &mut Session, sql: &str) -> Option<String> {
    let make: Make<Option<String>> = |row| Ok(row.str(0)?.map(str::to_owned));
    one(session, sql, make).await.expect(sql)
}

async fn run(session: &mut Session, sql: &str) -> u64 {
    let done = session.execute(Statement::write(sql, vec![]).once()).await;
    done.expect(sql).affected
}

fn refused<T>(result: Result<T>, kind: ErrorKind) -> Error {
    match result {
        Ok(_) => panic!("it should have been refused: {kind}"),
        Err(error) => {
            assert_eq!(error.kind(), kind, "{error}");
            error
        }
    }
}
