//! What a test has of its own on a connection.

use crate::base::{Run, io};
use crate::hosts::Server;
use crate::plan::Place;
use crate::spec::Isolation;
use crate::template::{Part, Template, file_url};
use crate::watch::{OUTER, lock};
use manybase_db::{Db, Executor, Route};
use manybase_driver::{Access, Result};
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;

/// How long a failed test's database in memory may take to be written down.
const PATIENCE: Duration = Duration::from_secs(5);

pub(crate) struct Copy {
    pub(crate) name: &'static str,
    pub(crate) url: String,
    pub(crate) isolation: Isolation,
    own: Own,
}

/// What goes with the test.
enum Own {
    /// It goes with its connection.
    Memory,
    File(PathBuf),
    /// A database of the test.
    Database {
        server: Arc<Server>,
        template: String,
        name: String,
    },
    /// One that tests share.
    Shared,
}

/// Copies that are as new, by template.
fn restored() -> &'static Mutex<HashMap<String, Vec<String>>> {
    static RESTORED: OnceLock<Mutex<HashMap<String, Vec<String>>>> = OnceLock::new();
    RESTORED.get_or_init(Mutex::default)
}

/// The databases on which transactions are rolled back, by template.
fn shared() -> &'static Mutex<HashMap<String, Arc<tokio::sync::OnceCell<String>>>> {
    static SHARED: OnceLock<Mutex<HashMap<String, Arc<tokio::sync::OnceCell<String>>>>> = OnceLock::new();
    SHARED.get_or_init(Mutex::default)
}

fn number() -> u32 {
    static NEXT: AtomicU32 = AtomicU32::new(1);
    NEXT.fetch_add(1, Ordering::Relaxed)
}

/// Makes a database from a template, noted for who clears up.
async fn made(run: &Run, server: &Server, template: &str, name: &str) -> Result<()> {
    if let Some(variable) = server.variable {
        Run::note(&run.dir, variable, name)?;
    }
    server.host().copy(template, name).await
}

impl Copy {
    pub(crate) async fn make(
        run: &Run,
        place: &Place,
        template: &Template,
        part: &Part,
        test: &str,
    ) -> Result<Self> {
        let made = match (part, place.isolation) {
            (Part::File { image, .. }, Isolation::Memory | Isolation::Tx) => {
                let image = image
                    .display()
                    .to_string()
                    .replace('%', "%25")
                    .replace('&', "%26");
                let outer = if place.isolation == Isolation::Tx {
                    format!("&{OUTER}=1")
                } else {
                    String::new()
                };
                (format!("sqlite::memory:?image={image}{outer}"), Own::Memory)
            }
            (Part::File { file, .. }, _) => {
                let copy = run.dir.join(format!("{}_{}_{}.db", test, place.name, number()));
                std::fs::copy(file, &copy).map_err(io("copy", file))?;
                (file_url(&copy, ""), Own::File(copy))
            }
            (Part::Database { server, name }, Isolation::Tx) => {
                let database = Self::shared(run, server, name, template).await?;
                let url = server.url(&database);
                let sign = if url.contains('?') { '&' } else { '?' };
                (format!("{url}{sign}{OUTER}=1"), Own::Shared)
            }
            (
                Part::Database {
                    server,
                    name: template,
                },
                _,
            ) => {
                let ready = lock(restored()).get_mut(template).and_then(Vec::pop);
                let name = match ready {
                    Some(name) => name,
                    None => {
                        let name = format!("mbt_{}_{}_{}", short(test), run.id, number());
                        made(run, server, template, &name).await?;
                        name
                    }
                };
                let (server, template) = (server.clone(), template.clone());
                (
                    server.url(&name),
                    Own::Database {
                        server,
                        template,
                        name,
                    },
                )
            }
        };
        Ok(Self {
            name: place.name,
            url: made.0,
            isolation: place.isolation,
            own: made.1,
        })
    }

    /// One for all tests of the process, which never commit.
    async fn shared(run: &Run, server: &Arc<Server>, template: &str, of: &Template) -> Result<String> {
        let cell = lock(shared()).entry(template.to_owned()).or_default().clone();
        let name = cell.get_or_try_init(async || {
            let name = format!("mbt_tx_{}_{}_{}", &of.hash[..8], run.id, number());
            made(run, server, template, &name).await.map(|()| name)
        });
        name.await.cloned()
    }

    /// Before what is prepared is rolled back.
    pub(crate) async fn disconnect(&self) {
        if let Own::Database { server, name, .. } = &self.own {
            // Where that fails, so will the rest, and say so.
            let _ = server.host().disconnect(name).await;
        }
    }

    /// After a test that has passed.
    pub(crate) async fn release(self, run: &Run) -> Result<()> {
        match self.own {
            Own::Memory | Own::Shared => Ok(()),
            Own::File(file) => {
                remove_file(&file);
                Ok(())
            }
            Own::Database {
                server,
                template,
                name,
            } => {
                if server.host().restore(&template, &name).await? {
                    lock(restored()).entry(template).or_default().push(name);
                    return Ok(());
                }
                server.host().remove(&name).await?;
                Run::forget(&run.dir, &name);
                Ok(())
            }
        }
    }

    /// Writes down what would go with the runtime of a failed test.
    pub(crate) async fn rescue(&self, db: &Db, dir: &Path) {
        if !matches!(self.own, Own::Memory) || self.isolation == Isolation::Tx {
            return;
        }
        let file = dir.join(format!("{}.db", self.name));
        let text = format!("VACUUM INTO '{}'", file.display().to_string().replace('\'', "''"));
        let route = Route {
            using: Some(self.name),
            ..Route::default()
        };
        let written = async { db.lease(route, Access::Write).await?.script(text).await };
        // Its only connection may be in use for ever.
        let _ = tokio::time::timeout(PATIENCE, written).await;
    }

    /// After a test that has failed: a line that says where its database is.
    pub(crate) fn keep(self, dir: &Path, run: &Run, wanted: Option<Duration>) -> String {
        let kept = dir.join(format!("{}.db", self.name));
        match self.own {
            Own::Memory if kept.exists() => file_url(&kept, ""),
            Own::Memory if self.isolation == Isolation::Tx => ROLLED_BACK.to_owned(),
            Own::Memory => {
                "(in memory, and its connection was in use; look with MANYBASE_TEST_ISOLATION=file)"
                    .to_owned()
            }
            Own::Shared => ROLLED_BACK.to_owned(),
            Own::File(file) => match move_file(&file, &kept) {
                Ok(()) => file_url(&kept, ""),
                Err(error) => format!("(could not be kept: {error})"),
            },
            Own::Database { server, name, .. } => {
                if !server.stays(wanted) {
                    return "(gone with its throwaway server; keep it with MANYBASE_TEST_KEEP=1)".to_owned();
                }
                if let Some(variable) = server.variable {
                    // Noted there, so that it is dropped with what is kept.
                    let _ = Run::note(dir, variable, &name);
                    Run::forget(&run.dir, &name);
                }
                server.shown(&name)
            }
        }
    }
}

const ROLLED_BACK: &str = "(rolled back; keep it with MANYBASE_TEST_ISOLATION=clone)";

/// The file and what SQLite puts beside it.
fn beside(file: &Path) -> [PathBuf; 4] {
    ["", "-wal", "-shm", "-journal"].map(|ending| {
        let mut path = file.as_os_str().to_owned();
        path.push(ending);
        path.into()
    })
}

fn remove_file(file: &Path) {
    for path in beside(file) {
        let _ = std::fs::remove_file(path);
    }
}

fn move_file(from: &Path, to: &Path) -> std::io::Result<()> {
    for (from, to) in beside(from).into_iter().zip(beside(to)) {
        if from.exists() {
            std::fs::rename(from, to)?;
        }
    }
    Ok(())
}

/// Enough of a test's name to know it again: names of databases are short.
fn short(test: &str) -> &str {
    let end = test.char_indices().nth(24).map_or(test.len(), |(at, _)| at);
    &test[..end]
}
