//! `manybase compare`

use crate::arguments::examples;
use crate::context::Context;
use crate::failure::Result;
use crate::output::{Mark, count};
use crate::status::Status;
use clap::Args;
use manybase_db::Db;
use manybase_schema::{CompareOptions, Comparison, Database, Difference, Introspect};
use serde::Serialize;

/// Say whether one database is an equivalent copy of another, also of another kind
///
/// Types, collations, defaults, keys, indexes, references and checks are compared by what they mean: a type is the same
/// where the other database has nothing nearer. What can't be compared is said, and never taken for equal; triggers,
/// sequences and the queries of views are not compared. Ends with 1 when a difference is listed.
#[derive(Debug, Args)]
#[command(after_help = examples!(
    "manybase compare --left erp --right copy";
    "manybase compare --left erp --right copy --ignore 'tmp_*' --fold-case";
    "manybase compare --left erp --right copy --json    for CI"
))]
pub(crate) struct Compare {
    /// The connection that is looked at from
    #[arg(long, value_name = "NAME")]
    left: String,
    /// The connection whose database should be equivalent
    #[arg(long, value_name = "NAME")]
    right: String,
    /// The schema on the left, on MariaDB and MySQL a database [default: the connection's]
    #[arg(long, value_name = "NAME")]
    left_schema: Option<String>,
    /// The schema on the right
    #[arg(long, value_name = "NAME")]
    right_schema: Option<String>,
    /// Tables and views that do not matter, such as 'tmp_*'; may be said several times
    #[arg(long, value_name = "PATTERN")]
    ignore: Vec<String>,
    /// Take names that differ in capitals only for one name
    #[arg(long)]
    fold_case: bool,
}

#[derive(Serialize)]
struct Document<'a> {
    /// Null where nothing differs, but something can't be compared.
    equivalent: Option<bool>,
    #[serde(flatten)]
    comparison: &'a Comparison,
}

impl Compare {
    pub(crate) async fn run(self, cx: &mut Context<'_>) -> Result<Status> {
        let db = cx.db_of(&[self.left.clone(), self.right.clone()]).await?;
        let progress = cx.out.progress("reading the catalogs");
        let (left, right) = futures_util::future::try_join(
            read(&db, &self.left, self.left_schema.as_deref()),
            read(&db, &self.right, self.right_schema.as_deref()),
        )
        .await?;
        drop(progress);
        let mut options = self
            .ignore
            .iter()
            .fold(CompareOptions::new(), CompareOptions::ignore);
        if self.fold_case {
            options = options.fold_case();
        }
        let comparison = manybase_schema::compare(&left, &right, &options);
        let equivalent = comparison.equivalent();
        let differences = comparison.differences.len();
        if differences > 0 {
            let (left, right) = (self.left.to_uppercase(), self.right.to_uppercase());
            let header = ["TABLE", "WHAT", "SEEN FROM THE LEFT", &left, &right];
            cx.out
                .table(header, comparison.differences.iter().map(row).collect());
            cx.out.gap();
        }
        let found = count(differences, "difference", "differences");
        let tables = count(comparison.tables, "table", "tables");
        let products = format!("{} and {}", left.product, right.product);
        let (mark, word, rest) = match equivalent {
            Some(true) => (Mark::Good, "equivalent", String::new()),
            Some(false) => (Mark::Bad, "not equivalent", format!(": {found}")),
            None => (
                Mark::Warn,
                "not known",
                format!(": {found} for people to look at"),
            ),
        };
        let heading = cx.out.heading(mark, word);
        cx.out
            .line(&format!("{heading}{rest}; {tables} on both sides ({products})"));
        if !comparison.not_compared.is_empty() {
            let left_out = comparison.not_compared.iter();
            let left_out = left_out.map(|one| format!("{} ({} and {})", one.what, one.left, one.right));
            let left_out: Vec<_> = left_out.collect();
            cx.out.line(&format!("  not compared: {}", left_out.join(", ")));
        }
        cx.out.document(&Document {
            equivalent,
            comparison: &comparison,
        });
        Ok(Status::act_if(equivalent != Some(true)))
    }
}

fn row(one: &Difference) -> [String; 5] {
    let name = one.name.as_ref().filter(|name| !name.is_empty());
    let name = name.map(|name| format!(" {name}"));
    [
        one.table.clone(),
        format!("{}{}", one.part, name.unwrap_or_default()),
        one.verdict.to_string(),
        one.left.clone().unwrap_or_default(),
        one.right.clone().unwrap_or_default(),
    ]
}

/// The schema that is said is the one that names without a schema are looked up in.
async fn read(db: &Db, connection: &str, schema: Option<&str>) -> manybase_db::Result<Database> {
    let mut introspect = Introspect::of(connection);
    if let Some(schema) = schema {
        introspect = introspect.schema(schema);
    }
    let mut database = introspect.read(db).await?;
    if let Some(schema) = schema {
        schema.clone_into(&mut database.current_schema);
    }
    Ok(database)
}
