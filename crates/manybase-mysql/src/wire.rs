//! A session with the server, from its login to its end.
//!
//! Source: "MySQL Client/Server Protocol" in MySQL's internals documentation, and "Client/Server Protocol" in MariaDB's
//! knowledge base.

mod failure;
mod greeting;
mod key;
mod link;
mod login;
mod message;
mod password;
#[cfg(all(test, unix))]
pub(crate) mod tests;

pub(crate) use failure::{Failure, ServerError};
pub(crate) use link::{Link, TextRow};
pub(crate) use login::{Begun, Server, login};
#[cfg(test)]
pub(crate) use message::type_of as wire_type;
pub(crate) use message::{Fields, Status, Type, types};

type Stream = manybase_driver::wire::Stream<manybase_driver::wire::tls::Secure>;
