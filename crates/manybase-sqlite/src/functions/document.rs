//! Containment of documents, by the rules of PostgreSQL.

use super::{bad, flags, utf8};
use rusqlite::types::ValueRef;
use rusqlite::{Connection, Result};
use serde_json::Value;

const NAME: &str = "MB_JSON_CONTAINS";

pub(super) fn register(raw: &Connection) -> Result<()> {
    raw.create_scalar_function(NAME, 2, flags(), |context| {
        let parse = |index| match context.get_raw(index) {
            ValueRef::Null => Ok(None),
            ValueRef::Text(text) => serde_json::from_str::<Value>(utf8(text, NAME)?)
                .map(Some)
                .map_err(|_| bad(NAME, "an argument is no JSON document")),
            ValueRef::Integer(number) => Ok(Some(number.into())),
            ValueRef::Real(number) => Ok(Some(number.into())),
            ValueRef::Blob(_) => Err(bad(NAME, "an argument is a BLOB")),
        };
        let (Some(document), Some(part)) = (parse(0)?, parse(1)?) else {
            return Ok(None);
        };
        let element = match (&document, &part) {
            (Value::Array(_), Value::Array(_) | Value::Object(_)) => false,
            (Value::Array(elements), value) => elements.iter().any(|element| contains(element, value)),
            _ => false,
        };
        Ok(Some(element || contains(&document, &part)))
    })
}

fn contains(document: &Value, part: &Value) -> bool {
    match (document, part) {
        (Value::Object(document), Value::Object(part)) => part
            .iter()
            .all(|(key, part)| document.get(key).is_some_and(|there| contains(there, part))),
        (Value::Array(document), Value::Array(part)) => part
            .iter()
            .all(|part| document.iter().any(|there| contains(there, part))),
        (Value::Number(there), Value::Number(part)) => {
            // Whole numbers beyond 2^53 would be rounded.
            match (there.as_i128(), part.as_i128()) {
                (Some(there), Some(part)) => there == part,
                _ => there.as_f64() == part.as_f64(),
            }
        }
        (there, part) => there == part,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn order_and_number_of_elements_do_not_matter() {
        assert!(contains(&json!([1, 2, 3]), &json!([3, 1, 1])));
        assert!(!contains(&json!([1, 2]), &json!([3])));
        assert!(contains(
            &json!({"a": [1, {"b": 2, "c": 3}], "d": 4}),
            &json!({"a": [{"b": 2}]})
        ));
        assert!(contains(&json!(1), &json!(1.0)) && !contains(&json!(1), &json!("1")));
        assert!(!contains(
            &json!(9_007_199_254_740_993_i64),
            &json!(9_007_199_254_740_992_i64)
        ));
    }
}
