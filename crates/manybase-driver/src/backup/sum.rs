//! What is in a table, in one number.

use sha2::{Digest, Sha256};

/// Row count and checksum of a table's rows, in whatever order they come: the sum of the rows' own checksums, so that a
/// row that is there twice counts twice.
///
/// ```
/// use manybase_driver::backup::RowSums;
/// let of = |rows: &[&[&str]]| {
///     let mut sums = RowSums::default();
///     for row in rows {
///         row.iter().for_each(|cell| sums.cell(b't', cell.as_bytes()));
///         sums.end_row();
///     }
///     sums.finish()
/// };
/// assert_eq!(of(&[&["a", "b"], &["c"]]), of(&[&["c"], &["a", "b"]]));
/// assert_ne!(of(&[&["a", "b"]]), of(&[&["ab"]]));
/// assert_eq!(of(&[]).0, 0);
/// ```
#[derive(Clone, Default)]
pub struct RowSums {
    rows: u64,
    sum: u128,
    row: Sha256,
}

impl RowSums {
    /// A cell of the row: what kind it is, and its bytes.
    pub fn cell(&mut self, kind: u8, bytes: &[u8]) {
        self.row.update([kind]);
        self.row.update((bytes.len() as u64).to_le_bytes());
        self.row.update(bytes);
    }

    /// A part of the row's text, for who has rows as text.
    pub fn text(&mut self, part: &[u8]) {
        self.row.update(part);
    }

    /// The row is complete.
    pub fn end_row(&mut self) {
        let digest = self.row.finalize_reset();
        let mut first = [0; 16];
        first.copy_from_slice(&digest[..16]);
        self.sum = self.sum.wrapping_add(u128::from_be_bytes(first));
        self.rows += 1;
    }

    /// Rows and checksum.
    pub fn finish(&self) -> (u64, String) {
        (self.rows, format!("{:032x}", self.sum))
    }
}

impl std::fmt::Debug for RowSums {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RowSums")
            .field("rows", &self.rows)
            .finish_non_exhaustive()
    }
}
