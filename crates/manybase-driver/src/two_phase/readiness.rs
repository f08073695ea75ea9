//! What stands in the way of being a branch, as data for a report.

/// Something that stands in the way of a branch, and what to do about it.
///
/// ```
/// use manybase_driver::Obstacle;
/// let obstacle = Obstacle::hard("max_prepared_transactions is 0", "set it to 64 and restart the server");
/// assert!(obstacle.hard);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Obstacle {
    /// What it is.
    pub what: String,
    /// What to change.
    pub help: String,
    /// Whether no branch can be prepared. Else only some can't, or not safely.
    pub hard: bool,
}

impl Obstacle {
    /// One with which no branch can be prepared.
    ///
    /// ```
    /// assert!(manybase_driver::Obstacle::hard("read-only", "connect to the primary").hard);
    /// ```
    pub fn hard(what: impl Into<String>, help: impl Into<String>) -> Self {
        Self {
            what: what.into(),
            help: help.into(),
            hard: true,
        }
    }

    /// One that concerns a part of what can be done.
    ///
    /// ```
    /// assert!(!manybase_driver::Obstacle::soft("table t is MyISAM", "make it InnoDB").hard);
    /// ```
    pub fn soft(what: impl Into<String>, help: impl Into<String>) -> Self {
        Self {
            hard: false,
            ..Self::hard(what, help)
        }
    }
}

/// Whether a database can be a branch, and what is in the way.
///
/// ```
/// use manybase_driver::{Obstacle, Readiness};
/// assert!(Readiness::default().is_ready());
/// let readiness = Readiness::from_iter([Obstacle::hard("read-only", "connect to the primary")]);
/// assert!(!readiness.is_ready());
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Readiness {
    /// What is in the way.
    pub obstacles: Vec<Obstacle>,
}

impl Readiness {
    /// Whether branches can be prepared.
    ///
    /// ```
    /// assert!(manybase_driver::Readiness::default().is_ready());
    /// ```
    pub fn is_ready(&self) -> bool {
        self.obstacles.iter().all(|obstacle| !obstacle.hard)
    }
}

impl FromIterator<Obstacle> for Readiness {
    fn from_iter<I: IntoIterator<Item = Obstacle>>(obstacles: I) -> Self {
        Self {
            obstacles: obstacles.into_iter().collect(),
        }
    }
}
