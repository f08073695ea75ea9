//! Names that are taken once.

use std::collections::HashSet;

/// Types that generated code, or what the derive makes of it, calls by their plain names.
const RESERVED: &[&str] = &[
    "BelongsTo",
    "Box",
    "Copy",
    "Clone",
    "DateTime",
    "Debug",
    "Decimal",
    "DbEnum",
    "Default",
    "Eq",
    "Err",
    "HasMany",
    "HasOne",
    "Hash",
    "Model",
    "NaiveDate",
    "NaiveDateTime",
    "NaiveTime",
    "None",
    "Ok",
    "Option",
    "PartialEq",
    "Result",
    "Self",
    "Some",
    "String",
    "Utc",
    "Uuid",
    "Vec",
];

/// The names of one scope.
#[derive(Debug, Default)]
pub(super) struct Names(HashSet<String>);

impl Names {
    /// This name, or with the first number behind it that makes it new.
    pub(super) fn take(&mut self, name: String) -> String {
        if self.0.insert(name.clone()) {
            return name;
        }
        (2_u32..)
            .map(|number| format!("{name}_{number}"))
            .find(|name| self.0.insert(name.clone()))
            .unwrap_or(name)
    }

    /// A variant's name: numbers stand behind it without an underscore.
    pub(super) fn take_variant(&mut self, name: String) -> String {
        let mut new = name.clone();
        let mut number = 1_u32;
        while !self.0.insert(new.clone()) {
            number += 1;
            new = format!("{name}{number}");
        }
        new
    }

    /// The first of these that is new, else the last with a number.
    pub(super) fn first(&mut self, names: Vec<String>) -> String {
        let new = names.iter().find(|name| !self.0.contains(*name)).cloned();
        self.take(new.or_else(|| names.into_iter().last()).unwrap_or_default())
    }

    /// A type's name. The derive makes a second one of it, `…Columns`, which must not be another type's.
    pub(super) fn take_type(&mut self, name: String) -> String {
        let name = match name.as_str() {
            "" => "Unnamed".to_owned(),
            _ if RESERVED.contains(&name.as_str()) => format!("{name}Record"),
            _ => name,
        };
        let columns = |name: &str| format!("{name}Columns");
        let mut new = name.clone();
        let mut number = 1_u32;
        while self.0.contains(&new) || self.0.contains(&columns(&new)) {
            number += 1;
            new = format!("{name}{number}");
        }
        self.0.insert(columns(&new));
        self.0.insert(new.clone());
        new
    }
}

#[cfg(test)]
mod tests {
    use super::Names;

    #[test]
    fn nothing_twice() {
        let mut names = Names::default();
        let taken: Vec<_> = ["a", "a", "a_2", "a"].map(|name| names.take(name.into())).into();
        assert_eq!(taken, ["a", "a_2", "a_2_2", "a_3"]);
        assert_eq!(names.first(vec!["a".into(), "b".into()]), "b");
        assert_eq!(names.first(vec!["a".into(), "b".into()]), "b_2");
    }

    #[test]
    fn types() {
        let mut names = Names::default();
        let taken = ["Film", "Film", "FilmColumns", "Option", ""].map(|name| names.take_type(name.into()));
        assert_eq!(
            taken,
            ["Film", "Film2", "FilmColumns2", "OptionRecord", "Unnamed"]
        );
    }
}
