//! Puts the layers together.

use super::file::{File, Layer};
use super::{ConnectionConfig, Variables, environment};
use crate::spelling::{hint, list};
use crate::{Error, RecoveryMode, Result};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Names the layer of the file that is in force.
const ENVIRONMENT: &str = "MANYBASE_ENV";

#[derive(Debug)]
pub(crate) struct Loader {
    path: PathBuf,
}

#[derive(Debug)]
pub(crate) struct Loaded {
    pub(crate) connections: BTreeMap<Arc<str>, ConnectionConfig>,
    /// With its place, for messages.
    pub(crate) default: Option<(Arc<str>, String)>,
    pub(crate) recovery: Option<RecoveryMode>,
}

impl Loader {
    pub(crate) fn new(path: &Path) -> Self {
        Self {
            path: path.to_owned(),
        }
    }

    pub(crate) fn load(&self, environment: Option<&str>, variables: Variables) -> Result<Loaded> {
        let text = std::fs::read_to_string(&self.path).map_err(|error| {
            Error::config(format!("{}: can't be read: {error}", self.path.display())).with_source(error)
        })?;
        self.parse(&text, environment, &variables)
    }

    pub(super) fn parse(
        &self,
        text: &str,
        environment: Option<&str>,
        variables: &Variables,
    ) -> Result<Loaded> {
        let mut file = File::parse(&self.path, text)?;
        let asked = match environment {
            Some(name) => Some((name.to_owned(), "was asked for")),
            None => variables
                .get(ENVIRONMENT)
                .filter(|name| !name.is_empty())
                .map(|name| (name, "is named by MANYBASE_ENV")),
        };
        let mut layer = file.base;
        if let Some((name, by)) = asked {
            match file.environments.remove(&name) {
                Some(upper) => layer.overlay(upper),
                None => {
                    let error = file.place.error(format!("there is no [env.{name}], which {by}"));
                    return Err(error.with_help(existing(&name, file.environments.keys())));
                }
            }
        }
        environment::distinct(layer.connections.keys())?;
        let mut connections = BTreeMap::new();
        for (name, mut fields) in layer.connections {
            if let Some(upper) = environment::overrides(&name, variables)? {
                fields.overlay(upper);
            }
            connections.insert(name, fields.resolve(variables)?);
        }
        let default = match layer.default {
            Some(entry) => Some((entry.text(variables)?.into(), entry.place.to_string())),
            None => None,
        };
        let recovery = match layer.recovery {
            Some(entry) => Some(
                entry
                    .limit(variables)?
                    .map_or(RecoveryMode::Off, RecoveryMode::Every),
            ),
            None => None,
        };
        Ok(Loaded {
            connections,
            default,
            recovery,
        })
    }
}

impl Layer {
    fn overlay(&mut self, upper: Self) {
        self.default = upper.default.or(self.default.take());
        self.recovery = upper.recovery.or(self.recovery.take());
        for (name, fields) in upper.connections {
            match self.connections.get_mut(&name) {
                Some(lower) => lower.overlay(fields),
                None => drop(self.connections.insert(name, fields)),
            }
        }
    }
}

fn existing<'e>(name: &str, environments: impl Iterator<Item = &'e String> + Clone) -> String {
    let names = || environments.clone().map(String::as_str);
    match names().next() {
        None => format!("the file has no environments: write [env.{name}.connections.<name>]"),
        Some(_) => hint(name, names(), format!("there are: {}", list(names()))),
    }
}
