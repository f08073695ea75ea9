//! What all contenders share, so that none of them can win by doing something else than the others: the rows of the
//! table, the schema, the data, the checksum of what was read, the clock, and the protocol with the runner.

mod clock;
mod concurrent;
mod data;
mod digest;
mod protocol;
mod row;
mod schema;

pub use clock::Clock;
pub use concurrent::threads;
#[cfg(feature = "tokio")]
pub use concurrent::{rest, runtime, tasks};
pub use data::{Author, Book, Search, Source, accounts, authors, books, entries, items, search, source};
pub use digest::{Day, Digest, Moment, family};
pub use protocol::{Answer, Arguments, Contender, Outcome, Result, serve};
pub use row::{BULK_ROWS, CONCURRENT_OPERATIONS, CONCURRENT_TASKS, Operation, Row, account, key, operation};
pub use schema::{CONNECTIONS, Database, RESET_ENTRY, SQLITE_PRAGMAS, TABLES, columns, indexes, schema};

/// The checksum of an item, whatever struct it was read into.
#[macro_export]
macro_rules! digest {
    ($row:expr) => {{
        let row = &$row;
        let mut digest = $crate::Digest::default();
        digest.i64(row.id);
        $crate::digest_data!(digest, row);
        digest.finish()
    }};
}

/// As [`digest!`], without the key, which a database may number as it likes.
#[macro_export]
macro_rules! digest_keyless {
    ($row:expr) => {{
        let row = &$row;
        let mut digest = $crate::Digest::default();
        $crate::digest_data!(digest, row);
        digest.finish()
    }};
}

#[doc(hidden)]
#[macro_export]
macro_rules! digest_data {
    ($digest:ident, $row:ident) => {
        $digest.text(&$row.name);
        $digest.text($row.email.as_deref().unwrap_or("-"));
        $digest.i64(i64::from($row.age));
        $digest.i64($row.balance);
        $digest.i64($row.score.to_bits().cast_signed());
        $digest.i64(i64::from($row.active));
        $digest.i64($crate::Day::day(&$row.born_on));
        $digest.i64($crate::Moment::micros(&$row.seen_at));
        $digest.bytes(&$row.token);
    };
}

/// Runs an operation `cycles` times `each` times, and adds up the digests of what it returned, off the clock; what it
/// returned is dropped on the clock. It is a macro so that the operation may await.
#[macro_export]
macro_rules! measure {
    ($cycles:expr, $each:expr, |$i:ident| $operation:expr, |$result:pat_param| $digest:expr) => {{
        let mut clock = $crate::Clock::new();
        let mut checksum = 0_u64;
        for _ in 0..$cycles {
            let mut results = Vec::with_capacity($each as usize);
            clock.go();
            for $i in 0..$each {
                results.push($operation);
            }
            clock.halt();
            for $result in &results {
                checksum = checksum.wrapping_add($digest);
            }
            clock.go();
            drop(results);
            clock.halt();
        }
        $crate::Outcome::new(&clock, checksum)
    }};
}

/// The digests of many rows.
#[macro_export]
macro_rules! digests {
    ($rows:expr) => {
        $rows
            .iter()
            .fold(0_u64, |sum, row| sum.wrapping_add($crate::digest!(row)))
    };
}

/// What `account` holds after updates: its balances began at zero.
#[macro_export]
macro_rules! balances {
    ($rows:expr) => {
        $rows.iter().fold(0_u64, |sum, row| {
            sum.wrapping_add(row.balance.cast_unsigned().wrapping_mul(row.id.cast_unsigned()))
        })
    };
}

/// What `entry` holds after inserts.
#[macro_export]
macro_rules! keyless {
    ($rows:expr) => {
        $rows
            .iter()
            .fold(0_u64, |sum, row| sum.wrapping_add($crate::digest_keyless!(row)))
    };
}
