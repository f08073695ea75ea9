//! A small bank: accounts in one database, the ledger in another, and HTTP in front of both.
//!
//! ```text
//! POST /accounts         {"owner": "Ann", "cents": 5000}             opens an account
//! GET  /accounts?after=… a page of accounts, by owner
//! GET  /accounts/{id}    an account and what happened to it
//! POST /transfers        {"from": 1, "to": 2, "cents": 700}          on both databases, or on none
//! GET  /health/live, /health/ready
//! ```

mod accounts;
mod model;
mod transfers;

use axum::Router;
use axum::routing::{get, post};
use manybase::Db;
use manybase::axum::{Server, TransactionLayer};

/// The routes. Those that write share a transaction for each request; those that read need none.
pub fn app(db: Db, server: &Server) -> Router {
    let writes = Router::new()
        .route("/accounts", post(accounts::open))
        .route("/transfers", post(transfers::transfer))
        .layer(TransactionLayer::new(db.clone()));
    let reads = Router::new()
        .route("/accounts", get(accounts::list))
        .route("/accounts/{id}", get(accounts::show));
    writes.merge(reads).with_state(db).merge(server.health().routes())
}

/// Makes the tables that are not there yet.
///
/// # Errors
/// Those of the databases.
pub async fn prepare(db: &Db) -> manybase::Result<()> {
    model::create_tables(db).await
}
