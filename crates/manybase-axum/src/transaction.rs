//! A transaction for each request.

mod layer;
mod slot;
mod tx;

pub use layer::{TransactionLayer, TransactionService};
pub use tx::Tx;
