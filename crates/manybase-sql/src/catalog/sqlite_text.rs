//! What SQLite keeps in the text of `CREATE …` only.

use super::sqlite_tokens::{Token, all, inside, is, parts, text, unquoted};
use super::{ColumnText, ForeignKeyText, IndexText, TableText, TriggerText};

/// Of `CREATE TABLE`.
pub(super) fn table(sql: &str) -> TableText {
    let tokens = all(sql);
    let mut found = TableText::default();
    let open = tokens.iter().position(|token| token.text == "(");
    let Some((body, behind)) = open.and_then(|open| inside(&tokens[open..])) else {
        return found;
    };
    if is(tokens.get(1), "VIRTUAL") {
        return found;
    }
    for part in parts(body) {
        let named = is(part.first(), "CONSTRAINT");
        let words = if named {
            part.get(2..).unwrap_or_default()
        } else {
            part
        };
        let constraint = ["PRIMARY", "UNIQUE", "CHECK", "FOREIGN"];
        if constraint.iter().any(|word| is(words.first(), word)) {
            let name = part.get(1).filter(|_| named).map(|name| unquoted(name.text));
            if is(words.first(), "PRIMARY") {
                found.primary_key = name;
            } else if is(words.first(), "FOREIGN") {
                found.foreign_keys.push(foreign_key(words, name));
            }
        } else if let Some((name, words)) = part.split_first() {
            column(sql, unquoted(name.text), words, &mut found);
        }
    }
    for part in parts(behind) {
        let words: Vec<String> = part.iter().map(|token| token.text.to_ascii_uppercase()).collect();
        if !words.is_empty() && words != [";"] {
            found.options.push(words.join(" "));
        }
    }
    found
}

fn column(sql: &str, name: String, words: &[Token<'_>], found: &mut TableText) {
    let mut column = ColumnText {
        name,
        ..ColumnText::default()
    };
    let (mut at, mut depth, mut constraint) = (0, 0_usize, None);
    while let Some(token) = words.get(at) {
        match token.text {
            "(" => depth += 1,
            ")" => depth = depth.saturating_sub(1),
            _ if depth > 0 => {}
            word if word.eq_ignore_ascii_case("COLLATE") => {
                column.collation = words.get(at + 1).map(|name| unquoted(name.text));
            }
            word if word.eq_ignore_ascii_case("CONSTRAINT") => {
                constraint = words.get(at + 1).map(|name| unquoted(name.text));
                at += 2;
                continue;
            }
            word if word.eq_ignore_ascii_case("AUTOINCREMENT") => column.auto = true,
            word if word.eq_ignore_ascii_case("PRIMARY") => found.primary_key = constraint.take(),
            word if word.eq_ignore_ascii_case("REFERENCES") => {
                let key = foreign_key(&words[at..], constraint.take());
                found.foreign_keys.push(key);
            }
            word if word.eq_ignore_ascii_case("AS") => {
                if let Some((expression, _)) = inside(&words[at + 1..]) {
                    column.expression = Some(text(sql, expression).to_owned());
                }
            }
            _ => {}
        }
        at += 1;
    }
    found.columns.push(column);
}

/// From `FOREIGN KEY` or `REFERENCES` on.
fn foreign_key(words: &[Token<'_>], name: Option<String>) -> ForeignKeyText {
    let at = |word: &str| {
        words
            .iter()
            .position(|token| token.text.eq_ignore_ascii_case(word))
    };
    let deferrable = at("DEFERRABLE").is_some_and(|place| place == 0 || !is(words.get(place - 1), "NOT"));
    ForeignKeyText {
        name,
        deferrable,
        deferred: deferrable && at("DEFERRED").is_some(),
    }
}

/// Of `CREATE TRIGGER`.
pub(super) fn trigger(sql: &str) -> TriggerText {
    let tokens = all(sql);
    let mut found = TriggerText {
        timing: "BEFORE".to_owned(),
        ..TriggerText::default()
    };
    // The name could be any of these words, in quotes or not: it stands behind TRIGGER, or behind EXISTS.
    let begins = tokens.iter().position(|token| is(Some(token), "TRIGGER"));
    let mut at = begins.map_or(0, |at| at + 1);
    if is(tokens.get(at), "IF") && is(tokens.get(at + 2), "EXISTS") {
        at += 3;
    }
    at += if tokens.get(at + 1).is_some_and(|token| token.text == ".") {
        3
    } else {
        1
    };
    while let Some(token) = tokens.get(at) {
        match token.text.to_ascii_uppercase().as_str() {
            timing @ ("BEFORE" | "AFTER") => found.timing = timing.to_owned(),
            "INSTEAD" => {
                found.timing = "INSTEAD OF".to_owned();
                at += 1;
            }
            event @ ("INSERT" | "DELETE" | "UPDATE") => found.event = event.to_owned(),
            "OF" => {
                let end = tokens[at..].iter().position(|token| is(Some(token), "ON"));
                let names = &tokens[at + 1..at + end.unwrap_or(1)];
                let names = parts(names).into_iter().filter_map(<[Token<'_>]>::first);
                found.columns = names.map(|name| unquoted(name.text)).collect();
            }
            "ON" => at += 1,
            "WHEN" => {
                let rest = &tokens[at + 1..];
                let end = rest.iter().position(|token| is(Some(token), "BEGIN"));
                found.condition = Some(text(sql, &rest[..end.unwrap_or(0)]).to_owned());
                break;
            }
            "BEGIN" => break,
            _ => {}
        }
        at += 1;
    }
    found
}

/// Of `CREATE INDEX`.
pub(super) fn index(sql: &str) -> IndexText {
    let tokens = all(sql);
    let mut found = IndexText::default();
    let open = tokens.iter().position(|token| token.text == "(");
    let Some((columns, behind)) = open.and_then(|open| inside(&tokens[open..])) else {
        return found;
    };
    for mut column in parts(columns) {
        while let [rest @ .., last] = column
            && (is(Some(last), "ASC") || is(Some(last), "DESC"))
        {
            column = rest;
        }
        if let [rest @ .., collate, _] = column
            && is(Some(collate), "COLLATE")
        {
            column = rest;
        }
        found.columns.push(text(sql, column).to_owned());
    }
    if is(behind.first(), "WHERE") {
        found.condition = Some(text(sql, &behind[1..]).to_owned());
    }
    found
}

/// Of `CREATE VIEW`: the query.
pub(super) fn query(sql: &str) -> String {
    let tokens = all(sql);
    // Not a name: `CREATE VIEW "as" AS …` has quotes around it, and columns stand in parentheses.
    let mut depth = 0_usize;
    for (at, token) in tokens.iter().enumerate() {
        match token.text {
            "(" => depth += 1,
            ")" => depth = depth.saturating_sub(1),
            word if depth == 0 && word.eq_ignore_ascii_case("AS") => {
                let rest = text(sql, &tokens[at + 1..]);
                return rest.trim_end_matches(';').trim_end().to_owned();
            }
            _ => {}
        }
    }
    sql.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_with_everything() {
        let sql = "CREATE TABLE \"a (b\" (id INTEGER CONSTRAINT pk PRIMARY KEY, -- , x
            [t t] TEXT COLLATE \"NOCASE\" DEFAULT ('COLLATE x'),
            g INT GENERATED ALWAYS AS (id * (2 + 1)) STORED,
            up INT CONSTRAINT \"up\" REFERENCES x (id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED,
            CONSTRAINT fk FOREIGN KEY (g, up) REFERENCES y (a, b) NOT DEFERRABLE, CHECK (id > 0)
        ) WITHOUT ROWID, strict";
        let table = table(sql);
        let names: Vec<_> = table.columns.iter().map(|column| column.name.as_str()).collect();
        assert_eq!(names, ["id", "t t", "g", "up"]);
        assert_eq!(table.columns[1].collation.as_deref(), Some("NOCASE"));
        assert_eq!(table.columns[2].expression.as_deref(), Some("id * (2 + 1)"));
        assert_eq!(table.primary_key.as_deref(), Some("pk"));
        let keys: Vec<_> = table
            .foreign_keys
            .iter()
            .map(|key| (key.name.as_deref(), key.deferrable, key.deferred))
            .collect();
        assert_eq!(keys, [(Some("up"), true, true), (Some("fk"), false, false)]);
        assert_eq!(table.options, ["WITHOUT ROWID", "STRICT"]);
        assert!(
            super::table("CREATE VIRTUAL TABLE v USING fts5(a, b)")
                .columns
                .is_empty()
        );
    }

    #[test]
    fn triggers() {
        let found = trigger(
            "CREATE TRIGGER IF NOT EXISTS main.\"before\" INSTEAD OF INSERT ON v BEGIN SELECT 1; END",
        );
        assert_eq!(
            (found.timing.as_str(), found.event.as_str()),
            ("INSTEAD OF", "INSERT")
        );
        let found = trigger(
            "CREATE TEMP TRIGGER after DELETE ON t FOR EACH ROW WHEN (OLD.a = 'BEGIN') BEGIN SELECT 1; END",
        );
        assert_eq!(
            (found.timing.as_str(), found.event.as_str()),
            ("BEFORE", "DELETE")
        );
        assert_eq!(found.condition.as_deref(), Some("(OLD.a = 'BEGIN')"));
        let found = trigger("CREATE TRIGGER t AFTER UPDATE OF \"a b\", c ON \"update\" BEGIN SELECT 1; END");
        assert_eq!(
            (found.event.as_str(), found.columns.join("|")),
            ("UPDATE", "a b|c".to_owned())
        );
    }

    #[test]
    fn indexes_and_views() {
        let found = index(
            "CREATE UNIQUE INDEX i ON t (substr(a, 1, 2) COLLATE NOCASE DESC, \"b\" ASC)\nWHERE\nb <> ' WHERE '",
        );
        assert_eq!(found.columns, ["substr(a, 1, 2)", "\"b\""]);
        assert_eq!(found.condition.as_deref(), Some("b <> ' WHERE '"));
        assert_eq!(
            query("CREATE VIEW \"as\" (a, \"as b\") AS\n SELECT 1 AS a, 2;"),
            "SELECT 1 AS a, 2"
        );
    }
}
