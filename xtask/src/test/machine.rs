//! What this machine has, and what to do about what it lacks.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::failure::Result;
use crate::process;

/// The parts of a machine that decide, so that a test can make one up.
pub(super) struct Machine {
    /// Where programs are looked for, in order.
    path: Vec<PathBuf>,
    /// The root of the file system.
    root: PathBuf,
    superuser: bool,
}

/// What to do before the tests run.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Plan {
    Ready,
    /// Debian packages to install.
    Install(Vec<&'static str>),
    /// Something is missing and we may not or cannot install it: what to tell the person.
    Tell(String),
}

struct Server {
    name: &'static str,
    program: &'static str,
    /// Directories outside of PATH; `*` stands for one version.
    places: &'static [&'static str],
    packages: &'static [&'static str],
}

const SERVERS: &[Server] = &[
    Server {
        name: "PostgreSQL",
        program: "postgres",
        // Debian keeps the server out of PATH, because several versions may be installed.
        places: &["usr/lib/postgresql/*/bin", "usr/local/pgsql/bin"],
        packages: &["postgresql"],
    },
    Server {
        name: "MariaDB",
        program: "mariadbd",
        places: &["usr/sbin"],
        packages: &["mariadb-server"],
    },
];

/// What a test uses where it is there, and skips aloud where it is not: program and Debian package.
const TRACER: &str = "strace";

const COMPILER: &[&str] = &["gcc", "libc6-dev"];

impl Machine {
    pub(super) fn here() -> Result<Self> {
        let path = env::split_paths(&env::var_os("PATH").unwrap_or_default()).collect();
        let superuser = process::read(Command::new("id").arg("-u"))?.trim() == "0";
        Ok(Self {
            path,
            root: PathBuf::from("/"),
            superuser,
        })
    }

    pub(super) fn plan(&self, sqlite_only: bool, may_install: bool) -> Plan {
        let mut packages = Vec::new();
        if self.lacks_compiler() {
            packages.extend(COMPILER);
        }
        if !sqlite_only {
            packages.extend(self.missing().flat_map(|server| server.packages));
        }
        if packages.is_empty() {
            Plan::Ready
        } else if may_install && self.superuser && self.has("apt-get") {
            Plan::Install(packages)
        } else {
            Plan::Tell(self.advice(&packages, may_install))
        }
    }

    /// What only some tests use, to be installed where that needs no question.
    pub(super) fn tools(&self, may_install: bool) -> Vec<&'static str> {
        let can = may_install && self.superuser && self.has("apt-get");
        if can && !self.has(TRACER) {
            vec![TRACER]
        } else {
            Vec::new()
        }
    }

    fn advice(&self, packages: &[&str], may_install: bool) -> String {
        let names: Vec<_> = self
            .missing()
            .map(|server| format!("{} (`{}`)", server.name, server.program))
            .collect();
        let why = if !may_install {
            "--no-install was given"
        } else if self.has("apt-get") {
            "only root can install it"
        } else {
            "this is no Debian"
        };
        let missing = if names.is_empty() {
            "a C compiler".into()
        } else {
            names.join(" and ")
        };
        let command = format!("apt-get install --no-install-recommends {}", packages.join(" "));
        let how = if self.has("apt-get") {
            format!("install it as root with\n    {command}")
        } else {
            format!("install it with your package manager (on Debian: {command})")
        };
        format!("missing: {missing}, and {why}.\nThe SQLite part runs now. For the rest, {how}")
    }

    pub(super) fn lacks_compiler(&self) -> bool {
        !["cc", "gcc", "clang"].iter().any(|compiler| self.has(compiler))
    }

    /// Name and Debian packages of each server that is not there.
    pub(super) fn missing_servers(&self) -> Vec<(&'static str, String)> {
        self.missing()
            .map(|server| (server.name, server.packages.join(" ")))
            .collect()
    }

    fn missing(&self) -> impl Iterator<Item = &'static Server> {
        SERVERS.iter().filter(|server| {
            let outside = server.places.iter().flat_map(|place| self.expand(place));
            !self.has(server.program) && !outside.into_iter().any(|dir| dir.join(server.program).is_file())
        })
    }

    fn has(&self, program: &str) -> bool {
        self.path.iter().any(|dir| dir.join(program).is_file())
    }

    /// The directories a pattern with at most one `*` stands for.
    fn expand(&self, place: &str) -> Vec<PathBuf> {
        let Some((before, after)) = place.split_once("/*/") else {
            return vec![self.root.join(place)];
        };
        let versions = fs::read_dir(self.root.join(before))
            .into_iter()
            .flatten()
            .flatten();
        versions
            .map(|version| version.path().join(Path::new(after)))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A made-up machine: programs by their paths below its root.
    fn machine(superuser: bool, programs: &[&str]) -> (tempfile::TempDir, Machine) {
        let root = tempfile::tempdir().expect("a directory");
        for program in programs {
            let file = root.path().join(program);
            fs::create_dir_all(file.parent().expect("a parent")).expect("a directory");
            fs::write(file, "").expect("a file");
        }
        let machine = Machine {
            path: vec![root.path().join("usr/bin")],
            root: root.path().to_owned(),
            superuser,
        };
        (root, machine)
    }

    const ALL: &[&str] = &[
        "usr/bin/gcc",
        "usr/bin/apt-get",
        "usr/lib/postgresql/15/bin/postgres",
        "usr/sbin/mariadbd",
    ];

    #[test]
    fn servers_are_found_outside_of_path() {
        let (_root, machine) = machine(true, ALL);
        assert_eq!(machine.plan(false, true), Plan::Ready);
        assert!(machine.missing_servers().is_empty());
    }

    #[test]
    fn a_bare_debian_installs_as_root() {
        let (_root, machine) = machine(true, &["usr/bin/apt-get"]);
        let all = vec!["gcc", "libc6-dev", "postgresql", "mariadb-server"];
        assert_eq!(machine.plan(false, true), Plan::Install(all));
        assert_eq!(machine.plan(true, true), Plan::Install(vec!["gcc", "libc6-dev"]));
    }

    #[test]
    fn only_what_is_missing_is_installed() {
        let (_root, machine) = machine(true, &["usr/bin/apt-get", "usr/bin/cc", "usr/bin/mariadbd"]);
        assert_eq!(machine.plan(false, true), Plan::Install(vec!["postgresql"]));
    }

    #[test]
    fn tools_are_installed_in_silence_or_not_at_all() {
        let (_root, bare) = machine(true, ALL);
        assert_eq!(bare.tools(true), ["strace"]);
        assert!(bare.tools(false).is_empty());
        assert!(machine(false, ALL).1.tools(true).is_empty());
        let (_root, equipped) = machine(true, &[ALL, &["usr/bin/strace"]].concat());
        assert!(equipped.tools(true).is_empty());
    }

    #[test]
    fn without_root_it_says_what_to_install() {
        let (_root, machine) = machine(false, &["usr/bin/apt-get", "usr/bin/gcc", "usr/sbin/mariadbd"]);
        let Plan::Tell(advice) = machine.plan(false, true) else {
            panic!("must not install")
        };
        assert!(
            advice.contains("missing: PostgreSQL (`postgres`), and only root can install it"),
            "{advice}"
        );
        assert!(
            advice.contains("apt-get install --no-install-recommends postgresql"),
            "{advice}"
        );
        assert!(advice.contains("The SQLite part runs now"), "{advice}");
        assert_eq!(
            machine.missing_servers(),
            [("PostgreSQL", "postgresql".to_owned())]
        );
    }

    #[test]
    fn no_install_is_respected() {
        let (_root, machine) = machine(true, &["usr/bin/apt-get", "usr/bin/gcc"]);
        let Plan::Tell(advice) = machine.plan(false, false) else {
            panic!("must not install")
        };
        assert!(advice.contains("--no-install was given"), "{advice}");
    }

    #[test]
    fn elsewhere_it_points_to_the_package_manager() {
        let (_root, machine) = machine(true, &["usr/bin/cc"]);
        let Plan::Tell(advice) = machine.plan(false, true) else {
            panic!("must not install")
        };
        assert!(
            advice.contains("this is no Debian") && advice.contains("your package manager"),
            "{advice}"
        );
    }

    #[test]
    fn sqlite_alone_needs_no_server() {
        let (_root, machine) = machine(false, &["usr/bin/cc"]);
        assert_eq!(machine.plan(true, true), Plan::Ready);
    }
}
