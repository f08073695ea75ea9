//! `IN` a long list, as one JSON text.

use crate::{Expr, Result, SqlWriter, Value, render};

pub(super) fn in_long_list(w: &mut SqlWriter<'_>, expr: &Expr, list: &[Value], negated: bool) -> Result<()> {
    // No index is made of long texts, so that each row would be compared with the whole list.
    let texts = list
        .iter()
        .any(|value| matches!(value, Value::Text(_) | Value::Uuid(_) | Value::Bytes(_)));
    if texts && list.len() <= w.dialect().capability().max_parameters / 2 {
        return render::in_placeholders(w, expr, list, negated);
    }
    let json = column_type(list).and_then(|column| Some((column, render::list_as_json(list)?)));
    let Some(((column, unhex), json)) = json else {
        return render::in_placeholders(w, expr, list, negated);
    };
    render::grouped(w, expr)?;
    w.push(if negated {
        " NOT IN (SELECT "
    } else {
        " IN (SELECT "
    });
    w.push(match column {
        _ if unhex => "UNHEX(`v`)",
        // A column's collation and another column's exclude each other; a function's gives way, as a placeholder's does.
        "LONGTEXT" => "JSON_UNQUOTE(JSON_QUOTE(`v`))",
        _ => "`v`",
    });
    w.push(" FROM JSON_TABLE(");
    w.bind(json);
    w.push(", '$[*]' COLUMNS (`v` ");
    w.push(column);
    w.push(" PATH '$')) AS `list`)");
    Ok(())
}

/// The type that holds every value of the list as it is, and whether it holds hexadecimal digits. What does not fit
/// a column of `JSON_TABLE` becomes NULL or another number without a word, so the values decide and not the
/// expression that they are compared with.
fn column_type(list: &[Value]) -> Option<(&'static str, bool)> {
    let all = |test: fn(&Value) -> bool| list.iter().all(|value| value.is_null() || test(value));
    let text = |value: &Value| matches!(value, Value::Text(_) | Value::Uuid(_));
    if all(|value| matches!(value, Value::I64(_) | Value::Bool(_))) {
        Some(("BIGINT", false))
    } else if all(|value| matches!(value, Value::I64(_) | Value::U64(_) | Value::Bool(_))) {
        Some(("DECIMAL(20)", false))
    } else if all(|value| matches!(value, Value::I64(_) | Value::U64(_) | Value::Decimal(_))) {
        Some(("DECIMAL(65, 28)", false))
    } else if all(|value| matches!(value, Value::Bytes(_))) {
        Some(("LONGTEXT", true))
    } else if list.iter().all(|value| value.is_null() || text(value)) {
        Some(("LONGTEXT", false))
    } else {
        None
    }
}
