//! A registry made in code, from a file, or both.

use super::Db;
use super::registry::Registry;
use crate::config::{ConnectionConfig, Guard, IntoConnectionConfig, Loader, Pattern};
use crate::{Error, Mode, ModeSource, RecoveryMode, Result, factories, spelling};
use manybase_driver::{DriverFactory, Secret};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

/// Gathers connections for a [`Db`]. What is given in code goes over a connection of the same name in the file.
///
/// ```
/// # fn main() -> manybase_db::Result<()> {
/// use manybase_db::{ConnectionConfig, Db};
/// let db = Db::builder()
///     .connect("erp", "sqlite::memory:")
///     .connection("hr", ConnectionConfig::from_url("sqlite::memory:")?.max_connections(4))
///     .default_connection("erp")
///     .build()?;
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Default)]
#[must_use = "a builder does nothing until `open` or `build`"]
pub struct DbBuilder {
    loader: Option<Loader>,
    // Boxed, because they go from hand to hand.
    connections: Vec<(Arc<str>, Result<Box<ConnectionConfig>>)>,
    replicas: Vec<(Arc<str>, Secret)>,
    default: Option<Arc<str>>,
    factories: Vec<Arc<dyn DriverFactory>>,
    environment: Option<String>,
    variables: Option<crate::config::Variables>,
    recovery: Option<RecoveryMode>,
    mode: Option<Mode>,
    test_databases: Vec<String>,
    pub(super) observed: super::observed::Observed,
}

impl DbBuilder {
    /// Reads this file too.
    ///
    /// ```
    /// let builder = manybase_db::Db::builder().config_file("manybase.toml");
    /// assert!(builder.build().is_err()); // there is no such file here
    /// ```
    pub fn config_file(mut self, path: impl AsRef<Path>) -> Self {
        self.loader = Some(Loader::new(path.as_ref()));
        self
    }

    /// Reads the file of the project too: the one that the variable `MANYBASE_CONFIG` names, else the nearest
    /// `manybase.toml`, from the current directory upwards.
    ///
    /// ```
    /// let builder = manybase_db::Db::builder().find_config_file();
    /// # let _ = builder;
    /// ```
    pub fn find_config_file(mut self) -> Self {
        self.loader = Some(Loader::finding());
        self
    }

    /// What the program is, which decides what databases it takes: see [`Mode`]. Goes over the file and the
    /// environment. If no layer of the file is named otherwise, `[env.<mode>]` is the one in force, where there is one.
    ///
    /// ```
    /// use manybase_db::{Db, Mode};
    /// # fn main() -> manybase_db::Result<()> {
    /// let db = Db::builder().mode(Mode::App).connect("erp", "sqlite:erp.db").build()?;
    /// assert_eq!(db.mode(), Mode::App);
    /// # Ok(())
    /// # }
    /// ```
    pub fn mode(mut self, mode: Mode) -> Self {
        self.mode = Some(mode);
        self
    }

    /// Names of databases, or of their files, that are for tests although they do not say so. `*` stands for any text.
    /// Beside those of the file. See [`Mode::Test`].
    ///
    /// ```
    /// use manybase_db::{Db, Mode};
    /// # fn main() -> manybase_db::Result<()> {
    /// let builder = Db::builder().mode(Mode::Test).connect("erp", "postgres://ci.example/ci_42");
    /// let db = builder.test_databases(["ci_*"]).build()?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn test_databases<P: Into<String>>(mut self, patterns: impl IntoIterator<Item = P>) -> Self {
        self.test_databases.extend(patterns.into_iter().map(Into::into));
        self
    }

    /// The layer `[env.<name>]` of the file to take, instead of the one that `MANYBASE_ENV` names.
    ///
    /// ```
    /// let builder = manybase_db::Db::builder().config_file("manybase.toml").environment("test");
    /// # let _ = builder;
    /// ```
    pub fn environment(mut self, name: impl Into<String>) -> Self {
        self.environment = Some(name.into());
        self
    }

    /// Where the file's `${VARIABLES}` and the overriding variables come from, instead of the process's
    /// environment.
    ///
    /// ```
    /// let builder = manybase_db::Db::builder()
    ///     .config_file("manybase.toml")
    ///     .variables(|name| (name == "ERP_PASSWORD").then(|| "hunter2".to_owned()));
    /// # let _ = builder;
    /// ```
    pub fn variables(mut self, lookup: impl Fn(&str) -> Option<String> + Send + Sync + 'static) -> Self {
        self.variables = Some(crate::config::Variables::new(lookup));
        self
    }

    /// A connection by URL.
    ///
    /// ```
    /// let db = manybase_db::Db::builder().connect("main", "sqlite::memory:").build();
    /// assert!(db.is_ok());
    /// ```
    pub fn connect(mut self, name: impl Into<Arc<str>>, url: impl AsRef<str>) -> Self {
        let config = ConnectionConfig::from_url(url.as_ref()).map(Box::new);
        self.connections.push((name.into(), config));
        self
    }

    /// A replica of a connection, which is given in code or in the file: reads outside of transactions go there. See
    /// [`ConnectionConfig::replica`].
    ///
    /// ```
    /// # fn main() -> manybase_db::Result<()> {
    /// let db = manybase_db::Db::builder()
    ///     .connect("erp", "postgres://db.example/erp")
    ///     .replica("erp", "postgres://replica.example/erp")
    ///     .build()?;
    /// assert_eq!(db.connection("erp")?.replicas().len(), 1);
    /// # Ok(())
    /// # }
    /// ```
    pub fn replica(mut self, name: impl Into<Arc<str>>, url: impl Into<String>) -> Self {
        self.replicas.push((name.into(), Secret::new(url.into())));
        self
    }

    /// A connection with settings.
    ///
    /// ```
    /// # fn main() -> manybase_db::Result<()> {
    /// use manybase_db::{ConnectionConfig, Db};
    /// let config = ConnectionConfig::from_url("sqlite::memory:")?;
    /// let db = Db::builder().connection("main", config).build()?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn connection(mut self, name: impl Into<Arc<str>>, config: impl IntoConnectionConfig) -> Self {
        let config = config.into_connection_config().map(Box::new);
        self.connections.push((name.into(), config));
        self
    }

    /// The connection of models that are bound to none. Without it the file's `default`, else the only
    /// connection, else the one named `default` or `main`.
    ///
    /// ```
    /// # fn main() -> manybase_db::Result<()> {
    /// use manybase_db::{Db, Executor, Route};
    /// let db = Db::builder()
    ///     .connect("erp", "sqlite::memory:")
    ///     .connect("hr", "sqlite::memory:")
    ///     .default_connection("hr")
    ///     .build()?;
    /// assert_eq!(&*db.resolve(Route::default())?, "hr");
    /// # Ok(())
    /// # }
    /// ```
    pub fn default_connection(mut self, name: impl Into<Arc<str>>) -> Self {
        self.default = Some(name.into());
        self
    }

    /// A driver that does not come with Manybase. It goes before a driver of ours for the same scheme.
    ///
    /// ```
    /// fn with(factory: std::sync::Arc<dyn manybase_driver::DriverFactory>) -> manybase_db::DbBuilder {
    ///     manybase_db::Db::builder().driver(factory)
    /// }
    /// ```
    pub fn driver(mut self, factory: Arc<dyn DriverFactory>) -> Self {
        self.factories.push(factory);
        self
    }

    /// How often to look in the background for transactions that a crash has left in doubt: every five seconds by
    /// default, see [`Db::recover`]. Goes over the file's `recovery`.
    ///
    /// It begins with the first work on any connection, when there are two or more. Nothing is dialled before.
    ///
    /// ```
    /// # fn main() -> manybase_db::Result<()> {
    /// use manybase_db::{Db, RecoveryMode};
    /// use std::time::Duration;
    /// let db = Db::builder()
    ///     .connect("erp", "sqlite::memory:")
    ///     .connect("hr", "sqlite::memory:")
    ///     .recovery(RecoveryMode::Every(Duration::from_secs(30)))
    ///     .build()?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn recovery(mut self, mode: RecoveryMode) -> Self {
        self.recovery = Some(mode);
        self
    }

    /// [`DbBuilder::build`] inside the runtime, so that pools close what is idle for too long.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> manybase_db::Result<()> {
    /// let db = manybase_db::Db::builder().connect("main", "sqlite::memory:").open().await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As [`DbBuilder::build`].
    pub async fn open(self) -> Result<Db> {
        self.build()
    }

    /// Reads what is to be read and makes the pools. Nothing is dialled. Outside of a tokio runtime the pools
    /// do not close what is idle until it is used again.
    ///
    /// ```
    /// # fn main() -> manybase_db::Result<()> {
    /// let db = manybase_db::Db::builder().connect("main", "sqlite::memory:").build()?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`crate::ErrorKind::Config`]
    pub fn build(mut self) -> Result<Db> {
        self.factories.extend(factories::compiled_in());
        let mut connections: BTreeMap<Arc<str>, Box<ConnectionConfig>> = BTreeMap::new();
        for (name, config) in self.connections {
            let config = config.map_err(|error| error.with_connection(name.clone()))?;
            if connections.insert(name.clone(), config).is_some() {
                return Err(Error::config("it is given twice").with_connection(name));
            }
        }
        let patterns = self.test_databases.iter().map(|text| Pattern::new(text));
        let mut guard = Guard {
            mode: self.mode.unwrap_or_default(),
            source: self.mode.map_or(ModeSource::Nobody, |_| ModeSource::Code),
            test_databases: patterns.collect::<Result<_>>()?,
        };
        let mut default = None;
        if let Some(loader) = self.loader {
            let variables = self.variables.unwrap_or_default();
            let file = loader.load(self.environment.as_deref(), self.mode, variables)?;
            for (name, config) in file.connections {
                connections.entry(name).or_insert_with(|| Box::new(config));
            }
            default = file.default;
            (guard.mode, guard.source) = (file.mode, file.mode_source);
            guard.test_databases.extend(file.test_databases);
            self.recovery = self.recovery.or(file.recovery);
        }
        for (name, url) in self.replicas {
            let Some(config) = connections.remove(&name) else {
                let names = || connections.keys().map(|name| &**name);
                let error = Error::config(format!("a replica is given for {name:?}, which is no connection"));
                let rest = format!("there are: {}", spelling::list(names()));
                return Err(error.with_help(spelling::hint(&name, names(), rest)));
            };
            let config = config
                .replica(url.expose())
                .map_err(|error| error.with_connection(name.clone()))?;
            connections.insert(name, Box::new(config));
        }
        if let Some(name) = self.default {
            default = Some((name, "default_connection".to_owned()));
        }
        if let Some((name, place)) = &default
            && !connections.contains_key(name)
        {
            let names = || connections.keys().map(|name| &**name);
            let error = Error::config(format!("{place}: there is no connection {name:?}"));
            let rest = format!("there are: {}", spelling::list(names()));
            return Err(error.with_help(spelling::hint(name, names(), rest)));
        }
        let pools = connections
            .into_iter()
            .map(|(name, config)| {
                let pools = config.pools(&name, &self.factories, &guard);
                pools
                    .map(|(pool, replicas)| (config, pool, replicas))
                    .map_err(|error| error.with_connection(name))
            })
            .collect::<Result<Vec<_>>>()?;
        let default = default.map(|(name, _)| name);
        let mut registry = Registry::new(pools, default);
        registry.observed = self.observed;
        tracing::debug!(target: "manybase::config", mode = %guard.mode, "opened");
        Ok(Db::new(
            registry,
            self.factories,
            self.recovery.unwrap_or_default(),
            guard,
        ))
    }
}
