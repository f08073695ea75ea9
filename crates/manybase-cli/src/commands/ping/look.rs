//! Asking connections for a sign of life, all at once.

use crate::output::{ErrorView, Progress};
use futures_util::future::join_all;
use manybase_db::{ConnectionHandle, Ping};
use serde::Serialize;
use std::time::{Duration, Instant};

/// What was found out about a connection.
#[derive(Debug, Serialize)]
pub(crate) struct Seen {
    pub(crate) name: String,
    /// Without secrets.
    pub(crate) address: String,
    /// What the server turned out to be, or what the address says.
    pub(crate) product: &'static str,
    pub(crate) version: Option<String>,
    /// `None` when nobody was asked.
    pub(crate) reachable: Option<bool>,
    /// One round trip on a connection that is open.
    #[serde(rename = "round_trip_ms", serialize_with = "as_ms")]
    pub(crate) round_trip: Option<Duration>,
    /// With dialling.
    #[serde(rename = "took_ms", serialize_with = "as_ms")]
    pub(crate) took: Option<Duration>,
    pub(crate) error: Option<ErrorView>,
}

impl Seen {
    /// Nobody was asked.
    pub(crate) fn unasked(handle: &ConnectionHandle) -> Self {
        Self {
            name: handle.name().to_string(),
            address: handle.address(),
            product: handle.dialect().name(),
            version: None,
            reachable: None,
            round_trip: None,
            took: None,
            error: None,
        }
    }

    /// `PostgreSQL 15.18`
    pub(crate) fn database(&self) -> String {
        match &self.version {
            Some(version) => format!("{} {version}", self.product),
            None => self.product.to_owned(),
        }
    }
}

pub(crate) async fn look(handles: &[ConnectionHandle], progress: &Progress) -> Vec<Seen> {
    let all = handles.iter().map(|handle| async move {
        let begun = Instant::now();
        let answer = handle.ping().await;
        let took = begun.elapsed();
        progress.step(handle.name());
        // The dialect is known better now.
        let seen = Seen {
            took: Some(took),
            ..Seen::unasked(handle)
        };
        match answer {
            Ok(Ping {
                took, server_version, ..
            }) => Seen {
                version: Some(server_version),
                reachable: Some(true),
                round_trip: Some(took),
                ..seen
            },
            Err(error) => Seen {
                reachable: Some(false),
                error: Some(ErrorView::of(&error)),
                ..seen
            },
        }
    });
    join_all(all).await
}

/// With three digits behind the point.
fn as_ms<S: serde::Serializer>(duration: &Option<Duration>, serializer: S) -> Result<S::Ok, S::Error> {
    duration
        .map(|duration| (duration.as_secs_f64() * 1e6).round() / 1e3)
        .serialize(serializer)
}
