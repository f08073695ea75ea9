//! Losing one message of a conversation, and the connection with it.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Which way a message goes. See [`TcpProxy::lose`](crate::TcpProxy::lose).
///
/// ```
/// use manybase_testkit::Side;
/// assert_ne!(Side::Request, Side::Reply);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// From the client to the server.
    Request,
    /// From the server to the client.
    Reply,
}

/// What is to be lost, shared by the handle and all connections.
#[derive(Clone, Debug, Default)]
pub(super) struct Loss(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    /// The side, and how many messages there are still to come, the lost one included.
    plan: Option<(Side, u32)>,
    happened: bool,
}

impl Loss {
    pub(super) fn plan(&self, side: Side, nth: u32) {
        *self.lock() = State {
            plan: Some((side, nth)),
            happened: false,
        };
    }

    pub(super) fn cancel(&self) {
        self.lock().plan = None;
    }

    pub(super) fn has_happened(&self) -> bool {
        self.lock().happened
    }

    /// Counts a message. Whether it is the one.
    pub(super) fn takes(&self, side: Side) -> bool {
        let mut state = self.lock();
        let Some((wanted, left)) = &mut state.plan else {
            return false;
        };
        if *wanted != side {
            return false;
        }
        *left = left.saturating_sub(1);
        if *left > 0 {
            return false;
        }
        state.plan = None;
        state.happened = true;
        true
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::{Loss, Side};

    #[test]
    fn takes_one_message_of_one_side() {
        let loss = Loss::default();
        assert!(!loss.takes(Side::Request));
        loss.plan(Side::Request, 2);
        assert!(!loss.takes(Side::Request) && !loss.takes(Side::Reply) && !loss.has_happened());
        assert!(loss.takes(Side::Request) && loss.has_happened());
        assert!(!loss.takes(Side::Request));
        loss.plan(Side::Reply, 1);
        loss.cancel();
        assert!(!loss.takes(Side::Reply) && !loss.has_happened());
    }
}
