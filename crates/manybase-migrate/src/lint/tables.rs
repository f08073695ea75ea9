//! Tables, indexes and constraints.

use super::{Linter, Severity};
use crate::operation::Operation;

impl Linter<'_> {
    pub(super) fn tables(&mut self, operation: &Operation) {
        match operation {
            Operation::DropTable { table } if self.has_rows(table) => self.say(
                "drop-table",
                Severity::Error,
                table,
                "its rows are gone for good",
                "rename the table first, and drop it when nobody has missed it; take a backup before",
            ),
            Operation::RenameTable { from, .. } if self.has_rows(from) => self.renamed(from.to_string()),
            Operation::AddIndex { table, index, concurrently } if self.has_rows(table) => {
                let place = format!("{table}: {}", index.name.as_deref().unwrap_or("index"));
                if self.style.concurrent_indexes && !concurrently {
                    self.say(
                        "index-locks",
                        Severity::Warning,
                        &place,
                        "nobody can write to the table while the index is made",
                        "set `concurrently` in the plan; the index is then made outside of the transaction",
                    );
                }
                if index.unique {
                    self.say(
                        "unique-on-rows",
                        Severity::Warning,
                        &place,
                        "it fails if rows that are there have the same values",
                        "look for them first: SELECT … GROUP BY … HAVING COUNT(*) > 1",
                    );
                }
            }
            Operation::AddForeignKey { table, key, not_valid }
                if self.has_rows(table) && self.style.not_valid && !not_valid =>
            {
                self.say(
                    "foreign-key-locks",
                    Severity::Warning,
                    format!("{table} ({})", key.columns.join(", ")),
                    "nobody can write to either table while all rows are looked at",
                    "set `not_valid` in the plan: rows are then looked at in a step that keeps nobody out",
                );
            }
            Operation::AddCheck { table, check } if self.has_rows(table) => self.say(
                "check-on-rows",
                Severity::Warning,
                format!("{table}: {}", check.expression),
                "it fails if rows that are there do not keep to it",
                "look for them first, and put them in order in a migration before",
            ),
            Operation::ChangePrimaryKey { table, key: Some(_) } if self.has_rows(table) => self.say(
                "primary-key",
                Severity::Warning,
                table,
                "an index of all rows is made while others wait, and it fails where values occur twice or are NULL",
                "make a unique index of the columns first, in a migration of its own",
            ),
            Operation::Raw { down, .. } if down.is_empty() => self.say(
                "no-way-back",
                Severity::Warning,
                "SQL",
                "nothing undoes it",
                "write what undoes it under `down`",
            ),
            _ => {}
        }
    }

    pub(super) fn renamed(&mut self, place: String) {
        self.say(
            "rename",
            Severity::Warning,
            place,
            "programs that run while it is done, and those of the version before, know the old name",
            "stop them meanwhile; or add the new one, write to both, move readers over, and drop the old one later",
        );
    }
}
