//! `SHA256SUMS`: the checksums of all files, the manifest's too, in the form that `sha256sum -c` reads.

use crate::manifest::{FileEntry, NAME};
use sha2::{Digest, Sha256};
use std::fmt::Write;
use std::path::Path;

pub(crate) const SUMS: &str = "SHA256SUMS";

pub(super) fn hex(digest: &[u8]) -> String {
    digest.iter().fold(String::with_capacity(64), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

pub(super) fn text(files: &[FileEntry], manifest: &[u8]) -> String {
    let mut text = format!("{}  {NAME}\n", hex(&Sha256::digest(manifest)));
    for file in files {
        let _ = writeln!(text, "{}  {}", file.sha256, file.path);
    }
    text
}

/// Whether the manifest is as it was written; else why not.
pub(crate) fn check_manifest(directory: &Path, manifest: &[u8]) -> Result<(), String> {
    let sums = std::fs::read_to_string(directory.join(SUMS)).map_err(|error| format!("{SUMS}: {error}"))?;
    let end = format!("  {NAME}");
    let line = sums.lines().find_map(|line| line.strip_suffix(end.as_str()));
    match line {
        None => Err(format!("{SUMS} does not have its checksum")),
        Some(sum) if sum != hex(&Sha256::digest(manifest)) => {
            Err(format!("it has another checksum than in {SUMS}"))
        }
        Some(_) => Ok(()),
    }
}
