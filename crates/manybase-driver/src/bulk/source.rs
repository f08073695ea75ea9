//! Rows that are made when they are about to go.

use super::{BulkRows, BulkTarget};
use crate::Result;
use std::ops::Range;

/// Rows that are to be inserted, made part by part: while the database is busy with some, the next ones are made.
///
/// ```
/// use manybase_driver::{BulkRows, BulkTarget, Result, RowSource};
/// use manybase_sql::dialect;
/// use std::{ops::Range, sync::Arc};
///
/// struct Squares(Arc<BulkTarget>);
///
/// impl RowSource for Squares {
///     fn target(&self) -> &BulkTarget {
///         &self.0
///     }
///     fn len(&self) -> usize {
///         1_000
///     }
///     fn rows(&mut self, part: Range<usize>) -> Result<BulkRows> {
///         BulkRows::new(self.0.clone(), part.map(|n| ((n * n) as i64).into()).collect())
///     }
/// }
///
/// let dialect = dialect::postgres();
/// let target = BulkTarget { table: "t".into(), columns: vec!["a".into()], on_conflict: None, dialect };
/// let mut squares = Squares(target.into());
/// assert_eq!(squares.rows(7..9)?.rows().collect::<Vec<_>>(), [[49.into()], [64.into()]]);
/// # Ok::<(), manybase_driver::Error>(())
/// ```
pub trait RowSource: Send {
    /// Where the rows go.
    fn target(&self) -> &BulkTarget;

    /// How many they are.
    fn len(&self) -> usize;

    /// Whether there are none.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Makes some of them. They are asked for in order, and once; only if an attempt came to nothing, from the beginning
    /// again.
    ///
    /// # Errors
    /// A value that can't be made. Then none of the rows goes in.
    fn rows(&mut self, part: Range<usize>) -> Result<BulkRows>;
}

/// Rows that are there already.
impl RowSource for BulkRows {
    fn target(&self) -> &BulkTarget {
        self.target()
    }

    fn len(&self) -> usize {
        self.len()
    }

    fn rows(&mut self, part: Range<usize>) -> Result<BulkRows> {
        Ok(self.part(part))
    }
}
