//! What was renamed: what the schema says, what the hints say, and never a guess.

use super::{Candidate, DiffError, Hints, Normalised};
use crate::operation::Operation;
use crate::schema::{Column, ColumnType, ObjectName, Table};
use manybase_db::{Error, ErrorKind};

pub(super) fn find(
    before: &Normalised,
    after: &Normalised,
    hints: &Hints,
) -> Result<Vec<Operation>, DiffError> {
    let (old, new) = (&before.schema, &after.schema);
    let mut candidates = Vec::new();
    let mut tables: Vec<(ObjectName, ObjectName)> = Vec::new();
    for (from, to) in &hints.tables {
        if new.table(to).is_none() {
            return Err(wrong(format!(
                "table {from} can't become {to}: there is no table {to} afterwards"
            )));
        }
        let freed = hints.tables.iter().any(|(one, _)| one == to);
        if old.table(from).is_some() && (freed || old.table(to).is_none()) {
            tables.push((from.clone(), to.clone()));
        } else if old.table(to).is_none() {
            return Err(wrong(format!(
                "table {from} can't become {to}: there is no table {from} before"
            )));
        }
    }
    for table in &new.tables {
        let said = table.renamed_from.as_ref().map(|from| table.name.beside(from));
        if let Some(from) = said.filter(|from| old.table(from).is_some() && old.table(&table.name).is_none())
            && !tables
                .iter()
                .any(|(one, other)| *one == from || *other == table.name)
        {
            tables.push((from, table.name.clone()));
        }
    }
    let goes = |table: &&Table| {
        new.table(&table.name).is_none()
            && !tables.iter().any(|(from, _)| *from == table.name)
            && !hints.dropped_tables.contains(&table.name)
    };
    let comes =
        |table: &&Table| old.table(&table.name).is_none() && !tables.iter().any(|(_, to)| *to == table.name);
    for from in old.tables.iter().filter(goes) {
        for to in new.tables.iter().filter(comes).filter(|to| alike(from, to)) {
            candidates.push(Candidate {
                table: None,
                from: from.name.clone(),
                to: to.name.clone(),
            });
        }
    }
    let mut operations: Vec<Operation> = Vec::new();
    let taken = |name: &ObjectName| old.table(name).is_some();
    let tmp = |n: usize| ObjectName::from(format!("manybase_tmp_{n}"));
    for (from, to) in in_order(tables.clone(), taken, tmp) {
        operations.push(Operation::RenameTable { from, to });
    }
    for table in &new.tables {
        let renamed = tables
            .iter()
            .find(|(_, to)| *to == table.name)
            .map(|(from, _)| from);
        let name = renamed.unwrap_or(&table.name);
        let Some(was) = old.table(name) else { continue };
        let natives = (before.native.table(name), after.native.table(&table.name));
        let found = columns(was, table, natives, hints, &mut candidates)?;
        let taken = |name: &String| was.find(name).is_some();
        for (from, to) in in_order(found, taken, |n| format!("manybase_tmp_{n}")) {
            operations.push(Operation::RenameColumn {
                table: table.name.clone(),
                from,
                to,
            });
        }
    }
    match candidates.is_empty() {
        true => Ok(operations),
        false => Err(DiffError::Ambiguous(candidates)),
    }
}

fn columns(
    old: &Table,
    new: &Table,
    natives: (Option<&Table>, Option<&Table>),
    hints: &Hints,
    candidates: &mut Vec<Candidate>,
) -> Result<Vec<(String, String)>, DiffError> {
    let mut found: Vec<(String, String)> = Vec::new();
    for (_, from, to) in hints.columns.iter().filter(|(table, ..)| *table == new.name) {
        let place = |name: &str| format!("{}.{name}", new.name);
        if new.find(to).is_none() {
            return Err(wrong(format!(
                "column {} can't become {to}: there is no {to} afterwards",
                place(from)
            )));
        }
        let freed = hints
            .columns
            .iter()
            .any(|(table, one, _)| *table == new.name && one == to);
        if old.find(from).is_some() && (freed || old.find(to).is_none()) {
            found.push((from.clone(), to.clone()));
        } else if old.find(to).is_none() {
            return Err(wrong(format!(
                "column {} can't become {to}: there is no {from} before",
                place(from)
            )));
        }
    }
    for column in &new.columns {
        let said = column
            .renamed_from
            .as_ref()
            .filter(|from| old.find(from).is_some());
        if let Some(from) = said.filter(|_| old.find(&column.name).is_none())
            && !found
                .iter()
                .any(|(one, other)| one == from || *other == column.name)
        {
            found.push((from.clone(), column.name.clone()));
        }
    }
    let goes = |column: &&Column| {
        new.find(&column.name).is_none()
            && !found.iter().any(|(from, _)| *from == column.name)
            && !hints.dropped_columns.contains(&(new.name.clone(), column.name.clone()))
            // What is calculated is not lost.
            && column.generated.is_none()
    };
    let comes = |column: &&Column| {
        old.find(&column.name).is_none()
            && !found.iter().any(|(_, to)| *to == column.name)
            && column.generated.is_none()
    };
    for from in old.columns.iter().filter(goes) {
        for to in new.columns.iter().filter(comes) {
            let native = |table: Option<&Table>, column: &Column| {
                let native = table.and_then(|table| table.find(&column.name)).unwrap_or(column);
                family(&native.data_type)
            };
            if family(&from.data_type) == family(&to.data_type)
                || native(natives.0, from) == native(natives.1, to)
            {
                candidates.push(Candidate {
                    table: Some(new.name.clone()),
                    from: from.name.clone().into(),
                    to: to.name.clone().into(),
                });
            }
        }
    }
    Ok(found)
}

/// Whether half of the columns have the same names.
fn alike(one: &Table, other: &Table) -> bool {
    let common = one
        .columns
        .iter()
        .filter(|column| other.find(&column.name).is_some())
        .count();
    2 * common >= one.columns.len().max(other.columns.len())
}

/// What kind of values a type holds: what changes its name and its type at once keeps to it, mostly.
fn family(of: &ColumnType) -> String {
    let text = match of {
        ColumnType::Neutral(data_type) => crate::schema::type_text(*data_type),
        ColumnType::Native(text) => text.to_ascii_lowercase(),
    };
    let kinds: [(&str, &[&str]); 7] = [
        ("bool", &["bool", "tinyint(1)"]),
        ("time", &["date", "time"]),
        ("uuid", &["uuid"]),
        ("json", &["json"]),
        (
            "number",
            &[
                "dec", "num", "int", "serial", "real", "doub", "floa", "i16", "i32", "i64", "u64", "f32",
                "f64",
            ],
        ),
        ("bytes", &["blob", "byte", "binary"]),
        ("text", &["char", "text", "clob"]),
    ];
    let found = kinds
        .iter()
        .find(|(_, words)| words.iter().any(|word| text.contains(word)));
    found.map_or(text.clone(), |(kind, _)| (*kind).to_owned())
}

/// So that each new name is free when its turn comes; names that go in a circle get one for the time between.
fn in_order<N: Clone + PartialEq>(
    mut renames: Vec<(N, N)>,
    taken: impl Fn(&N) -> bool,
    temporary: impl Fn(usize) -> N,
) -> Vec<(N, N)> {
    let mut done: Vec<(N, N)> = Vec::new();
    let mut freed: Vec<N> = Vec::new();
    while !renames.is_empty() {
        let free = |to: &N| !taken(to) || freed.contains(to);
        match renames.iter().position(|(_, to)| free(to)) {
            Some(at) => {
                let (from, to) = renames.remove(at);
                freed.push(from.clone());
                done.push((from, to));
            }
            None => {
                let between = temporary(done.len());
                let from = std::mem::replace(&mut renames[0].0, between.clone());
                freed.push(from.clone());
                done.push((from, between));
            }
        }
    }
    done
}

fn wrong(what: String) -> DiffError {
    DiffError::Plan(Error::new(ErrorKind::NotFound, what).with_help("look at the names in the hint"))
}

#[cfg(test)]
mod tests {
    use super::in_order;

    #[test]
    fn circles_are_broken() {
        let order = in_order(
            vec![("a", "b"), ("b", "a")],
            |name| ["a", "b"].contains(name),
            |_| "t",
        );
        assert_eq!(order, [("a", "t"), ("b", "a"), ("t", "b")]);
        let order = in_order(
            vec![("a", "b"), ("b", "c")],
            |name| ["a", "b"].contains(name),
            |_| "t",
        );
        assert_eq!(order, [("b", "c"), ("a", "b")]);
    }
}
