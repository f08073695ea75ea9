//! A database takes the place of another one, on a server that can't rename databases.
//!
//! Tables can be moved from one database to another, all of them in one statement that happens at once or not at all. What
//! can't be moved is refused: views, triggers, routines, events. So are foreign keys of other databases, which would follow
//! the old tables.

use super::LONGEST_NAME;
use super::admin::{Admin, MARK, identifier};
use super::tools::{Server, numbers};
use manybase_driver::backup::{Progress, Reporter, Step, quoted_list};
use manybase_driver::{Error, ErrorKind, Result};

/// Since these versions a crash in the middle of the statement leaves no half of it.
const WHOLE: [(u32, u32); 2] = [(10, 6), (8, 0)];
/// For transactions of others to end, in seconds. Whoever comes meanwhile waits behind.
const WAIT: u32 = 10;

/// What stays where it is, of a database.
const IMMOVABLE: &str = "SELECT CONCAT('view ', table_name) FROM information_schema.views WHERE table_schema = ? \
     UNION ALL SELECT CONCAT('trigger ', trigger_name) FROM information_schema.triggers WHERE trigger_schema = ? \
     UNION ALL SELECT CONCAT(LOWER(routine_type), ' ', routine_name) FROM information_schema.routines WHERE routine_schema = ? \
     UNION ALL SELECT CONCAT('event ', event_name) FROM information_schema.events WHERE event_schema = ? ORDER BY 1";
const REFERRED: &str = "SELECT CONCAT(constraint_schema, '.', table_name) FROM information_schema.referential_constraints \
     WHERE unique_constraint_schema = ? AND constraint_schema <> unique_constraint_schema ORDER BY 1";
const TABLES: &str =
    "SELECT table_name FROM information_schema.tables WHERE table_schema = ? ORDER BY table_name";

/// A name with something behind it, cut off so that it fits.
pub(super) fn with_end(database: &str, end: &str) -> String {
    let room = LONGEST_NAME.saturating_sub(end.chars().count());
    let begin: String = database.chars().take(room).collect();
    format!("{begin}{end}")
}

/// Where a database is restored that is to take the place of this one.
pub(super) fn aside(database: &str, unique: &str) -> String {
    with_end(database, &format!("_restoring_{unique}"))
}

fn refused(what: String) -> Error {
    Error::new(ErrorKind::Unsupported, what).with_help(
        "restore it under another name (`into`, --into), and write that name into the url of the connection",
    )
}

impl Admin {
    /// Whether all that is in a database can be moved.
    pub(super) async fn swappable(&mut self, name: &str) -> Result<()> {
        let (product, version) = (self.flavor.product(), self.version.clone());
        let [mariadb, mysql] = WHOLE;
        let since = if self.flavor == Server::MariaDb {
            mariadb
        } else {
            mysql
        };
        if numbers(&version) < Some(since) {
            return Err(refused(format!(
                "{product} {version} can't rename a database, and moves tables one by one: a crash would leave half of them"
            )));
        }
        let binds = vec![name.into(); 4];
        let found = self.rows(IMMOVABLE, binds).await?;
        let found: Vec<_> = found.into_iter().flatten().flatten().collect();
        if !found.is_empty() {
            return Err(refused(format!(
                "{product} can't rename a database, only move its tables, and {name} has what can't be moved: {}",
                quoted_list(&found)
            )));
        }
        let found = self.names(REFERRED, name).await?;
        if !found.is_empty() {
            return Err(refused(format!(
                "foreign keys of other databases lead to tables of {name}, and would follow the old ones: {}",
                quoted_list(&found)
            )));
        }
        Ok(())
    }

    /// The tables of `live` go to `kept`, and those of `new` to `live`.
    pub(super) async fn swap(&mut self, live: &str, new: &str, kept: &str, report: &Reporter) -> Result<()> {
        report.tell(&Progress::of(Step::Swap, 0));
        self.swappable(live).await?;
        self.swappable(new).await?;
        let old = self.names(TABLES, live).await?;
        let mut moved = self.names(TABLES, new).await?;
        moved.retain(|table| table != MARK);
        let settings = self.settings(live).await?;
        self.make(kept, "kept", &settings).await?;
        report.tell(&Progress::of(Step::Swap, 1));
        let path = |database: &str, table: &str| format!("{}.{}", identifier(database), identifier(table));
        let from_to =
            |from: &str, to: &str, table: &str| format!("{} TO {}", path(from, table), path(to, table));
        let moves = old.iter().map(|table| from_to(live, kept, table));
        let moves: Vec<_> = moves
            .chain(moved.iter().map(|table| from_to(new, live, table)))
            .collect();
        let mut sql = format!("SET SESSION lock_wait_timeout = {WAIT}");
        if !moves.is_empty() {
            sql.push_str(&format!("; RENAME TABLE {}", moves.join(", ")));
        }
        if let Err(error) = self.connection.script(sql).await {
            if !error.is_connection_lost() {
                self.drop_if_empty(kept).await?;
            }
            return Err(error);
        }
        let unmarked = self.unmark(kept).await;
        let dropped = self.drop_if_empty(new).await;
        unmarked.and(dropped)
    }

    /// Removes a database that has nothing but the mark.
    async fn drop_if_empty(&mut self, name: &str) -> Result<()> {
        match self.names(TABLES, name).await?.as_slice() {
            [only] if only == MARK => {
                let sql = format!("DROP DATABASE {}", identifier(name));
                self.connection.script(sql).await
            }
            _ => Ok(()),
        }
    }

    /// Databases with the mark whose names begin like those of restores to this one.
    pub(super) async fn left(&mut self, name: &str) -> Result<Vec<String>> {
        let sql = "SELECT table_schema FROM information_schema.tables WHERE table_name = ? ORDER BY 1";
        let mut found = self.names(sql, MARK).await?;
        let is_of = |found: &str, end: &str, unique: usize| {
            let one = with_end(name, &format!("{end}{}", "0".repeat(unique)));
            found.len() == one.len() && found.starts_with(&one[..one.len() - unique])
        };
        found
            .retain(|found| found == name || is_of(found, "_restoring_", 12) || is_of(found, "_before_", 19));
        Ok(found
            .iter()
            .map(|found| match found.contains("_before_") {
                true => format!(
                    "{found}: DROP TABLE {}.{}, and the database if it has no other",
                    identifier(found),
                    identifier(MARK)
                ),
                false => format!("{found}: DROP DATABASE {}", identifier(found)),
            })
            .collect())
    }
}
