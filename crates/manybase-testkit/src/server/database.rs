//! A database of a test's own on a throwaway server.

use std::fmt;

use super::engine::Access;
use super::error::ServerError;

/// A database that belongs to one test. Dropping the handle drops the database, connections or not.
///
/// In PostgreSQL its prepared transactions and replication slots go with it. In MariaDB nobody can tell which
/// database a prepared XA transaction belongs to, so a test ends its own; otherwise the database stays until its
/// server goes.
///
/// Made by [`Server::create_database`](crate::Server::create_database).
///
/// ```no_run
/// let server = manybase_testkit::postgres().unwrap();
/// let orders = server.create_database("orders").unwrap();
/// let other = server.create_database("orders").unwrap();
/// assert_ne!(orders.name(), other.name());
/// ```
pub struct Database {
    name: String,
    access: Access,
    kept: bool,
}

impl Database {
    pub(crate) fn create(access: Access, prefix: &str) -> Result<Self, ServerError> {
        let name = unique_name(prefix);
        access.create_database(&name)?;
        Ok(Self {
            name,
            access,
            kept: false,
        })
    }

    /// Its name: the prefix that was asked for and something unique. Needs no quoting in SQL.
    ///
    /// ```no_run
    /// let database = manybase_testkit::mariadb().unwrap().create_database("shop").unwrap();
    /// assert!(database.name().starts_with("shop_"));
    /// ```
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its URL, `postgres://manybase:<password>@127.0.0.1:<port>/<name>` or `mysql://...`.
    ///
    /// ```no_run
    /// let database = manybase_testkit::mariadb().unwrap().create_database("shop").unwrap();
    /// assert!(database.url().starts_with("mysql://manybase:"));
    /// ```
    #[must_use]
    pub fn url(&self) -> String {
        self.access.url(&self.name)
    }

    /// Leaves the database where it is, for as long as its server lives.
    ///
    /// ```no_run
    /// let database = manybase_testkit::postgres().unwrap().create_database("template").unwrap();
    /// let name = database.name().to_owned();
    /// database.keep();
    /// ```
    pub fn keep(mut self) {
        self.kept = true;
    }
}

impl fmt::Debug for Database {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The URL holds the password.
        f.debug_struct("Database")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        if !self.kept {
            // Best effort: the server may be down, or gone together with the database.
            let _ = self.access.drop_database(&self.name);
        }
    }
}

/// A name no other database has, that every server takes (MySQL's limit is 64 bytes, PostgreSQL's 63).
fn unique_name(prefix: &str) -> String {
    let prefix: String = prefix
        .chars()
        .map(|c| match c.to_ascii_lowercase() {
            c @ ('a'..='z' | '0'..='9') => c,
            _ => '_',
        })
        .take(40)
        .collect();
    let unique = uuid::Uuid::new_v4().simple().to_string();
    match prefix.chars().next() {
        Some('a'..='z' | '_') => format!("{prefix}_{}", &unique[..12]),
        _ => format!("db{prefix}_{}", &unique[..12]),
    }
}

#[cfg(test)]
mod tests {
    use super::unique_name;

    #[test]
    fn a_name_is_a_plain_identifier_of_bounded_length() {
        let name = unique_name(&"Größe-9".repeat(20));
        assert!(name.len() <= 63, "{name}");
        assert!(name.starts_with("gr__e_9gr__e_9"), "{name}");
        assert!(unique_name("1st").starts_with("db1st_"));
        assert!(unique_name("").starts_with("db_"));
        assert_ne!(unique_name("a"), unique_name("a"));
    }
}
