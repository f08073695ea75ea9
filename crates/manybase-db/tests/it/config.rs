//! Files, through the door that users take.

use crate::fake::Fake;
use manybase_db::{Db, ErrorKind, Executor, Route};

fn file(text: &str) -> (tempfile::TempDir, std::path::PathBuf) {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("manybase.toml");
    std::fs::write(&path, text).unwrap();
    (directory, path)
}

#[tokio::test]
async fn a_file_its_environment_and_code_go_together() {
    let (_directory, path) = file(
        r#"
        default = "erp"
        [connections.erp]
        url = "fake://postgres/base"
        max_connections = 7
        [connections.hr]
        url = "fake://postgres/${HR}?manybase_test=true"
        [env.test.connections.erp]
        url = "fake://sqlite/test"
        "#,
    );
    let db = Fake::default()
        .db()
        .config_file(&path)
        .variables(|name| match name {
            "MANYBASE_ENV" => Some("test".to_owned()),
            "MANYBASE_HR_MAX_CONNECTIONS" => Some("3".to_owned()),
            "HR" => Some("people".to_owned()),
            _ => None,
        })
        .connect("extra", "fake://postgres/extra_test")
        .open()
        .await
        .unwrap();
    assert_eq!(db.connections(), ["erp".into(), "extra".into(), "hr".into()]);
    assert_eq!(&*db.resolve(Route::default()).unwrap(), "erp");
    let erp = db.connection("erp").unwrap();
    assert_eq!(
        (erp.address(), erp.pool_options().max_size),
        ("fake:test".to_owned(), 7)
    );
    let hr = db.connection("hr").unwrap();
    assert_eq!(
        (hr.address(), hr.pool_options().max_size),
        ("fake:people".to_owned(), 3)
    );
}

#[tokio::test]
async fn errors_of_a_driver_name_file_line_and_key() {
    let (_directory, path) = file("[connections.erp]\nurl = \"fake://elsewhere/x\"\n");
    let error = Fake::default().db().config_file(&path).open().await.unwrap_err();
    assert_eq!(
        error.to_string(),
        format!(
            "configuration error on connection \"erp\": {}:2: connections.erp.url: no such fake; take postgres",
            path.display()
        )
    );
}

#[tokio::test]
async fn a_file_that_is_not_there() {
    let error = Db::open("/nowhere/manybase.toml").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Config);
    assert!(
        error
            .to_string()
            .starts_with("configuration error: /nowhere/manybase.toml: can't be read: "),
        "{error}"
    );
}

#[tokio::test]
async fn unknown_schemes_tell_what_is_missing() {
    let open = async |url: &str| {
        let error = Fake::default().db().connect("x", url).open().await.unwrap_err();
        (
            error.message().to_owned(),
            error.help().unwrap_or_default().to_owned(),
        )
    };
    let (message, help) = open("fakee://postgres/x").await;
    assert!(
        message.starts_with("there is no driver for \"fakee\"; compiled in: fake"),
        "{message}"
    );
    assert_eq!(help, "did you mean \"fake\"?");
    let (_, help) = open("mongodb://x/y").await;
    assert!(help.starts_with("enable a feature"), "{help}");
    if cfg!(not(feature = "mysql")) {
        assert_eq!(open("mariadb://x/y").await.1, "enable the feature `mysql`");
        assert_eq!(
            open("mysqll://x/y").await.1,
            "did you mean \"mysql\"? Then enable the feature `mysql`"
        );
    }
}
