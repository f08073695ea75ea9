//! Texts that have been looked at, so that those which come again and again are not read through each time.

use std::cell::RefCell;
use std::sync::Arc;

/// A power of two.
const PLACES: usize = 32;
/// Longer texts take longer to run than to look at.
const LONGEST: usize = 4_096;

/// The last ones, each in the place that its address leads to. A text that is kept here keeps its address for itself.
#[derive(Debug, Default)]
pub(crate) struct Seen(RefCell<Box<[Option<Arc<str>>; PLACES]>>);

/// Texts are allocated in steps of 16 bytes, and are longer than that.
fn place(text: &Arc<str>) -> usize {
    let address = text.as_ptr().addr();
    (address >> 4 ^ address >> 9) % PLACES
}

impl Seen {
    pub(crate) fn has(&self, text: &Arc<str>) -> bool {
        let seen = self.0.borrow();
        seen[place(text)]
            .as_ref()
            .is_some_and(|seen| Arc::ptr_eq(seen, text))
    }

    pub(crate) fn keep(&self, text: &Arc<str>) {
        if text.len() <= LONGEST {
            self.0.borrow_mut()[place(text)] = Some(text.clone());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_and_the_same_text() {
        let seen = Seen::default();
        let text: Arc<str> = "SELECT 1".into();
        let like: Arc<str> = "SELECT 1".into();
        assert!(!seen.has(&text));
        seen.keep(&text);
        assert!(seen.has(&text) && seen.has(&text.clone()) && !seen.has(&like));
        for n in 0..PLACES * 8 {
            let other: Arc<str> = n.to_string().into();
            assert!(!seen.has(&other));
            seen.keep(&other);
            assert!(seen.has(&other));
        }
    }
}
