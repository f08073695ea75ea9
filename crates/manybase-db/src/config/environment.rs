//! The uppermost layer: `MANYBASE_<CONNECTION>_<KEY>`.

use super::fields::{Entry, Fields, Raw, keys};
use super::place::{Place, Source};
use super::{Mode, Variables};
use crate::{Error, Result};
use std::collections::BTreeMap;
use std::sync::Arc;

/// What the environment says about a connection, if anything.
pub(super) fn overrides(name: &Arc<str>, variables: &Variables) -> Result<Option<Fields>> {
    let at = |variable: String| Place {
        source: Source::Variable(variable),
        connection: Some(name.clone()),
    };
    let prefix = prefix(name);
    let mut fields = Fields::new(at(format!("{prefix}URL")));
    for key in keys().filter(|key| *key != "params") {
        let variable = format!("{prefix}{}", key.to_ascii_uppercase());
        if let Some(value) = variables.get(&variable).filter(|value| !value.is_empty()) {
            let place = at(variable);
            fields.place = place.clone();
            let raw = Raw::Text(value);
            fields.entries.insert(key, Entry { raw, place });
        }
    }
    fields.check()?;
    Ok(Some(fields).filter(|fields| !fields.entries.is_empty()))
}

/// What a variable says that the program is, if it does.
pub(super) fn mode(variable: &str, variables: &Variables) -> Result<Option<Mode>> {
    let Some(text) = variables.get(variable).filter(|text| !text.is_empty()) else {
        return Ok(None);
    };
    let place = Place {
        source: Source::Variable(variable.to_owned()),
        connection: None,
    };
    text.parse().map(Some).map_err(|error| place.wrap(error))
}

/// Two names that differ only in signs would share their variables, and one would get the other's database.
pub(super) fn distinct<'n>(names: impl Iterator<Item = &'n Arc<str>>) -> Result<()> {
    let mut seen: BTreeMap<String, &Arc<str>> = BTreeMap::new();
    for name in names {
        if let Some(other) = seen.insert(prefix(name), name) {
            let error = Error::config(format!(
                "the connections {other:?} and {name:?} would share the environment variables {}…",
                prefix(name)
            ));
            return Err(error.with_help("rename one of them"));
        }
    }
    Ok(())
}

fn prefix(name: &str) -> String {
    let upper = name.chars().map(|c| match c {
        c if c.is_ascii_alphanumeric() => c.to_ascii_uppercase(),
        _ => '_',
    });
    format!("MANYBASE_{}_", upper.collect::<String>())
}
