//! What the layers say about one connection, before it is understood.

use super::place::Place;
use crate::Result;
use std::collections::{BTreeMap, BTreeSet};

/// Keys that say where the database is, apart from `url`.
pub(super) const ADDRESS: [&str; 7] = ["driver", "host", "port", "user", "password", "database", "params"];

/// Keys of the pool, the time limits and the replicas.
pub(super) const POOL: [&str; 13] = [
    "max_connections",
    "min_idle",
    "acquire_timeout",
    "idle_timeout",
    "max_lifetime",
    "test_before_use",
    "connect_timeout",
    "statement_timeout",
    "lock_timeout",
    "replicas",
    "replica_policy",
    "max_replica_lag",
    "migrate_url",
];

/// All keys of a connection.
pub(super) fn keys() -> impl Iterator<Item = &'static str> + Clone {
    std::iter::once("url").chain(ADDRESS).chain(POOL)
}

/// A value as it stands there. No `Debug`: it may be a secret.
#[derive(Clone)]
pub(super) enum Raw {
    Text(String),
    Integer(i64),
    Boolean(bool),
    List(Vec<Entry>),
    Table(BTreeMap<String, Entry>),
}

#[derive(Clone)]
pub(super) struct Entry {
    pub(super) raw: Raw,
    pub(super) place: Place,
}

/// One layer of one connection.
#[derive(Clone)]
pub(super) struct Fields {
    pub(super) place: Place,
    pub(super) entries: BTreeMap<&'static str, Entry>,
    /// Keys of layers below the one that gives the address: a parameter of it goes over them.
    below: BTreeSet<&'static str>,
}

impl Fields {
    pub(super) fn new(place: Place) -> Self {
        Self {
            place,
            entries: BTreeMap::new(),
            below: BTreeSet::new(),
        }
    }

    pub(super) fn get(&self, key: &str) -> Option<&Entry> {
        self.entries.get(key)
    }

    /// The key, unless a parameter of the address goes over it.
    pub(super) fn get_over(&self, key: &str, parameter: bool) -> Option<&Entry> {
        self.get(key).filter(|_| !(parameter && self.below.contains(key)))
    }

    fn address_field(&self) -> Option<(&'static str, &Entry)> {
        ADDRESS.iter().find_map(|key| Some((*key, self.get(key)?)))
    }

    /// A URL and parts of an address beside it would say it twice.
    pub(super) fn check(&self) -> Result<()> {
        match (self.get("url"), self.address_field()) {
            (Some(url), Some((key, entry))) => {
                let error = entry
                    .place
                    .error(format!("`{key}` stands beside `url` ({})", url.place));
                Err(error.with_help(format!("give either `url` or the parts: {}", ADDRESS.join(", "))))
            }
            _ => Ok(()),
        }
    }

    /// Puts another layer over this one. A URL goes in place of all parts of an address, and any of these in
    /// place of a URL.
    pub(super) fn overlay(&mut self, upper: Self) {
        if upper.get("url").is_some() {
            ADDRESS.iter().for_each(|key| drop(self.entries.remove(key)));
        }
        if upper.address_field().is_some() {
            self.entries.remove("url");
        }
        if upper.get("url").or(upper.get("params")).is_some() {
            self.below = self.entries.keys().copied().collect();
        }
        self.below.retain(|key| !upper.entries.contains_key(key));
        self.entries.extend(upper.entries);
        self.place = upper.place;
    }
}
