//! The proxy's faults, as a client sees them.

use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::time::Duration;

use manybase_testkit::{Side, TcpProxy, postgres, require_server};

const SHORT: Duration = Duration::from_millis(200);
const LONG: Duration = Duration::from_secs(5);

/// A server that sends everything back.
fn echo() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let addr = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            std::thread::spawn(move || {
                let mut back = stream.try_clone().unwrap();
                std::io::copy(&mut stream, &mut back)
            });
        }
    });
    addr
}

fn client(proxy: &TcpProxy) -> TcpStream {
    TcpStream::connect(proxy.addr()).unwrap()
}

fn ask(stream: &mut TcpStream, text: &[u8], patience: Duration) -> std::io::Result<Vec<u8>> {
    stream.write_all(text)?;
    hear(stream, text.len(), patience)
}

fn hear(stream: &mut TcpStream, length: usize, patience: Duration) -> std::io::Result<Vec<u8>> {
    stream.set_read_timeout(Some(patience))?;
    let mut answer = vec![0; length];
    stream.read_exact(&mut answer)?;
    Ok(answer)
}

#[test]
fn forwards_both_ways_in_bulk() {
    let proxy = TcpProxy::start(echo()).unwrap();
    let mut stream = client(&proxy);
    let sent: Vec<u8> = (0..200_000_u32).map(|i| i.to_le_bytes()[0]).collect();
    assert_eq!(ask(&mut stream, &sent, LONG).unwrap(), sent);
}

#[test]
fn a_black_hole_holds_everything_until_restored() {
    let proxy = TcpProxy::start(echo()).unwrap();
    let mut old = client(&proxy);
    ask(&mut old, b"before", LONG).unwrap();

    proxy.black_hole();
    let mut new = client(&proxy);
    for stream in [&mut old, &mut new] {
        let error = ask(stream, b"during", SHORT).unwrap_err();
        assert!(matches!(
            error.kind(),
            ErrorKind::WouldBlock | ErrorKind::TimedOut
        ));
    }

    proxy.restore();
    for stream in [&mut old, &mut new] {
        assert_eq!(hear(stream, 6, LONG).unwrap(), b"during");
    }
}

#[test]
fn a_cut_ends_connections_and_lets_new_ones_in() {
    let proxy = TcpProxy::start(echo()).unwrap();
    let mut old = client(&proxy);
    ask(&mut old, b"before", LONG).unwrap();

    proxy.cut();
    let gone = ask(&mut old, b"after", LONG).unwrap_err();
    assert!(!matches!(
        gone.kind(),
        ErrorKind::WouldBlock | ErrorKind::TimedOut
    ));
    assert_eq!(ask(&mut client(&proxy), b"new", LONG).unwrap(), b"new");
}

#[test]
fn refuses_until_restored() {
    let proxy = TcpProxy::start(echo()).unwrap();
    let mut old = client(&proxy);
    ask(&mut old, b"before", LONG).unwrap();

    proxy.refuse();
    assert!(ask(&mut old, b"after", LONG).is_err());
    let error = TcpStream::connect(proxy.addr()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ConnectionRefused);

    proxy.restore();
    assert_eq!(ask(&mut client(&proxy), b"new", LONG).unwrap(), b"new");
}

#[test]
fn a_dropped_proxy_is_gone() {
    let proxy = TcpProxy::start(echo()).unwrap();
    let addr = proxy.addr();
    let mut stream = client(&proxy);
    ask(&mut stream, b"before", LONG).unwrap();
    drop(proxy);
    assert!(ask(&mut stream, b"after", LONG).is_err());
    assert!(TcpStream::connect(addr).is_err());
}

#[tokio::test]
async fn a_query_hangs_in_a_black_hole_and_fails_at_a_cut() {
    let server = require_server!(postgres());
    let proxy = TcpProxy::start(server.addr()).unwrap();
    let url = proxy.url(&server.system_url());
    assert_ne!(url, server.system_url());
    let (client, connection) = tokio_postgres::connect(&url, tokio_postgres::NoTls)
        .await
        .unwrap();
    tokio::spawn(connection);
    client.simple_query("SELECT 1").await.unwrap();

    proxy.black_hole();
    let query = client.simple_query("SELECT 2");
    tokio::pin!(query);
    assert!(tokio::time::timeout(SHORT, &mut query).await.is_err());

    proxy.cut();
    let answer = tokio::time::timeout(LONG, query).await.unwrap();
    assert!(answer.is_err() && client.is_closed());
}

#[test]
fn one_lost_message_closes_its_connection_and_no_other() {
    let proxy = TcpProxy::start(echo()).unwrap();
    for side in [Side::Request, Side::Reply] {
        let (mut other, mut stream) = (client(&proxy), client(&proxy));
        ask(&mut other, b"there", LONG).unwrap();
        proxy.lose(side, 2);
        assert_eq!(ask(&mut stream, b"first", LONG).unwrap(), b"first");
        assert!(!proxy.has_lost());
        let error = ask(&mut stream, b"second", LONG).unwrap_err();
        assert!(
            !matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut),
            "closed, not hanging: {error}"
        );
        assert!(proxy.has_lost());
        assert_eq!(ask(&mut other, b"still there", LONG).unwrap(), b"still there");
        assert_eq!(ask(&mut client(&proxy), b"again", LONG).unwrap(), b"again");
    }
}

#[test]
fn a_request_is_forged_once() {
    let proxy = TcpProxy::start(echo()).unwrap();
    let mut stream = client(&proxy);
    proxy.forge(b"COMMIT", b"COMMIX");
    assert_eq!(ask(&mut stream, b"BEGIN", LONG).unwrap(), b"BEGIN");
    assert_eq!(
        ask(&mut stream, b"a COMMIT b COMMIT", LONG).unwrap(),
        b"a COMMIX b COMMIT"
    );
    assert_eq!(ask(&mut stream, b"COMMIT", LONG).unwrap(), b"COMMIT");
}
