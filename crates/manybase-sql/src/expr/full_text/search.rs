//! What a user types into a search field, taken apart, so that every database is told the same and nothing that is typed
//! is an operator to it.

/// More words than these are left out.
const MOST_WORDS: usize = 100;

/// Longer words stand in no index.
const LONGEST_WORD: usize = 84;

/// What is searched for. Whatever a user types makes one: there is no wrong input.
///
/// Words are letters and digits; what stands between them separates. Characters within one word of the input, as in
/// `ann@example.org`, hold its parts together as a phrase. A word of more than 84 characters is never found, and of a
/// search the first 100 words count.
///
/// ```
/// use manybase_sql::expr::TextSearch;
/// assert_eq!(TextSearch::words("a & (b | !c"), TextSearch::words("a b c"));
/// assert!(TextSearch::words("?!").is_empty());
/// assert_eq!(TextSearch::web("\"a b\" or c -d"), TextSearch::web(" \"A  B\"  OR C -\"d\""));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TextSearch {
    /// Each of these lists: a text must have at least one of its terms.
    pub(crate) all: Vec<Vec<TextTerm>>,
    /// A text must have none of these.
    pub(crate) none: Vec<TextTerm>,
}

/// Words that stand one behind the other.
///
/// ```
/// use manybase_sql::expr::TextTerm;
/// assert_ne!(TextTerm { words: vec!["a".into()], prefix: true }, TextTerm { words: vec!["a".into()], prefix: false });
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TextTerm {
    /// The words, in lower case.
    pub words: Vec<String>,
    /// The last one may go on.
    pub prefix: bool,
}

impl TextSearch {
    /// Texts that have all of these words, in any order.
    ///
    /// ```
    /// let search = manybase_sql::expr::TextSearch::words("quick fox");
    /// assert!(!search.is_empty());
    /// ```
    pub fn words(input: &str) -> Self {
        Self::required(chunks(input), false)
    }

    /// Texts that have one of these words or several.
    ///
    /// ```
    /// let search = manybase_sql::expr::TextSearch::any("quick fox");
    /// ```
    pub fn any(input: &str) -> Self {
        let terms: Vec<_> = chunks(input).into_iter().map(plain).collect();
        Self {
            all: if terms.is_empty() { Vec::new() } else { vec![terms] },
            none: Vec::new(),
        }
        .checked()
    }

    /// Texts in which these words stand one behind the other.
    ///
    /// ```
    /// let search = manybase_sql::expr::TextSearch::phrase("quick brown fox");
    /// ```
    pub fn phrase(input: &str) -> Self {
        let words: Vec<_> = chunks(input).into_iter().flatten().collect();
        let phrase = (!words.is_empty()).then_some(words);
        Self::required(phrase.into_iter().collect(), false)
    }

    /// Texts that have all of these words, of which the last may go on: for a search while the user still types.
    ///
    /// ```
    /// let search = manybase_sql::expr::TextSearch::prefix("quick bro");
    /// ```
    pub fn prefix(input: &str) -> Self {
        Self::required(chunks(input), true)
    }

    /// As search engines take it: all words, `"a phrase"` in quotation marks, `-without`, and `one or another`, which
    /// joins its two neighbours. Whatever makes no sense as such is taken as words. A search that only says what must not
    /// be there finds nothing.
    ///
    /// ```
    /// let search = manybase_sql::expr::TextSearch::web(r#"fox or wolf "in the snow" -red"#);
    /// ```
    pub fn web(input: &str) -> Self {
        let mut search = Self::default();
        // What was put down last, if it can be the left side of `or`; and whether `or` was read since.
        let (mut open, mut or) = (false, false);
        for piece in pieces(input) {
            if !piece.quoted && !piece.without && open && !or && piece.text.eq_ignore_ascii_case("or") {
                or = true;
                continue;
            }
            // Without a quotation mark it is one chunk at most.
            let words = chunks(piece.text).concat();
            if !words.is_empty() {
                let term = plain(words);
                if or && piece.without {
                    search.all.push(vec![plain(vec!["or".into()])]);
                }
                match search.all.last_mut() {
                    _ if piece.without => search.none.push(term),
                    Some(last) if or => last.push(term),
                    _ => search.all.push(vec![term]),
                }
                or = false;
                open = !piece.without;
            }
        }
        // It joined nothing, so it is a word.
        if or {
            search.all.push(vec![plain(vec!["or".into()])]);
        }
        search.checked()
    }

    /// Whether there is nothing to look for; then nothing is found.
    ///
    /// ```
    /// use manybase_sql::expr::TextSearch;
    /// assert!(TextSearch::web("-all -of -this").is_empty());
    /// ```
    pub fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    fn required(terms: Vec<Vec<String>>, prefix: bool) -> Self {
        let mut all: Vec<Vec<TextTerm>> = terms.into_iter().map(|words| vec![plain(words)]).collect();
        if let Some(last) = all.last_mut().and_then(|term| term.last_mut()) {
            last.prefix = prefix;
        }
        Self {
            all,
            none: Vec::new(),
        }
        .checked()
    }

    /// Without what no text has, and without what is too much.
    fn checked(mut self) -> Self {
        let known = |term: &TextTerm| term.words.iter().all(|word| word.chars().count() <= LONGEST_WORD);
        let mut room = MOST_WORDS;
        let mut fits = |term: &TextTerm| {
            let fits = term.words.len() <= room;
            room = room.saturating_sub(term.words.len());
            fits
        };
        self.none.retain(known);
        self.none.retain(&mut fits);
        let mut all = Vec::with_capacity(self.all.len());
        for mut terms in self.all {
            terms.retain(known);
            if terms.is_empty() {
                return Self::default();
            }
            terms.retain(&mut fits);
            if !terms.is_empty() {
                all.push(terms);
            }
        }
        Self { all, none: self.none }
    }
}

impl From<&str> for TextSearch {
    fn from(words: &str) -> Self {
        Self::words(words)
    }
}

impl From<&String> for TextSearch {
    fn from(words: &String) -> Self {
        Self::words(words)
    }
}

impl From<String> for TextSearch {
    fn from(words: String) -> Self {
        Self::words(&words)
    }
}

fn plain(words: Vec<String>) -> TextTerm {
    TextTerm { words, prefix: false }
}

/// Signs beyond ASCII that stand between words without a space, in all of the databases.
pub(crate) const SIGNS: &str = "¡¿«»·‐‑–—―‘’‚“”„†‡•…‹›、。「」『』【】";

/// Characters that no word has in it. Beyond ASCII most signs are left to the database, which knows them.
fn separates(c: char) -> bool {
    match c {
        c if c.is_ascii() => !c.is_ascii_alphanumeric(),
        c => c.is_whitespace() || c.is_control() || SIGNS.contains(c),
    }
}

/// What stands between spaces, each as its words.
fn chunks(input: &str) -> Vec<Vec<String>> {
    let apart = |c: char| c.is_whitespace() || c.is_control();
    let chunks = input.split(apart).map(|chunk| {
        let words = chunk
            .split(separates)
            .filter(|word| word.chars().any(char::is_alphanumeric));
        words.map(str::to_lowercase).collect::<Vec<_>>()
    });
    chunks
        .filter(|words| !words.is_empty())
        .take(MOST_WORDS)
        .collect()
}

/// A part of what was typed.
struct Piece<'i> {
    text: &'i str,
    quoted: bool,
    without: bool,
}

/// Cuts at spaces outside of quotation marks. A mark that is never closed is none.
fn pieces(input: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut rest = input;
    loop {
        rest = rest.trim_start();
        if rest.is_empty() {
            return pieces;
        }
        let after = rest.strip_prefix('-');
        let body = after.unwrap_or(rest);
        // A dash by itself, or before another one, says nothing.
        let without = after.is_some() && body.starts_with(|c: char| c == '"' || c.is_alphanumeric());
        let quoted = body.strip_prefix('"').and_then(|inside| inside.split_once('"'));
        let (text, quoted, next) = match quoted {
            Some((inside, next)) => (inside, true, next),
            None => {
                let end = body.find(char::is_whitespace).unwrap_or(body.len());
                // A quotation mark within a word begins a phrase of its own.
                let first = body.chars().next().map_or(0, char::len_utf8);
                let mark = body.get(first..end).and_then(|more| more.find('"'));
                let end = mark.map_or(end, |at| at + first);
                (&body[..end], false, &body[end..])
            }
        };
        pieces.push(Piece {
            text,
            quoted,
            without,
        });
        rest = next;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(search: &TextSearch) -> String {
        let term =
            |term: &TextTerm| format!("{}{}", term.words.join("_"), if term.prefix { "*" } else { "" });
        let all = search
            .all
            .iter()
            .map(|any| any.iter().map(term).collect::<Vec<_>>().join("|"));
        let none = search.none.iter().map(|without| format!("-{}", term(without)));
        all.chain(none).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn input_becomes_words() {
        let of = |input: &str| shown(&TextSearch::words(input));
        assert_eq!(of("Quick  FOX"), "quick fox");
        assert_eq!(of("ann@example.org it's C++"), "ann_example_org it_s c");
        assert_eq!(of("a & b | !c <-> d:* e)"), "a b c d e");
        assert_eq!(of("x'; DROP TABLE t --\0y"), "x drop table t y");
        assert_eq!(of("“Straße” — 東京"), "straße 東京");
        assert_eq!(of(" \t\u{1}🎉 ?!"), "");
        assert_eq!(shown(&TextSearch::phrase("The \"quick\" fox")), "the_quick_fox");
        assert_eq!(shown(&TextSearch::prefix("quick bro")), "quick bro*");
        assert_eq!(shown(&TextSearch::prefix("foo-ba")), "foo_ba*");
        assert_eq!(shown(&TextSearch::any("a b-c")), "a|b_c");
    }

    #[test]
    fn the_web_s_signs() {
        let of = |input: &str| shown(&TextSearch::web(input));
        assert_eq!(of(r#""a b" c -d -"e f""#), "a_b c -d -e_f");
        assert_eq!(of("a or b c OR d or e"), "a|b c|d|e");
        assert_eq!(of("or a or"), "or a or");
        assert_eq!(of("a or -b"), "a or -b");
        assert_eq!(of("-a or b"), "or b -a");
        assert_eq!(of("a \"b c"), "a b c");
        assert_eq!(of("\"\" \" -- - \"-"), "");
        assert_eq!(of("pre\"a b\"post"), "pre a_b post");
        assert_eq!(of("foo-bar"), "foo_bar");
        assert_eq!(of("é\"ü ö\""), "é ü_ö");
        assert_eq!(of("a or or b"), "a|or b");
    }

    #[test]
    fn too_much_is_left_out() {
        let long = "x".repeat(85);
        assert!(TextSearch::words(&format!("a {long}")).is_empty());
        assert_eq!(shown(&TextSearch::any(&format!("a {long}"))), "a");
        assert_eq!(shown(&TextSearch::web(&format!("a -{long}"))), "a");
        let many = "w ".repeat(100_000);
        for search in [
            TextSearch::words(&many),
            TextSearch::web(&many),
            TextSearch::any(&many),
        ] {
            let words: usize = search.all.iter().flatten().map(|term| term.words.len()).sum();
            assert_eq!(words, MOST_WORDS);
        }
        assert_eq!(TextSearch::phrase(&many).all[0][0].words.len(), MOST_WORDS);
        assert!(
            TextSearch::phrase(&"w-".repeat(300)).is_empty(),
            "no phrase is cut in two"
        );
    }
}
