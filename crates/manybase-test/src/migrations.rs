//! Tables that migrations make, and not the models of a test.

#[cfg(feature = "migrate")]
mod applied;
#[cfg(feature = "migrate")]
mod found;

#[cfg(feature = "migrate")]
pub(crate) use {applied::apply, found::find};

#[cfg(not(feature = "migrate"))]
use manybase_driver::Result;

/// What the attribute says about migrations.
#[doc(hidden)]
#[derive(Clone, Copy, Default)]
pub struct Migrations {
    /// Directories, and their connections; no name means all that there are. `None` is what the project's file says.
    pub(crate) said: Option<&'static [(&'static str, &'static str)]>,
    #[cfg(feature = "migrate")]
    pub(crate) steps: Option<Steps>,
}

/// What gives a migrator its steps in Rust.
#[cfg(feature = "migrate")]
#[derive(Clone, Copy)]
pub(crate) struct Steps {
    /// The function's path.
    pub(crate) name: &'static str,
    pub(crate) add: fn(manybase_migrate::Migrator) -> manybase_migrate::Migrator,
}

impl Migrations {
    /// From these directories; from none.
    #[doc(hidden)]
    pub fn of(said: &'static [(&'static str, &'static str)]) -> Self {
        Self {
            said: Some(said),
            ..Self::default()
        }
    }

    /// With steps in Rust.
    #[cfg(feature = "migrate")]
    #[doc(hidden)]
    #[must_use]
    pub fn steps(
        mut self,
        name: &'static str,
        add: fn(manybase_migrate::Migrator) -> manybase_migrate::Migrator,
    ) -> Self {
        self.steps = Some(Steps { name, add });
        self
    }
}

/// The migrations of one connection.
pub(crate) struct Source {
    pub(crate) connection: &'static str,
    /// Of what they consist of.
    pub(crate) digest: String,
    #[cfg(feature = "migrate")]
    set: std::sync::Arc<manybase_migrate::Set>,
    /// As somebody has said it.
    #[cfg(feature = "migrate")]
    directory: std::path::PathBuf,
}

/// Nobody has asked for migrations, or this can't have any.
#[cfg(not(feature = "migrate"))]
pub(crate) fn find(spec: &crate::spec::Spec) -> Result<Vec<Source>> {
    match spec.migrations.said {
        None | Some([]) => Ok(Vec::new()),
        Some(_) => Err(without()),
    }
}

#[cfg(not(feature = "migrate"))]
pub(crate) async fn apply(
    _spec: &crate::spec::Spec,
    sources: &[Source],
    _db: &manybase_db::Db,
) -> Result<()> {
    match sources {
        [] => Ok(()),
        _ => Err(without()),
    }
}

#[cfg(not(feature = "migrate"))]
fn without() -> manybase_driver::Error {
    manybase_driver::Error::config("the test is to have tables by migrations, which are not compiled in")
        .with_help("enable the feature `migrate` beside `test` in [dev-dependencies]")
}
