//! Nobody asks which database this is, outside its dialect and its driver: `Capability` says what it can do.

use regex_lite::Regex;

use super::Violation;
use super::source::Source;

/// Where a database's name is at home.
const AT_HOME: &[&str] = &[
    "manybase-sqlite",
    "manybase-postgres",
    "manybase-mysql",
    "manybase-mssql",
    "manybase-oracle",
    "manybase-testkit",
];

const NAMES: &str = "mysql|mariadb|matrixone|postgres|postgresql|sqlite|mssql|sqlserver|oracle";
const VARIANTS: &str =
    "MySql|Mysql|MariaDb|MatrixOne|Postgres|PostgreSql|Sqlite|SQLite|MsSql|SqlServer|Oracle";
const ENUMS: &str = "Backend|Dialect|DialectKind|DbKind|Kind|Engine|Flavor|Product";

pub(super) fn check(krate: &str, source: &Source) -> Vec<Violation> {
    if AT_HOME.contains(&krate) || source.path.contains("/dialect/") || source.is_test() {
        return Vec::new();
    }
    // A call, a comparison with a variant, a match arm on a variant; then a comparison with a text.
    let in_code = [
        format!(r"\bis_(?:{NAMES})\s*\("),
        format!(r"[!=]=\s*(?:\w+::)*(?:{ENUMS})::(?:{VARIANTS})\b"),
        format!(r"\b(?:{ENUMS})::(?:{VARIANTS})\b(?:\([^)]*\))?\s*(?:[!=]=|=>|\|)"),
    ];
    let in_text = [format!(
        r#"(?i)(?:name|dialect|backend|product|engine|kind)\w*(?:\(\))?\s*[!=]=\s*"(?:{NAMES})""#
    )];
    let mut found = Vec::new();
    for (text, patterns) in [(&source.bare, &in_code[..]), (&source.code, &in_text[..])] {
        let patterns = patterns.iter().filter_map(|pattern| Regex::new(pattern).ok());
        found.extend(patterns.flat_map(|pattern| source.places(text, &pattern)));
    }
    let rule = |what: &str| format!("`{what}` branches on a database's name outside its dialect or driver");
    let way_out =
        "ask a field of `Capability`, or make it a method of `Dialect` that this database overrides";
    found
        .into_iter()
        .map(|(place, what)| Violation::new(place, rule(&what), way_out))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(krate: &str, path: &str, text: &str) -> usize {
        check(krate, &Source::new(path, text)).len()
    }

    #[test]
    fn patterns_compile() {
        for pattern in [NAMES, VARIANTS, ENUMS] {
            assert!(Regex::new(pattern).is_ok());
        }
    }

    #[test]
    fn branches_on_a_name_fail() {
        for planted in [
            "if dialect.is_mysql() {}",
            "if kind == DbKind::Postgres {}",
            "if x != crate::Backend::Sqlite {}",
            "match k { Kind::MariaDb => 1, _ => 2 }",
            r#"if dialect.name() == "postgres" {}"#,
            r#"if db.dialect_name() != "SQLite" {}"#,
        ] {
            assert_eq!(
                found("manybase-db", "crates/manybase-db/src/a.rs", planted),
                1,
                "{planted}"
            );
        }
    }

    #[test]
    fn asking_for_a_capability_is_fine() {
        for fine in [
            "if capabilities.returning {}",
            r#"match url.scheme() { "postgres" => 1, _ => 2 }"#,
            "let kind = DbKind::Postgres;",
            "// dialect.is_mysql()",
            r#"let hint = "never is_mysql()";"#,
            "#[cfg(test)] mod tests { fn a() { x.is_mysql() } }",
        ] {
            assert_eq!(
                found("manybase-db", "crates/manybase-db/src/a.rs", fine),
                0,
                "{fine}"
            );
        }
    }

    #[test]
    fn a_name_is_at_home_in_its_dialect_and_driver() {
        let planted = "x.is_mysql()";
        assert_eq!(
            found("manybase-mysql", "crates/manybase-mysql/src/a.rs", planted),
            0
        );
        assert_eq!(
            found(
                "manybase-sql",
                "crates/manybase-sql/src/dialect/mysql.rs",
                planted
            ),
            0
        );
        assert_eq!(
            found("manybase-sql", "crates/manybase-sql/src/render/tests.rs", planted),
            0
        );
    }
}
