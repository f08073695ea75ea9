//! `docs/performance.md`. A run replaces the parts of the databases it measured, and leaves the others.

use std::fmt::Write;
use std::fs;
use std::path::Path;

use bench_common::{Database, Result};

use crate::session::Section;
use crate::{amend, plot, report, size};

const HEAD: &str = "\
# Performance

Written by `cargo xtask bench`, which anyone can run; `--quick` takes less than five minutes after the build.

- `raw` is the driver itself, used directly: rusqlite, tokio-postgres, mysql_async. Its column shows time per operation.
  The others show how many times as long they take: 1.00 is as fast as raw, and the best of them is in bold.
- Contenders are processes of their own with databases of their own, with the same schema, data, durability and at most
  as many connections. They run **in alternation**, round by round. A ratio is that of two runs in the same round, and
  what is shown is the median of the rounds. After `±` stands half of the range in which the middle half of the rounds
  lies. After every third round all start anew, because where the system puts a process, in memory and on the processors,
  stays with it.
- Every contender reads into plain structs of ten columns: integers, text, text that may be NULL, float, boolean, date,
  time, bytes. Checksums of what was read, and of what is in the tables after writing, have to agree, else the run fails.
- SQLite is synchronous underneath. `raw` and `diesel` call it on the caller's thread, as their users do; the others are
  asynchronous.
- `n/a` says that a contender has no such thing, or that its program here has not been written yet. Reasons are below
  each table.
";

/// What others write: `cargo xtask compile-time --document`.
const COMPILE_TIME: &str = "compile time";
/// What people write.
const REMARKS: &str = "remarks";

pub fn write(
    path: &Path,
    sections: &[Section],
    sizes: Option<&str>,
    machine: &str,
    quick: bool,
) -> Result<()> {
    let old = fs::read_to_string(path).unwrap_or_default();
    let mut text = HEAD.to_owned();
    for database in Database::ALL {
        let (begin, end) = marks(database.name());
        let new = sections.iter().find(|section| section.database == database);
        let part = match new {
            Some(section) => Some(part(path, section, machine, quick)?),
            None => between(&old, &begin, &end).map(str::to_owned),
        };
        let part = part.unwrap_or_else(|| format!("\n## {}\n\nNot measured yet.\n", title(database)));
        let _ = write!(text, "\n{begin}{part}{end}\n");
    }
    for (name, new) in [(REMARKS, None), (size::SECTION, sizes), (COMPILE_TIME, None)] {
        let (begin, end) = marks(name);
        if let Some(part) = new.or_else(|| between(&old, &begin, &end)) {
            let _ = write!(text, "\n{begin}{part}{end}\n");
        }
    }
    Ok(fs::write(path, text)?)
}

/// Puts rows into tables that are there already.
pub fn add(path: &Path, sections: &[Section], quick: bool) -> Result<()> {
    let mut text = fs::read_to_string(path)?;
    for section in sections {
        let (begin, end) = marks(section.database.name());
        let old =
            between(&text, &begin, &end).ok_or("the page has no such part yet: measure all rows first")?;
        let new = amend::amend(old, section, quick)?;
        let whole = amend::whole(&new, section);
        if let Some(svg) = plot::svg(&whole, title(section.database)) {
            fs::write(path.with_file_name(picture_name(section.database)), svg)?;
        }
        text = text.replacen(&format!("{begin}{old}{end}"), &format!("{begin}{new}{end}"), 1);
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

fn picture_name(database: Database) -> String {
    format!("performance-{}.svg", database.name())
}

fn marks(part: &str) -> (String, String) {
    (format!("<!-- {part} -->"), format!("<!-- end of {part} -->"))
}

fn between<'t>(text: &'t str, begin: &str, end: &str) -> Option<&'t str> {
    let (_, rest) = text.split_once(begin)?;
    Some(rest.split_once(end)?.0)
}

/// The text, and beside the document the picture.
fn part(path: &Path, section: &Section, machine: &str, quick: bool) -> Result<String> {
    let versions: Vec<String> = section
        .versions
        .iter()
        .map(|(name, version)| format!("{}: {version}", name.name()))
        .collect();
    let title = title(section.database);
    let mut picture = String::new();
    if let Some(svg) = plot::svg(section, title) {
        let name = picture_name(section.database);
        fs::write(path.with_file_name(&name), svg)?;
        picture = format!("![{title}: ratio to raw, row by row]({name})\n\n");
    }
    Ok(format!(
        "\n## {title}\n\n{picture}{}\n{}. {} rounds{}.\n{machine}.\n{}.\n",
        report::table(section),
        section.described,
        section.rounds,
        if quick { ", a quick run" } else { "" },
        versions.join("; ")
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_not_measured_stays() {
        let place = tempfile::tempdir().unwrap();
        let path = place.path().join("performance.md");
        let (begin, end) = marks(COMPILE_TIME);
        fs::write(
            &path,
            format!("old head\n{begin}\nfigures\n{end}\n<!-- sqlite -->\nrows\n<!-- end of sqlite -->\n"),
        )
        .unwrap();
        write(&path, &[], Some("\nsmall\n"), "a machine", true).unwrap();
        let text = fs::read_to_string(&path).unwrap();
        for part in ["figures", "rows", "small", "## PostgreSQL\n\nNot measured yet."] {
            assert_eq!(text.matches(part).count(), 1, "{part}: {text}");
        }
        assert!(!text.contains("old head"));
        write(&path, &[], None, "a machine", true).unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), text);
    }
}
