//! The name of a branch.

use crate::{Error, ErrorKind, Result};
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

/// XA's limit for each part. Both and the colon stay far below PostgreSQL's 199.
const LONGEST: usize = 64;

/// What a branch is called: the transaction (`gtrid`), and whose part of it this is (`bqual`), as in XA.
///
/// Each part has 1 to 64 ASCII letters, digits, dots, underscores and hyphens, so no server takes it for anything
/// else. As text they stand with a colon between them, which is PostgreSQL's name for the branch.
///
/// ```
/// use manybase_driver::BranchId;
/// let id = BranchId::new("mb1.erp.7f3a.1.42", "crm")?;
/// assert_eq!(id.to_string(), "mb1.erp.7f3a.1.42:crm");
/// assert_eq!("mb1.erp.7f3a.1.42:crm".parse::<BranchId>()?, id);
/// assert!(BranchId::new("it's", "crm").is_err());
/// # Ok::<(), manybase_driver::Error>(())
/// ```
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BranchId {
    gtrid: Arc<str>,
    bqual: Arc<str>,
}

impl BranchId {
    /// An id of two parts.
    ///
    /// # Errors
    /// [`ErrorKind::Identifier`] for a part that is empty, too long, or has other characters.
    pub fn new(gtrid: impl Into<Arc<str>>, bqual: impl Into<Arc<str>>) -> Result<Self> {
        let (gtrid, bqual) = (gtrid.into(), bqual.into());
        for (name, part) in [("gtrid", &gtrid), ("bqual", &bqual)] {
            if part.is_empty() || part.len() > LONGEST || !is_plain(part) {
                return Err(refused(&format!("the {name} {part:?}")));
            }
        }
        Ok(Self { gtrid, bqual })
    }

    /// The transaction.
    pub fn gtrid(&self) -> &str {
        &self.gtrid
    }

    /// The branch of it.
    pub fn bqual(&self) -> &str {
        &self.bqual
    }

    /// The session that prepares the branch, as [`TwoPhase::session_token`](crate::TwoPhase::session_token) calls it,
    /// if the `bqual` ends with that: `<resource>.<number>.<token>`.
    ///
    /// ```
    /// use manybase_driver::BranchId;
    /// assert_eq!(BranchId::new("mb1.erp.7f3a.1", "crm.2.4711")?.holder(), Some(4711));
    /// assert_eq!(BranchId::new("mb1.erp.7f3a.1", "crm.2")?.holder(), None);
    /// # Ok::<(), manybase_driver::Error>(())
    /// ```
    pub fn holder(&self) -> Option<u64> {
        let mut parts = self.bqual.split('.');
        let token = parts.nth(2)?.parse().ok()?;
        parts.next().is_none().then_some(token)
    }

    /// A text with which ids can begin. The empty one is the beginning of all.
    ///
    /// ```
    /// use manybase_driver::BranchId;
    /// assert!(BranchId::check_prefix("mb1.").is_ok() && BranchId::check_prefix("%").is_err());
    /// ```
    ///
    /// # Errors
    /// As [`BranchId::new`].
    pub fn check_prefix(prefix: &str) -> Result<()> {
        if prefix.len() <= LONGEST && is_plain(prefix) {
            return Ok(());
        }
        Err(refused(&format!("the prefix {prefix:?}")))
    }
}

fn is_plain(part: &str) -> bool {
    part.bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-'))
}

fn refused(what: &str) -> Error {
    Error::new(ErrorKind::Identifier, format!("{what} can't name a branch")).with_help(
        "each part has 1 to 64 ASCII letters, digits, dots, underscores and hyphens; the text form is gtrid:bqual",
    )
}

impl FromStr for BranchId {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        match text.split_once(':') {
            Some((gtrid, bqual)) => Self::new(gtrid, bqual),
            None => Err(refused(&format!("{text:?}"))),
        }
    }
}

impl fmt::Display for BranchId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.gtrid, self.bqual)
    }
}

impl fmt::Debug for BranchId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "BranchId({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_every_server_takes_literally() {
        let long = "x".repeat(LONGEST);
        assert_eq!(
            BranchId::new(&*long, &*long).expect("fits").to_string().len(),
            129
        );
        let too_long = "x".repeat(LONGEST + 1);
        for part in ["", "a'b", "a:b", "a\\b", "a b", "ä", "a\0", "a%", &*too_long] {
            for (gtrid, bqual) in [(part, "b"), ("a", part)] {
                let error = BranchId::new(gtrid, bqual).expect_err(part);
                assert_eq!(error.kind(), ErrorKind::Identifier);
                assert!(error.help().is_some());
            }
        }
    }

    #[test]
    fn text_and_back() {
        for text in ["", "a", ":", "a:", ":b", "a:b:c", "a:b'"] {
            assert!(text.parse::<BranchId>().is_err(), "{text}");
        }
        let id: BranchId = "mb1.x:erp-2_3".parse().expect("good");
        assert_eq!((id.gtrid(), id.bqual()), ("mb1.x", "erp-2_3"));
        assert_eq!(id.to_string().parse::<BranchId>().expect("again"), id);
        assert_eq!(format!("{id:?}"), "BranchId(mb1.x:erp-2_3)");
    }
}
