//! Files on disk.

use crate::shop::{Customer, docs};
use manybase_docs::{ChangeKind, Docs};
use manybase_driver::ErrorKind;
use manybase_record::models;
use std::fs;

fn kinds(changes: &[manybase_docs::Change]) -> Vec<(&str, ChangeKind)> {
    changes
        .iter()
        .map(|change| (change.path.as_str(), change.kind))
        .collect()
}

#[test]
fn what_differs_is_told_and_put_right() {
    let directory = tempfile::tempdir().unwrap();
    let at = directory.path().join("docs/schema");
    assert_eq!(docs().check(&at).unwrap().len(), 10);
    assert!(!at.exists(), "looking writes nothing");
    assert_eq!(docs().write(&at).unwrap().len(), 10);
    assert!(docs().check(&at).unwrap().is_empty());

    let page = at.join("crm/Customer.md");
    let text = fs::read_to_string(&page).unwrap();
    fs::write(&page, text.replace("`CUST_NAME`", "`CUST_NM`")).unwrap();
    fs::remove_file(at.join("diagram.svg")).unwrap();
    let changes = docs().check(&at).unwrap();
    assert_eq!(
        kinds(&changes),
        [
            ("crm/Customer.md", ChangeKind::Differs),
            ("diagram.svg", ChangeKind::Missing)
        ]
    );
    let (found, wanted) = (
        changes[0].found.as_deref().unwrap(),
        changes[0].wanted.as_deref().unwrap(),
    );
    assert!(
        found.contains("`CUST_NM`") && wanted.contains("`CUST_NAME`"),
        "{found} {wanted}"
    );
    assert_eq!(docs().write(&at).unwrap().len(), 2);
    assert!(docs().check(&at).unwrap().is_empty());
}

/// As version control leaves them on some systems.
#[test]
fn other_line_ends_are_no_change() {
    let directory = tempfile::tempdir().unwrap();
    docs().write(directory.path()).unwrap();
    let page = directory.path().join("index.md");
    let text = fs::read_to_string(&page).unwrap();
    fs::write(&page, text.replace('\n', "\r\n")).unwrap();
    assert!(docs().check(directory.path()).unwrap().is_empty());
}

#[test]
fn pages_of_what_is_gone_go_and_nothing_else() {
    let directory = tempfile::tempdir().unwrap();
    let at = directory.path();
    docs().write(at).unwrap();
    fs::write(at.join("erp/mine.md"), "# Mine\n").unwrap();
    fs::write(at.join("notes.md"), "# Notes\n").unwrap();
    let fewer = Docs::of_models(&models!(Customer), "erp").title("Shop");
    let stale: Vec<_> = fewer
        .check(at)
        .unwrap()
        .into_iter()
        .filter(|change| change.kind == ChangeKind::Stale)
        .collect();
    let paths: Vec<&str> = stale.iter().map(|change| change.path.as_str()).collect();
    assert_eq!(
        paths,
        [
            "crm/Group.md",
            "crm/Membership.md",
            "crm/Profile.md",
            "erp/Line.md",
            "erp/Order.md",
            "erp/Sales.md"
        ]
    );
    fewer.write(at).unwrap();
    assert!(fewer.check(at).unwrap().is_empty());
    assert!(at.join("erp/mine.md").exists() && at.join("notes.md").exists());
    assert!(!at.join("erp/Order.md").exists());
}

#[test]
fn files_of_others_are_left_alone() {
    let directory = tempfile::tempdir().unwrap();
    let at = directory.path();
    fs::write(at.join("index.md"), "# My own index\n").unwrap();
    for outcome in [docs().write(at), docs().check(at)] {
        let error = outcome.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Config);
        assert!(
            error
                .to_string()
                .contains("index.md was not written by `manybase docs`"),
            "{error}"
        );
    }
    assert_eq!(
        fs::read_to_string(at.join("index.md")).unwrap(),
        "# My own index\n"
    );
    assert_eq!(fs::read_dir(at).unwrap().count(), 1, "nothing has been written");
}
