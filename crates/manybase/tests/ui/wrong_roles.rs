//! Attributes that do not go together.

use manybase::prelude::*;

#[derive(Model)]
struct AutoWithoutKey {
    #[model(key)]
    id: i64,
    #[model(auto)]
    number: i64,
}

#[derive(Model)]
struct KeyAndVersion {
    #[model(key, version)]
    id: i64,
}

#[derive(Model)]
struct TwoAutos {
    #[model(key, auto)]
    id: i64,
    #[model(key, auto)]
    other: i64,
}

#[derive(Model)]
struct TwoVersions {
    #[model(key)]
    id: i64,
    #[model(version)]
    one: i32,
    #[model(version)]
    two: i32,
}

#[derive(Model)]
struct DuplicateColumn {
    #[model(key)]
    id: i64,
    name: String,
    #[model(column = "name")]
    other: String,
}

#[derive(Model)]
struct PrefixWithoutEmbedded {
    #[model(key)]
    id: i64,
    #[model(prefix = "home_")]
    street: String,
}

#[derive(Embedded)]
struct Address {
    street: String,
}

#[derive(Model)]
struct ColumnOnEmbedded {
    #[model(key)]
    id: i64,
    #[model(embedded, column = "home")]
    home: Address,
}

#[derive(Model)]
struct EmbeddedAndJson {
    #[model(key)]
    id: i64,
    #[model(embedded, json)]
    home: Address,
}

#[derive(Embedded)]
struct KeyInside {
    #[model(key)]
    id: i64,
}

#[derive(Model)]
struct ForeignKeyOnColumn {
    #[model(key)]
    id: i64,
    #[model(foreign_key = id)]
    name: String,
}

#[derive(Model)]
struct SeveralAtOnce {
    #[model(key)]
    id: i64,
    #[model(auto)]
    one: i64,
    #[model(nonsense)]
    two: i64,
}

fn main() {}
