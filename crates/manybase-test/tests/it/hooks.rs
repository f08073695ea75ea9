//! What runs at the end of transactions, also where none of them is committed for good.

use crate::models::{Customer, CustomerFactory, Order, OrderFactory};
use manybase_db::{Db, Outcome, Result};
use manybase_record::prelude::*;
use manybase_test::captured_hooks;
use rust_decimal::Decimal;

async fn captured(db: Db) -> Result<()> {
    let ann = CustomerFactory::new().create(&db).await?;
    assert!(captured_hooks(&db)?.is_empty());
    db.transaction(async |tx| {
        OrderFactory::new()
            .customer(&ann)
            .total(Decimal::ONE)
            .create(tx)
            .await?;
        tx.at_end(async |_outcome, _db| Ok(()))?;
        // Not before the end.
        assert_eq!(Customer::find(ann.id).one(tx).await?.city, None);
        Ok(())
    })
    .await?;
    assert_eq!(
        Customer::find(ann.id).one(&db).await?.city.as_deref(),
        Some("order 1")
    );
    let dropped = db.begin().await?;
    OrderFactory::new().customer(&ann).create(&dropped).await?;
    dropped.rollback().await?;
    let bad = OrderFactory::new()
        .customer(&ann)
        .total(Decimal::from(-1))
        .create(&db)
        .await;
    assert_eq!(bad.unwrap_err().kind(), manybase_db::ErrorKind::AfterCommit);

    let hooks = captured_hooks(&db)?;
    let said: Vec<_> = hooks
        .iter()
        .map(|hook| (hook.what, hook.operation, hook.outcome, hook.error.is_some()))
        .collect();
    assert_eq!(said[0], ("Order", Some("insert"), Outcome::Committed, false));
    assert!(
        said[1].0.contains("hooks::captured") && said[1].1.is_none(),
        "{said:?}"
    );
    assert_eq!(said[2], ("Order", Some("insert"), Outcome::RolledBack, false));
    assert_eq!(said[3], ("Order", Some("insert"), Outcome::Committed, true));
    assert!(
        hooks[3]
            .error
            .as_deref()
            .is_some_and(|error| error.contains("a negative order"))
    );
    Ok(())
}

macro_rules! each {
    ($($name:ident $kind:literal $isolation:literal;)*) => {$(
        #[manybase_test::test(connections(app = $kind), models(Customer, Order), isolation = $isolation)]
        async fn $name(db: Db) -> Result<()> {
            captured(db).await
        }
    )*};
}

each! {
    in_memory "sqlite" "memory";
    in_a_transaction_of_sqlite "sqlite" "tx";
    postgres_tx "postgres" "tx";
    postgres_clone "postgres" "clone";
    mariadb_tx "mariadb" "tx";
}
