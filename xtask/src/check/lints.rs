//! Every crate stands under the lints of the workspace.

use super::Violation;

pub(super) fn check(path: &str, manifest: &str) -> Option<Violation> {
    let inherits = match manifest.parse::<toml::Table>() {
        Ok(table) => table.get("lints").and_then(|lints| lints.get("workspace")) == Some(&true.into()),
        Err(_) => false, // cargo has read this file before us, so this says no more than "not there".
    };
    (!inherits).then(|| {
        Violation::new(
            path,
            "this crate is not under the lints of the workspace",
            "add `[lints]` with `workspace = true`; an exception is an `#![allow(…)]` with a reason",
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lints_are_inherited() {
        assert_eq!(check("a/Cargo.toml", "[lints]\nworkspace = true\n"), None);
        assert_eq!(check("a/Cargo.toml", "lints.workspace = true\n"), None);
        for planted in [
            "",
            "[lints]\nworkspace = false\n",
            "[lints.rust]\nunsafe_code = \"deny\"\n",
        ] {
            assert!(check("a/Cargo.toml", planted).is_some(), "{planted}");
        }
    }
}
