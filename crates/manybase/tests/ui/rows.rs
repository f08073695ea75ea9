//! What a row can become.

use manybase::prelude::*;

struct Line {
    name: String,
}

#[derive(Model)]
struct Person {
    #[model(key, auto)]
    id: i64,
    name: String,
}

async fn example(db: &Db) {
    let _ = Person::query().select_into::<Line, _>(|c| (c.id, c.name)).all(db).await;
    let _ = Person::query().select(|c| (c.id, "x")).all(db).await;
    let _ = sql("SELECT 1").rows::<Line>().all(db).await;
    let _ = sql("SELECT 1").scalar::<Line>(db).await;
    let _ = sql("SELECT ?").bind(Line { name: String::new() });
}

fn main() {}
