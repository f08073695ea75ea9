//! `manybase models`

mod files;

use super::inspect::Place;
use crate::arguments::examples;
use crate::context::Context;
use crate::failure::{Failure, Result};
use crate::output::{Mark, count};
use crate::status::Status;
use clap::{Args, ValueEnum, ValueHint};
use manybase_schema::Database;
use manybase_schema::models::{Models, Unknown};
use serde::Serialize;
use std::path::PathBuf;

/// Write Rust models for the tables of a database
///
/// Tables become structs, columns fields, foreign keys relations on both sides, lists of values enums, views structs
/// that are only read. The same structure gives the same bytes, so that it can be run again at any time; a file that it
/// has not written itself is left alone.
#[derive(Debug, Args)]
#[command(after_help = examples!(
    "manybase models --connection legacy                                 to the terminal";
    "manybase models --connection legacy --out src/models                src/models.rs, and a file for each table";
    "manybase models --connection legacy --out src/legacy.rs             all in one file";
    "manybase models --connection legacy --table 'CUST*' --out src/crm";
    "manybase models --connection legacy --out src/models --check        for CI: ends with 1 when they differ"
))]
pub(crate) struct ModelsOf {
    #[command(flatten)]
    place: Place,
    /// Only tables whose names fit, such as 'CUST*'; may be said several times
    #[arg(long, value_name = "PATTERN")]
    table: Vec<String>,
    /// Not these tables; may be said several times
    #[arg(long, value_name = "PATTERN")]
    except: Vec<String>,
    /// Where to: a directory, beside which the module's own file stands, or a file whose name ends with .rs
    #[arg(long, value_name = "PATH", value_hint = ValueHint::AnyPath)]
    out: Option<PathBuf>,
    /// To standard output, in one file; so it is without --out too
    #[arg(long, conflicts_with = "out")]
    stdout: bool,
    /// Write nothing, and end with 1 when what is there differs
    #[arg(long, requires = "out")]
    check: bool,
    /// Models that are bound to no connection
    #[arg(long)]
    unbound: bool,
    /// Which enums take values that are not in their list, as Unknown(String): those of checks, all, none
    #[arg(
        long,
        value_name = "WHICH",
        default_value = "checks",
        hide_possible_values = true
    )]
    unknown: Which,
    /// Take the padding off keys and indexed columns too, although an index is of no use then
    #[arg(long)]
    trim_keys: bool,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Which {
    Checks,
    All,
    None,
}

#[derive(Serialize)]
struct Document<'a> {
    database: &'a Database,
    models: usize,
    /// Files that were written or removed, with --check those that differ.
    changed: Vec<String>,
    notes: &'a [String],
}

impl ModelsOf {
    pub(crate) async fn run(self, cx: &mut Context<'_>) -> Result<Status> {
        let db = cx.db().await?;
        let progress = cx.out.progress("reading the catalog");
        let database = self.place.read(&db).await?;
        drop(progress);
        let wanted = self.wanted();
        let models = wanted.count(&database);
        if models == 0 {
            return Err(Failure::usage(
                format!("no table of {:?} becomes a model", database.connection),
                "look with `manybase inspect`; --table and --schema choose",
            ));
        }
        let notes = wanted.notes(&database);
        let changed = match &self.out {
            None => {
                let source = wanted.file(&database)?;
                if !cx.out.is_json() {
                    cx.out.raw(&source.text);
                }
                Vec::new()
            }
            Some(path) => files::Place::at(path).bring(&wanted, &database, self.check)?,
        };
        for note in &notes {
            cx.out.note(note);
        }
        if let Some(path) = &self.out {
            let models = count(models, "model", "models");
            let place = path.display();
            match (self.check, changed.is_empty()) {
                (_, true) => cx.out.line(&format!("{models} in {place}: nothing has changed")),
                (false, false) => cx
                    .out
                    .line(&format!("{models} in {place}: wrote {}", changed.join(", "))),
                (true, false) => {
                    let heading = cx.out.heading(Mark::Bad, "differs");
                    cx.out.line(&format!("{heading}: {}", changed.join(", ")));
                    cx.out.help("run the command without --check");
                }
            }
        }
        let status = Status::act_if(self.check && !changed.is_empty());
        cx.out.document(&Document {
            database: &database,
            models,
            changed,
            notes: &notes,
        });
        Ok(status)
    }

    fn wanted(&self) -> Models {
        let mut wanted = Models::new();
        for pattern in &self.table {
            wanted = wanted.only(pattern);
        }
        for pattern in &self.except {
            wanted = wanted.except(pattern);
        }
        if self.unbound {
            wanted = wanted.unbound();
        }
        if self.trim_keys {
            wanted = wanted.trim_keys();
        }
        wanted = wanted.unknown(match self.unknown {
            Which::Checks => Unknown::Checks,
            Which::All => Unknown::All,
            Which::None => Unknown::None,
        });
        wanted
    }
}
