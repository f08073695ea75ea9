//! What an address says about a database, checked.

use manybase_driver::{Address, ConnectOptions, Error, Result};
use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

/// Where the database is.
#[derive(Debug, Clone)]
pub(crate) enum Place {
    Memory,
    /// An absolute path, so that it stays the same file when the program changes its directory.
    File(PathBuf),
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Memory => f.write_str(":memory:"),
            Self::File(path) => path.display().fmt(f),
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    Read,
    Write,
    Create,
}

/// A checked address, with the time limits.
#[derive(Debug, Clone)]
pub(crate) struct Config {
    pub(crate) place: Place,
    pub(crate) mode: Mode,
    /// `None` when nothing was said: WAL, where the file system can.
    pub(crate) journal_mode: Option<String>,
    pub(crate) foreign_keys: bool,
    pub(crate) statement_cache: usize,
    /// The file that a database in memory begins as a copy of.
    pub(crate) image: Option<PathBuf>,
    /// Pages of the log after which it is moved into the file, when that is not SQLite's own number.
    pub(crate) wal_autocheckpoint: Option<u32>,
    synchronous: Option<String>,
    /// Other settings, as `PRAGMA` takes them.
    pub(crate) pragmas: Vec<(&'static str, String)>,
    pub(crate) connect_timeout: Duration,
    pub(crate) statement_timeout: Option<Duration>,
    pub(crate) lock_timeout: Duration,
}

/// What a parameter may be.
enum Form {
    OneOf(&'static [&'static str]),
    Number { negative: bool },
    Path,
}

const SWITCH: Form = Form::OneOf(&["on", "off", "true", "false", "1", "0"]);
const COUNT: Form = Form::Number { negative: false };

const PARAMS: [(&str, Form); 11] = [
    ("mode", Form::OneOf(&["ro", "rw", "rwc"])),
    (
        "journal_mode",
        Form::OneOf(&["wal", "delete", "truncate", "persist", "memory", "off"]),
    ),
    ("synchronous", Form::OneOf(&["off", "normal", "full", "extra"])),
    ("foreign_keys", SWITCH),
    ("busy_timeout", COUNT),
    ("cache_size", Form::Number { negative: true }),
    ("mmap_size", COUNT),
    ("temp_store", Form::OneOf(&["default", "file", "memory"])),
    ("wal_autocheckpoint", COUNT),
    ("statement_cache", COUNT),
    ("image", Form::Path),
];

/// SQLite's own habit, when the connection sets no limit.
const LOCK_TIMEOUT: Duration = Duration::from_secs(5);
const STATEMENT_CACHE: usize = 256;

impl Config {
    pub(crate) fn new(address: &Address, options: &ConnectOptions) -> Result<Self> {
        if address.host.is_some()
            || address.port.is_some()
            || address.user.is_some()
            || address.password.is_some()
        {
            return Err(
                Error::config("SQLite is a file: it has no host, port, user or password")
                    .with_help("write sqlite:path/to/file.db or sqlite::memory:"),
            );
        }
        let mut config = Self {
            place: place(&address.database)?,
            mode: Mode::Create,
            journal_mode: None,
            foreign_keys: true,
            statement_cache: STATEMENT_CACHE,
            image: None,
            wal_autocheckpoint: None,
            synchronous: None,
            pragmas: Vec::new(),
            connect_timeout: options.connect_timeout,
            statement_timeout: options.statement_timeout,
            lock_timeout: options.lock_timeout.unwrap_or(LOCK_TIMEOUT),
        };
        for (name, value) in &address.params {
            if name == "image" {
                // A path is the only value that has capitals.
                config.image = Some(std::path::absolute(value).map_err(|error| {
                    Error::config(format!(
                        "the path of `image`, {value}, can't be resolved: {error}"
                    ))
                })?);
                continue;
            }
            let value = value.to_ascii_lowercase();
            let name = check(name, &value)?;
            config.set(name, value);
        }
        if matches!(config.place, Place::File(_)) && config.image.is_some() {
            return Err(Error::config(
                "`image` is for a database in memory, which begins as a copy of that file",
            )
            .with_help("write sqlite::memory:?image=path/to/file.db, or copy the file"));
        }
        if matches!(config.place, Place::Memory) && config.mode != Mode::Create {
            return Err(Error::config(
                "`mode` is for files: a database in memory begins empty and is always written",
            ));
        }
        Ok(config)
    }

    /// Where a database of this name is.
    pub(crate) fn place(database: &str) -> Result<Place> {
        place(database)
    }

    /// The same settings for another file, or for another use of it.
    pub(crate) fn at(&self, place: Place, mode: Mode) -> Self {
        Self {
            place,
            mode,
            ..self.clone()
        }
    }

    fn set(&mut self, name: &'static str, value: String) {
        let number = || value.parse().unwrap_or(u64::MAX);
        match name {
            "mode" => {
                self.mode = match &*value {
                    "ro" => Mode::Read,
                    "rw" => Mode::Write,
                    _ => Mode::Create,
                }
            }
            "journal_mode" => self.journal_mode = Some(value),
            "foreign_keys" => self.foreign_keys = matches!(&*value, "on" | "true" | "1"),
            "busy_timeout" => self.lock_timeout = Duration::from_millis(number()),
            "statement_cache" => self.statement_cache = usize::try_from(number()).unwrap_or(usize::MAX),
            "wal_autocheckpoint" => {
                self.wal_autocheckpoint = Some(u32::try_from(number()).unwrap_or(u32::MAX))
            }
            "synchronous" => self.synchronous = Some(value),
            name => self.pragmas.push((name, value)),
        }
    }

    /// Whether the file is to be in WAL mode.
    pub(crate) fn wal(&self) -> bool {
        self.journal_mode.as_deref().is_none_or(|mode| mode == "wal")
    }

    /// How far a commit waits for the disk. Without WAL, NORMAL can lose the whole file when the power goes.
    pub(crate) fn synchronous(&self) -> &str {
        let by_itself = if self.wal() { "normal" } else { "full" };
        self.synchronous.as_deref().unwrap_or(by_itself)
    }

    /// Whether a commit does not wait for the disk at all, in a file that is in WAL mode or not.
    pub(crate) fn commits_quickly(&self, wal: bool) -> bool {
        match self.synchronous() {
            "off" => true,
            "normal" => wal,
            _ => false,
        }
    }
}

fn place(database: &str) -> Result<Place> {
    match database {
        ":memory:" => Ok(Place::Memory),
        "" => Err(Error::config("no database file is named")
            .with_help("write sqlite:path/to/file.db or sqlite::memory:")),
        path if path.contains('\0') => Err(Error::config("the database's path has a NUL in it")),
        path if is_plain(path) => Ok(Place::File(path.into())),
        path => std::path::absolute(path)
            .map(Place::File)
            .map_err(|error| Error::config(format!("the path {path} can't be resolved: {error}"))),
    }
}

/// Whether nothing in an absolute path is to be left out.
fn is_plain(path: &str) -> bool {
    let superfluous = |pair: &[u8]| matches!(pair, b"//" | b"/.");
    path.starts_with('/') && !path.ends_with('/') && !path.as_bytes().windows(2).any(superfluous)
}

/// The known name of a parameter, once its value fits.
fn check(name: &str, value: &str) -> Result<&'static str> {
    let Some((known, form)) = PARAMS.iter().find(|(known, _)| *known == name) else {
        let known: Vec<_> = PARAMS.iter().map(|(known, _)| *known).collect();
        return Err(Error::config(format!("unknown SQLite parameter `{name}`"))
            .with_help(format!("known are {}", known.join(", "))));
    };
    let wants = match form {
        Form::OneOf(values) if values.contains(&value) => return Ok(known),
        Form::OneOf(values) => format!("one of {}", values.join(", ")),
        Form::Number { negative } => match value.parse::<i64>() {
            Ok(number) if *negative || number >= 0 => return Ok(known),
            _ => "a whole number".to_owned(),
        },
        Form::Path => return Ok(known),
    };
    Err(Error::config(format!(
        "the SQLite parameter `{known}` must be {wants}"
    )))
}

#[cfg(test)]
mod tests {
    use super::*;
    use manybase_driver::ErrorKind;

    #[test]
    fn a_plain_path_is_what_the_system_makes_of_it() {
        for (path, plain) in [
            ("/a/b.db", true),
            ("/a b/ä.db", true),
            ("/", false),
            ("/a/", false),
            ("//a", false),
            ("/a//b", false),
            ("/a/./b", false),
            ("/a/../b", false),
            ("/a/.b", false),
            ("a", false),
            ("", false),
        ] {
            assert_eq!(is_plain(path), plain, "{path}");
            if plain {
                assert_eq!(std::path::absolute(path).unwrap().as_os_str(), path);
            }
        }
    }

    fn config(url: &str) -> Result<Config> {
        Config::new(&Address::parse(url)?, &ConnectOptions::default())
    }

    #[test]
    fn parameters_are_read() {
        let config = config("sqlite:a.db?mode=RO&busy_timeout=70&cache_size=-4000&foreign_keys=off").unwrap();
        assert_eq!(config.mode, Mode::Read);
        assert_eq!(config.lock_timeout, Duration::from_millis(70));
        assert_eq!(config.pragmas, [("cache_size", "-4000".to_owned())]);
        assert!(!config.foreign_keys && config.wal());
        assert!(matches!(config.place, Place::File(path) if path.is_absolute()));
    }

    #[test]
    fn an_unknown_parameter_lists_the_known_ones() {
        let error = config("sqlite:a.db?sync=off").unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Config);
        let text = error.to_string();
        assert!(text.contains("`sync`") && text.contains("synchronous"), "{text}");
    }

    #[test]
    fn odd_values_are_refused() {
        for query in [
            "synchronous=maybe",
            "busy_timeout=soon",
            "busy_timeout=-1",
            "mode=memory",
            "cache_size=1;DROP",
        ] {
            let error = config(&format!("sqlite:a.db?{query}")).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Config, "{query}");
        }
        assert!(config("sqlite::memory:?mode=ro").is_err());
        assert!(config("sqlite:a.db?image=b.db").is_err());
        let mut address = Address::parse("sqlite:a.db").unwrap();
        address.user = Some("ann".into());
        assert!(Config::new(&address, &ConnectOptions::default()).is_err());
    }
}
