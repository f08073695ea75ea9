//! Operations for people.

use super::Operation;
use std::fmt;

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let called = |name: &Option<String>| name.clone().unwrap_or_else(|| "without a name".to_owned());
        match self {
            Self::CreateTable { table } => write!(f, "create table {}", table.name),
            Self::DropTable { table } => write!(f, "drop table {table}"),
            Self::RenameTable { from, to } => write!(f, "rename table {from} to {to}"),
            Self::AddColumn { table, column, .. } => write!(f, "add column {table}.{}", column.name),
            Self::DropColumn { table, column } => write!(f, "drop column {table}.{column}"),
            Self::RenameColumn { table, from, to } => write!(f, "rename column {table}.{from} to {to}"),
            Self::AlterColumn { table, column, .. } => write!(f, "alter column {table}.{}", column.name),
            Self::AddIndex { table, index, .. } => write!(f, "add index {} on {table}", called(&index.name)),
            Self::DropIndex { table, index } => write!(f, "drop index {} on {table}", called(&index.name)),
            Self::AddForeignKey { table, key, .. } => {
                write!(
                    f,
                    "add foreign key {table} ({}) to {}",
                    key.columns.join(", "),
                    key.references
                )
            }
            Self::DropForeignKey { table, key } => {
                write!(
                    f,
                    "drop foreign key {table} ({}) to {}",
                    key.columns.join(", "),
                    key.references
                )
            }
            Self::AddCheck { table, check } => write!(f, "add check {} on {table}", called(&check.name)),
            Self::DropCheck { table, check } => write!(f, "drop check {} on {table}", called(&check.name)),
            Self::ChangePrimaryKey {
                table,
                key: Some(key),
            } => {
                write!(f, "primary key of {table} becomes ({})", key.columns.join(", "))
            }
            Self::ChangePrimaryKey { table, key: None } => write!(f, "drop primary key of {table}"),
            Self::CommentTable { table, .. } => write!(f, "comment on table {table}"),
            Self::CreateView { view } => write!(f, "create view {}", view.name),
            Self::DropView { view } => write!(f, "drop view {view}"),
            Self::ReplaceView { view } => write!(f, "replace view {}", view.name),
            Self::CreateSequence { sequence } => write!(f, "create sequence {}", sequence.name),
            Self::DropSequence { sequence } => write!(f, "drop sequence {sequence}"),
            Self::AlterSequence { sequence } => write!(f, "alter sequence {}", sequence.name),
            Self::Raw { .. } => f.write_str("SQL"),
        }
    }
}
