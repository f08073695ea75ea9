//! What there is to tell about, wherever it comes from.

use manybase_record::RelationKind;

/// A model, or a table of a live database.
#[derive(Debug, Clone)]
pub(crate) struct Entity {
    /// The model's name, or the table's.
    pub(crate) name: String,
    pub(crate) table: String,
    pub(crate) connection: String,
    pub(crate) kind: &'static str,
    /// Markdown.
    pub(crate) about: Option<String>,
    pub(crate) columns: Vec<Column>,
    pub(crate) key: Vec<String>,
    pub(crate) uniques: Vec<Vec<String>>,
    pub(crate) indexes: Vec<Index>,
    pub(crate) checks: Vec<Check>,
    pub(crate) foreign_keys: Vec<ForeignKey>,
    pub(crate) relations: Vec<Relation>,
    pub(crate) view: Option<String>,
    pub(crate) renamed_from: Option<String>,
    /// It has a page. What is only pointed to has none.
    pub(crate) listed: bool,
}

#[derive(Debug, Clone)]
pub(crate) struct Column {
    /// The Rust field.
    pub(crate) field: Option<String>,
    pub(crate) name: String,
    pub(crate) data_type: String,
    /// What it is on databases of each kind.
    pub(crate) types: Vec<(&'static str, String)>,
    pub(crate) nullable: bool,
    pub(crate) default: Option<String>,
    pub(crate) notes: Vec<String>,
    /// Markdown.
    pub(crate) about: Option<String>,
}

#[derive(Debug, Clone)]
pub(crate) struct Index {
    pub(crate) name: String,
    /// Columns and expressions, as they are shown.
    pub(crate) columns: Vec<String>,
    pub(crate) unique: bool,
    pub(crate) filter: Option<String>,
}

#[derive(Debug, Clone)]
pub(crate) struct Check {
    pub(crate) name: Option<String>,
    pub(crate) sql: String,
}

#[derive(Debug, Clone)]
pub(crate) struct ForeignKey {
    pub(crate) columns: Vec<String>,
    pub(crate) table: String,
    pub(crate) referenced: Vec<String>,
    pub(crate) on_delete: String,
}

#[derive(Debug, Clone)]
pub(crate) struct Relation {
    /// The Rust field.
    pub(crate) field: String,
    pub(crate) kind: RelationKind,
    /// Position of the other end.
    pub(crate) target: usize,
    pub(crate) columns: Vec<String>,
    pub(crate) target_columns: Vec<String>,
    pub(crate) through: Option<Through>,
}

/// Of a relation through a join model.
#[derive(Debug, Clone)]
pub(crate) struct Through {
    pub(crate) entity: usize,
    pub(crate) here: Vec<String>,
    pub(crate) there: Vec<String>,
}

impl Entity {
    pub(crate) fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|column| column.name == name)
    }

    /// Whether these columns hold each combination of values once.
    pub(crate) fn is_unique(&self, names: &[String]) -> bool {
        let same =
            |other: &Vec<String>| other.len() == names.len() && other.iter().all(|name| names.contains(name));
        same(&self.key)
            || self.uniques.iter().any(same)
            || self
                .indexes
                .iter()
                .any(|index| index.unique && index.filter.is_none() && same(&index.columns))
    }
}
