use manybase::prelude::*;

#[derive(Debug, Model)]
#[model(connection = "shop")]
struct Product {
    #[model(key, auto)]
    id: i64,
    name: String,
}

#[manybase::test(
    connections(shop = "sqlite"),
    models(Product),
    migrations = "tests/migrations"
)]
async fn has_what_the_migrations_insert(db: Db) -> manybase::Result<()> {
    assert_eq!(Product::find(1).one(&db).await?.name, "Valve");
    Ok(())
}
