//! Names for what has none.

use super::{ObjectName, Schema, Table};
use std::collections::BTreeSet;

/// The shortest limit among the databases is 63 bytes.
const LONGEST: usize = 60;

/// Gives names that are not taken.
#[derive(Debug, Default)]
pub(crate) struct Names(BTreeSet<String>);

impl Names {
    /// Taken are those of these schemas.
    pub(crate) fn beside(schemas: &[&Schema]) -> Self {
        let mut names = Self::default();
        for table in schemas.iter().flat_map(|schema| &schema.tables) {
            names.take(table);
        }
        names
    }

    fn take(&mut self, table: &Table) {
        let all = (table.indexes.iter().map(|one| &one.name))
            .chain(table.foreign_keys.iter().map(|one| &one.name))
            .chain(table.checks.iter().map(|one| &one.name))
            .chain(table.primary_key.iter().map(|one| &one.name));
        self.0.extend(all.flatten().cloned());
    }

    /// `ix_orders_customer_id`; the same for the same schema.
    pub(crate) fn give<'n>(
        &mut self,
        kind: &str,
        table: &ObjectName,
        parts: impl IntoIterator<Item = &'n str>,
    ) -> String {
        let mut wanted = format!("{kind}_{}", table.name);
        for part in parts {
            wanted.push('_');
            wanted.extend(
                part.chars()
                    .map(|c| if c.is_alphanumeric() || c == '_' { c } else { '_' }),
            );
        }
        let wanted = short(&wanted);
        let mut name = wanted.clone();
        for n in 2.. {
            if self.0.insert(name.clone()) {
                break;
            }
            name = short(&format!("{wanted}_{n}"));
        }
        name
    }

    /// Names for all of a table's parts that have none.
    pub(crate) fn complete(&mut self, table: &mut Table) {
        let of = table.name.clone();
        if let Some(key) = table.primary_key.as_mut().filter(|key| key.name.is_none()) {
            key.name = Some(self.give("pk", &of, []));
        }
        for index in table.indexes.iter_mut().filter(|one| one.name.is_none()) {
            let kind = if index.unique { "uq" } else { "ix" };
            let parts = index
                .columns
                .iter()
                .map(|one| one.column.as_deref().unwrap_or("expr"));
            index.name = Some(self.give(kind, &of, parts));
        }
        for key in table.foreign_keys.iter_mut().filter(|one| one.name.is_none()) {
            key.name = Some(self.give("fk", &of, key.columns.iter().map(String::as_str)));
        }
        for at in 0..table.checks.len() {
            if table.checks[at].name.is_none() {
                let mentioned: Vec<String> = (table.columns.iter())
                    .filter(|column| super::words::mentions(&table.checks[at].expression, &column.name))
                    .map(|column| column.name.clone())
                    .collect();
                table.checks[at].name = Some(self.give("ck", &of, mentioned.iter().map(String::as_str)));
            }
        }
    }
}

/// Cut off, with a sum of the whole at its end.
fn short(name: &str) -> String {
    if name.len() <= LONGEST {
        return name.to_owned();
    }
    let sum = name.bytes().fold(0x811c_9dc5_u32, |sum, byte| {
        (sum ^ u32::from(byte)).wrapping_mul(0x0100_0193)
    });
    let end = (0..=LONGEST - 9)
        .rev()
        .find(|&at| name.is_char_boundary(at))
        .unwrap_or(0);
    format!("{}_{sum:08x}", &name[..end])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_short_and_different() {
        let mut names = Names::default();
        let table = ObjectName::from("a".repeat(80));
        let (one, other) = (names.give("ix", &table, ["x"]), names.give("ix", &table, ["x"]));
        assert!(one.len() <= LONGEST && other.len() <= LONGEST);
        assert_ne!(one, other);
        assert_eq!(
            names.give("fk", &"orders".into(), ["customer id"]),
            "fk_orders_customer_id"
        );
    }
}
