//! Templates are built once, however many test processes ask for one at the same time.

use std::os::unix::fs::PermissionsExt;
use std::process::Command;

use manybase_testkit::{Mariadb, Postgres, require_server};

const CHILD: &str = "MANYBASE_TESTKIT_TEMPLATES_CHILD";

/// Not a test of its own: what each of the test processes runs.
#[test]
fn child() {
    if std::env::var_os(CHILD).is_some() {
        Postgres::start().unwrap();
        Mariadb::start().unwrap();
    }
}

#[test]
fn several_processes_build_one_template_of_a_kind() {
    require_server!(Postgres::available());
    require_server!(Mariadb::available());
    let cache = tempfile::tempdir().unwrap();
    let open = std::fs::Permissions::from_mode(0o755);
    std::fs::set_permissions(cache.path(), open).unwrap();
    // What a killed process left.
    std::fs::create_dir(cache.path().join(".building-old")).unwrap();

    let children = [(); 3].map(|()| {
        Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "child"])
            .env(CHILD, "1")
            .env("MANYBASE_TESTKIT_CACHE", cache.path())
            .spawn()
            .unwrap()
    });
    for mut child in children {
        assert!(child.wait().unwrap().success());
    }

    let mut kinds: Vec<String> = std::fs::read_dir(cache.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .map(|name| name.split('-').next().unwrap().to_owned())
        .collect();
    kinds.sort();
    assert_eq!(kinds, ["lock", "mariadb", "postgres"]);
}
