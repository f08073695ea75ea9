//! Asking connections for a sign of life, all at once.

use crate::output::{ErrorView, Progress};
use futures_util::future::{join, join_all};
use manybase_db::{ConnectionHandle, Ping, ReplicaHandle};
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
    /// How far a replica is behind, where there is a bound for it.
    #[serde(
        rename = "lag_ms",
        serialize_with = "as_ms",
        skip_serializing_if = "Option::is_none"
    )]
    pub(crate) lag: Option<Duration>,
    /// For a replica: whether reads go to it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) replica: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) replicas: Vec<Seen>,
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
            lag: None,
            replica: None,
            replicas: handle
                .replicas()
                .iter()
                .map(|replica| Self::unasked_replica(handle, replica))
                .collect(),
        }
    }

    fn unasked_replica(of: &ConnectionHandle, replica: &ReplicaHandle) -> Self {
        Self {
            name: replica.name().to_string(),
            address: replica.address(),
            product: of.dialect().name(),
            version: None,
            reachable: None,
            round_trip: None,
            took: None,
            error: None,
            lag: None,
            replica: Some(replica.state().to_string()),
            replicas: Vec::new(),
        }
    }

    /// It and its replicas.
    pub(crate) fn rows(&self) -> impl Iterator<Item = &Self> {
        std::iter::once(self).chain(&self.replicas)
    }

    fn answered(self, answer: manybase_db::Result<Ping>, took: Duration) -> Self {
        let seen = Self {
            took: Some(took),
            ..self
        };
        match answer {
            Ok(Ping {
                took, server_version, ..
            }) => Self {
                version: Some(server_version),
                reachable: Some(true),
                round_trip: Some(took),
                ..seen
            },
            Err(error) => Self {
                reachable: Some(false),
                error: Some(ErrorView::of(&error)),
                ..seen
            },
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
        let replicas = handle.replicas();
        let (answer, replicas) = join(
            handle.ping(),
            join_all(replicas.iter().map(|one| replica(handle, one))),
        )
        .await;
        let took = begun.elapsed();
        progress.step(handle.name());
        // The dialect is known better now.
        let seen = Seen {
            replicas,
            ..Seen::unasked(handle)
        };
        seen.answered(answer, took)
    });
    join_all(all).await
}

async fn replica(of: &ConnectionHandle, replica: &ReplicaHandle) -> Seen {
    let begun = Instant::now();
    let answer = replica.ping().await;
    let took = begun.elapsed();
    let state = replica.look().await;
    let seen = Seen {
        lag: replica.lag(),
        replica: Some(state.to_string()),
        ..Seen::unasked_replica(of, replica)
    };
    seen.answered(answer, took)
}

/// With three digits behind the point.
fn as_ms<S: serde::Serializer>(duration: &Option<Duration>, serializer: S) -> Result<S::Ok, S::Error> {
    duration
        .map(|duration| (duration.as_secs_f64() * 1e6).round() / 1e3)
        .serialize(serializer)
}
