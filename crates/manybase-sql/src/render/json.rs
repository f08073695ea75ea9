//! Paths into documents.

use crate::expr::JsonStep;
use crate::{Error, Result, SqlWriter};

/// The path as databases other than PostgreSQL write it: `$."address"[0]`. It is part of the text, as the name of a
/// column would be, so that indexes on it serve.
pub(crate) fn json_path(w: &SqlWriter<'_>, path: &[JsonStep]) -> Result<String> {
    let mut text = String::from("$");
    for step in path {
        match step {
            JsonStep::Key(key) if key.contains(['"', '\\']) || key.chars().any(char::is_control) => {
                return Err(Error::Unsupported {
                    dialect: w.dialect().name(),
                    feature: "JSON path with a quotation mark, a backslash or a control character in a key",
                    way_out: "read the document and look into it in the program",
                });
            }
            JsonStep::Key(key) => {
                text.push_str(".\"");
                text.push_str(key);
                text.push('"');
            }
            JsonStep::Index(index) => text.push_str(&format!("[{}]", json_index(*index)?)),
        }
    }
    Ok(w.dialect().string_literal(&text))
}

/// An index, which counts from 0: from the end only some databases count.
pub(crate) fn json_index(index: i64) -> Result<i64> {
    match index {
        0.. => Ok(index),
        _ => Err(Error::Statement(
            "a JSON path with a negative index: elements are counted from 0".into(),
        )),
    }
}
