//! Lists of texts as enums.

use super::names::Names;
use super::words::{pascal, snake};
use crate::{Column, Table};
use std::collections::BTreeMap;

#[derive(Debug, Default)]
pub(super) struct Enums {
    /// Types of the database, which several tables may use: by schema and name.
    shared: BTreeMap<(String, String), Enum>,
    /// Lists of one column: by the model's name and theirs.
    own: BTreeMap<(String, String), Enum>,
}

#[derive(Debug)]
pub(super) struct Enum {
    pub(super) name: String,
    /// The file's, in a directory; for those that are shared.
    pub(super) module: String,
    pub(super) doc: String,
    /// Name and value.
    pub(super) variants: Vec<(String, String)>,
    /// The variant that takes all other values.
    pub(super) unknown: Option<String>,
}

impl Enums {
    /// The name of a column's enum.
    pub(super) fn of(
        &mut self,
        table: &Table,
        column: &Column,
        model: &str,
        open: bool,
        types: &mut Names,
    ) -> String {
        let made = |name: String, doc: String| {
            let mut names = Names::default();
            Enum {
                name,
                module: String::new(),
                doc,
                variants: variants(&column.values, &mut names),
                unknown: open.then(|| names.take_variant("Unknown".to_owned())),
            }
        };
        if let Some(shared) = &column.enum_name {
            let of = (table.schema.clone(), shared.clone());
            let made = || {
                made(
                    types.take_type(pascal(shared, "T")),
                    format!("The database's enum `{shared}`."),
                )
            };
            return self.shared.entry(of).or_insert_with(made).name.clone();
        }
        let name = types.take_type(format!("{model}{}", pascal(&column.name, "")));
        let doc = format!("What column `{}` of `{}` can be.", column.name, table.name);
        self.own
            .insert((model.to_owned(), name.clone()), made(name.clone(), doc));
        name
    }

    /// Finds files for those that are shared.
    pub(super) fn place(&mut self, modules: &mut Names) {
        for ((_, name), shared) in &mut self.shared {
            shared.module = modules.take(snake(name));
        }
    }

    pub(super) fn shared(&self) -> impl Iterator<Item = &Enum> {
        self.shared.values()
    }

    pub(super) fn of_model(&self, model: &str) -> impl Iterator<Item = &Enum> {
        let own = self.own.iter().filter(move |((of, _), _)| of == model);
        own.map(|(_, own)| own)
    }
}

/// A name for each value.
fn variants(values: &[String], names: &mut Names) -> Vec<(String, String)> {
    let named = |(at, value): (usize, &String)| {
        let name = match pascal(value, "V") {
            name if !name.is_empty() && name != "Self" => name,
            _ if value.is_empty() => "Empty".to_owned(),
            _ => format!("Value{}", at + 1),
        };
        (names.take_variant(name), value.clone())
    };
    values.iter().enumerate().map(named).collect()
}

#[cfg(test)]
mod tests {
    use super::{Names, variants};

    #[test]
    fn every_value_has_a_name_of_its_own() {
        let values = ["PG-13", "pg 13", "", "+", "1", "in use", "self"].map(str::to_owned);
        let mut taken = Names::default();
        let names: Vec<_> = variants(&values, &mut taken)
            .into_iter()
            .map(|(name, _)| name)
            .collect();
        assert_eq!(
            names,
            ["Pg13", "Pg132", "Empty", "Value4", "V1", "InUse", "Value7"]
        );
    }
}
