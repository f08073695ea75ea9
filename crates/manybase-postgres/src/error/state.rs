//! SQLSTATEs to kinds.

use super::is_changed_plan;
use crate::wire::ServerError;
use manybase_driver::{Error, ErrorKind, NativeCode};

/// A server's error, with its hint for help and without its DETAIL, which shows data.
pub(super) fn server(server: &ServerError) -> Error {
    let state = server.state();
    let kind = kind(state, server);
    let message = match kind {
        ErrorKind::Value => without_values(server.message()),
        _ => server.message().to_owned(),
    };
    let error = Error::new(kind, message).with_code(NativeCode::SqlState(state.to_owned()));
    let error = match server.constraint().or(server.column()) {
        Some(name) => error.with_constraint(name),
        None => error,
    };
    // What the server says then is to cast the expression, which nobody wrote.
    let hint = server.hint().filter(|_| state != "42804");
    match hint.or_else(|| help(kind, server)) {
        Some(help) => error.with_help(help),
        None => error,
    }
}

fn kind(state: &str, server: &ServerError) -> ErrorKind {
    use ErrorKind as Kind;
    if is_changed_plan(server) {
        // Seen only inside a transaction; the next one prepares anew.
        return Kind::Serialization;
    }
    match state {
        "23505" | "23P01" => Kind::UniqueViolation,
        "23503" | "23001" => Kind::ForeignKeyViolation,
        "23502" => Kind::NotNullViolation,
        "23514" => Kind::CheckViolation,
        "40001" => Kind::Serialization,
        "40P01" => Kind::Deadlock,
        "55P03" => Kind::LockTimeout,
        "57014" if server.message().contains("timeout") => Kind::Timeout,
        "57014" => Kind::Cancelled,
        "25006" => Kind::ReadOnly,
        "42P01" => Kind::UnknownTable,
        "42703" => Kind::UnknownColumn,
        "42601" => Kind::Syntax,
        "42501" => Kind::PermissionDenied,
        "42622" | "42602" => Kind::Identifier,
        "54023" => Kind::TooManyParameters,
        "42P02" | "08P01" => Kind::Placeholders,
        "53300" => Kind::Connect,
        "57P01" | "57P02" | "57P03" | "57P04" | "57P05" => Kind::ConnectionLost,
        "0A000" => Kind::Unsupported,
        "3B001" => Kind::Transaction,
        // An object that exists already is no mistake of the statement's.
        "42P07" | "42701" | "42710" | "42P06" | "42723" | "42P04" => Kind::Database,
        _ => class(state, server),
    }
}

fn class(state: &str, server: &ServerError) -> ErrorKind {
    match state.get(..2) {
        Some("08") => ErrorKind::ConnectionLost,
        Some("22") => ErrorKind::Value,
        Some("25") => ErrorKind::Transaction,
        Some("28" | "3D") => ErrorKind::Connect,
        Some("42") => ErrorKind::Statement,
        // Whatever it was, the server hangs up after it.
        _ if server.is_fatal() => ErrorKind::ConnectionLost,
        _ => ErrorKind::Database,
    }
}

fn help(kind: ErrorKind, server: &ServerError) -> Option<&'static str> {
    Some(match kind {
        ErrorKind::Timeout => "raise `statement_timeout` of this connection if the work needs longer",
        ErrorKind::Serialization if is_changed_plan(server) => {
            "the table was changed meanwhile; run the transaction again"
        }
        ErrorKind::Serialization | ErrorKind::Deadlock => "run the transaction again",
        ErrorKind::Transaction if server.state() == "25P02" => {
            "an earlier statement failed: roll the transaction back, or back to a savepoint"
        }
        _ if server.state() == "42804" => {
            "for a column of an enum type, once: CREATE CAST (text AS the_type) WITH INOUT AS ASSIGNMENT; or write records \
             one by one"
        }
        _ => return None,
    })
}

/// Errors about a value quote it; whoever reads a log must not see it.
fn without_values(message: &str) -> String {
    let mut parts = message.split('"');
    let mut text = parts.next().unwrap_or_default().to_owned();
    if parts.next().is_some() {
        text.push_str("\"…\"");
        // A quoted value may hold quotes itself: what is behind the last one is the server's own.
        text.push_str(message.rsplit('"').next().unwrap_or_default());
    }
    text
}

#[cfg(test)]
mod tests {
    use super::without_values;

    #[test]
    fn values_stay_out_of_messages() {
        for (message, expected) in [
            (
                r#"invalid input syntax for type uuid: "se"cret""#,
                r#"invalid input syntax for type uuid: "…""#,
            ),
            (
                r#"value "99" is out of range for type integer"#,
                r#"value "…" is out of range for type integer"#,
            ),
            ("division by zero", "division by zero"),
            (
                "value too long for type character varying(3)",
                "value too long for type character varying(3)",
            ),
        ] {
            assert_eq!(without_values(message), expected);
        }
    }
}
