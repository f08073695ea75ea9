//! DDL of all databases side by side, and what the linter says of it.

use manybase_migrate::ddl;
use manybase_migrate::lint::{Settings, lint_with};
use manybase_migrate::operation::Operation;
use manybase_migrate::schema::{
    Action, Check, Column, DefaultValue, ForeignKey, Generated, Index, PrimaryKey, Schema, Sequence, Table,
    View,
};
use manybase_sql::{DataType, Dialect, dialect};
use std::collections::BTreeMap;
use std::fmt::Write;

fn text(length: u32) -> DataType {
    DataType::Text { length: Some(length) }
}

fn before() -> Schema {
    let customer = Table::new("customer")
        .auto_key("id")
        .column(Column::new("name", text(40)))
        .column(Column::new("email", text(80)).nullable())
        .column(Column::new("age", DataType::I16).nullable())
        .index(Index::of(["name"]).named("customer_name_idx"));
    let mut order = Table::new("orders")
        .auto_key("id")
        .column(Column::new("customer_id", DataType::I64))
        .column(Column::new("state", text(10)).default("new"))
        .column(Column::new(
            "total",
            DataType::Decimal {
                precision: Some((10, 2)),
            },
        ))
        .foreign_key(ForeignKey::new(["customer_id"], "customer", ["id"]).on_delete(Action::Cascade));
    order.foreign_keys[0].name = Some("orders_customer_id_fkey".into());
    order.checks.push(Check {
        name: Some("orders_total_check".into()),
        expression: "total >= 0".into(),
    });
    let mut schema = Schema::of_tables([customer, order]);
    schema.views.push(View::new(
        "open_orders",
        "SELECT id FROM orders WHERE state = 'new'",
    ));
    schema.sequences.push(Sequence::new("invoice_number"));
    schema
}

fn alter(table: &str, column: Column) -> Operation {
    Operation::AlterColumn {
        table: table.into(),
        column,
        fill: None,
        cast: None,
    }
}

fn add(table: &str, column: Column) -> Operation {
    Operation::AddColumn {
        table: table.into(),
        column,
        fill: None,
    }
}

fn index(index: Index) -> Operation {
    Operation::AddIndex {
        table: "customer".into(),
        index,
        concurrently: false,
    }
}

/// What is done, by title.
fn plans() -> Vec<(&'static str, Vec<Operation>)> {
    let mut about = Table::new("note")
        .auto_key("id")
        .column(Column::new("body", DataType::Text { length: None }))
        .column(Column::new("at", DataType::Timestamp).default(DefaultValue::Sql("CURRENT_TIMESTAMP".into())))
        .index(Index::of(["at"]).named("note_at_idx"));
    about.comment = Some("What somebody wrote".into());
    about.columns[1].comment = Some("It's free text".into());
    let length = Column {
        generated: Some(Generated {
            expression: "length(name)".into(),
            stored: true,
        }),
        ..Column::new("letters", DataType::I32).nullable()
    };
    let lower = Index {
        columns: vec![manybase_migrate::schema::IndexColumn {
            column: None,
            expression: Some("lower(email)".into()),
            descending: false,
            suffix: None,
        }],
        ..Index::of(["email"]).unique().named("customer_lower_idx")
    };
    let adult = Index {
        condition: Some("age >= 18".into()),
        ..Index::of(["age"]).named("customer_adult_idx")
    };
    let key = ForeignKey {
        name: Some("customer_above_fkey".into()),
        ..ForeignKey::new(["above"], "customer", ["id"]).on_delete(Action::SetNull)
    };
    let above = add("customer", Column::new("above", DataType::I64).nullable());
    let fill = |column: Column, value: DefaultValue| Operation::AddColumn {
        table: "customer".into(),
        column,
        fill: Some(value),
    };
    vec![
        ("create a table", vec![Operation::CreateTable { table: about }]),
        (
            "drop a table",
            vec![Operation::DropTable {
                table: "orders".into(),
            }],
        ),
        (
            "rename a table",
            vec![Operation::RenameTable {
                from: "customer".into(),
                to: "client".into(),
            }],
        ),
        (
            "add a column that takes NULL",
            vec![add("customer", Column::new("born", DataType::Date).nullable())],
        ),
        (
            "add a column with a default",
            vec![add(
                "customer",
                Column::new("active", DataType::Bool).default(true),
            )],
        ),
        (
            "add a column with a default that is computed",
            vec![add(
                "customer",
                Column::new("made", DataType::Timestamp)
                    .default(DefaultValue::Sql("CURRENT_TIMESTAMP".into())),
            )],
        ),
        (
            "add a column and fill it",
            vec![fill(Column::new("country", DataType::Char(2)), "DE".into())],
        ),
        (
            "add a column that rows can't fill",
            vec![add("customer", Column::new("country", DataType::Char(2)))],
        ),
        ("add a column that is calculated", vec![add("customer", length)]),
        (
            "drop a column",
            vec![Operation::DropColumn {
                table: "customer".into(),
                column: "age".into(),
            }],
        ),
        (
            "rename a column with a check",
            vec![Operation::RenameColumn {
                table: "orders".into(),
                from: "total".into(),
                to: "amount".into(),
            }],
        ),
        (
            "a wider number",
            vec![alter("customer", Column::new("age", DataType::I64).nullable())],
        ),
        (
            "a shorter text",
            vec![alter("customer", Column::new("name", text(20)))],
        ),
        (
            "a number becomes a text",
            vec![alter("customer", Column::new("age", text(10)).nullable())],
        ),
        (
            "a text becomes a number",
            vec![alter("customer", Column::new("name", DataType::I64))],
        ),
        (
            "with a cast",
            vec![Operation::AlterColumn {
                table: "customer".into(),
                column: Column::new("name", DataType::I64),
                fill: None,
                cast: Some("CAST(name AS BIGINT)".into()),
            }],
        ),
        (
            "refuse NULL",
            vec![Operation::AlterColumn {
                table: "customer".into(),
                column: Column::new("age", DataType::I16),
                fill: Some(DefaultValue::Integer(0)),
                cast: None,
            }],
        ),
        (
            "another default and a comment",
            vec![alter(
                "orders",
                Column {
                    comment: Some("Where it is".into()),
                    ..Column::new("state", text(10)).default("open")
                },
            )],
        ),
        (
            "no default any longer",
            vec![alter("orders", Column::new("state", text(10)))],
        ),
        (
            "several changes of one table",
            vec![
                Operation::DropIndex {
                    table: "customer".into(),
                    index: Index::of(["name"]).named("customer_name_idx"),
                },
                add("customer", Column::new("born", DataType::Date).nullable()),
                alter("customer", Column::new("age", DataType::I32).nullable()),
                Operation::DropColumn {
                    table: "customer".into(),
                    column: "email".into(),
                },
                index(Index::of(["name", "age"]).unique().named("customer_name_age_key")),
            ],
        ),
        (
            "an index",
            vec![index(Index::of(["age"]).named("customer_age_idx"))],
        ),
        (
            "an index without locks",
            vec![Operation::AddIndex {
                table: "customer".into(),
                index: Index::of(["age"]).named("customer_age_idx"),
                concurrently: true,
            }],
        ),
        ("a unique index of an expression", vec![index(lower)]),
        ("an index with a condition", vec![index(adult)]),
        (
            "a foreign key",
            vec![
                above.clone(),
                Operation::AddForeignKey {
                    table: "customer".into(),
                    key: key.clone(),
                    not_valid: false,
                },
            ],
        ),
        (
            "a foreign key that is looked at later",
            vec![
                above,
                Operation::AddForeignKey {
                    table: "customer".into(),
                    key,
                    not_valid: true,
                },
            ],
        ),
        (
            "drop a foreign key",
            vec![Operation::DropForeignKey {
                table: "orders".into(),
                key: before().tables[1].foreign_keys[0].clone(),
            }],
        ),
        (
            "a check",
            vec![Operation::AddCheck {
                table: "customer".into(),
                check: Check {
                    name: Some("customer_age_check".into()),
                    expression: "age >= 0".into(),
                },
            }],
        ),
        (
            "drop a check",
            vec![Operation::DropCheck {
                table: "orders".into(),
                check: before().tables[1].checks[0].clone(),
            }],
        ),
        (
            "another primary key",
            vec![
                alter("orders", Column::new("id", DataType::I64)),
                Operation::ChangePrimaryKey {
                    table: "orders".into(),
                    key: Some(PrimaryKey {
                        name: Some("orders_pkey".into()),
                        columns: vec!["id".into(), "customer_id".into()],
                    }),
                },
            ],
        ),
        (
            "a comment",
            vec![Operation::CommentTable {
                table: "customer".into(),
                comment: Some("Who pays".into()),
            }],
        ),
        (
            "views",
            vec![
                Operation::ReplaceView {
                    view: View::new("open_orders", "SELECT id, total FROM orders WHERE state = 'new'"),
                },
                Operation::DropView {
                    view: "open_orders".into(),
                },
                Operation::CreateView {
                    view: View {
                        materialized: true,
                        ..View::new("sums", "SELECT SUM(total) AS total FROM orders")
                    },
                },
            ],
        ),
        (
            "sequences",
            vec![
                Operation::CreateSequence {
                    sequence: Sequence {
                        start: 100,
                        cycle: true,
                        ..Sequence::new("number")
                    },
                },
                Operation::AlterSequence {
                    sequence: Sequence {
                        increment: 10,
                        ..Sequence::new("invoice_number")
                    },
                },
                Operation::DropSequence {
                    sequence: "invoice_number".into(),
                },
            ],
        ),
        (
            "SQL of one's own",
            vec![Operation::Raw {
                up: BTreeMap::from([
                    ("any".into(), "UPDATE customer SET age = 0".into()),
                    ("mariadb".into(), "UPDATE customer SET age = 1".into()),
                ]),
                down: BTreeMap::new(),
            }],
        ),
    ]
}

fn rendered(operations: &[Operation], dialect: &dyn Dialect) -> String {
    match ddl::render(operations, &before(), dialect) {
        Ok(script) => {
            let mut text = String::new();
            for step in &script.steps {
                let outside = step
                    .outside_transaction
                    .as_ref()
                    .map(|_| "   (outside of a transaction)");
                writeln!(text, "    {}{}", step.sql, outside.unwrap_or_default()).expect("writes");
            }
            if script.foreign_keys_off {
                text.push_str("    (foreign keys off)\n");
            }
            if text.is_empty() {
                "    (nothing)\n".to_owned()
            } else {
                text
            }
        }
        Err(error) => format!("    ERROR {}\n", error.to_string().replace(dialect.name(), "…")),
    }
}

#[test]
fn ddl_of_all_databases() {
    let mut sheet = String::new();
    for (title, operations) in plans() {
        writeln!(sheet, "# {title}").expect("writes");
        let mut lines: Vec<(Vec<&str>, String)> = Vec::new();
        for dialect in [
            dialect::sqlite(),
            dialect::postgres(),
            dialect::mysql(),
            dialect::mariadb(),
        ] {
            let text = rendered(&operations, dialect);
            match lines.iter_mut().find(|(_, other)| *other == text) {
                Some((names, _)) => names.push(dialect.name()),
                None => lines.push((vec![dialect.name()], text)),
            }
        }
        for (names, text) in lines {
            write!(sheet, "{}:\n{text}", names.join(", ")).expect("writes");
        }
        sheet.push('\n');
    }
    check("ddl", &sheet);
}

#[test]
fn what_the_linter_says() {
    let mut sheet = String::new();
    for (title, operations) in plans() {
        writeln!(sheet, "# {title}").expect("writes");
        for dialect in [dialect::sqlite(), dialect::postgres(), dialect::mariadb()] {
            let found = lint_with(&operations, &before(), dialect, &Settings::default());
            let codes: Vec<String> = found
                .iter()
                .map(|finding| format!("{} ({:?})", finding.code, finding.severity))
                .collect();
            writeln!(sheet, "{}: {}", dialect.name(), codes.join(", ")).expect("writes");
        }
        sheet.push('\n');
    }
    check("lint", &sheet);
}

#[test]
fn codes_can_be_let_pass() {
    let (_, operations) = plans()
        .into_iter()
        .find(|(title, _)| *title == "drop a column")
        .expect("is there");
    let found = lint_with(&operations, &before(), dialect::postgres(), &Settings::default());
    assert!(found.iter().all(|finding| {
        manybase_migrate::lint::CODES
            .iter()
            .any(|(code, _)| *code == finding.code)
    }));
    let settings = Settings::default().lock_timeout().allow("drop-column");
    assert!(lint_with(&operations, &before(), dialect::postgres(), &settings).is_empty());
}

#[track_caller]
fn check(name: &str, sheet: &str) {
    insta::with_settings!({
        prepend_module_to_snapshot => false,
        omit_expression => true,
    }, {
        insta::assert_snapshot!(name, sheet);
    });
}
