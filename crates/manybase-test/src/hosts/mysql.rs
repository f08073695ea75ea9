//! Databases made anew from their definitions, which takes long, and emptied after a test, which is fast.

use super::{Host, Url, run};
use crate::watch::lock;
use manybase_db::{Access, Db, Executor, Route};
use manybase_driver::{BoxFuture, Result};
use manybase_record::{FromRow, sql};
use std::collections::HashMap;
use std::sync::{Arc, Mutex};

pub(crate) struct MysqlHost {
    admin: Db,
    url: Url,
    templates: Mutex<HashMap<String, Arc<Definition>>>,
}

/// What a template consists of.
struct Definition {
    tables: Vec<Table>,
    /// Views, triggers and routines, as statements.
    others: Vec<String>,
    /// What is known of its schema, to see whether a test has changed that of its copy.
    shape: Vec<Shape>,
}

struct Table {
    name: String,
    create: String,
    /// The columns that take values.
    columns: String,
    filled: bool,
    next: Option<u64>,
}

/// A line about the schema.
type Shape = (String, String);

#[derive(FromRow)]
struct Name {
    name: String,
}

const SHAPE: &str = "SELECT table_name, CONCAT_WS('|', ordinal_position, column_name, column_type, is_nullable, \
     COALESCE(column_default, ''), extra, COALESCE(collation_name, '')) FROM information_schema.columns WHERE table_schema = ? \
     UNION ALL SELECT table_name, CONCAT_WS('|', 'index', index_name, seq_in_index, column_name, non_unique) \
     FROM information_schema.statistics WHERE table_schema = ? \
     UNION ALL SELECT table_name, CONCAT_WS('|', 'constraint', constraint_name, constraint_type) \
     FROM information_schema.table_constraints WHERE table_schema = ? \
     UNION ALL SELECT event_object_table, CONCAT_WS('|', 'trigger', trigger_name, action_statement) \
     FROM information_schema.triggers WHERE trigger_schema = ? \
     UNION ALL SELECT routine_name, CONCAT_WS('|', 'routine', routine_type, COALESCE(routine_definition, '')) \
     FROM information_schema.routines WHERE routine_schema = ? \
     ORDER BY 1, 2";

impl MysqlHost {
    pub(super) fn new(admin: Db, url: Url) -> Self {
        Self {
            admin,
            url,
            templates: Mutex::default(),
        }
    }

    async fn shape(&self, database: &str) -> Result<Vec<Shape>> {
        let mut query = sql(SHAPE);
        for _ in 0..5 {
            query = query.bind(database);
        }
        query.reads().rows::<Shape>().all(&self.admin).await
    }

    /// The second column of `SHOW CREATE …`.
    async fn shown(&self, inside: &Db, what: &str, name: &str, column: usize) -> Result<String> {
        let text = format!("SHOW CREATE {what} `{}`", name.replace('`', "``"));
        let mut lease = inside.lease(Route::default(), Access::Read).await?;
        let statement = manybase_driver::Statement::read(text, Vec::new()).once();
        let sink = manybase_driver::FirstSink::new(move |row: &dyn manybase_driver::Row| {
            Ok(row
                .str(column)
                .map_err(manybase_driver::Error::from)?
                .unwrap_or_default()
                .to_owned())
        });
        Ok(lease.query(statement, sink).await?.value.unwrap_or_default())
    }

    async fn definition(&self, template: &str) -> Result<Arc<Definition>> {
        if let Some(known) = lock(&self.templates).get(template) {
            return Ok(known.clone());
        }
        // From inside, so that names in views are not those of this database.
        let inside = super::administrator(&self.url.of(template))?;
        let names = |text: &str| {
            let query = sql(text.to_owned()).bind(template).reads().rows::<Name>();
            async {
                Ok::<_, manybase_driver::Error>(query.all(&self.admin).await?.into_iter().map(|row| row.name))
            }
        };
        let mut tables = Vec::new();
        let list = "SELECT table_name AS name FROM information_schema.tables WHERE table_schema = ? \
                    AND table_type = 'BASE TABLE' ORDER BY table_name";
        for name in names(list).await? {
            tables.push(self.table(&inside, template, name).await?);
        }
        let mut others = Vec::new();
        let list = "SELECT table_name AS name FROM information_schema.views WHERE table_schema = ? ORDER BY table_name";
        for name in names(list).await? {
            others.push(self.shown(&inside, "VIEW", &name, 1).await?);
        }
        let list = "SELECT trigger_name AS name FROM information_schema.triggers WHERE trigger_schema = ?";
        for name in names(list).await? {
            others.push(self.shown(&inside, "TRIGGER", &name, 2).await?);
        }
        for kind in ["PROCEDURE", "FUNCTION"] {
            let list = format!(
                "SELECT routine_name AS name FROM information_schema.routines WHERE routine_schema = ? AND routine_type = '{kind}'"
            );
            for name in names(&list).await? {
                others.push(self.shown(&inside, kind, &name, 2).await?);
            }
        }
        inside.close().await?;
        let shape = self.shape(template).await?;
        let definition = Arc::new(Definition {
            tables,
            others,
            shape,
        });
        lock(&self.templates).insert(template.to_owned(), definition.clone());
        Ok(definition)
    }

    async fn table(&self, inside: &Db, template: &str, name: String) -> Result<Table> {
        let create = self.shown(inside, "TABLE", &name, 1).await?;
        let columns = "SELECT column_name AS name FROM information_schema.columns WHERE table_schema = ? AND table_name = ? \
                       AND COALESCE(generation_expression, '') = '' ORDER BY ordinal_position";
        let columns = sql(columns)
            .bind(template)
            .bind(name.as_str())
            .reads()
            .rows::<Name>()
            .all(&self.admin)
            .await?;
        let columns: Vec<String> = columns.iter().map(|column| quoted(&column.name)).collect();
        let text = format!("SELECT EXISTS (SELECT 1 FROM {})", quoted(&name));
        let filled = sql(text).reads().scalar::<bool>(inside).await?;
        let next = self.next_numbers(template).await?.remove(&name);
        Ok(Table {
            columns: columns.join(", "),
            create,
            filled,
            next,
            name,
        })
    }

    /// What the tables' rows are numbered with next.
    async fn next_numbers(&self, database: &str) -> Result<HashMap<String, u64>> {
        let text = "SELECT table_name, CAST(auto_increment AS SIGNED) FROM information_schema.tables \
                    WHERE table_schema = ? AND auto_increment IS NOT NULL";
        let rows = sql(text)
            .bind(database)
            .reads()
            .rows::<(String, i64)>()
            .all(&self.admin)
            .await?;
        Ok(rows
            .into_iter()
            .map(|(name, next)| (name, next.unsigned_abs()))
            .collect())
    }

    /// Statements run in order on a session of their own, in which references need not hold.
    async fn script(&self, database: &str, statements: Vec<String>) -> Result<()> {
        let inside = super::administrator(&self.url.of(database))?;
        {
            let mut lease = inside.lease(Route::default(), Access::Write).await?;
            lease.script("SET foreign_key_checks = 0".to_owned()).await?;
            for statement in statements {
                lease.script(statement).await?;
            }
        }
        inside.close().await
    }
}

/// How long locks are waited for, of tables and of rows.
fn limits(seconds: &str) -> String {
    format!("lock_wait_timeout = {seconds}, innodb_lock_wait_timeout = {seconds}")
}

fn quoted(name: &str) -> String {
    format!("`{}`", name.replace('`', "``"))
}

fn fill(table: &Table, template: &str) -> String {
    let (name, columns) = (quoted(&table.name), &table.columns);
    format!(
        "INSERT INTO {name} ({columns}) SELECT {columns} FROM {}.{name}",
        quoted(template)
    )
}

impl Host for MysqlHost {
    fn create<'a>(&'a self, name: &'a str) -> BoxFuture<'a, Result<()>> {
        Box::pin(run(&self.admin, format!("CREATE DATABASE {}", quoted(name))))
    }

    fn seal<'a>(&'a self, template: &'a str) -> BoxFuture<'a, Result<()>> {
        self.disconnect(template)
    }

    fn copy<'a>(&'a self, template: &'a str, name: &'a str) -> BoxFuture<'a, Result<()>> {
        Box::pin(async move {
            let definition = self.definition(template).await?;
            self.create(name).await?;
            let tables = definition.tables.iter();
            let mut statements: Vec<String> = tables.clone().map(|table| table.create.clone()).collect();
            statements.extend(
                tables
                    .filter(|table| table.filled)
                    .map(|table| fill(table, template)),
            );
            statements.extend(definition.others.iter().cloned());
            self.script(name, statements).await
        })
    }

    fn disconnect<'a>(&'a self, name: &'a str) -> BoxFuture<'a, Result<()>> {
        Box::pin(async move {
            let ids = sql("SELECT id FROM information_schema.processlist WHERE db = ?").bind(name);
            for (id,) in ids.reads().rows::<(i64,)>().all(&self.admin).await? {
                // It may have gone by itself meanwhile.
                let _ = run(&self.admin, format!("KILL {id}")).await;
            }
            Ok(())
        })
    }

    /// Rows are deleted and written again, and tables numbered as before. A test that has changed the schema, and triggers,
    /// which would see all that, need another copy.
    fn restore<'a>(&'a self, template: &'a str, name: &'a str) -> BoxFuture<'a, Result<bool>> {
        Box::pin(async move {
            let definition = self.definition(template).await?;
            self.disconnect(name).await?;
            if !definition.others.is_empty() || self.shape(name).await? != definition.shape {
                return Ok(false);
            }
            let next = self.next_numbers(name).await?;
            let mut statements = vec![format!("SET {}", limits("2"))];
            for table in &definition.tables {
                statements.push(format!("DELETE FROM {}", quoted(&table.name)));
                if table.filled {
                    statements.push(fill(table, template));
                }
                if let Some(was) = table.next.filter(|was| next.get(&table.name) != Some(was)) {
                    statements.push(format!(
                        "ALTER TABLE {} AUTO_INCREMENT = {was}",
                        quoted(&table.name)
                    ));
                }
            }
            Ok(self.script(name, statements).await.is_ok())
        })
    }

    fn remove<'a>(&'a self, name: &'a str) -> BoxFuture<'a, Result<()>> {
        Box::pin(async move {
            self.disconnect(name).await?;
            let mut lease = self.admin.lease(Route::default(), Access::Write).await?;
            lease.script(format!("SET {}", limits("5"))).await?;
            let dropped = lease
                .script(format!("DROP DATABASE IF EXISTS {}", quoted(name)))
                .await;
            lease.script(format!("SET {}", limits("DEFAULT"))).await?;
            dropped
        })
    }
}
