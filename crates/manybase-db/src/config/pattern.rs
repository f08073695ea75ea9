//! Names with stars, for databases that are called otherwise than others.

use crate::{Error, Result};

/// A name in which `*` stands for any text. Letters count as they are written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Pattern(String);

impl Pattern {
    /// # Errors
    /// One that every name fits: it would mark a production database too.
    pub(crate) fn new(text: &str) -> Result<Self> {
        let text = text.trim();
        if text.chars().all(|c| c == '*') {
            return Err(Error::config(format!(
                "the pattern {text:?} would mark every database for tests"
            ))
            .with_help("write the names of databases for tests, such as \"ci_*\""));
        }
        Ok(Self(text.to_owned()))
    }

    pub(crate) fn matches(&self, name: &str) -> bool {
        let mut pieces = self.0.split('*');
        let Some(mut rest) = pieces.next().and_then(|first| name.strip_prefix(first)) else {
            return false;
        };
        let Some(last) = pieces.next_back() else {
            return rest.is_empty();
        };
        for piece in pieces {
            match rest.find(piece) {
                Some(at) => rest = &rest[at + piece.len()..],
                None => return false,
            }
        }
        rest.ends_with(last)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stars_stand_for_any_text() {
        let matches = |pattern: &str, name: &str| Pattern::new(pattern).unwrap().matches(name);
        for (pattern, name) in [
            ("scratch", "scratch"),
            ("ci_*", "ci_"),
            ("ci_*", "ci_42"),
            ("*_ci", "erp_ci"),
            ("ci_*_erp", "ci_7_erp"),
            ("a*b*c", "a1b2b3c"),
            ("ö*", "öde"),
        ] {
            assert!(matches(pattern, name), "{pattern} {name}");
        }
        for (pattern, name) in [
            ("scratch", "scratch2"),
            ("scratch", "a_scratch"),
            ("ci_*", "erp_ci_1"),
            ("*_ci", "erp_ci_1"),
            ("ci_*_erp", "ci_erp"),
            ("ab*ba", "aba"),
            ("a*b*c", "acb"),
        ] {
            assert!(!matches(pattern, name), "{pattern} {name}");
        }
    }

    #[test]
    fn none_that_fits_everything() {
        for text in ["", " ", "*", "**"] {
            let error = Pattern::new(text).unwrap_err().to_string();
            assert!(error.contains("would mark every database"), "{error}");
        }
    }
}
