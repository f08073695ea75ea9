//! A lease on a replica that moves on to another server when its own one is gone.

use super::{Replicas, is_down};
use crate::{Error, ErrorKind, Result};
use manybase_driver::{Columns, Flow, Pool, Row, Session, Sink};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

/// Where else the lease could be.
pub(crate) struct Standby {
    replicas: Arc<Replicas>,
    pub(crate) primary: Pool,
    /// `None` once it is on the primary.
    at: Option<usize>,
    tried: Vec<usize>,
}

impl Standby {
    /// A session, and what there is besides it.
    pub(crate) async fn session(replicas: &Arc<Replicas>, primary: &Pool) -> Result<(Session, Self)> {
        let mut tried = Vec::new();
        let (session, at) = replicas.session(primary, &mut tried).await?;
        let standby = Self {
            replicas: replicas.clone(),
            primary: primary.clone(),
            at,
            tried,
        };
        Ok((session, standby))
    }

    /// The pool that the session is of.
    pub(crate) fn pool(&self) -> &Pool {
        match self.at {
            Some(at) => &self.replicas.all()[at].pool,
            None => &self.primary,
        }
    }

    /// Another session, if it was the server and not the statement that failed, and there is another server.
    pub(crate) async fn next(&mut self, error: &Error, broken: bool) -> Result<Option<Session>> {
        let Some(at) = self.at else { return Ok(None) };
        if is_down(error) {
            self.replicas.failed(at, error);
        } else if error.kind() != ErrorKind::Serialization || broken {
            // The other case is a replica that had to stop a query in order to keep up with the primary.
            return Ok(None);
        }
        let (session, at) = self.replicas.session(&self.primary, &mut self.tried).await?;
        self.at = at;
        Ok(Some(session))
    }
}

/// A sink on loan: when the driver drops it because the statement has failed, it comes back.
pub(crate) struct Lent<S> {
    sink: Option<S>,
    delivered: bool,
    home: Home<S>,
}

/// Where it comes back to, and whether rows have gone through it.
pub(crate) type Home<S> = Arc<Mutex<Option<(S, bool)>>>;

impl<S: Sink> Lent<S> {
    pub(crate) fn new(sink: S) -> (Self, Home<S>) {
        let home: Home<S> = Arc::default();
        let lent = Self {
            sink: Some(sink),
            delivered: false,
            home: home.clone(),
        };
        (lent, home)
    }

    /// The sink, which then does not go home.
    pub(crate) fn keep(mut self) -> Result<S> {
        self.sink.take().ok_or_else(gone)
    }
}

fn gone() -> Error {
    Error::driver("a sink was used after it was given back")
}

/// The sink of a statement that has failed, as it was before.
pub(crate) fn back<S: Sink>(home: &Home<S>) -> Option<S> {
    let (mut sink, delivered) = home.lock().unwrap_or_else(PoisonError::into_inner).take()?;
    (!delivered || sink.restart()).then_some(sink)
}

impl<S: Sink> Sink for Lent<S> {
    fn columns(&mut self, columns: &dyn Columns) -> Result<()> {
        self.sink.as_mut().ok_or_else(gone)?.columns(columns)
    }

    fn row(&mut self, row: &dyn Row) -> Result<Flow> {
        self.delivered = true;
        self.sink.as_mut().ok_or_else(gone)?.row(row)
    }

    fn poll_ready(&mut self, task: &mut Context<'_>) -> Poll<()> {
        self.sink
            .as_mut()
            .map_or(Poll::Ready(()), |sink| sink.poll_ready(task))
    }

    fn restart(&mut self) -> bool {
        let restarted = self.sink.as_mut().is_some_and(Sink::restart);
        self.delivered &= !restarted;
        restarted
    }
}

impl<S> Drop for Lent<S> {
    fn drop(&mut self) {
        if let Some(sink) = self.sink.take() {
            *self.home.lock().unwrap_or_else(PoisonError::into_inner) = Some((sink, self.delivered));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Its rows have gone elsewhere.
    struct Sent(u32);

    impl Sink for Sent {
        fn row(&mut self, _: &dyn Row) -> Result<Flow> {
            self.0 += 1;
            Ok(Flow::Continue)
        }
    }

    /// Forgets its rows when it is told.
    struct Kept(u32);

    impl Sink for Kept {
        fn row(&mut self, _: &dyn Row) -> Result<Flow> {
            self.0 += 1;
            Ok(Flow::Continue)
        }

        fn restart(&mut self) -> bool {
            self.0 = 0;
            true
        }
    }

    #[test]
    fn a_sink_comes_back_as_it_was() {
        let (lent, home) = Lent::new(Sent(0));
        assert!(back(&home).is_none(), "somebody has it");
        drop(lent);
        assert!(back(&home).is_some(), "nothing was delivered");

        let (mut lent, home) = Lent::new(Sent(0));
        lent.delivered = true;
        drop(lent);
        assert!(back(&home).is_none(), "rows have gone elsewhere");

        let (mut lent, home) = Lent::new(Kept(3));
        lent.delivered = true;
        drop(lent);
        assert_eq!(back(&home).map(|sink| sink.0), Some(0), "it forgets them");

        let (lent, home) = Lent::new(Kept(3));
        assert_eq!(lent.keep().ok().map(|sink| sink.0), Some(3));
        assert!(back(&home).is_none());
    }
}
