//! Documents.

use super::parameter;
use crate::expr::{Json, JsonAsked, JsonStep};
use crate::{Error, Expr, Result, SqlWriter, Value, render};

pub(super) fn json(w: &mut SqlWriter<'_>, json: &Json) -> Result<()> {
    let place = |w: &mut SqlWriter<'_>| place(w, json);
    match &json.asked {
        JsonAsked::Document => {
            w.push("(");
            place(w)?;
            w.push(")");
        }
        JsonAsked::Text => {
            kind(w, json, "string")?;
            w.push("(");
            place(w)?;
            w.push(") #>> '{}' END");
        }
        JsonAsked::Float => {
            kind(w, json, "number")?;
            w.push("(");
            place(w)?;
            w.push(")::double precision END");
        }
        JsonAsked::Bool => {
            kind(w, json, "boolean")?;
            w.push("(");
            place(w)?;
            w.push(")::boolean END");
        }
        JsonAsked::Length => {
            kind(w, json, "array")?;
            w.push("JSONB_ARRAY_LENGTH(");
            place(w)?;
            w.push(")::bigint END");
        }
        JsonAsked::Kind => {
            w.push("JSONB_TYPEOF(");
            place(w)?;
            w.push(")");
        }
        JsonAsked::Whole => {
            let number = |w: &mut SqlWriter<'_>| {
                w.push("(");
                place(w)?;
                w.push(")::numeric");
                Ok(())
            };
            kind(w, json, "number")?;
            w.push("CASE WHEN ");
            number(w)?;
            w.push(" = TRUNC(");
            number(w)?;
            w.push(") AND ");
            number(w)?;
            w.push(" BETWEEN -9223372036854775808 AND 9223372036854775807 THEN ");
            number(w)?;
            w.push("::bigint END END");
        }
        JsonAsked::Contains(part) => {
            w.push("(");
            place(w)?;
            w.push(" @> ");
            w.bind(Value::from(part.clone()));
            w.push("::jsonb)");
        }
    }
    Ok(())
}

/// Begins with what is looked at only if it is of this kind.
fn kind(w: &mut SqlWriter<'_>, json: &Json, kind: &str) -> Result<()> {
    w.push("CASE JSONB_TYPEOF(");
    place(w, json)?;
    w.push(&format!(") WHEN '{kind}' THEN "));
    Ok(())
}

/// What stands there, as a document.
fn place(w: &mut SqlWriter<'_>, json: &Json) -> Result<()> {
    // The first element of something that is no array would be the thing itself.
    let firsts = json.path.iter().enumerate();
    let mut guards = firsts
        .filter(|(_, step)| matches!(step, JsonStep::Index(0)))
        .peekable();
    if guards.peek().is_none() {
        return walk(w, json, &json.path);
    }
    let mut before = "CASE WHEN JSONB_TYPEOF(";
    for (at, _) in guards {
        w.push(before);
        walk(w, json, &json.path[..at])?;
        w.push(") = 'array'");
        before = " AND JSONB_TYPEOF(";
    }
    w.push(" THEN ");
    walk(w, json, &json.path)?;
    w.push(" END");
    Ok(())
}

/// Keys are part of the text, as the name of a column would be, so that indexes serve.
fn walk(w: &mut SqlWriter<'_>, json: &Json, path: &[JsonStep]) -> Result<()> {
    match &json.document {
        Expr::Value(value) => parameter::typed(w, value)?,
        document => {
            render::grouped(w, document)?;
            // A column that somebody else made may be the older type.
            w.push("::jsonb");
        }
    }
    for step in path {
        w.push(" -> ");
        match step {
            JsonStep::Key(key) if key.contains('\0') => {
                return Err(Error::Identifier {
                    name: key.escape_debug().to_string(),
                    reason: "it has a NUL character in it".into(),
                });
            }
            JsonStep::Key(key) => {
                let key = w.dialect().string_literal(key);
                w.push(&key);
            }
            JsonStep::Index(index) => w.push(&render::json_index(*index)?.to_string()),
        }
    }
    Ok(())
}
