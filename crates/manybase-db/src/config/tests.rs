//! What each layer and each mistake comes to.

use super::loader::{Loaded, Loader};
use super::{ConnectionConfig, Variables};
use crate::Result;
use manybase_driver::TestBeforeUse;
use std::path::Path;
use std::time::Duration;

/// The layers of a file in `/etc/app`, under variables.
fn load(text: &str, environment: Option<&str>, variables: &'static [(&str, &str)]) -> Result<Loaded> {
    let variables = Variables::new(|name| {
        let found = variables.iter().find(|(known, _)| *known == name);
        found.map(|(_, value)| (*value).to_owned())
    });
    Loader::new(Path::new("/etc/app/manybase.toml")).parse(text, environment, &variables)
}

fn one(text: &str, variables: &'static [(&str, &str)]) -> ConnectionConfig {
    let mut loaded = load(text, None, variables).unwrap();
    loaded.connections.remove("erp").unwrap()
}

/// The error of a file, without what all have in common.
fn error(text: &str) -> String {
    error_with(text, None, &[])
}

fn error_with(text: &str, environment: Option<&str>, variables: &'static [(&str, &str)]) -> String {
    let error = load(text, environment, variables).unwrap_err().to_string();
    let error = error.strip_prefix("configuration error").unwrap().to_owned();
    error.replace("/etc/app/manybase.toml", "F")
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
    assert_eq!(config.pool.max_size, 4);
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

#[test]
fn unknown_keys() {
    assert_eq!(
        error("[connections.erp]\nurl = \"sqlite:x\"\nmax_conections = 3"),
        " on connection \"erp\": F:3: connections.erp.max_conections: unknown key; did you mean \
         \"max_connections\"? keys here: url, driver, host, port, user, password, database, params, \
         max_connections, acquire_timeout, idle_timeout, max_lifetime, test_before_use, connect_timeout, \
         statement_timeout, lock_timeout"
    );
    assert_eq!(
        error("[conections.erp]"),
        ": F:1: conections: unknown key; did you mean \"connections\"? keys here: default, connections, env"
    );
    assert_eq!(
        error("[env.test.env.x]"),
        ": F:1: env.test.env: unknown key; keys here: default, connections"
    );
}

#[test]
fn things_of_the_wrong_shape() {
    assert_eq!(
        error("connections = 3"),
        ": F:1: connections: it must be a table, and is a whole number"
    );
    assert_eq!(
        error("[connections]\nerp = \"sqlite:x\""),
        " on connection \"erp\": F:2: connections.erp: it must be a table, and is text"
    );
    assert_eq!(
        error("[connections.erp]\nurl = [\"x\"]"),
        " on connection \"erp\": F:2: connections.erp.url: it can't be a list"
    );
    assert_eq!(
        error("[connections.erp]\nurl = { a = 1 }"),
        " on connection \"erp\": F:2: connections.erp.url: it must be text, and is a table"
    );
    assert_eq!(
        error("[connections.erp]\ndriver = \"x\"\nparams = \"a=b\""),
        " on connection \"erp\": F:3: connections.erp.params: it must be a table, such as { sslmode = \"require\" }"
    );
    let text = error("[connections.erp]\npassword = \"hunter2\nport = 1");
    assert!(text.starts_with(": F:2: ") && !text.contains("hunter2"), "{text}");
}

#[test]
fn no_address_or_two() {
    assert_eq!(
        error("[connections.erp]\nhost = \"x\""),
        " on connection \"erp\": F:1: connections.erp: it has neither `url` nor `driver`; write \
         `url = \"sqlite:file.db\"`, or `driver`, `host`, `user`, `password`, `database`"
    );
    assert_eq!(
        error("[connections.erp]\nurl = \"sqlite:x\"\nhost = \"x\""),
        " on connection \"erp\": F:3: connections.erp.host: `host` stands beside `url` (F:2: connections.erp.url); \
         give either `url` or the parts: driver, host, port, user, password, database, params"
    );
    assert_eq!(
        error_with(
            "[connections.erp]\nurl = \"sqlite:x\"",
            None,
            &[("MANYBASE_ERP_URL", "sqlite:x"), ("MANYBASE_ERP_HOST", "x")]
        ),
        " on connection \"erp\": environment variable MANYBASE_ERP_HOST: `host` stands beside `url` (environment \
         variable MANYBASE_ERP_URL); give either `url` or the parts: driver, host, port, user, password, database, \
         params"
    );
}

#[test]
fn bad_urls_are_not_shown() {
    for url in [
        "postgres://ann:hunter2@db:port/x",
        "hunter2",
        "postgres:hunter2",
        "://hunter2",
        "sqlite:%ffhunter2",
    ] {
        let text = error(&format!("[connections.erp]\nurl = \"{url}\""));
        assert!(
            text.starts_with(" on connection \"erp\": F:2: connections.erp.url: bad URL: "),
            "{text}"
        );
        assert!(!text.contains("hunter2"), "{text}");
    }
}

#[test]
fn missing_variables() {
    assert_eq!(
        error("[connections.erp]\nurl = \"postgres://${ERP_USER}@x/y\""),
        " on connection \"erp\": F:2: connections.erp.url: the variable ERP_USER is not set; set it, or give a \
         default: `${NAME:-default}`"
    );
    assert_eq!(
        error("[connections.erp]\ndriver = \"postgres\"\nparams = { a = \"${X}\" }"),
        " on connection \"erp\": F:3: connections.erp.params.a: the variable X is not set; set it, or give a \
         default: `${NAME:-default}`"
    );
}

#[test]
fn bad_numbers_and_durations() {
    let value = |line: &str| error(&format!("[connections.erp]\nurl = \"sqlite:x\"\n{line}"));
    let number = "it must be a whole number from 1 to 100000";
    for bad in ["0", "-1", "\"many\"", "true", "100001"] {
        let text = value(&format!("max_connections = {bad}"));
        assert_eq!(
            text,
            format!(" on connection \"erp\": F:3: connections.erp.max_connections: {number}")
        );
    }
    assert_eq!(
        value("acquire_timeout = \"soon\""),
        " on connection \"erp\": F:3: connections.erp.acquire_timeout: it is no duration; write seconds or a number \
         with a unit: 30, \"500ms\", \"30s\", \"5m\", \"1h\""
    );
    assert_eq!(
        value("acquire_timeout = 0"),
        " on connection \"erp\": F:3: connections.erp.acquire_timeout: it must be more than zero"
    );
    assert!(value("idle_timeout = \"soon\"").ends_with("\"1h\"; \"none\" for no limit"));
    assert!(value("idle_timeout = 1.5").ends_with("idle_timeout: it can't be a number with a fraction"));
    assert_eq!(
        value("test_before_use = \"often\""),
        " on connection \"erp\": F:3: connections.erp.test_before_use: it must be \"always\", \"never\" or the idle \
         time after which to test; for example \"5s\""
    );
    assert!(value("max_connections = 99999999999999999999").ends_with("the number is too large"));
}

#[test]
fn environments_that_do_not_exist() {
    let text = "[connections.erp]\nurl = \"sqlite:x\"\n[env.test]\n[env.staging]";
    assert_eq!(
        error_with(text, Some("tets"), &[]),
        ": F: there is no [env.tets], which was asked for; did you mean \"test\"? there are: \"staging\", \"test\""
    );
    assert_eq!(
        error_with(text, None, &[("MANYBASE_ENV", "production")]),
        ": F: there is no [env.production], which is named by MANYBASE_ENV; there are: \"staging\", \"test\""
    );
    assert_eq!(
        error_with("", Some("test"), &[]),
        ": F: there is no [env.test], which was asked for; the file has no environments: write \
         [env.test.connections.<name>]"
    );
}

#[test]
fn names_that_would_share_variables() {
    let text = "[connections.a-b]\nurl = \"sqlite:x\"\n[connections.a_b]\nurl = \"sqlite:y\"";
    assert_eq!(
        error(text),
        ": the connections \"a-b\" and \"a_b\" would share the environment variables MANYBASE_A_B_…; rename one of them"
    );
}
