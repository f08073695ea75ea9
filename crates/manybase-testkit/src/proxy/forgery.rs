//! Changing what a client says.

use std::sync::{Arc, Mutex, PoisonError};

/// A text that the server is to see in the place of another, shared by the handle and all connections.
#[derive(Clone, Debug, Default)]
pub(super) struct Forgery(Arc<Mutex<Option<Swap>>>);

#[derive(Debug)]
struct Swap {
    from: Vec<u8>,
    to: Vec<u8>,
}

impl Forgery {
    pub(super) fn plan(&self, from: &[u8], to: &[u8]) {
        let swap = Swap {
            from: from.to_vec(),
            to: to.to_vec(),
        };
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(swap);
    }

    /// Forges a request, if it is the one.
    pub(super) fn apply(&self, request: &mut [u8]) {
        let mut plan = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(swap) = &*plan else { return };
        let mut windows = request.windows(swap.from.len());
        if let Some(place) = windows.position(|window| window == swap.from) {
            request[place..place + swap.to.len()].copy_from_slice(&swap.to);
            *plan = None;
        }
    }
}
