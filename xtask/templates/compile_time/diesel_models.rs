// The same tables and queries as in manybase_models.rs, as a user of Diesel writes them: what reads, and nothing that
// writes.
use bigdecimal::BigDecimal;
use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};

// --- each
diesel::table! {
    m@i (id) {
        id -> BigInt,
        name -> Text,
        note -> Nullable<Text>,
        qty -> Integer,
        price -> Numeric,
        active -> Bool,
        day -> Date,
        at -> Timestamptz,
        ratio -> Double,
        blob -> Binary,
    }
}

#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = m@i)]
pub struct M@i {
    pub id: i64,
    pub name: String,
    pub note: Option<String>,
    pub qty: i32,
    pub price: BigDecimal,
    pub active: bool,
    pub day: NaiveDate,
    pub at: DateTime<Utc>,
    pub ratio: f64,
    pub blob: Vec<u8>,
}

// --- query
pub async fn q@i(connection: &mut AsyncPgConnection) -> QueryResult<Vec<M@i>> {
    m@i::table
        .filter(m@i::qty.gt(3).and(m@i::name.like("A%")))
        .order(m@i::id.desc())
        .limit(10)
        .select(M@i::as_select())
        .load(connection)
        .await
}

