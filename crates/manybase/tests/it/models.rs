//! Attributes of models.

mod embedded;
mod keys;
mod names;
mod schema;
mod times;
