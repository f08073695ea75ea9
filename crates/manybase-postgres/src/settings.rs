//! From an address to where the server is and what the login needs.

use crate::tls::{self, Connector};
use crate::wire::Place;
use manybase_driver::{Address, ConnectOptions, Error, Result};
use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::time::Duration;
use tokio_postgres::Config;
use tokio_postgres::config::SslMode;

/// Parameters that an address can have.
const KNOWN: [&str; 6] = [
    "application_name",
    "connect_timeout",
    "host",
    "search_path",
    "sslmode",
    "sslrootcert",
];

/// What to dial, and how.
pub(crate) struct Settings {
    pub(crate) place: Place,
    pub(crate) config: Config,
    pub(crate) tls: Connector,
    pub(crate) connect_timeout: Duration,
}

impl Settings {
    pub(crate) fn new(address: &Address, options: &ConnectOptions) -> Result<Self> {
        let params = &address.params;
        check_names(params)?;
        let mut config = Config::new();
        config.application_name(text(params, "application_name")?.unwrap_or("manybase"));
        let place = place(address)?;
        if let Some(user) = &address.user {
            config.user(user);
        }
        if let Some(password) = &address.password {
            config.password(password.expose());
        }
        if !address.database.is_empty() {
            config.dbname(&address.database);
        }
        config.options(session_options(options, text(params, "search_path")?));

        let mode = text(params, "sslmode")?.unwrap_or("prefer");
        let roots = text(params, "sslrootcert")?.map(PathBuf::from);
        if roots.is_some() && mode != "verify-full" {
            return Err(
                Error::config("`sslrootcert` is looked at only with `sslmode=verify-full`")
                    .with_help("write `sslmode=verify-full`, or leave `sslrootcert` out"),
            );
        }
        let (mode, verify) = match mode {
            "disable" => (SslMode::Disable, false),
            // There is no TLS on a Unix socket: asking for it costs a round trip.
            "prefer" if matches!(place, Place::Unix(_)) => (SslMode::Disable, false),
            "prefer" if tls::available().is_err() => (SslMode::Disable, false),
            "prefer" => (SslMode::Prefer, false),
            "require" => tls::available().map(|()| (SslMode::Require, false))?,
            "verify-full" => (SslMode::Require, true),
            _ => {
                return Err(Error::config(
                    "`sslmode` must be `disable`, `prefer`, `require` or `verify-full`",
                ));
            }
        };
        config.ssl_mode(mode);
        let tls = if verify {
            tls::verified(roots.as_deref())?
        } else {
            tls::unverified()?
        };
        let connect_timeout = match text(params, "connect_timeout")? {
            Some(seconds) => seconds
                .parse()
                .ok()
                .filter(|seconds| *seconds > 0)
                .map(Duration::from_secs)
                .ok_or_else(|| Error::config("`connect_timeout` must be a number of seconds above 0"))?,
            None => options.connect_timeout,
        };
        Ok(Self {
            place,
            config,
            tls,
            connect_timeout,
        })
    }
}

fn check_names(params: &BTreeMap<String, String>) -> Result<()> {
    match params.keys().find(|key| !KNOWN.contains(&key.as_str())) {
        Some(unknown) => Err(
            Error::config(format!("PostgreSQL has no parameter `{unknown}` in an address"))
                .with_help(format!("known are {}", KNOWN.join(", "))),
        ),
        None => Ok(()),
    }
}

/// A parameter's value. The protocol ends texts with a NUL, so one inside would be cut off.
fn text<'a>(params: &'a BTreeMap<String, String>, name: &str) -> Result<Option<&'a str>> {
    match params.get(name) {
        Some(value) if value.contains('\0') => {
            Err(Error::config(format!("`{name}` contains a NUL character")))
        }
        value => Ok(value.map(String::as_str)),
    }
}

/// Where the server is.
fn place(address: &Address) -> Result<Place> {
    let port = address.port.unwrap_or(5432);
    let tcp = |host: &str| Place::Tcp {
        host: host.to_owned(),
        port,
    };
    let unix = |directory: &str| Place::Unix(Path::new(directory).join(format!(".s.PGSQL.{port}")));
    match (&address.host, text(&address.params, "host")?) {
        (Some(_), Some(_)) => Err(Error::config("the address has a host and a parameter `host`")),
        (None, Some(directory)) if directory.starts_with('/') => Ok(unix(directory)),
        (None, Some(_)) => Err(Error::config(
            "the parameter `host` must be the absolute directory of a Unix socket",
        )
        .with_help("write a host's name behind the two slashes: postgres://name/database")),
        // So can a configuration's field, which has no other place for it.
        (Some(directory), None) if directory.starts_with('/') => Ok(unix(directory)),
        (Some(host), None) => Ok(tcp(host)),
        (None, None) => Ok(tcp("localhost")),
    }
}

/// Session settings that travel with the first message: no round trip more, and `RESET ALL` comes back to them.
fn session_options(options: &ConnectOptions, search_path: Option<&str>) -> String {
    let mut text = String::from("-c TimeZone=UTC");
    let mut set = |name: &str, value: &str| {
        let _ = write!(text, " -c {name}={}", escape(value));
    };
    let statement = options.statement_timeout.map_or(0, milliseconds);
    set("statement_timeout", &statement.to_string());
    if let Some(limit) = options.lock_timeout {
        set("lock_timeout", &milliseconds(limit).to_string());
    }
    if let Some(path) = search_path {
        set("search_path", path);
    }
    text
}

/// 0 would mean no limit, and the server counts in 31 bits.
fn milliseconds(limit: Duration) -> i32 {
    i32::try_from(limit.as_millis()).unwrap_or(i32::MAX).max(1)
}

/// The server splits at white space; a backslash makes the next character an ordinary one.
fn escape(value: &str) -> String {
    let mut escaped = String::with_capacity(value.len());
    for c in value.chars() {
        if c.is_ascii_whitespace() || c == '\\' || c == '\u{b}' {
            escaped.push('\\');
        }
        escaped.push(c);
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    fn open(url: &str) -> Result<Settings> {
        Settings::new(&Address::parse(url)?, &ConnectOptions::default())
    }

    #[test]
    fn options_are_escaped() {
        assert_eq!(
            session_options(&ConnectOptions::default(), Some(r#"a, "b \c""#)),
            r#"-c TimeZone=UTC -c statement_timeout=300000 -c lock_timeout=30000 -c search_path=a,\ "b\ \\c""#
        );
    }

    #[test]
    fn no_limit_and_tiny_limits() {
        let options = ConnectOptions {
            statement_timeout: None,
            lock_timeout: Some(Duration::from_nanos(1)),
            ..ConnectOptions::default()
        };
        assert_eq!(
            session_options(&options, None),
            "-c TimeZone=UTC -c statement_timeout=0 -c lock_timeout=1"
        );
    }

    #[test]
    fn defaults() {
        let settings = open("postgres://db.example/stock").unwrap();
        assert!(matches!(&settings.place, Place::Tcp { host, port: 5432 } if host == "db.example"));
        assert_eq!(settings.config.get_application_name(), Some("manybase"));
        let mode = match cfg!(feature = "tls") {
            true => SslMode::Prefer,
            false => SslMode::Disable,
        };
        assert_eq!(settings.config.get_ssl_mode(), mode);
    }

    #[test]
    fn unix_sockets() {
        let settings = open("postgres:///stock?host=/run/postgresql").unwrap();
        assert!(
            matches!(&settings.place, Place::Unix(path) if path.ends_with("run/postgresql/.s.PGSQL.5432"))
        );
        assert_eq!(settings.config.get_ssl_mode(), SslMode::Disable);
        assert!(open("postgres:///stock?host=elsewhere").is_err());
        assert!(open("postgres://here/stock?host=/run/postgresql").is_err());
    }

    #[test]
    fn bad_parameters_are_named() {
        let no_file = match cfg!(feature = "tls") {
            true => "/no/such.pem",
            false => "without TLS",
        };
        for (url, part) in [
            ("postgres://h/d?sslmod=require", "known are application_name"),
            ("postgres://h/d?sslmode=allow", "`verify-full`"),
            ("postgres://h/d?sslrootcert=/x.pem", "only with"),
            (
                "postgres://h/d?sslmode=verify-full&sslrootcert=/no/such.pem",
                no_file,
            ),
            ("postgres://h/d?connect_timeout=soon", "seconds"),
            ("postgres://h/d?connect_timeout=0", "seconds"),
            ("postgres://h/d?application_name=a%00b", "NUL"),
        ] {
            let error = open(url).err().expect(url);
            assert_eq!(error.kind(), manybase_driver::ErrorKind::Config, "{url}");
            assert!(error.to_string().contains(part), "{error}");
        }
    }

    #[cfg(not(feature = "tls"))]
    #[test]
    fn without_tls_nobody_is_left_to_believe_in_it() {
        for mode in ["require", "verify-full"] {
            let error = open(&format!("postgres://h/d?sslmode={mode}")).err().expect(mode);
            assert!(error.to_string().contains("the feature `tls`"), "{error}");
        }
        for mode in ["disable", "prefer"] {
            let settings = open(&format!("postgres://h/d?sslmode={mode}")).unwrap();
            assert_eq!(settings.config.get_ssl_mode(), SslMode::Disable);
        }
    }
}
