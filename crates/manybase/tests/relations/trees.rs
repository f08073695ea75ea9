//! Models that relate to themselves, and several relations to one model.

use crate::support::{On, on_every_database};
use manybase::prelude::*;
use manybase::{Result, create_table};
use std::sync::Arc;

on_every_database! { a_tree, several_to_one_model }

#[derive(Debug, Model)]
struct Part {
    #[model(key)]
    id: i64,
    part_of: Option<i64>,
    name: String,
    #[model(foreign_key = part_of)]
    parent: BelongsTo<Part>,
    #[model(foreign_key = part_of)]
    parts: HasMany<Part>,
}

async fn a_tree(on: Arc<On>) -> Result<()> {
    create_table::<Part>(&on.db).await?;
    let part = |(id, part_of, name): (i64, Option<i64>, &str)| Part {
        id,
        part_of,
        name: name.into(),
        parent: BelongsTo::default(),
        parts: HasMany::default(),
    };
    let parts = [
        (1, None, "car"),
        (2, Some(1), "engine"),
        (3, Some(1), "wheel"),
        (4, Some(2), "piston"),
        (5, Some(4), "ring"),
        (6, None, "boat"),
        // Its own part: the levels asked for are an end.
        (7, Some(7), "loop"),
    ];
    Part::insert_many(parts.map(part), &on.db).await?;
    let roots = Part::filter(|p| p.part_of.is_null())
        .order_by(|p| p.id.asc())
        .include(|p| {
            p.parts
                .order_by(|p| p.name.desc())
                .include(|p| p.parts.include(|p| p.parts.include(|p| p.parent)))
        })
        .all(&on.db)
        .await?;
    assert!(roots[1].parts.loaded()?.is_empty());
    let under_car = roots[0].parts.loaded()?;
    let names: Vec<&str> = under_car.iter().map(|part| &*part.name).collect();
    assert_eq!(names, ["wheel", "engine"]);
    let piston = &under_car[1].parts.loaded()?[0];
    let ring = &piston.parts.loaded()?[0];
    assert_eq!(
        (&*ring.name, &*ring.parent.loaded()?.unwrap().name),
        ("ring", "piston")
    );
    assert!(ring.parts.loaded().is_err());
    let looped = Part::find(7)
        .include(|p| p.parent.include(|p| p.parts))
        .one(&on.db)
        .await?;
    assert_eq!(looped.parent.loaded()?.unwrap().parts.loaded()?[0].id, 7);
    let up = Part::find(5)
        .include(|p| p.parent.include(|p| p.parent.include(|p| p.parent)))
        .one(&on.db)
        .await?;
    let piston = up.parent.loaded()?.unwrap();
    let engine = piston.parent.loaded()?.unwrap();
    assert_eq!(engine.parent.loaded()?.unwrap().name, "car");
    assert!(
        Part::find(1)
            .include(|p| p.parent)
            .one(&on.db)
            .await?
            .parent
            .loaded()?
            .is_none()
    );
    Ok(())
}

#[derive(Debug, Model)]
struct Address {
    #[model(key)]
    id: i64,
    #[model(unique)]
    code: String,
    #[model(foreign_key = bill_to)]
    billed: HasMany<Shipment>,
    #[model(foreign_key = ship_to, references = code)]
    shipped: HasMany<Shipment>,
}

#[derive(Debug, Model)]
struct Shipment {
    #[model(key)]
    id: i64,
    bill_to: i64,
    ship_to: Option<String>,
    #[model(foreign_key = bill_to)]
    bills: BelongsTo<Address>,
    #[model(foreign_key = ship_to, references = code)]
    ships: BelongsTo<Address>,
}

async fn several_to_one_model(on: Arc<On>) -> Result<()> {
    create_table::<Address>(&on.db).await?;
    create_table::<Shipment>(&on.db).await?;
    let address = |id: i64, code: &str| Address {
        id,
        code: code.into(),
        billed: HasMany::default(),
        shipped: HasMany::default(),
    };
    Address::insert_many([address(1, "home"), address(2, "work")], &on.db).await?;
    let shipment = |id, bill_to, ship_to: Option<&str>| Shipment {
        id,
        bill_to,
        ship_to: ship_to.map(Into::into),
        bills: BelongsTo::default(),
        ships: BelongsTo::default(),
    };
    let shipments = [
        shipment(1, 1, Some("work")),
        shipment(2, 1, Some("home")),
        shipment(3, 2, None),
    ];
    Shipment::insert_many(shipments, &on.db).await?;
    let addresses = Address::query()
        .order_by(|a| a.id.asc())
        .include(|a| a.billed.order_by(|s| s.id.asc()))
        .include(|a| a.shipped)
        .all(&on.db)
        .await?;
    let ids =
        |of: &HasMany<Shipment>| -> Result<Vec<i64>> { Ok(of.loaded()?.iter().map(|one| one.id).collect()) };
    assert_eq!(
        (ids(&addresses[0].billed)?, ids(&addresses[0].shipped)?),
        (vec![1, 2], vec![2])
    );
    assert_eq!(
        (ids(&addresses[1].billed)?, ids(&addresses[1].shipped)?),
        (vec![3], vec![1])
    );
    let shipments = Shipment::query()
        .order_by(|s| s.id.asc())
        .include(|s| s.bills)
        .include(|s| s.ships)
        .all(&on.db)
        .await?;
    let first = &shipments[0];
    assert_eq!(
        (
            first.bills.loaded()?.unwrap().id,
            first.ships.loaded()?.unwrap().id
        ),
        (1, 2)
    );
    assert!(shipments[2].ships.loaded()?.is_none());
    Ok(())
}
