use manybase::prelude::*;

#[derive(Debug, Model)]
struct Customer {
    #[model(key, auto)]
    id: i64,
    name: String,
}

#[manybase::test(models(Customer))]
async fn counts_customers(db: Db) -> manybase::Result<()> {
    let ann = Customer {
        id: 0,
        name: "Ann".into(),
    };
    ann.insert(&db).await?;
    assert_eq!(Customer::query().count(&db).await?, 1);
    Ok(())
}
