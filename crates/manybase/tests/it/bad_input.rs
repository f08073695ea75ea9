//! What goes wrong in daily life: a typed error that helps, or the right answer, and the pool keeps working.

mod lists;
mod names;
mod places;
mod tables;
mod values;

use manybase::prelude::*;

#[derive(Debug, Clone, PartialEq, Model)]
struct Row {
    #[model(key, auto)]
    id: i64,
    name: String,
    n: i32,
}

fn row(name: &str, n: i32) -> Row {
    Row {
        id: 0,
        name: name.into(),
        n,
    }
}
