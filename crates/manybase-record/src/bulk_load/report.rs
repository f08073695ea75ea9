//! What a load did.

use manybase_driver::{BulkDone, Error};

/// How many reasons are kept.
const REASONS: usize = 20;

/// What a bulk load did, or has done so far.
///
/// ```
/// assert_eq!(manybase_record::Loaded::default().inserted, 0);
/// ```
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct Loaded {
    /// Records that were taken from the stream and are dealt with.
    pub read: u64,
    /// Rows that were not there.
    pub inserted: u64,
    /// Rows that were there, and have been updated. Counted just before the write, so that somebody who writes the same
    /// rows at the same time may shift rows between this number and [`Loaded::inserted`].
    pub updated: u64,
    /// Rows that were there, and were left as they are.
    pub ignored: u64,
    /// Records of a batch that a later one with the same key has replaced.
    pub replaced: u64,
    /// Records that the database refused.
    pub rejected: u64,
    /// Rows that were deleted first.
    pub deleted: u64,
    /// Why records were rejected: of the first 20.
    pub reasons: Vec<Rejected>,
}

/// A record that a bulk load left out.
///
/// ```
/// use manybase_record::prelude::*;
/// # #[derive(Model)] struct Reading { #[model(key)] id: i64, value: f64 }
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> manybase_driver::Result<()> {
/// # let db = manybase_db::Db::builder().connect("main", "sqlite::memory:").open().await?;
/// # manybase_record::create_table::<Reading>(&db).await?;
/// let readings = [7, 7].map(|id| Reading { id, value: 0.5 });
/// let loaded = Reading::bulk_load_all(readings).max_rejects(1).exec(&db).await?;
/// let rejected = &loaded.reasons[0];
/// assert!(rejected.row == 2 && rejected.error.is_unique_violation());
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Rejected {
    /// Which one of the stream, counted from 1.
    pub row: u64,
    /// What the database has against it.
    pub error: Error,
}

impl Loaded {
    /// Notes rows that are written; those that were there are ignored or updated.
    pub(super) fn add(&mut self, done: BulkDone, ignores: bool) {
        self.inserted += done.inserted;
        match ignores {
            true => self.ignored += done.found,
            false => self.updated += done.found,
        }
    }

    /// Notes a record; an error when there were too many.
    pub(super) fn reject(&mut self, row: u64, error: Error, at_most: u64) -> Result<(), Error> {
        if self.rejected >= at_most {
            let before = match at_most {
                0 => String::new(),
                _ => format!(" ({at_most} records were rejected before)"),
            };
            let what = format!("record {row}: {}{before}", error.message());
            let mut last = Error::new(error.kind(), what);
            if let Some(code) = error.code() {
                last = last.with_code(code.clone());
            }
            if let Some(constraint) = error.constraint() {
                last = last.with_constraint(constraint);
            }
            return Err(last.with_source(error));
        }
        self.rejected += 1;
        if self.reasons.len() < REASONS {
            self.reasons.push(Rejected { row, error });
        }
        Ok(())
    }
}
