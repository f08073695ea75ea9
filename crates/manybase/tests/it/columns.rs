//! Every column type: what is inserted comes back, from one database as from another.

mod all;
mod documents;
mod moments;
mod numbers;
mod texts;

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
enum Shape {
    Point,
    Circle { radius: f64 },
    Named(BTreeMap<String, Option<i64>>),
}
