//! Other databases on a session; see [`Connection::attach`](crate::Connection::attach).

use super::Session;
use crate::{Attachment, Result};

impl Session {
    /// Attaches another database under a name, also in an open transaction, which spans both from then on.
    ///
    /// # Errors
    /// As [`Session::query`], and [`ErrorKind::Unsupported`](crate::ErrorKind::Unsupported) where the database can't
    /// do it, or where a commit could tear one from the other.
    pub async fn attach(&mut self, schema: impl Into<String>, other: Attachment) -> Result<()> {
        // Before, because a future that is dropped may have attached it.
        self.attached = true;
        let schema = schema.into();
        self.call(|connection| connection.attach(schema, other)).await
    }

    /// The statements that follow are for this attached database; for the main one with `None`.
    ///
    /// # Errors
    /// As [`Session::query`], and [`ErrorKind::Unsupported`](crate::ErrorKind::Unsupported) for a name under which
    /// nothing is attached.
    pub async fn focus(&mut self, schema: Option<String>) -> Result<()> {
        self.call(|connection| connection.focus(schema)).await
    }

    /// Detaches all.
    ///
    /// # Errors
    /// As [`Session::query`], and [`ErrorKind::Transaction`](crate::ErrorKind::Transaction) in an open transaction.
    pub async fn detach_all(&mut self) -> Result<()> {
        if self.attached {
            self.call(|connection| connection.detach_all()).await?;
            self.attached = false;
        }
        Ok(())
    }
}
