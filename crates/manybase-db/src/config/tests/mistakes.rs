//! What each mistake is told as.

use super::load;

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
fn unknown_keys() {
    assert_eq!(
        error("[connections.erp]\nurl = \"sqlite:x\"\nmax_conections = 3"),
        " on connection \"erp\": F:3: connections.erp.max_conections: unknown key; did you mean \
         \"max_connections\"? keys here: url, driver, host, port, user, password, database, params, \
         max_connections, min_idle, acquire_timeout, idle_timeout, max_lifetime, test_before_use, connect_timeout, \
         statement_timeout, lock_timeout, replicas, replica_policy, max_replica_lag, migrate_url"
    );
    assert_eq!(
        error("[conections.erp]"),
        ": F:1: conections: unknown key; did you mean \"connections\"? keys here: default, recovery, mode, \
         test_databases, connections, env, test"
    );
    assert_eq!(
        error("[env.test.env.x]"),
        ": F:1: env.test.env: unknown key; keys here: default, recovery, mode, test_databases, connections"
    );
}

#[test]
fn things_of_the_wrong_shape() {
    assert_eq!(
        error("recovery = \"often\""),
        ": F:1: recovery: it is no duration; write seconds or a number with a unit: 30, \"500ms\", \"30s\", \"5m\", \
         \"1h\"; \"none\" for no limit"
    );
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
