//! The connection that a record remembers.

use crate::ModelMeta;
use manybase_db::{Executor, Route};
use std::cell::Cell;
use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};

/// A connection's name, which is kept until the process ends.
///
/// A name that is counted would cost each row an atomic operation when it is read and another one when it is dropped, which
/// is a fiftieth of the time of reading short rows; and it would be twice as wide. So names are never given back. There
/// are as many as a process has had connections, because only what a connection goes by is kept.
pub(crate) type Origin = &'static Arc<str>;

/// The one that was said, and for a model that is bound to none the one that the record came from, so that it goes back
/// there whatever the scope is then.
pub(crate) fn origin(meta: &ModelMeta, on: &dyn Executor, using: Option<&Arc<str>>) -> Option<Origin> {
    if using.is_none() && meta.connection.is_some() {
        return None;
    }
    let route = Route {
        using: using.map(AsRef::as_ref),
        bound: meta.connection,
        model: Some(meta.name),
    };
    on.resolve(route).ok().map(kept)
}

fn kept(name: Arc<str>) -> Origin {
    thread_local! {
        // Most queries of a thread go where the one before went.
        static LAST: Cell<Option<Origin>> = const { Cell::new(None) };
    }
    static ALL: Mutex<Option<HashSet<Origin>>> = Mutex::new(None);
    if let Some(last) = LAST.get()
        && **last == *name
    {
        return last;
    }
    let mut all = ALL.lock().unwrap_or_else(PoisonError::into_inner);
    let all = all.get_or_insert_default();
    let known = all.get(&name).copied();
    let origin = known.unwrap_or_else(|| {
        let origin: Origin = Box::leak(Box::new(name));
        all.insert(origin);
        origin
    });
    LAST.set(Some(origin));
    origin
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_kept_once() {
        let first = kept("one".into());
        let other = kept("other".into());
        let elsewhere = std::thread::spawn(|| kept("one".into())).join().expect("it ends");
        assert_eq!((&**first, &**other), ("one", "other"));
        assert!(std::ptr::eq(first, kept("one".into())) && std::ptr::eq(first, elsewhere));
    }
}
