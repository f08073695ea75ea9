//! The test kit of Manybase: throwaway database servers and the driver compliance suite. Development only.
//!
//! - [`server`](mod@server): real PostgreSQL and MariaDB servers that start in a fraction of a second and of which
//!   nothing is left behind; skipping tests out loud where one is missing.
//! - [`proxy`](mod@proxy): a TCP proxy that hangs, cuts and refuses on demand.

#[cfg(feature = "compliance")]
pub mod compliance;
pub mod proxy;
pub mod server;

pub use proxy::{Side, TcpProxy};
pub use server::{
    Database, Mariadb, MariadbBuilder, Postgres, PostgresBuilder, PostgresVersion, Server, ServerError,
    Skipped, live_url, mariadb, postgres, postgres_18, skip,
};
