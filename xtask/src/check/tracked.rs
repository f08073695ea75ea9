//! What the repository carries: nothing that is true on one machine only, and no `mod.rs`.

use std::fs;
use std::path::Path;
use std::process::Command;

use regex_lite::Regex;

use super::Violation;
use crate::failure::{Context, Result};
use crate::process;

/// A path from the root of somebody's machine; a path segment inside another path is none.
const MACHINE_PATH: &str = r"(?:^|[^\w.\-~})\]>])/(?:work|root|home)/";
/// Hosts that serve packages. Which one is used is a setting of the machine, not of the repository.
const REGISTRY_HOST: &str = r"(?:index|static)\.crates\.io|registry\.npmjs\.org|registry\.yarnpkg\.com|pypi\.org/simple|files\.pythonhosted\.org|proxy\.golang\.org|deb\.debian\.org";
/// A lock file that was written behind a mirror.
const FOREIGN_SOURCE: &str = r#"source = "(?:registry|sparse)\+([^"]*)""#;
const CRATES_IO: &str = "https://github.com/rust-lang/crates.io-index";

/// Tracked files, and new ones that are not ignored; without git, what lies there.
pub(super) fn files(root: &Path) -> Result<Vec<String>> {
    let mut git = Command::new("git");
    git.current_dir(root)
        .args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"]);
    if let Ok(list) = process::read(&mut git) {
        return Ok(list.split_terminator('\0').map(str::to_owned).collect());
    }
    let mut found = Vec::new();
    walk(root, "", &mut found)?;
    Ok(found)
}

fn walk(dir: &Path, prefix: &str, found: &mut Vec<String>) -> Result<()> {
    let entries = fs::read_dir(dir).context(|| format!("cannot list {}", dir.display()))?;
    for entry in entries {
        let entry = entry.context(|| format!("cannot list {}", dir.display()))?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let kind = entry.file_type().context(|| format!("cannot look at {name}"))?;
        if kind.is_dir() && name != "target" && name != ".git" {
            walk(&entry.path(), &format!("{prefix}{name}/"), found)?;
        } else if kind.is_file() {
            found.push(format!("{prefix}{name}"));
        }
    }
    Ok(())
}

pub(super) fn check_path(path: &str) -> Option<Violation> {
    (path == "mod.rs" || path.ends_with("/mod.rs")).then(|| {
        Violation::new(
            path,
            "no `mod.rs`: tabs full of them are hard to tell apart",
            "name it after its module, beside the directory: `foo.rs` and `foo/`; for tests, \
             `tests/it/main.rs` with `mod common;`",
        )
    })
}

pub(super) fn check_text(path: &str, text: &str) -> Vec<Violation> {
    let mut found = Vec::new();
    let mut say = |line: usize, rule: String, way_out: &str| {
        found.push(Violation::new(format!("{path}:{}", line + 1), rule, way_out));
    };
    let patterns = (
        Regex::new(MACHINE_PATH),
        Regex::new(REGISTRY_HOST),
        Regex::new(FOREIGN_SOURCE),
    );
    let (Ok(machine), Ok(host), Ok(source)) = patterns else {
        return Vec::new();
    };
    for (number, line) in text.lines().enumerate() {
        if machine.is_match(line) {
            let way_out = "make it relative, or take it from the environment or a temporary directory";
            say(number, "an absolute path of one machine".into(), way_out);
        }
        if let Some(host) = host.find(line) {
            let rule = format!("`{}` is a package registry's host", host.as_str());
            say(
                number,
                rule,
                "leave the choice of registry to the machine's own settings",
            );
        }
        let foreign = source
            .captures(line)
            .and_then(|found| found.get(1))
            .filter(|url| url.as_str() != CRATES_IO);
        if let Some(url) = foreign {
            let rule = format!("`{}` is not the registry everybody has", url.as_str());
            say(number, rule, "write the lock file with the default registry");
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_compile() {
        assert!(
            [MACHINE_PATH, REGISTRY_HOST, FOREIGN_SOURCE]
                .iter()
                .all(|p| Regex::new(p).is_ok())
        );
    }

    #[test]
    fn mod_rs_fails() {
        assert!(check_path("crates/x/src/a/mod.rs").is_some());
        assert!(check_path("mod.rs").is_some());
        assert_eq!(check_path("crates/x/src/mods.rs"), None);
        assert_eq!(check_path("crates/x/src/my_mod.rs"), None);
    }

    // Planted texts are put together here, so that this file passes its own rule.
    #[test]
    fn machine_paths_fail() {
        for dir in ["work", "root", "home"] {
            let slashed = format!("/{dir}/");
            for planted in [
                format!("let a = \"{slashed}x\";"),
                format!("{slashed}x"),
                format!("see `{slashed}x`"),
                format!("sqlite://{slashed}x.db"),
            ] {
                assert_eq!(check_text("a", &planted).len(), 1, "{planted}");
            }
            for fine in [
                format!("docs{slashed}x"),
                format!("{{dir}}{slashed}x"),
                format!("https://a.org{slashed}"),
            ] {
                assert!(check_text("a", &fine).is_empty(), "{fine}");
            }
        }
    }

    #[test]
    fn registries_fail() {
        for host in [
            ["registry.npmjs", "org"],
            ["static.crates", "io"],
            ["deb.debian", "org"],
        ] {
            let planted = format!("\"resolved\": \"https://{}/x\"", host.join("."));
            let found = check_text("package-lock.json", &planted);
            assert!(found[0].rule.contains(&host.join(".")), "{planted}");
        }
        assert_eq!(
            check_text("Cargo.lock", "source = \"sparse+https://mirror.example/\"").len(),
            1
        );
        let fine = format!("source = \"registry+{CRATES_IO}\"\nsee crates.io for more");
        assert!(check_text("Cargo.lock", &fine).is_empty());
    }
}
