//! DDL.

use crate::columns::{ALL, NAME, table};
use crate::sheet::Sheet;
use manybase_sql::schema::{DropTable, OnDelete, Table};
use manybase_sql::{DataType, TableName, Value};
use rust_decimal::Decimal;

fn show(sheet: &mut Sheet, title: &str, table: Table) {
    let create = table.create();
    sheet.add(title, |dialect| create.render(dialect));
}

#[test]
fn create_table() {
    let mut sheet = Sheet::default();
    show(&mut sheet, "all types", table());
    let exists = table().create_if_not_exists();
    sheet.add("unless it is there", |dialect| exists.render(dialect));
    let keyed = ALL
        .iter()
        .filter(|(_, of)| *of != DataType::Json)
        .fold(Table::new("keyed"), |table, (name, of)| {
            table.column(*name, *of).unique([*name])
        });
    show(&mut sheet, "all types, unique", keyed);
    show(
        &mut sheet,
        "numbered key",
        Table::new("numbered").auto_key("id").column("name", NAME),
    );
    show(
        &mut sheet,
        "composite key",
        Table::new("line")
            .column("a", DataType::I64)
            .column("b", NAME)
            .key("a")
            .key("b"),
    );
    show(
        &mut sheet,
        "numbered column in a composite key",
        Table::new("x").auto_key("id").column("b", NAME).key("b"),
    );
    let mut beside = Table::new("beside")
        .auto_key("id")
        .column("b", DataType::I64)
        .unique(["id"]);
    beside.primary_key = vec!["b".into()];
    show(&mut sheet, "numbered column beside the key", beside);
    let mut unsigned = Table::new("unsigned").auto_key("id");
    unsigned.columns[0].data_type = DataType::U64;
    show(&mut sheet, "unsigned numbered key", unsigned);
    let mut child = Table::new("child")
        .auto_key("id")
        .nullable("a", DataType::I64)
        .nullable("b", NAME);
    for (on_delete, name) in [
        (OnDelete::Restrict, "numbered"),
        (OnDelete::Cascade, "numbered"),
        (OnDelete::SetNull, "numbered"),
    ] {
        child = child.foreign_key(["a"], name, ["id"], on_delete);
    }
    show(
        &mut sheet,
        "foreign keys",
        child.foreign_key(["a", "b"], "line", ["a", "b"], OnDelete::Cascade),
    );
    let in_schema = |name| TableName::new(name).in_schema("main");
    let same = Table::new(in_schema("child2")).column("a", DataType::I64);
    show(
        &mut sheet,
        "foreign key in a schema",
        same.foreign_key(["a"], in_schema("numbered"), ["id"], OnDelete::Restrict),
    );
    let other = Table::new("child3").column("a", DataType::I64);
    show(
        &mut sheet,
        "foreign key to a schema",
        other.foreign_key(["a"], in_schema("numbered"), ["id"], OnDelete::Restrict),
    );
    show(&mut sheet, "no columns", Table::new("x"));
    let wide = Table::new("wide").column("a", DataType::Text { length: Some(20_000) });
    show(
        &mut sheet,
        "very long text",
        wide.column("b", DataType::Char(300)).column(
            "c",
            DataType::Text {
                length: Some(20_000_000),
            },
        ),
    );
    sheet.check("create_table");
}

#[test]
fn defaults() {
    let mut sheet = Sheet::default();
    let values = crate::expr::values();
    let types = [
        DataType::I64,
        DataType::Bool,
        DataType::I64,
        DataType::U64,
        DataType::F32,
        DataType::F64,
        DataType::Decimal {
            precision: Some((10, 2)),
        },
        NAME,
        DataType::Bytes,
        DataType::Date,
        DataType::Time,
        DataType::DateTime,
        DataType::Timestamp,
        DataType::Uuid,
        DataType::Json,
    ];
    for (i, (value, data_type)) in values.into_iter().zip(types).enumerate() {
        let title = format!("{} for {data_type:?}", value.kind());
        let mut table = Table::new(format!("default_{i}")).nullable("a", data_type);
        table.columns[0].default = Some(value.into());
        show(&mut sheet, &title, table);
    }
    for (i, hostile) in ["it's", r"back\slash\' ", "\"`; --", "😀", "n\0l", ""]
        .into_iter()
        .enumerate()
    {
        for (length, kind) in [(None, "long"), (Some(40), "bounded")] {
            let mut table = Table::new(format!("hostile_{i}_{kind}")).column("a", DataType::Text { length });
            table.columns[0].default = Some(hostile.into());
            show(&mut sheet, &format!("{kind} text {hostile:?}"), table);
        }
    }
    let numbers = [Value::F64(f64::NAN), Value::F64(1e300), Decimal::MAX.into()];
    for (i, value) in numbers.into_iter().enumerate() {
        let mut table = Table::new(format!("number_{i}")).column("a", value.data_type().unwrap());
        let title = format!("{value:?}");
        table.columns[0].default = Some(value.into());
        show(&mut sheet, &title, table);
    }
    sheet.check("create_table_default");
}

#[test]
fn drop_table() {
    let mut sheet = Sheet::default();
    for if_exists in [false, true] {
        let drop = DropTable {
            table: "wide".into(),
            if_exists,
        };
        sheet.add(&format!("if it is there: {if_exists}"), |dialect| {
            drop.render(dialect)
        });
    }
    sheet.check("drop_table");
}
