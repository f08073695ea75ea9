//! The schema of a model's table.

use super::{ModelMeta, RelationKind, Role, comment};
use manybase_sql::schema::{Column, ForeignKey, Table};

impl ModelMeta {
    /// The schema of the table, as far as the model tells it. Foreign keys come from its [`crate::BelongsTo`] relations,
    /// where the other end is bound to the same connection, or neither is bound to one.
    ///
    /// ```
    /// use manybase_record::{MetaBuilder, Role};
    /// let meta = MetaBuilder::new("Person", "person".into(), None).column::<i64>("id", "id", Role::Key).finish();
    /// assert_eq!(meta.schema().primary_key, ["id"]);
    /// ```
    pub fn schema(&self) -> Table {
        // No connection can have this name.
        self.schema_on("")
    }

    /// As [`ModelMeta::schema`], where models without a connection of their own live on the `default` one.
    ///
    /// ```
    /// use manybase_record::prelude::*;
    /// # #[derive(Model)] struct Order { #[model(key, auto)] id: i64, customer_id: i64, customer: BelongsTo<Customer> }
    /// # #[derive(Model)] #[model(connection = "crm")] struct Customer { #[model(key, auto)] id: i64 }
    /// assert!(Order::meta().schema_on("erp").foreign_keys.is_empty());
    /// assert_eq!(Order::meta().schema_on("crm").foreign_keys[0].references.name, "customer");
    /// ```
    pub fn schema_on(&self, default: &str) -> Table {
        let mut table = self.schema_alone();
        for relation in self.relations() {
            let Some(on_delete) = relation.foreign_key else {
                continue;
            };
            if relation.kind != RelationKind::BelongsTo
                || relation.crosses(default)
                || !relation.points_to_one()
            {
                continue;
            }
            let key = ForeignKey {
                columns: relation.columns,
                references: relation.target.table.clone(),
                referenced_columns: relation.target_columns,
                on_delete,
            };
            let same = |other: &ForeignKey| {
                (&other.columns, &other.references, &other.referenced_columns)
                    == (&key.columns, &key.references, &key.referenced_columns)
            };
            if !self.readonly && !table.foreign_keys.iter().any(same) {
                table.foreign_keys.push(key);
            }
        }
        table
    }

    /// Without what points to other tables.
    pub(crate) fn schema_alone(&self) -> Table {
        let mut table = Table::new(self.table.clone());
        for column in &self.columns {
            table.columns.push(Column {
                name: column.name.clone(),
                data_type: column.data_type,
                nullable: column.nullable,
                default: column.default.clone(),
                auto: column.role == Role::AutoKey { by_database: true },
                comment: column.comment.and_then(comment::of),
            });
            if column.unique {
                table.uniques.push(vec![column.name.clone()]);
            }
        }
        table.uniques.extend(self.uniques.iter().cloned());
        table.primary_key = self
            .keys
            .iter()
            .map(|&key| self.columns[key].name.clone())
            .collect();
        table.indexes = self.indexes.clone();
        table.checks = self.checks.clone();
        table.comment = self.comment.and_then(comment::of);
        table
    }
}
