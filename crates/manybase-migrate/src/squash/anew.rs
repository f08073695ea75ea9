//! The statements of a squashed migration, made anew: from nothing to what the others come to.

use super::{Chosen, names};
use crate::diff::{Hints, diff};
use crate::generate::{text, way_back};
use crate::replay::{Scratch, dialect_of};
use crate::schema::Schema;
use crate::set::{Place, StepBody};
use crate::verify::rows_in;
use crate::{Migration, Migrator, Set, Target, Work, ddl};
use manybase_db::{Error, Result};
use manybase_sql::{Dialect, raw};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

const JOINED: &str = "squash up to the one before it, or keep all statements as they are with --joined";

/// What an `ALTER TABLE` or `CREATE TABLE` says that is not read back from the catalog.
const UNREAD: [&str; 14] = [
    "CLUSTER",
    "DISABLE",
    "ENABLE",
    "ENGINE",
    "FORCE",
    "INHERIT",
    "INHERITS",
    "OWNER",
    "PARTITION",
    "PARTITIONS",
    "REPLICA",
    "STATISTICS",
    "STORAGE",
    "TABLESPACE",
];

impl Migrator {
    /// As [`squash`](crate::squash()), but the statements are made anew: the migrations are replayed in a scratch
    /// database, and the new one makes what comes of it from nothing. What was added and dropped again is in it no longer.
    /// It is replayed too before anything is written, and has to come to the same.
    ///
    /// ```
    /// use manybase_migrate::{Migrator, Set};
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> manybase_db::Result<()> {
    /// let directory = tempfile::tempdir().expect("a directory");
    /// for (name, sql) in [
    ///     ("20250101000000_a", "CREATE TABLE a (b INTEGER); CREATE TABLE not_for_long (b INTEGER);"),
    ///     ("20250102000000_b", "ALTER TABLE a ADD c INTEGER; DROP TABLE not_for_long;"),
    /// ] {
    ///     let place = directory.path().join("main").join(name);
    ///     std::fs::create_dir_all(&place).expect("made");
    ///     std::fs::write(place.join("up.sqlite.sql"), sql).expect("written");
    /// }
    /// let db = manybase_db::Db::builder().connect("main", "sqlite::memory:").open().await?;
    /// let migrator = Migrator::new(&db, Set::read(directory.path())?);
    /// let name = migrator.squash("main", "20250102000000_b", "start").await?;
    /// let set = Set::read(directory.path())?;
    /// let up = set.line("main").unwrap().migrations()[0].up(manybase_sql::dialect::sqlite())?;
    /// assert_eq!(up.statements().count(), 1);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// Migrations with steps in Rust, with statements on rows of one's own, or with statements that make what can't be made
    /// anew, such as functions; files for other databases, which would be lost; those of the databases.
    pub async fn squash(&self, connection: &str, last: &str, word: &str) -> Result<String> {
        let connection = self.db().connection(connection)?.name().clone();
        let chosen = Chosen::of(self.set(), &connection, last, word)?;
        let dialect = dialect_of(self.db(), &connection).await?;
        let file = chosen.one_file()?;
        let end = self.replay_chosen(&chosen, &connection, dialect).await?;
        let nothing = Schema::default();
        let operations = diff(&nothing, &end, &Hints::default())?;
        let named = |error: Error| error.with_connection(connection.clone());
        let up = text(
            &ddl::render(&operations, &nothing, dialect).map_err(named)?,
            dialect,
            &[],
            &[],
        );
        self.comes_to(&chosen, &connection, &file, &up, &end).await?;
        let down = way_back(&operations, &nothing, &end, dialect);
        let files = BTreeMap::from([(file.replacen("up", "down", 1), down), (file, up)]);
        chosen.write(files, operations)
    }

    /// What the migrations come to, after each has been seen to change tables only.
    async fn replay_chosen(
        &self,
        chosen: &Chosen<'_>,
        connection: &Arc<str>,
        dialect: &dyn Dialect,
    ) -> Result<Schema> {
        let scratch = Scratch::open(self, connection).await?;
        let replayed = async {
            let migrator = self.elsewhere(&scratch.db, connection);
            for (at, one) in chosen.several.iter().enumerate() {
                self.checking(
                    connection,
                    &format!(
                        "replaying {} ({} of {})",
                        one.name(),
                        at + 1,
                        chosen.several.len()
                    ),
                );
                let before = scratch.schema(connection).await?;
                chosen.only_changes_tables(one, &before, dialect)?;
                migrator.up_to(&Target::Steps(1)).await.into_result()?;
            }
            let filled: Vec<String> = (rows_in(&scratch, connection).await?.into_iter())
                .filter(|(_, count)| *count > 0)
                .map(|(table, _)| table)
                .collect();
            if !filled.is_empty() {
                let what = format!(
                    "the migrations put rows into {}, which would be lost",
                    filled.join(", ")
                );
                return Err(chosen.refused(what, JOINED));
            }
            scratch.schema(connection).await
        };
        let replayed = replayed.await;
        scratch.close().await?;
        replayed
    }

    /// Tries the new one.
    async fn comes_to(
        &self,
        chosen: &Chosen<'_>,
        connection: &Arc<str>,
        file: &str,
        up: &str,
        end: &Schema,
    ) -> Result<()> {
        if end.canonical() == Schema::default().canonical() {
            return Err(chosen.refused(
                "nothing is left of what the migrations make".to_owned(),
                "remove them, or keep all statements as they are with --joined",
            ));
        }
        let path = format!("{connection}/{}/{file}", chosen.name);
        let set = Set::of([(path.as_str(), up)])?;
        let scratch = Scratch::open(self, connection).await?;
        let made = async {
            self.elsewhere(&scratch.db, connection).with_set(set).up().await?;
            scratch.schema(connection).await
        };
        let made = made.await;
        scratch.close().await?;
        if made?.canonical() == end.canonical() {
            return Ok(());
        }
        let what = "statements made anew do not come to the same as the migrations".to_owned();
        Err(chosen.refused(what, JOINED))
    }
}

impl Chosen<'_> {
    /// The one file that each of them has, for the database that they are replayed on.
    fn one_file(&self) -> Result<String> {
        let mut all: BTreeSet<&str> = BTreeSet::new();
        for one in &self.several {
            all.extend(names(one, "up."));
        }
        let all: Vec<&str> = all.into_iter().collect();
        match all.as_slice() {
            [file] if *file != "up.sql" => Ok((*file).to_owned()),
            files => {
                let what = format!(
                    "they are written for several databases ({}), and statements can be made anew for one",
                    files.join(", ")
                );
                Err(self.refused(what, "keep all statements as they are with --joined"))
            }
        }
    }

    fn only_changes_tables(&self, one: &Migration, before: &Schema, dialect: &dyn Dialect) -> Result<()> {
        self.refuse_step(one)?;
        // What its plan says was written by this tool, rows that are copied to a new table among them.
        let planned: BTreeSet<String> = ddl::render(&one.plan().operations, before, dialect)
            .map(|script| script.steps.into_iter().map(|step| bare(&step.sql)).collect())
            .unwrap_or_default();
        for (at, Place { line, body, .. }) in one.up(dialect)?.steps.iter().enumerate() {
            let StepBody::Sql(statement) = body else { continue };
            if planned.contains(&bare(&statement.text)) {
                continue;
            }
            let fits = match statement.work {
                Work::Session => true,
                Work::Structure { .. } => is_modelled(&statement.text, dialect),
                _ => false,
            };
            if !fits {
                let first = statement.text.lines().next().unwrap_or_default();
                let what = format!(
                    "statement {} of {} (line {line}) is one of your own that can't be made anew: {first}",
                    at + 1,
                    one.name()
                );
                return Err(self.refused(what, JOINED));
            }
        }
        Ok(())
    }
}

fn bare(sql: &str) -> String {
    sql.trim().trim_end_matches(';').trim_end().to_owned()
}

/// Whether what a statement makes is read back, and so comes again.
fn is_modelled(sql: &str, dialect: &dyn Dialect) -> bool {
    let Ok(pieces) = raw::split(sql, dialect) else {
        return false;
    };
    pieces.iter().filter(|piece| !piece.text.is_empty()).all(|piece| {
        let mut words = piece.words.iter().map(String::as_str);
        let verb = words.next().unwrap_or_default();
        let filler = ["UNIQUE", "OR", "REPLACE", "MATERIALIZED", "ON"];
        let object = words.find(|word| !filler.contains(word)).unwrap_or_default();
        let kinds: &[&str] = match verb {
            "CREATE" | "ALTER" | "DROP" | "RENAME" => &["TABLE", "INDEX", "VIEW", "SEQUENCE"],
            "COMMENT" => &["TABLE", "COLUMN"],
            _ => &[],
        };
        kinds.contains(&object)
            && (object == "VIEW" || !piece.words.iter().any(|word| UNREAD.contains(&word.as_str())))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use manybase_sql::dialect;

    #[test]
    fn what_comes_again() {
        for (sql, expected) in [
            ("CREATE TABLE a (b INTEGER)", true),
            ("CREATE UNIQUE INDEX a ON b (c)", true),
            ("CREATE OR REPLACE VIEW a AS SELECT 1", true),
            ("ALTER TABLE a ADD COLUMN b INTEGER", true),
            ("COMMENT ON COLUMN a.b IS 'c'", true),
            ("ALTER TABLE a ENABLE ROW LEVEL SECURITY", false),
            ("CREATE TABLE a (b INTEGER) PARTITION BY RANGE (b)", false),
            (
                "CREATE FUNCTION a() RETURNS int LANGUAGE sql AS 'SELECT 1'",
                false,
            ),
            ("CREATE TYPE mood AS ENUM ('a')", false),
            ("COMMENT ON FUNCTION a() IS 'b'", false),
            ("GRANT SELECT ON a TO b", false),
        ] {
            assert_eq!(is_modelled(sql, dialect::postgres()), expected, "{sql}");
        }
    }
}
