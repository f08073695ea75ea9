//! Expressions with all their parentheses.

use super::token::Token;

/// Functions that give the same on every database.
const FUNCTIONS: [&str; 6] = ["lower", "upper", "abs", "coalesce", "nullif", "char_length"];
/// How deep an expression may go.
const DEEPEST: usize = 100;

pub(super) struct Parser<'t> {
    tokens: &'t [Token],
    /// The column of a word, if it is one.
    column: &'t dyn Fn(&str, bool) -> Option<String>,
    depth: usize,
    /// Nothing has come that means something else elsewhere.
    pub(super) portable: bool,
}

impl<'t> Parser<'t> {
    pub(super) fn new(tokens: &'t [Token], column: &'t dyn Fn(&str, bool) -> Option<String>) -> Self {
        Self {
            tokens,
            column,
            depth: 0,
            portable: true,
        }
    }

    /// The whole expression; `None` where it is not understood.
    pub(super) fn all(&mut self) -> Option<String> {
        let text = self.above(0)?;
        self.tokens.is_empty().then_some(text)
    }

    fn next(&mut self) -> Option<&'t Token> {
        let (first, rest) = self.tokens.split_first()?;
        self.tokens = rest;
        Some(first)
    }

    fn take_sign(&mut self, sign: &str) -> Option<()> {
        let is = matches!(self.tokens.first(), Some(Token::Sign(own)) if own == sign);
        is.then(|| self.tokens = &self.tokens[1..])
    }

    fn take_word(&mut self, word: &str) -> Option<()> {
        let is = matches!(self.tokens.first(), Some(Token::Word { text, quoted: false }) if text.eq_ignore_ascii_case(word));
        is.then(|| self.tokens = &self.tokens[1..])
    }

    /// Operators that bind as much as this, or more.
    fn above(&mut self, least: u8) -> Option<String> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return None;
        }
        let mut left = self.first()?;
        while let Some((operator, power)) = self.operator().filter(|(_, power)| *power >= least) {
            left = self.rest(left, &operator, power)?;
        }
        self.depth -= 1;
        Some(left)
    }

    /// The operator that comes, and how much it binds.
    fn operator(&self) -> Option<(String, u8)> {
        match self.tokens.first()? {
            Token::Sign(sign) => Some(match sign.as_str() {
                "=" | "<" | ">" | "<=" | ">=" | "<>" => (sign.clone(), 4),
                "!=" => ("<>".to_owned(), 4),
                "~~" => ("like".to_owned(), 4),
                "+" | "-" | "||" => (sign.clone(), 6),
                "*" | "/" | "%" => (sign.clone(), 7),
                "::" => ("::".to_owned(), 9),
                _ => return None,
            }),
            Token::Word { text, quoted: false } => {
                let word = text.to_ascii_lowercase();
                Some(match word.as_str() {
                    "or" => (word, 1),
                    "and" => (word, 2),
                    "is" | "in" | "between" | "like" | "not" => (word, 4),
                    _ => return None,
                })
            }
            _ => None,
        }
    }

    fn rest(&mut self, left: String, operator: &str, power: u8) -> Option<String> {
        self.next()?;
        match operator {
            "::" => return self.cast(left),
            "is" => {
                let not = self.take_word("not").is_some();
                self.take_word("null")?;
                return Some(negated(format!("({left} is null)"), not));
            }
            "not" => {
                let (operator, power) = self.operator()?;
                return match operator.as_str() {
                    "in" | "between" | "like" => Some(negated(self.rest(left, &operator, power)?, true)),
                    _ => None,
                };
            }
            "in" => {
                self.take_sign("(")?;
                return self.list(&left, ")");
            }
            "between" => {
                let least = self.above(5)?;
                self.take_word("and")?;
                let greatest = self.above(5)?;
                return Some(format!("(({left} >= {least}) and ({left} <= {greatest}))"));
            }
            "=" if self.take_word("any").is_some() => return self.any(&left),
            "/" | "||" | "%" | "like" => self.portable = false,
            _ => {}
        }
        let right = self.above(power + 1)?;
        Some(format!("({left} {operator} {right})"))
    }

    /// `= ANY (ARRAY[…])`, with a cast around it.
    fn any(&mut self, left: &str) -> Option<String> {
        let mut open = 0;
        while self.take_sign("(").is_some() {
            open += 1;
        }
        self.take_word("array")?;
        self.take_sign("[")?;
        let list = self.list(left, "]")?;
        while open > 0 {
            if self.take_sign("::").is_some() {
                self.type_name()?;
            } else {
                self.take_sign(")")?;
                open -= 1;
            }
        }
        Some(list)
    }

    /// In no order, and nothing twice.
    fn list(&mut self, left: &str, end: &str) -> Option<String> {
        let mut items = self.items(end)?;
        items.sort_unstable();
        items.dedup();
        Some(format!("({left} in ({}))", items.join(", ")))
    }

    fn items(&mut self, end: &str) -> Option<Vec<String>> {
        let mut items = Vec::new();
        if self.take_sign(end).is_some() {
            return Some(items);
        }
        loop {
            items.push(self.above(0)?);
            if self.take_sign(end).is_some() {
                return Some(items);
            }
            self.take_sign(",")?;
        }
    }

    /// A type behind a value. What it does to a literal, or to make a text of a text, is left out.
    fn cast(&mut self, left: String) -> Option<String> {
        let name = self.type_name()?;
        let literal = left.starts_with(['\'', '-']) || left.starts_with(|c: char| c.is_ascii_digit());
        let harmless = matches!(
            name.as_str(),
            "text"
                | "character varying"
                | "varchar"
                | "bpchar"
                | "character"
                | "numeric"
                | "double precision"
                | "bigint"
        );
        if literal || harmless {
            return Some(left);
        }
        self.portable = false;
        Some(format!("({left}::{name})"))
    }

    /// `character varying(20)`, `text[]`
    fn type_name(&mut self) -> Option<String> {
        let Token::Word { text, .. } = self.next()? else {
            return None;
        };
        let mut name = text.to_ascii_lowercase();
        for more in ["varying", "precision", "without", "with", "time", "zone"] {
            if self.take_word(more).is_some() {
                name.push(' ');
                name.push_str(more);
            }
        }
        if self.take_sign("(").is_some() {
            self.items(")")?;
        }
        if self.take_sign("[").is_some() {
            self.take_sign("]")?;
        }
        Some(name)
    }

    /// What stands before an operator.
    fn first(&mut self) -> Option<String> {
        Some(match self.next()? {
            Token::Number(number) => number.clone(),
            Token::Text(text) => {
                // A sign here, the beginning of one there.
                self.portable &= !text.contains('\\');
                format!("'{}'", text.replace('\'', "''"))
            }
            Token::Sign(sign) => match sign.as_str() {
                "(" => {
                    let inner = self.above(0)?;
                    self.take_sign(")")?;
                    inner
                }
                "-" => match self.above(8)? {
                    number if number.starts_with(|c: char| c.is_ascii_digit()) => format!("-{number}"),
                    other => format!("(-{other})"),
                },
                "+" => self.above(8)?,
                "!" => negated(self.above(8)?, true),
                _ => return None,
            },
            Token::Word { text, quoted } => self.word(text, *quoted)?,
        })
    }

    fn word(&mut self, text: &str, quoted: bool) -> Option<String> {
        let lower = text.to_ascii_lowercase();
        if !quoted {
            match lower.as_str() {
                "not" => return Some(negated(self.above(3)?, true)),
                "true" | "false" | "null" => return Some(lower),
                _ => {}
            }
            // A character set before a text.
            if lower.starts_with('_') && matches!(self.tokens.first(), Some(Token::Text(_))) {
                return self.first();
            }
            if self.take_sign("(").is_some() {
                let name = match lower.as_str() {
                    "lcase" => "lower",
                    "ucase" => "upper",
                    "character_length" => "char_length",
                    name => name,
                };
                self.portable &= FUNCTIONS.contains(&name);
                let name = name.to_owned();
                return Some(format!("{name}({})", self.items(")")?.join(", ")));
            }
        }
        Some(format!("\"{}\"", (self.column)(text, quoted)?))
    }
}

/// Twice not is not at all.
fn negated(text: String, not: bool) -> String {
    match not {
        true => format!("(not {text})"),
        false => text,
    }
}
