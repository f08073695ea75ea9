// Models of ten columns with one query each. Adapt this file when the API of models changes.
use manybase::prelude::*;

// --- each
#[derive(Debug, Clone, Model)]
#[model(table = "m@i", connection = "main")]
pub struct M@i {
    #[model(key, auto)]
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
pub async fn q@i(db: &Db) -> manybase::Result<Vec<Rec<M@i>>> {
    M@i::filter(|c| c.qty.gt(3) & c.name.starts_with("A")).order_by(|c| c.id.desc()).limit(10).all(db).await
}

