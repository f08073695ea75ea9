//! A database of a test's own, and what runs plans on it.

use manybase_db::{Access, Db, ErrorKind, Executor, Result, Route};
use manybase_driver::{Flow, Row, Sink, Statement};
use manybase_migrate::ddl::{self, Script};
use manybase_migrate::operation::Operation;
use manybase_migrate::schema::Schema;
use manybase_schema::Introspect;
use manybase_testkit::{Database, ServerError, mariadb, postgres};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Sqlite,
    Postgres,
    MariaDb,
}

/// Goes with the value.
pub(crate) struct World {
    pub(crate) db: Db,
    _home: Home,
}

enum Home {
    Directory { _directory: tempfile::TempDir },
    Server { _database: Database },
}

impl World {
    pub(crate) async fn new(kind: Kind) -> Result<Self, ServerError> {
        let (url, home) = match kind {
            Kind::Sqlite => {
                let directory = tempfile::tempdir().expect("a directory");
                let url = format!("sqlite:{}", directory.path().join("migrate.db").display());
                (
                    url,
                    Home::Directory {
                        _directory: directory,
                    },
                )
            }
            Kind::Postgres | Kind::MariaDb => {
                let database = match kind {
                    Kind::Postgres => postgres()?.create_database("migrate")?,
                    _ => mariadb()?.create_database("migrate")?,
                };
                (database.url(), Home::Server { _database: database })
            }
        };
        let db = Db::builder().connect("main", url).open().await.expect("opens");
        // Only then it is known which database it is.
        db.connection("main")
            .expect("is there")
            .ping()
            .await
            .expect("answers");
        Ok(Self { db, _home: home })
    }

    pub(crate) async fn script(&self, sql: &str) -> Result<()> {
        let mut lease = self.db.lease(Route::default(), Access::Write).await?;
        lease.script(sql.to_owned()).await
    }

    pub(crate) async fn live(&self) -> Result<Schema> {
        Ok(Schema::of_database(&Introspect::of("main").read(&self.db).await?))
    }

    /// Renders and runs, as the runner does.
    pub(crate) async fn run(&self, operations: &[Operation], before: &Schema) -> Result<Script> {
        let dialect = self.db.connection("main")?.dialect();
        let script = ddl::render(operations, before, dialect)?;
        let mut lease = self.db.lease(Route::default(), Access::Write).await?;
        let mut sql = String::new();
        for step in &script.steps {
            sql.push_str(&step.sql);
            sql.push_str(";\n");
        }
        if sql.is_empty() {
            return Ok(script);
        }
        let transactional = script.steps.iter().all(|step| step.transactional);
        if script.foreign_keys_off {
            lease.script("PRAGMA foreign_keys = OFF".into()).await?;
        }
        if transactional {
            lease.begin_nested().await?;
        }
        let mut done = lease.script(sql.clone()).await;
        if done.is_ok() && script.foreign_keys_off {
            let check = Statement::read("PRAGMA foreign_key_check", vec![]).once();
            let broken = lease.query(check, Cells::default()).await?.rows;
            if !broken.is_empty() {
                let what = format!("{} references lead nowhere", broken.len());
                done = Err(manybase_db::Error::new(ErrorKind::Statement, what));
            }
        }
        match done.is_ok() && transactional {
            true => lease.commit_nested().await?,
            // It may be over already.
            false if transactional => drop(lease.rollback_nested().await),
            false => {}
        }
        if script.foreign_keys_off {
            lease.script("PRAGMA foreign_keys = ON".into()).await?;
        }
        done.map_err(|error| manybase_db::Error::new(error.kind(), format!("{error}\n{sql}")))?;
        Ok(script)
    }

    /// Rows as texts, in order.
    pub(crate) async fn rows(&self, sql: String, columns: usize) -> Result<Vec<Vec<Option<String>>>> {
        let mut lease = self.db.lease(Route::default(), Access::Read).await?;
        let sink = Cells {
            columns,
            rows: Vec::new(),
        };
        let mut rows = lease.query(Statement::read(sql, vec![]).once(), sink).await?.rows;
        rows.sort();
        Ok(rows)
    }
}

#[derive(Default)]
struct Cells {
    columns: usize,
    rows: Vec<Vec<Option<String>>>,
}

impl Sink for Cells {
    fn row(&mut self, row: &dyn Row) -> Result<Flow> {
        let mut cells = Vec::new();
        for at in 0..self.columns {
            cells.push(match row.is_null(at) {
                true => None,
                false => Some(match (row.str(at), row.i64(at), row.f64(at), row.bool(at)) {
                    (Ok(Some(text)), ..) => text.to_owned(),
                    (_, Ok(Some(number)), ..) => number.to_string(),
                    (_, _, Ok(Some(number)), _) => number.to_string(),
                    (_, _, _, Ok(Some(truth))) => truth.to_string(),
                    _ if matches!(row.bytes(at), Ok(Some(_))) => format!("{:?}", row.bytes(at)?),
                    _ => panic!("column {at} is of a type that this test does not read"),
                }),
            });
        }
        self.rows.push(cells);
        Ok(Flow::Continue)
    }

    fn restart(&mut self) -> bool {
        self.rows.clear();
        true
    }
}
