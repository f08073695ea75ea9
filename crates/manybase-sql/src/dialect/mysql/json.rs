//! Documents.

use super::{Flavor, MySql};
use crate::expr::{Json, JsonAsked, JsonStep};
use crate::{Dialect, Error, Expr, Result, SqlWriter, Value, render};

const NUMBER: &str = " IN ('INTEGER', 'UNSIGNED INTEGER', 'DOUBLE', 'DECIMAL')";

pub(super) fn json(dialect: &MySql, w: &mut SqlWriter<'_>, json: &Json) -> Result<()> {
    if dialect.flavor == Flavor::MatrixOne {
        return Err(Error::Unsupported {
            dialect: dialect.name(),
            feature: "query that looks into a document",
            way_out: "read the document and look into it in the program",
        });
    }
    let place = Place {
        base: Base::Document(&json.document),
        path: json.path.clone(),
        collation: dialect.exact_collation(),
    };
    match &json.asked {
        JsonAsked::Document => place.write(w),
        JsonAsked::Text => {
            place.kind(w, "CASE ", " WHEN 'STRING' THEN ")?;
            place.text(w)?;
            w.push(" END");
            Ok(())
        }
        JsonAsked::Float => {
            place.kind(w, "CASE WHEN ", NUMBER)?;
            w.push(" THEN CAST(");
            place.write(w)?;
            w.push(" AS DOUBLE) END");
            Ok(())
        }
        JsonAsked::Bool => {
            place.kind(w, "CASE ", " WHEN 'BOOLEAN' THEN ")?;
            place.text(w)?;
            w.push(" = 'true' END");
            Ok(())
        }
        JsonAsked::Length => {
            place.kind(w, "CASE ", " WHEN 'ARRAY' THEN JSON_LENGTH(")?;
            place.write(w)?;
            w.push(") END");
            Ok(())
        }
        JsonAsked::Kind => place.kind(
            w,
            "CASE ",
            " WHEN 'OBJECT' THEN 'object' WHEN 'ARRAY' THEN 'array' WHEN 'STRING' THEN 'string' \
             WHEN 'BOOLEAN' THEN 'boolean' WHEN 'NULL' THEN 'null' WHEN 'INTEGER' THEN 'number' \
             WHEN 'UNSIGNED INTEGER' THEN 'number' WHEN 'DOUBLE' THEN 'number' WHEN 'DECIMAL' THEN 'number' END",
        ),
        JsonAsked::Whole => {
            let exact = |w: &mut SqlWriter<'_>| {
                w.push("CAST(");
                place.text(w)?;
                w.push(" AS DECIMAL(65, 20))");
                Ok(())
            };
            place.kind(w, "CASE WHEN ", NUMBER)?;
            w.push(" THEN CASE WHEN ");
            exact(w)?;
            w.push(" = TRUNCATE(");
            exact(w)?;
            // What has digits behind the twentieth is no whole number either.
            w.push(", 0) AND CAST(");
            place.write(w)?;
            w.push(" AS DOUBLE) = FLOOR(CAST(");
            place.write(w)?;
            w.push(" AS DOUBLE)) AND ");
            exact(w)?;
            w.push(" BETWEEN -9223372036854775808 AND 9223372036854775807 THEN CAST(");
            exact(w)?;
            w.push(" AS SIGNED) END END");
            Ok(())
        }
        JsonAsked::Contains(part) => {
            // Without a document it is not known.
            w.push("CASE WHEN ");
            place.write(w)?;
            w.push(" IS NOT NULL THEN COALESCE(");
            let mut depth = 0;
            contains(w, &place, part, true, &mut depth)?;
            w.push(", FALSE) END");
            Ok(())
        }
    }
}

/// The function of its own takes an object for contained in an array of such objects, and a value in an array of arrays,
/// which PostgreSQL does not. So what is to be contained is looked for piece by piece.
fn contains(
    w: &mut SqlWriter<'_>,
    place: &Place<'_>,
    part: &serde_json::Value,
    outermost: bool,
    depth: &mut usize,
) -> Result<()> {
    match part {
        serde_json::Value::Object(members) => {
            place.kind(w, "(", " = 'OBJECT'")?;
            for (key, member) in members {
                w.push(" AND ");
                let inside = place.inside(JsonStep::Key(key.clone().into()));
                contains(w, &inside, member, false, depth)?;
            }
            w.push(")");
            Ok(())
        }
        serde_json::Value::Array(elements) => {
            place.kind(w, "(", " = 'ARRAY'")?;
            for element in elements {
                w.push(" AND ");
                has_element(w, place, depth, |w, place, depth| {
                    contains(w, place, element, false, depth)
                })?;
            }
            w.push(")");
            Ok(())
        }
        value if outermost => {
            w.push("(");
            equals(w, place, value)?;
            place.kind(w, " OR (", " = 'ARRAY' AND ")?;
            has_element(w, place, depth, |w, place, _| equals(w, place, value))?;
            w.push("))");
            Ok(())
        }
        value => equals(w, place, value),
    }
}

fn has_element(
    w: &mut SqlWriter<'_>,
    place: &Place<'_>,
    depth: &mut usize,
    test: impl FnOnce(&mut SqlWriter<'_>, &Place<'_>, &mut usize) -> Result<()>,
) -> Result<()> {
    *depth += 1;
    let element = Place {
        base: Base::Element(*depth),
        path: Vec::new(),
        collation: place.collation,
    };
    w.push("EXISTS (SELECT 1 FROM JSON_TABLE(");
    place.write(w)?;
    w.push(&format!(
        ", '$[*]' COLUMNS (`v` JSON PATH '$')) AS `mb_element_{depth}` WHERE "
    ));
    test(w, &element, depth)?;
    w.push(")");
    Ok(())
}

/// Neither an object nor an array.
fn equals(w: &mut SqlWriter<'_>, place: &Place<'_>, value: &serde_json::Value) -> Result<()> {
    match value {
        serde_json::Value::String(text) => {
            place.kind(w, "(", " = 'STRING' AND ")?;
            place.text(w)?;
            w.push(" = ");
            w.bind(Value::from(text.as_str()));
            w.push(")");
        }
        serde_json::Value::Bool(yes) => {
            place.kind(w, "(", " = 'BOOLEAN' AND ")?;
            place.text(w)?;
            w.push(if *yes { " = 'true')" } else { " = 'false')" });
        }
        serde_json::Value::Number(number) => {
            place.kind(w, "(", NUMBER)?;
            // Whole numbers beyond 2^53 would be rounded.
            let exact = number.is_i64() || number.is_u64();
            let to = if exact {
                " AS DECIMAL(65, 20))"
            } else {
                " AS DOUBLE)"
            };
            w.push(" AND CAST(");
            place.text(w)?;
            w.push(to);
            w.push(" = CAST(");
            w.bind(Value::Text(number.to_string()));
            w.push(to);
            w.push(")");
        }
        _ => place.kind(w, "(", " = 'NULL')")?,
    }
    Ok(())
}

#[derive(Clone, Copy)]
enum Base<'e> {
    Document(&'e Expr),
    /// An element of an array that is taken apart, by its number.
    Element(usize),
}

/// A place in a document.
struct Place<'e> {
    base: Base<'e>,
    path: Vec<JsonStep>,
    collation: &'static str,
}

impl<'e> Place<'e> {
    fn inside(&self, step: JsonStep) -> Self {
        let mut path = self.path.clone();
        path.push(step);
        Place {
            base: self.base,
            path,
            collation: self.collation,
        }
    }

    /// What stands there, as a document.
    fn write(&self, w: &mut SqlWriter<'_>) -> Result<()> {
        // The first element of something that is no array would be the thing itself.
        let firsts = self.path.iter().enumerate();
        let firsts: Vec<usize> = firsts
            .filter(|(_, step)| matches!(step, JsonStep::Index(0)))
            .map(|(at, _)| at)
            .collect();
        for (i, at) in firsts.iter().enumerate() {
            w.push(if i == 0 { "CASE WHEN " } else { " AND " });
            w.push("JSON_TYPE(");
            self.extract(w, &self.path[..*at])?;
            w.push(") = 'ARRAY'");
        }
        if !firsts.is_empty() {
            w.push(" THEN ");
        }
        self.extract(w, &self.path)?;
        if !firsts.is_empty() {
            w.push(" END");
        }
        Ok(())
    }

    fn extract(&self, w: &mut SqlWriter<'_>, path: &[JsonStep]) -> Result<()> {
        if !path.is_empty() {
            w.push("JSON_EXTRACT(");
        }
        match self.base {
            Base::Document(document) => w.dialect().expr(w, document)?,
            Base::Element(number) => w.push(&format!("`mb_element_{number}`.`v`")),
        }
        if !path.is_empty() {
            w.push(", ");
            let path = render::json_path(w, path)?;
            w.push(&path);
            w.push(")");
        }
        Ok(())
    }

    fn kind(&self, w: &mut SqlWriter<'_>, before: &str, behind: &str) -> Result<()> {
        w.push(before);
        w.push("JSON_TYPE(");
        self.write(w)?;
        w.push(")");
        w.push(behind);
        Ok(())
    }

    /// What stands there as text, without quotes, of which every letter counts.
    fn text(&self, w: &mut SqlWriter<'_>) -> Result<()> {
        w.push("CONVERT(JSON_UNQUOTE(");
        self.write(w)?;
        w.push(") USING utf8mb4) COLLATE ");
        w.push(self.collation);
        Ok(())
    }
}
