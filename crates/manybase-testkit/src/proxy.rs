//! A TCP proxy that can fail: what a test puts before a server that is to hang or to go away.

mod forgery;
mod loss;
mod serve;
mod traffic;

use std::io;
use std::net::SocketAddr;
use std::sync::mpsc::sync_channel;
use std::thread::JoinHandle;

use tokio::sync::mpsc;

use crate::server::port;
use forgery::Forgery;
use loss::Loss;
pub use loss::Side;
use serve::{Command, Order};
use traffic::Traffic;

/// A proxy on a loopback port, forwarding to one server until told otherwise.
///
/// Each method returns when what it does has happened. The proxy runs on a thread of its own, so it works the same
/// under every runtime and while a test blocks.
///
/// ```no_run
/// use manybase_testkit::{Postgres, TcpProxy};
///
/// let server = Postgres::start().unwrap();
/// let proxy = TcpProxy::start(server.addr()).unwrap();
/// let url = proxy.url(&server.system_url());
/// // ... connect to `url`, begin a query ...
/// proxy.cut(); // the connection is lost in the middle of it
/// ```
#[derive(Debug)]
pub struct TcpProxy {
    addr: SocketAddr,
    upstream: SocketAddr,
    loss: Loss,
    forgery: Forgery,
    traffic: Traffic,
    orders: Option<mpsc::UnboundedSender<Order>>,
    thread: Option<JoinHandle<()>>,
}

impl TcpProxy {
    /// Starts forwarding to `upstream`.
    ///
    /// # Errors
    /// When no port can be bound or no thread started.
    ///
    /// ```no_run
    /// let upstream = "127.0.0.1:5432".parse().unwrap();
    /// let proxy = manybase_testkit::TcpProxy::start(upstream).unwrap();
    /// assert_ne!(proxy.port(), 5432);
    /// ```
    pub fn start(upstream: SocketAddr) -> io::Result<Self> {
        let (listener, addr) = bind_free_port()?;
        listener.set_nonblocking(true)?;
        let (orders, received) = mpsc::unbounded_channel();
        let loss = Loss::default();
        let forgery = Forgery::default();
        let traffic = Traffic::default();
        let tricks = serve::Tricks {
            loss: loss.clone(),
            forgery: forgery.clone(),
            traffic: traffic.clone(),
        };
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        let thread = std::thread::Builder::new()
            .name(format!("proxy to {upstream}"))
            .spawn(move || runtime.block_on(serve::serve(listener, addr, upstream, tricks, received)))?;
        Ok(Self {
            addr,
            upstream,
            loss,
            forgery,
            traffic,
            orders: Some(orders),
            thread: Some(thread),
        })
    }

    /// The address to connect to.
    ///
    /// ```no_run
    /// let proxy = manybase_testkit::TcpProxy::start("127.0.0.1:5432".parse().unwrap()).unwrap();
    /// assert!(proxy.addr().ip().is_loopback());
    /// ```
    #[must_use]
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// The port to connect to; the same for the proxy's whole life.
    ///
    /// ```no_run
    /// let proxy = manybase_testkit::TcpProxy::start("127.0.0.1:5432".parse().unwrap()).unwrap();
    /// assert_eq!(proxy.port(), proxy.addr().port());
    /// ```
    #[must_use]
    pub fn port(&self) -> u16 {
        self.addr.port()
    }

    /// A server's or database's URL, with the proxy's address instead of the server's.
    ///
    /// ```no_run
    /// let proxy = manybase_testkit::TcpProxy::start("127.0.0.1:5432".parse().unwrap()).unwrap();
    /// let url = proxy.url("postgres://manybase:secret@127.0.0.1:5432/orders");
    /// assert_eq!(url, format!("postgres://manybase:secret@{}/orders", proxy.addr()));
    /// ```
    #[must_use]
    pub fn url(&self, url: &str) -> String {
        url.replacen(&self.upstream.to_string(), &self.addr.to_string(), 1)
    }

    /// Connections stay open and new ones are accepted, but nothing is forwarded: the server seems to hang.
    ///
    /// What is sent meanwhile is held, and arrives after [`restore`](Self::restore), as after a network that was
    /// down for a while.
    ///
    /// ```no_run
    /// let proxy = manybase_testkit::TcpProxy::start("127.0.0.1:5432".parse().unwrap()).unwrap();
    /// proxy.black_hole();
    /// // ... a query times out here ...
    /// proxy.restore();
    /// ```
    pub fn black_hole(&self) {
        self.order(Command::BlackHole);
    }

    /// Closes all connections at once: the server seems to have gone away. New ones are forwarded.
    ///
    /// ```no_run
    /// let proxy = manybase_testkit::TcpProxy::start("127.0.0.1:5432".parse().unwrap()).unwrap();
    /// proxy.cut();
    /// ```
    pub fn cut(&self) {
        self.order(Command::Cut);
    }

    /// Closes all connections and refuses new ones: the server seems to be down.
    ///
    /// ```no_run
    /// let proxy = manybase_testkit::TcpProxy::start("127.0.0.1:5432".parse().unwrap()).unwrap();
    /// proxy.refuse();
    /// assert!(std::net::TcpStream::connect(proxy.addr()).is_err());
    /// ```
    pub fn refuse(&self) {
        self.order(Command::Refuse);
    }

    /// Forwards again, after [`black_hole`](Self::black_hole) or [`refuse`](Self::refuse).
    ///
    /// # Panics
    /// When another process has taken the port while it was refused.
    ///
    /// ```no_run
    /// let proxy = manybase_testkit::TcpProxy::start("127.0.0.1:5432".parse().unwrap()).unwrap();
    /// proxy.refuse();
    /// proxy.restore();
    /// ```
    pub fn restore(&self) {
        self.order(Command::Restore);
    }

    /// The `nth` message from now on that goes this way is not forwarded, and its connection is closed: the network
    /// broke just then. A message is what one read yields, which with a client that waits for its answers is one
    /// request or one reply. All others are forwarded.
    ///
    /// ```no_run
    /// use manybase_testkit::{Side, TcpProxy};
    /// let proxy = TcpProxy::start("127.0.0.1:5432".parse().unwrap()).unwrap();
    /// proxy.lose(Side::Reply, 3);
    /// // ... connect, log in: the server has done what the third request asked for, and nobody learns it ...
    /// assert!(proxy.has_lost());
    /// ```
    pub fn lose(&self, side: Side, nth: u32) {
        self.loss.plan(side, nth);
    }

    /// Takes back [`lose`](Self::lose), if it has not come to it.
    ///
    /// ```no_run
    /// let proxy = manybase_testkit::TcpProxy::start("127.0.0.1:5432".parse().unwrap()).unwrap();
    /// proxy.lose(manybase_testkit::Side::Request, 9);
    /// proxy.lose_nothing();
    /// ```
    pub fn lose_nothing(&self) {
        self.loss.cancel();
    }

    /// Whether the message of the last [`lose`](Self::lose) has been lost.
    ///
    /// ```no_run
    /// let proxy = manybase_testkit::TcpProxy::start("127.0.0.1:5432".parse().unwrap()).unwrap();
    /// proxy.lose(manybase_testkit::Side::Request, 1);
    /// assert!(!proxy.has_lost());
    /// ```
    #[must_use]
    pub fn has_lost(&self) -> bool {
        self.loss.has_happened()
    }

    /// In the next request that has these bytes they are replaced by others, as many: the server is asked for something
    /// that the client did not say, and may refuse what it never refuses otherwise. Both have to be in what one read
    /// yields.
    ///
    /// # Panics
    /// When they are none, or not equally many.
    ///
    /// ```no_run
    /// let proxy = manybase_testkit::TcpProxy::start("127.0.0.1:5432".parse().unwrap()).unwrap();
    /// proxy.forge(b"COMMIT", b"COMMIX");
    /// // ... commit: a syntax error ...
    /// ```
    pub fn forge(&self, from: &[u8], to: &[u8]) {
        assert!(
            !from.is_empty() && from.len() == to.len(),
            "as many bytes as before"
        );
        self.forgery.plan(from, to);
    }

    /// How many connections it has accepted.
    ///
    /// ```no_run
    /// let proxy = manybase_testkit::TcpProxy::start("127.0.0.1:5432".parse().unwrap()).unwrap();
    /// assert_eq!(proxy.connections(), 0);
    /// ```
    #[must_use]
    pub fn connections(&self) -> usize {
        self.traffic.connections()
    }

    /// How often a client has spoken at the beginning or after it had been answered, on all connections together: the
    /// number of round trips, as long as each answer is awaited.
    ///
    /// ```no_run
    /// let proxy = manybase_testkit::TcpProxy::start("127.0.0.1:5432".parse().unwrap()).unwrap();
    /// let before = proxy.turns();
    /// // ... run a statement ...
    /// assert_eq!(proxy.turns() - before, 1);
    /// ```
    #[must_use]
    pub fn turns(&self) -> usize {
        self.traffic.turns()
    }

    fn order(&self, command: Command) {
        let (done, wait) = sync_channel(1);
        if let Some(orders) = &self.orders {
            let _ = orders.send(Order { command, done });
        }
        let result = wait.recv().unwrap_or(Ok(()));
        assert!(result.is_ok(), "{command:?} of {}: {result:?}", self.addr);
    }
}

impl Drop for TcpProxy {
    fn drop(&mut self) {
        drop(self.orders.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn bind_free_port() -> io::Result<(std::net::TcpListener, SocketAddr)> {
    let mut tries = 5;
    loop {
        let addr = port::loopback(port::free());
        tries -= 1;
        match std::net::TcpListener::bind(addr) {
            Ok(listener) => return Ok((listener, addr)),
            Err(error) if tries == 0 => return Err(error),
            Err(_) => {}
        }
    }
}
