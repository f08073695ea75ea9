//! `include!("migrations")`: the files of a directory, in the binary.

use proc_macro2::TokenStream;
use quote::quote;
use std::path::{Path, PathBuf};
use syn::{Error, LitStr, Result};

pub(crate) fn include(directory: &LitStr) -> Result<TokenStream> {
    let wrong = |what: String| Error::new(directory.span(), what);
    let root = std::env::var("CARGO_MANIFEST_DIR").map_err(|error| wrong(error.to_string()))?;
    let root = Path::new(&root).join(directory.value());
    if !root.is_dir() {
        return Err(wrong(format!(
            "there is no directory {:?} beside this crate's Cargo.toml; `manybase migrate new` makes it",
            directory.value()
        )));
    }
    let mut files = Vec::new();
    collect(&root, String::new(), &mut files).map_err(|error| wrong(error.to_string()))?;
    files.sort();
    let mut entries = Vec::new();
    for (name, path) in files {
        let Some(path) = path.to_str() else {
            return Err(wrong(format!("{name}: its path is not UTF-8")));
        };
        // So that the compiler knows of the file, and compiles anew when it changes.
        entries.push(quote!((#name, ::core::include_str!(#path))));
    }
    Ok(quote!({
        static FILES: &[(&str, &str)] = &[#(#entries),*];
        FILES
    }))
}

/// Files that belong to migrations, with their paths from the root.
fn collect(directory: &Path, prefix: String, files: &mut Vec<(String, PathBuf)>) -> std::io::Result<()> {
    for entry in std::fs::read_dir(directory)? {
        let path = entry?.path();
        let Some(name) = path.file_name().and_then(|name| name.to_str()) else {
            continue;
        };
        let inside = format!("{prefix}{name}");
        if path.is_dir() {
            if !name.starts_with('.') {
                collect(&path, format!("{inside}/"), files)?;
            }
        } else if name == "migrations.sum" || name == "plan.json" || name.ends_with(".sql") {
            files.push((inside, path));
        }
    }
    Ok(())
}
