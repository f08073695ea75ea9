//! Login: what each side can do, TLS, and who it is.

use super::greeting::Greeting;
use super::link::{Link, Packet};
use super::message::{Status, head};
use super::password::{self, Kind};
use super::{Failure, Stream};
use crate::known::Numbers;
use crate::tls::Tls;
use manybase_driver::Secret;
use manybase_driver::wire::{Place, Pump, tls};
use mysql_common::constants::{CapabilityFlags as Can, MariadbCapabilities as MariadbCan};
use mysql_common::io::ParseBuf;
use mysql_common::packets::{AuthSwitchRequest, HandshakeResponse, SslRequest};
use mysql_common::proto::MySerialize;
use std::borrow::Cow;
use std::sync::Arc;

/// What a packet may hold, as far as this side is concerned.
const LARGEST_PACKET: u32 = 1 << 30;

/// The number of `utf8mb4_general_ci`, which every server has.
const COLLATION: u8 = 45;

/// A server, and who wants to be let in.
pub(crate) struct Server {
    pub(crate) place: Place,
    pub(crate) tls: Tls,
    pub(crate) user: Option<String>,
    pub(crate) password: Option<Secret>,
    pub(crate) database: Option<String>,
}

/// A session that has just begun.
pub(crate) struct Begun {
    pub(crate) link: Link,
    pub(crate) id: u32,
    /// The version as the server names it at the very beginning.
    pub(crate) numbers: Numbers,
    pub(crate) is_encrypted: bool,
}

/// Dials and logs in.
pub(crate) async fn login(server: &Server) -> Result<Begun, Failure> {
    match &server.tls {
        Tls::Off => dial(server, None).await,
        Tls::Require(config) => dial(server, Some(config)).await,
        Tls::Prefer(config) => match dial(server, Some(config)).await {
            // Its TLS is too old for us.
            Err(Failure::Tls(_)) => dial(server, None).await,
            dialled => dialled,
        },
    }
}

/// Encrypted where there is a configuration for it and the server can.
async fn dial(server: &Server, tls: Option<&Arc<tls::Config>>) -> Result<Begun, Failure> {
    let socket = server.place.dial().await.map_err(Failure::Unreachable)?;
    let mut link = Link::new(Stream::Plain(socket));
    let packet = link.next().await?;
    let greeting = match link.body(&packet).first() {
        Some(&head::ERROR) => return Err(link.refused(&packet)),
        _ => Greeting::read(link.body(&packet), server.database.is_some(), tls.is_some())?,
    };
    link.ends_with_ok = greeting.can.contains(Can::CLIENT_DEPRECATE_EOF);
    link.keeps_columns = greeting
        .mariadb_can
        .contains(MariadbCan::MARIADB_CLIENT_CACHE_METADATA);
    link.runs_in_bulk = greeting
        .mariadb_can
        .contains(MariadbCan::MARIADB_CLIENT_STMT_BULK_OPERATIONS);
    let tls = tls.filter(|_| greeting.can.contains(Can::CLIENT_SSL));
    if tls.is_none() && matches!(server.tls, Tls::Require(_)) {
        // Nothing of the login goes out.
        return Err(Failure::NoTls);
    }
    if let Some(tls) = tls {
        let request = SslRequest::new(greeting.can, LARGEST_PACKET, COLLATION);
        put(
            &mut link,
            &request.with_mariadb_capabilities(greeting.mariadb_can),
        );
        link.pump.flush().await;
        encrypt(&mut link, server.place.name(), tls).await?;
    }
    let is_encrypted = tls.is_some();
    answer(&mut link, server, &greeting);
    let status = log_in(&mut link, server, &greeting, is_encrypted).await?;
    Ok(Begun {
        link: link.begun(status),
        id: greeting.id,
        numbers: greeting.numbers,
        is_encrypted,
    })
}

fn put(link: &mut Link, message: &impl MySerialize) {
    let mut body = Vec::with_capacity(128);
    message.serialize(&mut body);
    link.put(|out| out.extend_from_slice(&body));
}

/// Goes on under TLS.
async fn encrypt(link: &mut Link, name: &str, config: &Arc<tls::Config>) -> Result<(), Failure> {
    // What somebody has said before must not be taken for said under it.
    let socket = match std::mem::replace(&mut link.pump, Pump::gone()).into_stream() {
        Some(Stream::Plain(socket)) => socket,
        _ => return Err(Failure::Unexpected("something in the clear in the place of TLS")),
    };
    let stream = tls::encrypt(config, name, socket).await;
    let stream = stream.map_err(|error| match tls::disagree(&error) {
        true => Failure::Tls(error),
        // A network that breaks is no reason to go on without TLS.
        false => Failure::Closed(Some(error.to_string())),
    })?;
    link.pump = Pump::new(Stream::Secure(Box::new(stream)));
    Ok(())
}

fn answer(link: &mut Link, server: &Server, greeting: &Greeting) {
    let secret = server.password.as_ref().map(Secret::expose);
    let proof = greeting.kind.proof(secret, &greeting.nonce);
    let response = HandshakeResponse::new(
        Some(proof),
        // Any that has utf8mb4.
        (8, 0, 0),
        Some(server.user.as_deref().unwrap_or_default().as_bytes()),
        server.database.as_deref().map(str::as_bytes),
        Some(greeting.kind.plugin()),
        greeting.can,
        None,
        LARGEST_PACKET,
    );
    put(
        link,
        &response.with_mariadb_ext_capabilities(greeting.mariadb_can),
    );
}

/// Answers what the server asks for until it lets us in, or does not.
async fn log_in(
    link: &mut Link,
    server: &Server,
    greeting: &Greeting,
    is_encrypted: bool,
) -> Result<Status, Failure> {
    let secret = server.password.as_ref().map(Secret::expose);
    // Nobody else can read what is said.
    let private = is_encrypted || matches!(server.place, Place::Unix(_));
    let (mut kind, mut nonce) = (greeting.kind, Cow::Borrowed(&greeting.nonce));
    let (mut switched, mut wants_key) = (false, false);
    loop {
        let packet = link.next().await?;
        let body = link.body(&packet);
        match *body {
            [head::OK, ..] => return Status::parse(body),
            [head::ERROR, ..] => return Err(link.refused(&packet)),
            [head::END, ..] if !switched => {
                switched = true;
                let (wanted, with) = another(link, &packet)?;
                let proof = wanted.proof(secret, &with);
                (kind, nonce) = (wanted, Cow::Owned(with));
                link.put(|out| out.extend_from_slice(&proof));
            }
            // The server remembers the password, and lets us in.
            [head::MORE, 3] if kind == Kind::CachingSha2 => {}
            [head::MORE, 4] if kind == Kind::CachingSha2 => {
                let plain = password::terminated(secret);
                if private {
                    link.put(|out| out.extend_from_slice(&plain));
                } else {
                    wants_key = true;
                    link.put(|out| out.extend_from_slice(&[password::ASK_FOR_KEY]));
                }
            }
            [head::MORE, ref key @ ..] if wants_key => {
                wants_key = false;
                let hidden = password::hidden(secret, &nonce, key)?;
                link.put(|out| out.extend_from_slice(&hidden));
            }
            _ => return Err(Failure::Unexpected("an answer that belongs to no login")),
        }
    }
}

/// The kind of login that the server wants instead.
fn another(link: &Link, packet: &Packet) -> Result<(Kind, Vec<u8>), Failure> {
    let body = link.body(packet);
    if body.len() == 1 {
        return Err(Failure::Login("mysql_old_password".to_owned()));
    }
    let asked = ParseBuf(body).parse::<AuthSwitchRequest<'_>>(());
    let asked = asked.map_err(|_| Failure::Unexpected("an answer that belongs to no login"))?;
    let plugin = asked.auth_plugin();
    let kind = Kind::named(plugin.as_bytes());
    let kind = kind.ok_or_else(|| Failure::Login(String::from_utf8_lossy(plugin.as_bytes()).into_owned()))?;
    let mut nonce = asked.plugin_data().to_vec();
    nonce.truncate(password::NONCE);
    Ok((kind, nonce))
}
