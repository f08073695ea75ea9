//! MariaDB: the builder of a throwaway server.

pub(crate) mod admin;
mod install;

use std::ops::Deref;
use std::path::PathBuf;
use std::process::Command;
use std::time::Instant;

use super::account::Account;
use super::engine::{Engine, USER};
use super::error::ServerError;
use super::handle::{Recipe, Server};
use super::home::Home;
use super::skip::Skipped;
use super::template;

use install::Installation;

/// A throwaway MariaDB server of one's own. Dereferences to [`Server`].
///
/// The row-based binary log and `LOAD DATA LOCAL` are on, the user `manybase` may do anything and is the only one
/// that can log in, with a password; time is UTC, text is utf8mb4, the data is in memory.
///
/// ```no_run
/// let server = manybase_testkit::Mariadb::start().unwrap();
/// let database = server.create_database("orders").unwrap();
/// assert!(database.url().starts_with("mysql://"));
/// ```
#[derive(Debug)]
pub struct Mariadb(Server);

/// How a [`Mariadb`] is to be started.
///
/// ```no_run
/// let server = manybase_testkit::Mariadb::builder()
///     .setting("innodb-lock-wait-timeout", "1")
///     .start()
///     .unwrap();
/// ```
#[derive(Clone, Debug, Default)]
#[must_use]
pub struct MariadbBuilder {
    settings: Vec<(String, String)>,
    args: Vec<String>,
    durable: bool,
}

/// Settings of every server; a test's own come after them and win.
const SETTINGS: &[(&str, &str)] = &[
    ("bind-address", "127.0.0.1"),
    ("log-bin", "binlog"),
    ("binlog-format", "ROW"),
    ("server-id", "1"),
    ("local-infile", "1"),
    ("max-connections", "200"),
    ("character-set-server", "utf8mb4"),
    ("default-time-zone", "+00:00"),
    // Without it the server asks the name service about every client.
    ("skip-name-resolve", "1"),
    (REDO_LOG, "16M"),
    ("innodb-buffer-pool-size", "64M"),
];

/// The same for the template and the server, or the server would begin with resizing it.
const REDO_LOG: &str = "innodb-log-file-size";

/// A commit still reaches the operating system, so that a killed server loses nothing; it only does not wait for
/// the disk.
const NOT_DURABLE: &[(&str, &str)] = &[
    ("innodb-flush-log-at-trx-commit", "2"),
    ("sync-binlog", "0"),
    ("innodb-doublewrite", "0"),
    ("innodb-flush-method", "nosync"),
];

const DURABLE: &[(&str, &str)] = &[("innodb-flush-log-at-trx-commit", "1"), ("sync-binlog", "1")];

impl Mariadb {
    /// Starts the installed MariaDB with the usual settings.
    ///
    /// # Errors
    /// [`ServerError::NotAvailable`] where it is not installed; others when it does not start.
    ///
    /// ```no_run
    /// let server = manybase_testkit::Mariadb::start().unwrap();
    /// assert!(server.is_running());
    /// ```
    pub fn start() -> Result<Self, ServerError> {
        Self::builder().start()
    }

    /// Starts with something else than the usual.
    ///
    /// ```no_run
    /// let server = manybase_testkit::Mariadb::builder().durable().start().unwrap();
    /// ```
    pub fn builder() -> MariadbBuilder {
        MariadbBuilder::default()
    }

    /// Whether a MariaDB can be started here.
    ///
    /// # Errors
    /// [`Skipped`], saying what to install.
    ///
    /// ```no_run
    /// use manybase_testkit::{Mariadb, require_server};
    /// fn test() {
    ///     require_server!(Mariadb::available());
    /// }
    /// ```
    pub fn available() -> Result<(), Skipped> {
        account().and_then(|_| Installation::find()).map(drop)
    }
}

impl Deref for Mariadb {
    type Target = Server;

    fn deref(&self) -> &Server {
        &self.0
    }
}

impl MariadbBuilder {
    /// A system variable, by its option name. It wins over ours.
    ///
    /// ```no_run
    /// let server = manybase_testkit::Mariadb::builder().setting("server-id", "7").start().unwrap();
    /// ```
    pub fn setting(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.settings.push((name.into(), value.into()));
        self
    }

    /// On a disk and flushed at every commit, for tests about durability.
    ///
    /// ```no_run
    /// let server = manybase_testkit::Mariadb::builder().durable().start().unwrap();
    /// ```
    pub fn durable(mut self) -> Self {
        self.durable = true;
        self
    }

    /// An argument for `mariadbd`.
    ///
    /// ```no_run
    /// let server = manybase_testkit::Mariadb::builder().arg("--skip-log-bin").start().unwrap();
    /// ```
    pub fn arg(mut self, arg: impl Into<String>) -> Self {
        self.args.push(arg.into());
        self
    }

    /// Starts it, and returns when it takes connections.
    ///
    /// # Errors
    /// [`ServerError::NotAvailable`] where it is not installed; others when it does not start.
    ///
    /// ```no_run
    /// let server = manybase_testkit::Mariadb::builder().start().unwrap();
    /// assert_eq!(server.system_url(), server.url("mysql"));
    /// ```
    pub fn start(self) -> Result<Mariadb, ServerError> {
        let account = account()?;
        let installation = Installation::find()?;
        let template = template(&installation, &account)?;

        let begun = Instant::now();
        let engine = Engine::Mariadb;
        let home = Home::make(&account, self.durable, engine.immediate_shutdown().1)?;
        template::copy(&template.join("data"), &home.data(), &account)?;
        let password = uuid::Uuid::new_v4().simple().to_string();
        let users = home.dir().join("users.sql");
        std::fs::write(&users, users_sql(&password))
            .and_then(|()| home.account().own(&users))
            .map_err(ServerError::path("write", &users))?;
        let recipe = Recipe {
            engine,
            name: format!("MariaDB {}", installation.version),
            password,
            command: Box::new(move |home, port| self.command(&installation, home, port)),
        };
        let server = Server::start(recipe, home, begun)?;
        // Only the first start makes the users; after a restart a test finds what it left.
        std::fs::remove_file(&users).map_err(ServerError::path("remove", &users))?;
        Ok(Mariadb(server))
    }

    fn command(&self, installation: &Installation, home: &Home, port: u16) -> Command {
        let mut command = Command::new(&installation.mariadbd);
        command.arg("--no-defaults");
        let paths = [
            ("datadir", home.data()),
            ("tmpdir", home.data()),
            ("socket", home.dir().join("socket")),
            ("pid-file", home.dir().join("server.pid")),
        ];
        for (name, path) in paths {
            command.arg(format!("--{name}={}", path.display()));
        }
        command.arg(format!("--port={port}"));
        let durability = if self.durable { DURABLE } else { NOT_DURABLE };
        for (name, value) in SETTINGS.iter().chain(durability) {
            command.arg(format!("--{name}={value}"));
        }
        for (name, value) in &self.settings {
            command.arg(format!("--{name}={value}"));
        }
        let users = home.dir().join("users.sql");
        if users.exists() {
            command.arg(format!("--init-file={}", users.display()));
        }
        command.args(&self.args);
        command
    }
}

fn template(installation: &Installation, account: &Account) -> Result<PathBuf, ServerError> {
    let mut args = vec!["--no-defaults".to_owned(), "--skip-test-db".to_owned()];
    args.push("--auth-root-authentication-method=normal".to_owned());
    args.push(format!("--{REDO_LOG}=16M"));
    let kind = format!("mariadb-{}", installation.version);
    template::cached(&kind, &args, account, |building| {
        let mut command = Command::new(&installation.install_db);
        command
            .args(&args)
            .arg(format!("--datadir={}", building.join("data").display()))
            // The caller's own temporary directory may be closed to the account that the server runs as.
            .env("TMPDIR", building)
            .current_dir("/");
        template::run(account.take_on(&mut command))
    })
}

/// Leaves `manybase` as the only user that can log in. The server reads one statement per line.
fn users_sql(password: &str) -> String {
    format!(
        "DELETE FROM mysql.global_priv WHERE User IN ('', 'root');\n\
         FLUSH PRIVILEGES;\n\
         CREATE USER '{USER}'@'%' IDENTIFIED BY '{password}';\n\
         GRANT ALL ON *.* TO '{USER}'@'%' WITH GRANT OPTION;\n"
    )
}

fn account() -> Result<Account, Skipped> {
    Account::unprivileged("MariaDB", &["mysql", "nobody"])
}
