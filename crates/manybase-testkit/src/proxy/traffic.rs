//! What has gone through: how many connections, and how often a client had to wait for its server.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use super::loss::Side;

/// Of all connections, shared with the handle.
#[derive(Clone, Debug, Default)]
pub(super) struct Traffic(Arc<Counts>);

#[derive(Debug, Default)]
struct Counts {
    connections: AtomicUsize,
    turns: AtomicUsize,
}

/// Of one connection.
#[derive(Debug)]
pub(super) struct Conversation {
    all: Traffic,
    /// The client has not spoken since the server did, or since the beginning.
    is_turn: AtomicBool,
}

impl Traffic {
    /// A client has dialled.
    pub(super) fn begin(&self) -> Conversation {
        self.0.connections.fetch_add(1, Ordering::SeqCst);
        Conversation {
            all: self.clone(),
            is_turn: AtomicBool::new(true),
        }
    }

    pub(super) fn connections(&self) -> usize {
        self.0.connections.load(Ordering::SeqCst)
    }

    pub(super) fn turns(&self) -> usize {
        self.0.turns.load(Ordering::SeqCst)
    }
}

impl Conversation {
    /// Something goes this way.
    pub(super) fn note(&self, side: Side) {
        let before = self.is_turn.swap(side == Side::Reply, Ordering::SeqCst);
        if before && side == Side::Request {
            self.all.0.turns.fetch_add(1, Ordering::SeqCst);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Side, Traffic};

    #[test]
    fn a_turn_is_what_is_said_until_there_is_an_answer() {
        let traffic = Traffic::default();
        let (one, other) = (traffic.begin(), traffic.begin());
        // A server may speak first.
        one.note(Side::Reply);
        for side in [
            Side::Request,
            Side::Request,
            Side::Reply,
            Side::Reply,
            Side::Request,
        ] {
            one.note(side);
        }
        other.note(Side::Request);
        assert_eq!((traffic.connections(), traffic.turns()), (2, 3));
    }
}
