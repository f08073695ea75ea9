//! Fields whose types can't be columns.

use manybase::prelude::*;

struct Settings {
    dark: bool,
}

#[derive(Model)]
struct Person {
    #[model(key, auto)]
    id: i64,
    settings: Settings,
}

#[derive(Model)]
struct Sized {
    #[model(key)]
    id: i64,
    length: usize,
}

#[derive(Model)]
struct AutoText {
    #[model(key, auto)]
    id: String,
}

#[derive(Model)]
struct TextVersion {
    #[model(key)]
    id: i64,
    #[model(version)]
    version: String,
}

#[derive(Model)]
struct TextTime {
    #[model(key)]
    id: i64,
    #[model(created_at)]
    created_at: String,
}

#[derive(Model)]
struct NotEmbedded {
    #[model(key)]
    id: i64,
    #[model(embedded)]
    settings: Settings,
}

#[derive(Model)]
struct NotJson {
    #[model(key)]
    id: i64,
    #[model(json)]
    settings: Settings,
}

fn main() {}
