//! The workspace as cargo sees it: members and the edges between them.

use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::failure::{Context, Failure, Result};
use crate::process;

pub(crate) struct Workspace {
    pub(crate) root: PathBuf,
    pub(crate) target: PathBuf,
    pub(crate) members: Vec<Member>,
}

pub(crate) struct Member {
    pub(crate) name: String,
    /// Relative to the root, with forward slashes: `crates/manybase-sql`.
    pub(crate) dir: String,
    pub(crate) dependencies: Vec<Dependency>,
}

pub(crate) struct Dependency {
    pub(crate) name: String,
    pub(crate) dev: bool,
}

impl Workspace {
    /// The workspace around the current directory.
    pub(crate) fn read() -> Result<Self> {
        let arguments = ["metadata", "--no-deps", "--format-version", "1"];
        parse(&process::read(process::cargo().args(arguments))?)
    }
}

fn parse(json: &str) -> Result<Workspace> {
    let metadata: Value = serde_json::from_str(json).context(|| "cannot read cargo's metadata".into())?;
    let root = PathBuf::from(text(&metadata, "workspace_root")?);
    let target = PathBuf::from(text(&metadata, "target_directory")?);
    let members = list(&metadata, "packages")
        .map(|package| member(package, &root))
        .collect::<Result<_>>()?;
    Ok(Workspace {
        root,
        target,
        members,
    })
}

fn member(package: &Value, root: &Path) -> Result<Member> {
    let manifest = Path::new(text(package, "manifest_path")?);
    let dir = manifest.parent().unwrap_or(manifest);
    let dir = dir
        .strip_prefix(root)
        .unwrap_or(dir)
        .to_string_lossy()
        .replace('\\', "/");
    let dependencies = list(package, "dependencies")
        .map(dependency)
        .collect::<Result<_>>()?;
    Ok(Member {
        name: text(package, "name")?.to_owned(),
        dir,
        dependencies,
    })
}

fn dependency(value: &Value) -> Result<Dependency> {
    Ok(Dependency {
        name: text(value, "name")?.to_owned(),
        dev: value["kind"] == "dev",
    })
}

pub(crate) fn text<'a>(value: &'a Value, key: &str) -> Result<&'a str> {
    value[key]
        .as_str()
        .ok_or_else(|| Failure::new(format!("cargo's metadata has no text under `{key}`")))
}

/// The entries of an array, or nothing where the key is missing or null.
pub(crate) fn list<'a>(value: &'a Value, key: &str) -> impl Iterator<Item = &'a Value> {
    value[key]
        .as_array()
        .map(Vec::as_slice)
        .unwrap_or_default()
        .iter()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_members_and_edges() {
        let json = r#"{"workspace_root": "/r", "target_directory": "/r/target", "packages": [{
            "name": "manybase-sqlite", "manifest_path": "/r/crates/manybase-sqlite/Cargo.toml",
            "dependencies": [{"name": "manybase-sql", "kind": null}, {"name": "manybase-testkit", "kind": "dev"}]}]}"#;
        let workspace = parse(json).expect("valid");
        assert_eq!(workspace.root, Path::new("/r"));
        assert_eq!(workspace.target, Path::new("/r/target"));
        let member = &workspace.members[0];
        assert_eq!(
            (member.name.as_str(), member.dir.as_str()),
            ("manybase-sqlite", "crates/manybase-sqlite")
        );
        let edges: Vec<_> = member
            .dependencies
            .iter()
            .map(|d| (d.name.as_str(), d.dev))
            .collect();
        assert_eq!(edges, [("manybase-sql", false), ("manybase-testkit", true)]);
    }

    #[test]
    fn says_what_is_missing() {
        let failure = parse("{}").err().expect("no root");
        assert!(failure.message().contains("workspace_root"));
    }
}
