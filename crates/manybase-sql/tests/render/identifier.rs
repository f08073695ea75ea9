//! Names that try to be more than names.

use crate::sheet::Sheet;
use manybase_sql::{Expr, Select, SelectItem};

#[test]
fn hostile() {
    let mut sheet = Sheet::default();
    let names = [
        "plain".to_owned(),
        "with space".into(),
        "SELECT".into(),
        "a\"b".into(),
        "a`b".into(),
        "a'b".into(),
        "a]b[".into(),
        r"a\b".into(),
        "a;--b".into(),
        "a?b$1:c@d".into(),
        "a.b".into(),
        "ünï".into(),
        "😀".into(),
        "line\nbreak".into(),
        String::new(),
        "a\0b".into(),
        "space at the end ".into(),
        "x".repeat(63),
        "x".repeat(64),
        "x".repeat(65),
        "ü".repeat(31),
        "ü".repeat(32),
        "ü".repeat(64),
        "x".repeat(1_025),
    ];
    for name in names {
        let title = if name.len() > 20 {
            format!("{} × {:?}", name.chars().count(), name.chars().next())
        } else {
            format!("{name:?}")
        };
        sheet.add(&title, |dialect| {
            let mut select = Select::from("t");
            select.items.push(SelectItem {
                expr: Expr::column("n"),
                alias: Some(name.clone().into()),
            });
            select.render(dialect)
        });
    }
    sheet.check("identifier");
}
