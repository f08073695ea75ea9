//! A registry from the configuration of the project.

use crate::{Db, Mode, ModeSource, Result};
use std::path::Path;

impl Db {
    /// Reads a configuration file and the environment. Nothing is dialled.
    ///
    /// ```toml
    /// default = "erp"                    # for models that are bound to no connection
    /// recovery = "5s"                    # how often to look for transactions in doubt, or "none"
    /// mode = "app"                       # "test", "standalone" or "app"
    /// test_databases = ["ci_*"]          # for test mode, beside names with a part `test`
    ///
    /// [connections.erp]
    /// url = "postgres://${ERP_USER}:${ERP_PASSWORD}@localhost/erp"
    /// max_connections = 10               # for SQLite, readers beside the one writer
    /// min_idle = 2                       # kept ready
    /// acquire_timeout = "30s"            # seconds, or "500ms", "30s", "5m", "1h"
    /// idle_timeout = "10m"               # or "none", as the three below
    /// max_lifetime = "30m"
    /// statement_timeout = "5m"
    /// lock_timeout = "30s"
    /// connect_timeout = "10s"
    /// test_before_use = "5s"             # "always", "never", or the idle time after which to ping
    ///
    /// [connections.hr]                   # instead of a URL its parts
    /// driver = "mysql"
    /// host = "hr.example"
    /// port = 3306
    /// user = "ann"
    /// password = "${HR_PASSWORD:-secret}"
    /// database = "hr"
    /// params = { ssl-mode = "required" }
    ///
    /// [env.test.connections.erp]         # in force with MANYBASE_ENV=test
    /// url = "sqlite::memory:"
    /// ```
    ///
    /// - Variables `MANYBASE_<CONNECTION>_<KEY>`, such as `MANYBASE_ERP_URL`, go over all layers, for connections
    ///   that the file has. Empty ones count as not set.
    /// - A layer that gives a `url` drops the parts of an address in the layers below, and the other way round.
    /// - `${NAME}` and `${NAME:-default}` stand for variables in all text, `$${` for `${`. Between `scheme://` and
    ///   `@` of a URL a variable holds a plain user or password: it is percent-encoded for you.
    /// - The settings may stand in the URL as parameters too: they go over the keys of lower layers, and keys beside
    ///   the URL go over them.
    /// - A relative SQLite file starts from the directory of the configuration file.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let directory = tempfile::tempdir()?;
    /// # let path = directory.path().join("manybase.toml");
    /// # std::fs::write(&path, "[connections.erp]\nurl = \"sqlite:erp.db\"\n")?;
    /// let db = manybase_db::Db::open(&path).await?;
    /// assert_eq!(db.connections(), ["erp".into()]);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`crate::ErrorKind::Config`], which names the file, the line, the key, the connection and the way out.
    pub async fn open(path: impl AsRef<Path>) -> Result<Self> {
        Self::builder().config_file(path).open().await
    }

    /// Reads the configuration of the project: the file that the variable `MANYBASE_CONFIG` names, else the nearest
    /// `manybase.toml`, from the current directory upwards, with its layers as [`Db::open`] says. Without a mode, that
    /// comes from the configuration too: see [`Mode`].
    ///
    /// ```no_run
    /// use manybase_db::{Db, Mode};
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> manybase_db::Result<()> {
    /// let db = Db::from_env(Mode::App).await?;
    /// let db = Db::from_env(None).await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As [`Db::open`]; [`crate::ErrorKind::Config`] when there is no file, and for a database that the mode refuses.
    pub async fn from_env(mode: impl Into<Option<Mode>>) -> Result<Self> {
        let builder = Self::builder().find_config_file();
        match mode.into() {
            Some(mode) => builder.mode(mode),
            None => builder,
        }
        .open()
        .await
    }

    /// What the program is.
    ///
    /// ```
    /// # fn main() -> manybase_db::Result<()> {
    /// let db = manybase_db::Db::builder().connect("main", "sqlite::memory:").build()?;
    /// assert_eq!(db.mode(), manybase_db::Mode::Standalone);
    /// # Ok(())
    /// # }
    /// ```
    pub fn mode(&self) -> Mode {
        self.0.guard.mode
    }

    /// Who has said so.
    ///
    /// ```
    /// # fn main() -> manybase_db::Result<()> {
    /// let db = manybase_db::Db::builder().connect("main", "sqlite::memory:").build()?;
    /// assert_eq!(db.mode_source().name(), "nobody");
    /// # Ok(())
    /// # }
    /// ```
    pub fn mode_source(&self) -> &ModeSource {
        &self.0.guard.source
    }
}
