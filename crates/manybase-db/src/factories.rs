//! The drivers that were compiled in, and those that could have been. The only place that names them.

use manybase_driver::{Address, ConnectOptions, Driver, DriverFactory, Error, Result};
use std::sync::Arc;

/// Cargo feature, and the schemes that it brings.
const KNOWN: &[(&str, &[&str])] = &[
    ("sqlite", &["sqlite"]),
    ("postgres", &["postgres", "postgresql"]),
    ("mysql", &["mysql", "mariadb", "matrixone"]),
];

/// The drivers of the features that are on: for who wraps them, and gives the wrapped ones to
/// [`crate::DbBuilder::driver`].
///
/// ```
/// let drivers = manybase_db::compiled_in_drivers();
/// assert!(drivers.iter().any(|driver| driver.schemes().contains(&"sqlite")));
/// ```
pub fn compiled_in() -> Vec<Arc<dyn DriverFactory>> {
    vec![
        #[cfg(feature = "sqlite")]
        Arc::new(manybase_sqlite::SqliteFactory),
        #[cfg(feature = "postgres")]
        Arc::new(manybase_postgres::PostgresFactory),
        #[cfg(feature = "mysql")]
        Arc::new(manybase_mysql::MysqlFactory),
    ]
}

/// A driver for an address, from the first factory that answers to its scheme.
pub(crate) fn open(
    factories: &[Arc<dyn DriverFactory>],
    address: &Address,
    options: &ConnectOptions,
) -> Result<Arc<dyn Driver>> {
    let scheme = address.scheme.as_str();
    match factories
        .iter()
        .find(|factory| factory.schemes().contains(&scheme))
    {
        Some(factory) => factory.open(address, options),
        None => Err(unknown_scheme(factories, scheme)),
    }
}

fn unknown_scheme(factories: &[Arc<dyn DriverFactory>], scheme: &str) -> Error {
    let mut schemes: Vec<&str> = factories
        .iter()
        .flat_map(|factory| factory.schemes().iter().copied())
        .collect();
    schemes.sort_unstable();
    schemes.dedup();
    let there = if schemes.is_empty() {
        "no driver is compiled in".to_owned()
    } else {
        format!("compiled in: {}", schemes.join(", "))
    };
    let error = Error::config(format!("there is no driver for {scheme:?}; {there}"));
    let candidates = KNOWN.iter().flat_map(|(_, schemes)| schemes.iter().copied());
    let wanted = crate::spelling::nearest(scheme, schemes.iter().copied().chain(candidates));
    let feature = wanted.and_then(|wanted| KNOWN.iter().find(|(_, schemes)| schemes.contains(&wanted)));
    match (wanted, feature) {
        (Some(wanted), _) if schemes.contains(&wanted) => {
            error.with_help(format!("did you mean {wanted:?}?"))
        }
        (Some(wanted), Some((feature, _))) if wanted == scheme => {
            error.with_help(format!("enable the feature `{feature}`"))
        }
        (Some(wanted), Some((feature, _))) => error.with_help(format!(
            "did you mean {wanted:?}? Then enable the feature `{feature}`"
        )),
        _ => error
            .with_help("enable a feature (sqlite, postgres, mysql), or give `Db::builder().driver(..)` one"),
    }
}
