//! Whether rows come through migrations.
//!
//! Before each migration the tables of a scratch database are given some rows. Then it is applied, taken back and applied
//! again, and what is there is counted each time.

use super::Verified;
use super::{fill, loss, orphans};
use crate::replay::Scratch;
use crate::{Line, Migration, Migrator, Target};
use manybase_db::{Access, Error, Executor, Result};
use manybase_sql::Dialect;
use std::collections::BTreeMap;

const CHECK: &str = "rows come through";

pub(super) type Counts = BTreeMap<String, i64>;

/// What was found on the way.
#[derive(Default)]
struct Found {
    findings: Vec<String>,
    notes: Vec<String>,
}

impl Migrator {
    /// After the migrations have been seen to run without rows.
    pub(super) async fn verify_rows(
        &self,
        line: &Line,
        applied: &[&str],
        verified: &mut Verified,
    ) -> Result<()> {
        let connection = line.connection();
        let mut found = Found::default();
        let mut scratch = Scratch::open(self, connection).await?;
        let count = line.migrations().len();
        for (at, migration) in line.migrations().iter().enumerate() {
            self.checking(
                connection,
                &format!("rows come through {} ({} of {count})", migration.name(), at + 1),
            );
            let tried = self.try_with_rows(&scratch, line, migration, &mut found).await;
            let error = match tried {
                Ok(()) => continue,
                Err(Tried::Database(error)) => {
                    scratch.close().await?;
                    return Err(error);
                }
                Err(Tried::Migration(error)) => error,
            };
            // What has been applied can't fail any more where it has been, and is not to be written anew.
            let what = format!(
                "{} fails where there are rows: {}",
                migration.name(),
                error.message()
            );
            match applied.contains(&migration.name()) {
                true => found.notes.push(what),
                false => found.findings.push(what),
            }
            scratch.close().await?;
            scratch = Scratch::open(self, connection).await?;
            let here = Target::To(migration.name().to_owned());
            let again = self.elsewhere(&scratch.db, connection).up_to(&here).await;
            if let Err(error) = again.into_result() {
                scratch.close().await?;
                return Err(error);
            }
        }
        scratch.close().await?;
        found.notes.sort();
        found.notes.dedup();
        verified.add_with(CHECK, found.findings, found.notes);
        Ok(())
    }

    /// One migration, there, back and there again.
    async fn try_with_rows(
        &self,
        scratch: &Scratch,
        line: &Line,
        migration: &Migration,
        found: &mut Found,
    ) -> Result<(), Tried> {
        let connection = line.connection();
        let migrator = self.elsewhere(&scratch.db, connection);
        let step = Target::Steps(1);
        let (before, dialect) = rows_of(scratch, connection, Some(&mut found.notes)).await?;
        migrator
            .up_to(&step)
            .await
            .into_result()
            .map_err(Tried::Migration)?;
        if before.values().all(|count| *count == 0) {
            return Ok(());
        }
        let up = migration.up(dialect)?;
        let (after, _) = rows_of(scratch, connection, None).await?;
        let name = migration.name();
        let lost = |way: &str, before: &Counts, after: &Counts, meant: &dyn Fn(&str) -> bool| {
            lost(before, after, meant)
                .into_iter()
                .map(|what| format!("{name} {way}: {what}"))
                .collect::<Vec<_>>()
        };
        let meant = |table: &str| loss::announced(&up, table);
        let mut findings = lost("up", &before, &after, &meant);
        for orphans in orphans::find(&scratch.db, connection, &|_| {}).await? {
            findings.push(format!("{name} up leaves rows behind: {orphans}"));
        }
        let Some(down) = migration.down(dialect)?.filter(|_| findings.is_empty()) else {
            found.findings.extend(findings);
            return Ok(());
        };
        migrator
            .down_to(&step)
            .await
            .into_result()
            .map_err(Tried::Migration)?;
        let (back, _) = rows_of(scratch, connection, None).await?;
        let meant = |table: &str| loss::announced(&down, table) || loss::announced(&up, table);
        findings.extend(lost("down", &before, &back, &meant));
        migrator
            .up_to(&step)
            .await
            .into_result()
            .map_err(Tried::Migration)?;
        let (again, _) = rows_of(scratch, connection, None).await?;
        let meant = |table: &str| loss::announced(&up, table);
        findings.extend(lost("up again", &back, &again, &meant));
        found.findings.extend(findings);
        Ok(())
    }
}

/// What went wrong.
enum Tried {
    /// The migration, with rows there.
    Migration(Error),
    /// Something else.
    Database(Error),
}

impl From<Error> for Tried {
    fn from(error: Error) -> Self {
        Self::Database(error)
    }
}

/// How many rows each table has; with `notes`, after those that have none were given some.
pub(super) async fn rows_of(
    scratch: &Scratch,
    connection: &str,
    notes: Option<&mut Vec<String>>,
) -> Result<(Counts, &'static dyn Dialect)> {
    let database = manybase_schema::Introspect::of(connection)
        .without_own()
        .read(&scratch.db)
        .await?;
    let mut lease = scratch
        .db
        .lease(crate::runner::route(connection), Access::Write)
        .await?;
    let dialect = lease.dialect();
    let counts = match notes {
        Some(notes) => fill::fill(&mut lease, &database, notes).await?,
        None => fill::count(&mut lease, &database).await?,
    };
    Ok((counts, dialect))
}

fn lost(before: &Counts, after: &Counts, meant: &dyn Fn(&str) -> bool) -> Vec<String> {
    let mut found = Vec::new();
    for (table, had) in before.iter().filter(|(table, had)| **had > 0 && !meant(table)) {
        match after.get(table) {
            Some(has) if has < had => found.push(format!(
                "table {table} has {has} rows of {had}, and no statement takes rows from it by name; if they are meant to go, \
                 say `-- manybase: loses-rows {table}`"
            )),
            Some(_) => {}
            // It got another name: one of the new tables has its rows.
            None if after.iter().any(|(other, has)| !before.contains_key(other) && has >= had) => {}
            None => found.push(format!("table {table} is gone with its {had} rows, and no statement drops it")),
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(of: &[(&str, i64)]) -> Counts {
        of.iter()
            .map(|(table, count)| ((*table).to_owned(), *count))
            .collect()
    }

    #[test]
    fn fewer_rows_are_found() {
        let before = counts(&[("a", 3), ("b", 2), ("empty", 0)]);
        let never = |_: &str| false;
        assert!(lost(&before, &counts(&[("a", 3), ("b", 4)]), &never).is_empty());
        assert!(lost(&before, &counts(&[("a", 3), ("renamed", 2)]), &never).is_empty());
        let found = lost(&before, &counts(&[("a", 1), ("other", 1)]), &never);
        assert!(found[0].starts_with("table a has 1 rows of 3") && found[1].starts_with("table b is gone"));
        assert!(lost(&before, &counts(&[]), &|_| true).is_empty());
    }
}
