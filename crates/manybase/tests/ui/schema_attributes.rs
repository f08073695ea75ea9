//! What is said for the table's schema.

use manybase::prelude::*;

#[derive(Model)]
#[model(index(nmae), index())]
struct UnknownField {
    #[model(key)]
    id: i64,
    name: String,
}

#[derive(Model)]
#[model(index)]
struct IndexOfNothing {
    #[model(key)]
    id: i64,
}

#[derive(Model)]
#[model(index(id, where = "x"))]
struct UnknownOption {
    #[model(key)]
    id: i64,
}

#[derive(Model)]
#[model(unique(asc(id)))]
struct UnknownOrder {
    #[model(key)]
    id: i64,
}

#[derive(Model)]
struct OnAField {
    #[model(key)]
    id: i64,
    #[model(unique(id, name))]
    name: String,
}

#[derive(Model)]
struct EmptyCheck {
    #[model(key, check = " ")]
    id: i64,
}

#[derive(Model)]
struct TwoDefaults {
    #[model(key)]
    id: i64,
    #[model(default = 1, default_sql = "1 + 1")]
    n: i64,
}

#[derive(Model)]
#[model(view = "SELECT 1 AS id", check = "id > 0")]
struct CheckedView {
    #[model(key)]
    id: i64,
}

#[derive(Model)]
struct Line {
    #[model(key, no_foreign_key)]
    id: i64,
}

#[derive(Model)]
struct Order {
    #[model(key)]
    id: i64,
    #[model(no_foreign_key)]
    lines: HasMany<Line>,
}

#[derive(Model)]
struct Part {
    #[model(key)]
    id: i64,
    line_id: i64,
    #[model(no_foreign_key, on_delete = "cascade")]
    line: BelongsTo<Line>,
}

#[derive(Model)]
struct Piece {
    #[model(key)]
    id: i64,
    line_id: i64,
    #[model(index)]
    line: BelongsTo<Line>,
}

#[derive(Embedded)]
struct Address {
    #[model(check = "city <> ''")]
    city: String,
}

fn main() {}
