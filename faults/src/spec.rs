//! What a process of the harness's is told about the databases, as a file.

use std::path::{Path, PathBuf};
use std::time::Duration;

use manybase::{ConnectionConfig, Db, RecoveryMode};
use serde::{Deserialize, Serialize};

use crate::Result;
use crate::mix::Mix;

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Spec {
    /// Name and URL of each.
    pub(crate) connections: Vec<(String, String)>,
    pub(crate) mixes: Vec<String>,
    /// Where outcomes are noted.
    pub(crate) directory: PathBuf,
    /// Whether clients recover in the background, as they do by default.
    pub(crate) background: bool,
}

/// Locks are held by those who were killed or stopped, so nobody may wait for long.
const LOCK: Duration = Duration::from_millis(400);
const STATEMENT: Duration = Duration::from_secs(5);
const CONNECT: Duration = Duration::from_secs(3);

impl Spec {
    pub(crate) fn read(path: &Path) -> Result<Self> {
        Ok(serde_json::from_slice(&std::fs::read(path)?)?)
    }

    pub(crate) fn write(&self, path: &Path) -> Result<()> {
        Ok(std::fs::write(path, serde_json::to_vec(self)?)?)
    }

    pub(crate) fn mixes(&self) -> Result<Vec<Mix>> {
        self.mixes.iter().map(|mix| mix.parse()).collect()
    }

    pub(crate) async fn open(&self) -> Result<Db> {
        let mut builder = Db::builder();
        for (name, url) in &self.connections {
            let config = ConnectionConfig::from_url(url)?
                .max_connections(6)
                .lock_timeout(Some(LOCK))
                .statement_timeout(Some(STATEMENT))
                .connect_timeout(CONNECT)
                .acquire_timeout(STATEMENT);
            builder = builder.connection(name.as_str(), config);
        }
        if !self.background {
            builder = builder.recovery(RecoveryMode::Off);
        }
        Ok(builder.open().await?)
    }
}
