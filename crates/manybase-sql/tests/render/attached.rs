//! A SQLite file that is attached to another's connection: every table's name says so, and nothing else.

use crate::columns::{NAME, c};
use crate::sheet::Sheet;
use manybase_sql::expr::ColumnRef;
use manybase_sql::schema::{DropTable, OnDelete, Table};
use manybase_sql::{
    ConflictValue, DataType, Delete, Dialect, Expr, Insert, OnConflict, Order, RawSql, Select, TableName,
    Update, dialect,
};

fn counted(select: Select) -> Select {
    Select {
        counted: true,
        ..select
    }
}

#[test]
fn attached() {
    let crm = dialect::sqlite_attached("mb_crm");
    let mut sheet = Sheet::default();

    let query = Select::from("t").column("n");
    sheet.one("select", query.clone().render(crm));
    let qualified = Expr::Column(ColumnRef {
        table: Some("t".into()),
        name: "n".into(),
        data_type: None,
        nullable: false,
    });
    sheet.one(
        "column of the table",
        Select::from("t")
            .item(qualified.clone())
            .filter(qualified.clone().eq(1i64))
            .order_by(qualified, Order::Asc)
            .render(crm),
    );
    sheet.one("count", counted(query.clone()).render(crm));
    sheet.one("count of a part", counted(query.clone().limit(3)).render(crm));
    let mut distinct = Select::from("t").item(c("price"));
    distinct.distinct = true;
    sheet.one("count of different ones", counted(distinct).render(crm));
    let many = c("n").in_list(0..300i64);
    sheet.one("long list", query.clone().filter(many).render(crm));
    let price = c("price").gt(Expr::column("big"));
    sheet.one("decimals", query.filter(price).render(crm));
    for schema in ["main", "other", "temp"] {
        let table = TableName::new("t").in_schema(schema);
        sheet.one(
            &format!("a table that says {schema}"),
            Select::from(table).column("n").render(crm),
        );
    }

    let insert = Insert::into("t", ["n", "name"]).row([1i64, 2]);
    sheet.one("insert", insert.clone().returning(["n"]).render(crm));
    let none: [&'static str; 0] = [];
    let nothing: [i64; 0] = [];
    sheet.one(
        "insert of defaults",
        Insert::into("t", none).row(nothing).render(crm),
    );
    let nothing = OnConflict::new(["n"]);
    let increase = nothing
        .clone()
        .set("name", ConflictValue::Given)
        .set("n", ConflictValue::Increased);
    for (title, conflict) in [("insert or nothing", nothing), ("insert or update", increase)] {
        let upsert = insert.clone().on_conflict(conflict);
        sheet.one(title, upsert.render(crm));
    }
    let update = Update::table("t").set("n", Expr::column("n").add(1i64));
    let mut update = update.filter(c("name").eq("a"));
    update.returning = vec!["n".into()];
    sheet.one("update", update.render(crm));
    sheet.one("delete", Delete::from("t").filter(c("n").eq(1i64)).render(crm));

    let table = Table::new("child")
        .auto_key("id")
        .column("a", DataType::I64)
        .column("b", NAME)
        .unique(["b"])
        .foreign_key(["a"], "t", ["n"], OnDelete::Cascade);
    sheet.one("create table", table.clone().create().render(crm));
    sheet.one(
        "create table unless it is there",
        table.create_if_not_exists().render(crm),
    );
    for schema in ["mb_crm", "other"] {
        let other = TableName::new("t").in_schema(schema);
        let table = Table::new("child").column("a", DataType::I64);
        let table = table.foreign_key(["a"], other, ["n"], OnDelete::Restrict);
        sheet.one(&format!("foreign key into {schema}"), table.create().render(crm));
    }
    let drop = DropTable {
        table: "t".into(),
        if_exists: true,
    };
    sheet.one("drop table", drop.render(crm));
    sheet.one(
        "raw text is left alone",
        RawSql::new("SELECT n FROM t").render(crm),
    );
    sheet.check("attached");
}

#[test]
fn one_for_each_name() {
    let (crm, erp) = (
        dialect::sqlite_attached("mb_crm"),
        dialect::sqlite_attached("mb_erp"),
    );
    let address = |dialect: &'static dyn Dialect| std::ptr::from_ref(dialect).addr();
    assert_eq!(address(crm), address(dialect::sqlite_attached("mb_crm")));
    assert_ne!(address(crm), address(erp));
    assert_eq!(crm.default_schema(), Some("mb_crm"));
    assert_eq!(crm.capability(), dialect::sqlite().capability());
    let hostile = dialect::sqlite_attached("a\"; DROP TABLE t; --");
    assert_eq!(
        Select::from("t").column("n").render(hostile).unwrap().sql,
        r#"SELECT "n" FROM "a""; DROP TABLE t; --"."t""#
    );
}
