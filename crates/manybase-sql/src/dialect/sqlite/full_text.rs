//! Full-text search: a virtual table of FTS5 beside the table, which triggers keep up to date.

use crate::expr::{ColumnRef, FullText, FullTextAsked, FullTextSearch, TextSearch, TextTerm};
use crate::schema::{FullTextChange, FullTextIndex, named};
use crate::{Dialect, Error, Name, Rendered, Result, SqlWriter, TableName, Value, render};

/// The virtual table's only column.
const TEXT: &str = "text";
/// Columns of the view: the key, by which the virtual table knows a row, and the row's number at this moment, which is
/// another one unless the key is an `INTEGER PRIMARY KEY`, and changes when the file is compacted.
const ROW_KEY: &str = "row_key";
const ROW: &str = "row_now";

pub(super) fn full_text(w: &mut SqlWriter<'_>, search: &FullTextSearch) -> Result<()> {
    tokenizer(w.dialect(), &search.text)?;
    let parts = search.text.parts()?;
    let first = parts.first().copied();
    let Some((first, (here, table))) = first.and_then(|first| Some((first, w.table_of(first)?))) else {
        return Err(Error::Statement(
            "full-text search in a column of which the table is not known".into(),
        ));
    };
    let index = named(&table, &search.text)?;
    let row = ColumnRef {
        table: first.table.clone(),
        name: "rowid".into(),
        data_type: None,
        nullable: false,
    };
    match search.asked {
        FullTextAsked::Found => {
            render::column(w, &row)?;
            w.push(" IN (SELECT ");
            w.identifier(ROW)?;
            matching(w, &index, search)?;
            w.push(")");
        }
        FullTextAsked::Rank => {
            w.push("COALESCE((SELECT -BM25(");
            w.identifier(&index.name)?;
            w.push(")");
            matching(w, &index, search)?;
            w.push(" AND ");
            w.identifier(ROW)?;
            w.push(" = ");
            // The row of the query around.
            w.identifier(&here)?;
            w.push(".");
            w.identifier(&row.name)?;
            w.push("), 0.0)");
        }
    }
    Ok(())
}

fn matching(w: &mut SqlWriter<'_>, index: &TableName, search: &FullTextSearch) -> Result<()> {
    w.push(" FROM ");
    w.table(index)?;
    w.push(" JOIN ");
    w.table(&beside(index, "rows"))?;
    w.push(" ON ");
    w.identifier(ROW_KEY)?;
    w.push(" = ");
    w.identifier(&index.name)?;
    w.push(".");
    w.identifier("rowid")?;
    w.push(" WHERE ");
    w.identifier(&index.name)?;
    w.push(" MATCH ");
    w.bind(Value::Text(query_text(&search.search)));
    Ok(())
}

/// Words have letters and digits only, and stand in quotation marks.
fn query_text(search: &TextSearch) -> String {
    let list = |terms: &[TextTerm], between: &str| {
        let terms: Vec<String> = terms.iter().map(term).collect();
        match terms.len() {
            1 => terms.concat(),
            _ => format!("({})", terms.join(between)),
        }
    };
    let all: Vec<String> = search.all.iter().map(|any| list(any, " OR ")).collect();
    let all = all.join(" AND ");
    match search.none.is_empty() {
        true => all,
        false => format!("({all}) NOT {}", list(&search.none, " OR ")),
    }
}

fn term(term: &TextTerm) -> String {
    format!(
        "\"{}\"{}",
        term.words.join(" "),
        if term.prefix { " *" } else { "" }
    )
}

/// Accents count, as on the other databases.
fn tokenizer(dialect: &dyn Dialect, text: &FullText) -> Result<&'static str> {
    match text.plain_language()? {
        _ if text.by_columns => Err(Error::Unsupported {
            dialect: dialect.name(),
            feature: "full-text search in the columns themselves",
            way_out: "leave by_columns out, and call create_full_text_index once",
        }),
        None => Ok("unicode61 remove_diacritics 0"),
        Some("english") => Ok("porter unicode61 remove_diacritics 0"),
        Some(_) => Err(Error::Unsupported {
            dialect: dialect.name(),
            feature: "full-text search in another language than english",
            way_out: "leave the language out: words are then found as they are written",
        }),
    }
}

pub(super) fn index(
    dialect: &dyn Dialect,
    index: &FullTextIndex,
    change: FullTextChange,
) -> Result<Vec<Rendered>> {
    let names = Names::of(index)?;
    match change {
        FullTextChange::Create => create(dialect, index, &names),
        FullTextChange::Drop => [
            ("DROP TRIGGER IF EXISTS ", &names.inserted),
            ("DROP TRIGGER IF EXISTS ", &names.deleted),
            ("DROP TRIGGER IF EXISTS ", &names.updated),
            ("DROP TABLE IF EXISTS ", &names.index),
            ("DROP VIEW IF EXISTS ", &names.rows),
        ]
        .into_iter()
        .map(|(drop, name)| {
            render::statement(dialect, |w| {
                w.push(drop);
                w.table(name)
            })
        })
        .collect(),
    }
}

/// What belongs to the index.
struct Names {
    index: TableName,
    /// The view that gives it the texts when it is filled, and tells which row is meant.
    rows: TableName,
    inserted: TableName,
    deleted: TableName,
    updated: TableName,
}

impl Names {
    fn of(index: &FullTextIndex) -> Result<Self> {
        let index = index.name()?;
        Ok(Self {
            rows: beside(&index, "rows"),
            inserted: beside(&index, "inserted"),
            deleted: beside(&index, "deleted"),
            updated: beside(&index, "updated"),
            index,
        })
    }
}

fn beside(index: &TableName, what: &str) -> TableName {
    TableName {
        schema: index.schema.clone(),
        name: format!("{}_{what}", index.name).into(),
    }
}

fn create(dialect: &dyn Dialect, index: &FullTextIndex, names: &Names) -> Result<Vec<Rendered>> {
    let tokenizer = tokenizer(dialect, &index.text)?;
    let key = index.row_key.as_ref().ok_or(Error::Unsupported {
        dialect: dialect.name(),
        feature: "full-text index of a table whose key is not one whole number",
        way_out: "give the table such a key, as #[model(key, auto)] id: i64 does",
    })?;
    let columns: Vec<&Name> = index
        .text
        .parts()?
        .into_iter()
        .map(|column| &column.name)
        .collect();
    let view = render::statement(dialect, |w| {
        w.push("CREATE VIEW IF NOT EXISTS ");
        w.table(&names.rows)?;
        w.push(" AS SELECT ");
        w.identifier(key)?;
        w.push(" AS ");
        w.identifier(ROW_KEY)?;
        w.push(", ");
        w.identifier("rowid")?;
        w.push(" AS ");
        w.identifier(ROW)?;
        w.push(", ");
        texts(w, "", &columns)?;
        w.push(" AS ");
        w.identifier(TEXT)?;
        w.push(" FROM ");
        w.identifier(&index.table.name)
    });
    let table = render::statement(dialect, |w| {
        w.push("CREATE VIRTUAL TABLE IF NOT EXISTS ");
        w.table(&names.index)?;
        w.push(" USING fts5(");
        w.identifier(TEXT)?;
        for (option, value) in [
            ("content", &*names.rows.name),
            ("content_rowid", ROW_KEY),
            ("tokenize", tokenizer),
        ] {
            w.push(&format!(", {option}="));
            w.push(&w.dialect().string_literal(value));
        }
        w.push(")");
        Ok(())
    });
    let fill = render::statement(dialect, |w| {
        w.push("INSERT INTO ");
        w.table(&names.index)?;
        w.push(" (");
        w.identifier(&names.index.name)?;
        w.push(") VALUES ('rebuild')");
        Ok(())
    });
    let trigger = |name: &TableName, when: &str, of: bool, leaves: bool, comes: bool| {
        render::statement(dialect, |w| {
            w.push("CREATE TRIGGER IF NOT EXISTS ");
            w.table(name)?;
            w.push(when);
            if of {
                w.push(" OF ");
                w.identifier(key)?;
                for column in columns.iter().filter(|column| **column != key) {
                    w.push(", ");
                    w.identifier(column)?;
                }
            }
            w.push(" ON ");
            w.identifier(&index.table.name)?;
            w.push(" BEGIN ");
            if leaves {
                change(w, names, key, &columns, "OLD.")?;
            }
            if comes {
                change(w, names, key, &columns, "NEW.")?;
            }
            w.push("END");
            Ok(())
        })
    };
    Ok(vec![
        view?,
        table?,
        trigger(&names.inserted, " AFTER INSERT", false, false, true)?,
        trigger(&names.deleted, " AFTER DELETE", false, true, false)?,
        trigger(&names.updated, " AFTER UPDATE", true, true, true)?,
        fill?,
    ])
}

/// A row leaves the index, for which it wants to be told the text that it had, or comes in.
fn change(w: &mut SqlWriter<'_>, names: &Names, key: &str, columns: &[&Name], row: &str) -> Result<()> {
    let leaves = row == "OLD.";
    w.push("INSERT INTO ");
    w.identifier(&names.index.name)?;
    w.push(" (");
    if leaves {
        w.identifier(&names.index.name)?;
        w.push(", ");
    }
    w.identifier("rowid")?;
    w.push(", ");
    w.identifier(TEXT)?;
    w.push(if leaves {
        ") VALUES ('delete', "
    } else {
        ") VALUES ("
    });
    w.push(row);
    w.identifier(key)?;
    w.push(", ");
    texts(w, row, columns)?;
    w.push("); ");
    Ok(())
}

fn texts(w: &mut SqlWriter<'_>, row: &str, columns: &[&Name]) -> Result<()> {
    for (i, column) in columns.iter().enumerate() {
        if i > 0 {
            w.push(" || ' ' || ");
        }
        w.push("COALESCE(");
        w.push(row);
        w.identifier(column)?;
        w.push(", '')");
    }
    Ok(())
}
