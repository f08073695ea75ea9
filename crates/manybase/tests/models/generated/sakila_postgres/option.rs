//! Written by `manybase models`: changes are lost when it runs again.
//!
//! The tables of connection `legacy` (PostgreSQL).

use manybase::prelude::*;

/// Table `option`.
///
/// Unique: `2nd` where `self`.
#[derive(Debug, Clone, PartialEq, Model)]
#[model(table = "option", connection = "legacy")]
pub struct OptionRecord {
    #[model(key, length = 10)]
    pub r#match: String,
    #[model(column = "self")]
    pub self_: bool,
    #[model(column = "2nd")]
    pub n2nd: Option<manybase::serde_json::Value>,
    #[model(column = "%")]
    pub unnamed: Option<String>,
}
