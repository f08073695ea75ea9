//! A backup, for people.

use crate::output::{Output, bytes, count, millis};
use manybase_snapshot::Manifest;

/// What a backup is.
pub(in crate::commands) fn facts(manifest: &Manifest) -> Vec<[String; 2]> {
    let origin = &manifest.database;
    let took = (manifest.ended - manifest.started).to_std().unwrap_or_default();
    let mut facts = vec![
        ("connection", manifest.connection.clone()),
        ("address", manifest.address.clone()),
        ("database", format!("{} {}", origin.product, origin.version)),
        ("method", origin.method.clone()),
        ("taken", manifest.started.format("%Y-%m-%dT%H:%M:%SZ").to_string()),
        ("took", millis(took)),
    ];
    if let Some(tool) = &origin.tool {
        facts.insert(4, ("tool", tool.clone()));
    }
    for (name, value) in &manifest.point {
        facts.push(("moment", format!("{name} {value}")));
    }
    if let Some(head) = &manifest.migration {
        if let Some(last) = &head.last {
            facts.push(("migrated to", last.clone()));
        }
        if !head.unfinished.is_empty() {
            facts.push(("half migrated", head.unfinished.join(", ")));
        }
    }
    facts.push((
        "holds",
        format!(
            "{}, {}, {}",
            count(manifest.tables.len(), "table", "tables"),
            count(manifest.rows(), "row", "rows"),
            bytes(manifest.bytes())
        ),
    ));
    facts
        .into_iter()
        .map(|(name, value)| [name.to_owned(), value])
        .collect()
}

/// What is not in it.
pub(in crate::commands) fn tell_gaps(out: &mut Output, manifest: &Manifest) {
    for gap in &manifest.gaps {
        out.line(&format!("  not in it: {gap}"));
    }
    for name in &manifest.in_doubt {
        out.line(&format!("  in doubt: {name}"));
    }
    if !manifest.in_doubt.is_empty() {
        out.help(
            "transactions were prepared and not finished, and what they wrote is not in the backup: \
             `manybase tx recover` finishes them; then take another backup",
        );
    }
}
