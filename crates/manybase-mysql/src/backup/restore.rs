//! From a file to a database.

use super::admin::Admin;
use super::options::{self, OptionsFile};
use super::packed::Unpacker;
use crate::MysqlDriver;
use manybase_driver::backup::{Progress, RestoreJob, Step, Tool};
use manybase_driver::{Error, ErrorKind, Result};
use std::process::Stdio;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::process::Command;

const CHUNK: usize = 256 * 1024;
/// What the client answers when it has read its options and is connected.
const READY: &str = "SELECT 'ready';\n";

pub(super) async fn restore(driver: &MysqlDriver, job: RestoreJob<'_>) -> Result<()> {
    let Some(unique) = driver.staged.as_deref() else {
        return Err(Error::driver("a restore has no name of its own"));
    };
    let mut admin = Admin::dial(driver).await?;
    let server = admin.flavor;
    let path = server.client(job.options)?;
    let fail =
        |error: std::io::Error| Error::new(ErrorKind::Backup, format!("the dump can't be read: {error}"));
    let mut dump = Unpacker::open(job.directory).await.map_err(fail)?;
    let database = driver.database()?;
    let making = driver.making.clone().lock_owned().await;
    let (name, unique, settings) = (database.to_owned(), unique.to_owned(), job.settings.clone());
    // In a task of its own: when nobody waits any more, who removes the database waits for its end.
    let made = tokio::spawn(async move {
        let _making = making;
        admin.make(&name, &unique, &settings).await
    });
    let made = made.await;
    made.map_err(|error| Error::driver(format!("the task of a restore has ended: {error}")))??;

    let file = OptionsFile::write(&options::text(driver, server, driver.is_encrypted()))?;
    let mut command = Command::new(path);
    command
        .arg(options::argument(&file.path()))
        .args([
            "--batch",
            "--unbuffered",
            "--skip-column-names",
            "--max-allowed-packet=1G",
        ])
        .arg(format!("--database={database}"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped());
    let mut tool = Tool::start(command, driver.parts().password.clone())?;
    let (Some(mut stdin), Some(mut stdout)) = (tool.stdin(), tool.stdout()) else {
        return Err(Error::driver("the tool has no pipes"));
    };
    let feed = async {
        // When it stops reading, it says why by itself.
        if stdin.write_all(READY.as_bytes()).await.is_err() {
            return Ok(());
        }
        let mut answer = [0; 64];
        let _ = stdout.read(&mut answer).await;
        drop(file);
        while let Some(part) = dump.next().await.map_err(fail)? {
            if stdin.write_all(part).await.is_err() {
                return Ok(());
            }
            job.report.tell(&Progress {
                total: Some(job.bytes),
                ..Progress::of(Step::Restore, dump.done)
            });
        }
        drop(stdin);
        // What statements of the dump answer, which is nothing.
        let mut chunk = vec![0; CHUNK];
        while stdout.read(&mut chunk).await.map_err(fail)? > 0 {}
        Ok(())
    };
    tokio::try_join!(feed, tool.end())?;
    Ok(())
}
