//! The crates that are measured.

use std::fs;
use std::path::{Path, PathBuf};

use super::template::Template;
use super::write;
use crate::failure::{Context, Result};

pub(super) struct Subject {
    pub(super) name: &'static str,
    pub(super) models: usize,
    template: &'static str,
    library: Library,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Library {
    Manybase,
    Sqlx,
    Diesel,
    SeaOrm,
    Toasty,
}

/// What the others are measured against: it generates least.
const MEASURE: &str = "sqlx";

/// Each crate of ours, followed by the same structs elsewhere.
pub(super) const SUBJECTS: &[Subject] = &[
    Subject {
        name: "manybase-models",
        models: 50,
        template: include_str!("../../templates/compile_time/manybase_models.rs"),
        library: Library::Manybase,
    },
    Subject {
        name: "sqlx-models",
        models: 50,
        template: include_str!("../../templates/compile_time/sqlx_models.rs"),
        library: Library::Sqlx,
    },
    Subject {
        name: "sqlx-written",
        models: 50,
        template: include_str!("../../templates/compile_time/sqlx_written.rs"),
        library: Library::Sqlx,
    },
    Subject {
        name: "diesel-models",
        models: 50,
        template: include_str!("../../templates/compile_time/diesel_models.rs"),
        library: Library::Diesel,
    },
    Subject {
        name: "seaorm-models",
        models: 50,
        template: include_str!("../../templates/compile_time/seaorm_models.rs"),
        library: Library::SeaOrm,
    },
    Subject {
        name: "toasty-models",
        models: 50,
        template: include_str!("../../templates/compile_time/toasty_models.rs"),
        library: Library::Toasty,
    },
    Subject {
        name: "manybase-ring",
        models: 200,
        template: include_str!("../../templates/compile_time/manybase_ring.rs"),
        library: Library::Manybase,
    },
    Subject {
        name: "sqlx-ring",
        models: 200,
        template: include_str!("../../templates/compile_time/sqlx_ring.rs"),
        library: Library::Sqlx,
    },
];

impl Subject {
    /// The name of the sqlx crate with the same structs, unless it is that.
    pub(super) fn peer(&self) -> Option<String> {
        let (library, structs) = self.name.split_once('-')?;
        (library != MEASURE).then(|| format!("{MEASURE}-{structs}"))
    }

    pub(super) fn is_ours(&self) -> bool {
        self.library == Library::Manybase
    }

    /// Whether one derive is all that stands beside the plain struct, so that what it generates can be told.
    pub(super) fn is_derived_only(&self) -> bool {
        matches!(self.library, Library::Manybase | Library::Sqlx) && !self.template.contains("\nimpl ")
    }

    pub(super) fn dir(&self, place: &Path) -> PathBuf {
        self.workspace(place).join(self.name)
    }

    /// One workspace and lock file per library.
    fn workspace(&self, place: &Path) -> PathBuf {
        let library = self
            .name
            .split_once('-')
            .map_or(self.name, |(library, _)| library);
        place.join(library)
    }

    pub(super) fn template(&self) -> Template {
        Template::new(self.template)
    }

    pub(super) fn source(&self) -> String {
        self.template().source(self.models)
    }

    pub(super) fn write_source(&self, place: &Path, source: &str) -> Result<()> {
        write(&self.dir(place).join("src/lib.rs"), source)
    }

    pub(super) fn write(&self, place: &Path, root: &Path) -> Result<()> {
        let name = self.name;
        let workspace = self.workspace(place);
        let package = format!("[package]\nname = \"{name}\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n");
        write(
            &self.dir(place).join("Cargo.toml"),
            &format!("{package}[dependencies]\n{}", self.dependencies(root)),
        )?;
        self.write_source(place, &self.source())?;
        // Only what is written by now: a member whose directory is still missing would be an error.
        let written = SUBJECTS
            .iter()
            .filter(|s| s.library == self.library && s.dir(place).is_dir());
        let members: Vec<_> = written.map(|subject| subject.name).collect();
        write(
            &workspace.join("Cargo.toml"),
            &format!("[workspace]\nresolver = \"3\"\nmembers = {members:?}\n"),
        )?;
        if self.is_ours() {
            // The versions that our users' lock file would come from, and nothing to fetch.
            let lock = root.join("Cargo.lock");
            fs::copy(&lock, workspace.join("Cargo.lock"))
                .context(|| format!("cannot copy {}", lock.display()))?;
        }
        Ok(())
    }

    fn dependencies(&self, root: &Path) -> String {
        match self.library {
            // No driver: what is measured is the code of models, which knows no database.
            Library::Manybase => {
                let path = root.join("crates/manybase");
                format!(
                    "manybase = {{ path = {:?}, default-features = false }}\n",
                    path.display().to_string()
                )
            }
            // PostgreSQL, because sqlx has no decimals for SQLite, and no C has to be compiled for it.
            Library::Sqlx => "chrono = { version = \"0.4\", default-features = false }\n\
                rust_decimal = { version = \"1\", default-features = false }\n\
                sqlx = { version = \"0.9\", default-features = false, features = \
                [\"macros\", \"runtime-tokio\", \"postgres\", \"chrono\", \"rust_decimal\"] }\n"
                .into(),
            // On the same database as sqlx, which needs no C here either.
            Library::Diesel => "bigdecimal = \"0.4\"\n\
                chrono = { version = \"0.4\", default-features = false }\n\
                diesel = { version = \"2.3\", default-features = false, features = \
                [\"postgres_backend\", \"chrono\", \"numeric\"] }\n\
                diesel-async = { version = \"0.9\", features = [\"postgres\"] }\n"
                .into(),
            Library::SeaOrm => "sea-orm = { version = \"2.0.4\", default-features = false, features = \
                [\"macros\", \"runtime-tokio\", \"sqlx-postgres\", \"with-chrono\", \"with-rust_decimal\"] }\n"
                .into(),
            Library::Toasty => "jiff = \"0.2\"\n\
                rust_decimal = { version = \"1\", default-features = false }\n\
                toasty = { version = \"0.11\", default-features = false, features = \
                [\"postgresql\", \"jiff\", \"rust_decimal\"] }\n"
                .into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_crate_of_ours_has_a_peer_of_the_same_size() {
        for subject in SUBJECTS.iter().filter(|subject| subject.is_ours()) {
            let peer = subject.peer().expect("a name");
            let peer = SUBJECTS.iter().find(|other| other.name == peer).expect("a peer");
            assert_eq!(peer.models, subject.models);
        }
    }

    #[test]
    fn sources_have_no_placeholder_left() {
        for subject in SUBJECTS {
            let source = subject.source();
            assert!(!source.contains('@'), "{}", subject.name);
            let last = subject.models - 1;
            let names = [format!("pub struct M{last} "), format!("pub mod m{last} ")];
            assert!(names.iter().any(|name| source.contains(name)), "{}", subject.name);
        }
    }

    #[test]
    fn a_crate_lands_in_the_workspace_of_its_library() {
        let place = tempfile::tempdir().expect("a directory");
        let root = Path::new(env!("CARGO_MANIFEST_DIR"))
            .parent()
            .expect("the workspace");
        for subject in SUBJECTS.iter().filter(|subject| subject.library == Library::Sqlx) {
            subject.write(place.path(), root).expect("written");
        }
        let manifest = fs::read_to_string(place.path().join("sqlx/Cargo.toml")).expect("there");
        assert!(
            manifest.contains("[\"sqlx-models\", \"sqlx-written\", \"sqlx-ring\"]"),
            "{manifest}"
        );
        assert!(place.path().join("sqlx/sqlx-ring/src/lib.rs").is_file());
    }
}
