//! A model needs a key.

use manybase::prelude::*;

#[derive(Model)]
struct WithId {
    id: i64,
    name: String,
}

#[derive(Model)]
struct WithoutId {
    name: String,
}

fn main() {}
