//! Full-text search: `to_tsvector(…) @@ to_tsquery(…)`, with an expression index.

use crate::expr::{ColumnRef, FullText, FullTextAsked, FullTextSearch, SIGNS, TextSearch, TextTerm};
use crate::schema::{FullTextChange, FullTextIndex};
use crate::{Dialect, Rendered, Result, SqlWriter, Value, render};

/// What its parser would take for parts of addresses, paths and numbers stands between words everywhere else.
const PUNCTUATION: &str = r##"!"#$%&'()*+,-./:;<=>?@[\]^_`{|}~"##;

pub(super) fn full_text(w: &mut SqlWriter<'_>, search: &FullTextSearch) -> Result<()> {
    match search.asked {
        FullTextAsked::Found => {
            document(w, &search.text)?;
            w.push(" @@ ");
            query(w, search)
        }
        FullTextAsked::Rank => {
            w.push("TS_RANK(");
            document(w, &search.text)?;
            w.push(", ");
            query(w, search)?;
            w.push(")::float8");
            Ok(())
        }
    }
}

/// It must be the same as in the index.
fn document(w: &mut SqlWriter<'_>, text: &FullText) -> Result<()> {
    let parts = text.parts()?;
    w.push("TO_TSVECTOR(");
    language(w, text)?;
    w.push(", ");
    if text.by_columns {
        columns(w, &parts, |column| column.nullable || parts.len() > 1)?;
    } else {
        let signs: String = PUNCTUATION.chars().chain(SIGNS.chars()).collect();
        w.push("TRANSLATE(");
        columns(w, &parts, |_| true)?;
        let spaces = " ".repeat(signs.chars().count());
        for argument in [&signs, &spaces] {
            w.push(", ");
            w.push(&w.dialect().string_literal(argument));
        }
        w.push(")");
    }
    w.push(")");
    Ok(())
}

fn columns(
    w: &mut SqlWriter<'_>,
    parts: &[&ColumnRef],
    may_be_null: impl Fn(&ColumnRef) -> bool,
) -> Result<()> {
    for (i, column) in parts.iter().enumerate() {
        if i > 0 {
            w.push(" || ' ' || ");
        }
        let guarded = may_be_null(column);
        w.push(if guarded { "COALESCE(" } else { "" });
        render::column(w, column)?;
        w.push(if guarded { ", '')" } else { "" });
    }
    Ok(())
}

fn language(w: &mut SqlWriter<'_>, text: &FullText) -> Result<()> {
    let language = text.plain_language()?.unwrap_or("simple");
    w.push(&w.dialect().string_literal(language));
    Ok(())
}

fn query(w: &mut SqlWriter<'_>, search: &FullTextSearch) -> Result<()> {
    w.push("TO_TSQUERY(");
    language(w, &search.text)?;
    w.push(", ");
    w.bind(Value::Text(query_text(&search.search)));
    w.push("::text)");
    Ok(())
}

/// Words have letters and digits only, and stand in quotation marks.
fn query_text(search: &TextSearch) -> String {
    let mut out = String::new();
    for (i, any) in search.all.iter().enumerate() {
        out.push_str(if i > 0 { " & (" } else { "(" });
        for (i, term) in any.iter().enumerate() {
            out.push_str(if i > 0 { " | " } else { "" });
            push_term(&mut out, term);
        }
        out.push(')');
    }
    for term in &search.none {
        out.push_str(" & !(");
        push_term(&mut out, term);
        out.push(')');
    }
    out
}

fn push_term(out: &mut String, term: &TextTerm) {
    let (last, before) = match term.words.split_last() {
        Some((last, before)) if term.prefix => (Some(last), before),
        _ => (None, &*term.words),
    };
    if !before.is_empty() {
        out.push('\'');
        out.push_str(&before.join(" "));
        out.push('\'');
    }
    if let Some(last) = last {
        out.push_str(if before.is_empty() { "'" } else { " <-> '" });
        out.push_str(last);
        out.push_str("':*");
    }
}

pub(super) fn index(
    dialect: &dyn Dialect,
    index: &FullTextIndex,
    change: FullTextChange,
) -> Result<Vec<Rendered>> {
    let name = index.name()?;
    let statement = match change {
        // An index lives in its table's schema, and is named without it when it is made.
        FullTextChange::Create => render::statement(dialect, |w| {
            w.push("CREATE INDEX IF NOT EXISTS ");
            w.identifier(&name.name)?;
            w.push(" ON ");
            w.table(&index.table)?;
            w.push(" USING GIN (");
            document(w, &bare(&index.text))?;
            w.push(")");
            Ok(())
        }),
        FullTextChange::Drop => render::statement(dialect, |w| {
            w.push("DROP INDEX IF EXISTS ");
            w.table(&name)
        }),
    };
    Ok(vec![statement?])
}

/// Columns as they stand in a definition.
fn bare(text: &FullText) -> FullText {
    let mut text = text.clone();
    for column in &mut text.columns {
        if let crate::Expr::Column(column) = column {
            column.table = None;
        }
    }
    text
}
