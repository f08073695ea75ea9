//! Names for what has none.

use super::{ObjectName, Schema, Table};
use manybase_sql::schema::object_name;
use std::collections::BTreeSet;

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

    /// `orders_customer_id_idx`; the same for the same schema.
    pub(crate) fn give<'n>(
        &mut self,
        suffix: &str,
        table: &'n ObjectName,
        parts: impl IntoIterator<Item = &'n str>,
    ) -> String {
        let parts: Vec<&str> = std::iter::once(table.name.as_str()).chain(parts).collect();
        let mut name = object_name(parts.iter().copied(), suffix);
        for n in 2.. {
            if self.0.insert(name.clone()) {
                break;
            }
            name = object_name(parts.iter().copied(), &format!("{suffix}{n}"));
        }
        name
    }

    /// Names for all of a table's parts that have none.
    pub(crate) fn complete(&mut self, table: &mut Table) {
        let of = table.name.clone();
        if let Some(key) = table.primary_key.as_mut().filter(|key| key.name.is_none()) {
            key.name = Some(self.give("pkey", &of, []));
        }
        for index in table.indexes.iter_mut().filter(|one| one.name.is_none()) {
            let kind = if index.unique { "key" } else { "idx" };
            let parts = index
                .columns
                .iter()
                .map(|one| one.column.as_deref().unwrap_or("expr"));
            index.name = Some(self.give(kind, &of, parts));
        }
        for key in table.foreign_keys.iter_mut().filter(|one| one.name.is_none()) {
            key.name = Some(self.give("fkey", &of, key.columns.iter().map(String::as_str)));
        }
        for at in 0..table.checks.len() {
            if table.checks[at].name.is_none() {
                let mentioned: Vec<String> = (table.columns.iter())
                    .filter(|column| super::words::mentions(&table.checks[at].expression, &column.name))
                    .map(|column| column.name.clone())
                    .collect();
                table.checks[at].name = Some(self.give("check", &of, mentioned.iter().map(String::as_str)));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_short_and_different() {
        let mut names = Names::default();
        let table = ObjectName::from("a".repeat(80));
        let (one, other) = (names.give("idx", &table, ["x"]), names.give("idx", &table, ["x"]));
        assert!(one.len() <= 60 && other.len() <= 60);
        assert_ne!(one, other);
        assert_eq!(
            names.give("fkey", &"orders".into(), ["customer_id"]),
            "orders_customer_id_fkey"
        );
    }
}
