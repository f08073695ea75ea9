//! The tree of a query while it is put together.

use crate::ModelMeta;
use manybase_sql::Select;
use std::ops::{Deref, DerefMut};

/// The model's own, as long as nothing more is asked: a read by key needs no tree of its own. The first change makes
/// one, on the heap, because a query is moved at each step of its building.
#[derive(Clone)]
pub(super) struct Tree {
    plain: &'static Select,
    own: Option<Box<Select>>,
}

impl Tree {
    pub(super) fn of(meta: &'static ModelMeta) -> Self {
        Self {
            plain: meta.plain(),
            own: None,
        }
    }

    /// Whatever it asks.
    pub(super) fn with(meta: &'static ModelMeta, select: Select) -> Self {
        Self {
            plain: meta.plain(),
            own: Some(Box::new(select)),
        }
    }

    /// Whether nothing was asked as yet.
    pub(super) fn is_plain(&self) -> bool {
        self.own.is_none()
    }
}

impl Deref for Tree {
    type Target = Select;

    #[inline]
    fn deref(&self) -> &Select {
        self.own.as_deref().unwrap_or(self.plain)
    }
}

impl DerefMut for Tree {
    #[inline]
    fn deref_mut(&mut self) -> &mut Select {
        self.own.get_or_insert_with(|| copied(self.plain))
    }
}

/// It has a table and a filter, and nothing else.
#[inline(never)]
fn copied(plain: &Select) -> Box<Select> {
    let mut own = Box::new(Select::from(plain.from.clone()));
    own.filter = plain.filter.clone();
    own
}
