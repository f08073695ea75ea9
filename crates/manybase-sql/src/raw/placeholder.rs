//! From `?` on every database to the database's own placeholders.

use super::lexer::{Kind, Lexer, Token};
use crate::{Dialect, Error, Result};
use std::borrow::Cow;

/// SQL text for one dialect, after a check that it has as many placeholders as there are values.
///
/// The rules are those of [`RawSql`](crate::RawSql). Text that needs no change is borrowed.
///
/// # Errors
/// [`Error::Placeholders`] when the numbers differ; [`Error::Statement`] for a string or a comment that does not
/// end, for `?` beside `$1`, for `$1` and `$3` without `$2`, for named placeholders, and for a NUL character.
///
/// ```
/// use manybase_sql::{dialect, raw};
/// let sql = "SELECT * FROM t WHERE a = ? AND b = 'why?' AND c = ?";
/// assert_eq!(
///     raw::translate(sql, 2, dialect::postgres())?,
///     "SELECT * FROM t WHERE a = $1 AND b = 'why?' AND c = $2"
/// );
/// assert_eq!(raw::translate(sql, 2, dialect::sqlite())?, sql);
/// # Ok::<(), manybase_sql::Error>(())
/// ```
pub fn translate<'t>(sql: &'t str, binds: usize, dialect: &dyn Dialect) -> Result<Cow<'t, str>> {
    if sql.contains('\0') {
        return Err(Error::Statement(
            "the SQL text has a NUL character in it: bind it as part of a value".into(),
        ));
    }
    let rules = dialect.lexical();
    let mut out = String::new();
    let (mut questions, mut numbers) = (0, Vec::new());
    let (mut changed, mut executable) = (false, false);
    let mut tokens = Lexer::new(sql, rules).peekable();
    let mut last = ' ';
    while let Some(token) = tokens.next() {
        let Token { kind, text } = token?;
        match kind {
            Kind::Question => {
                if executable {
                    return Err(Error::Statement(
                        "the SQL text has a placeholder inside /*! … */, which only some versions of the database read"
                            .into(),
                    ));
                }
                let word = match tokens.peek() {
                    Some(Ok(next)) if next.kind == Kind::Word => next.text,
                    _ => "",
                };
                if word.starts_with(|c: char| c.is_ascii_digit()) {
                    return Err(Error::Statement(format!(
                        "the SQL text has ?{word}: placeholders are ? without a number, in the order of the values"
                    )));
                }
                questions += 1;
                // `a?` and `?AND` must not become parts of longer words, nor be taken for such.
                let numbered = rules.numbered_placeholders;
                if last == '_' || last == '$' || last.is_alphanumeric() || !last.is_ascii() {
                    out.push(' ');
                    changed = true;
                }
                dialect.placeholder(&mut out, questions);
                if !word.is_empty() {
                    out.push(' ');
                    changed = true;
                }
                changed |= numbered;
            }
            Kind::DoubledQuestion if rules.numbered_placeholders => {
                out.push('?');
                changed = true;
            }
            Kind::DoubledQuestion => {
                return Err(Error::Statement(format!(
                    "the SQL text has ??, a question mark that is no placeholder, and {} has no such operator",
                    dialect.name()
                )));
            }
            Kind::Named => {
                return Err(Error::Statement(format!(
                    "the SQL text has the named placeholder {text}: write ? and give the values in order"
                )));
            }
            Kind::Numbered => {
                numbers.push(text);
                out.push_str(text);
            }
            kind => {
                match kind {
                    Kind::ExecutableBegin => executable = true,
                    Kind::ExecutableEnd => executable = false,
                    _ => {}
                }
                out.push_str(text);
            }
        }
        last = text.chars().next_back().unwrap_or(' ');
    }
    let expected = match (questions, numbers.as_slice()) {
        (questions, []) => questions,
        (0, numbers) => highest(numbers)?,
        (_, [first, ..]) => {
            return Err(Error::Statement(format!(
                "the SQL text has both ? and {first} as placeholders: use one kind (and ?? for an operator ?)"
            )));
        }
    };
    if expected != binds {
        return Err(Error::Placeholders {
            expected,
            given: binds,
        });
    }
    Ok(if changed {
        Cow::Owned(out)
    } else {
        Cow::Borrowed(sql)
    })
}

/// The highest of `$1`, `$2`, …; each below it must be there, or a value would belong to nothing.
fn highest(numbers: &[&str]) -> Result<usize> {
    let mut seen = Vec::with_capacity(numbers.len());
    for text in numbers {
        match text[1..].parse::<usize>() {
            Ok(n) if n > 0 => seen.push(n),
            _ => {
                return Err(Error::Statement(format!(
                    "{text} is no placeholder: they begin with $1"
                )));
            }
        }
    }
    seen.sort_unstable();
    seen.dedup();
    match (1..).zip(&seen).find(|(expected, n)| expected != *n) {
        Some((expected, _)) => Err(Error::Statement(format!(
            "the SQL text has ${} but not ${expected}: number the placeholders without gaps",
            seen[seen.len() - 1]
        ))),
        None => Ok(seen.len()),
    }
}
