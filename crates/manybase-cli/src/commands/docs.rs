//! `manybase docs`

use crate::arguments::examples;
use crate::context::Context;
use crate::failure::{Failure, Result};
use crate::names;
use crate::output::{Mark, count};
use crate::status::Status;
use clap::{Args, ValueHint};
use manybase_docs::{Change, ChangeKind, Docs};
use manybase_schema::Introspect;
use serde::Serialize;
use std::path::PathBuf;

/// Write pages and diagrams of the schema
///
/// A Markdown page for each model, an index, and an entity diagram over all databases as Mermaid and as SVG. In a program
/// with models it is about these, and asks no database; in `manybase` itself, and with --live, about what is in the
/// databases. The same schema gives the same bytes; a file that it has not written itself is left alone.
#[derive(Debug, Args)]
#[command(after_help = examples!(
    "manybase docs --out docs/schema                        all databases of the project";
    "manybase docs --out docs/schema --connection legacy    one of them";
    "manybase docs --out docs/schema --check                for CI: ends with 1 when the pages differ"
    =>
    "The pages of your models are written by your own small program, which has the same commands:";
    "cargo run --bin db -- docs --out docs/schema"
))]
pub(crate) struct DocsOf {
    /// The directory for the pages
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    out: PathBuf,
    /// Write nothing, and end with 1 when what is there differs
    #[arg(long)]
    check: bool,
    /// The heading of the index
    #[arg(long, value_name = "TEXT", default_value = "Schema")]
    title: String,
    /// What is in the databases, even in a program with models
    #[arg(long)]
    live: bool,
    /// Only this connection; may be said several times
    #[arg(short, long, value_name = "NAME")]
    connection: Vec<String>,
}

#[derive(Serialize)]
struct Document<'a> {
    /// Models, or tables of live databases.
    pages: usize,
    /// Files that were written or removed, with --check those that differ.
    changed: &'a [Change],
}

impl DocsOf {
    pub(crate) async fn run(self, cx: &mut Context<'_>) -> Result<Status> {
        let docs = match cx.has_models() && !self.live {
            true => self.of_models(cx).await?,
            false => self.of_databases(cx).await?,
        };
        let docs = docs.title(&self.title);
        let changed = match self.check {
            true => docs.check(&self.out)?,
            false => docs.write(&self.out)?,
        };
        self.tell(cx, &docs, &changed);
        cx.out.document(&Document {
            pages: docs.len(),
            changed: &changed,
        });
        Ok(Status::act_if(self.check && !changed.is_empty()))
    }

    async fn of_models(&self, cx: &mut Context<'_>) -> Result<Docs> {
        let models = cx.models("docs")?;
        let default = cx.default_connection().await?;
        models.check(&default)?;
        if self.connection.is_empty() {
            return Ok(Docs::of_models(models, &default));
        }
        let there = models.connections(&default);
        if let Some(name) = self.connection.iter().find(|name| !there.contains(name.as_str())) {
            let there: Vec<&str> = there.into_iter().collect();
            return Err(Failure::usage(
                format!("no model lives on connection {name:?}"),
                format!("models live on {}", there.join(", ")),
            ));
        }
        let chosen = models.iter().filter(|model| {
            self.connection
                .iter()
                .any(|name| name == model.connection.unwrap_or(&default))
        });
        Ok(Docs::of_models(&manybase_record::Models::new(chosen), &default))
    }

    async fn of_databases(&self, cx: &mut Context<'_>) -> Result<Docs> {
        let db = cx.db().await?;
        let handles = names::chosen(&db, &self.connection)?;
        let progress = cx.out.progress_of("reading the catalogs", handles.len());
        let mut databases = Vec::with_capacity(handles.len());
        for handle in &handles {
            databases.push(Introspect::of(handle.name().to_string()).read(&db).await?);
            progress.step(handle.name());
        }
        drop(progress);
        let docs = Docs::of_databases(&databases);
        if docs.is_empty() {
            return Err(Failure::usage(
                "there are no tables in these databases",
                "look with `manybase inspect`, or make them with `manybase migrate up`",
            ));
        }
        Ok(docs)
    }

    fn tell(&self, cx: &mut Context<'_>, docs: &Docs, changed: &[Change]) {
        let pages = count(docs.len(), "page", "pages");
        let place = self.out.display();
        if changed.is_empty() {
            return cx.out.line(&format!(
                "{pages} and the diagrams in {place}: nothing has changed"
            ));
        }
        if !self.check {
            let removed = changed
                .iter()
                .filter(|change| change.kind == ChangeKind::Stale)
                .count();
            let written = count(changed.len() - removed, "file", "files");
            let removed = match removed {
                0 => String::new(),
                removed => format!(", removed {removed}"),
            };
            return cx.out.line(&format!(
                "{pages} and the diagrams in {place}: wrote {written}{removed}"
            ));
        }
        let rows = changed
            .iter()
            .map(|change| [change.path.clone(), change.kind.name().to_owned()]);
        cx.out.table(["FILE", "STATE"], rows.collect());
        if let Some(first) = changed.iter().find(|change| change.kind == ChangeKind::Differs) {
            cx.out.gap();
            cx.out
                .line(&format!("{}, the first line that differs:", first.path));
            for (sign, line) in [('-', &first.found), ('+', &first.wanted)] {
                if let Some(line) = line {
                    cx.out.line(&format!("{sign} {line}"));
                }
            }
        }
        let heading = cx.out.heading(Mark::Bad, "differs");
        cx.out
            .line(&format!("{heading}: {}", count(changed.len(), "file", "files")));
        cx.out.help("run the command without --check");
    }
}
