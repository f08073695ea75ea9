//! `manybase tx recover`

mod report;

use crate::arguments::examples;
use crate::context::Context;
use crate::duration;
use crate::failure::Result;
use crate::status::Status;
use clap::Args;
use manybase_db::{Db, RecoverySettings};
pub(super) use report::Report;
use std::time::Duration;

/// Finish the transactions that are in doubt, as it was decided
///
/// What was decided to be committed is committed, everything else is rolled back. Any number of processes may do so at
/// once, also beside the programs that use the databases. Ends with 1 when something is left: a transaction whose
/// database does not answer, one that is being worked on, or one that somebody has torn by hand.
#[derive(Debug, Args)]
#[command(after_help = examples!(
    "manybase tx recover";
    "manybase tx recover --min-age 1m --no-prune";
    "manybase tx recover --watch --every 10s    until Ctrl-C"
))]
pub(crate) struct Recover {
    /// What was prepared less than this ago is waited for, once: its owner may be at work
    #[arg(long, value_name = "DURATION", default_value = "5s", value_parser = duration::parse)]
    min_age: Duration,
    /// Look for branches on this connection only; may be given several times
    #[arg(long = "connection", value_name = "CONNECTION")]
    connections: Vec<String>,
    /// Keep old decisions and receipts, instead of deleting those that nobody can need any more
    #[arg(long)]
    no_prune: bool,
    /// How long decisions and receipts are kept
    #[arg(long, value_name = "DURATION", default_value = "7d", value_parser = duration::parse)]
    keep: Duration,
    /// Do it again and again, until Ctrl-C. With --json, each round is a document on a line of its own
    #[arg(long)]
    watch: bool,
    /// How long to rest between two rounds
    #[arg(long, value_name = "DURATION", default_value = "5s", requires = "watch", value_parser = duration::parse_interval)]
    every: Duration,
}

impl Recover {
    pub(crate) async fn run(self, cx: &mut Context<'_>) -> Result<Status> {
        let db = cx.db().await?;
        for name in &self.connections {
            db.connection(name)?;
        }
        if self.watch {
            return self.watch(cx, &db).await;
        }
        let report = self.round(cx, &db).await?;
        report.print(cx);
        cx.out.document(&report);
        Ok(report.status())
    }

    async fn round(&self, cx: &Context<'_>, db: &Db) -> Result<Report> {
        let mut settings = RecoverySettings::new()
            .min_age(self.min_age)
            .prune(!self.no_prune)
            .keep(self.keep);
        for name in &self.connections {
            settings = settings.connection(name.as_str());
        }
        let _progress = cx.out.progress("recovering");
        Ok(Report::of(&db.recover_with(settings).await?))
    }

    /// Until somebody ends it. Says only what has changed.
    async fn watch(&self, cx: &mut Context<'_>, db: &Db) -> Result<Status> {
        cx.out
            .note(&format!("looking every {:?}; end with Ctrl-C", self.every));
        let interrupted = tokio::signal::ctrl_c();
        tokio::pin!(interrupted);
        let mut before: Option<Report> = None;
        let mut status = Status::Fine;
        loop {
            let round = async {
                let report = self.round(cx, db).await?;
                Ok::<_, crate::failure::Failure>(report)
            };
            let report = tokio::select! {
                _ = &mut interrupted => return Ok(status),
                report = round => report?,
            };
            status = report.status();
            if before.as_ref() != Some(&report) && (before.is_some() || !report.is_idle()) {
                report.print(cx);
            }
            cx.out.json_line(&report);
            if cx.out.is_gone() {
                return Ok(status);
            }
            before = Some(report);
            tokio::select! {
                _ = &mut interrupted => return Ok(status),
                () = tokio::time::sleep(self.every) => {}
            }
        }
    }
}
