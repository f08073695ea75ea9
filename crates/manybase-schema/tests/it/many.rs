//! As many tables as a large program has.

use crate::home::{Home, Kind};
use crate::on;
use manybase_db::{Access, Executor, Result, Route};
use manybase_driver::{Flow, Row, Sink, Statement};
use manybase_schema::Introspect;

const TABLES: usize = 2_000;

on! {
    sqlite Sqlite many;
    postgres Postgres many;
    mariadb MariaDb many;
}

async fn many(on: &Home) -> Result<()> {
    let table = |n: usize| {
        // Nothing is kept on disk for it: it is about the catalog.
        let (end, index) = match on.kind {
            Kind::MariaDb => (") ENGINE=MEMORY", String::new()),
            _ => (")", format!("CREATE INDEX i{n} ON t{n} (name);")),
        };
        format!("CREATE TABLE t{n} (id INTEGER PRIMARY KEY, name VARCHAR(20) NOT NULL, at DATE{end};{index}")
    };
    let all: String = (0..TABLES).map(table).collect();
    let all = match on.kind {
        Kind::MariaDb => all,
        _ => format!("BEGIN; {all} COMMIT"),
    };
    on.script(all).await?;
    let found = on.read().await?;
    assert_eq!(found.tables.len(), TABLES);
    for table in &found.tables {
        let key = table.primary_key.as_ref().map(|key| key.columns.join(" "));
        assert_eq!(
            (table.columns.len(), key.as_deref()),
            (3, Some("id")),
            "{}",
            table.name
        );
        assert_eq!(table.indexes.len(), usize::from(on.kind != Kind::MariaDb));
    }
    // The server that tells how much it was asked.
    if on.kind == Kind::MariaDb {
        let tx = on.db.begin().await?;
        let before = questions(&tx).await?;
        let between = questions(&tx).await? - before;
        let found = Introspect::of("main").read(&tx).await?;
        let asked = questions(&tx).await? - before - 2 * between;
        assert_eq!(found.tables.len(), TABLES);
        assert!((1..=16).contains(&asked), "{asked} statements");
        tx.rollback().await?;
    }
    Ok(())
}

#[derive(Default)]
struct Number(i64);

impl Sink for Number {
    fn row(&mut self, row: &dyn Row) -> Result<Flow> {
        self.0 = row.str(1)?.and_then(|text| text.parse().ok()).unwrap_or_default();
        Ok(Flow::Continue)
    }
}

/// How many statements this session has sent.
async fn questions(on: &dyn Executor) -> Result<i64> {
    let mut lease = on.lease(Route::default(), Access::Read).await?;
    let statement = Statement::read("SHOW SESSION STATUS LIKE 'Questions'", Vec::new()).once();
    Ok(lease.query(statement, Number::default()).await?.0)
}
