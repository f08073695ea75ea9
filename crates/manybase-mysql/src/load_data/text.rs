//! Rows as the text that `LOAD DATA` reads.

use crate::bind::{self, Wire};
use bytes::Bytes;
use manybase_driver::{BulkRows, BulkTarget, Error, ErrorKind, Result, Value};
use manybase_sql::SqlWriter;
use std::io::Write;

/// Bytes that are sent at a time; packets have a limit.
const PIECE: usize = 1 << 16;

/// The statement, and what it reads.
pub(super) struct File {
    pub(super) sql: String,
    pub(super) text: Text,
}

/// What stands in the columns of some rows.
pub(super) struct Forms {
    /// The columns that have bytes.
    bytes: Vec<bool>,
    /// Whether one of these has other values too.
    pub(super) mixed: bool,
}

impl Forms {
    pub(super) fn has_bytes(&self) -> bool {
        self.bytes.contains(&true)
    }
}

/// Looks at all values, and fails for one that has no text.
pub(super) fn forms(rows: &BulkRows) -> Result<Forms> {
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
            check(value).map_err(|why| refused(value, at, target, why))?;
        }
    }
    let mixed = bytes.iter().zip(&text).any(|(bytes, text)| *bytes && *text);
    Ok(Forms { bytes, mixed })
}

/// The rows as a file. `alike`: the server takes texts and bytes as they are. Else it takes what it reads for text of a
/// character set, so that bytes come as digits.
pub(super) fn file(rows: &BulkRows, forms: &Forms, alike: bool) -> Result<File> {
    let target = rows.target();
    let digits: Vec<bool> = forms.bytes.iter().map(|bytes| *bytes && !alike).collect();
    let sql = SqlWriter::render(target.dialect, |w| {
        w.push("LOAD DATA LOCAL INFILE 'rows' INTO TABLE ");
        w.table(&target.table)?;
        w.push(if alike {
            " CHARACTER SET binary"
        } else {
            " CHARACTER SET utf8mb4"
        });
        w.push(" FIELDS TERMINATED BY '\\t' ESCAPED BY '\\\\' LINES TERMINATED BY '\\n' (");
        w.comma_separated(digits.iter().enumerate(), |w, (at, digits)| match digits {
            true => {
                w.push(&format!("@mb_{at}"));
                Ok(())
            }
            false => w.identifier(&target.columns[at]),
        })?;
        w.push(")");
        let digits = digits.iter().enumerate().filter(|(_, digits)| **digits);
        for (nth, (at, _)) in digits.enumerate() {
            w.push(if nth == 0 { " SET " } else { ", " });
            w.identifier(&target.columns[at])?;
            w.push(&format!(" = UNHEX(@mb_{at})"));
        }
        Ok(())
    })?
    .sql;
    let text = Text {
        rows: rows.clone(),
        alike,
        at: 0,
        written: Bytes::new(),
    };
    Ok(File { sql, text })
}

/// Whether it has a text. Once the server reads, nothing can be taken back but with the connection.
fn check(value: &Value) -> Result<(), &'static str> {
    match value {
        // These always have, and to turn them over takes time.
        Value::Null | Value::Text(_) | Value::Bytes(_) | Value::Json(_) | Value::Decimal(_) => Ok(()),
        other => bind::value(other.clone()).map(drop),
    }
}

fn refused(value: &Value, at: usize, target: &BulkTarget, why: &str) -> Error {
    let column = target
        .columns
        .get(at)
        .map(ToString::to_string)
        .unwrap_or_default();
    Error::new(
        ErrorKind::Value,
        format!("column {column}: {} can't be stored: {why}", value.kind()),
    )
}

/// Rows as text, written piece by piece: while one is on its way and the server reads it, the next is made.
pub(super) struct Text {
    rows: BulkRows,
    /// Bytes come as they are.
    alike: bool,
    /// The row that is next.
    at: usize,
    /// What is written and still to be sent.
    written: Bytes,
}

impl Iterator for Text {
    type Item = Result<Bytes>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.written.is_empty() {
            let mut out = Vec::with_capacity(PIECE + PIECE / 4);
            for row in self.rows.rows().skip(self.at) {
                if let Err(error) = line(row, self.rows.target(), self.alike, &mut out) {
                    return Some(Err(error));
                }
                self.at += 1;
                if out.len() >= PIECE {
                    break;
                }
            }
            self.written = out.into();
        }
        // One row may be longer.
        let piece = self.written.split_to(self.written.len().min(2 * PIECE));
        (!piece.is_empty()).then_some(Ok(piece))
    }
}

fn line(row: &[Value], target: &BulkTarget, alike: bool, out: &mut Vec<u8>) -> Result<()> {
    for (at, value) in row.iter().enumerate() {
        if at > 0 {
            out.push(b'\t');
        }
        match value {
            Value::Bytes(bytes) if alike => {
                escaped(bytes, out);
                Ok(())
            }
            value => cell(value, out),
        }
        .map_err(|why| refused(value, at, target, why))?;
    }
    out.push(b'\n');
    Ok(())
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
        Value::Date(_) => {
            // A day needs no time.
            if let Wire::Date(year, month, day, ..) = bind::value(value.clone())? {
                let _ = write!(out, "{year:04}-{month:02}-{day:02}");
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
    let escape = |byte: u8| match byte {
        0 => Some(b'0'),
        b'\t' => Some(b't'),
        b'\n' => Some(b'n'),
        b'\r' => Some(b'r'),
        b'\\' => Some(b'\\'),
        _ => None,
    };
    let mut plain = 0;
    for (at, byte) in bytes.iter().enumerate() {
        if let Some(letter) = escape(*byte) {
            out.extend_from_slice(&bytes[plain..at]);
            out.extend([b'\\', letter]);
            plain = at + 1;
        }
    }
    out.extend_from_slice(&bytes[plain..]);
}

#[cfg(test)]
mod tests {
    use super::*;
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
        let rows = rows(&["a", "b", "c", "d"], values);
        let forms = forms(&rows).expect("texts");
        assert!(forms.has_bytes() && !forms.mixed);
        let alike = file(&rows, &forms, true).expect("named");
        assert_eq!(bytes(alike.text), b"a\\tb\\nc\\\\N\\0\\r\t\\N\t\\0\xff\t0.1\n");
        assert!(
            alike.sql.contains("CHARACTER SET binary") && !alike.sql.contains("UNHEX"),
            "{}",
            alike.sql
        );
        let file = file(&rows, &forms, false).expect("named");
        assert_eq!(whole(file.text), "a\\tb\\nc\\\\N\\0\\r\t\\N\t00FF\t0.1\n");
        assert_eq!(
            file.sql,
            "LOAD DATA LOCAL INFILE 'rows' INTO TABLE `t` CHARACTER SET utf8mb4 FIELDS TERMINATED BY '\\t' \
             ESCAPED BY '\\\\' LINES TERMINATED BY '\\n' (`a`, `b`, @mb_2, `d`) SET `c` = UNHEX(@mb_2)"
        );
    }

    #[test]
    fn bytes_and_texts_in_one_column_are_told() {
        let values = vec!["a".into(), Value::Bytes(vec![1])];
        assert!(forms(&rows(&["a"], values)).expect("no error").mixed);
    }

    #[test]
    fn what_has_no_text_is_refused_before_anything_is_sent() {
        let error = forms(&rows(&["a"], vec![Value::F64(1.0), Value::F64(f64::NAN)]))
            .err()
            .expect("no NaN");
        assert_eq!(error.kind(), ErrorKind::Value);
        assert!(error.message().starts_with("column a: "), "{error}");
    }

    #[test]
    fn pieces_are_of_bounded_length_and_the_whole() {
        let long = "x".repeat(5 * PIECE);
        let values: Vec<Value> = (0..30_000)
            .map(|n| {
                if n == 7 {
                    long.as_str().into()
                } else {
                    n.to_string().into()
                }
            })
            .collect();
        let wanted: String = (0..30_000)
            .map(|n| {
                if n == 7 {
                    format!("{long}\n")
                } else {
                    format!("{n}\n")
                }
            })
            .collect();
        let rows = rows(&["a"], values);
        let forms = forms(&rows).expect("texts");
        let file = file(&rows, &forms, false).expect("named");
        assert_eq!(whole(file.text), wanted);
    }

    fn bytes(text: Text) -> Vec<u8> {
        let pieces = text.map(|piece| piece.expect("has a text"));
        pieces
            .inspect(|piece| assert!((1..=2 * PIECE).contains(&piece.len())))
            .flatten()
            .collect()
    }

    fn whole(text: Text) -> String {
        String::from_utf8(bytes(text)).expect("text")
    }
}
