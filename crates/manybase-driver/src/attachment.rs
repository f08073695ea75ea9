//! Several databases of one kind on one connection, so that one transaction commits them all.
//!
//! SQLite can: a connection that has other files attached writes them in one transaction, and commits them all or
//! none. Each database keeps a name of its own there, its **schema**. The connection's own database is the main one.
//!
//! ```text
//!   begin ──► attach("mb_crm", …) ──► focus("mb_crm") ──► statements on crm ──► focus(None) ──► … ──► commit ──► detach_all
//! ```

use std::any::Any;
use std::fmt;
use std::sync::Arc;

/// How a connection of the same kind gets at a driver's database: what [`Connection::attach`] takes.
///
/// ```
/// use manybase_driver::Attachment;
/// let attachment = Attachment::new("files", "/srv/crm.db", ());
/// assert_eq!((attachment.family(), attachment.location()), ("files", "/srv/crm.db"));
/// assert!(!format!("{attachment:?}").contains("crm.db"));
/// ```
///
/// [`Connection::attach`]: crate::Connection::attach
#[derive(Clone)]
pub struct Attachment {
    family: &'static str,
    location: Arc<str>,
    settings: Arc<dyn Any + Send + Sync>,
}

impl Attachment {
    /// For a driver: where its database is, and whatever else its connections want to know about it.
    pub fn new(
        family: &'static str,
        location: impl Into<Arc<str>>,
        settings: impl Any + Send + Sync,
    ) -> Self {
        Self {
            family,
            location: location.into(),
            settings: Arc::new(settings),
        }
    }

    /// Who can attach it: connections of drivers of the same family.
    pub fn family(&self) -> &'static str {
        self.family
    }

    /// Where the database is, in the driver's own words.
    pub fn location(&self) -> &str {
        &self.location
    }

    /// What the driver has put in, for its own connections.
    pub fn settings<T: Any>(&self) -> Option<&T> {
        self.settings.downcast_ref()
    }
}

/// Not the location, which may hold more than everybody should see.
impl fmt::Debug for Attachment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Attachment")
            .field("family", &self.family)
            .finish_non_exhaustive()
    }
}
