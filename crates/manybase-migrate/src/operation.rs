//! Changes of a schema, in terms that are the same for all databases. They stand in `plan.json`.

mod apply;
mod describe;
mod inverse;

pub use inverse::{Inverse, invert};

use crate::schema::is_false;
use crate::schema::{
    Check, Column, DefaultValue, ForeignKey, Index, ObjectName, PrimaryKey, Sequence, Table, View,
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// One change. Names are those that hold when its turn comes: after a rename, the new ones.
///
/// ```
/// use manybase_migrate::operation::Operation;
/// let drop = Operation::DropColumn { table: "person".into(), column: "fax".into() };
/// assert_eq!(serde_json::to_string(&drop)?, r#"{"op":"drop_column","table":"person","column":"fax"}"#);
/// assert_eq!(drop.to_string(), "drop column person.fax");
/// assert!(drop.loss().is_some());
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "op", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Operation {
    /// A new table, with all that belongs to it.
    CreateTable {
        /// The table.
        table: Table,
    },
    /// A table goes, with its rows.
    DropTable {
        /// Which.
        table: ObjectName,
    },
    /// A table gets another name.
    RenameTable {
        /// Its name until now.
        from: ObjectName,
        /// Its new name.
        to: ObjectName,
    },
    /// A new column.
    AddColumn {
        /// Whose.
        table: ObjectName,
        /// The column.
        column: Column,
        /// What the rows that are there get, where the column has no default and does not take NULL.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        fill: Option<DefaultValue>,
    },
    /// A column goes, with its values.
    DropColumn {
        /// Whose.
        table: ObjectName,
        /// Which.
        column: String,
    },
    /// A column gets another name.
    RenameColumn {
        /// Whose.
        table: ObjectName,
        /// Its name until now.
        from: String,
        /// Its new name.
        to: String,
    },
    /// A column becomes this one, of the same name.
    AlterColumn {
        /// Whose.
        table: ObjectName,
        /// All of it.
        column: Column,
        /// What rows get that have NULL, where the column does not take it any longer.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        fill: Option<DefaultValue>,
        /// How its values become those of the new type, as SQL, where the database can't do it by itself.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        cast: Option<String>,
    },
    /// A new index.
    AddIndex {
        /// Whose.
        table: ObjectName,
        /// The index.
        index: Index,
        /// Without locking the table, where the database can; outside of a transaction then.
        #[serde(default, skip_serializing_if = "is_false")]
        concurrently: bool,
    },
    /// An index goes.
    DropIndex {
        /// Whose.
        table: ObjectName,
        /// All of it, to find it and to make it again.
        index: Index,
    },
    /// A new foreign key.
    AddForeignKey {
        /// Whose.
        table: ObjectName,
        /// The key.
        key: ForeignKey,
        /// Rows that are there are looked at in a step of its own, which does not keep others from writing, where the
        /// database can.
        #[serde(default, skip_serializing_if = "is_false")]
        not_valid: bool,
    },
    /// A foreign key goes.
    DropForeignKey {
        /// Whose.
        table: ObjectName,
        /// All of it, to find it and to make it again.
        key: ForeignKey,
    },
    /// A new check.
    AddCheck {
        /// Whose.
        table: ObjectName,
        /// The check.
        check: Check,
    },
    /// A check goes.
    DropCheck {
        /// Whose.
        table: ObjectName,
        /// All of it, to find it and to make it again.
        check: Check,
    },
    /// A table gets another primary key, or none.
    ChangePrimaryKey {
        /// Whose.
        table: ObjectName,
        /// The new one.
        key: Option<PrimaryKey>,
    },
    /// A table gets another comment, or none.
    CommentTable {
        /// Which.
        table: ObjectName,
        /// The new one.
        comment: Option<String>,
    },
    /// A new view.
    CreateView {
        /// The view.
        view: View,
    },
    /// A view goes.
    DropView {
        /// Which.
        view: ObjectName,
    },
    /// A view becomes this one.
    ReplaceView {
        /// All of it.
        view: View,
    },
    /// A new sequence.
    CreateSequence {
        /// The sequence.
        sequence: Sequence,
    },
    /// A sequence goes.
    DropSequence {
        /// Which.
        sequence: ObjectName,
    },
    /// A sequence becomes this one. It goes on from where it is.
    AlterSequence {
        /// All of it.
        sequence: Sequence,
    },
    /// SQL of one's own. Keys are databases in lower case (`sqlite`, `postgresql`, `mariadb`, `mysql`), or `any`.
    Raw {
        /// Forwards.
        up: BTreeMap<String, String>,
        /// Back; empty where there is no way.
        #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
        down: BTreeMap<String, String>,
    },
}

impl Operation {
    /// The table that it is about, where it is one: under the name that it has before.
    ///
    /// ```
    /// use manybase_migrate::operation::Operation;
    /// let drop = Operation::DropTable { table: "person".into() };
    /// assert_eq!(drop.table().map(|table| table.name.as_str()), Some("person"));
    /// ```
    pub fn table(&self) -> Option<&ObjectName> {
        match self {
            Self::CreateTable { table } => Some(&table.name),
            Self::RenameTable { from, .. } => Some(from),
            Self::DropTable { table }
            | Self::AddColumn { table, .. }
            | Self::DropColumn { table, .. }
            | Self::RenameColumn { table, .. }
            | Self::AlterColumn { table, .. }
            | Self::AddIndex { table, .. }
            | Self::DropIndex { table, .. }
            | Self::AddForeignKey { table, .. }
            | Self::DropForeignKey { table, .. }
            | Self::AddCheck { table, .. }
            | Self::DropCheck { table, .. }
            | Self::ChangePrimaryKey { table, .. }
            | Self::CommentTable { table, .. } => Some(table),
            _ => None,
        }
    }

    /// What is gone for good with it, if anything is.
    ///
    /// ```
    /// use manybase_migrate::operation::Operation;
    /// let drop = Operation::DropTable { table: "person".into() };
    /// assert_eq!(drop.loss().as_deref(), Some("the rows of person"));
    /// ```
    pub fn loss(&self) -> Option<String> {
        match self {
            Self::DropTable { table } => Some(format!("the rows of {table}")),
            Self::DropColumn { table, column } => Some(format!("the values of {table}.{column}")),
            Self::DropSequence { sequence } => Some(format!("where the sequence {sequence} is")),
            Self::Raw { down, .. } if down.is_empty() => Some("whatever this SQL removes".to_owned()),
            _ => None,
        }
    }
}
