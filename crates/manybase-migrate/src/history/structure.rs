//! Hashes of the whole structure, and of what a statement has nothing to do with.

use super::Rows;
use crate::set::{hash, upkeep};
use manybase_db::{Lease, Result};
use manybase_driver::Statement;

/// Hashes that change when the structure does, and at nothing else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Structure {
    whole: String,
    /// Without all that names what a statement is about; the same for all where that is not known.
    rest: String,
}

/// As the journal keeps both.
const LENGTH: usize = 32;

impl Structure {
    /// As the journal has it; `None` for what no version of this has written.
    pub(crate) fn read(text: &str) -> Option<Self> {
        let (whole, rest) = text.split_at_checked(LENGTH)?;
        Some(Self {
            whole: whole.to_owned(),
            rest: rest.to_owned(),
        })
    }

    pub(crate) fn text(&self) -> String {
        format!("{}{}", self.whole, self.rest)
    }

    /// Whether nothing at all has changed.
    pub(crate) fn is(&self, other: &Self) -> bool {
        self.whole == other.whole
    }

    /// Whether something else has changed than what the statement is about.
    pub(crate) fn differs_elsewhere(&self, other: &Self) -> bool {
        self.rest != other.rest
    }
}

/// The structure as it is, for a statement that is about these objects. `None` where the catalog is not known.
pub(crate) async fn structure(lease: &mut Lease<'_>, about: Option<&[String]>) -> Result<Option<Structure>> {
    let queries = upkeep(lease.dialect()).structure;
    if queries.is_empty() {
        return Ok(None);
    }
    let (mut all, mut rest) = (Vec::new(), Vec::new());
    for (at, query) in queries.iter().enumerate() {
        let rows = Rows::new(|row| Ok(row.str(0)?.unwrap_or_default().to_owned()));
        let mut rows = lease
            .query(Statement::write(*query, vec![]).once(), rows)
            .await?
            .kept;
        rows.sort_unstable();
        all.push(format!("{at}"));
        if let Some(about) = about {
            rest.push(format!("{at}"));
            rest.extend(rows.iter().filter(|row| !names_any(row, about)).cloned());
        }
        all.extend(rows);
    }
    let short = |texts: &[String]| {
        let mut hash = hash(texts.iter().map(String::as_str));
        hash.truncate(LENGTH);
        hash
    };
    Ok(Some(Structure {
        whole: short(&all),
        rest: match about {
            Some(_) => short(&rest),
            None => "-".repeat(LENGTH),
        },
    }))
}

/// Whether one of the names stands in a row of the catalog, or in a name that is made of it, such as `person_pkey`.
fn names_any(row: &str, names: &[String]) -> bool {
    let row = row.to_lowercase();
    names.iter().any(|name| {
        let edge = |c: Option<char>| !c.is_some_and(char::is_alphanumeric);
        row.match_indices(name.as_str()).any(|(at, found)| {
            edge(row[..at].chars().next_back()) && edge(row[at + found.len()..].chars().next())
        })
    })
}

#[cfg(test)]
mod tests {
    use super::names_any;

    #[test]
    fn names_in_rows_of_the_catalog() {
        let person = ["person".to_owned()];
        for row in [
            "Person|id|1",
            "public|_person|b",
            "CREATE INDEX a ON public.person",
            "person_pkey|x",
        ] {
            assert!(names_any(row, &person), "{row}");
        }
        for row in ["persons|id", "person2|id", "city|name"] {
            assert!(!names_any(row, &person), "{row}");
        }
    }
}
