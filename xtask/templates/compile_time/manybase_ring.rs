// Models in a ring: each has many of the next one and belongs to the one before.
// Adapt this file when the API of relations changes.
use manybase::prelude::*;

// --- each
#[derive(Debug, Clone, Model)]
#[model(table = "m@i", connection = "main")]
pub struct M@i {
    #[model(key, auto)]
    pub id: i64,
    pub name: String,
    pub prev_id: i64,
    pub prev: BelongsTo<M@prev>,
    #[model(foreign_key = prev_id)]
    pub nexts: HasMany<M@next>,
}

// --- query
pub async fn q@i(db: &Db) -> manybase::Result<Vec<Rec<M@i>>> {
    M@i::filter(|c| c.name.starts_with("A")).include(|c| c.nexts).all(db).await
}

