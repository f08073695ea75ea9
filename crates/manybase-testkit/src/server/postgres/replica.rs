//! A replica of a throwaway PostgreSQL, which streams from it.

use std::time::Instant;

use super::{Installation, Postgres, PostgresBuilder, PostgresVersion, account};
use crate::server::engine::{Engine, USER};
use crate::server::error::ServerError;
use crate::server::handle::{Recipe, Server};
use crate::server::home::Home;
use crate::server::template;

impl Postgres {
    /// Starts a replica of this server, made from a copy of it, which follows it from then on. It has the same databases,
    /// user and password, and refuses to write. Only for servers of the installed version.
    ///
    /// # Errors
    /// As [`PostgresBuilder::start`]; [`ServerError`] when the copy can't be made.
    ///
    /// ```no_run
    /// let primary = manybase_testkit::Postgres::start().unwrap();
    /// let replica = primary.start_replica().unwrap();
    /// assert_ne!(primary.port(), replica.port());
    /// ```
    pub fn start_replica(&self) -> Result<Self, ServerError> {
        let account = account()?;
        let installation = Installation::find(PostgresVersion::Installed, &account)?;
        let begun = Instant::now();
        let engine = Engine::Postgres;
        let home = Home::make(&account, false, engine.immediate_shutdown().1)?;
        let mut copy = installation.command("pg_basebackup");
        copy.args([
            "--write-recovery-conf",
            "--checkpoint=fast",
            "--wal-method=stream",
            "--no-sync",
            "--no-password",
        ]);
        copy.args([
            "--host=127.0.0.1",
            &format!("--port={}", self.port()),
            &format!("--username={USER}"),
        ]);
        copy.arg("--pgdata").arg(home.data()).current_dir("/");
        // Not on the command line, which everyone on the machine can read.
        copy.env("PGPASSWORD", self.password());
        template::run(account.take_on(&mut copy))?;
        let recipe = Recipe {
            engine,
            name: format!("PostgreSQL {}, a replica", installation.version),
            password: self.password().to_owned(),
            command: Box::new(move |home, port| {
                PostgresBuilder::default().command(&installation, home, port)
            }),
        };
        Server::start(recipe, home, begun).map(Self)
    }
}
