//! Names and their pools.

use super::with_model;
use crate::config::ConnectionConfig;
use crate::replica::Replicas;
use crate::spelling::{hint, list};
use crate::{Error, ErrorKind, Result, Route};
use manybase_driver::Pool;
use std::collections::HashMap;
use std::sync::Arc;

/// Names that are the default connection when nothing else says which.
const USUAL: [&str; 2] = ["default", "main"];

#[derive(Default)]
pub(super) struct Registry {
    pools: HashMap<Arc<str>, Pool, foldhash::fast::RandomState>,
    /// What the pools were made from, to make others.
    configs: HashMap<Arc<str>, Box<ConnectionConfig>, foldhash::fast::RandomState>,
    /// Of those that have any.
    replicas: HashMap<Arc<str>, Arc<Replicas>, foldhash::fast::RandomState>,
    /// Known from the start, so that a tenant that is added later does not change where models go.
    default: Option<Arc<str>>,
    /// Where that leads as things are, so that nobody has to look it up.
    chosen: Option<Pool>,
    generation: u64,
    pub(super) observed: super::observed::Observed,
}

impl Registry {
    /// Takes the pools of the start. `default` has been checked.
    pub(super) fn new(
        connections: impl IntoIterator<Item = (Box<ConnectionConfig>, Pool, Option<Arc<Replicas>>)>,
        default: Option<Arc<str>>,
    ) -> Self {
        let (mut pools, mut all, mut configs) = (HashMap::default(), HashMap::default(), HashMap::default());
        for (config, pool, replicas) in connections {
            configs.insert(pool.name().clone(), config);
            all.extend(replicas.map(|replicas| (pool.name().clone(), replicas)));
            pools.insert(pool.name().clone(), pool);
        }
        let mut registry = Self {
            pools,
            configs,
            replicas: all,
            default,
            chosen: None,
            generation: 1,
            observed: super::observed::Observed::default(),
        };
        if registry.default.is_none() {
            registry.default = registry.guess().map(|pool| pool.name().clone());
        }
        registry.choose();
        registry
    }

    pub(super) fn names(&self) -> Vec<Arc<str>> {
        let mut names: Vec<_> = self.pools.keys().cloned().collect();
        names.sort_unstable();
        names
    }

    pub(super) fn count(&self) -> usize {
        self.pools.len()
    }

    pub(super) fn pools(&self) -> Vec<Pool> {
        self.pools.values().cloned().collect()
    }

    /// Those of replicas too, for who closes them.
    pub(super) fn all_pools(&self) -> Vec<Pool> {
        let replicas = self.replicas.values().flat_map(|replicas| replicas.pools());
        self.pools.values().chain(replicas).cloned().collect()
    }

    /// The replicas of a connection that has any.
    pub(super) fn replicas(&self, name: &str) -> Option<Arc<Replicas>> {
        if self.replicas.is_empty() {
            return None;
        }
        self.replicas.get(name).cloned()
    }

    /// The pool that a route leads to.
    pub(super) fn pick(&self, route: Route<'_>, scope: Option<&str>) -> Result<&Pool> {
        let pool = match route.named().or(scope) {
            Some(name) => self.named(name),
            None => self.default(),
        };
        pool.map_err(|error| with_model(error, route.model))
    }

    /// Never 0, and another one whenever connections have come or gone.
    pub(super) fn generation(&self) -> u64 {
        self.generation
    }

    /// What a connection was made from.
    pub(super) fn config(&self, name: &str) -> Option<&ConnectionConfig> {
        self.configs.get(name).map(|config| &**config)
    }

    pub(super) fn insert(
        &mut self,
        config: ConnectionConfig,
        pool: Pool,
        replicas: Option<Arc<Replicas>>,
    ) -> Result<()> {
        if self.pools.contains_key(pool.name()) {
            let error = Error::config("there is a connection of this name already");
            return Err(error
                .with_connection(pool.name().clone())
                .with_help("remove it first, or take another name"));
        }
        self.generation += 1;
        self.replicas
            .extend(replicas.map(|replicas| (pool.name().clone(), replicas)));
        self.configs.insert(pool.name().clone(), Box::new(config));
        self.pools.insert(pool.name().clone(), pool);
        self.choose();
        Ok(())
    }

    /// Its pool and those of its replicas.
    pub(super) fn remove(&mut self, name: &str) -> Result<Vec<Pool>> {
        self.generation += 1;
        self.configs.remove(name);
        let removed = self.pools.remove(name);
        self.choose();
        let mut pools = vec![removed.ok_or_else(|| self.unknown(name))?];
        if let Some(replicas) = self.replicas.remove(name) {
            pools.extend(replicas.pools().cloned());
        }
        Ok(pools)
    }

    pub(super) fn named(&self, name: &str) -> Result<&Pool> {
        self.pools.get(name).ok_or_else(|| self.unknown(name))
    }

    pub(super) fn default(&self) -> Result<&Pool> {
        match (&self.chosen, &self.default) {
            (Some(pool), _) => Ok(pool),
            (None, Some(name)) => self.named(name),
            (None, None) => Err(self.no_default()),
        }
    }

    fn choose(&mut self) {
        let chosen = match &self.default {
            Some(name) => self.pools.get(name),
            None => self.guess(),
        };
        self.chosen = chosen.cloned();
    }

    fn guess(&self) -> Option<&Pool> {
        match self.pools.len() {
            1 => self.pools.values().next(),
            _ => USUAL.iter().find_map(|name| self.pools.get(*name)),
        }
    }

    fn no_default(&self) -> Error {
        let names = self.names();
        if names.is_empty() {
            return Error::config("there are no connections")
                .with_help("add one to the configuration file, or with `Db::builder().connect(name, url)`");
        }
        let names = list(names.iter().map(|name| &**name));
        Error::config(format!(
            "no connection is named, and none of {names} is the default"
        ))
        .with_help(
            "write `default = \"…\"` into the configuration file, bind the model to a connection, \
             or name one with `.using(\"…\")`",
        )
    }

    fn unknown(&self, name: &str) -> Error {
        let names = self.names();
        let names = || names.iter().map(|name| &**name);
        let rest = match names().next() {
            None => "there are no connections".to_owned(),
            Some(_) => format!("there are: {}", list(names())),
        };
        Error::new(
            ErrorKind::UnknownConnection,
            format!("there is no connection {name:?}"),
        )
        .with_help(self.observed.missing(name, hint(name, names(), rest)))
    }
}
