// The same tables and queries as in manybase_models.rs, as a user of SeaORM writes them.
use sea_orm::entity::prelude::*;
use sea_orm::{QueryOrder, QuerySelect};

// --- each
pub mod m@i {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "m@i")]
    pub struct Model {
        #[sea_orm(primary_key)]
        pub id: i64,
        pub name: String,
        pub note: Option<String>,
        pub qty: i32,
        pub price: Decimal,
        pub active: bool,
        pub day: Date,
        pub at: DateTimeUtc,
        pub ratio: f64,
        pub blob: Vec<u8>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

// --- query
pub async fn q@i(db: &DatabaseConnection) -> Result<Vec<m@i::Model>, DbErr> {
    m@i::Entity::find()
        .filter(m@i::Column::Qty.gt(3))
        .filter(m@i::Column::Name.starts_with("A"))
        .order_by_desc(m@i::Column::Id)
        .limit(10)
        .all(db)
        .await
}

