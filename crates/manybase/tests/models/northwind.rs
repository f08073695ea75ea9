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
    ($on:ident, $models:ident, $price:expr, { $($order:tt)* }) => {{
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
    }};
}

async fn sqlite(on: &Legacy) -> Result<()> {
    northwind!(on, northwind_sqlite, 18.5, {});
    Ok(())
}

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
    northwind!(on, northwind_postgres, Decimal::new(185, 1), { audit: Some(id), audit_order: BelongsTo::default() });
    let order = Order::query().include(|o| o.audit_order).one(&on.db).await?;
    assert_eq!(order.audit_order.loaded()?.map(|audit| audit.id), Some(id));
    Ok(())
}

async fn mariadb(on: &Legacy) -> Result<()> {
    northwind!(on, northwind_mariadb, Decimal::new(185, 1), {});
    Ok(())
}
