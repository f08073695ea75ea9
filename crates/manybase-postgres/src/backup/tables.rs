//! The tables of a database, and what is in them.

use super::admin::identifier;
use super::session::Session;
use manybase_driver::backup::{Depth, Progress, Reporter, Step, TableState};
use manybase_driver::{Error, Result};

/// Tables with rows of their own, without those of extensions, which a restore makes anew with the extension.
const TABLES: &str = "SELECT n.nspname::text, c.relname::text FROM pg_catalog.pg_class c \
     JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
     WHERE c.relkind = 'r' AND c.relpersistence <> 't' AND left(n.nspname::text, 3) <> 'pg_' \
     AND n.nspname <> 'information_schema' \
     AND NOT EXISTS (SELECT 1 FROM pg_catalog.pg_depend d WHERE d.classid = 'pg_catalog.pg_class'::regclass \
                     AND d.objid = c.oid AND d.deptype = 'e') \
     ORDER BY 1, 2";
/// Names in one LOCK.
const LOCKED_AT_ONCE: usize = 200;

impl Session {
    async fn list(&mut self) -> Result<Vec<(String, String)>> {
        let rows = self.texts(TABLES).await?;
        let mut tables = Vec::with_capacity(rows.len());
        for row in rows {
            let mut cells = row.into_iter().flatten();
            tables.extend(cells.next().zip(cells.next()));
        }
        Ok(tables)
    }

    /// Locks all tables against being changed or emptied, which even a transaction that sees one moment would see.
    pub(super) async fn lock(&mut self) -> Result<()> {
        let tables = self.list().await?;
        for some in tables.chunks(LOCKED_AT_ONCE) {
            let names: Vec<_> = some
                .iter()
                .map(|(schema, name)| qualified(schema, name))
                .collect();
            let sql = format!("LOCK TABLE ONLY {} IN ACCESS SHARE MODE", names.join(", ONLY "));
            self.connection.script(sql).await?;
        }
        Ok(())
    }

    /// The tables, with row counts and as far as asked for with checksums.
    pub(super) async fn tables(&mut self, depth: Depth, report: &Reporter) -> Result<Vec<TableState>> {
        let tables = self.list().await?;
        let total = tables.len() as u64;
        let mut found = Vec::with_capacity(tables.len());
        for (done, (schema, name)) in (0..).zip(tables) {
            report.tell(&Progress {
                table: Some(format!("{schema}.{name}")),
                total: Some(total),
                ..Progress::of(Step::Tables, done)
            });
            let row = self.one(&question(&schema, &name, depth)).await?;
            let mut cells = row.into_iter();
            let rows = cells.next().flatten().and_then(|rows| rows.parse().ok());
            found.push(TableState {
                rows: rows.ok_or_else(|| Error::driver(format!("{schema}.{name} has no number of rows")))?,
                checksum: cells.next().flatten(),
                schema: Some(schema),
                name,
            });
        }
        Ok(found)
    }
}

fn qualified(schema: &str, name: &str) -> String {
    format!("{}.{}", identifier(schema), identifier(name))
}

/// The checksum is the sum of the rows' own, so that their order does not matter. The server calculates it: no row
/// travels. The hash is the one by which partitions are chosen, which never changes.
fn question(schema: &str, name: &str, depth: Depth) -> String {
    let table = qualified(schema, name);
    match depth {
        Depth::Rows => format!("SELECT count(*)::text FROM ONLY {table}"),
        Depth::Content => format!(
            "SELECT count(*)::text, coalesce(sum(hashtextextended((mb.*)::text, 0)::numeric), 0)::text FROM ONLY {table} AS mb"
        ),
    }
}
