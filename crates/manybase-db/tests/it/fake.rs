//! A driver that writes down what it is told. The text of a statement says what becomes of it.

use manybase_db::{Db, DbBuilder, Executor, RecoveryMode, Route};
use manybase_driver::{
    Access, Address, BoxFuture, ConnectOptions, Connection, Dialect, Done, Driver, DriverFactory, Error,
    ErrorKind, NativeCode, Result, Sink, Statement, TransactionOptions,
};
use manybase_sql::dialect;
use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

/// `fake://host/database`; the host chooses the dialect.
#[derive(Clone, Default)]
pub(crate) struct Fake(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    log: Vec<String>,
    commits_that_fail: VecDeque<Error>,
}

impl Fake {
    pub(crate) fn db(&self) -> DbBuilder {
        // Its questions would stand among what a test expects to be sent.
        let builder = Db::builder().recovery(RecoveryMode::Off);
        builder.driver(Arc::new(self.clone()))
    }

    /// Two connections, `a` (the default) and `b`.
    pub(crate) async fn two(&self) -> Db {
        let db = self
            .db()
            .connect("a", "fake://postgres/a")
            .connect("b", "fake://postgres/b");
        db.default_connection("a").open().await.unwrap()
    }

    /// What was sent since the last look.
    pub(crate) fn log(&self) -> Vec<String> {
        std::mem::take(&mut self.0.lock().unwrap().log)
    }

    /// Waits for something that happens in another task.
    pub(crate) async fn wait_for(&self, entry: &str) {
        for _ in 0..200 {
            if self.0.lock().unwrap().log.iter().any(|line| line == entry) {
                return;
            }
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
        panic!("no {entry:?} in {:?}", self.log());
    }

    pub(crate) fn fail_next_commit(&self, kind: ErrorKind) {
        let error = database_error(kind);
        self.0.lock().unwrap().commits_that_fail.push_back(error);
    }

    fn note(&self, line: String) {
        self.0.lock().unwrap().log.push(line);
    }
}

/// Not what is in it: tests run in parallel.
impl std::fmt::Debug for Fake {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Fake")
    }
}

pub(crate) fn database_error(kind: ErrorKind) -> Error {
    Error::new(kind, "the database says no").with_code(NativeCode::Number(7))
}

pub(crate) fn write(sql: &str) -> Statement {
    Statement::write(sql, vec![])
}

/// Runs one statement on the default connection.
pub(crate) async fn run(on: &impl Executor, sql: &str) -> Result<Done> {
    run_at(on, Route::default(), sql).await
}

pub(crate) async fn run_at(on: &impl Executor, route: Route<'_>, sql: &str) -> Result<Done> {
    on.lease(route, Access::Write).await?.execute(write(sql)).await
}

pub(crate) fn to(using: &str) -> Route<'_> {
    Route {
        using: Some(using),
        ..Route::default()
    }
}

impl DriverFactory for Fake {
    fn schemes(&self) -> &'static [&'static str] {
        &["fake"]
    }

    fn open(&self, address: &Address, _options: &ConnectOptions) -> Result<Arc<dyn Driver>> {
        let dialect = match address.host.as_deref() {
            Some("sqlite") => dialect::sqlite(),
            Some("matrixone") => dialect::matrixone(),
            Some("postgres") => dialect::postgres(),
            _ => return Err(Error::config("no such fake").with_help("take postgres")),
        };
        Ok(Arc::new(FakeDriver {
            fake: self.clone(),
            name: address.database.clone(),
            dialect,
        }))
    }
}

#[derive(Clone, Debug)]
struct FakeDriver {
    fake: Fake,
    name: String,
    dialect: &'static dyn Dialect,
}

impl Driver for FakeDriver {
    fn dialect(&self) -> &'static dyn Dialect {
        self.dialect
    }

    fn address(&self) -> String {
        format!("fake:{}", self.name)
    }

    fn connect(&self, _access: Access) -> BoxFuture<'_, Result<Box<dyn Connection>>> {
        Box::pin(async {
            match self.name.as_str() {
                "down" => Err(Error::new(ErrorKind::Connect, "nobody is there")),
                _ => Ok(Box::new(FakeConnection {
                    driver: self.clone(),
                    closed: false,
                }) as Box<dyn Connection>),
            }
        })
    }
}

struct FakeConnection {
    driver: FakeDriver,
    closed: bool,
}

impl FakeConnection {
    fn note(&self, what: impl std::fmt::Display) {
        self.driver.fake.note(format!("{}: {what}", self.driver.name));
    }

    async fn statement(&mut self, sql: &str) -> Result<Done> {
        self.note(sql);
        match sql {
            "HANG" => std::future::pending().await,
            "SLOW" => tokio::time::sleep(std::time::Duration::from_millis(50)).await,
            "UNIQUE" => return Err(database_error(ErrorKind::UniqueViolation)),
            "DEADLOCK" => return Err(database_error(ErrorKind::Deadlock)),
            "SERIALIZATION" => return Err(database_error(ErrorKind::Serialization)),
            "NOT SENT" => return Err(Error::new(ErrorKind::Placeholders, "too few values")),
            "LOST" => {
                self.closed = true;
                return Err(Error::new(ErrorKind::ConnectionLost, "the server is gone"));
            }
            _ => {}
        }
        Ok(Done {
            affected: 1,
            last_insert_id: None,
        })
    }
}

impl Connection for FakeConnection {
    fn dialect(&self) -> &'static dyn Dialect {
        self.driver.dialect
    }

    fn server_version(&self) -> &str {
        "1.0-fake"
    }

    fn query(&mut self, statement: Statement, sink: Box<dyn Sink>) -> BoxFuture<'_, Result<Box<dyn Sink>>> {
        Box::pin(async move {
            self.statement(&statement.sql).await?;
            match &*statement.sql {
                "DECODE" => Err(Error::new(ErrorKind::Decode, "it is NULL")),
                _ => Ok(sink),
            }
        })
    }

    fn execute(&mut self, statement: Statement) -> BoxFuture<'_, Result<Done>> {
        Box::pin(async move { self.statement(&statement.sql).await })
    }

    fn batch(&mut self, statements: Vec<Statement>, _atomic: bool) -> BoxFuture<'_, Result<Vec<Done>>> {
        Box::pin(async move {
            let mut done = Vec::new();
            for statement in statements {
                done.push(self.statement(&statement.sql).await?);
            }
            Ok(done)
        })
    }

    fn script(&mut self, sql: String) -> BoxFuture<'_, Result<()>> {
        Box::pin(async move { self.statement(&sql).await.map(drop) })
    }

    fn begin(&mut self, options: TransactionOptions) -> BoxFuture<'_, Result<()>> {
        let isolation = options.isolation.map_or("", |level| level.as_sql());
        let read_only = if options.read_only { " READ ONLY" } else { "" };
        self.note(format!("BEGIN{read_only} {isolation}").trim_end());
        Box::pin(async { Ok(()) })
    }

    fn commit(&mut self) -> BoxFuture<'_, Result<()>> {
        self.note("COMMIT");
        let fails = self.driver.fake.0.lock().unwrap().commits_that_fail.pop_front();
        Box::pin(async move { fails.map_or(Ok(()), Err) })
    }

    fn rollback(&mut self) -> BoxFuture<'_, Result<()>> {
        self.note("ROLLBACK");
        Box::pin(async { Ok(()) })
    }

    fn ping(&mut self) -> BoxFuture<'_, Result<()>> {
        Box::pin(async { Ok(()) })
    }

    fn reset(&mut self) -> BoxFuture<'_, Result<()>> {
        self.note("reset");
        Box::pin(async { Ok(()) })
    }

    fn is_closed(&self) -> bool {
        self.closed
    }

    fn abandon(self: Box<Self>) {
        self.note("abandoned");
    }

    fn close(self: Box<Self>) -> BoxFuture<'static, Result<()>> {
        Box::pin(async { Ok(()) })
    }
}
