//! What `#[derive(Factory)]` takes.

use manybase::prelude::*;
use manybase::testing::Factory;

#[derive(Model, Factory)]
struct NoValue {
    #[model(key, auto)]
    id: i64,
    born: i32,
}

#[derive(Model, Factory)]
struct UnknownWord {
    #[model(key, auto)]
    id: i64,
    #[factory(defualt = 1)]
    qty: i64,
}

#[derive(Model, Factory)]
struct BothOf {
    #[model(key, auto)]
    id: i64,
    #[factory(default = 1, sequence = |n| n as i64)]
    qty: i64,
}

#[derive(Model, Factory)]
struct NameTaken {
    #[model(key, auto)]
    id: i64,
    #[factory(default = 1)]
    build: i64,
}

#[derive(Model, Factory)]
struct Parent {
    #[model(key, auto)]
    id: i64,
    #[factory(default = 1)]
    children: HasMany<Child>,
}

#[derive(Model, Factory)]
struct Child {
    #[model(key, auto)]
    id: i64,
    #[factory(default = "one")]
    parent_id: i64,
}

#[derive(Model, Factory)]
struct WrongSequence {
    #[model(key, auto)]
    id: i64,
    #[factory(sequence = |n| format!("{n}"))]
    number: i64,
}

#[derive(Factory)]
enum NoStruct {
    One,
}

fn main() {}
