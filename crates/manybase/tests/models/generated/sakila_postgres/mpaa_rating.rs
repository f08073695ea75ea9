//! Written by `manybase models`: changes are lost when it runs again.
//!
//! The tables of connection `legacy` (PostgreSQL).

use manybase::prelude::*;

/// The database's enum `mpaa_rating`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, DbEnum)]
pub enum MpaaRating {
    #[db("G")]
    G,
    #[db("PG")]
    Pg,
    #[db("PG-13")]
    Pg13,
    #[db("R")]
    R,
    #[db("NC-17")]
    Nc17,
}
