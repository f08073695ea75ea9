//! Floor 6 of Manybase: pages and diagrams of a schema, over all databases of a program.
//!
//! ```text
//!   Models ──────┐                        ┌─► a Markdown page for each model, and an index
//!                ├─► entities and edges ──┼─► a diagram in Mermaid
//!   Databases ───┘                        └─► a diagram in SVG
//! ```
//!
//! The same models give the same bytes, so that the pages can lie in version control and be compared in CI:
//! [`Docs::check`].
//!
//! ```
//! use manybase_docs::Docs;
//! use manybase_record::{models, prelude::*};
//!
//! /// Somebody who buys.
//! #[derive(Model)]
//! #[model(connection = "crm")]
//! struct Customer {
//!     #[model(key, auto)]
//!     id: i64,
//!     orders: HasMany<Order>,
//! }
//!
//! #[derive(Model)]
//! #[model(connection = "erp")]
//! struct Order {
//!     #[model(key, auto)]
//!     id: i64,
//!     customer_id: i64,
//! }
//!
//! let docs = Docs::of_models(&models!(Customer, Order), "erp");
//! let names: Vec<String> = docs.pages().into_iter().map(|page| page.path).collect();
//! assert_eq!(names, ["crm/Customer.md", "diagram.md", "diagram.svg", "erp/Order.md", "index.md"]);
//! ```

mod docs;
mod edge;
mod entity;
mod files;
mod from_database;
mod from_models;
mod index;
mod mermaid;
mod names;
mod page;
mod svg;
mod text;

pub use docs::{Docs, Page};
pub use files::{Change, ChangeKind, MARKER};
