//! Migrations, run in a template.

use super::Source;
use crate::spec::Spec;
use manybase_db::{Db, Executor, Route};
use manybase_driver::{Error, Result};
use manybase_migrate::{Event, Migrator, Problem};
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use crate::watch::lock;

/// Applies all of them: those of one directory together, so that one may require another's.
pub(crate) async fn apply(spec: &Spec, sources: &[Source], db: &Db) -> Result<()> {
    for (at, source) in sources.iter().enumerate() {
        let same = |other: &&Source| other.directory == source.directory;
        if sources[..at].iter().any(|earlier| same(&earlier)) {
            continue;
        }
        let together: Vec<&Source> = sources.iter().filter(same).collect();
        up(spec, &together, db).await?;
    }
    Ok(())
}

async fn up(spec: &Spec, together: &[&Source], db: &Db) -> Result<()> {
    let Some(first) = together.first() else {
        return Ok(());
    };
    // Who is at work, for the message.
    let begun = Arc::new(Mutex::new(None));
    let seen = begun.clone();
    let mut migrator = Migrator::new(db, (*first.set).clone()).on_event(move |event| {
        if let Event::Begin {
            connection,
            migration,
            ..
        } = event
        {
            *lock(&seen) = Some(((*connection).to_owned(), (*migration).to_owned()));
        }
    });
    for source in together {
        migrator = migrator.only(source.connection);
    }
    if let Some(steps) = &spec.migrations.steps {
        migrator = (steps.add)(migrator);
    }
    let done = migrator.up().await;
    done.map(drop).map_err(|error| {
        let at = lock(&begun).take();
        failed(first, at, &error, db)
    })
}

/// With the file, so that nobody has to look for it.
fn failed(source: &Source, at: Option<(String, String)>, error: &Error, db: &Db) -> Error {
    let place = match &at {
        Some((connection, migration)) => file(source, connection, migration, db),
        None => source.directory.clone(),
    };
    let text = format!(
        "the migrations of the test, {}: {}",
        place.display(),
        error.message()
    );
    let mut named = Error::new(error.kind(), text).with_source(error.clone());
    if let Some(connection) = error.connection() {
        named = named.with_connection(connection);
    }
    if let Some(code) = error.code() {
        named = named.with_code(code.clone());
    }
    match (Problem::of(error), error.help()) {
        (Some(Problem::Requires { connection, .. }), _) if db.connection(connection).is_err() => named.with_help(
            format!("a test has the migrations of its own connections: add {connection} to its attribute, connections(…)"),
        ),
        (Some(Problem::NoStep { .. }), _) => {
            named.with_help("name what adds it: #[manybase::test(steps = path::to::function)], a `fn(Migrator) -> Migrator`")
        }
        (_, Some(help)) => named.with_help(help),
        (_, None) => named,
    }
}

fn file(source: &Source, connection: &str, migration: &str, db: &Db) -> PathBuf {
    let route = Route {
        using: Some(connection),
        ..Route::default()
    };
    let place = source
        .set
        .place(connection, migration)
        .unwrap_or_else(|| source.directory.clone());
    let found = source
        .set
        .line(connection)
        .and_then(|line| line.find(migration).ok());
    match (found, db.dialect(route)) {
        (Some(found), Ok(dialect)) => found
            .up_file(dialect)
            .map_or(place.clone(), |file| place.join(file)),
        _ => place,
    }
}
