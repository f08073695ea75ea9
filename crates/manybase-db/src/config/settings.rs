//! The settings of a connection, from keys beside the URL and from parameters of the URL.

use super::fields::{Entry, Raw};
use super::place::Place;
use super::{ConnectionConfig, Variables};
use crate::Result;
use manybase_driver::Address;

/// Those that may stand in a URL too. No driver sees them there.
pub(super) const SETTINGS: [&str; 9] = [
    "max_connections",
    "min_idle",
    "acquire_timeout",
    "idle_timeout",
    "max_lifetime",
    "test_before_use",
    "connect_timeout",
    "statement_timeout",
    "lock_timeout",
];

impl ConnectionConfig {
    /// Understands one setting.
    pub(super) fn set(&mut self, key: &str, entry: &Entry, variables: &Variables) -> Result<()> {
        let (pool, connect) = (&mut self.pool, &mut self.connect);
        match key {
            "max_connections" => pool.max_size = entry.number(variables, 1..=100_000)?,
            "min_idle" => pool.min_idle = entry.number(variables, 0..=100_000)?,
            "acquire_timeout" => pool.acquire_timeout = entry.duration(variables)?,
            "idle_timeout" => pool.idle_timeout = entry.limit(variables)?,
            "max_lifetime" => pool.max_lifetime = entry.limit(variables)?,
            "test_before_use" => pool.test_before_use = entry.test_before_use(variables)?,
            "connect_timeout" => connect.connect_timeout = entry.duration(variables)?,
            "lock_timeout" => connect.lock_timeout = entry.limit(variables)?,
            "statement_timeout" => {
                connect.statement_timeout = entry.limit(variables)?;
                pool.statement_timeout = connect.statement_timeout;
            }
            _ => {}
        }
        Ok(())
    }

    /// Takes the settings out of the address's parameters.
    pub(super) fn take_parameters(&mut self) -> Result<()> {
        if self.address.params.is_empty() {
            return Ok(());
        }
        for key in SETTINGS {
            if let Some(entry) = take_parameter(&mut self.address, key, None) {
                self.set(key, &entry, &Variables::none())?;
            }
        }
        Ok(())
    }
}

/// Takes one setting out of an address. The place is that of the address.
pub(super) fn take_parameter(address: &mut Address, key: &str, place: Option<&Place>) -> Option<Entry> {
    let value = address.params.remove(key)?;
    Some(Entry {
        raw: Raw::Text(value),
        place: Place::parameter(key, place),
    })
}
