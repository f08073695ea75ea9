// The same structs and queries as in sqlx_models.rs, and by hand what a model of the others brings: by key, insert, update, delete.
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

impl M@i {
    pub async fn find(pool: &sqlx::PgPool, id: i64) -> sqlx::Result<Option<Self>> {
        sqlx::query_as("SELECT id, name, note, qty, price, active, day, at, ratio, blob FROM m@i WHERE id = $1")
            .bind(id)
            .fetch_optional(pool)
            .await
    }

    pub async fn insert(&mut self, pool: &sqlx::PgPool) -> sqlx::Result<()> {
        self.id = sqlx::query_scalar(
            "INSERT INTO m@i (name, note, qty, price, active, day, at, ratio, blob) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) RETURNING id",
        )
        .bind(&self.name)
        .bind(&self.note)
        .bind(self.qty)
        .bind(self.price)
        .bind(self.active)
        .bind(self.day)
        .bind(self.at)
        .bind(self.ratio)
        .bind(&self.blob)
        .fetch_one(pool)
        .await?;
        Ok(())
    }

    pub async fn update(&self, pool: &sqlx::PgPool) -> sqlx::Result<bool> {
        let done = sqlx::query(
            "UPDATE m@i SET name = $1, note = $2, qty = $3, price = $4, active = $5, day = $6, at = $7, ratio = $8, \
             blob = $9 WHERE id = $10",
        )
        .bind(&self.name)
        .bind(&self.note)
        .bind(self.qty)
        .bind(self.price)
        .bind(self.active)
        .bind(self.day)
        .bind(self.at)
        .bind(self.ratio)
        .bind(&self.blob)
        .bind(self.id)
        .execute(pool)
        .await?;
        Ok(done.rows_affected() == 1)
    }

    pub async fn delete(&self, pool: &sqlx::PgPool) -> sqlx::Result<bool> {
        let done = sqlx::query("DELETE FROM m@i WHERE id = $1").bind(self.id).execute(pool).await?;
        Ok(done.rows_affected() == 1)
    }
}

// --- query
pub async fn q@i(pool: &sqlx::PgPool) -> sqlx::Result<Vec<M@i>> {
    sqlx::query_as::<_, M@i>("SELECT * FROM m@i WHERE qty > $1 AND name LIKE $2 ORDER BY id DESC LIMIT 10")
        .bind(3_i32)
        .bind("A%")
        .fetch_all(pool)
        .await
}
