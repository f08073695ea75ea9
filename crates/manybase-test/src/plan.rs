//! Where the connections of a test are, and what it has of its own there.

use crate::hosts::{self, Refused, Server};
use crate::migrations::{self, Source};
use crate::spec::{Isolation, Spec};
use manybase_db::{Db, DbBuilder, Executor, Route};
use manybase_driver::{Error, ErrorKind, Result};
use std::sync::Arc;

/// Another isolation for all tests whose own is `auto` or `tx`, to look at what a failing one leaves.
const OVERRIDE: &str = "MANYBASE_TEST_ISOLATION";

/// The name of a connection, and its kind or variable.
type Said = (&'static str, &'static str);

/// A connection of a test.
pub(crate) struct Place {
    pub(crate) name: &'static str,
    /// `None` for SQLite, which is a file.
    pub(crate) server: Option<Arc<Server>>,
    pub(crate) isolation: Isolation,
}

pub(crate) struct Plan {
    pub(crate) places: Vec<Place>,
    /// Of those connections that have any.
    pub(crate) migrations: Vec<Source>,
    connections: Vec<Said>,
    pub(crate) default: Option<&'static str>,
}

impl Plan {
    /// From what the attribute says. Starts the servers that it needs.
    pub(crate) fn new(spec: &Spec) -> Result<Self, Refused> {
        let mut migrations = migrations::find(spec)?;
        let connections = connections(spec, &migrations);
        check(spec, &connections)?;
        check_migrations(spec, &connections, &migrations)?;
        migrations.retain(|source| is_there(&connections, source.connection));
        let wanted = wanted(spec.isolation)?;
        let mut places = Vec::new();
        for &(name, kind) in &connections {
            let server = match kind.strip_prefix("env:") {
                Some(variable) => Some(hosts::of_variable(variable)?),
                None if kind == FILE => None,
                None => Some(hosts::throwaway(kind)?),
            };
            let isolation = isolation(wanted, connections.len(), server.is_some())
                .map_err(|error| error.with_connection(name))?;
            places.push(Place {
                name,
                server,
                isolation,
            });
        }
        Ok(Self {
            places,
            migrations,
            connections,
            default: spec.default,
        })
    }

    /// Whether migrations make the tables of a model.
    pub(crate) fn is_migrated(&self, connection: Option<&'static str>, db: &Db) -> bool {
        let route = Route {
            bound: connection,
            ..Route::default()
        };
        let resolved = db.resolve(route);
        resolved.is_ok_and(|name| self.migrations.iter().any(|source| *source.connection == *name))
    }

    /// Begins a `Db` with the default connection of the test.
    pub(crate) fn builder(&self, spec: &Spec) -> DbBuilder {
        let builder = Db::builder()
            .recovery(manybase_db::RecoveryMode::Off)
            .when_missing(missing(spec, &self.connections));
        match self.default {
            Some(name) => builder.default_connection(name),
            None => builder,
        }
    }
}

/// The kind that is no server.
pub(crate) const FILE: &str = "sqlite";

/// What to do about a connection that the test has not.
fn missing(spec: &Spec, connections: &[Said]) -> String {
    let mut list: Vec<String> = connections
        .iter()
        .map(|(name, kind)| format!("{name} = {kind:?}"))
        .collect();
    list.push(format!("{{name}} = {FILE:?}"));
    let (file, line) = spec.place;
    format!(
        "if the test is to have it, say so in its attribute, {file}:{line}: #[manybase::test(connections({}))]",
        list.join(", ")
    )
}

/// Those that are said, else in SQLite those that the models are bound to, else those of the migrations, else `main`.
fn connections(spec: &Spec, migrations: &[Source]) -> Vec<Said> {
    if !spec.connections.is_empty() {
        return spec.connections.to_vec();
    }
    let mut names: Vec<&'static str> = spec
        .models
        .iter()
        .filter_map(|model| (model.meta)().connection)
        .collect();
    names.sort_unstable();
    names.dedup();
    let unbound = spec
        .models
        .iter()
        .any(|model| (model.meta)().connection.is_none());
    if names.is_empty() && !migrations.is_empty() {
        names = migrations.iter().map(|source| source.connection).collect();
    } else if names.is_empty() || unbound {
        names.push("main");
    }
    names.into_iter().map(|name| (name, FILE)).collect()
}

fn is_there(connections: &[Said], name: &str) -> bool {
    connections.iter().any(|(known, _)| *known == name)
}

/// What the attribute says is meant for this test; what the project's file says is for all of them.
fn check_migrations(spec: &Spec, connections: &[Said], migrations: &[Source]) -> Result<()> {
    let Some(said) = spec.migrations.said.filter(|said| !said.is_empty()) else {
        return Ok(());
    };
    let unknown = said
        .iter()
        .find(|(name, _)| !name.is_empty() && !is_there(connections, name));
    let what = match unknown {
        Some((name, _)) => format!("`migrations` names {name:?}, which is no connection of this test"),
        None if migrations
            .iter()
            .any(|source| is_there(connections, source.connection)) =>
        {
            return Ok(());
        }
        None => {
            let names: Vec<_> = migrations.iter().map(|source| source.connection).collect();
            format!(
                "there are migrations of {}, and this test has no such connection",
                names.join(", ")
            )
        }
    };
    let name = unknown.map_or_else(|| migrations[0].connection, |(name, _)| name);
    Err(Error::new(ErrorKind::UnknownConnection, what)
        .with_help(missing(spec, connections).replace("{name}", name)))
}

/// What can be known before anything is started.
fn check(spec: &Spec, connections: &[Said]) -> Result<()> {
    for model in &spec.models {
        let meta = (model.meta)();
        if let Some(name) = meta.connection.filter(|name| !is_there(connections, name)) {
            let what = format!(
                "{} is bound to the connection {name:?}, which this test does not have",
                meta.name
            );
            return Err(Error::new(ErrorKind::UnknownConnection, what)
                .with_model(meta.name)
                .with_help(missing(spec, connections).replace("{name}", name)));
        }
    }
    if let Some(name) = spec.default.filter(|name| !is_there(connections, name)) {
        let what = format!("`default = {name:?}` names no connection of this test");
        return Err(Error::new(ErrorKind::UnknownConnection, what)
            .with_help(missing(spec, connections).replace("{name}", name)));
    }
    Ok(())
}

fn wanted(said: Isolation) -> Result<Isolation> {
    if !matches!(said, Isolation::Auto | Isolation::Tx) {
        return Ok(said);
    }
    match std::env::var(OVERRIDE) {
        Ok(text) if !text.is_empty() => text
            .parse()
            .map_err(|error| Error::config(format!("{OVERRIDE}: {error}"))),
        _ => Ok(said),
    }
}

/// One that can be had there.
fn isolation(wanted: Isolation, connections: usize, is_server: bool) -> Result<Isolation> {
    Ok(match (wanted, is_server) {
        (Isolation::Auto, _) if connections > 1 => match is_server {
            true => Isolation::Clone,
            false => Isolation::File,
        },
        (Isolation::Auto, true) => Isolation::Tx,
        (Isolation::Auto, false) => Isolation::Memory,
        (Isolation::Clone, false) => Isolation::File,
        (Isolation::Memory | Isolation::File, true) => {
            let what = format!("isolation = \"{wanted}\" is for SQLite, and this connection is on a server");
            return Err(Error::config(what).with_help("write isolation = \"tx\", \"clone\" or \"auto\""));
        }
        (isolation, _) => isolation,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn auto_takes_what_fits() {
        assert_eq!(isolation(Isolation::Auto, 1, false).unwrap(), Isolation::Memory);
        assert_eq!(isolation(Isolation::Auto, 1, true).unwrap(), Isolation::Tx);
        assert_eq!(isolation(Isolation::Auto, 2, true).unwrap(), Isolation::Clone);
        assert_eq!(isolation(Isolation::Auto, 2, false).unwrap(), Isolation::File);
        assert_eq!(isolation(Isolation::Clone, 1, false).unwrap(), Isolation::File);
        assert!(isolation(Isolation::Memory, 1, true).is_err());
    }
}
