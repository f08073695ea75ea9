//! How the derive macro puts the description of a model together.

mod schema;

use super::{ColumnMeta, ModelMeta, Role, Texts};
use crate::{ColumnType, Rule};
use manybase_sql::schema::DefaultValue;
use manybase_sql::{DataType, Name, TableName};

/// Puts a [`ModelMeta`] together; the derive macro calls it.
///
/// ```
/// use manybase_record::{MetaBuilder, Role};
/// let builder = MetaBuilder::new("Person", "person".into(), Some("hr")).column::<String>("name", "full_name", Role::Key);
/// assert_eq!(builder.finish().connection, Some("hr"));
/// ```
#[derive(Debug)]
pub struct MetaBuilder(ModelMeta);

impl MetaBuilder {
    /// Begins a model.
    ///
    /// ```
    /// use manybase_record::{MetaBuilder, Role};
    /// let builder = MetaBuilder::new("Person", "person".into(), Some("hr")).column::<String>("name", "full_name", Role::Key);
    /// assert_eq!(builder.finish().name, "Person");
    /// ```
    pub fn new(name: &'static str, table: TableName, connection: Option<&'static str>) -> Self {
        Self(ModelMeta {
            name,
            table,
            connection,
            columns: Vec::new(),
            keys: Vec::new(),
            generated: Vec::new(),
            soft_delete: None,
            readonly: false,
            view: None,
            comment: None,
            renamed_from: None,
            indexes: Vec::new(),
            uniques: Vec::new(),
            checks: Vec::new(),
            related: None,
            validated: false,
            rules: Vec::new(),
            texts: Texts::default(),
            plain: Default::default(),
        })
    }

    /// Adds a column.
    ///
    /// ```
    /// use manybase_record::{MetaBuilder, Role};
    /// let builder = MetaBuilder::new("Person", "person".into(), Some("hr")).column::<String>("name", "full_name", Role::Key);
    /// assert_eq!(builder.finish().columns[0].name, "full_name");
    /// ```
    #[must_use]
    pub fn column<T: ColumnType>(
        mut self,
        field: impl Into<Name>,
        name: impl Into<Name>,
        role: Role,
    ) -> Self {
        let at = self.0.columns.len();
        match role {
            Role::Key => self.0.keys.push(at),
            Role::AutoKey { by_database } => {
                self.0.keys.push(at);
                if by_database {
                    self.0.generated.push(at);
                }
            }
            Role::Generated => self.0.generated.push(at),
            Role::DeletedAt => self.0.soft_delete = Some(at),
            _ => {}
        }
        self.0.columns.push(ColumnMeta {
            field: field.into(),
            name: name.into(),
            data_type: T::DATA_TYPE,
            nullable: T::NULLABLE,
            role,
            unique: false,
            trimmed: false,
            readonly: false,
            default: None,
            comment: None,
            renamed_from: None,
        });
        self
    }

    /// Gives the last column another type in the schema, such as a length.
    ///
    /// ```
    /// use manybase_record::{MetaBuilder, Role};
    /// use manybase_sql::DataType;
    /// let builder = MetaBuilder::new("Person", "person".into(), None).column::<i64>("age", "age", Role::Plain);
    /// assert_eq!(builder.typed(DataType::I16).finish().columns[0].data_type, DataType::I16);
    /// ```
    #[must_use]
    pub fn typed(mut self, data_type: DataType) -> Self {
        if let Some(column) = self.0.columns.last_mut() {
            column.data_type = data_type;
        }
        self
    }

    /// Each value of the last column occurs once.
    ///
    /// ```
    /// use manybase_record::{MetaBuilder, Role};
    /// let builder = MetaBuilder::new("Person", "person".into(), Some("hr")).column::<String>("name", "full_name", Role::Key).unique();
    /// assert!(builder.finish().columns[0].unique);
    /// ```
    #[must_use]
    pub fn unique(mut self) -> Self {
        if let Some(column) = self.0.columns.last_mut() {
            column.unique = true;
        }
        self
    }

    /// A default for the last column in the schema.
    ///
    /// ```
    /// use manybase_record::{MetaBuilder, Role};
    /// let builder = MetaBuilder::new("Person", "person".into(), Some("hr")).column::<String>("name", "full_name", Role::Key).default("nobody");
    /// assert_eq!(builder.finish().columns[0].default, Some("nobody".into()));
    /// ```
    #[must_use]
    pub fn default(mut self, value: impl Into<DefaultValue>) -> Self {
        if let Some(column) = self.0.columns.last_mut() {
            column.default = Some(value.into());
        }
        self
    }

    /// Adds a rule that the last column keeps to.
    ///
    /// ```
    /// use manybase_record::{MetaBuilder, Role, Rule};
    /// let builder = MetaBuilder::new("Person", "person".into(), None).column::<String>("name", "name", Role::Key).rule(Rule::max_len::<String>(40));
    /// assert_eq!(builder.finish().columns.len(), 1);
    /// ```
    #[must_use]
    pub fn rule(mut self, rule: Rule) -> Self {
        if let Some(at) = self.0.columns.len().checked_sub(1) {
            self.0.rules.push((at, rule));
            self.0.validated = true;
        }
        self
    }

    /// The model has rules of its own.
    ///
    /// ```
    /// use manybase_record::{MetaBuilder, Role};
    /// let meta = MetaBuilder::new("Person", "person".into(), None).column::<String>("name", "name", Role::Key).validated().finish();
    /// # assert_eq!(meta.name, "Person");
    /// ```
    #[must_use]
    pub fn validated(mut self) -> Self {
        self.0.validated = true;
        self
    }

    /// The model is only read.
    ///
    /// ```
    /// use manybase_record::{MetaBuilder, Role};
    /// assert!(MetaBuilder::new("Person", "person".into(), None).column::<String>("name", "name", Role::Key).readonly().finish().readonly);
    /// ```
    #[must_use]
    pub fn readonly(mut self) -> Self {
        self.0.readonly = true;
        self
    }

    /// The last column is written when the record is inserted, and never again.
    ///
    /// ```
    /// use manybase_record::{MetaBuilder, Role};
    /// assert!(MetaBuilder::new("Person", "person".into(), None).column::<String>("name", "name", Role::Key).only_inserted().finish().columns[0].readonly);
    /// ```
    #[must_use]
    pub fn only_inserted(mut self) -> Self {
        if let Some(column) = self.0.columns.last_mut() {
            column.readonly = true;
        }
        self
    }

    /// Spaces at the end of what is in the last column do not count.
    ///
    /// ```
    /// use manybase_record::{MetaBuilder, Role};
    /// assert!(MetaBuilder::new("Person", "person".into(), None).column::<String>("name", "name", Role::Key).trimmed().finish().columns[0].trimmed);
    /// ```
    #[must_use]
    pub fn trimmed(mut self) -> Self {
        if let Some(column) = self.0.columns.last_mut() {
            column.trimmed = true;
        }
        self
    }

    /// Adds the columns of an embedded struct.
    ///
    /// ```
    /// use manybase_record::{Embedded, MetaBuilder};
    /// #[derive(Clone, Embedded)]
    /// struct Address {
    ///     city: String,
    /// }
    /// let meta = MetaBuilder::new("Person", "person".into(), None).embed::<Address>("home", "home_").finish();
    /// assert_eq!(meta.columns[0].name, "home_city");
    /// ```
    #[must_use]
    pub fn embed<E: crate::Embedded>(self, field: &'static str, prefix: &'static str) -> Self {
        E::describe(self, field, prefix)
    }

    /// The model.
    ///
    /// ```
    /// use manybase_record::{MetaBuilder, Role};
    /// let builder = MetaBuilder::new("Person", "person".into(), Some("hr")).column::<String>("name", "full_name", Role::Key);
    /// assert_eq!(builder.finish().keys, [0]);
    /// ```
    pub fn finish(self) -> ModelMeta {
        self.0
    }
}
