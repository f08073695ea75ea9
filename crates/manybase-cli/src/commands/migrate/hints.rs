//! Answers to what models do not tell: on the command line, or by asking.

use crate::failure::{Failure, Result};
use clap::Args;
use manybase_migrate::diff::{Candidate, Hints};
use manybase_migrate::schema::{ColumnType, DefaultValue, ObjectName, Schema};
use std::io::{BufRead, IsTerminal, Write};

/// What was renamed, what goes, and what values become.
#[derive(Debug, Args)]
pub(super) struct Answers {
    /// A table got another name; may be said several times
    #[arg(long, value_name = "OLD:NEW", value_parser = pair)]
    rename_table: Vec<(String, String)>,
    /// A column got another name; may be said several times
    #[arg(long, value_name = "TABLE.OLD:NEW", value_parser = column_pair)]
    rename_column: Vec<(String, String, String)>,
    /// This table is meant to go, with its rows; may be said several times
    #[arg(long, value_name = "TABLE")]
    drop_table: Vec<String>,
    /// This column is meant to go, with its values; may be said several times
    #[arg(long, value_name = "TABLE.COLUMN", value_parser = column)]
    drop_column: Vec<(String, String)>,
    /// What rows that are there get in a column that takes no NULL; may be said several times
    #[arg(long, value_name = "TABLE.COLUMN=VALUE", value_parser = assigned)]
    fill: Vec<Assigned>,
    /// How values of a column become those of its new type, in SQL of the database; may be said several times
    #[arg(long, value_name = "TABLE.COLUMN=SQL", value_parser = assigned)]
    cast: Vec<Assigned>,
}

/// `TABLE.COLUMN=TEXT`
#[derive(Debug, Clone)]
struct Assigned {
    table: String,
    column: String,
    text: String,
}

impl Answers {
    /// The schema is what the models say: it knows the types of values.
    pub(super) fn hints(&self, schema: &Schema) -> Result<Hints> {
        let mut hints = Hints::default();
        for (from, to) in &self.rename_table {
            hints = hints.rename_table(from.as_str(), to.as_str());
        }
        for (table, from, to) in &self.rename_column {
            hints = hints.rename_column(table.as_str(), from.as_str(), to.as_str());
        }
        for table in &self.drop_table {
            hints = hints.drop_table(table.as_str());
        }
        for (table, column) in &self.drop_column {
            hints = hints.drop_column(table.as_str(), column.as_str());
        }
        for one in &self.fill {
            hints = hints.fill(one.table.as_str(), one.column.as_str(), one.value(schema)?);
        }
        for one in &self.cast {
            hints = hints.cast(one.table.as_str(), one.column.as_str(), one.text.as_str());
        }
        Ok(hints)
    }
}

impl Assigned {
    fn value(&self, schema: &Schema) -> Result<DefaultValue> {
        let Self { table, column, text } = self;
        let place = format!("--fill {table}.{column}={text}");
        let found = schema
            .table(&table.as_str().into())
            .and_then(|table| table.find(column));
        let Some(found) = found else {
            return Err(Failure::usage(
                format!("{place}: no model of this connection has {table}.{column}"),
                "name the table and the column as the models say them now",
            ));
        };
        match &found.data_type {
            ColumnType::Neutral(data_type) => DefaultValue::parse(text, *data_type).map_err(|error| {
                Failure::usage(
                    format!("{place}: {}", error.message()),
                    "write a value of its type",
                )
            }),
            ColumnType::Native(_) => Ok(DefaultValue::Text(text.clone())),
        }
    }
}

fn pair(text: &str) -> std::result::Result<(String, String), String> {
    match text.split_once(':') {
        Some((from, to)) if !from.is_empty() && !to.is_empty() => Ok((from.to_owned(), to.to_owned())),
        _ => Err("write OLD:NEW".to_owned()),
    }
}

fn column(text: &str) -> std::result::Result<(String, String), String> {
    match text.rsplit_once('.') {
        Some((table, column)) if !table.is_empty() && !column.is_empty() => {
            Ok((table.to_owned(), column.to_owned()))
        }
        _ => Err("write TABLE.COLUMN".to_owned()),
    }
}

fn assigned(text: &str) -> std::result::Result<Assigned, String> {
    let said = text.split_once('=').and_then(|(place, text)| {
        let (table, column) = column(place).ok()?;
        let text = text.to_owned();
        Some(Assigned { table, column, text })
    });
    said.ok_or_else(|| "write TABLE.COLUMN=VALUE".to_owned())
}

fn column_pair(text: &str) -> std::result::Result<(String, String, String), String> {
    let said = pair(text).and_then(|(from, to)| column(&from).map(|(table, from)| (table, from, to)));
    said.map_err(|_| "write TABLE.OLD:NEW".to_owned())
}

/// Asks about what may have been renamed. Where nobody can be asked, it says the options that answer.
pub(super) fn ask(mut hints: Hints, candidates: &[Candidate], json: bool) -> Result<Hints> {
    let input = std::io::stdin();
    if json || !input.is_terminal() {
        return Err(refused(candidates));
    }
    for candidate in candidates {
        let what = match &candidate.table {
            Some(table) => format!("column {table}.{}", candidate.from),
            None => format!("table {}", candidate.from),
        };
        let mut err = anstream::stderr().lock();
        let question = format!(
            "Was {what} renamed to {}? Else it is dropped with all that is in it. [y/n] ",
            candidate.to
        );
        // If it can't be seen, there will be no answer.
        let _ = write!(err, "{question}").and_then(|()| err.flush());
        let mut answer = String::new();
        let read = input.lock().read_line(&mut answer);
        match answer.trim() {
            "y" | "Y" | "yes" if read.is_ok() => return Ok(renamed(hints, candidate)),
            "n" | "N" | "no" if read.is_ok() => {}
            _ => return Err(Failure::declined()),
        }
    }
    for candidate in candidates {
        hints = match &candidate.table {
            Some(table) => hints.drop_column(table.clone(), candidate.from.name.as_str()),
            None => hints.drop_table(candidate.from.clone()),
        };
    }
    Ok(hints)
}

fn renamed(hints: Hints, candidate: &Candidate) -> Hints {
    let name = |name: &ObjectName| name.name.clone();
    match &candidate.table {
        Some(table) => hints.rename_column(table.clone(), name(&candidate.from), name(&candidate.to)),
        None => hints.rename_table(candidate.from.clone(), candidate.to.clone()),
    }
}

fn refused(candidates: &[Candidate]) -> Failure {
    let mut ways = Vec::new();
    for Candidate { table, from, to } in candidates {
        ways.push(match table {
            Some(table) => format!(
                "--rename-column {table}.{from}:{to}, or `#[model(renamed_from = \"{from}\")]` at the field, keeps its values"
            ),
            None => format!(
                "--rename-table {from}:{to}, or `#[model(renamed_from = \"{from}\")]` at the model, keeps its rows"
            ),
        });
        let drop = match table {
            Some(table) => format!("--drop-column {table}.{from} drops it with its values"),
            None => format!("--drop-table {from} drops it with its rows"),
        };
        if !ways.contains(&drop) {
            ways.push(drop);
        }
    }
    let each: Vec<String> = candidates.iter().map(ToString::to_string).collect();
    Failure::usage(
        format!("renamed, or dropped and added: {}?", each.join("; ")),
        ways.join("; "),
    )
}
