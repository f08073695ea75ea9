//! From models.

use super::{Column, DefaultValue, Index, ObjectName, PrimaryKey, Schema, Table};
use manybase_db::{Error, ErrorKind, Result};
use manybase_record::{ModelMeta, Role};

impl Schema {
    /// What the tables of these models should look like. Models of one connection belong together; those that are only
    /// read have no table of their own.
    ///
    /// # Errors
    /// [`ErrorKind::Config`] when two models say different things of one table.
    ///
    /// ```
    /// use manybase_migrate::schema::Schema;
    /// use manybase_record::{MetaBuilder, Role};
    /// let person = MetaBuilder::new("Person", "person".into(), None)
    ///     .column::<i64>("id", "id", Role::AutoKey { by_database: true })
    ///     .column::<String>("name", "name", Role::Plain)
    ///     .finish();
    /// let schema = Schema::of_models(&[&person])?;
    /// assert_eq!(schema.tables[0].columns.len(), 2);
    /// # Ok::<(), manybase_db::Error>(())
    /// ```
    pub fn of_models(models: &[&ModelMeta]) -> Result<Self> {
        let mut schema = Self::default();
        let mut names: Vec<&'static str> = Vec::new();
        for model in models.iter().filter(|model| !model.readonly) {
            let table = table(model)?;
            match schema.tables.iter().position(|one| one.name == table.name) {
                Some(at) if schema.tables[at] == table => {}
                Some(at) => {
                    let what = format!(
                        "{} and {} say different things of table {}",
                        names[at], model.name, table.name
                    );
                    return Err(Error::new(ErrorKind::Config, what)
                        .with_model(model.name)
                        .with_help("give them the same columns, bind them to connections of their own, or make one of them readonly"));
                }
                None => {
                    names.push(model.name);
                    schema.tables.push(table);
                }
            }
        }
        Ok(schema)
    }
}

fn table(model: &ModelMeta) -> Result<Table> {
    let mut table = Table::new(ObjectName::from(&model.table));
    for column in &model.columns {
        let default = column.default.as_ref().filter(|value| !value.is_null());
        table.columns.push(Column {
            nullable: column.nullable,
            default: default
                .map(DefaultValue::of)
                .transpose()
                .map_err(|error| error.with_model(model.name))?,
            auto: column.role == Role::AutoKey { by_database: true },
            ..Column::new(&*column.name, column.data_type)
        });
        if column.unique {
            table.indexes.push(Index::of([&*column.name]).unique());
        }
    }
    let key: Vec<&str> = model.keys.iter().map(|&key| &*model.columns[key].name).collect();
    table.primary_key = (!key.is_empty()).then(|| PrimaryKey::of(key));
    Ok(table)
}
