//! `manybase migrate new`

use super::options::Which;
use crate::arguments::examples;
use crate::context::Context;
use crate::failure::Result;
use crate::status::Status;
use clap::Args;
use manybase_migrate::{Draft, Requirement};
use serde::Serialize;

/// Write the files of a new migration
///
/// They are empty: the statements are yours. Directives stand in comments of a line:
/// `-- manybase: no-transaction`, `foreign-keys-off`, `irreversible`, `step`.
#[derive(Debug, Args)]
#[command(after_help = examples!(
    "manybase migrate new \"add city\"";
    "manybase migrate new \"add city\" --connection crm --requires erp/20250101000000_city";
    "manybase migrate new --merge               join two heads after a merge";
    "manybase migrate new \"fill rates\" --step    with a step in Rust"
))]
pub(crate) struct New {
    /// What it does, in a few words
    #[arg(value_name = "WORDS", required_unless_present = "merge")]
    words: Option<String>,
    #[command(flatten)]
    which: Which,
    /// Join lines of work that have come together
    #[arg(long)]
    merge: bool,
    /// With the place for a step in Rust
    #[arg(long)]
    step: bool,
    /// One file for databases of every kind, up.sql, instead of one for this kind
    #[arg(long)]
    plain: bool,
    /// A migration of another connection that has to be there first; may be said several times
    #[arg(long, value_name = "CONNECTION/MIGRATION")]
    requires: Vec<Requirement>,
}

#[derive(Serialize)]
struct Document {
    connection: String,
    migration: String,
    path: String,
}

impl New {
    pub(crate) async fn run(self, cx: &mut Context<'_>) -> Result<Status> {
        let db = cx.db().await?;
        let connection = self.which.one(&db)?;
        let set = self.which.set(cx)?;
        let mut draft = Draft::new(connection.as_str(), self.words.as_deref().unwrap_or("join"));
        if self.merge {
            draft = draft.merge();
        }
        if self.step {
            draft = draft.step();
        }
        if self.plain {
            draft = draft.plain();
        }
        for requirement in &self.requires {
            db.connection(&requirement.connection)?;
            if let Some(line) = set.line(&requirement.connection) {
                line.find(&requirement.migration)?;
            }
            draft = draft.requires(requirement.clone());
        }
        let migration = draft.write(&set, db.connection(&connection)?.dialect())?;
        let path = set.place(&connection, &migration).unwrap_or_default();
        let path = path.display().to_string();
        cx.out.line(&path);
        cx.out
            .note("write its statements, then `manybase migrate plan` and `manybase migrate up`");
        cx.out.document(&Document {
            connection,
            migration,
            path,
        });
        Ok(Status::Fine)
    }
}
