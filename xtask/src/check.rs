//! `cargo xtask check`: the rules that the compiler cannot see.
//!
//! Each rule is a pure function over its input, so that its tests can plant a violation.

mod examples;
mod floors;
mod length;
mod lints;
mod names;
mod panics;
mod source;
mod tracked;

use std::fmt;
use std::fs;
use std::path::Path;

use crate::failure::{Context, Failure, Result};
use crate::workspace::{Member, Workspace};
use source::Source;

pub(crate) fn run() -> Result<()> {
    let workspace = Workspace::read()?;
    let violations = violations(&workspace)?;
    for violation in &violations {
        eprintln!("{violation}\n");
    }
    match violations.len() {
        0 => {
            println!("architecture: {} crates, no violation", workspace.members.len());
            Ok(())
        }
        1 => Err(Failure::new("1 violation of the architecture, see above")),
        n => Err(Failure::new(format!(
            "{n} violations of the architecture, see above"
        ))),
    }
}

fn violations(workspace: &Workspace) -> Result<Vec<Violation>> {
    let mut found = floors::check(&workspace.members);
    for member in &workspace.members {
        let manifest = workspace.root.join(&member.dir).join("Cargo.toml");
        let text = fs::read_to_string(&manifest).context(|| format!("cannot read {}", manifest.display()))?;
        found.extend(lints::check(&format!("{}/Cargo.toml", member.dir), &text));
    }
    for path in tracked::files(&workspace.root)? {
        found.extend(tracked::check_path(&path));
        // Not everything that is tracked is text, and a deleted file is still listed until it is staged.
        let Ok(text) = fs::read_to_string(workspace.root.join(&path)) else {
            continue;
        };
        found.extend(tracked::check_text(&path, &text));
        if let Some(member) = library_of(&path, &workspace.members) {
            let source = Source::new(&path, &text);
            found.extend(length::check(&source));
            found.extend(names::check(&member.name, &source));
            found.extend(panics::check(&member.name, &source));
            found.extend(examples::check(&member.name, &path, &text));
        }
    }
    Ok(found)
}

/// The crate under `crates/` that has this file among its library sources.
fn library_of<'a>(path: &str, members: &'a [Member]) -> Option<&'a Member> {
    if !path.starts_with("crates/") || Path::new(path).extension()? != "rs" {
        return None;
    }
    members.iter().find(|m| {
        path.strip_prefix(&m.dir)
            .is_some_and(|rest| rest.starts_with("/src/"))
    })
}

/// One broken rule: where, what the rule is, and how to get out.
#[derive(Debug, PartialEq, Eq)]
struct Violation {
    place: String,
    rule: String,
    way_out: String,
}

impl Violation {
    fn new(place: impl Into<String>, rule: impl Into<String>, way_out: impl Into<String>) -> Self {
        Self {
            place: place.into(),
            rule: rule.into(),
            way_out: way_out.into(),
        }
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}\n    way out: {}", self.place, self.rule, self.way_out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_library_sources_belong_to_a_crate() {
        let members = [
            Member {
                name: "manybase".into(),
                dir: "crates/manybase".into(),
                dependencies: vec![],
            },
            Member {
                name: "manybase-sql".into(),
                dir: "crates/manybase-sql".into(),
                dependencies: vec![],
            },
        ];
        let name = |path| library_of(path, &members).map(|m| m.name.as_str());
        assert_eq!(name("crates/manybase-sql/src/expr/like.rs"), Some("manybase-sql"));
        assert_eq!(name("crates/manybase/src/lib.rs"), Some("manybase"));
        assert_eq!(name("crates/manybase-sql/tests/render.rs"), None);
        assert_eq!(name("crates/manybase-sql/src/notes.md"), None);
        assert_eq!(name("xtask/src/main.rs"), None);
    }

    #[test]
    fn a_violation_names_place_rule_and_way_out() {
        let shown = Violation::new("a.rs:3", "no x", "write y").to_string();
        assert_eq!(shown, "a.rs:3: no x\n    way out: write y");
    }
}
