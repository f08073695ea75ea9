//! Tables that databases really make.

use manybase_db::{Db, Result};
use manybase_driver::ErrorKind;
use manybase_record::{create_table, drop_table, prelude::*};
use manybase_testkit::{Database, mariadb, postgres, require_server};

/// What we have.
#[derive(Debug, Clone, Model)]
#[model(
    index(article, desc(qty)),
    unique(shelf, place),
    check("qty >= reserved", name = "enough")
)]
struct Stock {
    #[model(key, auto)]
    id: i64,
    /// It's \ the article.
    #[model(length = 40, index)]
    article: String,
    #[model(check = "qty >= 0")]
    qty: i64,
    #[model(default = 0)]
    reserved: i64,
    shelf: i32,
    place: i32,
}

/// Only where conditions and expressions can be indexed.
#[derive(Debug, Clone, Model)]
#[model(unique("lower(email)", filter = "gone = 0"))]
struct Member {
    #[model(key, auto)]
    id: i64,
    email: String,
    gone: i32,
}

#[derive(Debug, Clone, Model)]
#[model(view = "SELECT shelf, SUM(qty) AS qty FROM stock GROUP BY shelf", keyless)]
struct Shelf {
    shelf: i32,
    qty: i64,
}

async fn main_of(url: &str) -> Db {
    let builder = Db::builder().connect("main", url);
    builder.open().await.expect("opens")
}

fn stock(article: &str, qty: i64, place: i32) -> Stock {
    Stock {
        id: 0,
        article: article.into(),
        qty,
        reserved: 0,
        shelf: 1,
        place,
    }
}

async fn tables(db: &Db) -> Result<()> {
    for _ in 0..2 {
        create_table::<Stock>(db).await?;
    }
    stock("a", 1, 1).insert(db).await?;
    assert!(
        stock("b", 1, 1)
            .insert(db)
            .await
            .unwrap_err()
            .is_unique_violation()
    );
    let error = stock("b", -1, 2).insert(db).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::CheckViolation, "{error}");
    let short = Stock {
        reserved: 7,
        ..stock("b", 1, 2)
    };
    assert_eq!(
        short.insert(db).await.unwrap_err().kind(),
        ErrorKind::CheckViolation
    );
    for _ in 0..2 {
        create_table::<Shelf>(db).await?;
    }
    assert_eq!(Shelf::query().all(db).await?[0].qty, 1);
    drop_table::<Shelf>(db).await?;
    drop_table::<Stock>(db).await
}

async fn members(db: &Db) -> Result<()> {
    create_table::<Member>(db).await?;
    let member = |email: &str, gone| Member {
        id: 0,
        email: email.into(),
        gone,
    };
    member("a@b", 0).insert(db).await?;
    assert!(
        member("A@b", 0)
            .insert(db)
            .await
            .unwrap_err()
            .is_unique_violation()
    );
    member("A@B", 1).insert(db).await?;
    Ok(())
}

/// Of what the database keeps, for the comments.
async fn asked(db: &Db, question: &str) -> Result<String> {
    sql(question.to_owned()).scalar(db).await
}

#[tokio::test]
async fn on_sqlite() -> Result<()> {
    let db = main_of("sqlite::memory:").await;
    tables(&db).await?;
    members(&db).await
}

async fn on(database: Database, question: &str, has_members: bool) -> Result<()> {
    let db = main_of(&database.url()).await;
    create_table::<Stock>(&db).await?;
    assert_eq!(asked(&db, question).await?, "What we have. It's \\ the article.");
    drop_table::<Stock>(&db).await?;
    tables(&db).await?;
    let found = members(&db).await;
    if has_members {
        return found;
    }
    let error = found.unwrap_err();
    assert_eq!(error.model(), Some("Member"));
    assert!(error.to_string().contains("index on an expression"), "{error}");
    Ok(())
}

#[tokio::test]
async fn on_postgres() -> Result<()> {
    let server = require_server!(postgres(), Ok(()));
    let database = server.create_database("schema").expect("a database");
    let question =
        "SELECT obj_description('stock'::regclass) || ' ' || col_description('stock'::regclass, 2)";
    on(database, question, true).await
}

#[tokio::test]
async fn on_mariadb() -> Result<()> {
    let server = require_server!(mariadb(), Ok(()));
    let database = server.create_database("schema").expect("a database");
    let question = "SELECT CONCAT(t.table_comment, ' ', c.column_comment) FROM information_schema.tables t \
                    JOIN information_schema.columns c ON c.table_schema = t.table_schema AND c.table_name = t.table_name \
                    WHERE t.table_schema = DATABASE() AND t.table_name = 'stock' AND c.column_name = 'article'";
    on(database, question, false).await
}
