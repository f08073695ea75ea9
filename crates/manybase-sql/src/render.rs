//! From tree to text: what all dialects share.
//!
//! A dialect is a set of overridden default methods ([`crate::Dialect`]); the defaults live here, one clause
//! or node per function.

mod cast;
mod collate;
mod conflict;
mod delete;
mod expr;
mod full_text;
mod insert;
mod json;
mod limit_per;
mod lock;
mod rollup;
mod schema;
mod scope;
mod select;
mod source;
mod subquery;
mod update;
mod update_rows;
mod window;
mod writer;

pub(crate) use cast::cast;
pub(crate) use conflict::on_conflict;
pub(crate) use delete::delete;
pub(crate) use expr::{
    aggregate, binary, call, case, expr, extreme, grouped, in_list, in_placeholders, like, list_as_json,
    output_grouped,
};
pub(crate) use full_text::{no_full_text, statement};
pub(crate) use insert::insert;
pub(crate) use json::{json_index, json_path};
pub(crate) use lock::{lock, wait};
pub(crate) use schema::{
    comment_on, create_index, create_table, drop_table, hex, index_body, index_head, literal,
    null_and_default,
};
pub(crate) use select::{limit, order_by, select};
pub(crate) use source::{body, column};
pub(crate) use update::update;
pub(crate) use update_rows::update_rows;
pub use writer::{Rendered, SqlWriter};
