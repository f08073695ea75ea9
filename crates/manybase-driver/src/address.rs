//! Where a database is.

use crate::{Error, Result};
use percent_encoding::percent_decode_str;
use std::collections::BTreeMap;
use std::fmt;

/// Text that is shown to nobody: `Debug` prints three stars.
///
/// ```
/// let secret = manybase_driver::Secret::new("hunter2");
/// assert_eq!(format!("{secret:?}"), "***");
/// assert_eq!(secret.expose(), "hunter2");
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Hides a text.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text itself, for the one place that needs it.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

/// The parts of a URL, or of a configuration's fields.
///
/// ```
/// use manybase_driver::Address;
/// let address = Address::parse("postgres://ann:secret@db.example:5433/stock?sslmode=require")?;
/// assert_eq!(address.host.as_deref(), Some("db.example"));
/// assert_eq!(address.database, "stock");
/// assert_eq!(address.params["sslmode"], "require");
/// assert_eq!(address.to_string(), "postgres://ann@db.example:5433/stock");
/// # Ok::<(), manybase_driver::Error>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Address {
    /// `sqlite`, `postgres`, `mysql` and so on, in lower case.
    pub scheme: String,
    /// The user.
    pub user: Option<String>,
    /// The password.
    pub password: Option<Secret>,
    /// The host's name or address.
    pub host: Option<String>,
    /// The port.
    pub port: Option<u16>,
    /// The database's name; for SQLite the file's path or `:memory:`.
    pub database: String,
    /// What follows the question mark.
    pub params: BTreeMap<String, String>,
}

impl Address {
    /// Takes a URL apart.
    ///
    /// SQLite: `sqlite:relative/path.db`, `sqlite:///absolute/path.db`, `sqlite::memory:`.
    ///
    /// # Errors
    /// A text that is no URL. The message does not show the text, which may hold a password.
    pub fn parse(url: &str) -> Result<Self> {
        let bad = |why: &str| {
            Error::config(format!(
                "bad URL: {why} (write scheme://user:password@host:port/database)"
            ))
        };
        let (scheme, rest) = url.split_once(':').ok_or_else(|| bad("it has no scheme"))?;
        if scheme.is_empty()
            || !scheme
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-'))
        {
            return Err(bad("its scheme is empty or has odd characters"));
        }
        let scheme = scheme.to_ascii_lowercase();
        if scheme == "sqlite" {
            return Self::parse_file(scheme, rest);
        }
        let parsed = url::Url::parse(url).map_err(|error| bad(&error.to_string()))?;
        if !rest.starts_with("//") {
            return Err(bad("// is missing behind the scheme"));
        }
        let decode = |text: &str| match percent_decode_str(text).decode_utf8() {
            Ok(text) => Ok(text.into_owned()),
            Err(_) => Err(bad("a percent-encoded part is not UTF-8")),
        };
        let user = Some(parsed.username())
            .filter(|user| !user.is_empty())
            .map(decode)
            .transpose()?;
        let password = parsed.password().map(decode).transpose()?.map(Secret);
        let host = parsed.host_str().filter(|host| !host.is_empty());
        let host = host
            .map(|host| decode(host.trim_start_matches('[').trim_end_matches(']')))
            .transpose()?;
        Ok(Self {
            scheme,
            user,
            password,
            host,
            port: parsed.port(),
            database: decode(parsed.path().trim_start_matches('/'))?,
            params: parsed.query_pairs().into_owned().collect(),
        })
    }

    fn parse_file(scheme: String, rest: &str) -> Result<Self> {
        let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
        let path = path.strip_prefix("//").unwrap_or(path);
        let path = percent_decode_str(path)
            .decode_utf8()
            .map_err(|_| Error::config("bad URL: the path is not UTF-8 (percent-encode it)"))?;
        if path.is_empty() {
            return Err(Error::config(
                "bad URL: no file (write sqlite:path/to/file.db or sqlite::memory:)",
            ));
        }
        Ok(Self {
            scheme,
            user: None,
            password: None,
            host: None,
            port: None,
            database: path.into_owned(),
            params: url::form_urlencoded::parse(query.as_bytes())
                .into_owned()
                .collect(),
        })
    }
}

/// Without password and parameters.
impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(host) = &self.host else {
            return write!(f, "{}:{}", self.scheme, self.database);
        };
        write!(f, "{}://", self.scheme)?;
        if let Some(user) = &self.user {
            write!(f, "{user}@")?;
        }
        if host.contains(':') {
            write!(f, "[{host}]")?
        } else {
            f.write_str(host)?
        }
        if let Some(port) = self.port {
            write!(f, ":{port}")?;
        }
        write!(f, "/{}", self.database)
    }
}

/// As [`fmt::Display`], because a parameter may be a secret too.
impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Address({self})")
    }
}
