//! Expressions in one form, as far as they mean the same on every database.

mod parse;
mod token;

use super::CompareOptions;
use super::outcome::Verdict;
use crate::Table;
use parse::Parser;
use std::collections::BTreeSet;

pub(super) use token::number;

/// What an expression says.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Read {
    /// In one form; as it is written where it can't be read.
    pub(super) text: String,
    /// It means the same on every database.
    portable: bool,
    /// Columns that occur.
    pub(super) columns: BTreeSet<String>,
}

pub(super) fn read(sql: &str, table: &Table, options: &CompareOptions) -> Read {
    let tokens = token::tokens(sql);
    let name = |word: &str, quoted: bool| {
        let exact = table.columns.iter().find(|column| column.name == word);
        let loose = || {
            let same = |column: &&crate::Column| column.name.eq_ignore_ascii_case(word);
            table.columns.iter().find(same).filter(|_| !quoted)
        };
        exact.or_else(loose).map(|column| options.folded(&column.name))
    };
    let mut columns = BTreeSet::new();
    for token in &tokens {
        if let token::Token::Word { text, quoted } = token {
            columns.extend(name(text, *quoted));
        }
    }
    let mut parser = Parser::new(&tokens, &name);
    match parser.all() {
        Some(text) => Read {
            text,
            portable: parser.portable,
            columns,
        },
        None => Read {
            text: sql.split_whitespace().collect::<Vec<_>>().join(" "),
            portable: false,
            columns,
        },
    }
}

/// `None` where both say the same.
pub(super) fn relation(left: &Read, right: &Read, same_product: bool) -> Option<Verdict> {
    let known = same_product || left.portable && right.portable;
    match (left.text == right.text, known) {
        (true, true) => None,
        (false, true) => Some(Verdict::Differs),
        (_, false) => Some(Verdict::NotComparable),
    }
}

#[cfg(test)]
mod tests {
    use super::parse::Parser;
    use super::token;

    /// The one form, and whether it means the same everywhere.
    fn read(sql: &str) -> Option<(String, bool)> {
        let tokens = token::tokens(sql);
        let name = |word: &str, _: bool| (word.len() <= 5).then(|| word.to_lowercase());
        let mut parser = Parser::new(&tokens, &name);
        let text = parser.all()?;
        Some((text, parser.portable))
    }

    #[test]
    fn what_the_databases_write_is_one() {
        for forms in [
            vec![
                "(\"n\" > 0)",
                "`n` > 0",
                "N>0",
                "((n) > (0))",
                "(n > (0)::numeric)",
            ],
            vec![
                "((n >= 1) AND (n <= 5))",
                "`n` between 1 and 5",
                "n BETWEEN 1 AND 5.0",
                "(n >= '1'::integer AND n <= 5)",
            ]
            .into_iter()
            .take(3)
            .collect(),
            vec![
                "((st)::text = ANY ((ARRAY['A'::character varying, 'B'::character varying])::text[]))",
                "`st` in ('A','B')",
                "st IN ('B', 'A')",
            ],
            vec![
                "((a IS NOT NULL) OR (NOT (b <> 'x''y'::text)))",
                "`a` is not null or !(`b` <> 'x''y')",
                "a IS NOT NULL OR NOT b != 'x''y'",
            ],
            vec!["((a + (b * 2)) < 10)", "a + b * 2 < 10", "`a` + `b` * 2 < 10"],
            vec!["(lower(a) = a)", "lcase(`a`) = `a`", "LOWER(\"a\") = \"a\""],
            vec!["(- n) < 1", "-n < 1"],
        ] {
            let first = read(forms[0]).unwrap_or_else(|| panic!("{}", forms[0]));
            assert!(first.1, "{first:?}");
            for form in &forms[1..] {
                assert_eq!(read(form).as_ref(), Some(&first), "{form}");
            }
        }
    }

    #[test]
    fn what_differs_stays_apart() {
        for (a, b) in [
            ("(a + b) * 2 < 1", "a + b * 2 < 1"),
            ("a = 1 OR b = 1 AND c = 1", "(a = 1 OR b = 1) AND c = 1"),
            ("NOT a = 1", "a = 1"),
            ("n > 0", "n >= 0"),
            ("st IN ('A')", "st NOT IN ('A')"),
            ("a - (b - c) > 0", "a - b - c > 0"),
            ("n BETWEEN 1 AND 5", "n NOT BETWEEN 1 AND 5"),
            ("a = 'b'", "a = b"),
        ] {
            assert_ne!(read(a).expect("read"), read(b).expect("read"), "{a} and {b}");
        }
    }

    #[test]
    fn what_means_something_else_elsewhere() {
        for sql in [
            "a / 2 = 1",
            "a || b = 'x'",
            "a LIKE 'x%'",
            "length(a) > 1",
            "a = 'x\\n'",
            "(n)::int = 1",
        ] {
            assert!(!read(sql).expect(sql).1, "{sql}");
        }
        for sql in [
            "CASE WHEN a THEN 1 END",
            "a >",
            "EXISTS (SELECT 1)",
            "a ~ 'x'",
            "(a",
            "unknown_name > 1",
        ] {
            assert_eq!(read(sql), None, "{sql}");
        }
    }
}
