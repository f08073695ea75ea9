//! Records that are still to be inserted, together with the one that they stand in.

use super::{Link, Rel, RelationField};
use crate::{Model, Rec};
use manybase_db::Executor;
use manybase_driver::{BoxFuture, Error, ErrorKind, Result};
use std::any::Any;
use std::sync::{Arc, Mutex, PoisonError};

type Content = Option<Arc<dyn Any + Send + Sync>>;

type Before<M> = dyn for<'a> FnOnce(&'a mut M, &'a dyn Executor) -> BoxFuture<'a, Result<()>> + Send;
type After<M> = dyn for<'a> FnOnce(&'a mut Rec<M>, &'a dyn Executor) -> BoxFuture<'a, Result<()>> + Send;

/// What inserts them.
#[doc(hidden)]
pub enum Fresh<M> {
    /// The record needs their key.
    Before(Box<Before<M>>),
    /// They need the record's key.
    After(Box<After<M>>),
}

/// What a slot holds then. Clones of the record share it, and the first that is inserted takes it.
struct New<T>(Mutex<Option<Vec<T>>>);

pub(super) fn hold<T: Send + 'static>(records: Vec<T>) -> Content {
    Some(Arc::new(New(Mutex::new(Some(records)))))
}

pub(super) fn is_held<T: Send + 'static>(content: &Content) -> bool {
    content.as_ref().is_some_and(|content| content.is::<New<T>>())
}

pub(super) fn take<T: Send + 'static>(content: &mut Content, link: &Link) -> Result<Option<Vec<T>>> {
    let Some(held) = content
        .as_ref()
        .and_then(|content| content.downcast_ref::<New<T>>())
    else {
        return Ok(None);
    };
    let records = held.0.lock().unwrap_or_else(PoisonError::into_inner).take();
    *content = None;
    match records {
        Some(records) => Ok(Some(records)),
        None => {
            let message = format!(
                "relation {}: the records in it have been inserted with a clone of this record",
                link.field
            );
            Err(Error::new(ErrorKind::Statement, message))
        }
    }
}

/// A relation of `M`, whatever is at the other end.
#[doc(hidden)]
pub trait AnyRel<M: Model>: Send + Sync {
    /// The field's name.
    fn field(&self) -> &'static str;
    /// As data.
    fn describe(&self) -> crate::RelationMeta;
    /// Whether it holds records that are still to be inserted.
    fn has_fresh(&self, record: &mut M) -> bool;
    /// Takes them out.
    fn take_fresh(&self, record: &mut M) -> Result<Option<Fresh<M>>>;
    /// What happens there when a record here is deleted.
    fn on_delete(&self) -> Option<super::OnDelete>;
    /// Lets it happen.
    fn leave<'a>(
        &'a self,
        records: &'a [Rec<M>],
        leaving: &'a mut super::removal::Leaving<'_>,
    ) -> BoxFuture<'a, Result<()>>;
}

impl<M: Model, F: RelationField> AnyRel<M> for Rel<M, F> {
    fn field(&self) -> &'static str {
        self.link().field
    }

    fn describe(&self) -> crate::RelationMeta {
        crate::meta::describe(*self)
    }

    fn has_fresh(&self, record: &mut M) -> bool {
        self.slot(record).has_fresh()
    }

    fn take_fresh(&self, record: &mut M) -> Result<Option<Fresh<M>>> {
        F::take_fresh(*self, record)
    }

    fn on_delete(&self) -> Option<super::OnDelete> {
        self.deleted()
    }

    fn leave<'a>(
        &'a self,
        records: &'a [Rec<M>],
        leaving: &'a mut super::removal::Leaving<'_>,
    ) -> BoxFuture<'a, Result<()>> {
        Box::pin(super::removal::leave(*self, records, leaving))
    }
}

/// Whether a record has any in its relations.
pub(crate) fn has_fresh<M: Model>(record: &mut M) -> bool {
    M::relations().iter().any(|relation| relation.has_fresh(record))
}

/// An error where nothing would insert them, so that they would be lost without a word.
pub(crate) fn refuse_fresh<M: Model>(records: &mut [M], what: &str) -> Result<()> {
    for relation in M::relations() {
        if records.iter_mut().any(|record| relation.has_fresh(record)) {
            let message = format!("{what} of records with new ones in relation {}", relation.field());
            return Err(Error::new(ErrorKind::Statement, message)
                .with_help("insert() them one by one, or insert the related records by themselves")
                .with_model(M::meta().name));
        }
    }
    Ok(())
}
