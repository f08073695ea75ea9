//! Defaults by what they put in.

use super::expression::number;
use super::outcome::Verdict;
use crate::Column;
use manybase_sql::catalog::ColumnKind;

/// What an insert gets that says nothing.
#[derive(Debug, Clone, PartialEq)]
enum Meaning {
    /// Nothing, which is NULL.
    Nothing,
    /// The time of the insert.
    Now,
    /// A UUID of its own.
    NewUuid,
    Truth(bool),
    Number(String),
    Text(String),
    /// As SQL, in lower case.
    Sql(String),
}

/// `None` where both put in the same.
pub(super) fn relation(left: &Column, right: &Column, same_product: bool) -> Option<Verdict> {
    let (here, there) = (meaning(left), meaning(right));
    let known = |meaning: &Meaning| !matches!(meaning, Meaning::Sql(_));
    match (&here, &there) {
        // A backslash is one sign here and the beginning of another one there.
        (Meaning::Text(a), Meaning::Text(b)) if !same_product && (a.contains('\\') || b.contains('\\')) => {
            Some(Verdict::NotComparable)
        }
        (a, b) if a == b && (same_product || known(a)) => None,
        (Meaning::Nothing, _) => Some(Verdict::Extra),
        (_, Meaning::Nothing) => Some(Verdict::Missing),
        (a, b) if same_product || known(a) && known(b) => Some(Verdict::Differs),
        _ => Some(Verdict::NotComparable),
    }
}

fn meaning(column: &Column) -> Meaning {
    let Some(sql) = &column.default else {
        return Meaning::Nothing;
    };
    let sql = bare(sql);
    if let Some(text) = literal(sql) {
        return of_text(text, column.kind);
    }
    let (sql, _) = sql.split_once("::").unwrap_or((sql, ""));
    let lower = bare(sql).to_ascii_lowercase();
    // `current_timestamp(6)` too.
    let called = lower
        .split_once('(')
        .map_or(lower.as_str(), |(name, _)| name)
        .trim();
    match called {
        "null" => Meaning::Nothing,
        "true" => Meaning::Truth(true),
        "false" => Meaning::Truth(false),
        "now" | "current_timestamp" | "localtimestamp" | "transaction_timestamp" => Meaning::Now,
        "uuid" | "gen_random_uuid" | "uuid_generate_v4" => Meaning::NewUuid,
        _ => match number(&lower) {
            Some(number) => of_number(number, column.kind),
            None => Meaning::Sql(lower),
        },
    }
}

/// Without parentheses around all of it.
fn bare(mut sql: &str) -> &str {
    loop {
        sql = sql.trim();
        let Some(inner) = sql.strip_prefix('(').and_then(|rest| rest.strip_suffix(')')) else {
            return sql;
        };
        let mut depth = 0_i32;
        let closes_early = |c: char| {
            depth += i32::from(c == '(') - i32::from(c == ')');
            depth < 0
        };
        if inner.chars().any(closes_early) {
            return sql;
        }
        sql = inner;
    }
}

/// A text in quotes, with at most a type behind it: `'a'::character varying`, `b'0'`, `_utf8mb4'a'`.
fn literal(sql: &str) -> Option<String> {
    let at = sql.find('\'')?;
    let prefix = sql.get(..at)?;
    if !prefix.is_empty() && !prefix.starts_with('_') && !matches!(prefix, "b" | "B" | "N" | "E") {
        return None;
    }
    let mut text = String::new();
    let mut chars = sql.get(at + 1..)?.chars();
    loop {
        match chars.next()? {
            '\'' if chars.as_str().starts_with('\'') => {
                chars.next();
                text.push('\'');
            }
            '\'' => break,
            c => text.push(c),
        }
    }
    let rest = chars.as_str().trim();
    (rest.is_empty() || rest.starts_with("::")).then_some(text)
}

fn of_text(text: String, kind: ColumnKind) -> Meaning {
    match kind {
        ColumnKind::Bool => match text.to_ascii_lowercase().as_str() {
            "1" | "t" | "true" => Meaning::Truth(true),
            "0" | "f" | "false" => Meaning::Truth(false),
            _ => Meaning::Text(text),
        },
        ColumnKind::Integer { .. } | ColumnKind::Decimal { .. } | ColumnKind::F32 | ColumnKind::F64 => {
            number(&text).map_or(Meaning::Text(text), Meaning::Number)
        }
        ColumnKind::DateTime | ColumnKind::Timestamp | ColumnKind::Time => Meaning::Text(moment(&text)),
        ColumnKind::Json => match serde_json::from_str::<serde_json::Value>(&text) {
            Ok(json) => Meaning::Text(json.to_string()),
            Err(_) => Meaning::Text(text),
        },
        ColumnKind::Char(_) => Meaning::Text(text.trim_end_matches(' ').to_owned()),
        ColumnKind::Uuid => Meaning::Text(text.to_ascii_lowercase()),
        _ => Meaning::Text(text),
    }
}

fn of_number(number: String, kind: ColumnKind) -> Meaning {
    match (kind, number.as_str()) {
        (ColumnKind::Bool, "1") => Meaning::Truth(true),
        (ColumnKind::Bool, "0") => Meaning::Truth(false),
        (ColumnKind::Text { .. } | ColumnKind::Char(_), _) => Meaning::Text(number),
        _ => Meaning::Number(number),
    }
}

/// Without the zone UTC, and without a fraction of zeros.
fn moment(text: &str) -> String {
    let text = text.replacen('T', " ", 1);
    let text = ["+00:00", "+00", "Z"]
        .iter()
        .find_map(|zone| text.strip_suffix(zone))
        .unwrap_or(&text);
    match text.contains('.') {
        true => text.trim_end_matches('0').trim_end_matches('.').to_owned(),
        false => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::{bare, literal, moment};

    #[test]
    fn pieces() {
        assert_eq!(bare("((a) + (b))"), "(a) + (b)");
        assert_eq!(bare("(a) + (b)"), "(a) + (b)");
        for (sql, text) in [
            ("'a'::character varying", Some("a")),
            ("'it''s'", Some("it's")),
            ("b'0'", Some("0")),
            ("_utf8mb4'x'", Some("x")),
            ("upper('a')", None),
            ("'a' || 'b'", None),
        ] {
            assert_eq!(literal(sql).as_deref(), text, "{sql}");
        }
        assert_eq!(moment("2026-01-31 10:00:00.500000+00"), "2026-01-31 10:00:00.5");
        assert_eq!(moment("2026-01-31T10:00:00.000000"), "2026-01-31 10:00:00");
        assert_eq!(moment("10:00:00"), "10:00:00");
    }
}
