//! The file's structure: which keys stand where.

use super::fields::{Entry, Fields, Raw, keys};
use super::place::{Place, Source};
use crate::spelling::hint;
use crate::{Error, Result};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use toml::de::{DeTable, DeValue};

/// The keys of a layer.
const LAYER: [&str; 5] = ["default", "recovery", "mode", "test_databases", "connections"];

/// The keys of `[test]`, which is no layer: it is about the project's tests, whatever is in force.
const TEST: [&str; 1] = ["migrations"];

/// What stands in the base or in one `[env.<name>]`.
#[derive(Default)]
pub(super) struct Layer {
    pub(super) default: Option<Entry>,
    pub(super) recovery: Option<Entry>,
    pub(super) mode: Option<Entry>,
    pub(super) test_databases: Option<Entry>,
    pub(super) connections: BTreeMap<Arc<str>, Fields>,
}

pub(super) struct File {
    pub(super) place: Place,
    pub(super) base: Layer,
    pub(super) environments: BTreeMap<String, Layer>,
    /// `test.migrations`
    pub(super) test_migrations: Option<Entry>,
}

/// One value with its place.
struct Node<'a, 'i> {
    value: &'a DeValue<'i>,
    place: Place,
}

impl File {
    pub(super) fn parse(path: &Path, text: &str) -> Result<Self> {
        let place = Place {
            source: Source::File {
                path: path.into(),
                line: None,
                key: String::new(),
            },
            connection: None,
        };
        // The error's own text shows the line, which may hold a password.
        let table = DeTable::parse(text).map_err(|error| {
            let line = error.span().map(|span| line(text, span.start));
            place.below("", line).error(error.message())
        })?;
        let mut file = Self {
            place: place.clone(),
            base: Layer::default(),
            environments: BTreeMap::new(),
            test_migrations: None,
        };
        for (name, node) in children(table.get_ref(), &place, text) {
            match name {
                "env" => {
                    for (name, node) in node.table(text)? {
                        let mut layer = Layer::default();
                        for (key, node) in node.table(text)? {
                            if !layer.take(key, &node, text)? {
                                return Err(unknown(&node.place, key, LAYER.into_iter()));
                            }
                        }
                        file.environments.insert(name.to_owned(), layer);
                    }
                }
                "test" => {
                    for (key, node) in node.table(text)? {
                        match key {
                            "migrations" => file.test_migrations = Some(node.entry(text)?),
                            _ => return Err(unknown(&node.place, key, TEST.into_iter())),
                        }
                    }
                }
                _ => {
                    if !file.base.take(name, &node, text)? {
                        let known = LAYER.into_iter().chain(["env", "test"]);
                        return Err(unknown(&node.place, name, known));
                    }
                }
            }
        }
        Ok(file)
    }
}

impl Layer {
    /// Whether it is a key of a layer.
    fn take(&mut self, key: &str, node: &Node<'_, '_>, text: &str) -> Result<bool> {
        match key {
            "default" => self.default = Some(node.entry(text)?),
            "recovery" => self.recovery = Some(node.entry(text)?),
            "mode" => self.mode = Some(node.entry(text)?),
            "test_databases" => self.test_databases = Some(node.entry(text)?),
            "connections" => {
                for (name, mut node) in node.table(text)? {
                    let name: Arc<str> = name.into();
                    node.place.connection = Some(name.clone());
                    self.connections.insert(name, fields(&node, text)?);
                }
            }
            _ => return Ok(false),
        }
        Ok(true)
    }
}

fn fields(node: &Node<'_, '_>, text: &str) -> Result<Fields> {
    let mut fields = Fields::new(node.place.clone());
    for (name, node) in node.table(text)? {
        match keys().find(|key| *key == name) {
            Some(key) => drop(fields.entries.insert(key, node.entry(text)?)),
            None => return Err(unknown(&node.place, name, keys())),
        }
    }
    fields.check()?;
    Ok(fields)
}

impl<'a, 'i> Node<'a, 'i> {
    fn table(&self, text: &str) -> Result<Vec<(&'a str, Node<'a, 'i>)>> {
        match self.value {
            DeValue::Table(table) => Ok(children(table, &self.place, text)),
            other => Err(self
                .place
                .error(format!("it must be a table, and is {}", kind(other)))),
        }
    }

    fn entry(&self, text: &str) -> Result<Entry> {
        let raw = match self.value {
            DeValue::String(value) => Raw::Text(value.clone().into_owned()),
            DeValue::Boolean(value) => Raw::Boolean(*value),
            DeValue::Integer(value) => match i64::from_str_radix(value.as_str(), value.radix()) {
                Ok(value) => Raw::Integer(value),
                Err(_) => return Err(self.place.error("the number is too large")),
            },
            DeValue::Table(table) => Raw::Table(
                children(table, &self.place, text)
                    .into_iter()
                    .map(|(name, node)| Ok((name.to_owned(), node.entry(text)?)))
                    .collect::<Result<_>>()?,
            ),
            DeValue::Array(values) => {
                let entry = |value: &toml::Spanned<DeValue<'i>>| {
                    let place = self.place.clone();
                    Node {
                        value: value.get_ref(),
                        place,
                    }
                    .entry(text)
                };
                Raw::List(values.iter().map(entry).collect::<Result<_>>()?)
            }
            other => return Err(self.place.error(format!("it can't be {}", kind(other)))),
        };
        Ok(Entry {
            raw,
            place: self.place.clone(),
        })
    }
}

fn children<'a, 'i>(table: &'a DeTable<'i>, place: &Place, text: &str) -> Vec<(&'a str, Node<'a, 'i>)> {
    table
        .iter()
        .map(|(key, value)| {
            let name: &str = key.get_ref();
            let place = place.below(name, Some(line(text, key.span().start)));
            let value = value.get_ref();
            (name, Node { value, place })
        })
        .collect()
}

fn line(text: &str, offset: usize) -> usize {
    1 + text.bytes().take(offset).filter(|byte| *byte == b'\n').count()
}

pub(super) fn kind(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "text",
        DeValue::Integer(_) => "a whole number",
        DeValue::Float(_) => "a number with a fraction",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a date or time",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}

fn unknown(place: &Place, key: &str, known: impl Iterator<Item = &'static str> + Clone) -> Error {
    let names: Vec<_> = known.clone().collect();
    let rest = format!("keys here: {}", names.join(", "));
    place.error("unknown key").with_help(hint(key, known, rest))
}
