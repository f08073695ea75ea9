//! From what the layers say about a connection to its configuration.

use super::fields::{Fields, Raw};
use super::place::Place;
use super::settings::{SETTINGS, take_parameter};
use super::{ConnectionConfig, Variables};
use crate::Result;
use manybase_driver::{Address, Secret};
use std::collections::BTreeMap;
use std::path::Path;

impl Fields {
    /// Puts variables in and understands every value.
    pub(super) fn resolve(&self, variables: &Variables) -> Result<ConnectionConfig> {
        let (address, place) = self.address(variables)?;
        let mut config = ConnectionConfig::from_address(address);
        for key in SETTINGS {
            let parameter = take_parameter(&mut config.address, key, Some(&place));
            if let Some(entry) = self.get_over(key, parameter.is_some()).or(parameter.as_ref()) {
                config.set(key, entry, variables)?;
            }
        }
        if let Some(entry) = self.get("replicas") {
            for (url, place) in entry.urls(variables)? {
                let mut address = Address::parse(url.trim()).map_err(|error| place.wrap(error))?;
                anchor(&mut address, &place);
                config.replicas.push((address, Some(place)));
            }
        }
        if let Some(entry) = self.get("replica_policy") {
            config.replica_policy = entry.replica_policy(variables)?;
        }
        if let Some(entry) = self.get("max_replica_lag") {
            config.max_replica_lag = entry.limit(variables)?;
        }
        if let Some(entry) = self.get("migrate_url") {
            let url = entry.url(variables)?;
            let mut address = Address::parse(url.trim()).map_err(|error| entry.place.wrap(error))?;
            anchor(&mut address, &entry.place);
            config.migrate = Some(address);
        }
        config.place = Some(place);
        Ok(config)
    }

    fn address(&self, variables: &Variables) -> Result<(Address, Place)> {
        if let Some(entry) = self.get("url") {
            let url = entry.url(variables)?;
            let mut address = Address::parse(url.trim()).map_err(|error| entry.place.wrap(error))?;
            anchor(&mut address, &entry.place);
            return Ok((address, entry.place.clone()));
        }
        let text = |key: &str| self.get(key).map(|entry| entry.text(variables)).transpose();
        let Some(driver) = self.get("driver") else {
            let error = self.place.error("it has neither `url` nor `driver`");
            return Err(error.with_help(
                "write `url = \"sqlite:file.db\"`, or `driver`, `host`, `user`, `password`, `database`",
            ));
        };
        let port = match self.get("port") {
            Some(entry) => u16::try_from(entry.number(variables, 1..=usize::from(u16::MAX))?).ok(),
            None => None,
        };
        let mut address = Address {
            scheme: driver.text(variables)?.trim().to_ascii_lowercase(),
            user: text("user")?,
            password: text("password")?.map(Secret::new),
            host: text("host")?,
            port,
            database: text("database")?.unwrap_or_default(),
            params: self.params(variables)?,
        };
        let path_from = self.get("database").unwrap_or(driver);
        anchor(&mut address, &path_from.place);
        Ok((address, driver.place.clone()))
    }

    fn params(&self, variables: &Variables) -> Result<BTreeMap<String, String>> {
        let Some(entry) = self.get("params") else {
            return Ok(BTreeMap::new());
        };
        match &entry.raw {
            Raw::Table(params) => params
                .iter()
                .map(|(name, entry)| Ok((name.clone(), entry.text(variables)?)))
                .collect(),
            _ => Err(entry
                .place
                .error("it must be a table, such as { sslmode = \"require\" }")),
        }
    }
}

/// A relative path in a file starts from the file's directory, so that it means the same from everywhere.
fn anchor(address: &mut Address, place: &Place) {
    let file = &address.database;
    let is_file = address.scheme == "sqlite"
        && !file.is_empty()
        && !file.starts_with(':')
        && !file.starts_with("file:")
        && Path::new(file).is_relative();
    if let (true, Some(directory)) = (is_file, place.directory())
        && let Some(anchored) = directory.join(file).to_str()
    {
        address.database = anchored.to_owned();
    }
}
