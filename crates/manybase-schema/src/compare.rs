//! Whether one database is an equivalent copy of another, also of another kind.

mod checks;
mod columns;
mod defaults;
mod expression;
mod keys;
mod left_out;
mod outcome;
mod types;

pub use outcome::{Comparison, Difference, NotCompared, Part, Side, Verdict};

use crate::pattern::wants;
use crate::{Database, Table};

/// How databases are compared.
///
/// ```
/// let options = manybase_schema::CompareOptions::new().ignore("tmp_*").fold_case();
/// # let _ = options;
/// ```
#[derive(Debug, Clone, Default)]
#[must_use = "nothing is compared until `compare`"]
pub struct CompareOptions {
    ignored: Vec<String>,
    fold_case: bool,
}

impl CompareOptions {
    /// All tables, by their names as they are written.
    ///
    /// ```
    /// let options = manybase_schema::CompareOptions::new();
    /// # let _ = options;
    /// ```
    pub fn new() -> Self {
        Self::default()
    }

    /// Not these tables and views, on both sides: `*` stands for any letters, `?` for one. May be said several times.
    ///
    /// ```
    /// let options = manybase_schema::CompareOptions::new().ignore("tmp_*").ignore("*_backup");
    /// # let _ = options;
    /// ```
    pub fn ignore(mut self, pattern: impl Into<String>) -> Self {
        self.ignored.push(pattern.into());
        self
    }

    /// `Customer` and `CUSTOMER` are one name.
    ///
    /// ```
    /// let options = manybase_schema::CompareOptions::new().fold_case();
    /// # let _ = options;
    /// ```
    pub fn fold_case(mut self) -> Self {
        self.fold_case = true;
        self
    }

    fn folded(&self, name: &str) -> String {
        match self.fold_case {
            true => name.to_lowercase(),
            false => name.to_owned(),
        }
    }

    fn all_folded(&self, names: &[String]) -> Vec<String> {
        names.iter().map(|name| self.folded(name)).collect()
    }
}

/// Compares what two databases hold and refuse: columns with their types, defaults, keys, indexes, references and
/// checks, all by what they mean. Views are compared by presence. Triggers, sequences, queries of views and exclusions are
/// not compared, and [listed as such](Comparison::not_compared) where there are any. Nobody looks at names of constraints
/// and indexes, comments, the order of columns and the library's own tables.
///
/// A type is the same where the other database has nothing nearer: `bigint unsigned` and `numeric(20)`, `timestamptz` and
/// `datetime(6)`.
///
/// ```
/// use manybase_schema::{CompareOptions, Introspect, Part, Verdict, compare};
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> manybase_db::Result<()> {
/// # use manybase_db::{Access, Executor, Route};
/// let db = manybase_db::Db::builder()
///     .connect("main", "sqlite::memory:")
///     .connect("copy", "sqlite::memory:")
///     .default_connection("main")
///     .open()
///     .await?;
/// # for (name, sql) in [
/// #     ("main", "CREATE TABLE person (id INTEGER PRIMARY KEY, name VARCHAR(40) NOT NULL)"),
/// #     ("copy", "CREATE TABLE person (id INTEGER PRIMARY KEY, name VARCHAR(20) NOT NULL)"),
/// # ] {
/// #     let route = Route { using: Some(name), ..Route::default() };
/// #     db.lease(route, Access::Write).await?.script(sql.into()).await?;
/// # }
/// // In `copy` the column `name` is shorter.
/// let (left, right) = (Introspect::of("main").read(&db).await?, Introspect::of("copy").read(&db).await?);
/// let found = compare(&left, &right, &CompareOptions::new());
/// assert_eq!(found.equivalent(), Some(false));
/// let difference = &found.differences[0];
/// assert_eq!((difference.part, difference.verdict), (Part::Type, Verdict::Narrower));
/// assert_eq!(difference.right.as_deref(), Some("VARCHAR(20)"));
/// # Ok(())
/// # }
/// ```
pub fn compare(left: &Database, right: &Database, options: &CompareOptions) -> Comparison {
    let same_product = left.product == right.product;
    let wanted = |table: &&Table| !table.is_own() && wants(&[], &options.ignored, table);
    let mut rest: Vec<&Table> = right.tables.iter().filter(wanted).collect();
    let mut differences = Vec::new();
    let mut tables = 0;
    for table in left.tables.iter().filter(wanted) {
        let name = name(table, left);
        let same = |other: &&Table| options.folded(&self::name(other, right)) == options.folded(&name);
        let Some(at) = rest.iter().position(same) else {
            differences.push(alone(table, name, Verdict::Missing));
            continue;
        };
        let other = rest.remove(at);
        tables += 1;
        let mut pair = Pair {
            name,
            left: table,
            right: other,
            schemas: (&left.current_schema, &right.current_schema),
            options,
            same_product,
            found: Vec::new(),
        };
        pair.compare();
        differences.extend(pair.found);
    }
    for table in rest {
        differences.push(alone(table, name(table, right), Verdict::Extra));
    }
    differences.sort_by(|a, b| (&a.table, a.part).cmp(&(&b.table, b.part)));
    let side = |database: &Database| Side {
        connection: database.connection.clone(),
        product: database.product.clone(),
        schema: database.current_schema.clone(),
    };
    Comparison {
        left: side(left),
        right: side(right),
        tables,
        differences,
        not_compared: left_out::find(left, right, wanted),
    }
}

/// Schemas have other names on each side; that of the connection is the one that is meant.
fn name(table: &Table, database: &Database) -> String {
    match table.schema == database.current_schema {
        true => table.name.clone(),
        false => format!("{}.{}", table.schema, table.name),
    }
}

fn alone(table: &Table, name: String, verdict: Verdict) -> Difference {
    let kind = Some(table.kind.name().to_owned());
    let (left, right) = match verdict {
        Verdict::Missing => (kind, None),
        _ => (None, kind),
    };
    Difference {
        table: name,
        part: part(table),
        name: None,
        verdict,
        left,
        right,
    }
}

fn part(table: &Table) -> Part {
    match table.kind.is_view() {
        true => Part::View,
        false => Part::Table,
    }
}

/// A table on both sides.
struct Pair<'p> {
    name: String,
    left: &'p Table,
    right: &'p Table,
    schemas: (&'p str, &'p str),
    options: &'p CompareOptions,
    same_product: bool,
    found: Vec<Difference>,
}

impl Pair<'_> {
    fn compare(&mut self) {
        let (left, right) = (self.left, self.right);
        if left.kind.is_view() != right.kind.is_view() {
            let kind = |table: &Table| Some(table.kind.name().to_owned());
            self.say(part(left), None, Verdict::Differs, kind(left), kind(right));
        } else if !left.kind.is_view() {
            columns::compare(self);
            keys::compare(self);
            checks::compare(self);
        }
    }

    fn say(
        &mut self,
        part: Part,
        name: Option<String>,
        verdict: Verdict,
        left: Option<String>,
        right: Option<String>,
    ) {
        self.found.push(Difference {
            table: self.name.clone(),
            part,
            name,
            verdict,
            left,
            right,
        });
    }

    /// What is on one side only.
    fn say_alone(&mut self, part: Part, name: Option<String>, is_left: bool, what: String) {
        match is_left {
            true => self.say(part, name, Verdict::Missing, Some(what), None),
            false => self.say(part, name, Verdict::Extra, None, Some(what)),
        }
    }
}
