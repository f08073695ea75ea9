//! Floor 1 of Manybase: values, expressions, statements, schema objects and dialects.
//!
//! Nothing here does I/O. A statement is a plain tree without type parameters; a [`Dialect`] turns it into
//! a [`Rendered`]: SQL text with placeholders, and the values to bind, in order. Every value is bound, never
//! spliced into the text, and every identifier is quoted.
//!
//! ```
//! use manybase_sql::{dialect, Expr, Select};
//!
//! let select = Select::from("customer").column("name").filter(Expr::column("id").eq(7i64));
//! let rendered = select.render(dialect::postgres())?;
//! assert_eq!(rendered.sql, r#"SELECT "name" FROM "customer" WHERE "id" = $1"#);
//! assert_eq!(rendered.binds.len(), 1);
//! # Ok::<(), manybase_sql::Error>(())
//! ```
#![cfg_attr(test, allow(clippy::unwrap_used))]

mod capability;
pub mod catalog;
mod data_type;
pub mod ddl;
pub mod dialect;
mod error;
pub mod expr;
mod name;
pub mod raw;
pub mod render;
pub mod schema;
pub mod statement;
pub mod upkeep;
mod value;

pub use capability::{Capability, Comments, IsolationLevel, ListBind};
pub use data_type::DataType;
pub use dialect::Dialect;
pub use error::{Error, Result};
pub use expr::{Expr, Function, LikePattern};
pub use name::{Name, TableName};
pub use raw::RawSql;
pub use render::{Rendered, SqlWriter};
pub use statement::{
    Body, ConflictUpdate, ConflictValue, Cte, Delete, Home, Insert, Join, JoinKind, LimitPer, Lock,
    LockStrength, LockWait, OnConflict, Order, OrderBy, Select, SelectItem, SetOp, Source, SourceRows,
    Tables, Update, UpdateRows,
};
pub use value::Value;
