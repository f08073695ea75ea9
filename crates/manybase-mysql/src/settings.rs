//! What each session is set to, right after dialling and after each reset.

use crate::driver::flavor_of;
use crate::known::{Known, Numbers, Told};
use crate::settle::Unset;
use crate::wire::{Begun, Failure, Link};
use manybase_driver::ConnectOptions;
use manybase_sql::dialect::Flavor;
use std::time::{Duration, Instant};

/// Without ANSI_QUOTES and NO_BACKSLASH_ESCAPES: the dialect relies on their being off. NO_AUTO_VALUE_ON_ZERO,
/// because a key of 0 must not come back as another number.
const STRICT: &str = "STRICT_ALL_TABLES,NO_ZERO_DATE,NO_ZERO_IN_DATE,ERROR_FOR_DIVISION_BY_ZERO,\
                      NO_ENGINE_SUBSTITUTION,NO_AUTO_VALUE_ON_ZERO";

/// What a connection has to know of its server.
const ASK: &str = "SELECT VERSION(), @@max_allowed_packet";

/// What is sure without asking a server again that has said something else not long ago.
const SMALL_PACKET: usize = 64 << 10;

/// What the server says of itself, and what its sessions are set to.
pub(crate) struct Setup {
    pub(crate) flavor: Flavor,
    pub(crate) version: String,
    /// Bytes that the server takes at once, as far as is known.
    pub(crate) largest_packet: usize,
    /// It is what this session has been told; else it may take more.
    pub(crate) asked: bool,
    pub(crate) settings: Vec<String>,
    /// Those that have not been sent.
    pub(crate) unset: Option<Unset>,
}

impl Setup {
    /// Sets a new session up. As a rule the server is what is `expected`: then its settings go out together with the
    /// question what it is, and are right. Else they are sent again. Where it has said not long ago what it is, they are
    /// left for later.
    pub(crate) async fn run(
        begun: &mut Begun,
        known: &Known,
        expected: Flavor,
        options: &ConnectOptions,
    ) -> Result<Self, Failure> {
        let (link, numbers) = (&mut begun.link, begun.numbers);
        if let [settings] = &statements(expected, options)[..] {
            let told = known
                .told(numbers, Instant::now())
                .filter(|told| flavor_of(&told.version) == expected);
            if let Some(told) = told {
                return Ok(Self::remembered(expected, told, known, settings));
            }
            match ask(link, &format!("{settings}; {ASK}")).await {
                Ok(Some(told)) if flavor_of(&told.0) == expected => {
                    return Ok(Self::new(numbers, known, expected, told, vec![settings.clone()]));
                }
                Err(error) if error.is_fatal() => return Err(error),
                // It lacks a setting, or takes one statement at a time.
                Ok(_) | Err(_) => {}
            }
        }
        let told = ask(link, ASK).await?.unwrap_or_default();
        let flavor = flavor_of(&told.0);
        let settings = statements(flavor, options);
        apply(link, flavor, &settings).await?;
        Ok(Self::new(numbers, known, flavor, told, settings))
    }

    fn remembered(flavor: Flavor, told: Told, known: &Known, settings: &str) -> Self {
        Self {
            flavor,
            version: told.version,
            largest_packet: told.largest_packet.min(SMALL_PACKET),
            asked: false,
            settings: vec![settings.to_owned()],
            unset: Some(Unset {
                settings: settings.to_owned(),
                known: known.clone(),
            }),
        }
    }

    fn new(
        numbers: Numbers,
        known: &Known,
        flavor: Flavor,
        (version, largest_packet): (String, u64),
        settings: Vec<String>,
    ) -> Self {
        let largest_packet = usize::try_from(largest_packet).unwrap_or(usize::MAX);
        known.note_flavor(flavor);
        if !version.is_empty() {
            let told = Told {
                numbers,
                version: version.clone(),
                largest_packet,
            };
            known.note_told(told, Instant::now());
        }
        Self {
            flavor,
            version,
            largest_packet,
            asked: true,
            settings,
            unset: None,
        }
    }
}

/// The only row that these statements give.
async fn ask(link: &mut Link, sql: &str) -> Result<Option<(String, u64)>, Failure> {
    let rows = link.texts(sql).await?;
    let told = rows
        .first()
        .and_then(|row| Some((row.text(0)?.to_owned(), row.number(1)?)));
    Ok(told)
}

/// The statements that set a session up.
pub(crate) fn statements(flavor: Flavor, options: &ConnectOptions) -> Vec<String> {
    let mut settings = vec![
        "NAMES utf8mb4".to_owned(),
        "autocommit = 1".to_owned(),
        "time_zone = '+00:00'".to_owned(),
        match flavor {
            // MySQL knows what depends on a key that is grouped by. MariaDB does not, and would refuse good queries.
            Flavor::MySql => format!("sql_mode = '{STRICT},ONLY_FULL_GROUP_BY'"),
            Flavor::MariaDb | Flavor::MatrixOne => format!("sql_mode = '{STRICT}'"),
        },
    ];
    if flavor != Flavor::MatrixOne {
        // Texts put together would be cut off without an error. MariaDB takes no more, and refuses to when it is strict.
        settings.push("group_concat_max_len = 1073741824".to_owned());
    }
    if let Some(limit) = options.lock_timeout {
        let seconds = whole_seconds(limit);
        settings.push(format!("innodb_lock_wait_timeout = {seconds}"));
        // The same for DDL, which waits for those who use the table: a day if nothing is said.
        settings.push(format!("lock_wait_timeout = {seconds}"));
    }
    if let Some(limit) = options.statement_timeout {
        settings.push(match flavor {
            Flavor::MariaDb => {
                let limit = limit.max(Duration::from_millis(1));
                format!(
                    "max_statement_time = {}.{:06}",
                    limit.as_secs(),
                    limit.subsec_micros()
                )
            }
            // Only SELECT; for the rest the pool watches the clock.
            Flavor::MySql | Flavor::MatrixOne => {
                let millis = u32::try_from(limit.as_millis()).unwrap_or(u32::MAX);
                format!("max_execution_time = {}", millis.max(1))
            }
        });
    }
    match flavor {
        Flavor::MySql | Flavor::MariaDb => vec![format!("SET {}", settings.join(", "))],
        // One by one, so that one that it lacks does not take the others along.
        Flavor::MatrixOne => settings.iter().map(|setting| format!("SET {setting}")).collect(),
    }
}

/// Sets a session up.
pub(crate) async fn apply(link: &mut Link, flavor: Flavor, settings: &[String]) -> Result<(), Failure> {
    for setting in settings {
        match link.run(setting).await {
            // It speaks MySQL's protocol, and has not all that can be set on MySQL.
            Err(error) if flavor == Flavor::MatrixOne && !error.is_fatal() => {
                tracing::debug!(target: "manybase::mysql", %setting, "refused by MatrixOne");
            }
            done => done?,
        }
    }
    Ok(())
}

/// At least one, and never shorter than asked for.
fn whole_seconds(limit: Duration) -> u64 {
    let up = u64::from(limit.subsec_nanos() > 0);
    limit.as_secs().saturating_add(up).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_are_in_each_databases_own_units() {
        let options = ConnectOptions {
            statement_timeout: Some(Duration::from_millis(250)),
            lock_timeout: Some(Duration::from_millis(1_500)),
            ..ConnectOptions::default()
        };
        let mariadb = statements(Flavor::MariaDb, &options);
        assert_eq!(mariadb.len(), 1);
        assert!(mariadb[0].contains("max_statement_time = 0.250000"));
        assert!(mariadb[0].contains("innodb_lock_wait_timeout = 2"));
        assert!(!mariadb[0].contains("ONLY_FULL_GROUP_BY"));
        let mysql = statements(Flavor::MySql, &options);
        assert!(mysql[0].contains("max_execution_time = 250"));
        assert!(mysql[0].contains("ONLY_FULL_GROUP_BY"));
        assert!(statements(Flavor::MatrixOne, &options).len() > 4);
    }
}
