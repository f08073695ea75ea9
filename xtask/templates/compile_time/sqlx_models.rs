// The same structs and queries as in manybase_models.rs, as a user of sqlx writes them.
use chrono::{DateTime, NaiveDate, Utc};
use rust_decimal::Decimal;

// --- each
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct M@i {
    pub id: i64,
    pub name: String,
    pub note: Option<String>,
    pub qty: i32,
    pub price: Decimal,
    pub active: bool,
    pub day: NaiveDate,
    pub at: DateTime<Utc>,
    pub ratio: f64,
    pub blob: Vec<u8>,
}

// --- query
pub async fn q@i(pool: &sqlx::PgPool) -> sqlx::Result<Vec<M@i>> {
    sqlx::query_as::<_, M@i>("SELECT * FROM m@i WHERE qty > $1 AND name LIKE $2 ORDER BY id DESC LIMIT 10")
        .bind(3_i32)
        .bind("A%")
        .fetch_all(pool)
        .await
}

