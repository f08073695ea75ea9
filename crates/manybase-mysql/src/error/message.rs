//! What the server says, without the values that it likes to quote.

use crate::wire::ServerError;
use manybase_driver::ErrorKind;

/// A message that shows no user's data.
pub(super) fn without_values(kind: ErrorKind, refused: &ServerError) -> String {
    let message = &refused.message;
    match kind {
        ErrorKind::UniqueViolation => match constraint(kind, message) {
            Some(key) => format!("duplicate value for key {key}"),
            None => "duplicate value for a key".to_owned(),
        },
        ErrorKind::ForeignKeyViolation => {
            let what = match refused.code {
                1217 | 1451 => "something still refers to the row",
                _ => "there is no row to refer to",
            };
            match constraint(kind, message) {
                Some(key) => format!("{what} (foreign key {key})"),
                None => what.to_owned(),
            }
        }
        ErrorKind::Value if !matches!(refused.code, 1138 | 1153 | 1264 | 1265 | 1365 | 1406) => {
            without_quoted(message)
        }
        _ => message.clone(),
    }
}

/// `Incorrect integer value: 'secret' for column a at row 1` without the value.
fn without_quoted(message: &str) -> String {
    let what = message
        .split_once(": ")
        .or_else(|| message.split_once(" in '"))
        .or_else(|| message.split_once(" '"))
        .map_or(message, |(what, _)| what);
    // Only behind the value's own quote, and only if it goes on to the end: the value may read like anything.
    let column = message
        .rsplit_once("' for column ")
        .map(|(_, column)| column)
        .filter(|column| column.ends_with(|last: char| last.is_ascii_digit()) && !column.contains(": "));
    match column {
        Some(column) => format!("{what} for column {column}"),
        None => what.to_owned(),
    }
}

/// The constraint that a message names.
pub(super) fn constraint(kind: ErrorKind, message: &str) -> Option<String> {
    match kind {
        ErrorKind::UniqueViolation => {
            let (_, key) = message.rsplit_once(" for key '")?;
            let key = key.trim_end_matches('\'');
            // MySQL 8 puts the table in front.
            Some(key.rsplit_once('.').map_or(key, |(_, key)| key).to_owned())
        }
        ErrorKind::ForeignKeyViolation | ErrorKind::CheckViolation => {
            if let Some((_, rest)) = message.split_once("CONSTRAINT `") {
                return rest.split_once('`').map(|(name, _)| name.to_owned());
            }
            let (_, rest) = message.split_once("constraint '")?;
            rest.split_once('\'').map(|(name, _)| name.to_owned())
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::server::kind;
    use super::*;

    fn said(code: u16, message: &str) -> (String, Option<String>) {
        let refused = ServerError {
            code,
            message: message.to_owned(),
            state: "HY000".to_owned(),
        };
        let kind = kind(&refused);
        (without_values(kind, &refused), constraint(kind, message))
    }

    #[test]
    fn values_are_not_shown() {
        for (code, message, shown) in [
            (
                1062,
                "Duplicate entry 'secret for key 'x'' for key 'email'",
                "duplicate value for key email",
            ),
            (
                1366,
                "Incorrect integer value: 'secret' for column `d`.`t`.`n` at row 1",
                "Incorrect integer value for column `d`.`t`.`n` at row 1",
            ),
            (
                1292,
                "Truncated incorrect DOUBLE value: 'secret'",
                "Truncated incorrect DOUBLE value",
            ),
            (
                1292,
                "Incorrect datetime value: ': secret' for column `d`.`t`.`at` at row 1",
                "Incorrect datetime value for column `d`.`t`.`at` at row 1",
            ),
            (
                1690,
                "BIGINT UNSIGNED value is out of range in '(`d`.`t`.`n` - secret)'",
                "BIGINT UNSIGNED value is out of range",
            ),
            (
                3140,
                "Invalid JSON text: \"secret\" at position 1 in value for column 't.c'.",
                "Invalid JSON text",
            ),
            (
                1264,
                "Out of range value for column 'n' at row 1",
                "Out of range value for column 'n' at row 1",
            ),
        ] {
            assert_eq!(said(code, message).0, shown);
        }
    }

    #[test]
    fn constraints_are_named() {
        for (code, message, name) in [
            (1062, "Duplicate entry 'x' for key 'email'", "email"),
            (1062, "Duplicate entry 'x' for key 'customer.email'", "email"),
            (
                1452,
                "Cannot add or update a child row: a foreign key constraint fails (`d`.`c`, CONSTRAINT `fk` FOREIGN KEY \
                 (`p`) REFERENCES `p` (`id`))",
                "fk",
            ),
            (4025, "CONSTRAINT `positive` failed for `d`.`t`", "positive"),
            (3819, "Check constraint 'positive' is violated.", "positive"),
        ] {
            assert_eq!(said(code, message).1.as_deref(), Some(name));
        }
    }
}
