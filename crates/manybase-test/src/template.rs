//! What tests begin with: built once, copied for each.

use crate::base::{self, Run, io, lock_file, touch};
use crate::factory::BUILDING;
use crate::fixtures::{self, Names};
use crate::hosts::Server;
use crate::migrations;
use crate::plan::Plan;
use crate::spec::{ModelEntry, Setup, Spec};
use crate::watch::{self, Recorder, lock};
use manybase_db::{Db, Executor, Route};
use manybase_driver::{Access, Error, Result};
use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock};

/// The template of one connection.
#[derive(Clone)]
pub(crate) enum Part {
    /// A file in WAL mode, for copies, and one that a database in memory can begin with.
    File { file: PathBuf, image: PathBuf },
    /// A database on a server.
    Database { server: Arc<Server>, name: String },
}

#[derive(Clone)]
pub(crate) struct Template {
    pub(crate) hash: String,
    pub(crate) parts: Vec<Part>,
    pub(crate) names: Names,
}

/// One for each hash: who builds it holds its lock.
type Known = Arc<Mutex<Option<Template>>>;

/// Written last: a template without it is not complete.
const COMPLETE: &str = "complete.json";

/// The template for a test, built unless it is there. Others that want the same wait, also in other processes.
pub(crate) fn obtain(spec: &Spec, plan: &Plan) -> Result<Template> {
    static KNOWN: OnceLock<Mutex<HashMap<String, Known>>> = OnceLock::new();
    let run = base::run()?;
    let hash = hash(spec, plan)?;
    let known = lock(KNOWN.get_or_init(Mutex::default))
        .entry(hash.clone())
        .or_default()
        .clone();
    let mut known = lock(&known);
    if let Some(template) = &*known {
        return Ok(template.clone());
    }
    let template = shared(spec, plan, run, &hash)?;
    *known = Some(template.clone());
    Ok(template)
}

/// Everything that its content depends on.
fn hash(spec: &Spec, plan: &Plan) -> Result<String> {
    let mut hasher = DefaultHasher::new();
    (env!("CARGO_PKG_VERSION"), spec.default).hash(&mut hasher);
    for place in &plan.places {
        (place.name, place.server.as_ref().map(|server| server.url(""))).hash(&mut hasher);
    }
    for model in &spec.models {
        format!("{:?}", (model.meta)().schema()).hash(&mut hasher);
        (model.meta)().connection.hash(&mut hasher);
    }
    for source in &plan.migrations {
        (source.connection, &source.digest).hash(&mut hasher);
    }
    for (connection, path) in spec.schema {
        (connection, read(&file(spec, path))?).hash(&mut hasher);
    }
    for path in spec.fixtures {
        read(&file(spec, path))?.hash(&mut hasher);
    }
    let functions = functions(spec, plan);
    if !functions.is_empty() {
        // What a function does is known by the program that it is in.
        functions.hash(&mut hasher);
        let program = std::env::current_exe()
            .map_err(|error| Error::config(format!("which program is this? {error}")))?;
        let metadata = std::fs::metadata(&program).map_err(io("look at", &program))?;
        (program, metadata.len(), metadata.modified().ok()).hash(&mut hasher);
    }
    Ok(format!("{:016x}", hasher.finish()))
}

/// The names of those of the program that have a part in it.
fn functions(spec: &Spec, plan: &Plan) -> Vec<&'static str> {
    let mut names: Vec<_> = spec.setup.iter().map(|setup| setup.name).collect();
    #[cfg(feature = "migrate")]
    if !plan.migrations.is_empty() {
        names.extend(spec.migrations.steps.map(|steps| steps.name));
    }
    #[cfg(not(feature = "migrate"))]
    let _ = plan;
    names
}

fn file(spec: &Spec, path: &str) -> PathBuf {
    Path::new(spec.manifest).join(path)
}

fn read(path: &Path) -> Result<String> {
    std::fs::read_to_string(path).map_err(io("read", path))
}

/// The one of all processes, or of this process when a server of it ends with the process.
fn shared(spec: &Spec, plan: &Plan, run: &Run, hash: &str) -> Result<Template> {
    let of_process = plan.places.iter().any(|place| {
        place
            .server
            .as_ref()
            .is_some_and(|server| server.variable.is_none())
    });
    let home = match of_process {
        true => run.dir.join("templates"),
        false => run.base.join("templates"),
    };
    let dir = home.join(hash);
    base::make(&dir)?;
    let guard = lock_file(&dir.join("lock"))?;
    guard.lock().map_err(io("lock", &dir))?;
    // A database of this name on a server that others use too is ours.
    let owner = owner(&run.base)?;
    let parts: Vec<Part> = plan
        .places
        .iter()
        .enumerate()
        .map(|(at, place)| match &place.server {
            None => Part::File {
                file: dir.join(format!("{at}.db")),
                image: dir.join(format!("{at}.image.db")),
            },
            Some(server) => Part::Database {
                server: server.clone(),
                name: format!("mbt_{owner}_{hash}_{at}"),
            },
        })
        .collect();
    let template = |names| Template {
        hash: hash.to_owned(),
        parts: parts.clone(),
        names,
    };
    let complete = dir.join(COMPLETE);
    if let Some(names) = completed(&complete) {
        touch(&dir);
        return Ok(template(names));
    }
    let names = crate::runtime::block_on(BUILDING.scope((), build(spec, plan, &dir, &parts)))?;
    // Renamed when it is whole: a process may be killed while it writes.
    let building = dir.join("building.json");
    std::fs::write(&building, names.to_json().to_string()).map_err(io("write", &building))?;
    std::fs::rename(&building, &complete).map_err(io("rename", &building))?;
    Ok(template(names))
}

fn completed(path: &Path) -> Option<Names> {
    let text = std::fs::read_to_string(path).ok()?;
    Names::from_json(&serde_json::from_str(&text).ok()?)
}

/// Some letters that tell this directory from those of others.
fn owner(base: &Path) -> Result<String> {
    let path = base.join("owner");
    if let Ok(owner) = std::fs::read_to_string(&path) {
        return Ok(owner);
    }
    let guard = lock_file(&base.join("lock"))?;
    guard.lock().map_err(io("lock", base))?;
    if let Ok(owner) = std::fs::read_to_string(&path) {
        return Ok(owner);
    }
    let owner = uuid::Uuid::new_v4().simple().to_string()[..6].to_owned();
    std::fs::write(&path, &owner).map_err(io("write", &path))?;
    Ok(owner)
}

/// A path as the URL of a SQLite file.
pub(crate) fn file_url(path: &Path, query: &str) -> String {
    let path = path.display().to_string().replace('%', "%25").replace('?', "%3F");
    format!("sqlite:{path}{query}")
}

async fn build(spec: &Spec, plan: &Plan, dir: &Path, parts: &[Part]) -> Result<Names> {
    let recorder = Arc::new(Recorder::default());
    let mut builder = watch::add(plan.builder(spec), &recorder);
    for (place, part) in plan.places.iter().zip(parts) {
        let named = |error: Error| error.with_connection(place.name);
        let url = match part {
            Part::File { file, image } => {
                for old in [file, image] {
                    // What a process left that was killed.
                    let _ = std::fs::remove_file(old);
                }
                file_url(image, "?journal_mode=delete&synchronous=off")
            }
            Part::Database { server, name } => {
                if let Some(variable) = server.variable {
                    Run::note(dir, variable, name).map_err(named)?;
                }
                server.host().remove(name).await.map_err(named)?;
                server.host().create(name).await.map_err(named)?;
                server.url(name)
            }
        };
        builder = builder.connect(place.name, url);
    }
    let db = builder.build()?;
    let filled = fill(spec, plan, &db, &recorder).await;
    db.close().await?;
    filled?;
    for (place, part) in plan.places.iter().zip(parts) {
        let sealed = match part {
            Part::File { file, image } => seal(file, image).await,
            Part::Database { server, name } => server.host().seal(name).await,
        };
        sealed.map_err(|error| error.with_connection(place.name))?;
    }
    let names = lock(&recorder.names).clone();
    Ok(names)
}

/// Tables, rows, and what the test's own function does.
async fn fill(spec: &Spec, plan: &Plan, db: &Db, recorder: &Recorder) -> Result<()> {
    for (connection, path) in spec.schema {
        let text = read(&file(spec, path))?;
        let using = (!connection.is_empty()).then_some(*connection);
        let route = Route {
            using,
            ..Route::default()
        };
        let done = async { db.lease(route, Access::Write).await?.script(text).await };
        done.await
            .map_err(|error| Error::config(format!("the schema {path}: {error}")).with_source(error))?;
    }
    migrations::apply(spec, &plan.migrations, db).await?;
    for model in &spec.models {
        match plan.is_migrated((model.meta)().connection, db) {
            true => fits(model, db).await?,
            false => (model.create)(db).await?,
        }
    }
    let files: Vec<PathBuf> = spec.fixtures.iter().map(|path| file(spec, path)).collect();
    let names = fixtures::load(db, &files, &spec.models).await?;
    *lock(&recorder.names) = names;
    match &spec.setup {
        None => Ok(()),
        Some(Setup { name, run }) => run(db)
            .await
            .map_err(|error| Error::config(format!("the setup `{name}` failed: {error}"))),
    }
}

/// Whether a model can be read from the tables that migrations have made.
async fn fits(model: &ModelEntry, db: &Db) -> Result<()> {
    (model.read)(db).await.map_err(|error| {
        let what = format!(
            "it can't be read from what the migrations have made: {}",
            error.message()
        );
        let mut named = Error::new(error.kind(), what)
            .with_model((model.meta)().name)
            .with_help("write a migration for it: `manybase migrate generate`")
            .with_source(error.clone());
        if let Some(connection) = error.connection() {
            named = named.with_connection(connection);
        }
        named
    })
}

/// Makes the file for copies. The image stays as it is: a database in memory can't begin with one in WAL mode.
async fn seal(file: &Path, image: &Path) -> Result<()> {
    if !image.exists() {
        // Nothing has been written; the connection makes the file.
        ping(&file_url(image, "?journal_mode=delete&synchronous=off")).await?;
    }
    std::fs::copy(image, file).map_err(io("copy", image))?;
    ping(&file_url(file, "?synchronous=off")).await
}

async fn ping(url: &str) -> Result<()> {
    let db = Db::builder()
        .recovery(manybase_db::RecoveryMode::Off)
        .connect("template", url)
        .build()?;
    db.lease(Route::default(), Access::Write)
        .await?
        .script("SELECT 1".to_owned())
        .await?;
    db.close().await
}
