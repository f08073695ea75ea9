//! `docs/performance.md`. A run replaces the parts of the databases it measured, and leaves the others.

use std::fmt::Write;
use std::fs;
use std::path::Path;

use bench_common::{Database, Result};

use crate::report;
use crate::session::Section;

const HEAD: &str = "\
# Performance

Written by `cargo xtask bench`, which anyone can run; `--quick` takes less than five minutes after the build.

- `raw` is the driver itself, used directly: rusqlite, tokio-postgres, mysql_async. Its column shows time per operation.
  The others show how many times as long they take: 1.00 is as fast as raw, and the best of them is in bold.
- Contenders are processes of their own with databases of their own, with the same schema, data, durability and at most
  as many connections. They run **in alternation**, round by round. A ratio is that of two runs in the same round, and
  what is shown is the median of the rounds. After `±` stands half of the range in which the middle half of the rounds
  lies.
- Every contender reads into plain structs of ten columns: integers, text, text that may be NULL, float, boolean, date,
  time, bytes. Checksums of what was read, and of what is in the tables after writing, have to agree, else the run fails.
- SQLite is synchronous underneath. `raw` and `diesel` call it on the caller's thread, as their users do; the others are
  asynchronous.
- `n/a` says that a contender has no such thing, or that its program here has not been written yet. Reasons are below
  each table.
";

pub fn write(path: &Path, sections: &[Section], machine: &str, quick: bool) -> Result<()> {
    let old = fs::read_to_string(path).unwrap_or_default();
    let mut text = HEAD.to_owned();
    for database in Database::ALL {
        let (begin, end) = marks(database);
        let new = sections.iter().find(|section| section.database == database);
        let part = match new {
            Some(section) => Some(part(section, machine, quick)),
            None => between(&old, &begin, &end).map(str::to_owned),
        };
        let part = part.unwrap_or_else(|| format!("\n## {}\n\nNot measured yet.\n", title(database)));
        let _ = write!(text, "\n{begin}{part}{end}\n");
    }
    Ok(fs::write(path, text)?)
}

fn title(database: Database) -> &'static str {
    match database {
        Database::Sqlite => "SQLite",
        Database::Postgres => "PostgreSQL",
        Database::Mariadb => "MariaDB",
    }
}

fn marks(database: Database) -> (String, String) {
    (
        format!("<!-- {} -->", database.name()),
        format!("<!-- end of {} -->", database.name()),
    )
}

fn between<'t>(text: &'t str, begin: &str, end: &str) -> Option<&'t str> {
    let (_, rest) = text.split_once(begin)?;
    Some(rest.split_once(end)?.0)
}

fn part(section: &Section, machine: &str, quick: bool) -> String {
    let versions: Vec<String> = section
        .versions
        .iter()
        .map(|(name, version)| format!("{}: {version}", name.name()))
        .collect();
    format!(
        "\n## {}\n\n{}\n{}. {} rounds{}.\n{machine}.\n{}.\n",
        title(section.database),
        report::table(section),
        section.described,
        section.rounds,
        if quick { ", a quick run" } else { "" },
        versions.join("; ")
    )
}
