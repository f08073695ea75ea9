//! Who took part in a transaction, as it stands with the decision.

use crate::atomic::gtrid::resource_of;
use std::sync::Arc;

/// A branch of a transaction that was committed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Participant {
    /// What the one who committed called the connection. Others may call it otherwise.
    pub(super) connection: Arc<str>,
    pub(super) bqual: Arc<str>,
    /// Whether the branch left a receipt.
    pub(super) receipt: bool,
}

impl Participant {
    /// The database, by the id in it.
    pub(super) fn resource(&self) -> &str {
        resource_of(&self.bqual)
    }
}

/// Reads `connection=bqual` with spaces in between; a `~` before it means that there is no receipt. The names are the
/// users' own and may hold all of that too; what follows the last `=` is ours.
pub(super) fn parse(text: &str) -> Vec<Participant> {
    let mut all = Vec::new();
    let mut name = String::new();
    for part in text.split(' ') {
        if !name.is_empty() {
            name.push(' ');
        }
        let Some((end, bqual)) = part.rsplit_once('=').filter(|(_, bqual)| !bqual.is_empty()) else {
            name.push_str(part);
            continue;
        };
        name.push_str(end);
        let receipt = !name.starts_with('~');
        all.push(Participant {
            connection: name.strip_prefix('~').unwrap_or(&name).into(),
            bqual: bqual.into(),
            receipt,
        });
        name.clear();
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &str) -> Vec<(String, String, bool)> {
        let all = parse(text).into_iter();
        all.map(|one| (one.connection.to_string(), one.bqual.to_string(), one.receipt))
            .collect()
    }

    fn one(connection: &str, bqual: &str, receipt: bool) -> (String, String, bool) {
        (connection.to_owned(), bqual.to_owned(), receipt)
    }

    #[test]
    fn reads_what_the_owner_wrote() {
        assert_eq!(told(""), []);
        assert_eq!(told("erp=abc.1"), [one("erp", "abc.1", true)]);
        assert_eq!(
            told("erp=abc.1 ~crm=def.2.77"),
            [one("erp", "abc.1", true), one("crm", "def.2.77", false)]
        );
        assert_eq!(parse("~crm=def.2.77")[0].resource(), "def");
    }

    #[test]
    fn names_may_be_anything() {
        assert_eq!(
            told("my erp=abc.1 ~a=b c=def.2"),
            [
                one("my erp", "abc.1", true),
                one("a", "b", false),
                one("c", "def.2", true)
            ]
        );
        assert_eq!(
            told("x=y z=abc.1 ="),
            [one("x", "y", true), one("z", "abc.1", true)]
        );
        assert_eq!(told("garbage"), []);
    }
}
