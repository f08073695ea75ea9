//! Names that try to break out of their quotes.

use super::case::Case;
use super::db::TEXT;
use super::verdict::{Verdict, refused};
use manybase_driver::ErrorKind;
use manybase_sql::schema::{DropTable, Table};
use manybase_sql::{DataType, Delete, Expr, Insert, Order, Select, Update, Value};

const I64: DataType = DataType::I64;

const NAMES: &[&str] = &[
    "select",
    "order",
    "Group",
    "MixedCase",
    "with space",
    " leading",
    "trailing ",
    "dot.ted",
    "qu\"ote",
    "\"\"",
    "tick`s`",
    "it's",
    "[brackets]",
    "back\\slash",
    "semi;colon -- remark",
    "per%cent_?$1",
    ":name @x",
    "new\nline",
    "Größe",
    "日本",
    "😀",
    "a\"; DROP TABLE users; --",
    "a`; DROP TABLE users; --",
    "/* remark */",
    "1digit",
    "*",
];

/// A table and its columns, created, written, read, changed and dropped under an odd name.
async fn use_it(db: &mut super::db::Db, table: &str, column: &'static str) -> Verdict {
    let other = "other column";
    let create = Table::new(table.to_owned())
        .column("id", I64)
        .nullable(column, TEXT)
        .nullable(other, I64)
        .key("id");
    db.run(&create.create()).await?;
    let insert = Insert::into(table.to_owned(), ["id", column, other]);
    db.run(&insert.row([1i64.into(), Value::from("a"), 5i64.into()]))
        .await?;
    let named = || Expr::typed_column(column, TEXT, true);
    let update = Update::table(table.to_owned())
        .set(column, named().concat("b"))
        .filter(named().eq("a"));
    assert_eq!(db.run(&update).await?.affected, 1);
    let mut select = Select::from(table.to_owned())
        .item(named())
        .filter(named().is_not_null())
        .order_by(named(), Order::Desc);
    select.items[0].alias = Some(column.into());
    let statement = db.statement(&select)?;
    let sink = db
        .session
        .query(statement, super::value::ValueSink::new(&[TEXT]))
        .await?;
    assert_eq!(sink.rows, [[Value::from("ab")]]);
    // MySQL takes spaces away from the front of a result's name.
    assert_eq!(
        sink.names[0].trim_start_matches(' '),
        column.trim_start_matches(' ')
    );
    let delete = Delete::from(table.to_owned()).filter(named().in_list(["ab"]));
    assert_eq!(db.run(&delete).await?.affected, 1);
    db.run(&DropTable {
        table: table.to_owned().into(),
        if_exists: false,
    })
    .await?;
    Ok(())
}

pub(super) async fn hostile_names(case: Case) -> Verdict {
    let mut db = case.db().await?;
    for name in NAMES {
        // Names in front of the unique part would be cut off nowhere.
        let table = format!("{name} {}", case.table(name).len());
        let table = format!("{}{table}", case.table("h"));
        let asked = Select::from(table.clone()).column(*name).render(db.dialect);
        match asked {
            Ok(_) => {
                if let Err(failure) = use_it(&mut db, &table, name).await {
                    panic!("{name:?}: {failure:?}");
                }
            }
            Err(error @ manybase_sql::Error::Identifier { .. }) => {
                case.without(
                    &db,
                    &format!("identifier {name:?} (a typed error says so: {error})"),
                );
            }
            Err(error) => panic!("{name:?}: {error}"),
        }
    }
    db.assert_usable().await?;
    Ok(())
}

/// What no quoting can make valid is a typed error before anything is sent.
pub(super) async fn impossible_names(case: Case) -> Verdict {
    let mut db = case.db().await?;
    let table = case.table("possible");
    db.keys(&table, [1]).await?;
    let limit = db.dialect.capability().max_identifier;
    for name in ["nul\0name".to_owned(), String::new(), "x".repeat(limit + 1)] {
        let kinds = [ErrorKind::Identifier];
        refused(
            db.column(&Select::from(table.clone()).column(name.clone()), I64)
                .await,
            &kinds,
        );
        refused(
            db.column(&Select::from(name.clone()).column("id"), I64).await,
            &kinds,
        );
        refused(
            db.run(&Insert::into(table.clone(), [name.clone()]).row([1i64]))
                .await,
            &kinds,
        );
        refused(
            db.run(&Table::new(name.clone()).column("id", I64).create()).await,
            &kinds,
        );
        refused(
            db.run(&Table::new(case.table("x")).column(name.clone(), I64).create())
                .await,
            &kinds,
        );
    }
    assert_eq!(db.count(&table).await?, 1);
    Ok(())
}

/// Two names of the greatest length that differ in the last character are two names.
pub(super) async fn the_longest_name(case: Case) -> Verdict {
    let mut db = case.db().await?;
    let limit = db.dialect.capability().max_identifier.min(200);
    let unique = case.table("");
    let name = |last: char| format!("{unique}{}{last}", "x".repeat(limit - unique.len() - 1));
    db.keys(&name('a'), [1]).await?;
    db.keys(&name('b'), [2, 3]).await?;
    assert_eq!((db.count(&name('a')).await?, db.count(&name('b')).await?), (1, 2));
    Ok(())
}
