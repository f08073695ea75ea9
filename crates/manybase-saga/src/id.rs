//! The name of one saga.

use manybase_record::DbType;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;
use uuid::Uuid;

/// The name of one saga: a UUID that says when it was made, so that later ones sort after earlier ones.
///
/// ```
/// use manybase_saga::SagaId;
/// let id = SagaId::new();
/// assert_eq!(id.to_string().parse::<SagaId>()?, id);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, DbType, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SagaId(Uuid);

impl SagaId {
    /// A new one.
    ///
    /// ```
    /// assert_ne!(manybase_saga::SagaId::new(), manybase_saga::SagaId::new());
    /// ```
    #[allow(clippy::new_without_default)] // two defaults that differ would be a surprise
    pub fn new() -> Self {
        Self(Uuid::now_v7())
    }

    /// The UUID.
    ///
    /// ```
    /// let id = manybase_saga::SagaId::new();
    /// assert_eq!(id.uuid().get_version_num(), 7);
    /// ```
    pub fn uuid(self) -> Uuid {
        self.0
    }
}

impl From<Uuid> for SagaId {
    fn from(uuid: Uuid) -> Self {
        Self(uuid)
    }
}

impl FromStr for SagaId {
    type Err = uuid::Error;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.trim().parse().map(Self)
    }
}

impl fmt::Display for SagaId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
