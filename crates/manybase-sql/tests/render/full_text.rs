//! Full-text search, and what makes its indexes.

use crate::sheet::Sheet;
use manybase_sql::expr::{FullText, FullTextAsked, FullTextSearch, TextSearch};
use manybase_sql::schema::FullTextIndex;
use manybase_sql::{Dialect, Expr, Order, Rendered, Result, Select, Source, SqlWriter};

fn text(columns: &[&'static str], language: Option<&'static str>, by_columns: bool) -> FullText {
    FullText {
        language: language.map(Into::into),
        by_columns,
        ..FullText::of(columns.iter().copied())
    }
}

fn found(text: &FullText, search: &TextSearch) -> Expr {
    FullTextSearch {
        text: text.clone(),
        search: search.clone(),
        asked: FullTextAsked::Found,
    }
    .into()
}

fn rank(text: &FullText, search: &TextSearch) -> Expr {
    FullTextSearch {
        text: text.clone(),
        search: search.clone(),
        asked: FullTextAsked::Rank,
    }
    .into()
}

#[test]
fn searches() {
    let mut sheet = Sheet::default();
    let plain = text(&["title", "body"], None, false);
    for (title, search) in [
        ("words", TextSearch::words("Quick \"brown' fox")),
        ("any", TextSearch::any("quick fox")),
        ("phrase", TextSearch::phrase("quick of fox")),
        ("prefix", TextSearch::prefix("quick bro")),
        (
            "the last word of a phrase, as a prefix",
            TextSearch::prefix("foo-ba"),
        ),
        (
            "web",
            TextSearch::web("fox or wolf \"in the snow\" -red -\"big bad\""),
        ),
        ("short words", TextSearch::words("to be fox")),
        (
            "short and long ones, one of which is enough",
            TextSearch::any("go golang"),
        ),
        (
            "nothing but short words and one without",
            TextSearch::web("go -golang -to"),
        ),
        ("an address", TextSearch::words("ann@example.org")),
        ("nothing", TextSearch::words("?!")),
        ("only what must not be there", TextSearch::web("-red")),
    ] {
        sheet.filter(title, found(&plain, &search));
    }
    let fox = TextSearch::words("fox");
    sheet.filter("not", found(&plain, &fox).not());
    sheet.filter("one column", found(&text(&["title"], None, false), &fox));
    sheet.filter("english", found(&text(&["body"], Some("english"), false), &fox));
    sheet.filter("german", found(&text(&["body"], Some("german"), false), &fox));
    sheet.filter(
        "an index made by hand",
        found(&text(&["title", "body"], None, true), &fox),
    );
    sheet.filter(
        "by hand, short words",
        found(
            &text(&["title", "body"], None, true),
            &TextSearch::words("to fox"),
        ),
    );
    sheet.item("rank", rank(&plain, &TextSearch::any("quick to fox")));
    sheet.item("rank of short words", rank(&plain, &TextSearch::words("to")));
    sheet.item("rank of nothing", rank(&plain, &TextSearch::words("")));
    sheet.add("as a column and as the order", |dialect| {
        let select = Select::from("t").item(rank(&plain, &fox));
        select.order_by(rank(&plain, &fox), Order::Desc).render(dialect)
    });
    sheet.add("under another name", |dialect| {
        let mut columns = plain.clone();
        columns.columns = ["title", "body"].map(|name| Expr::qualified("a", name)).into();
        let mut select = Select::from("article").column("id").filter(found(&columns, &fox));
        select.tables_mut().main = Some(Source::table("article").alias("a"));
        select.order_by(rank(&columns, &fox), Order::Desc).render(dialect)
    });
    sheet.filter("no column", found(&text(&[], None, false), &fox));
    sheet.filter(
        "a language that is no name",
        found(&text(&["a"], Some("x'y"), false), &fox),
    );
    sheet.check("full_text");
}

/// All statements as one text.
fn together(dialect: &dyn Dialect, statements: Result<Vec<Rendered>>) -> Result<Rendered> {
    let statements = statements?;
    SqlWriter::render(dialect, |w| {
        for statement in &statements {
            assert!(statement.binds.is_empty());
            w.push("\n  ");
            w.push(&statement.sql);
        }
        Ok(())
    })
}

#[test]
fn indexes() {
    let mut sheet = Sheet::default();
    let of = |text: FullText, key: Option<&'static str>| FullTextIndex {
        table: "article".into(),
        row_key: key.map(Into::into),
        text,
    };
    for (title, index) in [
        (
            "two columns",
            of(text(&["title", "body"], None, false), Some("id")),
        ),
        ("english", of(text(&["body"], Some("english"), false), Some("id"))),
        ("german", of(text(&["body"], Some("german"), false), Some("id"))),
        ("another key", of(text(&["body"], None, false), None)),
        ("by hand", of(text(&["title"], None, true), Some("id"))),
    ] {
        sheet.add(&format!("create: {title}"), |dialect| {
            together(dialect, index.create(dialect))
        });
        sheet.add(&format!("drop: {title}"), |dialect| {
            together(dialect, index.drop(dialect))
        });
    }
    sheet.check("full_text_indexes");
}
