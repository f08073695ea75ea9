//! Records that were found, each with the key that it was asked for by.

use std::iter::Flatten;
use std::vec::IntoIter;

/// A part is about so many bytes at most. Larger blocks are what allocators give back to the system as soon as they are
/// free, and then each page of the next one is a page fault.
const PART: usize = 16 << 10;
const FIRST: usize = 8;

/// In the order in which they came.
pub(super) struct Found<R> {
    /// In parts that are not moved while there come more.
    parts: Vec<Vec<R>>,
    /// Of each the place of its key.
    pub(super) places: Vec<usize>,
}

impl<R> Default for Found<R> {
    fn default() -> Self {
        Self {
            parts: Vec::new(),
            places: Vec::new(),
        }
    }
}

impl<R> Found<R> {
    pub(super) fn len(&self) -> usize {
        self.places.len()
    }

    #[inline]
    pub(super) fn push(&mut self, place: usize, record: R) {
        self.places.push(place);
        match self.parts.last_mut() {
            Some(part) if part.len() < part.capacity() => part.push(record),
            _ => self.push_in_new_part(record),
        }
    }

    #[inline(never)]
    fn push_in_new_part(&mut self, record: R) {
        let most = (PART / size_of::<R>().max(1)).max(FIRST);
        let room = self.len().clamp(FIRST, most);
        let mut part = Vec::with_capacity(room);
        part.push(record);
        self.parts.push(part);
    }

    /// Forgets those behind the first so many.
    pub(super) fn truncate(&mut self, len: usize) {
        self.places.truncate(len);
        let mut left = len;
        self.parts.retain_mut(|part| {
            part.truncate(left);
            left -= part.len();
            !part.is_empty()
        });
    }

    /// The records alone.
    pub(super) fn into_records(self) -> Flatten<IntoIter<Vec<R>>> {
        self.parts.into_iter().flatten()
    }

    /// A list for each key.
    pub(super) fn into_lists(self, keys: usize) -> Vec<Vec<R>> {
        let mut counts = vec![0_usize; keys];
        for &place in &self.places {
            counts[place] += 1;
        }
        let mut lists: Vec<_> = counts.into_iter().map(Vec::with_capacity).collect();
        let mut places = self.places.into_iter();
        for part in self.parts {
            for (record, place) in part.into_iter().zip(&mut places) {
                lists[place].push(record);
            }
        }
        lists
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(records: usize, keys: usize) -> Found<[u64; 8]> {
        let mut found = Found::default();
        for record in 0..records {
            found.push(record % keys, [record as u64; 8]);
        }
        found
    }

    fn numbers(records: impl IntoIterator<Item = [u64; 8]>) -> Vec<usize> {
        let numbers = records.into_iter().map(|record| record[0] as usize);
        numbers.collect()
    }

    #[test]
    fn records_come_in_their_order() {
        for records in [0, 1, FIRST, FIRST + 1, 10_000] {
            let found = found(records, 3);
            assert_eq!(found.len(), records);
            assert_eq!(numbers(found.into_records()), (0..records).collect::<Vec<_>>());
        }
    }

    #[test]
    fn each_key_has_its_list() {
        let lists = found(10_000, 7).into_lists(8);
        for (key, list) in lists.into_iter().enumerate() {
            assert_eq!(list.len(), list.capacity());
            let wanted: Vec<usize> = match key {
                7 => Vec::new(),
                key => (key..10_000).step_by(7).collect(),
            };
            assert_eq!(numbers(list), wanted);
        }
    }

    #[test]
    fn what_is_forgotten_is_gone() {
        for left in [0, 1, FIRST, FIRST + 1, 999, 1_000] {
            let mut found = found(1_000, 7);
            found.truncate(left);
            found.push(5, [1; 8]);
            assert_eq!(found.places.last(), Some(&5));
            let left: Vec<usize> = (0..left).chain([1]).collect();
            assert_eq!(numbers(found.into_records()), left);
        }
    }
}
