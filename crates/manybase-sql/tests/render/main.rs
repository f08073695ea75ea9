//! What every dialect makes of every construct, side by side: one snapshot for each part of the tree.
//!
//! After a change on purpose: `INSTA_UPDATE=always cargo test -p manybase-sql --test render`, then read the diff.

mod attached;
mod columns;
mod expr;
mod full_text;
mod function;
mod identifier;
mod joins;
mod json;
mod list;
mod operator;
mod raw;
mod schema;
mod schema_parts;
mod select;
mod sheet;
mod window;
mod write;
