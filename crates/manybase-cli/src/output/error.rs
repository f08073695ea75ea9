//! An error as people and programs see it.

use manybase_db::Error;
use manybase_driver::NativeCode;
use serde::Serialize;

/// Made of the parts of an error that are known to hold no secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct ErrorView {
    /// `unknown_connection`, `connect` and so on.
    pub(crate) kind: String,
    #[serde(skip)]
    title: String,
    pub(crate) connection: Option<String>,
    pub(crate) message: String,
    pub(crate) help: Option<String>,
    /// The database's own.
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sqlstate: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    transaction: Option<String>,
}

/// A document that is an error.
#[derive(Serialize)]
pub(crate) struct Alone<'a> {
    error: &'a ErrorView,
}

impl ErrorView {
    pub(crate) fn of(error: &Error) -> Self {
        let code = match error.code() {
            Some(NativeCode::Number(code) | NativeCode::Both(code, _)) => Some(*code),
            _ => None,
        };
        Self {
            kind: snake(&format!("{:?}", error.kind())),
            title: error.kind().to_string(),
            connection: error.connection().map(str::to_owned),
            message: error.message().to_owned(),
            help: error.help().map(str::to_owned),
            code,
            sqlstate: error.sqlstate().map(str::to_owned),
            transaction: error.transaction().map(str::to_owned),
        }
    }

    /// An error of the command line itself.
    pub(crate) fn of_usage(message: String, help: String) -> Self {
        Self {
            kind: "usage".to_owned(),
            title: "wrong use".to_owned(),
            connection: None,
            message,
            help: Some(help),
            code: None,
            sqlstate: None,
            transaction: None,
        }
    }

    /// The answer to a question was not yes.
    pub(crate) fn declined() -> Self {
        Self {
            kind: "declined".to_owned(),
            title: "declined".to_owned(),
            ..Self::of_usage(
                "nothing was done".to_owned(),
                "answer with y to have it done".to_owned(),
            )
        }
    }

    /// Ctrl-C.
    pub(crate) fn interrupted() -> Self {
        Self {
            kind: "cancelled".to_owned(),
            title: "cancelled".to_owned(),
            ..Self::of_usage(
                "it was interrupted, and what it had begun is removed".to_owned(),
                "run it again".to_owned(),
            )
        }
    }

    pub(crate) fn alone(&self) -> Alone<'_> {
        Alone { error: self }
    }

    /// What happened, for a place where the connection has been named.
    pub(crate) fn text(&self) -> String {
        let code = match (&self.sqlstate, self.code) {
            (Some(state), Some(code)) => format!(" (code {code}, SQLSTATE {state})"),
            (Some(state), None) => format!(" (SQLSTATE {state})"),
            (None, Some(code)) => format!(" (code {code})"),
            (None, None) => String::new(),
        };
        format!("{}: {}{code}", self.title, self.message)
    }

    /// What happened and where.
    pub(crate) fn located(&self) -> String {
        match &self.connection {
            Some(connection) => format!("{connection}: {}", self.text()),
            None => self.text(),
        }
    }
}

/// `UnknownTable` to `unknown_table`.
fn snake(name: &str) -> String {
    let mut snake = String::with_capacity(name.len() + 4);
    for sign in name.chars() {
        if sign.is_ascii_uppercase() && !snake.is_empty() {
            snake.push('_');
        }
        snake.push(sign.to_ascii_lowercase());
    }
    snake
}

#[cfg(test)]
mod tests {
    use super::*;
    use manybase_db::ErrorKind;

    #[test]
    fn kinds_in_words() {
        let error =
            Error::new(ErrorKind::ForeignKeyViolation, "x").with_code(NativeCode::Both(1452, "23000".into()));
        let view = ErrorView::of(&error);
        assert_eq!(view.kind, "foreign_key_violation");
        assert_eq!(
            view.text(),
            "foreign key violation: x (code 1452, SQLSTATE 23000)"
        );
        let json = serde_json::to_value(view.alone()).expect("JSON");
        assert_eq!(json["error"]["code"], 1452);
        assert!(json["error"]["help"].is_null() && json["error"].get("transaction").is_none());
    }
}
