//! The PostgreSQL driver on real servers that the tests start themselves.

mod arrays;
mod batch;
mod begin;
mod bind;
mod cancel;
mod connect;
mod errors;
mod fault;
mod feed;
mod first;
mod load;
mod query;
mod session;
mod support;
mod tls;
mod transaction;
mod two_phase;
mod types;
