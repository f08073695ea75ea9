//! Entities of the models of a program.

use crate::entity::{Check, Column, Entity, ForeignKey, Index, Relation, Through};
use manybase_record::{ColumnMeta, ModelMeta, Models, Role};
use manybase_sql::schema::{Column as SchemaColumn, DefaultValue, IndexKey, OnDelete, Table};
use manybase_sql::{DataType, Dialect, Name, SqlWriter, dialect};

/// One entity for each model, in the order of their connections and names, and one for each that is only pointed to.
pub(crate) fn entities(models: &Models, default: &str) -> Vec<Entity> {
    let mut metas: Vec<&'static ModelMeta> = models.iter().collect();
    metas.sort_by_key(|meta| place(meta, default));
    let listed = metas.len();
    for at in 0..listed {
        for relation in metas[at].relations() {
            let join = relation.through.as_ref().map(|through| through.model);
            for other in [Some(relation.target), join].into_iter().flatten() {
                if position(&metas, other, default).is_none() {
                    metas.push(other);
                }
            }
        }
    }
    metas[listed..].sort_by_key(|meta| place(meta, default));
    let entity = |(at, meta): (usize, &&'static ModelMeta)| entity(meta, &metas, at < listed, default);
    metas.iter().enumerate().map(entity).collect()
}

fn place<'m>(meta: &'m ModelMeta, default: &'m str) -> (&'m str, &'m str, String) {
    (
        meta.connection.unwrap_or(default),
        meta.name,
        meta.table.to_string(),
    )
}

/// The model itself, or another one that stands for its table.
fn position(metas: &[&'static ModelMeta], meta: &'static ModelMeta, default: &str) -> Option<usize> {
    let same = |other: &&'static ModelMeta| std::ptr::eq(*other, meta);
    let same_table = |other: &&'static ModelMeta| {
        other.table == meta.table && other.connection.unwrap_or(default) == meta.connection.unwrap_or(default)
    };
    let position = metas.iter().position(same);
    position.or_else(|| metas.iter().position(same_table))
}

fn entity(meta: &ModelMeta, metas: &[&'static ModelMeta], listed: bool, default: &str) -> Entity {
    let table = meta.schema_on(default);
    let relations = meta.relations().into_iter().filter(|_| listed);
    Entity {
        name: meta.name.to_owned(),
        table: meta.table.to_string(),
        connection: meta.connection.unwrap_or(default).to_owned(),
        kind: match (meta.view, meta.readonly) {
            (Some(_), _) => "view",
            (None, true) => "only read",
            (None, false) => "table",
        },
        about: meta.comment.map(str::to_owned),
        columns: meta
            .columns
            .iter()
            .zip(&table.columns)
            .map(|(column, of)| self::column(column, of, &table))
            .collect(),
        key: names(&table.primary_key),
        uniques: table.uniques.iter().map(|set| names(set)).collect(),
        indexes: indexes(&table),
        checks: table
            .checks
            .iter()
            .map(|check| Check {
                name: Some(check.name.to_string()),
                sql: check.sql.to_string(),
            })
            .collect(),
        foreign_keys: table
            .foreign_keys
            .iter()
            .map(|key| ForeignKey {
                columns: names(&key.columns),
                table: key.references.to_string(),
                referenced: names(&key.referenced_columns),
                on_delete: match key.on_delete {
                    OnDelete::Restrict => "is refused",
                    OnDelete::Cascade => "goes too",
                    OnDelete::SetNull => "points to nothing",
                }
                .to_owned(),
            })
            .collect(),
        relations: relations
            .filter_map(|relation| {
                Some(Relation {
                    field: relation.field.to_owned(),
                    kind: relation.kind,
                    target: position(metas, relation.target, default)?,
                    columns: names(&relation.columns),
                    target_columns: names(&relation.target_columns),
                    through: match &relation.through {
                        None => None,
                        Some(through) => Some(Through {
                            entity: position(metas, through.model, default)?,
                            here: names(&through.here),
                            there: names(&through.there),
                        }),
                    },
                })
            })
            .collect(),
        view: meta.view.map(str::to_owned),
        renamed_from: meta.renamed_from.map(str::to_owned),
        listed,
    }
}

fn names(names: &[Name]) -> Vec<String> {
    names.iter().map(ToString::to_string).collect()
}

fn indexes(table: &Table) -> Vec<Index> {
    let index = |index: &manybase_sql::schema::Index| Index {
        name: index.name.to_string(),
        columns: index
            .columns
            .iter()
            .map(|column| {
                let key = match &column.key {
                    IndexKey::Column(name) => name.to_string(),
                    IndexKey::Expression(sql) => format!("({sql})"),
                };
                if column.descending {
                    format!("{key} DESC")
                } else {
                    key
                }
            })
            .collect(),
        unique: index.unique,
        filter: index.filter.as_ref().map(ToString::to_string),
    };
    table.indexes.iter().map(index).collect()
}

fn column(meta: &ColumnMeta, column: &SchemaColumn, table: &Table) -> Column {
    let mut notes = Vec::new();
    let role = match meta.role {
        Role::Key => Some("key"),
        Role::AutoKey { by_database: true } => Some("key, numbered by the database"),
        Role::AutoKey { by_database: false } => Some("key, made by the library"),
        Role::Generated => Some("filled in by the database"),
        Role::CreatedAt => Some("time of creation"),
        Role::UpdatedAt => Some("time of the last change"),
        Role::Version => Some("counts changes"),
        Role::DeletedAt => Some("time of deletion"),
        _ => None,
    };
    notes.extend(role.map(str::to_owned));
    for (said, note) in [
        (meta.unique, "unique"),
        (meta.readonly, "written once"),
        (meta.trimmed, "padding does not count"),
    ] {
        if said {
            notes.push(note.to_owned());
        }
    }
    notes.extend(meta.renamed_from.as_ref().map(|old| format!("was {old}")));
    Column {
        field: Some(meta.field.to_string()),
        name: meta.name.to_string(),
        data_type: plain(meta.data_type),
        types: types(column, table),
        nullable: meta.nullable,
        default: meta.default.as_ref().map(default_text),
        notes,
        about: meta.comment.map(str::to_owned),
    }
}

fn default_text(default: &DefaultValue) -> String {
    match default {
        DefaultValue::Sql(sql) => sql.to_string(),
        DefaultValue::Value(value) => {
            let dialect = dialect::postgres();
            let rendered = SqlWriter::render(dialect, |w| dialect.literal(w, value));
            rendered.map_or_else(|_| value.kind().to_owned(), |rendered| rendered.sql.to_string())
        }
    }
}

/// What its definition says on each database: the type, without what is the same for all columns.
fn types(column: &SchemaColumn, table: &Table) -> Vec<(&'static str, String)> {
    let bare = SchemaColumn {
        nullable: true,
        auto: column.auto,
        ..SchemaColumn::new(column.name.clone(), column.data_type)
    };
    let of = |key: &IndexKey| matches!(key, IndexKey::Column(name) if *name == column.name);
    let indexed = table.primary_key.contains(&column.name)
        || table.uniques.iter().any(|set| set.contains(&column.name))
        || table
            .foreign_keys
            .iter()
            .any(|key| key.columns.contains(&column.name))
        || table
            .indexes
            .iter()
            .any(|index| index.columns.iter().any(|column| of(&column.key)));
    let all: [&'static dyn Dialect; 4] = [
        dialect::sqlite(),
        dialect::postgres(),
        dialect::mariadb(),
        dialect::mysql(),
    ];
    all.into_iter()
        .map(|dialect| {
            let written = SqlWriter::render(dialect, |w| dialect.column_def(w, &bare, indexed));
            let name = SqlWriter::render(dialect, |w| w.identifier(&bare.name));
            let text = match (&written, &name) {
                (Ok(written), Ok(name)) => written
                    .sql
                    .strip_prefix(&*name.sql)
                    .unwrap_or(&written.sql)
                    .trim(),
                _ => "—",
            };
            let end = text.to_ascii_lowercase().find(" collate ").unwrap_or(text.len());
            (dialect.name(), text[..end].to_owned())
        })
        .collect()
}

/// A type in one word.
fn plain(data_type: DataType) -> String {
    match data_type {
        DataType::Bool => "bool".to_owned(),
        DataType::I16 => "i16".to_owned(),
        DataType::I32 => "i32".to_owned(),
        DataType::I64 => "i64".to_owned(),
        DataType::U64 => "u64".to_owned(),
        DataType::F32 => "f32".to_owned(),
        DataType::F64 => "f64".to_owned(),
        DataType::Decimal { precision: None } => "decimal".to_owned(),
        DataType::Decimal {
            precision: Some((total, scale)),
        } => format!("decimal({total}, {scale})"),
        DataType::Text { length: None } => "text".to_owned(),
        DataType::Text { length: Some(length) } => format!("text({length})"),
        DataType::Char(length) => format!("char({length})"),
        DataType::Bytes => "bytes".to_owned(),
        DataType::Date => "date".to_owned(),
        DataType::Time => "time".to_owned(),
        DataType::DateTime => "datetime".to_owned(),
        DataType::Timestamp => "timestamp".to_owned(),
        DataType::Uuid => "uuid".to_owned(),
        DataType::Json => "json".to_owned(),
        other => format!("{other:?}").to_lowercase(),
    }
}
