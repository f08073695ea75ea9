//! Attributes that are not known, or are said twice.

use manybase::prelude::*;

#[derive(Model)]
#[model(tabel = "person")]
struct OnStruct {
    #[model(key, auto)]
    id: i64,
}

#[derive(Model)]
struct OnField {
    #[model(key, autoincrement)]
    id: i64,
    #[model(colum = "NAME")]
    name: String,
}

#[derive(Model)]
#[model(table = "a", table = "b")]
struct Twice {
    #[model(key, key)]
    id: i64,
}

#[derive(Model)]
struct TwiceColumn {
    #[model(key, column = "a", column = "b")]
    id: i64,
}

#[derive(Model)]
#[model(table = "a\0b")]
struct Nul {
    #[model(key)]
    id: i64,
}

#[derive(Model)]
struct Empty {
    #[model(key, column = "")]
    id: i64,
}

#[derive(FromRow)]
struct Line {
    #[row(name = "x")]
    id: i64,
}

fn main() {}
