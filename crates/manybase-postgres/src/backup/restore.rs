//! From files to a database.

use super::admin::Admin;
use super::{dump, tools};
use crate::PostgresDriver;
use manybase_driver::backup::{Progress, RestoreJob, Step, Tool};
use manybase_driver::{Error, Result};

pub(super) async fn restore(driver: &PostgresDriver, job: RestoreJob<'_>) -> Result<()> {
    let mut admin = Admin::dial(driver).await?;
    let (path, version) = tools::fitting("pg_restore", &admin.version, job.options).await?;
    let (mut command, secret) = tools::command(path, &version, driver)?;
    job.report.tell(&Progress {
        total: Some(job.bytes),
        ..Progress::of(Step::Restore, 0)
    });
    let making = driver.making.clone().lock_owned().await;
    let (name, settings) = (driver.database().to_owned(), job.settings.clone());
    // In a task of its own: when nobody waits any more, who removes the database waits for its end.
    let made = tokio::spawn(async move {
        let _making = making;
        admin.make(&name, &settings).await
    });
    let made = made.await;
    made.map_err(|error| Error::driver(format!("the task of a restore has ended: {error}")))??;
    // A name with a `=` in it would be taken for a whole address.
    let name = driver.database().replace('\\', "\\\\").replace('\'', "\\'");
    command
        .args(["--format=directory", "--exit-on-error", "--no-password"])
        .arg(format!("--jobs={}", dump::jobs(job.options)))
        .arg(format!("--dbname=dbname='{name}'"));
    if job.options.no_owner {
        command.args(["--no-owner", "--no-acl"]);
    }
    command.arg(dump::option("", &job.directory.join(dump::DIRECTORY))?);
    Tool::start(command, secret)?.end().await?;
    job.report.tell(&Progress {
        total: Some(job.bytes),
        ..Progress::of(Step::Restore, job.bytes)
    });
    Ok(())
}
