//! Free ports on the loopback interface.

use std::net::{Ipv4Addr, SocketAddr, TcpListener};

/// Below the range the kernel hands out to outgoing connections, so that no client can take the port of a server
/// that is down between `stop` and `restart`.
const PORTS: std::ops::Range<u16> = 20_000..32_000;

/// A loopback port that was free a moment ago. Whoever binds it still has to cope with losing a race for it.
pub(crate) fn free() -> u16 {
    let range = u128::from(PORTS.end - PORTS.start);
    loop {
        let offset = (uuid::Uuid::new_v4().as_u128() >> 8) % range;
        let port = PORTS.start + u16::try_from(offset).unwrap_or_default();
        if TcpListener::bind(loopback(port)).is_ok() {
            return port;
        }
    }
}

/// `127.0.0.1:port`.
pub(crate) fn loopback(port: u16) -> SocketAddr {
    SocketAddr::from((Ipv4Addr::LOCALHOST, port))
}
