//! Where the mode comes from, and which layer comes with it.

use super::{Mode, load, load_in};

const LAYERS: &str = "
    [connections.erp]
    url = \"sqlite:base.db\"
    [env.test.connections.erp]
    url = \"sqlite:test.db\"
    [env.live]
    mode = \"app\"
    [env.live.connections.erp]
    url = \"sqlite:live.db\"
";

/// The mode, and the file that the layers lead to.
fn look(code: Option<Mode>, environment: Option<&str>, variables: &'static [(&str, &str)]) -> (Mode, String) {
    let loaded = load_in(code, LAYERS, environment, variables).unwrap();
    let file = loaded.connections["erp"].address.database.clone();
    (loaded.mode, file.replace("/etc/app/", ""))
}

#[test]
fn code_goes_over_a_variable_over_the_file_over_the_layer_s_name() {
    let sees = |mode, file: &str| (mode, file.to_owned());
    assert_eq!(look(None, None, &[]), sees(Mode::Standalone, "base.db"));
    assert_eq!(look(None, Some("test"), &[]), sees(Mode::Test, "test.db"));
    assert_eq!(
        look(None, None, &[("MANYBASE_ENV", "test")]),
        sees(Mode::Test, "test.db")
    );
    assert_eq!(look(None, Some("live"), &[]), sees(Mode::App, "live.db"));
    assert_eq!(
        look(None, Some("live"), &[("MANYBASE_MODE", "standalone")]),
        sees(Mode::Standalone, "live.db")
    );
    assert_eq!(
        look(Some(Mode::Test), Some("live"), &[("MANYBASE_MODE", "standalone")]),
        sees(Mode::Test, "live.db")
    );
}

#[test]
fn a_mode_takes_the_layer_of_its_name_unless_another_is_named() {
    let sees = |mode, file: &str| (mode, file.to_owned());
    assert_eq!(look(Some(Mode::Test), None, &[]), sees(Mode::Test, "test.db"));
    assert_eq!(
        look(None, None, &[("MANYBASE_MODE", "test")]),
        sees(Mode::Test, "test.db")
    );
    assert_eq!(look(Some(Mode::App), None, &[]), sees(Mode::App, "base.db"));
    assert_eq!(
        look(Some(Mode::Test), None, &[("MANYBASE_ENV", "live")]),
        sees(Mode::Test, "live.db")
    );
}

#[test]
fn mistakes() {
    let error = |text: &str, variables| {
        let error = load(text, None, variables).unwrap_err().to_string();
        error.replace("/etc/app/manybase.toml", "F")
    };
    assert_eq!(
        error("mode = \"ap\"", &[]),
        "configuration error: F:1: mode: there is no mode \"ap\"; did you mean \"app\"? modes are: test, \
         standalone, app"
    );
    assert_eq!(
        error("", &[("MANYBASE_MODE", "production")]),
        "configuration error: environment variable MANYBASE_MODE: there is no mode \"production\"; modes are: \
         test, standalone, app"
    );
    assert_eq!(
        error("test_databases = [\"ci_*\", \"*\"]", &[]),
        "configuration error: F:1: test_databases: the pattern \"*\" would mark every database for tests; write \
         the names of databases for tests, such as \"ci_*\""
    );
}

#[test]
fn an_empty_variable_counts_as_not_set() {
    assert_eq!(look(None, None, &[("MANYBASE_MODE", "")]).0, Mode::Standalone);
}

#[test]
fn patterns_of_the_upper_layer() {
    let text = "test_databases = \"a b_*\"\n[env.test]\ntest_databases = [\"${X}\"]";
    let count = |environment| load(text, environment, &[("X", "c")]).unwrap().test_databases;
    assert_eq!(count(None).len(), 2);
    assert!(count(Some("test"))[0].matches("c"));
}
