//! What a program is: a test, a script, an application.

use crate::spelling::hint;
use crate::{Error, Result};
use std::fmt;
use std::str::FromStr;

/// What a program is. Its databases are checked for it when they are opened or added.
///
/// By code with [`crate::DbBuilder::mode`], else by the variable `MANYBASE_MODE`, else by the file's key `mode`, else by
/// the name of the layer in force (`MANYBASE_ENV=test`), else [`Mode::Standalone`].
///
/// ```
/// use manybase_db::{Db, Mode};
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> manybase_db::Result<()> {
/// let db = Db::builder().mode(Mode::Test).connect("erp", "sqlite::memory:").open().await?;
/// assert_eq!(db.mode(), Mode::Test);
///
/// let refused = Db::builder().mode(Mode::Test).connect("erp", "postgres://db.example/erp").open().await;
/// assert!(refused.unwrap_err().to_string().contains("not marked for tests"));
/// let refused = Db::builder().mode(Mode::App).connect("erp", "sqlite::memory:").open().await;
/// assert!(refused.unwrap_err().to_string().contains("app mode refuses"));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Mode {
    /// Tests, which may empty and drop what they work on: only databases that are marked for tests. Marked are a
    /// database in memory; one whose name, or whose file's name, has a part `test` (`erp_test`, `test-7.db`); a file in
    /// the directory for temporary files; a URL with `manybase_test=true`; and what [`crate::DbBuilder::test_databases`]
    /// or the file's `test_databases` list.
    Test,
    /// Scripts, jobs and programs of any other kind. Every database is taken.
    #[default]
    Standalone,
    /// An application, which others use: no database in memory, because it begins empty with each start and no other
    /// process sees it.
    App,
}

const ALL: [Mode; 3] = [Mode::Test, Mode::Standalone, Mode::App];

impl Mode {
    /// As it is written in files and variables: `test`, `standalone`, `app`.
    ///
    /// ```
    /// assert_eq!(manybase_db::Mode::App.name(), "app");
    /// ```
    pub fn name(self) -> &'static str {
        match self {
            Self::Test => "test",
            Self::Standalone => "standalone",
            Self::App => "app",
        }
    }

    pub(super) fn of_name(name: &str) -> Option<Self> {
        ALL.into_iter().find(|mode| mode.name() == name)
    }
}

impl fmt::Display for Mode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Who has said which [`Mode`] a program is.
///
/// ```
/// use manybase_db::{Db, Mode, ModeSource};
/// # fn main() -> manybase_db::Result<()> {
/// let db = Db::builder().mode(Mode::Test).connect("erp", "sqlite::memory:").build()?;
/// assert_eq!(*db.mode_source(), ModeSource::Code);
/// assert_eq!(ModeSource::Variable.to_string(), "the variable MANYBASE_MODE");
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum ModeSource {
    /// [`crate::DbBuilder::mode`], or [`crate::Db::from_env`] with one.
    Code,
    /// The variable `MANYBASE_MODE`.
    Variable,
    /// The key `mode` of the file: its place.
    File(String),
    /// The name of the layer in force, as with `MANYBASE_ENV=test`.
    Layer {
        /// `[env.<name>]`
        name: String,
        /// Whether `MANYBASE_ENV` names it, and not the program.
        by_variable: bool,
    },
    /// Nobody: [`Mode::Standalone`].
    #[default]
    Nobody,
}

impl ModeSource {
    /// One word for programs: `code`, `variable`, `file`, `layer`, `nobody`.
    ///
    /// ```
    /// assert_eq!(manybase_db::ModeSource::Code.name(), "code");
    /// ```
    pub fn name(&self) -> &'static str {
        match self {
            Self::Code => "code",
            Self::Variable => "variable",
            Self::File(_) => "file",
            Self::Layer { .. } => "layer",
            Self::Nobody => "nobody",
        }
    }
}

/// For people: where to change it.
impl fmt::Display for ModeSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Code => f.write_str("the program itself"),
            Self::Variable => f.write_str("the variable MANYBASE_MODE"),
            Self::File(place) => f.write_str(place),
            Self::Layer {
                name,
                by_variable: true,
            } => write!(f, "the variable MANYBASE_ENV, which names [env.{name}]"),
            Self::Layer {
                name,
                by_variable: false,
            } => write!(f, "[env.{name}], which was asked for"),
            Self::Nobody => f.write_str("nobody has said another"),
        }
    }
}

/// ```
/// use manybase_db::Mode;
/// assert_eq!("app".parse::<Mode>()?, Mode::App);
/// assert!("production".parse::<Mode>().is_err());
/// # Ok::<(), manybase_db::Error>(())
/// ```
impl FromStr for Mode {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        Self::of_name(text.trim()).ok_or_else(|| {
            let names = ALL.map(Self::name);
            let help = hint(text.trim(), names, format!("modes are: {}", names.join(", ")));
            Error::config(format!("there is no mode {text:?}")).with_help(help)
        })
    }
}
