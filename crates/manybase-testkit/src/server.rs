//! Throwaway database servers: real ones, started in a fraction of a second, of which nothing is left behind.
//!
//! ```no_run
//! use manybase_testkit::{postgres, require_server};
//!
//! fn stores_an_order() {
//!     let server = require_server!(postgres());
//!     let database = server.create_database("orders").unwrap();
//!     // ... connect to database.url() ...
//! }
//! ```
//!
//! # One server per test process
//! [`postgres()`], [`postgres_18()`] and [`mariadb()`] start a server when a test first asks, and every test makes
//! databases of its own on it. `cargo test` runs all tests of a program in one process, so that is one start per
//! test program. `cargo nextest` runs each test in its own process: that works too, and costs a start per test.
//! Tests that stop, kill or pause a server start one of their own.
//!
//! # Who ends a server
//! A test process can end by returning, by a panic, by `process::exit` (which drops nothing), by Ctrl-C or by
//! `kill -9`. So two parties look after a server:
//!
//! - **The test process is its parent.** It alone can reap it, so only it can tell that a killed server is
//!   really gone and start the next one on the same data. While it has not reaped the server, the server's id can't
//!   be given to another process, so signals can't go astray. The server's own workers are found as its
//!   descendants (PostgreSQL puts each into a session of its own, outside the server's process group).
//! - **A reaper outlives the test process**: one `/bin/sh` per server (`reaper.sh`), reading a pipe that nobody
//!   else holds open. The kernel closes the pipe however the test process ends, and then the reaper ends the
//!   server, removes what it left in the kernel (PostgreSQL's System V memory segment) and its directory. It is not the
//!   parent, so an id alone would not do: the server's launcher (`launch.sh`) writes its id *and start time* down
//!   before it becomes the server, and the reaper ends only the process that has both. It runs as the server's
//!   user, so that even a bug could not touch anyone else, and in its own process group, where Ctrl-C does not
//!   reach it. A normal drop takes the same way: end the server, let go of the pipe, wait for the reaper.
//!
//! `PR_SET_PDEATHSIG` would be shorter and wrong: it fires when the *thread* that started the server ends, and
//! test threads end all the time.
//!
//! # Templates
//! `initdb` and `mariadb-install-db` take seconds and always do the same. Their result is kept per version and
//! arguments in cargo's target directory (or `MANYBASE_TESTKIT_CACHE`) and copied for each server. Data
//! directories of live servers lie in `/dev/shm` where there is room, unless the server is `durable`.
//!
//! Nothing here touches a service of the machine: no system cluster, no default port, no configuration file.

mod account;
mod blocking;
mod control;
mod database;
mod engine;
mod error;
mod handle;
mod home;
mod mariadb;
mod place;
pub(crate) mod port;
mod postgres;
mod process;
mod shared;
mod skip;
mod template;

pub use database::Database;
pub use error::ServerError;
pub use handle::Server;
pub use mariadb::{Mariadb, MariadbBuilder};
pub use postgres::{Postgres, PostgresBuilder, PostgresVersion};
pub use shared::{mariadb, postgres, postgres_18};
#[cfg(feature = "compliance")]
pub(crate) use skip::log as log_skip;
pub use skip::{Skipped, live_url, skip};
