//! `${VARIABLE}` in values.

use super::Variables;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// What a variable's value keeps in the user and the password of a URL.
const USER_INFO: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

enum Piece<'t> {
    Literal(&'t str),
    Variable { name: &'t str, default: Option<&'t str> },
}

/// Puts variables in. `${NAME}` must be set; `${NAME:-text}` falls back to the text when it is not set or empty;
/// `$${` is a literal `${`.
pub(super) fn interpolate(text: &str, variables: &Variables) -> Result<String, String> {
    let pieces = pieces(text)?;
    let mut whole = String::with_capacity(text.len());
    for piece in &pieces {
        match piece {
            Piece::Literal(literal) => whole.push_str(literal),
            Piece::Variable { name, default } => whole.push_str(&value(name, *default, variables)?),
        }
    }
    Ok(whole)
}

/// As [`interpolate`]. A variable between `scheme://` and `@` is percent-encoded: a password is any text, and an
/// `@` or `/` in it must not change where the URL points.
pub(super) fn interpolate_url(text: &str, variables: &Variables) -> Result<String, String> {
    let pieces = pieces(text)?;
    let mut whole = String::with_capacity(text.len());
    for (at, piece) in pieces.iter().enumerate() {
        match piece {
            Piece::Literal(literal) => whole.push_str(literal),
            Piece::Variable { name, default } => {
                let value = value(name, *default, variables)?;
                let (before, after) = pieces.split_at(at);
                if opens_user_info(before) && closes_user_info(after) {
                    whole.extend(utf8_percent_encode(&value, USER_INFO));
                } else {
                    whole.push_str(&value);
                }
            }
        }
    }
    Ok(whole)
}

fn value(name: &str, default: Option<&str>, variables: &Variables) -> Result<String, String> {
    match (variables.get(name), default) {
        (Some(value), Some(default)) if value.is_empty() => Ok(default.to_owned()),
        (Some(value), _) => Ok(value),
        (None, Some(default)) => Ok(default.to_owned()),
        (None, None) => Err(format!("the variable {name} is not set")),
    }
}

fn literals<'p>(pieces: &'p [Piece<'_>]) -> impl Iterator<Item = &'p str> {
    pieces.iter().filter_map(|piece| match piece {
        Piece::Literal(literal) => Some(*literal),
        Piece::Variable { .. } => None,
    })
}

fn opens_user_info(before: &[Piece<'_>]) -> bool {
    let before: String = literals(before).collect();
    before
        .split_once("://")
        .is_some_and(|(_, rest)| !rest.contains(['/', '?', '@']))
}

fn closes_user_info(after: &[Piece<'_>]) -> bool {
    let after: String = literals(after).collect();
    after
        .find(['@', '/', '?'])
        .is_some_and(|at| after[at..].starts_with('@'))
}

fn pieces(text: &str) -> Result<Vec<Piece<'_>>, String> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find("${") {
        let (before, from) = rest.split_at(at);
        if let Some(before) = before.strip_suffix('$') {
            pieces.push(Piece::Literal(before));
            pieces.push(Piece::Literal("${"));
            rest = &from[2..];
            continue;
        }
        pieces.push(Piece::Literal(before));
        let Some((inside, behind)) = from[2..].split_once('}') else {
            return Err("`${` has no `}` (for a literal `${` write `$${`)".to_owned());
        };
        let (name, default) = match inside.split_once(":-") {
            Some((name, default)) => (name, Some(default)),
            None => (inside, None),
        };
        if name.is_empty() || !name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') {
            return Err("`${…}` must hold the name of a variable: letters, digits and _".to_owned());
        }
        pieces.push(Piece::Variable { name, default });
        rest = behind;
    }
    pieces.push(Piece::Literal(rest));
    Ok(pieces)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn variables() -> Variables {
        Variables::new(|name| match name {
            "USER" => Some("ann".to_owned()),
            "PW" => Some("p@ss/w?rd".to_owned()),
            "EMPTY" => Some(String::new()),
            "URL" => Some("postgres://ann:p%40ss@db/stock".to_owned()),
            _ => None,
        })
    }

    fn text(template: &str) -> Result<String, String> {
        interpolate(template, &variables())
    }

    #[test]
    fn puts_variables_in() {
        assert_eq!(text("a ${USER} b ${PW}").as_deref(), Ok("a ann b p@ss/w?rd"));
        assert_eq!(text("${MISSING:-x}${EMPTY:-y}${EMPTY}").as_deref(), Ok("xy"));
        assert_eq!(
            text("$${USER} costs $5 ${USER}").as_deref(),
            Ok("${USER} costs $5 ann")
        );
        assert_eq!(text("${MISSING:-}").as_deref(), Ok(""));
    }

    #[test]
    fn tells_what_is_wrong() {
        assert_eq!(
            text("${MISSING}"),
            Err("the variable MISSING is not set".to_owned())
        );
        assert!(text("${USER").is_err_and(|error| error.contains("has no `}`")));
        assert!(text("${}").is_err_and(|error| error.contains("name of a variable")));
        assert!(text("${a b}").is_err_and(|error| error.contains("name of a variable")));
    }

    #[test]
    fn encodes_users_and_passwords_in_a_url() {
        let url = |template| interpolate_url(template, &variables());
        assert_eq!(
            url("postgres://${USER}:${PW}@${HOST:-db}/stock").as_deref(),
            Ok("postgres://ann:p%40ss%2Fw%3Frd@db/stock")
        );
        assert_eq!(url("${URL}").as_deref(), Ok("postgres://ann:p%40ss@db/stock"));
        assert_eq!(
            url("sqlite:${DIR:-/var/lib}/x.db").as_deref(),
            Ok("sqlite:/var/lib/x.db")
        );
        assert_eq!(
            url("postgres://db/stock?a=${PW}@").as_deref(),
            Ok("postgres://db/stock?a=p@ss/w?rd@")
        );
    }
}
