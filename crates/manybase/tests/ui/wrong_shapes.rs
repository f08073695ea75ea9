//! What a model, an embedded struct and a row can't be.

use manybase::prelude::*;

#[derive(Model)]
struct Tuple(i64, String);

#[derive(Model)]
struct Unit;

#[derive(Model)]
enum Choice {
    A,
}

#[derive(Model)]
struct Generic<T> {
    #[model(key)]
    id: i64,
    value: T,
}

#[derive(Model)]
struct Borrowed<'a> {
    #[model(key)]
    id: i64,
    name: &'a str,
}

#[derive(Embedded)]
struct EmbeddedTuple(i64);

#[derive(FromRow)]
struct RowTuple(i64);

fn main() {}
