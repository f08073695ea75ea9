//! Settings in the URL.

use super::{load, one};
use crate::ConnectionConfig;
use manybase_driver::TestBeforeUse;
use std::time::Duration;

#[test]
fn all_settings_may_stand_in_the_url() {
    let config = ConnectionConfig::from_url(
        "postgres://db.example/erp?max_connections=4&min_idle=2&acquire_timeout=500ms&idle_timeout=none\
         &max_lifetime=1h&test_before_use=always&connect_timeout=3&statement_timeout=1m&lock_timeout=2s\
         &sslmode=require",
    )
    .unwrap();
    assert_eq!((config.pool.max_size, config.pool.min_idle), (4, 2));
    assert_eq!(config.pool.acquire_timeout, Duration::from_millis(500));
    assert_eq!(config.pool.idle_timeout, None);
    assert_eq!(config.pool.max_lifetime, Some(Duration::from_secs(3_600)));
    assert_eq!(config.pool.test_before_use, TestBeforeUse::Always);
    assert_eq!(config.pool.statement_timeout, Some(Duration::from_secs(60)));
    assert_eq!(config.connect.connect_timeout, Duration::from_secs(3));
    assert_eq!(config.connect.statement_timeout, Some(Duration::from_secs(60)));
    assert_eq!(config.connect.lock_timeout, Some(Duration::from_secs(2)));
    let left: Vec<_> = config.address.params.into_iter().collect();
    assert_eq!(left, [("sslmode".to_owned(), "require".to_owned())]);
}

#[test]
fn they_go_over_lower_layers_and_under_keys_beside_the_url() {
    let text = r#"
        [connections.erp]
        url = "sqlite:a.db?max_connections=3"
        max_connections = 2
        lock_timeout = "1s"
        [env.up.connections.erp]
        url = "sqlite:b.db?max_connections=5&lock_timeout=7s"
        [env.both.connections.erp]
        url = "sqlite:b.db?max_connections=5"
        max_connections = 6
        [env.keys.connections.erp]
        max_connections = 8
    "#;
    let max = |environment, variables| {
        let mut loaded = load(text, environment, variables).unwrap();
        loaded.connections.remove("erp").unwrap()
    };
    assert_eq!(max(None, &[]).pool.max_size, 2);
    let up = max(Some("up"), &[]);
    assert_eq!(
        (up.pool.max_size, up.connect.lock_timeout),
        (5, Some(Duration::from_secs(7)))
    );
    assert_eq!(max(Some("both"), &[]).pool.max_size, 6);
    assert_eq!(max(Some("keys"), &[]).pool.max_size, 8);
    let url = [("MANYBASE_ERP_URL", "sqlite:c.db?max_connections=9")];
    let url: &'static [_] = Box::leak(Box::new(url));
    assert_eq!(max(Some("both"), url).pool.max_size, 9);
    assert_eq!(
        max(Some("up"), url).connect.lock_timeout,
        Some(Duration::from_secs(1))
    );
    let both = [
        ("MANYBASE_ERP_URL", "sqlite:c.db?max_connections=9"),
        ("MANYBASE_ERP_MAX_CONNECTIONS", "10"),
    ];
    assert_eq!(max(None, Box::leak(Box::new(both))).pool.max_size, 10);
}

#[test]
fn params_of_an_address_in_parts_too() {
    let text = "[connections.erp]\ndriver = \"sqlite\"\ndatabase = \"x.db\"\nparams = { min_idle = 1 }";
    assert_eq!(one(text, &[]).pool.min_idle, 1);
}

#[test]
fn mistakes_name_the_parameter_and_never_the_url() {
    let text = "[connections.erp]\nurl = \"postgres://ann:hunter2@x/y?max_connections=many\"";
    let error = load(text, None, &[]).unwrap_err().to_string();
    assert_eq!(
        error,
        "configuration error on connection \"erp\": /etc/app/manybase.toml:2: connections.erp.url: parameter \
         `max_connections`: it must be a whole number from 1 to 100000"
    );
    let error = ConnectionConfig::from_url("postgres://ann:hunter2@x/y?idle_timeout=soon").unwrap_err();
    let text = error.to_string();
    assert!(
        text.starts_with("configuration error: parameter `idle_timeout` of the URL: it is no duration"),
        "{text}"
    );
    assert!(!text.contains("hunter2"), "{text}");
}
