//! What a database should look like, in terms that are the same for all databases.

mod column;
mod data_type;
mod key;
mod name;
mod naming;
mod of_database;
mod of_models;
mod table;
mod value;
mod view;
pub(crate) mod words;

pub(crate) use column::is_false;
pub use column::{Column, ColumnType, Generated};
pub(crate) use data_type::text as type_text;
pub use key::{Action, Check, ForeignKey, Index, IndexColumn, PrimaryKey};
pub use name::ObjectName;
pub(crate) use naming::Names;
pub use table::Table;
pub use value::DefaultValue;
pub use view::{Sequence, Trigger, View};

use serde::{Deserialize, Serialize};

/// Tables, views and sequences of one connection.
///
/// ```
/// use manybase_migrate::schema::{Schema, Table};
/// let schema = Schema::of_tables([Table::new("person").auto_key("id")]);
/// assert!(schema.table(&"person".into()).is_some());
/// let text = serde_json::to_string(&schema)?;
/// assert_eq!(serde_json::from_str::<Schema>(&text)?, schema);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Schema {
    /// Tables.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tables: Vec<Table>,
    /// Views.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub views: Vec<View>,
    /// Sequences that belong to no column.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub sequences: Vec<Sequence>,
}

impl Schema {
    /// Of these tables.
    ///
    /// ```
    /// use manybase_migrate::schema::{Schema, Table};
    /// assert_eq!(Schema::of_tables([Table::new("person")]).tables.len(), 1);
    /// ```
    pub fn of_tables(tables: impl IntoIterator<Item = Table>) -> Self {
        Self {
            tables: tables.into_iter().collect(),
            ..Self::default()
        }
    }

    /// A table by name.
    ///
    /// ```
    /// use manybase_migrate::schema::Schema;
    /// assert!(Schema::default().table(&"person".into()).is_none());
    /// ```
    pub fn table(&self, name: &ObjectName) -> Option<&Table> {
        self.tables.iter().find(|table| table.name == *name)
    }

    /// A table by name, to change.
    ///
    /// ```
    /// use manybase_migrate::schema::{Schema, Table};
    /// let mut schema = Schema::of_tables([Table::new("person")]);
    /// schema.table_mut(&"person".into()).expect("it is there").comment = Some("Who we know".into());
    /// ```
    pub fn table_mut(&mut self, name: &ObjectName) -> Option<&mut Table> {
        self.tables.iter_mut().find(|table| table.name == *name)
    }

    /// A view by name.
    ///
    /// ```
    /// use manybase_migrate::schema::Schema;
    /// assert!(Schema::default().view(&"adults".into()).is_none());
    /// ```
    pub fn view(&self, name: &ObjectName) -> Option<&View> {
        self.views.iter().find(|view| view.name == *name)
    }

    /// A sequence by name.
    ///
    /// ```
    /// use manybase_migrate::schema::Schema;
    /// assert!(Schema::default().sequence(&"invoice_number".into()).is_none());
    /// ```
    pub fn sequence(&self, name: &ObjectName) -> Option<&Sequence> {
        self.sequences.iter().find(|sequence| sequence.name == *name)
    }

    /// Only what one of the others has too, or had under an older name: in a database there are tables of other people.
    /// The library's own tables (`manybase_…`) are never among them.
    ///
    /// ```
    /// use manybase_migrate::schema::{Schema, Table};
    /// let live = Schema::of_tables([Table::new("person"), Table::new("somebody_elses"), Table::new("manybase_decision")]);
    /// let models = Schema::of_tables([Table::new("person")]);
    /// assert_eq!(live.known_to(&[&models]), models);
    /// ```
    #[must_use]
    pub fn known_to(&self, others: &[&Self]) -> Self {
        let ours = |name: &ObjectName| !name.is_librarys();
        let table = |name: &ObjectName| {
            others.iter().flat_map(|other| &other.tables).any(|table| {
                table.name == *name
                    || (table.renamed_from.as_ref())
                        .is_some_and(|old| name.name == *old && name.schema == table.name.schema)
            })
        };
        Self {
            tables: (self.tables.iter())
                .filter(|one| ours(&one.name) && table(&one.name))
                .cloned()
                .collect(),
            views: (self.views.iter())
                .filter(|one| ours(&one.name) && others.iter().any(|other| other.view(&one.name).is_some()))
                .cloned()
                .collect(),
            sequences: (self.sequences.iter())
                .filter(|one| {
                    ours(&one.name) && others.iter().any(|other| other.sequence(&one.name).is_some())
                })
                .cloned()
                .collect(),
        }
    }

    /// All but the library's own tables.
    ///
    /// ```
    /// use manybase_migrate::schema::{Schema, Table};
    /// let live = Schema::of_tables([Table::new("person"), Table::new("manybase_decision")]);
    /// assert_eq!(live.without_librarys().tables.len(), 1);
    /// ```
    #[must_use]
    pub fn without_librarys(mut self) -> Self {
        self.tables.retain(|table| !table.name.is_librarys());
        self.views.retain(|view| !view.name.is_librarys());
        self.sequences.retain(|sequence| !sequence.name.is_librarys());
        self
    }

    /// To compare with another that was read from the same database: without quotes around names in expressions.
    pub(crate) fn unquoted(&self) -> Self {
        let mut schema = self.clone();
        let plain = |sql: &mut String| *sql = words::plain(sql);
        for table in &mut schema.tables {
            for column in &mut table.columns {
                column
                    .generated
                    .iter_mut()
                    .for_each(|one| plain(&mut one.expression));
            }
            for index in &mut table.indexes {
                index.condition.iter_mut().for_each(plain);
                index
                    .columns
                    .iter_mut()
                    .filter_map(|one| one.expression.as_mut())
                    .for_each(plain);
            }
            table
                .checks
                .iter_mut()
                .chain(&mut table.exclusions)
                .for_each(|check| plain(&mut check.expression));
        }
        schema
    }

    /// In one order, without what databases do not keep: names of primary keys, where columns stand,
    /// older names, quotes in expressions, whether an index was made by a constraint.
    /// Two schemas that were read from databases are the same if these are equal.
    ///
    /// ```
    /// use manybase_migrate::schema::{Schema, Table};
    /// let one = Schema::of_tables([Table::new("a"), Table::new("b")]);
    /// let other = Schema::of_tables([Table::new("b"), Table::new("a")]);
    /// assert_eq!(one.canonical(), other.canonical());
    /// ```
    #[must_use]
    pub fn canonical(&self) -> Self {
        let mut schema = self.unquoted();
        for table in &mut schema.tables {
            table.renamed_from = None;
            table.triggers.clear();
            if let Some(key) = &mut table.primary_key {
                key.name = None;
            }
            for column in &mut table.columns {
                *column = column.compared();
            }
            // Whether a constraint or a statement made it is the same to rows.
            table
                .indexes
                .iter_mut()
                .for_each(|index| index.constraint = false);
            table.columns.sort_by(|a, b| a.name.cmp(&b.name));
            table.indexes.sort_by(|a, b| a.name.cmp(&b.name));
            table
                .foreign_keys
                .sort_by(|a, b| (&a.columns, &a.references).cmp(&(&b.columns, &b.references)));
            table
                .checks
                .sort_by(|a, b| (&a.name, &a.expression).cmp(&(&b.name, &b.expression)));
        }
        for table in &mut schema.tables {
            table.exclusions.sort_by(|a, b| a.name.cmp(&b.name));
        }
        schema.tables.sort_by(|a, b| a.name.cmp(&b.name));
        schema.views.sort_by(|a, b| a.name.cmp(&b.name));
        schema.sequences.sort_by(|a, b| a.name.cmp(&b.name));
        schema
    }
}
