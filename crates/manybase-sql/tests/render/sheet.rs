//! A page of constructs, each in all dialects; dialects that agree share a line.

use manybase_sql::{Dialect, Expr, Rendered, Result, Select, dialect};
use std::fmt::Write;

#[derive(Default)]
pub(crate) struct Sheet(String);

impl Sheet {
    /// One construct.
    pub(crate) fn add(&mut self, title: &str, render: impl Fn(&dyn Dialect) -> Result<Rendered>) {
        let mut lines: Vec<(Vec<&str>, String)> = Vec::new();
        for dialect in [
            dialect::sqlite(),
            dialect::postgres(),
            dialect::mysql(),
            dialect::mariadb(),
            dialect::matrixone(),
        ] {
            let text = match render(dialect) {
                Ok(rendered) => with_binds(&rendered),
                Err(error) => format!("ERROR {}", error.to_string().replace(dialect.name(), "…")),
            };
            match lines.iter_mut().find(|(_, other)| *other == text) {
                Some((names, _)) => names.push(dialect.name()),
                None => lines.push((vec![dialect.name()], text)),
            }
        }
        writeln!(self.0, "# {title}").unwrap();
        for (names, text) in lines {
            let names = if names.len() == 5 {
                "all".into()
            } else {
                names.join(", ")
            };
            writeln!(self.0, "{names}: {text}").unwrap();
        }
        self.0.push('\n');
    }

    /// One construct in one dialect.
    pub(crate) fn one(&mut self, title: &str, rendered: Result<Rendered>) {
        let text = match rendered {
            Ok(rendered) => with_binds(&rendered),
            Err(error) => format!("ERROR {error}"),
        };
        writeln!(self.0, "# {title}\n{text}\n").unwrap();
    }

    /// One expression as a condition.
    pub(crate) fn filter(&mut self, title: &str, expr: Expr) {
        self.add(title, |dialect| {
            Select::from("t").column("n").filter(expr.clone()).render(dialect)
        });
    }

    /// One expression as a column of the result.
    pub(crate) fn item(&mut self, title: &str, expr: Expr) {
        self.add(title, |dialect| {
            Select::from("t").item(expr.clone()).render(dialect)
        });
    }

    /// Compares with what is kept.
    #[track_caller]
    pub(crate) fn check(self, name: &str) {
        insta::with_settings!({
            snapshot_path => "../snapshots",
            prepend_module_to_snapshot => false,
            omit_expression => true,
        }, {
            insta::assert_snapshot!(name, self.0);
        });
    }
}

fn with_binds(rendered: &Rendered) -> String {
    let binds = format!("{:?}", rendered.binds);
    let sql = match rendered.sql.len() {
        0..=2_000 => rendered.sql.clone(),
        length => format!("{} … {length} bytes", &rendered.sql[..60]),
    };
    match rendered.binds.len() {
        0 => sql,
        _ if binds.len() <= 140 => format!("{sql}   <- {binds}"),
        count => format!("{sql}   <- {count} values"),
    }
}
