//! The part of `deny.toml` that can be checked from cargo's metadata.

use spdx::{Expression, ParseMode};
use toml::{Table, Value};

use crate::failure::{Context, Failure, Result};

pub(super) struct Rules {
    licences: Vec<String>,
    banned: Vec<String>,
    registries: Vec<String>,
}

pub(super) struct Package {
    pub(super) name: String,
    pub(super) version: String,
    pub(super) licence: Option<String>,
    /// None for our own.
    pub(super) source: Option<String>,
}

impl Rules {
    pub(super) fn parse(config: &str) -> Result<Self> {
        let table: Table = config.parse().context(|| "cannot read deny.toml".into())?;
        let list = |section: &str, key: &str| {
            let entries = table
                .get(section)
                .and_then(|section| section.get(key))
                .and_then(Value::as_array);
            entries
                .ok_or_else(|| Failure::new(format!("deny.toml: `{key}` under [{section}] must be a list")))
        };
        let name = |value: &Value| match value {
            Value::Table(table) => table.get("crate").and_then(Value::as_str).map(str::to_owned),
            other => other.as_str().map(str::to_owned),
        };
        let names = |section, key| -> Result<Vec<String>> {
            let names: Option<Vec<_>> = list(section, key)?.iter().map(name).collect();
            names.ok_or_else(|| Failure::new(format!("deny.toml: `{key}` under [{section}] must hold names")))
        };
        Ok(Self {
            licences: names("licenses", "allow")?,
            banned: names("bans", "deny")?,
            registries: names("sources", "allow-registry")?,
        })
    }

    /// What this package breaks, a sentence each.
    pub(super) fn check(&self, package: &Package) -> Vec<String> {
        let Some(source) = &package.source else {
            return Vec::new();
        };
        let mut found = Vec::new();
        if self.banned.contains(&package.name) {
            found.push("is banned".to_owned());
        }
        if !source
            .strip_prefix("registry+")
            .is_some_and(|url| self.registries.iter().any(|r| r == url))
        {
            found.push(format!("comes from {source}, which is not an allowed source"));
        }
        match &package.licence {
            None => found.push("names no licence".into()),
            Some(licence) => found.extend(self.refuse_licence(licence)),
        }
        found
            .into_iter()
            .map(|what| format!("{} {}: {what}", package.name, package.version))
            .collect()
    }

    fn refuse_licence(&self, licence: &str) -> Option<String> {
        // Lax, because old crates write `MIT/Apache-2.0`.
        let Ok(expression) = Expression::parse_mode(licence, ParseMode::LAX) else {
            return Some(format!("its licence `{licence}` is no SPDX expression"));
        };
        let allowed = expression.evaluate(|required| {
            let id = required.license.id().map(|id| id.name);
            // An exception only adds permissions, but each is a text of its own: not covered by the list.
            required.addition.is_none() && id.is_some_and(|id| self.licences.iter().any(|l| l == id))
        });
        (!allowed).then(|| format!("its licence `{licence}` is not on the list in deny.toml"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OURS: &str = include_str!("../../../deny.toml");
    const CRATES_IO: &str = "registry+https://github.com/rust-lang/crates.io-index";

    fn check(name: &str, licence: Option<&str>, source: Option<&str>) -> Vec<String> {
        let rules = Rules::parse(OURS).expect("our own deny.toml");
        rules.check(&Package {
            name: name.into(),
            version: "1.0.0".into(),
            licence: licence.map(str::to_owned),
            source: source.map(str::to_owned),
        })
    }

    #[test]
    fn permissive_licences_pass() {
        for licence in [
            "MIT OR Apache-2.0",
            "MIT/Apache-2.0",
            "(MIT OR Apache-2.0) AND Unicode-3.0",
            "Apache-2.0 WITH LLVM-exception OR Apache-2.0 OR MIT",
            "GPL-3.0-only OR MIT",
        ] {
            assert!(check("a", Some(licence), Some(CRATES_IO)).is_empty(), "{licence}");
        }
    }

    #[test]
    fn others_fail() {
        for licence in ["GPL-3.0-only", "MIT AND AGPL-3.0-only", "nonsense !"] {
            assert_eq!(check("a", Some(licence), Some(CRATES_IO)).len(), 1, "{licence}");
        }
        assert_eq!(check("a", None, Some(CRATES_IO)), ["a 1.0.0: names no licence"]);
    }

    #[test]
    fn banned_crates_and_foreign_sources_fail() {
        assert_eq!(
            check("openssl-sys", Some("MIT"), Some(CRATES_IO)),
            ["openssl-sys 1.0.0: is banned"]
        );
        let found = check("a", Some("MIT"), Some("git+https://example.org/a"));
        assert!(found[0].contains("not an allowed source"), "{}", found[0]);
    }

    #[test]
    fn our_own_crates_are_not_asked() {
        assert!(check("manybase", None, None).is_empty());
    }

    #[test]
    fn a_broken_list_is_named() {
        let failure = Rules::parse("[licenses]\nallow = 1\n").err().expect("must fail");
        assert!(failure.message().contains("`allow` under [licenses]"));
    }
}
