//! Text patterns, kept apart from any database's way to write and escape them.

/// A part of a pattern.
///
/// ```
/// use manybase_sql::{expr::LikeToken, LikePattern};
/// assert_eq!(LikePattern::parse("a_").tokens(), [LikeToken::Text("a".into()), LikeToken::AnyOne]);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LikeToken {
    /// This very text.
    Text(String),
    /// One character, whichever.
    AnyOne,
    /// Any characters, or none.
    AnyRun,
}

/// A text pattern. Wildcards in text that comes from a user are data, not wildcards.
///
/// ```
/// use manybase_sql::{LikePattern, expr::LikeToken};
/// let pattern = LikePattern::starts_with("50%");
/// assert_eq!(pattern.tokens(), [LikeToken::Text("50%".into()), LikeToken::AnyRun]);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LikePattern {
    tokens: Vec<LikeToken>,
}

impl LikePattern {
    /// A pattern with `%` and `_` as wildcards and `\` before a character that stands for itself, on every
    /// database.
    ///
    /// ```
    /// use manybase_sql::{LikePattern, expr::LikeToken};
    /// let pattern = LikePattern::parse(r"A_\%%");
    /// assert_eq!(pattern.tokens().len(), 4);
    /// ```
    pub fn parse(pattern: &str) -> Self {
        let mut tokens = Vec::new();
        let mut text = String::new();
        let mut chars = pattern.chars();
        while let Some(c) = chars.next() {
            let wildcard = match c {
                '%' => LikeToken::AnyRun,
                '_' => LikeToken::AnyOne,
                '\\' => {
                    text.push(chars.next().unwrap_or('\\'));
                    continue;
                }
                c => {
                    text.push(c);
                    continue;
                }
            };
            if !text.is_empty() {
                tokens.push(LikeToken::Text(std::mem::take(&mut text)));
            }
            tokens.push(wildcard);
        }
        if !text.is_empty() {
            tokens.push(LikeToken::Text(text));
        }
        Self { tokens }
    }

    /// Text that begins with this.
    ///
    /// ```
    /// assert_eq!(manybase_sql::LikePattern::starts_with("a").tokens().len(), 2);
    /// ```
    pub fn starts_with(text: impl Into<String>) -> Self {
        Self {
            tokens: vec![LikeToken::Text(text.into()), LikeToken::AnyRun],
        }
    }

    /// Text that ends with this.
    ///
    /// ```
    /// assert_eq!(manybase_sql::LikePattern::ends_with("a").tokens().len(), 2);
    /// ```
    pub fn ends_with(text: impl Into<String>) -> Self {
        Self {
            tokens: vec![LikeToken::AnyRun, LikeToken::Text(text.into())],
        }
    }

    /// This very text, for a comparison in letters of either case.
    ///
    /// ```
    /// assert_eq!(manybase_sql::LikePattern::exactly("a%").to_like(), "a!%");
    /// ```
    pub fn exactly(text: impl Into<String>) -> Self {
        Self {
            tokens: vec![LikeToken::Text(text.into())],
        }
    }

    /// Text that has this somewhere.
    ///
    /// ```
    /// assert_eq!(manybase_sql::LikePattern::contains("a").tokens().len(), 3);
    /// ```
    pub fn contains(text: impl Into<String>) -> Self {
        Self {
            tokens: vec![LikeToken::AnyRun, LikeToken::Text(text.into()), LikeToken::AnyRun],
        }
    }

    /// Its parts.
    ///
    /// ```
    /// assert!(manybase_sql::LikePattern::parse("").tokens().is_empty());
    /// ```
    pub fn tokens(&self) -> &[LikeToken] {
        &self.tokens
    }

    /// The pattern for `LIKE … ESCAPE '!'`. The exclamation mark needs no escaping of its own in any
    /// database's string literals, a backslash does on MySQL.
    ///
    /// ```
    /// assert_eq!(manybase_sql::LikePattern::contains("50%!").to_like(), "%50!%!!%");
    /// ```
    pub fn to_like(&self) -> String {
        let mut out = String::new();
        for token in &self.tokens {
            match token {
                LikeToken::AnyOne => out.push('_'),
                LikeToken::AnyRun => out.push('%'),
                LikeToken::Text(text) => {
                    for c in text.chars() {
                        if matches!(c, '%' | '_' | '!') {
                            out.push('!');
                        }
                        out.push(c);
                    }
                }
            }
        }
        out
    }

    /// The same pattern for SQLite's `GLOB`, which unlike its `LIKE` tells letters of different case apart.
    ///
    /// ```
    /// assert_eq!(manybase_sql::LikePattern::starts_with("a*[b]").to_glob(), "a[*][[]b]*");
    /// ```
    pub fn to_glob(&self) -> String {
        let mut out = String::new();
        for token in &self.tokens {
            match token {
                LikeToken::AnyOne => out.push('?'),
                LikeToken::AnyRun => out.push('*'),
                LikeToken::Text(text) => {
                    for c in text.chars() {
                        if matches!(c, '*' | '?' | '[') {
                            out.push('[');
                            out.push(c);
                            out.push(']');
                        } else {
                            out.push(c);
                        }
                    }
                }
            }
        }
        out
    }
}
