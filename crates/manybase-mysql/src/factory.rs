//! From an address to a driver.

use crate::driver::MysqlDriver;
use crate::tls::Tls;
use crate::wire::Server;
use manybase_driver::wire::Place;
use manybase_driver::{Address, ConnectOptions, Driver, DriverFactory, Error, Result};
use manybase_sql::{Dialect, dialect};
use std::sync::Arc;

/// What an address may say behind the question mark.
const PARAMS: [&str; 3] = ["sslmode", "sslrootcert", "socket"];

/// Of an address without one.
const HOST: &str = "127.0.0.1";

/// Prepared statements that a connection keeps.
pub(crate) const STATEMENTS: usize = 256;

/// Makes drivers for `mysql://`, `mariadb://` and `matrixone://`.
///
/// ```
/// use manybase_driver::{Address, ConnectOptions, DriverFactory};
/// use manybase_mysql::MysqlFactory;
///
/// let address = Address::parse("matrixone://ann:secret@db.example/stock")?;
/// let driver = MysqlFactory.open(&address, &ConnectOptions::default())?;
/// assert_eq!(driver.dialect().name(), "MatrixOne");
/// assert_eq!(driver.address(), "matrixone://ann@db.example/stock");
/// # Ok::<(), manybase_driver::Error>(())
/// ```
#[derive(Debug, Clone, Copy, Default)]
pub struct MysqlFactory;

impl DriverFactory for MysqlFactory {
    fn schemes(&self) -> &'static [&'static str] {
        &["mysql", "mariadb", "matrixone"]
    }

    fn open(&self, address: &Address, options: &ConnectOptions) -> Result<Arc<dyn Driver>> {
        Ok(Arc::new(MysqlDriver::new(address, options)?))
    }
}

/// The dialect and the port that a scheme stands for.
pub(crate) fn of_scheme(scheme: &str) -> Result<(&'static dyn Dialect, u16)> {
    match scheme {
        "mysql" => Ok((dialect::mysql(), 3306)),
        "mariadb" => Ok((dialect::mariadb(), 3306)),
        "matrixone" => Ok((dialect::matrixone(), 6001)),
        scheme => Err(Error::config(format!(
            "`{scheme}` is not for this driver; it takes `mysql`, `mariadb` and `matrixone`"
        ))),
    }
}

/// By what a server is told from others.
pub(crate) fn place(address: &Address, port: u16) -> String {
    match address.params.get("socket") {
        Some(socket) => socket.clone(),
        None => {
            let port = address.port.unwrap_or(port);
            format!("{}:{port}", address.host.as_deref().unwrap_or(HOST))
        }
    }
}

/// What an address says of the server and of who wants to be let in.
pub(crate) fn server(address: &Address, port: u16) -> Result<Server> {
    if let Some(unknown) = address
        .params
        .keys()
        .find(|name| !PARAMS.contains(&name.as_str()))
    {
        return Err(Error::config(format!(
            "unknown parameter `{unknown}` in the address; known are {}",
            PARAMS.map(|name| format!("`{name}`")).join(", ")
        )));
    }
    let socket = address.params.get("socket");
    Ok(Server {
        place: match socket {
            Some(path) => Place::Unix(path.into()),
            None => Place::Tcp {
                host: address.host.as_deref().unwrap_or(HOST).to_owned(),
                port: address.port.unwrap_or(port),
            },
        },
        tls: Tls::of(&address.params, socket.is_some())?,
        user: address.user.clone(),
        password: address.password.clone(),
        database: Some(address.database.clone()).filter(|name| !name.is_empty()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use manybase_driver::ErrorKind;

    /// What is said of a file that is not there; and where there is no TLS, of any.
    const NO_FILE: &str = match cfg!(feature = "tls") {
        true => "/none",
        false => "without TLS",
    };

    fn open(url: &str) -> Result<Arc<dyn Driver>> {
        MysqlFactory.open(&Address::parse(url)?, &ConnectOptions::default())
    }

    #[test]
    fn the_scheme_decides_what_is_expected() {
        for (url, name) in [
            ("mysql://h/d", "MySQL"),
            ("mariadb://h/d", "MariaDB"),
            ("matrixone://h/d", "MatrixOne"),
        ] {
            assert_eq!(open(url).expect("good").dialect().name(), name);
        }
        let error = open("postgres://h/d").expect_err("not ours");
        assert_eq!(error.kind(), ErrorKind::Config);
    }

    #[test]
    fn bad_parameters_are_named_with_the_good_ones() {
        for (url, part) in [
            ("mysql://h/d?charset=latin1", "`charset`"),
            ("mysql://h/d?charset=latin1", "`sslmode`, `sslrootcert`, `socket`"),
            ("mysql://h/d?sslmode=maybe", "`verify-full`"),
            ("mysql://h/d?sslmode=verify-full&sslrootcert=/none", NO_FILE),
            ("mysql://h/d?sslmode=require&sslrootcert=/dev/null", "verify-full"),
            ("mysql://h/d?socket=/s&sslmode=require", "exclude"),
        ] {
            let error = open(url).expect_err(url);
            assert_eq!(error.kind(), ErrorKind::Config);
            assert!(error.message().contains(part), "{error}");
        }
    }

    #[test]
    fn no_secret_is_shown() {
        let driver = open("mysql://ann:hunter2@h/d?sslmode=prefer").expect("good");
        assert!(!format!("{driver:?}").contains("hunter2"));
        assert_eq!(driver.address(), "mysql://ann@h/d");
    }

    /// Its servers can't be had here, so at least nothing may be promised for it that only MariaDB can do.
    #[test]
    fn matrixone_is_not_taken_for_mysql() {
        let found = manybase_sql::dialect::MySql::of_version("8.0.30-MatrixOne-v3.0.4");
        assert_eq!(found.name(), "MatrixOne");
        let can = found.capability();
        assert!(!can.savepoints && !can.two_phase_commit && !can.skip_locked && !can.nowait);
        assert!(!can.insert_returning && !can.lateral);
    }

    #[cfg(not(feature = "tls"))]
    #[test]
    fn without_tls_nobody_is_left_to_believe_in_it() {
        for mode in ["require", "verify-full"] {
            let error = open(&format!("mysql://h/d?sslmode={mode}")).expect_err("no TLS");
            assert!(error.to_string().contains("the feature `tls`"), "{error}");
        }
        for mode in ["disable", "prefer"] {
            assert!(open(&format!("mysql://h/d?sslmode={mode}")).is_ok());
        }
    }
}
