//! Sequences and types.

use super::Texts;
use crate::{Check, Database, Domain, EnumType, Sequence, SequenceOwner};

/// `None` for one whose numbers are not told.
pub(super) fn sequence(schema: &str, mut row: Texts) -> Option<Sequence> {
    let (name, native_type) = (row.name(), row.name());
    let (start, increment) = (row.number()?, row.number()?);
    let (min, max, cycle, cache) = (row.number()?, row.number()?, row.truth(), row.number()?);
    let (table, column, identity) = (row.text(), row.text(), row.truth());
    let owner = table.zip(column);
    Some(Sequence {
        schema: schema.to_owned(),
        name,
        native_type,
        start,
        increment,
        min,
        max,
        cycle,
        cache,
        owner: owner.map(|(table, column)| SequenceOwner {
            table,
            column,
            identity,
        }),
        comment: row.text(),
    })
}

pub(super) fn types(schema: &str, rows: Vec<Texts>, database: &mut Database) {
    for mut row in rows {
        let (schema, name) = (schema.to_owned(), row.name());
        let is_enum = row.name() == "enum";
        let (values, native_type, nullable) = (row.list(), row.name(), !row.truth());
        let (default, checks, comment) = (row.text(), row.text(), row.text());
        if is_enum {
            database.enums.push(EnumType {
                schema,
                name,
                values,
                comment,
            });
            continue;
        }
        let checks = checks.and_then(|json| serde_json::from_str::<Vec<(String, String)>>(&json).ok());
        let check = |(name, expression)| Check {
            name: Some(name),
            expression,
            column: None,
        };
        database.domains.push(Domain {
            schema,
            name,
            native_type,
            nullable,
            default,
            checks: checks.unwrap_or_default().into_iter().map(check).collect(),
            comment,
        });
    }
}
