//! What each layer comes to.

mod mistakes;
mod modes;
mod parameters;

use super::loader::{Loaded, parse};
use super::{ConnectionConfig, Mode, Variables};
use crate::{RecoveryMode, Result};
use manybase_driver::TestBeforeUse;
use std::path::Path;
use std::time::Duration;

/// The layers of a file in `/etc/app`, under variables.
fn load(text: &str, environment: Option<&str>, variables: &'static [(&str, &str)]) -> Result<Loaded> {
    load_in(None, text, environment, variables)
}

fn load_in(
    mode: Option<Mode>,
    text: &str,
    environment: Option<&str>,
    variables: &'static [(&str, &str)],
) -> Result<Loaded> {
    let variables = Variables::new(|name| {
        let found = variables.iter().find(|(known, _)| *known == name);
        found.map(|(_, value)| (*value).to_owned())
    });
    let path = Path::new("/etc/app/manybase.toml");
    parse(path, text, environment, mode, &variables)
}

fn one(text: &str, variables: &'static [(&str, &str)]) -> ConnectionConfig {
    let mut loaded = load(text, None, variables).unwrap();
    loaded.connections.remove("erp").unwrap()
}

#[test]
fn how_often_to_recover() {
    let recovery =
        |text: &str, environment: Option<&str>| load(text, environment, &[("EVERY", "2s")]).unwrap().recovery;
    let every = |millis| Some(RecoveryMode::Every(Duration::from_millis(millis)));
    assert_eq!(recovery("", None), None);
    assert_eq!(recovery("recovery = \"500ms\"", None), every(500));
    assert_eq!(recovery("recovery = 5", None), every(5_000));
    assert_eq!(recovery("recovery = \"${EVERY}\"", None), every(2_000));
    for off in ["\"none\"", "0"] {
        assert_eq!(
            recovery(&format!("recovery = {off}"), None),
            Some(RecoveryMode::Off)
        );
    }
    let layers = "recovery = \"5s\"\n[env.test]\nrecovery = \"none\"\n[env.live.connections]";
    assert_eq!(recovery(layers, Some("test")), Some(RecoveryMode::Off));
    assert_eq!(recovery(layers, Some("live")), every(5_000));
}

#[test]
fn all_keys_are_understood() {
    let config = one(
        r#"
        [connections.erp]
        driver = "Postgres"
        host = "db.example"
        port = 5433
        user = "ann"
        password = "${PW}"
        database = "stock"
        params = { sslmode = "require", retries = 3 }
        max_connections = 4
        min_idle = 2
        acquire_timeout = "500ms"
        idle_timeout = "none"
        max_lifetime = 0
        test_before_use = "5s"
        statement_timeout = 60
        lock_timeout = "1m"
        connect_timeout = "2s"
        "#,
        &[("PW", "p@ss")],
    );
    assert_eq!(config.address.to_string(), "postgres://ann@db.example:5433/stock");
    assert_eq!(
        config.address.password.as_ref().map(|password| password.expose()),
        Some("p@ss")
    );
    assert_eq!(config.address.params["sslmode"], "require");
    assert_eq!(config.address.params["retries"], "3");
    assert_eq!((config.pool.max_size, config.pool.min_idle), (4, 2));
    assert_eq!(config.pool.acquire_timeout, Duration::from_millis(500));
    assert_eq!((config.pool.idle_timeout, config.pool.max_lifetime), (None, None));
    assert_eq!(
        config.pool.test_before_use,
        TestBeforeUse::IdleFor(Duration::from_secs(5))
    );
    assert_eq!(config.pool.statement_timeout, Some(Duration::from_secs(60)));
    assert_eq!(config.connect.statement_timeout, Some(Duration::from_secs(60)));
    assert_eq!(config.connect.lock_timeout, Some(Duration::from_secs(60)));
    assert_eq!(config.connect.connect_timeout, Duration::from_secs(2));
    let shown = format!("{config:?}");
    assert!(!shown.contains("p@ss") && !shown.contains("require"), "{shown}");
}

#[test]
fn a_layer_s_url_replaces_parts_and_parts_replace_a_url() {
    let text = r#"
        [connections.erp]
        driver = "postgres"
        host = "base"
        max_connections = 3
        [env.url.connections.erp]
        url = "mysql://upper/x"
        [env.parts.connections.erp]
        host = "upper"
    "#;
    let address = |environment, variables| {
        let config = load(text, environment, variables)
            .unwrap()
            .connections
            .remove("erp")
            .unwrap();
        assert_eq!(config.pool.max_size, 3);
        config.address.to_string()
    };
    assert_eq!(address(None, &[]), "postgres://base/");
    assert_eq!(address(Some("url"), &[]), "mysql://upper/x");
    assert_eq!(address(Some("parts"), &[]), "postgres://upper/");
    assert_eq!(address(None, &[("MANYBASE_ENV", "parts")]), "postgres://upper/");
    assert_eq!(
        address(Some("url"), &[("MANYBASE_ENV", "parts")]),
        "mysql://upper/x"
    );
    assert_eq!(address(None, &[("MANYBASE_ENV", "")]), "postgres://base/");
    assert_eq!(
        address(
            Some("url"),
            &[("MANYBASE_ERP_DRIVER", "mysql"), ("MANYBASE_ERP_HOST", "var")]
        ),
        "mysql://var/"
    );
}

#[test]
fn variables_override_and_are_taken_as_they_are() {
    let text = "[connections.erp]\nurl = \"postgres://${MISSING}@x/y\"";
    let config = one(
        text,
        &[
            ("MANYBASE_ERP_URL", "postgres://a${b@x/z"),
            ("MANYBASE_ERP_MAX_CONNECTIONS", "9"),
        ],
    );
    assert_eq!(
        (config.address.user.as_deref(), config.pool.max_size),
        (Some("a${b"), 9)
    );
    let text = "[connections.old-erp]\nurl = \"sqlite:x.db\"";
    let loaded = load(text, None, &[("MANYBASE_OLD_ERP_URL", "sqlite:here.db")]).unwrap();
    assert_eq!(loaded.connections["old-erp"].address.database, "here.db");
}

#[test]
fn relative_files_start_from_the_file() {
    let place = |url: &str| {
        let text = format!("[connections.erp]\nurl = \"{url}\"");
        one(&text, &[]).address.database
    };
    assert_eq!(place("sqlite:data/erp.db"), "/etc/app/data/erp.db");
    assert_eq!(place("sqlite:///var/erp.db"), "/var/erp.db");
    assert_eq!(place("sqlite::memory:"), ":memory:");
    assert_eq!(place("postgres://x/erp"), "erp");
    let parts = one(
        "[connections.erp]\ndriver = \"sqlite\"\ndatabase = \"erp.db\"",
        &[],
    );
    assert_eq!(parts.address.database, "/etc/app/erp.db");
}

#[test]
fn the_default_comes_with_its_place() {
    let text = "default = \"erp\"\n[connections.erp]\nurl = \"sqlite:x\"\n[env.t]\ndefault = \"hr\"";
    let default = |environment| load(text, environment, &[]).unwrap().default.unwrap();
    assert_eq!(&*default(None).0, "erp");
    assert_eq!(
        default(Some("t")),
        ("hr".into(), "/etc/app/manybase.toml:5: env.t.default".to_owned())
    );
}
