//! One text into its statements.

use super::lexer::{Kind, Lexer, Token};
use crate::dialect::Lexical;
use crate::{Dialect, Error, Result};

/// One statement of a script.
///
/// ```
/// use manybase_sql::{dialect, raw};
/// let pieces = raw::split("-- first\nSELECT 1;\nSELECT ';';", dialect::sqlite())?;
/// assert_eq!(pieces[0].notes, ["-- first"]);
/// assert_eq!((pieces[1].text, pieces[1].line), ("SELECT ';'", 3));
/// # Ok::<(), manybase_sql::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Piece<'t> {
    /// The statement without what stands before it and without the semicolon. Empty for comments behind the last one.
    pub text: &'t str,
    /// The line on which it begins, from 1.
    pub line: usize,
    /// Comments before it.
    pub notes: Vec<&'t str>,
    /// Its words outside of parentheses, in upper case; names in quotes as they are.
    pub words: Vec<String>,
    /// Commas outside of parentheses.
    pub commas: usize,
}

/// Cuts a script into its statements, at the semicolons that end one: not those in strings, names and comments, and not
/// those in the body of a trigger or routine.
///
/// ```
/// use manybase_sql::{dialect, raw};
/// let sql = "CREATE TRIGGER t AFTER INSERT ON a BEGIN DELETE FROM b; DELETE FROM c; END; SELECT 1";
/// assert_eq!(raw::split(sql, dialect::sqlite())?.len(), 2);
/// # Ok::<(), manybase_sql::Error>(())
/// ```
///
/// # Errors
/// [`Error::Statement`] for a string, name, comment or body that does not end, and for `DELIMITER`, which is a command
/// of a client and not needed here.
pub fn split<'t>(sql: &'t str, dialect: &dyn Dialect) -> Result<Vec<Piece<'t>>> {
    let mut pieces = Vec::new();
    let mut now = Open::new(sql, 1);
    let (mut at, mut line) = (0, 1);
    for token in Lexer::new(sql, dialect.lexical()) {
        let token = token.map_err(|error| located(&error, line))?;
        let ends = token.kind == Kind::Other && token.text == ";" && now.body.is_closed();
        match ends {
            true => pieces.extend(std::mem::replace(&mut now, Open::new(sql, line)).close(at)),
            false => now.take(token, at, line)?,
        }
        at += token.text.len();
        line += token.text.matches('\n').count();
    }
    if !now.body.is_closed() {
        return Err(Error::Statement(format!(
            "the statement on line {} has a BEGIN without its END",
            now.line
        )));
    }
    pieces.extend(now.close(at));
    Ok(pieces)
}

/// The first words of a statement outside of parentheses, as they stand there; a name with a schema is one.
pub(crate) fn words(sql: &str, rules: Lexical, count: usize) -> Vec<String> {
    let (mut words, mut glue, mut depth) = (Vec::<String>::new(), false, 0);
    for token in Lexer::new(sql, rules).flatten() {
        let word = matches!(token.kind, Kind::Word | Kind::Quoted);
        match token.text {
            "(" => depth += 1,
            ")" => depth -= 1,
            "." => {
                if let Some(last) = words.last_mut() {
                    last.push('.');
                    glue = true;
                }
            }
            text if word && depth == 0 => match words.last_mut() {
                Some(last) if glue => {
                    last.push_str(text);
                    glue = false;
                }
                _ => words.push(text.to_owned()),
            },
            _ => {}
        }
        if words.len() > count {
            break;
        }
    }
    words
}

/// Words are kept up to here: a statement says what it does in its first ones.
const WORDS: usize = 64;

/// A statement that has not ended yet.
struct Open<'t> {
    sql: &'t str,
    /// Where its text begins; `None` as long as nothing but space has come.
    begin: Option<usize>,
    line: usize,
    notes: Vec<&'t str>,
    words: Vec<String>,
    commas: usize,
    parentheses: usize,
    body: Body,
}

impl<'t> Open<'t> {
    fn new(sql: &'t str, line: usize) -> Self {
        Self {
            sql,
            begin: None,
            line,
            notes: Vec::new(),
            words: Vec::new(),
            commas: 0,
            parentheses: 0,
            body: Body::default(),
        }
    }

    fn take(&mut self, token: Token<'t>, at: usize, line: usize) -> Result<()> {
        if token.kind == Kind::Space {
            if self.begin.is_none() && !token.text.trim().is_empty() {
                self.notes.push(token.text.trim_end());
            }
            return Ok(());
        }
        if self.begin.is_none() {
            self.begin = Some(at);
            self.line = line;
            if token.text.eq_ignore_ascii_case("DELIMITER") {
                return Err(Error::Statement(format!(
                    "line {line}: DELIMITER is a command of a client and not SQL; leave it out, bodies with BEGIN and \
                     END are understood without"
                )));
            }
        }
        match token.text {
            "(" => self.parentheses += 1,
            ")" => self.parentheses = self.parentheses.saturating_sub(1),
            "," if self.parentheses == 0 => self.commas += 1,
            _ => {}
        }
        let word = token.kind == Kind::Word;
        if (word || token.kind == Kind::Quoted) && self.parentheses == 0 && self.words.len() < WORDS {
            self.words.push(match word {
                true => token.text.to_ascii_uppercase(),
                false => token.text.to_owned(),
            });
        }
        self.body.take(token, &self.words);
        Ok(())
    }

    fn close(self, end: usize) -> Option<Piece<'t>> {
        let text = self.begin.map_or("", |begin| self.sql[begin..end].trim_end());
        (!text.is_empty() || !self.notes.is_empty()).then_some(Piece {
            text,
            line: self.line,
            notes: self.notes,
            words: self.words,
            commas: self.commas,
        })
    }
}

/// The body of a trigger or routine: how many `BEGIN` and their like are open.
#[derive(Default)]
struct Body {
    depth: usize,
    /// The last word or sign.
    last: String,
    /// An `END` has come, and what it ends may be said behind it.
    after_end: bool,
}

/// Blocks that begin where a statement could.
const BLOCKS: [&str; 6] = ["BEGIN", "IF", "WHILE", "LOOP", "REPEAT", "FOR"];
/// Behind these a statement can begin.
const STARTS: [&str; 9] = [
    ";", "BEGIN", "THEN", "ELSE", "DO", "LOOP", "REPEAT", ":", "ATOMIC",
];
/// Behind these the body itself can begin.
const HEADS: [&str; 7] = ["ROW", ")", "DETERMINISTIC", "DATA", "SQL", "INVOKER", "DEFINER"];

impl Body {
    fn is_closed(&self) -> bool {
        self.depth == 0
    }

    fn take(&mut self, token: Token<'_>, words: &[String]) {
        let word = match token.kind {
            Kind::Word => token.text.to_ascii_uppercase(),
            _ => token.text.to_owned(),
        };
        if self.depth == 0 && words == ["BEGIN", "NOT"] && word == "NOT" {
            // Its BEGIN could have been a transaction's.
            self.depth = 1;
        } else if has_body(words) || self.depth > 0 {
            self.count(&word);
        }
        // An attribute of an END is no statement's begin.
        self.last = word;
    }

    fn count(&mut self, word: &str) {
        if std::mem::take(&mut self.after_end) && (BLOCKS.contains(&word) || word == "CASE") {
            return;
        }
        let last = self.last.as_str();
        let may_start = STARTS.contains(&last) || self.depth == 0 && HEADS.contains(&last);
        match word {
            "END" if self.depth > 0 => {
                self.depth -= 1;
                self.after_end = true;
            }
            "CASE" => self.depth += 1,
            // Before the first block its BEGIN may follow anything: a table's name, a condition.
            "BEGIN" if self.depth == 0 || may_start => self.depth += 1,
            _ if may_start && BLOCKS.contains(&word) => self.depth += 1,
            _ => {}
        }
    }
}

/// Whether a statement with these words can have a body with semicolons.
fn has_body(words: &[String]) -> bool {
    let word = |at: usize| words.get(at).map_or("", String::as_str);
    match (word(0), word(1)) {
        ("BEGIN", "NOT") => true,
        ("CREATE" | "ALTER", _) => words.iter().take(12).any(|word| {
            matches!(
                word.as_str(),
                "TRIGGER" | "PROCEDURE" | "FUNCTION" | "EVENT" | "PACKAGE"
            )
        }),
        _ => false,
    }
}

fn located(error: &Error, line: usize) -> Error {
    let text = error.to_string();
    Error::Statement(format!(
        "line {line}: {}",
        text.trim_start_matches("bad statement: ")
    ))
}

#[cfg(test)]
mod tests;
