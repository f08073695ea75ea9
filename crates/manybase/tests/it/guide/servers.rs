use manybase::prelude::*;
use manybase_testkit::{postgres, require_server};

#[derive(Debug, Model)]
#[model(connection = "erp")]
struct Item {
    #[model(key, auto)]
    id: i64,
    name: String,
}

#[tokio::test]
async fn counts_items() -> manybase::Result<()> {
    let server = require_server!(postgres(), Ok(()));
    let database = server.create_database("items").expect("a database");
    let db = Db::builder().connect("erp", database.url()).open().await?; // feature `postgres`
    manybase::create_table::<Item>(&db).await?;
    assert_eq!(Item::query().count(&db).await?, 0);
    db.close().await
}
