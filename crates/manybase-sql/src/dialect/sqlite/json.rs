//! Documents, which are text here.

use crate::expr::{Json, JsonAsked};
use crate::{Result, SqlWriter, Value, render};

pub(super) fn json(w: &mut SqlWriter<'_>, json: &Json) -> Result<()> {
    let path = render::json_path(w, &json.path)?;
    // A function of the document and the path.
    let of = |w: &mut SqlWriter<'_>, function: &str| -> Result<()> {
        w.push(function);
        w.push("(");
        w.dialect().expr(w, &json.document)?;
        w.push(", ");
        w.push(&path);
        w.push(")");
        Ok(())
    };
    let document = |w: &mut SqlWriter<'_>| -> Result<()> {
        w.push("(");
        render::grouped(w, &json.document)?;
        w.push(" -> ");
        w.push(&path);
        w.push(")");
        Ok(())
    };
    match &json.asked {
        JsonAsked::Document if json.path.is_empty() => w.dialect().expr(w, &json.document),
        JsonAsked::Document => document(w),
        JsonAsked::Text => {
            w.push("CASE ");
            of(w, "JSON_TYPE")?;
            w.push(" WHEN 'text' THEN ");
            of(w, "JSON_EXTRACT")?;
            w.push(" END");
            Ok(())
        }
        JsonAsked::Whole => {
            w.push("CASE WHEN ");
            of(w, "JSON_TYPE")?;
            w.push(" IN ('integer', 'real') AND ");
            of(w, "JSON_EXTRACT")?;
            w.push(" = CAST(");
            of(w, "JSON_EXTRACT")?;
            w.push(" AS INTEGER) THEN CAST(");
            of(w, "JSON_EXTRACT")?;
            w.push(" AS INTEGER) END");
            Ok(())
        }
        JsonAsked::Float => {
            w.push("CASE WHEN ");
            of(w, "JSON_TYPE")?;
            w.push(" IN ('integer', 'real') THEN CAST(");
            of(w, "JSON_EXTRACT")?;
            w.push(" AS REAL) END");
            Ok(())
        }
        JsonAsked::Bool => {
            w.push("CASE ");
            of(w, "JSON_TYPE")?;
            w.push(" WHEN 'true' THEN 1 WHEN 'false' THEN 0 END");
            Ok(())
        }
        JsonAsked::Kind => {
            w.push("CASE ");
            of(w, "JSON_TYPE")?;
            w.push(
                " WHEN 'text' THEN 'string' WHEN 'integer' THEN 'number' WHEN 'real' THEN 'number' \
                 WHEN 'true' THEN 'boolean' WHEN 'false' THEN 'boolean' ELSE ",
            );
            of(w, "JSON_TYPE")?;
            w.push(" END");
            Ok(())
        }
        JsonAsked::Length => {
            w.push("CASE ");
            of(w, "JSON_TYPE")?;
            w.push(" WHEN 'array' THEN ");
            of(w, "JSON_ARRAY_LENGTH")?;
            w.push(" END");
            Ok(())
        }
        JsonAsked::Contains(part) => {
            w.push("MB_JSON_CONTAINS(");
            match json.path.is_empty() {
                true => w.dialect().expr(w, &json.document)?,
                false => document(w)?,
            }
            w.push(", ");
            w.bind(Value::Text(part.to_string()));
            w.push(")");
            Ok(())
        }
    }
}
