//! What is to be written, before it is text.

use super::Models;
use super::enums::Enums;
use super::fields;
use super::names::Names;
use super::relations;
use super::words::{pascal, singular, snake};
use crate::{Column, Database, Table};

/// A key is a tuple, and there are tuples of so many.
const LONGEST_KEY: usize = 5;

#[derive(Debug)]
pub(super) struct Plan<'d> {
    pub(super) models: Vec<Model<'d>>,
    pub(super) enums: Enums,
    /// What could not be done, for people.
    pub(super) notes: Vec<String>,
}

#[derive(Debug)]
pub(super) struct Model<'d> {
    pub(super) table: &'d Table,
    /// The struct's name.
    pub(super) name: String,
    /// The file's, in a directory.
    pub(super) module: String,
    /// Empty for a model that has none.
    pub(super) key: Vec<String>,
    pub(super) fields: Vec<Field<'d>>,
    pub(super) relations: Vec<Relation>,
    /// What the struct's documentation says besides the table's comment.
    pub(super) facts: Vec<String>,
}

#[derive(Debug)]
pub(super) struct Field<'d> {
    pub(super) column: &'d Column,
    /// Without `r#`.
    pub(super) name: String,
    pub(super) ty: String,
    pub(super) attributes: Vec<String>,
    pub(super) docs: Vec<String>,
}

#[derive(Debug)]
pub(super) struct Relation {
    pub(super) name: String,
    /// `HasMany`
    pub(super) slot: &'static str,
    /// The other model's place in the plan.
    pub(super) other: usize,
    pub(super) attributes: Vec<String>,
    pub(super) doc: String,
}

impl Model<'_> {
    pub(super) fn field_of(&self, column: &str) -> Option<&Field<'_>> {
        self.fields.iter().find(|field| field.column.name == column)
    }
}

pub(super) fn plan<'d>(database: &'d Database, wanted: &Models) -> Plan<'d> {
    let mut notes = Vec::new();
    let mut types = Names::default();
    let mut modules = Names::default();
    let mut models = Vec::new();
    let mut enums = Enums::default();
    for table in &database.tables {
        if table.is_own() || !wanted.wants(table) {
            continue;
        }
        let place = format!("{} `{}`", table.kind.name(), table.name);
        if !table.columns.iter().any(fields::is_readable) {
            notes.push(format!(
                "{place} is left out: it has no column of a type that is read"
            ));
            continue;
        }
        let (key, facts) = match table.kind.is_view() {
            true => (
                Vec::new(),
                vec!["It is only read, and no row has a key.".to_owned()],
            ),
            false => key_of(table),
        };
        // Tables of another schema may have the same names.
        let mut name = singular(&table.name);
        let mut file = table.name.clone();
        if table.schema != database.current_schema {
            name = format!("{}_{name}", table.schema);
            file = format!("{}_{file}", table.schema);
        }
        models.push(Model {
            table,
            name: types.take_type(pascal(&name, "T")),
            module: modules.take(snake(&file)),
            key,
            fields: Vec::new(),
            relations: Vec::new(),
            facts,
        });
    }
    for model in &mut models {
        fields::add(model, wanted, &mut enums, &mut types, &mut notes);
    }
    relations::add(database, &mut models, &mut notes);
    enums.place(&mut modules);
    Plan { models, enums, notes }
}

/// What names a row, as far as a model can say it, and what its documentation says about that.
fn key_of(table: &Table) -> (Vec<String>, Vec<String>) {
    let set_wise = "rows are read, inserted, and changed and deleted set-wise.";
    let Some(key) = key(table) else {
        return (Vec::new(), vec![format!("The table has no key: {set_wise}")]);
    };
    let unread = |name: &&String| {
        table
            .column(name)
            .is_none_or(|column| !fields::is_readable(column))
    };
    let why = match (key.iter().find(unread), key.len()) {
        (Some(column), _) => format!("Its key `{column}` has a type that is not read"),
        (None, columns @ LONGEST_KEY..) if columns > LONGEST_KEY => {
            format!("Its key has {columns} columns, and that of a model has {LONGEST_KEY} at most")
        }
        (None, _) if table.primary_key.is_none() => {
            let names = fields::listed(&key);
            let fact = format!("The table has no primary key; {names} names a row.");
            return (key, vec![fact]);
        }
        (None, _) => return (key, Vec::new()),
    };
    (Vec::new(), vec![format!("{why}: {set_wise}")])
}

/// The primary key, else the smallest set of columns that are unique and never NULL.
fn key(table: &Table) -> Option<Vec<String>> {
    if let Some(key) = &table.primary_key {
        return Some(key.columns.clone());
    }
    let never_null = |names: &Vec<String>| {
        names
            .iter()
            .all(|name| table.column(name).is_some_and(|column| !column.nullable))
    };
    let unique = table
        .indexes
        .iter()
        .filter(|index| index.unique && index.condition.is_none());
    unique
        .filter_map(crate::Index::names)
        .filter(never_null)
        .min_by_key(Vec::len)
}
