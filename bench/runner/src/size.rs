//! How large the contenders' programs are. All of them do the same, with the same three databases.

use std::fmt::Write;
use std::process::Command;

use bench_common::Result;

use crate::compile::Programs;
use crate::contender::Name;

/// The part of the document.
pub const SECTION: &str = "program size";

/// `None` where there is no `strip`.
pub fn section(programs: &Programs) -> Result<Option<String>> {
    let place = tempfile::tempdir()?;
    let mut sizes = Vec::new();
    for (name, program) in programs {
        let stripped = place.path().join(name.name());
        let done = Command::new("strip")
            .arg("-o")
            .arg(&stripped)
            .arg(program)
            .status();
        if !done.is_ok_and(|status| status.success()) {
            return Ok(None);
        }
        sizes.push((*name, stripped.metadata()?.len()));
    }
    Ok(Some(text(&sizes)))
}

fn text(sizes: &[(Name, u64)]) -> String {
    let mut text = String::from(
        "\n## Program size\n\nOf the contenders, which do the same on the same three databases: release profile, without \
         symbols.\n\n|          |   size | beside raw |\n| -------- | -----: | ---------: |\n",
    );
    let raw = sizes
        .iter()
        .find(|(name, _)| *name == Name::Raw)
        .map(|(_, size)| *size);
    for (name, size) in sizes {
        let megabytes = format!("{:.1} MB", *size as f64 / 1e6);
        let ratio = raw.map_or_else(String::new, |raw| format!("{:.2}", *size as f64 / raw as f64));
        let _ = writeln!(text, "| {:<8} | {megabytes:>6} | {ratio:>10} |", name.name());
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn beside_raw() {
        let text = text(&[(Name::Raw, 2_000_000), (Name::Manybase, 3_000_000)]);
        assert!(text.contains("| manybase | 3.0 MB |       1.50 |"), "{text}");
    }
}
