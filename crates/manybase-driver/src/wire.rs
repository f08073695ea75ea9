//! For drivers that speak a server's protocol themselves: where a server is, TLS, and the bytes on their way.

mod pump;
mod socket;
#[cfg_attr(not(feature = "tls"), path = "wire/no_tls.rs")]
pub mod tls;

pub use pump::Pump;
pub use socket::{Place, Socket, Stream};
