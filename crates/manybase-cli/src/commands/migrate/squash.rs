//! `manybase migrate squash`

use super::options::Which;
use super::run;
use crate::arguments::examples;
use crate::confirm::confirm;
use crate::context::Context;
use crate::failure::Result;
use crate::output::count;
use crate::status::Status;
use clap::Args;
use serde::Serialize;

/// Put one migration in the place of the first ones
///
/// They are replayed in a scratch database, and the new one makes what comes of it from nothing; with --joined its statements
/// are theirs, one after another. Statements on rows and steps in Rust are never dropped: without --joined they are refused. A
/// database that has had them all is told so at its next `up`, and runs nothing; one that has had some is refused until it
/// has had the rest. The old directories are removed: have them in version control.
#[derive(Debug, Args)]
#[command(after_help = examples!(
    "manybase migrate squash --to add_city";
    "manybase migrate squash --to add_city --name first_release --connection crm";
    "manybase migrate squash --to add_city --joined    all statements as they are"
))]
pub(crate) struct Squash {
    #[command(flatten)]
    which: Which,
    /// Up to this migration; a part of its name is enough
    #[arg(long, value_name = "MIGRATION")]
    to: String,
    /// The new one's name
    #[arg(long, value_name = "WORD", default_value = "squashed", value_parser = word)]
    name: String,
    /// Keep all statements as they are, one after another
    #[arg(long)]
    joined: bool,
    /// Only say which
    #[arg(long)]
    dry_run: bool,
    /// Do not ask
    #[arg(short, long)]
    yes: bool,
}

#[derive(Serialize)]
struct Document {
    connection: String,
    migration: Option<String>,
    replaces: Vec<String>,
}

fn word(text: &str) -> std::result::Result<String, String> {
    let good = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
    match !text.is_empty() && text.bytes().all(good) {
        true => Ok(text.to_owned()),
        false => Err("write lower-case ASCII letters, digits and underscores".to_owned()),
    }
}

impl Squash {
    pub(crate) async fn run(self, cx: &mut Context<'_>) -> Result<Status> {
        let db = cx.db().await?;
        let connection = self.which.one(&db)?;
        let set = self.which.set(cx)?;
        let mut replaces = Vec::new();
        if let Some(line) = set.line(&connection) {
            let last = line.find(&self.to)?.name();
            let names = line.migrations().iter().map(|one| one.name().to_owned());
            replaces = names.take_while(|name| name.as_str() <= last).collect();
        }
        set.check()?;
        for name in &replaces {
            cx.out.line(name);
        }
        let mut migration = None;
        if !self.dry_run {
            if !self.yes {
                let what = count(replaces.len(), "migration", "migrations");
                confirm(&format!(
                    "Put one in the place of {what}, and remove their directories?"
                ))?;
            }
            let name = match self.joined {
                true => manybase_migrate::squash(&set, &connection, &self.to, &self.name)?,
                false => {
                    let migrator = self.which.migrator_of(cx, set).await?;
                    let watched = run::watched(cx, migrator, "squashing");
                    watched.squash(&connection, &self.to, &self.name).await?
                }
            };
            cx.out.note(&format!("{connection}/{name} stands for them now"));
            migration = Some(name);
        }
        cx.out.document(&Document {
            connection,
            migration,
            replaces,
        });
        Ok(Status::Fine)
    }
}
