//! Full-text search: which texts are searched, and what is asked of them.

mod search;

pub(crate) use search::SIGNS;
pub use search::{TextSearch, TextTerm};

use super::{ColumnRef, Expr};
use crate::{DataType, Error, Name, Result};

/// The columns of one table that are searched together.
///
/// ```
/// use manybase_sql::expr::FullText;
/// let text = FullText::of(["title", "body"]);
/// assert_eq!(text.index_name()?, "full_text_title_body");
/// # Ok::<(), manybase_sql::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct FullText {
    /// The columns, each an [`Expr::Column`] of the same table.
    pub columns: Vec<Expr>,
    /// The language whose words are brought to their stems; without one words are what they are.
    pub language: Option<Name>,
    /// The columns are searched by an index that was made by hand, in the way of the database.
    pub by_columns: bool,
}

impl FullText {
    /// Columns by name.
    ///
    /// ```
    /// let text = manybase_sql::expr::FullText::of(["title"]);
    /// assert_eq!(text.columns.len(), 1);
    /// ```
    pub fn of<N: Into<Name>>(columns: impl IntoIterator<Item = N>) -> Self {
        Self {
            columns: columns.into_iter().map(Expr::column).collect(),
            language: None,
            by_columns: false,
        }
    }

    /// The columns as what they are.
    ///
    /// # Errors
    /// No column at all, something else, columns of several tables.
    ///
    /// ```
    /// use manybase_sql::{expr::FullText, Expr};
    /// let mut text = FullText::of(["title"]);
    /// assert_eq!(text.parts()?[0].name, "title");
    /// text.columns.push(Expr::qualified("author", "name"));
    /// assert!(text.parts().is_err());
    /// # Ok::<(), manybase_sql::Error>(())
    /// ```
    pub fn parts(&self) -> Result<Vec<&ColumnRef>> {
        let mut parts: Vec<&ColumnRef> = Vec::with_capacity(self.columns.len());
        for expr in &self.columns {
            match expr {
                Expr::Column(column) if parts.first().is_none_or(|first| first.table == column.table) => {
                    parts.push(column);
                }
                Expr::Column(column) => {
                    return Err(Error::Statement(format!(
                        "full-text search over columns of several tables, of which {} is one: search each table by \
                         itself and combine the conditions",
                        column.name
                    )));
                }
                _ => {
                    return Err(Error::Statement(
                        "full-text search in something that is no column".into(),
                    ));
                }
            }
        }
        match parts.is_empty() {
            true => Err(Error::Statement("full-text search in no column".into())),
            false => Ok(parts),
        }
    }

    /// The name that the index of these columns goes by within its table. A long one is cut, and made different by a
    /// number that is calculated from it.
    ///
    /// # Errors
    /// As [`FullText::parts`].
    ///
    /// ```
    /// use manybase_sql::expr::FullText;
    /// let text = FullText { language: Some("english".into()), ..FullText::of(["title"]) };
    /// assert_eq!(text.index_name()?, "full_text_title_english");
    /// # Ok::<(), manybase_sql::Error>(())
    /// ```
    pub fn index_name(&self) -> Result<String> {
        let mut name = String::from("full_text");
        let columns = self.parts()?;
        for part in columns.iter().map(|column| &column.name).chain(&self.language) {
            name.push('_');
            name.push_str(part);
        }
        Ok(fitting(name))
    }

    /// The name of the language, which can only be a plain one.
    pub(crate) fn plain_language(&self) -> Result<Option<&str>> {
        let Some(language) = self.language.as_deref() else {
            return Ok(None);
        };
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.');
        if language.is_empty() || !language.chars().all(plain) {
            return Err(Error::Identifier {
                name: language.escape_debug().to_string(),
                reason: "the language of a full-text search has letters, digits, underscores and dots only"
                    .into(),
            });
        }
        Ok(Some(language))
    }
}

/// As it is when every database takes it, else cut.
pub(crate) fn fitting(name: String) -> String {
    const LIMIT: usize = 56;
    if name.len() <= LIMIT {
        return name;
    }
    // FNV-1a: the same on every machine and for good.
    let hash = name.bytes().fold(0x811c_9dc5_u32, |hash, byte| {
        (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193)
    });
    let mut end = LIMIT - 9;
    while !name.is_char_boundary(end) {
        end -= 1;
    }
    format!("{}_{hash:08x}", &name[..end])
}

/// What is asked of a full-text search.
///
/// ```
/// assert_ne!(manybase_sql::expr::FullTextAsked::Found, manybase_sql::expr::FullTextAsked::Rank);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FullTextAsked {
    /// Whether a row is found.
    Found,
    /// How well a row that is found fits: the greater the better. Numbers of two databases can't be compared.
    Rank,
}

/// A full-text search as an expression.
///
/// ```
/// use manybase_sql::expr::{FullText, FullTextAsked, FullTextSearch, TextSearch};
/// use manybase_sql::{dialect, Select};
/// let found = FullTextSearch {
///     text: FullText::of(["body"]),
///     search: TextSearch::words("quick fox"),
///     asked: FullTextAsked::Found,
/// };
/// let rendered = Select::from("article").column("id").filter(found.into()).render(dialect::sqlite())?;
/// assert!(rendered.sql.contains(r#""article_full_text_body" MATCH ?"#));
/// assert_eq!(rendered.binds, [r#""quick" AND "fox""#.into()]);
/// # Ok::<(), manybase_sql::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct FullTextSearch {
    /// Where.
    pub text: FullText,
    /// What for.
    pub search: TextSearch,
    /// What is asked.
    pub asked: FullTextAsked,
}

impl FullTextSearch {
    pub(super) fn data_type(&self) -> DataType {
        match self.asked {
            FullTextAsked::Found => DataType::Bool,
            FullTextAsked::Rank => DataType::F64,
        }
    }
}

impl From<FullTextSearch> for Expr {
    fn from(search: FullTextSearch) -> Self {
        Self::FullText(Box::new(search))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_names_are_cut_and_stay_different() {
        let long = |last: &'static str| {
            FullText::of(["a_rather_long_name", "another_long_name", "description", last])
        };
        let (one, two) = (long("x").index_name().unwrap(), long("y").index_name().unwrap());
        assert!(one.len() <= 56 && two.len() <= 56);
        assert_ne!(one, two);
        assert_eq!(fitting("ü".repeat(40)).len(), 56 - 1);
    }

    #[test]
    fn a_language_is_a_plain_name() {
        let of = |language: &'static str| FullText {
            language: Some(language.into()),
            ..FullText::of(["a"])
        };
        assert!(of("pg_catalog.german").plain_language().is_ok());
        for wrong in ["", "english'", "a b", "ü", "a;b"] {
            assert!(of(wrong).plain_language().is_err(), "{wrong}");
        }
    }
}
