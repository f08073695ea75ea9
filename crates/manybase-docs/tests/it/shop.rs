//! Models over three databases.

use manybase_docs::{Docs, Page};
use manybase_record::{ManyToMany, Models, models, prelude::*};
use rust_decimal::Decimal;

/// Somebody who buys from us.
///
/// One who has bought nothing for ten years is | removed.
#[derive(Model)]
#[model(table = "CUST_MASTER", connection = "crm", renamed_from = "CLIENT")]
#[model(
    index(name, desc(since)),
    unique("lower(email)", name = "one_email", filter = "email <> ''")
)]
#[allow(dead_code)]
pub(crate) struct Customer {
    #[model(key, auto, column = "CUST_NO")]
    id: i64,
    /// As it stands on letters.
    #[model(column = "CUST_NAME", length = 80, renamed_from = "NAME")]
    name: String,
    #[model(length = 80)]
    email: String,
    #[model(default_sql = "CURRENT_DATE")]
    since: chrono::NaiveDate,
    #[model(check = "credit_limit >= 0", precision = (12, 2))]
    credit_limit: Decimal,
    #[model(version)]
    version: i32,
    orders: HasMany<Order>,
    groups: ManyToMany<Group, Membership>,
    profile: HasOne<Profile>,
}

#[derive(Model)]
#[model(connection = "crm")]
#[allow(dead_code)]
pub(crate) struct Profile {
    #[model(key)]
    customer_id: i64,
    #[model(json)]
    settings: Vec<String>,
    #[model(on_delete = "cascade")]
    customer: BelongsTo<Customer>,
}

#[derive(Model)]
#[model(table = "groups", connection = "crm")]
#[allow(dead_code)]
pub(crate) struct Group {
    #[model(key, auto)]
    id: i64,
    #[model(unique, length = 40, default = "it's")]
    name: String,
}

#[derive(Model)]
#[model(connection = "crm")]
#[allow(dead_code)]
pub(crate) struct Membership {
    #[model(key)]
    customer_id: i64,
    #[model(key)]
    group_id: i64,
}

/// What somebody has bought.
#[derive(Model)]
#[allow(dead_code)]
pub(crate) struct Order {
    #[model(key, auto)]
    id: i64,
    #[model(index)]
    customer_id: Option<i64>,
    customer: BelongsTo<Customer>,
    lines: HasMany<Line>,
}

#[derive(Model)]
#[model(table = "order_line")]
#[allow(dead_code)]
pub(crate) struct Line {
    #[model(key)]
    order_id: i64,
    #[model(key)]
    position: i32,
    #[model(length = 20)]
    sku: String,
    order: BelongsTo<Order>,
    #[model(foreign_key = sku)]
    article: BelongsTo<Article>,
}

/// Stands in no list of ours.
#[derive(Model)]
#[model(connection = "catalogue")]
#[allow(dead_code)]
pub(crate) struct Article {
    #[model(key, length = 20)]
    sku: String,
    title: String,
}

#[derive(Model)]
#[model(
    keyless,
    view = "SELECT customer_id, COUNT(*) AS orders\nFROM \"order\" GROUP BY customer_id"
)]
#[allow(dead_code)]
pub(crate) struct Sales {
    customer_id: i64,
    orders: i64,
}

pub(crate) fn shop() -> Models {
    models!(Line, Order, Customer, Group, Membership, Profile, Sales)
}

pub(crate) fn docs() -> Docs {
    Docs::of_models(&shop(), "erp").title("Shop")
}

pub(crate) fn page(docs: &Docs, path: &str) -> String {
    let found = docs.pages().into_iter().find(|page: &Page| page.path == path);
    found.unwrap_or_else(|| panic!("{path}")).text
}
