//! Forms that a text may have to have.

use regex_lite::Regex;

/// A pattern that the whole text must match, compiled once.
#[derive(Debug, Clone)]
pub(super) struct Pattern {
    text: &'static str,
    compiled: Option<Regex>,
}

impl PartialEq for Pattern {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Pattern {
    pub(super) fn new(text: &'static str) -> Self {
        Self {
            text,
            // On a line of its own, because a pattern may end with a comment.
            compiled: Regex::new(&format!("^(?:{text}\n)$"))
                .ok()
                .filter(|_| text.contains("(?x"))
                .or_else(|| Regex::new(&format!("^(?:{text})$")).ok()),
        }
    }

    pub(super) fn matches(&self, text: &str) -> bool {
        self.compiled.as_ref().is_some_and(|regex| regex.is_match(text))
    }

    pub(super) fn is_valid(&self) -> bool {
        self.compiled.is_some()
    }
}

/// As browsers check it: something, `@`, and names with dots between them, of which there are two at least. Whether the
/// address exists only a message to it can tell.
pub(super) fn is_email(text: &str) -> bool {
    let Some((local, domain)) = text.rsplit_once('@') else {
        return false;
    };
    let in_local = |c: char| c.is_alphanumeric() || ".!#$%&'*+/=?^_`{|}~-".contains(c);
    let dots = local.starts_with('.') || local.ends_with('.') || local.contains("..");
    let label = |label: &str| {
        let inside = label.chars().all(|c| c.is_alphanumeric() || c == '-');
        (1..=63).contains(&label.len()) && inside && !label.starts_with('-') && !label.ends_with('-')
    };
    (1..=64).contains(&local.len())
        && text.len() <= 254
        && local.chars().all(in_local)
        && !dots
        && domain.contains('.')
        && domain.split('.').all(label)
}

/// An absolute address of the web, with a host.
pub(super) fn is_url(text: &str) -> bool {
    // The parser would pass over them.
    let plain = !text.chars().any(|c| c.is_whitespace() || c.is_control());
    let parsed = url::Url::parse(text).ok().filter(|_| plain);
    parsed.is_some_and(|url| matches!(url.scheme(), "http" | "https") && url.has_host())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_whole_text_matches() {
        let pattern = Pattern::new("a|ab");
        assert!(pattern.matches("ab") && pattern.matches("a"));
        assert!(!pattern.matches("abc") && !pattern.matches("a\n") && !pattern.matches("x\na"));
        assert!(Pattern::new("(?x) a b # and no more").matches("ab"));
        assert!(!Pattern::new("(a").is_valid());
        assert!(!Pattern::new("(a").matches("(a"));
    }

    #[test]
    fn addresses() {
        for good in [
            "ann@example.org",
            "a.b+c@sub.example.co.uk",
            "o'neil@x-y.de",
            "jürgen@münchen.de",
        ] {
            assert!(is_email(good), "{good}");
        }
        let long = format!("{}@example.org", "a".repeat(65));
        for bad in [
            "",
            "ann",
            "ann@",
            "@example.org",
            "ann@example",
            "a b@example.org",
            "ann@-x.org",
            "ann@x..org",
            ".a@x.org",
            "a..b@x.org",
            "ann@x.org\n",
            "<ann@x.org>",
            "ann@x.org,bob@x.org",
            &long,
        ] {
            assert!(!is_email(bad), "{bad}");
        }
    }

    #[test]
    fn urls() {
        for good in [
            "https://example.org",
            "http://localhost:8080/a?b=c#d",
            "HTTPS://münchen.de/",
            "http://[::1]/",
        ] {
            assert!(is_url(good), "{good}");
        }
        for bad in [
            "",
            "example.org",
            "/path",
            "//example.org",
            "ftp://example.org",
            "javascript:alert(1)",
            "http://",
            "http:// x",
            "https://example.org\n",
            "mailto:a@b.c",
            "http://a:99999/",
        ] {
            assert!(!is_url(bad), "{bad}");
        }
    }
}
