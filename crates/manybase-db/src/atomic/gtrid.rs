//! The name of a transaction that spans databases.

use manybase_driver::{Error, ErrorKind, Result};
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;
use uuid::Uuid;

/// How the names begin. The number is the version of the protocol: a recovery leaves others alone.
pub(crate) const PREFIX: &str = "mb1.";

/// `mb1.<home>.<coordinator>.<n>`: the database that holds the decision, the `Db` that made the transaction, and its
/// number there. At most 64 characters, as XA has it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Gtrid {
    text: Arc<str>,
    home: Arc<str>,
}

impl Gtrid {
    pub(crate) fn new(home: &Arc<str>, coordinator: &str, n: u64) -> Self {
        Self {
            text: format!("{PREFIX}{home}.{coordinator}.{n}").into(),
            home: home.clone(),
        }
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.text
    }

    pub(crate) fn text(&self) -> &Arc<str> {
        &self.text
    }

    /// The resource id of the database that is asked for the decision first.
    pub(crate) fn home(&self) -> &Arc<str> {
        &self.home
    }

    /// The `Db` that made it.
    pub(crate) fn coordinator(&self) -> Option<&str> {
        self.text.split('.').nth(2)
    }
}

impl fmt::Display for Gtrid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl FromStr for Gtrid {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let home = text
            .strip_prefix(PREFIX)
            .and_then(|rest| rest.split_once('.'))
            .map(|(home, _)| home)
            .filter(|home| !home.is_empty());
        match home {
            Some(home) if text.len() <= 64 => Ok(Self {
                text: text.into(),
                home: home.into(),
            }),
            _ => Err(Error::new(
                ErrorKind::Identifier,
                format!("{text:?} is no name of a transaction over several databases"),
            )
            .with_help("`manybase tx list` shows them; they look like mb1.<home>.<coordinator>.<number>")),
        }
    }
}

/// 64 random bits in 13 lower-case letters and digits, without those that are easily mistaken for others.
pub(crate) fn random_id() -> Arc<str> {
    const LETTERS: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
    let (mut bits, _) = Uuid::new_v4().as_u64_pair();
    // A v4 UUID's version sits in the first half; the other half has only two fixed bits, and goes over them.
    bits ^= Uuid::new_v4().as_u64_pair().1.rotate_left(32);
    let mut id = String::with_capacity(13);
    for _ in 0..13 {
        id.push(char::from(LETTERS[(bits & 31) as usize]));
        bits >>= 5;
    }
    id.into()
}

/// The resource id that a branch belongs to, from its `bqual`.
pub(crate) fn resource_of(bqual: &str) -> &str {
    bqual.split('.').next().unwrap_or(bqual)
}

/// The token of the session that holds a branch, from its `bqual`, where there is one.
pub(crate) fn token_of(bqual: &str) -> Option<u64> {
    bqual.split('.').nth(2)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_and_back() {
        let home = random_id();
        let gtrid = Gtrid::new(&home, &random_id(), u64::MAX);
        assert!(gtrid.as_str().len() <= 64, "{gtrid}");
        let again: Gtrid = gtrid.as_str().parse().expect("good");
        assert_eq!((again.home(), &again), (&home, &gtrid));
        for bad in [
            "",
            "mb1.",
            "mb1.x",
            "mb2.x.y.1",
            "mb1..y.1",
            &format!("mb1.x.{}", "y".repeat(64)),
        ] {
            assert!(bad.parse::<Gtrid>().is_err(), "{bad}");
        }
    }

    #[test]
    fn random_ids_differ() {
        let ids: std::collections::BTreeSet<_> = (0..1_000).map(|_| random_id()).collect();
        assert_eq!(ids.len(), 1_000);
        assert!(ids.iter().all(|id| id.len() == 13));
    }

    #[test]
    fn parts_of_a_bqual() {
        assert_eq!(resource_of("abc.1.77"), "abc");
        assert_eq!(token_of("abc.1.77"), Some(77));
        assert_eq!(token_of("abc.1"), None);
    }
}
