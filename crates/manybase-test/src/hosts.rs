//! Where databases of tests are made: servers, throwaway ones or those that a variable names.

#[cfg(feature = "mysql")]
mod mysql;
#[cfg(feature = "postgres")]
mod postgres;

use manybase_db::{Db, Executor, Mode, RecoveryMode, Route};
use manybase_driver::{Access, Address, BoxFuture, Error, ErrorKind, Result};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;

use crate::watch::lock;

/// What is asked of a server.
pub(crate) trait Host: Send + Sync {
    /// Makes an empty database.
    fn create<'a>(&'a self, name: &'a str) -> BoxFuture<'a, Result<()>>;

    /// Nobody works on this database any more: copies are made of it.
    fn seal<'a>(&'a self, template: &'a str) -> BoxFuture<'a, Result<()>>;

    /// Makes a copy of a template.
    fn copy<'a>(&'a self, template: &'a str, name: &'a str) -> BoxFuture<'a, Result<()>>;

    /// Ends who is still connected, where what they have prepared is tied to them.
    fn disconnect<'a>(&'a self, name: &'a str) -> BoxFuture<'a, Result<()>> {
        let _ = name;
        Box::pin(async { Ok(()) })
    }

    /// Makes of a copy what it was before the test, where that is faster than another copy; whether it did.
    fn restore<'a>(&'a self, template: &'a str, name: &'a str) -> BoxFuture<'a, Result<bool>> {
        let _ = (template, name);
        Box::pin(async { Ok(false) })
    }

    /// Drops a database with what is open and prepared in it, if it is there.
    fn remove<'a>(&'a self, name: &'a str) -> BoxFuture<'a, Result<()>>;
}

/// A server, and how to get at its databases.
pub(crate) struct Server {
    host: Box<dyn Host>,
    /// Of any database of it.
    url: Url,
    /// The variable that names it; a throwaway server has none, and ends with the process.
    pub(crate) variable: Option<&'static str>,
    throwaway: Option<Throwaway>,
}

/// Has a throwaway server stay for a while after the end of this process.
type Throwaway = fn(Duration) -> bool;

/// The URL of a server without a database.
#[derive(Clone)]
struct Url {
    before: String,
    after: String,
}

impl Url {
    fn new(url: &str) -> Self {
        let (before, query) = url.split_once('?').unwrap_or((url, ""));
        let authority = before.find("://").map_or(0, |at| at + 3);
        let end = before[authority..]
            .find('/')
            .map_or(before.len(), |at| authority + at);
        Self {
            before: before[..end].to_owned(),
            after: if query.is_empty() {
                String::new()
            } else {
                format!("?{query}")
            },
        }
    }

    fn of(&self, database: &str) -> String {
        format!("{}/{database}{}", self.before, self.after)
    }
}

impl Server {
    pub(crate) fn host(&self) -> &dyn Host {
        &*self.host
    }

    pub(crate) fn url(&self, database: &str) -> String {
        self.url.of(database)
    }

    /// Without a password, unless the server is a throwaway one.
    pub(crate) fn shown(&self, database: &str) -> String {
        let url = self.url(database);
        match self.variable {
            None => url,
            Some(_) => {
                Address::parse(&url).map_or_else(|_| database.to_owned(), |address| address.to_string())
            }
        }
    }

    /// Whether it is there after the end of this process.
    pub(crate) fn stays(&self, wanted: Option<Duration>) -> bool {
        match (self.throwaway, wanted) {
            (None, _) => true,
            (Some(leave), Some(time)) => leave(time),
            (Some(_), None) => false,
        }
    }
}

/// What a kind of server is called in attributes.
pub(crate) const KINDS: [&str; 4] = ["postgres", "postgresql", "mysql", "mariadb"];

/// Why a test does not run.
pub(crate) enum Refused {
    /// The server is not installed here: the test is skipped, aloud.
    Skip,
    Error(Error),
}

impl From<Error> for Refused {
    fn from(error: Error) -> Self {
        Self::Error(error)
    }
}

/// The throwaway server of this kind, started when it is first asked for.
pub(crate) fn throwaway(kind: &'static str) -> Result<Arc<Server>, Refused> {
    match KINDS.iter().position(|known| *known == kind) {
        #[cfg(feature = "postgres")]
        Some(0 | 1) => {
            let server = started(manybase_testkit::postgres())?;
            let leave = |time| manybase_testkit::postgres().is_ok_and(|server| server.leave(time).is_ok());
            known(&server.system_url(), None, Some(leave)).map_err(Refused::Error)
        }
        #[cfg(feature = "mysql")]
        Some(2 | 3) => {
            let server = started(manybase_testkit::mariadb())?;
            let leave = |time| manybase_testkit::mariadb().is_ok_and(|server| server.leave(time).is_ok());
            known(&server.system_url(), None, Some(leave)).map_err(Refused::Error)
        }
        _ => Err(Refused::Error(
            Error::config(format!("there is no server for {kind:?}")).with_help(
                "enable the feature of that database (`postgres`, `mysql`) beside `test` in [dev-dependencies]",
            ),
        )),
    }
}

#[cfg(any(feature = "postgres", feature = "mysql"))]
fn started<S>(server: Result<&'static S, manybase_testkit::ServerError>) -> Result<&'static S, Refused> {
    server.map_err(|error| {
        if let manybase_testkit::ServerError::NotAvailable(skipped) = &error {
            skipped.report();
            return Refused::Skip;
        }
        Refused::Error(Error::config(error.to_string()))
    })
}

/// The server that a variable names.
pub(crate) fn of_variable(variable: &'static str) -> Result<Arc<Server>> {
    let url = std::env::var(variable).unwrap_or_default();
    if url.trim().is_empty() {
        let what = format!(
            "the variable {variable} is not set, which names the database of a connection of this test"
        );
        return Err(Error::config(what).with_help(format!(
            "set it to the URL of a database for tests, or write a kind instead of \"env:{variable}\": sqlite, postgres, mysql"
        )));
    }
    marked(&url).map_err(|error| {
        let what = format!(
            "the variable {variable} names a database that tests do not take: {}",
            error.message()
        );
        Error::config(what).with_help(error.help().unwrap_or_default().to_owned())
    })?;
    known(&url, Some(variable), None)
}

/// Refuses a database that is not marked for tests, as test mode does.
fn marked(url: &str) -> Result<()> {
    Db::builder()
        .mode(Mode::Test)
        .recovery(RecoveryMode::Off)
        .connect("test", url)
        .build()
        .map(drop)
}

/// One for each URL in this process.
fn known(url: &str, variable: Option<&'static str>, leave: Option<Throwaway>) -> Result<Arc<Server>> {
    static SERVERS: OnceLock<Mutex<HashMap<String, Arc<Server>>>> = OnceLock::new();
    let mut servers = lock(SERVERS.get_or_init(Mutex::default));
    if let Some(server) = servers.get(url) {
        return Ok(server.clone());
    }
    let base = Url::new(url);
    let admin = administrator(url)?;
    let scheme = url.split(':').next().unwrap_or_default();
    let host: Box<dyn Host> = match KINDS.iter().position(|known| *known == scheme) {
        #[cfg(feature = "postgres")]
        Some(0 | 1) => Box::new(postgres::PostgresHost::new(admin, base.clone())),
        #[cfg(feature = "mysql")]
        Some(2 | 3) => Box::new(mysql::MysqlHost::new(admin, base.clone())),
        _ => {
            drop(admin);
            let what = format!("tests can't have databases of their own by a URL with {scheme:?}");
            return Err(Error::new(ErrorKind::Unsupported, what)
                .with_help("take postgres:// or mysql://; for SQLite write the kind \"sqlite\""));
        }
    };
    let server = Arc::new(Server {
        host,
        url: base,
        variable,
        throwaway: leave,
    });
    servers.insert(url.to_owned(), server.clone());
    Ok(server)
}

/// A `Db` with one connection, to administer with.
fn administrator(url: &str) -> Result<Db> {
    let builder = Db::builder().recovery(RecoveryMode::Off).connect("admin", url);
    builder.build()
}

/// Runs one text.
#[cfg_attr(not(any(feature = "postgres", feature = "mysql")), allow(dead_code))]
async fn run(db: &Db, text: String) -> Result<()> {
    db.lease(Route::default(), Access::Write)
        .await?
        .script(text)
        .await
}

/// Drops a database that a dead process has left on the server of a variable; whether it is gone.
pub(crate) fn remove_noted(variable: &str, database: &str) -> bool {
    let variable: &'static str = Box::leak(variable.to_owned().into_boxed_str());
    let Ok(server) = of_variable(variable) else {
        return false;
    };
    crate::runtime::block_on(async { server.host().remove(database).await.is_ok() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn databases_are_put_into_urls() {
        let url = Url::new("postgres://ann:x@host:1/shop_test?sslmode=require");
        assert_eq!(url.of("a"), "postgres://ann:x@host:1/a?sslmode=require");
        assert_eq!(Url::new("mysql://host").of("a"), "mysql://host/a");
    }

    #[test]
    fn unmarked_databases_are_refused() {
        assert!(marked("postgres://host/shop_test").is_ok());
        assert!(marked("postgres://host/test2").is_ok());
        let text = marked("postgres://host/latest").unwrap_err().to_string();
        assert!(text.contains("which is not marked for tests"), "{text}");
    }
}
