//! What the server says at the very beginning.
//!
//! It is read here and not by `mysql_common`, which computes with the length of the nonce as a signed byte and matches the
//! version with a pattern for digits of all scripts: a greeting that makes no sense would end in a panic.
//!
//! Source: MySQL's documentation of `Protocol::HandshakeV10`, MariaDB's of its initial handshake packet.

use super::Failure;
use super::message::Fields;
use super::password::{self, Kind};
use crate::known::Numbers;
use mysql_common::constants::{CapabilityFlags as Can, MariadbCapabilities as MariadbCan};

/// The first MariaDB that is asked to run a statement with the values of many rows. Those before know how to, but none of
/// them is maintained any more.
const IN_BULK: Numbers = (10, 6, 0);

/// The version of the protocol.
const PROTOCOL: u8 = 10;

/// The second part of the nonce has so many bytes at least, whatever is said of its length.
const REST: usize = 13;

/// What this side can do and wants.
fn wanted() -> Can {
    Can::CLIENT_PROTOCOL_41
        | Can::CLIENT_SECURE_CONNECTION
        | Can::CLIENT_LONG_PASSWORD
        | Can::CLIENT_TRANSACTIONS
        | Can::CLIENT_LOCAL_FILES
        | Can::CLIENT_MULTI_STATEMENTS
        | Can::CLIENT_MULTI_RESULTS
        | Can::CLIENT_PS_MULTI_RESULTS
        | Can::CLIENT_DEPRECATE_EOF
        | Can::CLIENT_PLUGIN_AUTH
        | Can::CLIENT_CONNECT_WITH_DB
        | Can::CLIENT_SSL
        // Affected rows are those that matched, as on every other database.
        | Can::CLIENT_FOUND_ROWS
}

/// What the server has said, as far as it matters.
pub(super) struct Greeting {
    pub(super) id: u32,
    pub(super) numbers: Numbers,
    /// What both sides can do.
    pub(super) can: Can,
    pub(super) mariadb_can: MariadbCan,
    pub(super) kind: Kind,
    pub(super) nonce: Vec<u8>,
}

impl Greeting {
    pub(super) fn read(body: &[u8], names_database: bool, tls: bool) -> Result<Self, Failure> {
        let said = Said::read(body).map_err(|_| Failure::Unexpected("a greeting that is none of MySQL's"))?;
        let mut wanted = wanted();
        wanted.set(Can::CLIENT_CONNECT_WITH_DB, names_database);
        wanted.set(Can::CLIENT_SSL, tls);
        let can = said.can & wanted;
        if !can.contains(Can::CLIENT_PROTOCOL_41 | Can::CLIENT_SECURE_CONNECTION) {
            return Err(Failure::Unexpected("the protocol of a server before MySQL 4.1"));
        }
        let (numbers, is_mariadb) = version(&String::from_utf8_lossy(said.version));
        // Only there, and only where the bit that MySQL sets is not set, does the other set of flags mean something.
        // Without an end behind the columns it would not be clear what is left out together with them.
        let extended = is_mariadb && !can.contains(Can::CLIENT_LONG_PASSWORD);
        let mut mariadb_wanted = MariadbCan::empty();
        mariadb_wanted.set(
            MariadbCan::MARIADB_CLIENT_CACHE_METADATA,
            extended && can.contains(Can::CLIENT_DEPRECATE_EOF),
        );
        mariadb_wanted.set(
            MariadbCan::MARIADB_CLIENT_STMT_BULK_OPERATIONS,
            extended && numbers >= IN_BULK,
        );
        let mariadb_can = said.mariadb_can & mariadb_wanted;
        let mut nonce = said.nonce.concat();
        nonce.resize(password::NONCE, 0);
        Ok(Self {
            id: said.id,
            numbers,
            can,
            mariadb_can,
            // What it prefers otherwise it will ask for.
            kind: Kind::named(said.plugin).unwrap_or(Kind::Native),
            nonce,
        })
    }
}

/// The fields of the packet.
struct Said<'a> {
    version: &'a [u8],
    id: u32,
    can: Can,
    mariadb_can: MariadbCan,
    nonce: [&'a [u8]; 2],
    plugin: &'a [u8],
}

impl<'a> Said<'a> {
    fn read(body: &'a [u8]) -> Result<Self, Failure> {
        let mut fields = Fields(body);
        if fields.u8()? != PROTOCOL {
            return Err(Failure::Unexpected("another protocol"));
        }
        let version = fields.until_nul()?;
        let id = fields.u32()?;
        let first = fields.bytes(8)?;
        // A byte in between, and behind the flags the collation and the status.
        fields.bytes(1)?;
        let low = fields.u16()?;
        fields.bytes(3)?;
        let high = fields.u16()?;
        let can = Can::from_bits_truncate(u32::from(high) << 16 | u32::from(low));
        let length = usize::from(fields.u8()?);
        fields.bytes(6)?;
        let mariadb_can = MariadbCan::from_bits_truncate(fields.u32()?);
        let second = match can.contains(Can::CLIENT_SECURE_CONNECTION) {
            true => fields.bytes(length.saturating_sub(first.len()).max(REST))?,
            false => &[],
        };
        // Some servers have left its end out.
        let plugin = match can.contains(Can::CLIENT_PLUGIN_AUTH) {
            true => fields.0.strip_suffix(&[0]).unwrap_or(fields.0),
            false => &[],
        };
        Ok(Self {
            version,
            id,
            can,
            mariadb_can,
            nonce: [first, second],
            plugin,
        })
    }
}

/// The numbers, and whether it is MariaDB. That puts the version of an old MySQL before its own, as a replica of such a
/// one would not take it otherwise.
fn version(text: &str) -> (Numbers, bool) {
    let own = text.strip_prefix("5.5.5-").unwrap_or(text);
    let is_mariadb = own.contains("-MariaDB");
    let text = if is_mariadb { own } else { text };
    (numbers(text).unwrap_or_default(), is_mariadb)
}

fn numbers(text: &str) -> Option<Numbers> {
    let mut parts = text.splitn(3, '.');
    let mut next = || {
        let part = parts.next()?;
        let end = part.find(|c: char| !c.is_ascii_digit()).unwrap_or(part.len());
        part[..end].parse().ok()
    };
    Some((next()?, next()?, next()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions() {
        let mariadb = [
            "10.11.19-MariaDB-0+deb12u1",
            "5.5.5-10.11.19-MariaDB-log",
            "10.11.19-16-MariaDB-enterprise",
        ];
        for text in mariadb {
            assert_eq!(version(text), ((10, 11, 19), true), "{text}");
        }
        assert_eq!(version("8.4.0"), ((8, 4, 0), false));
        assert_eq!(version("5.5.5-10"), ((5, 5, 5), false));
        assert_eq!(version("8.0.30-MatrixOne-v1.2"), ((8, 0, 30), false));
        for text in ["", "8", "8.4", "a.b.c", "٨.٤.٠", "99999.1.1", "..", "8.4.x"] {
            assert_eq!(version(text), ((0, 0, 0), false), "{text}");
        }
    }

    /// Of a server with this version, which says that its nonce has so many bytes.
    fn said(version: &str, length: u8, nonce: &[u8]) -> Vec<u8> {
        let flags =
            (Can::CLIENT_PROTOCOL_41 | Can::CLIENT_SECURE_CONNECTION | Can::CLIENT_PLUGIN_AUTH).bits();
        let [a, b, c, d] = flags.to_le_bytes();
        let fixed = [
            7, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 0, a, b, 45, 2, 0, c, d, length,
        ];
        [
            &[PROTOCOL],
            version.as_bytes(),
            &[0],
            &fixed,
            &[0; 10],
            nonce,
            b"mysql_native_password\0",
        ]
        .concat()
    }

    #[test]
    fn lengths_of_the_nonce() {
        let rest = *b"ijklmnopqrst\0";
        // Less than there is at least.
        for length in [0, 8, 20, 21] {
            let greeting =
                Greeting::read(&said("8.4.0", length, &rest), false, false).expect("it makes sense");
            assert_eq!(greeting.nonce, [&[1, 2, 3, 4, 5, 6, 7, 8], &rest[..12]].concat());
            assert_eq!((greeting.id, greeting.numbers), (7, (8, 4, 0)));
            assert!(matches!(greeting.kind, Kind::Native));
        }
        let long = [9; 247];
        let greeting = Greeting::read(&said("8.4.0", 255, &long), false, false).expect("it makes sense");
        assert_eq!(greeting.nonce[8..], [9; 12]);
        // It says that there is more than there is.
        for length in [128, 135, 255] {
            assert!(Greeting::read(&said("8.4.0", length, &rest), false, false).is_err());
        }
    }

    #[test]
    fn what_ends_too_early_or_is_no_greeting() {
        let whole = said("8.4.0", 21, &[0; 13]);
        let needed = whole.len() - b"mysql_native_password\0".len();
        for end in 0..needed {
            assert!(Greeting::read(&whole[..end], false, false).is_err(), "{end}");
        }
        assert!(Greeting::read(&whole[..needed], false, false).is_ok());
        let other = [&[9], &whole[1..]].concat();
        assert!(Greeting::read(&other, false, false).is_err());
    }
}
