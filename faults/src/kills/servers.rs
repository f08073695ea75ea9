//! Servers that are killed and come back, while everything else goes on.

use std::sync::Arc;
use std::time::Duration;

use manybase_testkit::{Mariadb, Postgres, Server, ServerError};
use tokio::task::JoinHandle;

use crate::Result;
use crate::place::Place;

pub(super) struct Servers(Vec<One>);

struct One {
    which: Which,
    /// While it is down.
    restart: Option<JoinHandle<Result<(), ServerError>>>,
}

#[derive(Clone)]
enum Which {
    Postgres(Arc<Postgres>),
    Mariadb(Arc<Mariadb>),
}

impl Which {
    fn server(&self) -> &Server {
        match self {
            Self::Postgres(server) => server,
            Self::Mariadb(server) => server,
        }
    }
}

impl Servers {
    pub(super) fn new(place: &Place) -> Self {
        let postgres = place.postgres.iter().chain(&place.plain_postgres);
        let postgres = postgres.cloned().map(Which::Postgres);
        let mariadb = place.mariadb.clone().map(Which::Mariadb);
        let all = postgres.chain(mariadb);
        Self(all.map(|which| One { which, restart: None }).collect())
    }

    pub(super) fn count(&self) -> usize {
        self.0.len()
    }

    /// Kills one, and starts it again after a while. 1, or 0 where it is down already or there is none.
    pub(super) fn kill(&mut self, which: usize, down: Duration) -> u32 {
        match self.0.get_mut(which) {
            Some(one) if one.restart.is_none() => {
                let which = one.which.clone();
                one.restart = Some(tokio::task::spawn_blocking(move || {
                    which.server().kill_9()?;
                    std::thread::sleep(down);
                    which.server().restart()
                }));
                1
            }
            _ => 0,
        }
    }

    /// Notes who is up again.
    pub(super) async fn tend(&mut self) -> Result<()> {
        for one in &mut self.0 {
            if one.restart.as_ref().is_some_and(JoinHandle::is_finished) {
                one.up().await?;
            }
        }
        Ok(())
    }

    pub(super) async fn all_up(&mut self) -> Result<()> {
        for one in &mut self.0 {
            one.up().await?;
        }
        Ok(())
    }
}

impl One {
    async fn up(&mut self) -> Result<()> {
        match self.restart.take() {
            Some(restart) => Ok(restart.await??),
            None => Ok(()),
        }
    }
}
