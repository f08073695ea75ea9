//! Where variables come from: the process's environment, or in tests something that tests can set.

use std::fmt;
use std::sync::Arc;

type Lookup = dyn Fn(&str) -> Option<String> + Send + Sync;

#[derive(Clone)]
pub(crate) struct Variables(Arc<Lookup>);

impl Variables {
    pub(crate) fn new(lookup: impl Fn(&str) -> Option<String> + Send + Sync + 'static) -> Self {
        Self(Arc::new(lookup))
    }

    /// None at all.
    pub(super) fn none() -> Self {
        Self::new(|_| None)
    }

    pub(super) fn get(&self, name: &str) -> Option<String> {
        (self.0)(name)
    }
}

/// The process's environment. A variable that is not UTF-8 counts as not set.
impl Default for Variables {
    fn default() -> Self {
        Self::new(|name| std::env::var(name).ok())
    }
}

impl fmt::Debug for Variables {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Variables")
    }
}
