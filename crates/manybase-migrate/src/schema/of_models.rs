//! From models.

use super::{
    Action, Check, Column, DefaultValue, ForeignKey, Index, IndexColumn, ObjectName, PrimaryKey, Schema,
    Table, View,
};
use manybase_db::{Error, ErrorKind, Result};
use manybase_record::ModelMeta;
use manybase_sql::schema as said;
use manybase_sql::schema::{IndexKey, OnDelete, object_name};

impl Schema {
    /// What the tables of the models on a connection should look like. Models that are bound to none live on the `default`
    /// one. What a model only reads is not made, except a view of which it tells the query.
    ///
    /// Relations to models on other connections have no foreign key: the relation's `on_delete` works across databases.
    ///
    /// # Errors
    /// [`ErrorKind::Config`] when two models say different things of one table.
    ///
    /// ```
    /// use manybase_migrate::schema::Schema;
    /// use manybase_record::prelude::*;
    /// #[derive(Model)]
    /// struct Person {
    ///     #[model(key, auto)]
    ///     id: i64,
    ///     #[model(unique, length = 80)]
    ///     email: String,
    /// }
    /// let schema = Schema::of_models(&[Person::meta()], "main", "main")?;
    /// assert!(schema.tables[0].indexes[0].unique);
    /// assert!(Schema::of_models(&[Person::meta()], "archive", "main")?.tables.is_empty());
    /// # Ok::<(), manybase_db::Error>(())
    /// ```
    pub fn of_models(models: &[&ModelMeta], connection: &str, default: &str) -> Result<Self> {
        let mut schema = Self::default();
        let mut names: Vec<&'static str> = Vec::new();
        for model in models {
            if model.connection.unwrap_or(default) != connection {
                continue;
            }
            if let Some(query) = model.view {
                let view = View::new(ObjectName::from(&model.table), query);
                if schema.view(&view.name).is_none() {
                    schema.views.push(view);
                }
            }
            if model.readonly {
                continue;
            }
            let table = table(model, default).map_err(|error| error.with_model(model.name))?;
            match schema.tables.iter().position(|one| one.name == table.name) {
                Some(at) if schema.tables[at] == table => {}
                Some(at) => {
                    let what = format!(
                        "{} and {} say different things of table {}",
                        names[at], model.name, table.name
                    );
                    let way_out = "give them the same columns, bind them to connections of their own, or make one readonly";
                    return Err(Error::new(ErrorKind::Config, what)
                        .with_model(model.name)
                        .with_connection(connection)
                        .with_help(way_out));
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

fn table(model: &ModelMeta, default: &str) -> Result<Table> {
    let said = model.schema_on(default);
    let mut table = Table::new(ObjectName::from(&said.name));
    for (column, meta) in said.columns.iter().zip(&model.columns) {
        let default = match &column.default {
            Some(said::DefaultValue::Value(value)) if value.is_null() => None,
            Some(said::DefaultValue::Value(value)) => Some(DefaultValue::of(value)?),
            Some(said::DefaultValue::Sql(sql)) => Some(DefaultValue::Sql(sql.to_string())),
            None => None,
        };
        table.columns.push(Column {
            nullable: column.nullable,
            default,
            auto: column.auto,
            comment: column.comment.as_deref().map(str::to_owned),
            renamed_from: meta.renamed_from.as_deref().map(str::to_owned),
            ..Column::new(&*column.name, column.data_type)
        });
    }
    let texts = |names: &[manybase_sql::Name]| names.iter().map(|name| name.to_string()).collect::<Vec<_>>();
    if !said.primary_key.is_empty() {
        table.primary_key = Some(PrimaryKey::of(texts(&said.primary_key)));
    }
    table
        .indexes
        .extend(said.uniques.iter().map(|names| Index::of(texts(names)).unique()));
    table
        .indexes
        .extend(said.indexes.iter().map(|one| index(one, &table.name.name)));
    table.checks.extend(said.checks.iter().map(|check| Check {
        name: Some(check.name.to_string()),
        expression: check.sql.to_string(),
    }));
    table.foreign_keys.extend(said.foreign_keys.iter().map(|key| {
        let other = ObjectName::from(&key.references);
        ForeignKey::new(texts(&key.columns), other, texts(&key.referenced_columns)).on_delete(
            match key.on_delete {
                OnDelete::Cascade => Action::Cascade,
                OnDelete::SetNull => Action::SetNull,
                _ => Action::NoAction,
            },
        )
    }));
    table.comment = said.comment.as_deref().map(str::to_owned);
    table.renamed_from = model.renamed_from.map(str::to_owned);
    Ok(table)
}

/// A name that nobody chose may stay what it was when a column is renamed.
fn index(said: &said::Index, table: &str) -> Index {
    let names = said.names().unwrap_or_else(|| vec!["expr".into()]);
    let usual = object_name(
        std::iter::once(table).chain(names.iter().map(AsRef::as_ref)),
        "idx",
    );
    let columns = said.columns.iter().map(|column| {
        let (name, expression) = match &column.key {
            IndexKey::Column(name) => (Some(name.to_string()), None),
            IndexKey::Expression(sql) => (None, Some(sql.to_string())),
        };
        IndexColumn {
            column: name,
            expression,
            descending: column.descending,
            suffix: None,
        }
    });
    Index {
        name: Some(said.name.to_string()).filter(|name| *name != usual),
        unique: said.unique,
        columns: columns.collect(),
        condition: said.filter.as_deref().map(str::to_owned),
        ..Index::of::<String>([])
    }
}
