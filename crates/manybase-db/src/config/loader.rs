//! Puts the layers together.

use super::file::{File, Layer};
use super::find::find;
use super::{ConnectionConfig, Mode, ModeSource, Pattern, Variables, environment};
use crate::spelling::{hint, list};
use crate::{Error, RecoveryMode, Result};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Names the layer of the file that is in force.
const ENVIRONMENT: &str = "MANYBASE_ENV";
/// What the program is, over what the file says.
const MODE: &str = "MANYBASE_MODE";

#[derive(Debug)]
pub(crate) struct Loader {
    /// `None` when it is to be found.
    path: Option<PathBuf>,
}

#[derive(Debug)]
pub(crate) struct Loaded {
    pub(crate) connections: BTreeMap<Arc<str>, ConnectionConfig>,
    /// With its place, for messages.
    pub(crate) default: Option<(Arc<str>, String)>,
    pub(crate) recovery: Option<RecoveryMode>,
    pub(crate) mode: Mode,
    pub(crate) mode_source: ModeSource,
    pub(crate) test_databases: Vec<Pattern>,
}

impl Loader {
    pub(crate) fn new(path: &Path) -> Self {
        Self {
            path: Some(path.to_owned()),
        }
    }

    /// For the file of the project.
    pub(crate) fn finding() -> Self {
        Self { path: None }
    }

    pub(crate) fn load(
        &self,
        environment: Option<&str>,
        mode: Option<Mode>,
        variables: Variables,
    ) -> Result<Loaded> {
        let path = match &self.path {
            Some(path) => path.clone(),
            None => find(&variables)?,
        };
        let text = std::fs::read_to_string(&path).map_err(|error| {
            Error::config(format!("{}: can't be read: {error}", path.display())).with_source(error)
        })?;
        parse(&path, &text, environment, mode, &variables)
    }
}

/// The layers of a text, put together. What the mode is in code goes over what it is elsewhere.
pub(super) fn parse(
    path: &Path,
    text: &str,
    environment: Option<&str>,
    mode: Option<Mode>,
    variables: &Variables,
) -> Result<Loaded> {
    let mut file = File::parse(path, text)?;
    let said = match mode {
        Some(mode) => Some((mode, ModeSource::Code)),
        None => environment::mode(MODE, variables)?.map(|mode| (mode, ModeSource::Variable)),
    };
    let mode = said.as_ref().map(|(mode, _)| *mode);
    let asked = match environment {
        Some(name) => Some((name.to_owned(), "was asked for")),
        None => variables
            .get(ENVIRONMENT)
            .filter(|name| !name.is_empty())
            .map(|name| (name, "is named by MANYBASE_ENV"))
            // A mode brings the layer of its name along.
            .or_else(|| {
                let name = mode?.name();
                let there = file.environments.contains_key(name);
                there.then(|| (name.to_owned(), "has the mode's name"))
            }),
    };
    let named = asked.as_ref().and_then(|(name, _)| {
        let (name, by_variable) = (name.clone(), environment.is_none());
        Some((Mode::of_name(&name)?, ModeSource::Layer { name, by_variable }))
    });
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
    let (mode, mode_source) = match (said, &layer.mode) {
        (Some(said), _) => said,
        (None, Some(entry)) => (entry.mode(variables)?, ModeSource::File(entry.place.to_string())),
        (None, None) => named.unwrap_or_default(),
    };
    let test_databases = match &layer.test_databases {
        Some(entry) => entry.patterns(variables)?,
        None => Vec::new(),
    };
    Ok(Loaded {
        connections,
        default,
        recovery,
        mode,
        mode_source,
        test_databases,
    })
}

impl Layer {
    fn overlay(&mut self, upper: Self) {
        self.default = upper.default.or(self.default.take());
        self.recovery = upper.recovery.or(self.recovery.take());
        self.mode = upper.mode.or(self.mode.take());
        self.test_databases = upper.test_databases.or(self.test_databases.take());
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
