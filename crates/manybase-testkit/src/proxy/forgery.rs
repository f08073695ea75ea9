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
        let place = plan.as_ref().and_then(|swap| {
            let mut windows = request.windows(swap.from.len());
            windows.position(|window| window == swap.from)
        });
        if let (Some(place), Some(swap)) = (place, plan.take_if(|_| place.is_some())) {
            request[place..place + swap.to.len()].copy_from_slice(&swap.to);
        }
    }
}
