//! In a schema of a transaction that is rolled back: nothing is left behind, however it ends.

use super::{creation, may_not, unique_name};
use crate::schema::{ObjectName, Schema};
use manybase_db::{Access, Db, Executor, Result, Route};
use manybase_schema::Introspect;
use manybase_sql::Dialect;
use std::collections::BTreeMap;

pub(super) async fn normalise(
    schema: &Schema,
    db: &Db,
    connection: &str,
    dialect: &dyn Dialect,
) -> Result<Schema> {
    let scratch = unique_name();
    // Tables that lie in schemas of their own get others here.
    let mut schemas: BTreeMap<String, String> = BTreeMap::new();
    let names = schema.tables.iter().map(|table| &table.name);
    for name in names.chain(schema.views.iter().map(|view| &view.name)) {
        if let Some(own) = &name.schema {
            let n = schemas.len();
            schemas
                .entry(own.clone())
                .or_insert_with(|| format!("{scratch}_{n}"));
        }
    }
    let back: BTreeMap<String, String> = schemas
        .iter()
        .map(|(own, other)| (other.clone(), own.clone()))
        .collect();
    let sql = creation(&moved(schema, &schemas), dialect)?;
    let mut begin = String::new();
    for name in std::iter::once(&scratch).chain(schemas.values()) {
        begin.push_str(&format!("CREATE SCHEMA {name};\n"));
    }
    // What extensions brought stays in sight.
    begin.push_str(&format!(
        "SELECT set_config('search_path', '{scratch}, ' || current_setting('search_path'), true);\n"
    ));

    let transaction = db.begin().await?;
    let route = Route {
        using: Some(connection),
        ..Route::default()
    };
    let mut lease = transaction.lease(route, Access::Write).await?;
    let begun = lease.script(begin).await;
    begun.map_err(|error| may_not(error, "GRANT CREATE ON DATABASE to the account"))?;
    if !sql.is_empty() {
        lease.script(sql).await?;
    }
    drop(lease);
    let mut introspect = Introspect::of(connection).schema(&scratch);
    for name in schemas.values() {
        introspect = introspect.schema(name);
    }
    let found = introspect.read(&transaction).await?;
    let native = Schema::of_database(&found);
    transaction.rollback().await?;
    Ok(moved(&native, &back))
}

fn moved(schema: &Schema, to: &BTreeMap<String, String>) -> Schema {
    let mut schema = schema.clone();
    let name = |name: &mut ObjectName| {
        if let Some(other) = name.schema.as_ref().and_then(|own| to.get(own)) {
            name.schema = Some(other.clone());
        }
    };
    for table in &mut schema.tables {
        name(&mut table.name);
        table
            .foreign_keys
            .iter_mut()
            .for_each(|key| name(&mut key.references));
    }
    for view in &mut schema.views {
        name(&mut view.name);
        for (own, other) in to {
            view.query = view.query.replace(&format!("{own}."), &format!("{other}."));
        }
    }
    schema
        .sequences
        .iter_mut()
        .for_each(|sequence| name(&mut sequence.name));
    schema
}
