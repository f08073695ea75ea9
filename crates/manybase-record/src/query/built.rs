//! A query as the database gets it.

use manybase_sql::{Rendered, Value};
use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

/// SQL text and the values that it binds, in order: what [`Query::to_sql`](crate::Query::to_sql) gives.
///
/// ```
/// use manybase_record::prelude::*;
/// # #[derive(Model)] struct Person { #[model(key, auto)] id: i64, name: String }
/// let built = Person::filter(|c| c.name.eq("Ann")).select(|c| c.id).to_sql(manybase_sql::dialect::sqlite())?;
/// assert_eq!(built.sql, r#"SELECT "id" FROM "person" WHERE "name" = ?"#);
/// assert_eq!(built.binds, ["Ann".into()]);
/// # Ok::<(), manybase_driver::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct BuiltQuery {
    /// The text.
    pub sql: SqlText,
    /// The values.
    pub binds: Vec<Value>,
}

impl From<BuiltQuery> for Rendered {
    fn from(built: BuiltQuery) -> Self {
        Self {
            sql: built.sql.into(),
            binds: built.binds,
        }
    }
}

/// A text that is shared with the cache that it came from, so that having it costs no copy. It is used like a `&str`.
///
/// ```
/// use manybase_record::prelude::*;
/// # #[derive(Model)] struct Person { #[model(key, auto)] id: i64, name: String }
/// let text = Person::query().to_sql(manybase_sql::dialect::sqlite())?.sql;
/// assert!(text.starts_with("SELECT"));
/// assert_eq!(text, String::from(text.clone()));
/// # Ok::<(), manybase_driver::Error>(())
/// ```
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SqlText(Arc<str>);

impl Deref for SqlText {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl AsRef<str> for SqlText {
    fn as_ref(&self) -> &str {
        self
    }
}

impl From<Arc<str>> for SqlText {
    fn from(text: Arc<str>) -> Self {
        Self(text)
    }
}

impl From<SqlText> for Arc<str> {
    fn from(text: SqlText) -> Self {
        text.0
    }
}

impl From<SqlText> for String {
    fn from(text: SqlText) -> Self {
        text.0.as_ref().to_owned()
    }
}

macro_rules! equals {
    ($($other:ty)*) => {$(
        impl PartialEq<$other> for SqlText {
            fn eq(&self, other: &$other) -> bool {
                let other: &str = other.as_ref();
                **self == *other
            }
        }
    )*};
}

equals! { str &str String }

impl fmt::Display for SqlText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&**self, f)
    }
}

impl fmt::Debug for SqlText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&**self, f)
    }
}
