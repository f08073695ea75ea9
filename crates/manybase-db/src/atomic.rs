//! One transaction over several databases: what its commit is made of.
//!
//! The transaction's part on each database is a **branch**. All of them are prepared but one, the **home**: its own
//! commit carries a row that says so, and is the moment at which the whole is decided.
//!
//! ```text
//!   orders (MariaDB)  ── XA PREPARE ──┐                                 ┌── XA COMMIT
//!   crm (PostgreSQL)  ── PREPARE ─────┤                                 ├── COMMIT PREPARED
//!   books (SQLite)    ── home ────────┴─ INSERT decision; COMMIT ───────┴─ acknowledged
//!                                              ▲ the commit point
//! ```
//!
//! Whoever finds a branch in doubt asks the home, by writing an abort where the decision would be: the [`fence`].
//! The key is unique, so that one of the two stands there, for good. There are no leases and no clocks in it.
//!
//! The protocol is two-phase commit with the last participant as the log, as in Gray, "Notes on Data Base Operating
//! Systems" (1978), with the decision kept where presumed abort would look for it (Mohan, Lindsay and Obermarck,
//! "Transaction Management in the R* Distributed Database Management System", 1986).

mod commit;
mod coordinator;
mod decide;
pub(crate) mod fence;
pub(crate) mod gtrid;
mod in_flight;
#[cfg(feature = "faults")]
mod mistake;
mod prepare;
pub(crate) mod resource;
pub(crate) mod rows;
mod single;
pub(crate) mod tables;

pub(crate) use commit::roll_back;
pub(crate) use coordinator::Coordinator;
pub(crate) use in_flight::{InFlight, Part, Role};
#[cfg(feature = "faults")]
pub(crate) use mistake::one_by_one;
pub(crate) use prepare::{Expected, prepare, two_homes};
pub(crate) use resource::{Resource, made_too_late};
pub(crate) use single::commit_alone;
