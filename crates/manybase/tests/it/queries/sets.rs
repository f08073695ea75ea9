//! Updates and deletes of all rows that a query stands for.

use super::{Color, Item, filled};
use crate::support::{Kind, On, fails_with, on_every_database};
use manybase::prelude::*;
use manybase::{ErrorKind, Result};
use std::sync::Arc;

on_every_database! { updates, updates_by_expressions, deletes, what_a_statement_can_t_have_is_refused }

async fn updates(on: Arc<On>) -> Result<()> {
    let mut rows = filled(&on).await?;
    let set = Item::filter(|c| c.active & c.qty.lt(0)).update(&on.db, |c| {
        (
            c.name.set("it's \\ ?"),
            c.nick.set(None::<String>),
            c.stock.set(5),
            c.color.set(Color::Green),
            c.price.set(Decimal::new(5, 1)),
        )
    });
    let mut wanted = 0;
    let affected = set.await?;
    for i in rows.iter_mut().filter(|i| i.active && i.qty < 0) {
        i.name = "it's \\ ?".into();
        i.nick = None;
        i.stock = Some(5);
        i.color = Color::Green;
        i.price = Decimal::new(5, 1);
        wanted += 1;
    }
    assert_eq!(affected, wanted);
    let found: Vec<Item> = Item::query()
        .order_by(|c| c.id.asc())
        .all(&on.db)
        .await?
        .into_iter()
        .map(Rec::into_inner)
        .collect();
    assert_eq!(found, rows);
    // Rows that had the values already count too, on every database.
    assert_eq!(
        Item::filter(|c| c.name.eq("it's \\ ?"))
            .update(&on.db, |c| c.stock.set(5))
            .await?,
        wanted
    );
    let by_key = Item::find(3)
        .update(&on.db, |c| vec![c.qty.set(1), c.ratio.set(0.5)])
        .await?;
    assert_eq!(by_key, 1);
    assert_eq!(Item::find(99).update(&on.db, |c| c.qty.set(1)).await?, 0);
    assert_eq!(
        Item::filter(|c| c.id.in_list([0i64; 0]))
            .update(&on.db, |c| c.qty.set(1))
            .await?,
        0
    );
    Ok(())
}

async fn updates_by_expressions(on: Arc<On>) -> Result<()> {
    let rows = filled(&on).await?;
    let affected = Item::query()
        .update(&on.db, |c| {
            (
                // All new values are computed from the old ones.
                c.qty.set(c.qty * 2 + 1),
                c.stock.set(c.stock - c.id),
                c.price.set(c.price * Decimal::new(11, 1)),
                c.name.set(c.name.concat("+")),
                c.nick.set(c.name),
                c.active.set(!c.active),
                c.ratio.set(c.ratio / 2.0),
            )
        })
        .await?;
    assert_eq!(affected, 60);
    let found = Item::query().order_by(|c| c.id.asc()).all(&on.db).await?;
    for (new, old) in found.iter().zip(&rows) {
        assert_eq!(new.qty, old.qty * 2 + 1);
        assert_eq!(new.stock, old.stock.map(|v| v - old.id));
        assert_eq!(new.price, old.price * Decimal::new(11, 1));
        assert_eq!(new.name, format!("{}+", old.name));
        assert_eq!(new.nick.as_ref(), Some(&old.name));
        assert_eq!(new.active, !old.active);
        assert_eq!(new.ratio, old.ratio / 2.0);
    }
    // Two columns change places.
    let swap = Item::filter(|c| c.id.le(2)).update(&on.db, |c| {
        (
            c.stock.set(c.qty.cast::<i64>()),
            c.qty.set(coalesce(c.stock, 0).cast::<i32>()),
        )
    });
    if on.kind == Kind::MariaDb {
        // It assigns one after another; what would come out wrong is refused.
        fails_with(swap.await, ErrorKind::Unsupported, "Item");
        return Ok(());
    }
    assert_eq!(swap.await?, 2);
    let swapped = Item::find(2).one(&on.db).await?;
    assert_eq!(
        (Some(i64::from(swapped.qty)), swapped.stock),
        (found[1].stock, Some(i64::from(found[1].qty)))
    );
    Ok(())
}

async fn deletes(on: Arc<On>) -> Result<()> {
    let rows = filled(&on).await?;
    let gone = rows.iter().filter(|i| i.nick.is_none() || i.qty > 10).count() as u64;
    assert_eq!(
        Item::filter(|c| c.nick.is_null() | c.qty.gt(10))
            .delete(&on.db)
            .await?,
        gone
    );
    assert_eq!(Item::query().count(&on.db).await?, 60 - gone);
    assert_eq!(Item::filter(|c| c.id.in_list([0i64; 0])).delete(&on.db).await?, 0);
    assert_eq!(Item::query().delete(&on.db).await?, 60 - gone);
    assert_eq!(Item::query().delete(&on.db).await?, 0);
    Ok(())
}

async fn what_a_statement_can_t_have_is_refused(on: Arc<On>) -> Result<()> {
    let db = &on.db;
    filled(&on).await?;
    let queries = [
        Item::query().limit(1),
        Item::query().offset(1),
        Item::query().order_by(|c| c.id.asc()),
        Item::query().distinct(),
        Item::query().having(|_| count_all().gt(0)),
        Item::query().group_by(|c| c.color),
    ];
    for query in queries {
        let error = fails_with(query.clone().delete(db).await, ErrorKind::Statement, "Item");
        assert!(error.help().is_some(), "{error}");
        fails_with(
            query.update(db, |c| c.qty.set(1)).await,
            ErrorKind::Statement,
            "Item",
        );
    }
    // An update that sets nothing.
    fails_with(
        Item::query().update(db, |_| Vec::new()).await,
        ErrorKind::Statement,
        "Item",
    );
    // A column set twice.
    fails_with(
        Item::query().update(db, |c| (c.qty.set(1), c.qty.set(2))).await,
        ErrorKind::Statement,
        "Item",
    );
    assert_eq!(Item::query().count(db).await?, 60);
    Ok(())
}
