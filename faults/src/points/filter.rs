//! Which places are wanted.

use crate::Result;

/// `name`, `name:nth` or `name:nth:action`, or all.
#[derive(Debug, Default)]
pub(super) struct Filter {
    name: Option<String>,
    nth: Option<u32>,
    action: Option<String>,
}

impl Filter {
    pub(super) fn parse(text: Option<&str>) -> Result<Self> {
        let Some(text) = text else {
            return Ok(Self::default());
        };
        let mut parts = text.split(':');
        Ok(Self {
            name: parts.next().map(str::to_owned),
            nth: parts.next().map(str::parse).transpose()?,
            action: parts.next().map(str::to_owned),
        })
    }

    pub(super) fn is_all(&self) -> bool {
        self.name.is_none()
    }

    /// Whether any of these is wanted.
    pub(super) fn concerns(&self, mut names: impl Iterator<Item = &'static str>) -> bool {
        match self.name.as_deref() {
            None => true,
            Some(wanted) => names.any(|name| name == wanted),
        }
    }

    pub(super) fn takes(&self, name: &str, nth: u32, action: &str) -> bool {
        self.name.as_deref().is_none_or(|wanted| wanted == name)
            && self.nth.is_none_or(|wanted| wanted == nth)
            && self.action.as_deref().is_none_or(|wanted| wanted == action)
    }
}

#[cfg(test)]
mod tests {
    use super::Filter;

    #[test]
    fn each_part_narrows() {
        let takes =
            |text, name: &str, nth, action| Filter::parse(text).expect("good").takes(name, nth, action);
        assert!(takes(None, "a", 1, "stop"));
        assert!(takes(Some("a"), "a", 2, "stop") && !takes(Some("a"), "b", 2, "stop"));
        assert!(takes(Some("a:2"), "a", 2, "stop") && !takes(Some("a:2"), "a", 1, "stop"));
        assert!(!takes(Some("a:2:abort"), "a", 2, "stop"));
        assert!(Filter::parse(Some("a:x")).is_err());
    }
}
