//! A session's settings on their way.
//!
//! Of a server that has said not long ago what it is, it is known what to send, and a session that begins with a read by
//! key sends that together with it. All else waits until the settings hold.

use crate::connection::MysqlConnection;
use crate::error;
use crate::known::Known;
use manybase_driver::{Error, ErrorKind, Result};

/// Settings that have not been sent.
pub(crate) struct Unset {
    pub(crate) settings: String,
    /// What was relied on.
    pub(crate) known: Known,
}

impl MysqlConnection {
    /// Sets the session up, unless it is.
    pub(crate) async fn settle(&mut self) -> Result<()> {
        let Some(unset) = self.unset.take() else {
            return Ok(());
        };
        self.link.query(&unset.settings);
        self.settled(unset).await
    }

    /// The answer to settings that were sent.
    pub(crate) async fn settled(&mut self, unset: Unset) -> Result<()> {
        let set = match self.link.answer(None).await {
            Ok(_) => self.link.finish().await,
            Err(failure) => Err(failure),
        };
        let Err(failure) = set else {
            return Ok(());
        };
        // Another server may be there by now, or the same one with other rules: the next connection asks it. Nothing may
        // run without the settings.
        unset.known.forget_told();
        self.link.cut();
        let error = error::statement(&failure);
        if failure.is_fatal() {
            return Err(error);
        }
        Err(Error::new(
            ErrorKind::ConnectionLost,
            format!("the server refuses the session's settings: {}", error.message()),
        )
        .with_help("connect again: the next connection asks the server what it is"))
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use crate::known::Told;
    use crate::settings::Setup;
    use crate::tls::Tls;
    use crate::wire::tests::{OK, hear, link, say};
    use crate::wire::{Begun, Server};
    use manybase_driver::wire::Place;
    use manybase_driver::{Connection, CountSink, Statement};
    use manybase_sql::dialect::Flavor;
    use std::sync::Arc;
    use std::time::Instant;
    use tokio::net::UnixStream;

    const NUMBERS: (u16, u16, u16) = (10, 11, 6);

    fn session() -> (MysqlConnection, UnixStream, Known) {
        let known = Known::of(format!("{:p}", &NUMBERS));
        let told = Told {
            numbers: NUMBERS,
            version: "10.11.6-MariaDB".to_owned(),
            largest_packet: 1 << 24,
        };
        known.note_told(told, Instant::now());
        let (link, server) = link();
        let begun = Begun {
            link,
            id: 7,
            numbers: NUMBERS,
            is_encrypted: false,
        };
        let place = Server {
            place: Place::Unix("/nowhere".into()),
            tls: Tls::Off,
            user: None,
            password: None,
            database: None,
        };
        let setup = Setup {
            flavor: Flavor::MariaDb,
            version: "10.11.6-MariaDB".to_owned(),
            largest_packet: 1 << 24,
            asked: true,
            settings: vec!["SET a = 1".to_owned()],
            unset: Some(Unset {
                settings: "SET a = 1".to_owned(),
                known: known.clone(),
            }),
        };
        (MysqlConnection::new(begun, Arc::new(place), setup), server, known)
    }

    fn by_key() -> Statement {
        Statement::read("SELECT 1 WHERE ? = 7", vec![7_i64.into()]).bounded()
    }

    /// Without them nothing that was sent along counts.
    #[tokio::test]
    async fn settings_that_are_refused() {
        let (mut session, mut server, known) = session();
        let serve = async {
            assert_eq!(hear(&mut server).await, (0, b"\x03SET a = 1".to_vec()));
            assert_eq!(hear(&mut server).await.1[..7], *b"\x16SELECT");
            assert_eq!(hear(&mut server).await.1[..5], [0x17, 255, 255, 255, 255]);
            say(&mut server, 1, b"\xFF\xA9\x04#HY000Unknown system variable").await;
            say(&mut server, 1, OK).await;
        };
        let (read, ()) = tokio::join!(session.query(by_key(), Box::new(CountSink::default())), serve);
        let error = read.map(drop).expect_err("is refused");
        assert_eq!(error.kind(), ErrorKind::ConnectionLost);
        assert!(error.message().contains("Unknown system variable"), "{error}");
        assert!(session.is_closed());
        assert!(known.told(NUMBERS, Instant::now()).is_none());
    }

    /// All else waits for them.
    #[tokio::test]
    async fn settings_come_first() {
        let (mut session, mut server, _known) = session();
        let serve = async {
            assert_eq!(hear(&mut server).await, (0, b"\x03SET a = 1".to_vec()));
            let nothing = tokio::time::timeout(std::time::Duration::from_millis(50), hear(&mut server));
            assert!(nothing.await.is_err(), "it has not been answered");
            say(&mut server, 1, OK).await;
            assert_eq!(hear(&mut server).await, (0, b"\x03DO 1".to_vec()));
            say(&mut server, 1, OK).await;
        };
        let (done, ()) = tokio::join!(session.script("DO 1".to_owned()), serve);
        done.expect("runs");
    }
}
