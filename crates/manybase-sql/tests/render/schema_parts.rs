//! Indexes, checks, comments, default expressions and views.

use crate::columns::NAME;
use crate::sheet::Sheet;
use manybase_sql::schema::{CreateIndex, CreateView, DefaultValue, DropView, Index, Table, object_name};
use manybase_sql::{DataType, Dialect, Rendered, Result, TableName};

/// Statements on one line each.
fn joined(statements: Result<Vec<Rendered>>) -> Result<Rendered> {
    let mut all = statements?;
    let sql: Vec<String> = all.iter().map(|one| one.sql.to_string()).collect();
    let mut first = all.swap_remove(0);
    first.sql = sql.join("\n    ");
    Ok(first)
}

fn show(sheet: &mut Sheet, title: &str, table: Table) {
    let create = table.create();
    sheet.add(title, |dialect| joined(create.statements(dialect)));
}

fn stock() -> Table {
    Table::new("stock")
        .auto_key("id")
        .column("article", NAME)
        .column("qty", DataType::I64)
}

#[test]
fn parts_of_tables() {
    let mut sheet = Sheet::default();
    let index = || Index::new("stock_article_idx").column("article");
    show(&mut sheet, "index", stock().index(index()));
    let create = stock().index(index()).create_if_not_exists();
    sheet.add("unless it is there", |dialect| joined(create.statements(dialect)));
    let both = index().column("qty").descending().unique();
    show(&mut sheet, "unique, one column downwards", stock().index(both));
    let in_schema = Table {
        name: TableName::new("stock").in_schema("main"),
        ..stock().index(index())
    };
    show(&mut sheet, "in a schema", in_schema);
    show(
        &mut sheet,
        "expression",
        stock().index(Index::new("i").expression("lower(article)")),
    );
    show(&mut sheet, "condition", stock().index(index().filter("qty > 0")));
    let long = Table::new("t").column("a", DataType::Text { length: None });
    show(
        &mut sheet,
        "text without a length",
        long.index(Index::new("i").column("a")),
    );
    show(&mut sheet, "no columns", stock().index(Index::new("i")));
    let checked = stock()
        .check("stock_qty_check", "qty >= 0")
        .check("both", "qty > 0 OR article = ''");
    show(&mut sheet, "checks", checked);
    let mut commented = stock();
    commented.comment = Some("What's in \\ the 😀 stock".into());
    commented.columns[1].comment = Some("It's".into());
    show(&mut sheet, "comments", commented);
    let mut default = stock()
        .nullable("at", DataType::Timestamp)
        .nullable("note", DataType::Text { length: None });
    for at in [3, 4] {
        default.columns[at].default = Some(DefaultValue::Sql("CURRENT_TIMESTAMP".into()));
    }
    show(&mut sheet, "default expressions", default);
    sheet.check("table_parts");
}

#[test]
fn statements_of_their_own() {
    let mut sheet = Sheet::default();
    for if_not_exists in [false, true] {
        let create = CreateIndex {
            table: TableName::new("stock").in_schema("main"),
            index: Index::new("i").column("a").expression("b + 1").descending(),
            if_not_exists,
        };
        sheet.add(
            &format!("index, if it is not there: {if_not_exists}"),
            |dialect| create.render(dialect),
        );
    }
    for replace in [false, true] {
        let create = CreateView {
            view: "v".into(),
            query: "SELECT 1 AS a".into(),
            replace,
        };
        sheet.add(&format!("view, in place of another: {replace}"), |dialect| {
            joined(create.statements(dialect))
        });
    }
    let drop = DropView {
        view: "v".into(),
        if_exists: true,
    };
    sheet.add("view that goes", |dialect: &dyn Dialect| drop.render(dialect));
    sheet.check("indexes_and_views");
}

#[test]
fn names_fit_and_differ() {
    let long = "x".repeat(100);
    let (a, b) = (
        object_name([&*long, "a"], "idx"),
        object_name([&*long, "b"], "idx"),
    );
    assert_ne!(a, b);
    for name in [a, b, object_name([&*"é".repeat(50)], "check")] {
        assert!(name.len() <= 60, "{name}");
    }
}
