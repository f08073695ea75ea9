//! What is known of statements that have run before: whether they were short.

use foldhash::fast::RandomState;
use std::collections::HashMap;
use std::hash::BuildHasher;

/// So many statements are kept in mind.
const CAPACITY: usize = 1_024;
/// Longer texts are for many rows, and not worth a look.
const LONGEST_TEXT: usize = 4_096;

/// How statements went when they ran last, by their text. It only decides on which thread they run next.
#[derive(Debug, Default)]
pub(crate) struct Habits {
    /// By the text's hash.
    short: HashMap<u64, bool, RandomState>,
    /// How many of them are not.
    long: usize,
}

impl Habits {
    /// Takes note of how a statement went.
    pub(crate) fn note(&mut self, sql: &str, short: bool) {
        if sql.len() > LONGEST_TEXT {
            return;
        }
        if self.short.len() >= CAPACITY {
            self.short.clear();
            self.long = 0;
        }
        let before = self.short.insert(self.key(sql), short);
        self.long -= usize::from(before == Some(false));
        self.long += usize::from(!short);
    }

    /// Whether it is known to be short.
    pub(crate) fn is_short(&self, sql: &str) -> bool {
        self.look(sql) == Some(true)
    }

    /// Whether it is known not to be.
    pub(crate) fn is_long(&self, sql: &str) -> bool {
        sql.len() > LONGEST_TEXT || self.long > 0 && self.look(sql) == Some(false)
    }

    fn look(&self, sql: &str) -> Option<bool> {
        self.short.get(&self.key(sql)).copied()
    }

    fn key(&self, sql: &str) -> u64 {
        self.short.hasher().hash_one(sql)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_time_counts() {
        let mut habits = Habits::default();
        assert!(!habits.is_short("a") && !habits.is_long("a"));
        habits.note("a", false);
        habits.note("b", true);
        assert!(habits.is_long("a") && habits.is_short("b") && !habits.is_long("b"));
        habits.note("a", true);
        assert!(habits.is_short("a") && habits.long == 0);
        for n in 0..3 * CAPACITY {
            habits.note(&n.to_string(), n % 2 == 0);
        }
        assert!(habits.short.len() <= CAPACITY && habits.long <= habits.short.len());
    }

    #[test]
    fn a_text_of_any_length() {
        let mut habits = Habits::default();
        let text = "x".repeat(LONGEST_TEXT + 1);
        habits.note(&text, true);
        assert!(habits.is_long(&text) && !habits.is_short(&text));
    }
}
