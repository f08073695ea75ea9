// The same tables and queries as in manybase_models.rs, as a user of Toasty writes them.
use jiff::Timestamp;
use jiff::civil::Date;
use rust_decimal::Decimal;

// --- each
#[derive(Debug, Clone, toasty::Model)]
#[table = "m@i"]
pub struct M@i {
    #[key]
    #[auto]
    pub id: i64,
    pub name: String,
    pub note: Option<String>,
    pub qty: i32,
    pub price: Decimal,
    pub active: bool,
    pub day: Date,
    pub at: Timestamp,
    pub ratio: f64,
    pub blob: Vec<u8>,
}

// --- query
pub async fn q@i(db: &mut toasty::Db) -> toasty::Result<Vec<M@i>> {
    let fields = M@i::fields();
    M@i::filter(fields.qty().gt(3).and(fields.name().starts_with("A")))
        .order_by(fields.id().desc())
        .limit(10)
        .exec(db)
        .await
}

