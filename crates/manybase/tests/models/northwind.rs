//! Rows of the trader in food, through the models as they were written.

use crate::home::{Kind, Legacy};
use crate::on_each;
use manybase::Result;

on_each! { rows "northwind" super::rows; }

async fn rows(on: &Legacy, kind: Kind) -> Result<()> {
    match kind {
        Kind::Sqlite => sqlite(on).await,
        Kind::Postgres => postgres(on).await,
        Kind::MariaDb => mariadb(on).await,
    }
}

macro_rules! northwind {
    ($on:ident, $models:ident, $price:expr, $grown:expr, { $($order:tt)* }, { $($log:tt)* }) => {{
        use crate::generated::$models::*;
        use manybase::prelude::*;

        let db = &$on.db;
        let category = Category {
            category_id: 0,
            category_name: "Beverages".into(),
            picture: Some(vec![1, 2, 3]),
            products: HasMany::default(),
        };
        let category = category.insert(db).await?;
        let product = Product {
            product_id: 0,
            product_name: "Chai".into(),
            category_id: Some(category.category_id),
            unit_price: Some($price),
            units_in_stock: Some(39),
            discontinued: true,
            category: BelongsTo::default(),
            order_details: HasMany::default(),
        };
        let product = product.insert(db).await?;
        let customer = Customer {
            customer_id: "ALFKI".into(),
            company_name: "Alfreds".into(),
            city: Some("Berlin".into()),
            orders: HasMany::default(),
        };
        customer.insert(db).await?;
        let order = Order {
            order_id: 0,
            customer_id: Some("ALFKI".into()),
            order_date: NaiveDate::from_ymd_opt(1997, 8, 25).and_then(|day| day.and_hms_opt(0, 0, 0)),
            freight: Some(29.5),
            customer: BelongsTo::default(),
            order_details: HasMany::default(),
            import_logs: HasMany::default(),
            $($order)*
        };
        let order = order.insert(db).await?;
        let detail = OrderDetail {
            order_id: order.order_id,
            product_id: product.product_id,
            quantity: 15,
            discount: 0.25,
            order: BelongsTo::default(),
            product: BelongsTo::default(),
            order_notes: HasMany::default(),
        };
        detail.insert(db).await?;
        let note = OrderNote {
            order_id: order.order_id,
            product_id: product.product_id,
            line: 1,
            r#fn: Some("a note".into()),
            order_detail: BelongsTo::default(),
        };
        note.insert(db).await?;
        // Through two columns.
        let note = OrderNote::query().include(|n| n.order_detail.include(|d| d.order_notes)).one(db).await?;
        let detail = note.order_detail.loaded()?.expect("it has one");
        assert_eq!((detail.quantity, detail.order_notes.loaded()?.len()), (15, 1));

        let customer = Customer::find("ALFKI".to_owned())
            .include(|c| c.orders.include(|o| o.order_details.include(|d| d.product.include(|p| p.category))))
            .one(db)
            .await?;
        let order = &customer.orders.loaded()?[0];
        assert_eq!(order.freight, Some(29.5));
        let detail = &order.order_details.loaded()?[0];
        assert_eq!((detail.quantity, detail.discount), (15, 0.25));
        let product = detail.product.loaded()?.expect("it has one");
        assert_eq!((product.unit_price, product.discontinued), (Some($price), true));
        let category = product.category.loaded()?.expect("it has one");
        assert_eq!(category.picture.as_deref(), Some(&[1, 2, 3][..]));

        let mut detail = OrderDetail::find((order.order_id, product.product_id)).one(db).await?;
        detail.quantity = 16;
        detail.save(db).await?;
        assert_eq!(OrderDetail::filter(|d| d.quantity.eq(16)).count(db).await?, 1);

        // Without a key, but with a relation in both directions; and a view of it.
        for what in ["read", "written"] {
            let line = ImportLog {
                order_id: Some(order.order_id),
                what: what.into(),
                order: BelongsTo::default(),
                $($log)*
            };
            line.insert(db).await?;
        }
        let order = Order::query().include(|o| o.import_logs.include(|l| l.order)).one(db).await?;
        let lines = order.import_logs.loaded()?;
        assert_eq!(lines.len(), 2);
        assert_eq!(lines[0].order.loaded()?.map(|order| order.order_id), Some(order.order_id));
        let seen = LinesPerOrder::filter(|l| l.max.eq("written")).one(db).await?;
        let (number, lines): (Option<_>, Option<_>) = (seen.order_id.into(), seen.lines_all.into());
        assert_eq!((number, lines), (Some(order.order_id), Some(2_i64)));
        assert_eq!(seen.customer_id.as_deref(), Some("ALFKI"));

        // Texts that are padded, and a list that has grown since.
        let code = |code: &str, state| ShipCode {
            company_no: "001".into(),
            code: code.into(),
            state,
            name: Some("Slow".into()),
        };
        code("ABCD", ShipCodeState::X).insert(db).await?;
        let refused = code("ABCE", ShipCodeState::Unknown("Z".into())).insert(db).await;
        let refused = refused.map(drop).expect_err("it is in no list");
        assert_eq!(refused.kind(), manybase::ErrorKind::CheckViolation);
        $on.script($grown).await?;
        let found = ShipCode::filter(|s| s.state.eq(ShipCodeState::X)).one(db).await?;
        assert_eq!(found.name.as_deref(), Some("Slow"));
        let mut found = ShipCode::find(("001".to_owned(), "Z".to_owned())).one(db).await?;
        assert_eq!((found.state.clone(), found.code.trim_end()), (ShipCodeState::Unknown("Z9".into()), "Z"));
        found.state = ShipCodeState::Open;
        found.save(db).await?;
        assert_eq!(ShipCode::filter(|s| s.state.eq(ShipCodeState::Open)).count(db).await?, 1);
    }};
}

#[allow(clippy::useless_conversion)]
async fn sqlite(on: &Legacy) -> Result<()> {
    let grown = r#"PRAGMA ignore_check_constraints = ON;
        INSERT INTO "Ship Codes" VALUES ('001', 'Z', 'Z9', NULL)"#;
    northwind!(on, northwind_sqlite, 18.5, grown, {}, {});
    Ok(())
}

#[allow(clippy::useless_conversion)]
async fn postgres(on: &Legacy) -> Result<()> {
    use crate::generated::northwind_postgres::{AuditOrder, Order};
    use manybase::prelude::*;
    // In another schema, with a key that the database would make, and that is made here.
    let audit = AuditOrder {
        id: Uuid::nil(),
        at: Utc::now(),
        orders: HasMany::default(),
    }
    .insert(&on.db)
    .await?;
    let id = audit.id;
    let grown = r#"ALTER TABLE "Ship Codes" DROP CONSTRAINT "CK_State";
        INSERT INTO "Ship Codes" VALUES ('001', 'Z', 'Z9', NULL)"#;
    let price = Decimal::new(185, 1);
    northwind!(on, northwind_postgres, price, grown, { audit: Some(id), audit_order: BelongsTo::default() }, { no: 0 });
    let order = Order::query().include(|o| o.audit_order).one(&on.db).await?;
    assert_eq!(order.audit_order.loaded()?.map(|audit| audit.id), Some(id));
    Ok(())
}

#[allow(clippy::useless_conversion)]
async fn mariadb(on: &Legacy) -> Result<()> {
    let grown = "ALTER TABLE `Ship Codes` DROP CONSTRAINT `CK_State`;
        INSERT INTO `Ship Codes` VALUES ('001', 'Z', 'Z9', NULL)";
    northwind!(on, northwind_mariadb, Decimal::new(185, 1), grown, {}, { no: 0 });
    Ok(())
}
