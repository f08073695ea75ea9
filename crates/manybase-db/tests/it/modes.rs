//! What each mode takes and refuses.

use crate::fake::Fake;
use manybase_db::{ConnectionConfig, Db, DbBuilder, Error, ErrorKind, Mode};

fn test() -> DbBuilder {
    Fake::default().db().mode(Mode::Test)
}

/// The one error, of the right kind and without the password.
fn refused(builder: DbBuilder) -> Error {
    let error = builder.build().expect_err("refused");
    assert_eq!(error.kind(), ErrorKind::Config);
    assert!(!error.to_string().contains("hunter2"), "{error}");
    error
}

#[test]
fn test_mode_refuses_what_is_not_marked() {
    let error = refused(test().connect("erp", "fake://ann:hunter2@postgres/erp"));
    assert_eq!(
        error.to_string(),
        "configuration error on connection \"erp\": test mode refuses fake:erp, which is not marked for tests; if it \
         is for tests, give its name a part `test`, such as \"erp_test\", or add `?manybase_test=true` to its URL, or \
         name it in `test_databases` of the file; `sqlite::memory:` is always taken"
    );
    for url in [
        "postgres://ann:hunter2@db.example/erp",
        "postgres://ann:hunter2@db.example/latest",
        "postgres://ann:hunter2@test.example/erp",
        "mariadb://test:hunter2@db.example/erp",
        "mysql://ann:hunter2@db.example/",
        "postgres://ann:hunter2@db.example/erp?manybase_test=false",
        "sqlite:/srv/test/erp.db",
    ] {
        let error = refused(test().connect("erp", url));
        assert_eq!(error.connection(), Some("erp"));
        assert!(
            error.message().contains("which is not marked for tests"),
            "{error}"
        );
    }
}

#[test]
fn test_mode_takes_what_is_marked() {
    let temporary = tempfile::tempdir().unwrap();
    let file = format!("sqlite:{}", temporary.path().join("erp.db").display());
    for url in [
        "sqlite::memory:",
        "sqlite:/srv/erp_test.db",
        "sqlite:/srv/erp.db?manybase_test=true",
        "postgres://db.example/erp-test-7",
        "postgres://db.example/erp?manybase_test=true&sslmode=require",
        "mariadb://db.example/test12",
        "mysql://db.example/erp?manybase_test=1",
        &file,
    ] {
        test().connect("erp", url).build().expect(url);
    }
}

#[test]
fn patterns_in_code_and_in_a_file_mark_too() {
    let open = |pattern: &str, url: &str| test().test_databases([pattern]).connect("erp", url).build();
    assert!(open("ci_*", "postgres://db.example/ci_42").is_ok());
    assert!(open("ci_*", "postgres://db.example/erp").is_err());
    assert!(open("scratch.db", "sqlite:/srv/scratch.db").is_ok());
    let error = open("*", "sqlite::memory:").unwrap_err();
    assert!(error.message().contains("would mark every database"), "{error}");

    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("manybase.toml");
    let text = "test_databases = [\"ci_*\"]\n[connections.erp]\nurl = \"fake://postgres/ci_1\"";
    std::fs::write(&path, text).unwrap();
    let none = |_: &str| None;
    test().config_file(&path).variables(none).build().expect("marked");
    std::fs::write(&path, text.replace("ci_1", "erp")).unwrap();
    let error = refused(test().config_file(&path).variables(none));
    assert!(
        error.message().starts_with(&format!(
            "{}:3: connections.erp.url: test mode refuses",
            path.display()
        )),
        "{error}"
    );
}

#[test]
fn a_mark_is_no_parameter_of_the_database_s_own_in_any_mode() {
    for mode in [Mode::Test, Mode::Standalone, Mode::App] {
        let builder = Db::builder().mode(mode);
        let builder = builder.connect("erp", "postgres://db.example/erp?manybase_test=true");
        builder.build().expect("no driver sees it");
    }
    let error = Db::builder()
        .connect("erp", "sqlite:x.db?manybase_test=perhaps")
        .build()
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "configuration error on connection \"erp\": `manybase_test` must be true or false"
    );
}

#[test]
fn test_mode_looks_at_replicas_too() {
    let replica = |url: &str| {
        test()
            .connect("erp", "fake://postgres/erp_test")
            .replica("erp", url)
    };
    replica("fake://postgres/erp_test_2").build().expect("marked");
    let error = refused(replica("fake://ann:hunter2@postgres/erp"));
    assert!(error.message().contains("test mode refuses fake:erp,"), "{error}");
}

#[tokio::test]
async fn tenants_that_are_added_later_are_looked_at_too() {
    let db = test().open().await.unwrap();
    assert_eq!(
        db.add("a", "fake://postgres/a").unwrap_err().connection(),
        Some("a")
    );
    db.add("b", "fake://postgres/b_test").unwrap();
    let db = Db::builder().mode(Mode::App).open().await.unwrap();
    let config = ConnectionConfig::from_url("sqlite::memory:").unwrap();
    assert_eq!(db.add("a", config).unwrap_err().kind(), ErrorKind::Config);
    assert!(db.connections().is_empty());
}

#[test]
fn app_mode_refuses_databases_in_memory() {
    let error = refused(Db::builder().mode(Mode::App).connect("erp", "sqlite::memory:"));
    assert_eq!(
        error.to_string(),
        "configuration error on connection \"erp\": app mode refuses sqlite::memory:, a database in memory: it begins \
         empty with each start, and no other process sees it; take a file, `sqlite:app.db`, or a server; a test opens \
         it in test mode, a script in standalone mode"
    );
    let app = Db::builder()
        .mode(Mode::App)
        .connect("erp", "postgres://db.example/erp");
    assert_eq!(app.build().unwrap().mode(), Mode::App);
}

#[test]
fn standalone_mode_is_the_default_and_takes_everything() {
    let db = Db::builder()
        .connect("a", "sqlite::memory:")
        .connect("b", "sqlite:b.db")
        .connect("c", "postgres://db.example/erp")
        .build()
        .unwrap();
    assert_eq!(db.mode(), Mode::Standalone);
}

#[test]
fn a_variable_that_leads_a_test_to_production_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("manybase.toml");
    let text = "[connections.erp]\nurl = \"fake://postgres/erp\"\n[env.test.connections.erp]\nurl = \"fake://postgres/erp_test\"";
    std::fs::write(&path, text).unwrap();
    let open = |variables: &'static [(&str, &str)]| {
        let found = move |name: &str| {
            let found = variables.iter().find(|(known, _)| *known == name);
            found.map(|(_, value)| (*value).to_owned())
        };
        let db = Fake::default().db().config_file(&path).variables(found);
        db.build()
    };
    assert_eq!(open(&[("MANYBASE_ENV", "test")]).unwrap().mode(), Mode::Test);
    let error = open(&[
        ("MANYBASE_ENV", "test"),
        ("MANYBASE_ERP_URL", "fake://ann:hunter2@postgres/erp"),
    ])
    .unwrap_err();
    assert!(
        error
            .message()
            .starts_with("environment variable MANYBASE_ERP_URL: test mode refuses fake:erp,"),
        "{error}"
    );
}

#[test]
fn the_project_s_file_is_found() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("manybase.toml");
    std::fs::write(&path, "[connections.erp]\nurl = \"sqlite:erp.db\"").unwrap();
    let named = directory.path().to_str().unwrap().to_owned();
    let db = Db::builder()
        .find_config_file()
        .variables(move |name| (name == "MANYBASE_CONFIG").then(|| named.clone()))
        .build()
        .unwrap();
    assert!(db.connection("erp").unwrap().address().ends_with("erp.db"));
}
