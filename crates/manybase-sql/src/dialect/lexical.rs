//! What a database's own lexer takes for text, names and comments.

/// The facts that tell a placeholder in raw SQL from a question mark in a text, a name or a comment.
///
/// ```
/// use manybase_sql::{dialect, Dialect};
/// assert!(dialect::mysql().lexical().hash_comments);
/// assert!(dialect::postgres().lexical().dollar_quotes);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lexical {
    /// A backslash in `'…'` takes the next character as it is.
    pub backslash_escapes: bool,
    /// `E'…'` has backslash escapes where plain strings have none.
    pub escape_strings: bool,
    /// `"…"` is a string, with the escapes of strings, not a name.
    pub double_quoted_strings: bool,
    /// `` `…` `` is a name.
    pub backticks: bool,
    /// `[…]` is a name.
    pub brackets: bool,
    /// `$tag$…$tag$` is a string.
    pub dollar_quotes: bool,
    /// `# …` is a comment.
    pub hash_comments: bool,
    /// `--` begins a comment only with a space, a control character or the end of the text behind it.
    pub dashes_need_space: bool,
    /// A comment that begins with `--` ends at a carriage return too.
    pub return_ends_comment: bool,
    /// A comment in `/* … */` can have others inside.
    pub nested_comments: bool,
    /// `/*! … */` is no comment: the database runs what is inside.
    pub executable_comments: bool,
    /// The database's own placeholders are `$1`, `$2`, …, and `?` can be part of an operator.
    pub numbered_placeholders: bool,
    /// `:name`, `@name` and `$name` are placeholders, which nothing here could bind.
    pub named_placeholders: bool,
}

impl Lexical {
    /// The standard's lexer: doubled quotes, `--` and `/* … */`, nothing else.
    ///
    /// ```
    /// use manybase_sql::dialect::Lexical;
    /// let mine = Lexical { brackets: true, ..Lexical::STANDARD };
    /// assert!(!mine.backticks);
    /// ```
    pub const STANDARD: Self = Self {
        backslash_escapes: false,
        escape_strings: false,
        double_quoted_strings: false,
        backticks: false,
        brackets: false,
        dollar_quotes: false,
        hash_comments: false,
        dashes_need_space: false,
        return_ends_comment: false,
        nested_comments: false,
        executable_comments: false,
        numbered_placeholders: false,
        named_placeholders: false,
    };
}
