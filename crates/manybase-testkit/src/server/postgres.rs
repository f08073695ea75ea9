//! PostgreSQL: the builder of a throwaway server.

pub(crate) mod admin;
mod install;
mod npm;
mod replica;
mod scram;

use std::fs::File;
use std::ops::Deref;
use std::path::{Path, PathBuf};
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
pub use install::PostgresVersion;

/// A throwaway PostgreSQL server of one's own. Dereferences to [`Server`].
///
/// Logical decoding and prepared transactions are on, the user `manybase` is a superuser and logs in with a
/// password (SCRAM), time is UTC, text is UTF-8, the data is in memory and nothing waits for a disk.
///
/// ```no_run
/// let server = manybase_testkit::Postgres::start().unwrap();
/// let database = server.create_database("orders").unwrap();
/// server.kill_9().unwrap();
/// server.restart().unwrap();
/// ```
#[derive(Debug)]
pub struct Postgres(Server);

/// How a [`Postgres`] is to be started.
///
/// ```no_run
/// use manybase_testkit::{Postgres, PostgresVersion};
///
/// let server = Postgres::builder()
///     .version(PostgresVersion::V18)
///     .setting("work_mem", "1MB")
///     .start()
///     .unwrap();
/// ```
#[derive(Clone, Debug, Default)]
#[must_use]
pub struct PostgresBuilder {
    version: PostgresVersion,
    settings: Vec<(String, String)>,
    args: Vec<String>,
    init_args: Vec<String>,
    durable: bool,
}

/// Settings of every server; a test's own come after them and win.
const SETTINGS: &[(&str, &str)] = &[
    ("listen_addresses", "127.0.0.1"),
    ("unix_socket_directories", ""),
    ("wal_level", "logical"),
    ("max_prepared_transactions", "64"),
    ("max_connections", "200"),
    ("max_replication_slots", "64"),
    ("max_wal_senders", "64"),
    ("timezone", "UTC"),
    ("log_timezone", "UTC"),
    // As files of the data directory, which is removed; the default lies in /dev/shm and would survive a kill.
    ("dynamic_shared_memory_type", "mmap"),
];

/// A commit still waits for its write, so that a killed server loses nothing; it only does not wait for the disk.
const NOT_DURABLE: &[(&str, &str)] = &[("fsync", "off"), ("full_page_writes", "off")];

impl Postgres {
    /// Starts the installed PostgreSQL with the usual settings.
    ///
    /// # Errors
    /// [`ServerError::NotAvailable`] where it is not installed; others when it does not start.
    ///
    /// ```no_run
    /// let server = manybase_testkit::Postgres::start().unwrap();
    /// assert!(server.is_running());
    /// ```
    pub fn start() -> Result<Self, ServerError> {
        Self::builder().start()
    }

    /// Starts with something else than the usual.
    ///
    /// ```no_run
    /// let server = manybase_testkit::Postgres::builder().durable().start().unwrap();
    /// ```
    pub fn builder() -> PostgresBuilder {
        PostgresBuilder::default()
    }

    /// Whether a PostgreSQL can be started here.
    ///
    /// # Errors
    /// [`Skipped`], saying what to install.
    ///
    /// ```no_run
    /// use manybase_testkit::{Postgres, require_server};
    /// fn test() {
    ///     require_server!(Postgres::available());
    /// }
    /// ```
    pub fn available() -> Result<(), Skipped> {
        Self::builder().available()
    }
}

impl Deref for Postgres {
    type Target = Server;

    fn deref(&self) -> &Server {
        &self.0
    }
}

impl PostgresBuilder {
    /// Which PostgreSQL; the newest installed one unless told.
    ///
    /// ```no_run
    /// use manybase_testkit::{Postgres, PostgresVersion};
    /// let server = Postgres::builder().version(PostgresVersion::V15).start().unwrap();
    /// ```
    pub fn version(mut self, version: PostgresVersion) -> Self {
        self.version = version;
        self
    }

    /// A setting, as in `postgresql.conf`. It wins over ours.
    ///
    /// ```no_run
    /// let server = manybase_testkit::Postgres::builder().setting("max_connections", "5").start().unwrap();
    /// ```
    pub fn setting(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.settings.push((name.into(), value.into()));
        self
    }

    /// On a disk and with `fsync`, for tests about durability.
    ///
    /// ```no_run
    /// let server = manybase_testkit::Postgres::builder().durable().start().unwrap();
    /// ```
    pub fn durable(mut self) -> Self {
        self.durable = true;
        self
    }

    /// An argument for `postgres`.
    ///
    /// ```no_run
    /// let server = manybase_testkit::Postgres::builder().arg("-d").arg("2").start().unwrap();
    /// ```
    pub fn arg(mut self, arg: impl Into<String>) -> Self {
        self.args.push(arg.into());
        self
    }

    /// An argument for `initdb`. Each combination has a template of its own.
    ///
    /// ```no_run
    /// let server = manybase_testkit::Postgres::builder().init_arg("--data-checksums").start().unwrap();
    /// ```
    pub fn init_arg(mut self, arg: impl Into<String>) -> Self {
        self.init_args.push(arg.into());
        self
    }

    /// Whether this PostgreSQL can be started here. May fetch it (version 18).
    ///
    /// # Errors
    /// [`Skipped`], saying what to install.
    ///
    /// ```no_run
    /// use manybase_testkit::{Postgres, PostgresVersion, require_server};
    /// fn test() {
    ///     require_server!(Postgres::builder().version(PostgresVersion::V18).available());
    /// }
    /// ```
    pub fn available(&self) -> Result<(), Skipped> {
        let account = account()?;
        Installation::find(self.version, &account).map(drop)
    }

    /// Starts it, and returns when it takes connections.
    ///
    /// # Errors
    /// [`ServerError::NotAvailable`] where it is not installed; others when it does not start.
    ///
    /// ```no_run
    /// let server = manybase_testkit::Postgres::builder().start().unwrap();
    /// assert_eq!(server.system_url(), server.url("postgres"));
    /// ```
    pub fn start(self) -> Result<Postgres, ServerError> {
        let account = account()?;
        let installation = Installation::find(self.version, &account)?;
        let template = self.template(&installation, &account)?;
        let first_password = std::fs::read_to_string(template.join("password"))
            .map_err(ServerError::path("read the password of", &template))?;

        let begun = Instant::now();
        let engine = Engine::Postgres;
        let home = Home::make(&account, self.durable, engine.immediate_shutdown().1)?;
        template::copy(&template.join("data"), &home.data(), &account)?;
        let recipe = Recipe {
            engine,
            name: format!("PostgreSQL {}", installation.version),
            password: first_password,
            command: Box::new(move |home, port| self.command(&installation, home, port)),
        };
        let mut server = Server::start(recipe, home, begun)?;
        let password = uuid::Uuid::new_v4().simple().to_string();
        admin::set_password(server.access(), &password)?;
        server.set_password(password, begun);
        Ok(Postgres(server))
    }

    fn command(&self, installation: &Installation, home: &Home, port: u16) -> Command {
        let mut command = installation.command("postgres");
        command.arg("-D").arg(home.data());
        command.args(["-p", &port.to_string()]);
        let not_durable = if self.durable { &[] } else { NOT_DURABLE };
        for (name, value) in SETTINGS.iter().chain(not_durable) {
            command.args(["-c", &format!("{name}={value}")]);
        }
        for (name, value) in &self.settings {
            command.args(["-c", &format!("{name}={value}")]);
        }
        command.args(&self.args);
        command
    }

    fn template(&self, installation: &Installation, account: &Account) -> Result<PathBuf, ServerError> {
        let mut args = vec!["-U", USER, "-A", "scram-sha-256", "-E", "UTF8"];
        args.extend(["--locale=C.UTF-8", "--no-sync", "--no-instructions"]);
        args.extend(self.init_args.iter().map(String::as_str));
        let kind = format!("postgres-{}", installation.version);
        template::cached(&kind, &args, account, |building| {
            let (data, file) = (building.join("data"), building.join("password"));
            let password = uuid::Uuid::new_v4().simple().to_string();
            write_private(&file, &password, account)?;
            let mut initdb = installation.command("initdb");
            initdb.args(&args).arg("--pwfile").arg(&file);
            initdb.arg("-D").arg(&data).current_dir("/");
            template::run(account.take_on(&mut initdb))?;

            // The same password once more, but quick to check.
            let statement = building.join("password.sql");
            write_private(&statement, &admin::set_password_sql(&password), account)?;
            let stdin = File::open(&statement).map_err(ServerError::path("open", &statement))?;
            let mut single = installation.command("postgres");
            single.arg("--single").arg("-D").arg(&data).arg("postgres");
            single.stdin(stdin).current_dir("/");
            template::run(account.take_on(&mut single))
        })
    }
}

/// PostgreSQL refuses root, so root looks for a user to run it as.
fn account() -> Result<Account, Skipped> {
    Account::unprivileged("PostgreSQL", &["postgres", "nobody"])
}

fn write_private(path: &Path, text: &str, account: &Account) -> Result<(), ServerError> {
    use std::os::unix::fs::PermissionsExt;
    std::fs::write(path, text).map_err(ServerError::path("write", path))?;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600))
        .and_then(|()| account.own(path))
        .map_err(ServerError::path("give away", path))
}
