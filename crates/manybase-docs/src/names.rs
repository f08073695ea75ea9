//! Names of files for names with any characters.

use crate::entity::Entity;
use std::collections::HashSet;

/// For each entity the path of its page, from where the index lies. No two are the same, not even where files' names
/// ignore case.
pub(crate) fn pages(entities: &[Entity]) -> Vec<String> {
    let mut taken = HashSet::new();
    entities
        .iter()
        .map(|entity| {
            let name = format!("{}/{}", slug(&entity.connection), slug(&entity.name));
            let mut path = format!("{name}.md");
            let mut number = 2;
            while !taken.insert(path.to_lowercase()) {
                path = format!("{name}-{number}.md");
                number += 1;
            }
            path
        })
        .collect()
}

/// Letters, digits, `-` and `_`; all else becomes `-`.
fn slug(name: &str) -> String {
    let keep = |c: char| {
        if c.is_alphanumeric() || c == '_' || c == '-' {
            c
        } else {
            '-'
        }
    };
    // Longer names than file systems take are cut; numbers tell them apart.
    let slug: String = name.chars().map(keep).take(60).collect();
    match slug.trim_matches('-') {
        "" => "unnamed".to_owned(),
        _ => slug,
    }
}
