//! Rows as the text that `LOAD DATA` reads.

use crate::bind;
use manybase_driver::{BulkRows, Error, ErrorKind, Result, Value};
use manybase_sql::SqlWriter;
use mysql_async::Value as Wire;
use std::io::Write;

/// The statement and what it reads.
pub(super) struct File {
    pub(super) sql: String,
    pub(super) text: Vec<u8>,
}

/// `None` for rows that are better inserted: with texts and bytes in one column.
pub(super) fn write(rows: &BulkRows) -> Result<Option<File>> {
    let target = rows.target();
    let mut bytes = vec![false; target.columns.len()];
    let mut text = vec![false; target.columns.len()];
    for row in rows.rows() {
        for (at, value) in row.iter().enumerate() {
            match value {
                Value::Null => {}
                Value::Bytes(_) => bytes[at] = true,
                _ => text[at] = true,
            }
        }
    }
    if bytes.iter().zip(&text).any(|(bytes, text)| *bytes && *text) {
        return Ok(None);
    }
    let sql = SqlWriter::render(target.dialect, |w| {
        w.push("LOAD DATA LOCAL INFILE 'rows' INTO TABLE ");
        w.table(&target.table)?;
        w.push(
            " CHARACTER SET utf8mb4 FIELDS TERMINATED BY '\\t' ESCAPED BY '\\\\' LINES TERMINATED BY '\\n' (",
        );
        w.comma_separated(bytes.iter().enumerate(), |w, (at, bytes)| match bytes {
            true => {
                w.push(&format!("@mb_{at}"));
                Ok(())
            }
            false => w.identifier(&target.columns[at]),
        })?;
        w.push(")");
        // The server takes what it reads for text of a character set, so that bytes come as digits.
        let digits = bytes.iter().enumerate().filter(|(_, bytes)| **bytes);
        for (nth, (at, _)) in digits.enumerate() {
            w.push(if nth == 0 { " SET " } else { ", " });
            w.identifier(&target.columns[at])?;
            w.push(&format!(" = UNHEX(@mb_{at})"));
        }
        Ok(())
    })?
    .sql;
    let mut out = Vec::with_capacity(rows.len() * target.columns.len() * 8);
    for row in rows.rows() {
        for (at, value) in row.iter().enumerate() {
            if at > 0 {
                out.push(b'\t');
            }
            cell(value, &mut out).map_err(|why| {
                let column = &target.columns[at];
                Error::new(
                    ErrorKind::Value,
                    format!("column {column}: {} can't be stored: {why}", value.kind()),
                )
            })?;
        }
        out.push(b'\n');
    }
    Ok(Some(File { sql, text: out }))
}

fn cell(value: &Value, out: &mut Vec<u8>) -> Result<(), &'static str> {
    match value {
        Value::Text(text) => escaped(text.as_bytes(), out),
        Value::Bytes(bytes) => {
            const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
            for byte in bytes {
                out.push(DIGITS[usize::from(byte >> 4)]);
                out.push(DIGITS[usize::from(byte & 15)]);
            }
        }
        other => wire(bind::value(other.clone())?, out),
    }
    Ok(())
}

/// Writing into a Vec can't fail.
fn wire(value: Wire, out: &mut Vec<u8>) {
    let _ = match value {
        Wire::NULL => out.write_all(b"\\N"),
        Wire::Bytes(bytes) => {
            escaped(&bytes, out);
            Ok(())
        }
        Wire::Int(number) => write!(out, "{number}"),
        Wire::UInt(number) => write!(out, "{number}"),
        // The server reads a double, and the shortest text of the greatest single is beyond it.
        Wire::Float(number) => write!(out, "{:?}", f64::from(number)),
        Wire::Double(number) => write!(out, "{number:?}"),
        Wire::Date(year, month, day, hour, minute, second, micros) => {
            write!(
                out,
                "{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}.{micros:06}"
            )
        }
        Wire::Time(_, _, hour, minute, second, micros) => {
            write!(out, "{hour:02}:{minute:02}:{second:02}.{micros:06}")
        }
    };
}

fn escaped(bytes: &[u8], out: &mut Vec<u8>) {
    for byte in bytes {
        match byte {
            0 => out.extend(b"\\0"),
            b'\t' => out.extend(b"\\t"),
            b'\n' => out.extend(b"\\n"),
            b'\r' => out.extend(b"\\r"),
            b'\\' => out.extend(b"\\\\"),
            byte => out.push(*byte),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use manybase_driver::BulkTarget;
    use manybase_sql::dialect;

    fn rows(columns: &[&'static str], values: Vec<Value>) -> BulkRows {
        let target = BulkTarget {
            table: "t".into(),
            columns: columns.iter().map(|name| (*name).into()).collect(),
            on_conflict: None,
            dialect: dialect::mysql(),
        };
        BulkRows::new(target.into(), values).expect("whole rows")
    }

    #[test]
    fn what_would_end_a_field_is_escaped() {
        let values = vec![
            "a\tb\nc\\N\0\r".into(),
            Value::Null,
            Value::Bytes(vec![0, 255]),
            Value::F64(0.1),
        ];
        let file = write(&rows(&["a", "b", "c", "d"], values))
            .expect("written")
            .expect("a file");
        assert_eq!(
            String::from_utf8(file.text).expect("text"),
            "a\\tb\\nc\\\\N\\0\\r\t\\N\t00FF\t0.1\n"
        );
        assert_eq!(
            file.sql,
            "LOAD DATA LOCAL INFILE 'rows' INTO TABLE `t` CHARACTER SET utf8mb4 FIELDS TERMINATED BY '\\t' \
             ESCAPED BY '\\\\' LINES TERMINATED BY '\\n' (`a`, `b`, @mb_2, `d`) SET `c` = UNHEX(@mb_2)"
        );
    }

    #[test]
    fn bytes_and_texts_in_one_column_are_inserted() {
        let values = vec!["a".into(), Value::Bytes(vec![1])];
        assert!(write(&rows(&["a"], values)).expect("no error").is_none());
        let error = write(&rows(&["a"], vec![Value::F64(f64::NAN)]))
            .err()
            .expect("no NaN");
        assert_eq!(error.kind(), ErrorKind::Value);
    }
}
