// The structs of manybase_ring.rs under sqlx, which knows no relations: the columns alone.
// --- each
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct M@i {
    pub id: i64,
    pub name: String,
    pub prev_id: i64,
}

// --- query
pub async fn q@i(pool: &sqlx::PgPool) -> sqlx::Result<Vec<M@i>> {
    sqlx::query_as::<_, M@i>("SELECT * FROM m@i WHERE name LIKE $1").bind("A%").fetch_all(pool).await
}

