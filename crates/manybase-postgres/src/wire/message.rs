//! Messages of the protocol, version 3: how they are written and what is in them.
//!
//! Source: PostgreSQL's documentation, "Frontend/Backend Protocol", "Message Formats".

use super::failure::Failure;
use crate::bind::{self, BindError};
use crate::kind::Kind;
use bytes::{BufMut, BytesMut};
use manybase_sql::Value;
use tokio_postgres::types::{Format, IsNull, Type};

/// The first bytes of the server's messages.
pub(crate) mod tag {
    pub(crate) const BIND_COMPLETE: u8 = b'2';
    pub(crate) const CLOSE_COMPLETE: u8 = b'3';
    pub(crate) const COMMAND_COMPLETE: u8 = b'C';
    pub(crate) const COPY_BOTH: u8 = b'W';
    pub(crate) const COPY_IN: u8 = b'G';
    pub(crate) const COPY_OUT: u8 = b'H';
    pub(crate) const DATA_ROW: u8 = b'D';
    pub(crate) const EMPTY_QUERY: u8 = b'I';
    pub(crate) const ERROR: u8 = b'E';
    pub(crate) const NO_DATA: u8 = b'n';
    pub(crate) const NOTICE: u8 = b'N';
    pub(crate) const NOTIFICATION: u8 = b'A';
    pub(crate) const PARAMETER: u8 = b'S';
    pub(crate) const PARAMETER_DESCRIPTION: u8 = b't';
    pub(crate) const PARSE_COMPLETE: u8 = b'1';
    pub(crate) const READY: u8 = b'Z';
    pub(crate) const ROW_DESCRIPTION: u8 = b'T';
}

/// Writes a message: its tag, its length, and what `body` writes. Of one that fails nothing is left.
fn put<E: From<TooLong>>(
    out: &mut BytesMut,
    tag: u8,
    body: impl FnOnce(&mut BytesMut) -> Result<(), E>,
) -> Result<(), E> {
    let begin = out.len();
    out.put_u8(tag);
    let done = sized(out, true, |out| body(out).map(|()| IsNull::No));
    if done.is_err() {
        out.truncate(begin);
    }
    done
}

/// Writes a length of four bytes and what it is the length of. `whole`: the length's own bytes count too.
pub(crate) fn sized<E: From<TooLong>>(
    out: &mut BytesMut,
    whole: bool,
    body: impl FnOnce(&mut BytesMut) -> Result<IsNull, E>,
) -> Result<(), E> {
    let begin = out.len();
    out.put_i32(-1);
    if let IsNull::No = body(out)? {
        let size = out.len() - begin - if whole { 0 } else { 4 };
        let size = i32::try_from(size).map_err(|_| TooLong)?;
        out[begin..begin + 4].copy_from_slice(&size.to_be_bytes());
    }
    Ok(())
}

/// Longer than 2 GB.
#[derive(Debug)]
pub(crate) struct TooLong;

impl From<TooLong> for Failure {
    fn from(_: TooLong) -> Self {
        Self::TooLong
    }
}

impl From<BindError> for Failure {
    fn from(error: BindError) -> Self {
        Self::Bind(error)
    }
}

/// The name of a statement on the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Name {
    /// Forgotten with the next of its kind.
    None,
    Number(u64),
}

fn name(out: &mut BytesMut, name: Name) {
    if let Name::Number(mut number) = name {
        let mut digits = [0_u8; 20];
        let mut at = digits.len();
        loop {
            at -= 1;
            digits[at] = b'0' + (number % 10) as u8;
            number /= 10;
            if number == 0 {
                break;
            }
        }
        out.put_u8(b'm');
        out.put_slice(&digits[at..]);
    }
    out.put_u8(0);
}

/// A text that ends with a NUL; whoever calls has looked that there is none inside.
fn text(out: &mut BytesMut, text: &str) {
    out.put_slice(text.as_bytes());
    out.put_u8(0);
}

pub(super) fn query(out: &mut BytesMut, sql: &str) -> Result<(), Failure> {
    put(out, b'Q', |out| {
        text(out, sql);
        Ok(())
    })
}

pub(super) fn parse(out: &mut BytesMut, statement: Name, sql: &str) -> Result<(), Failure> {
    put(out, b'P', |out| {
        name(out, statement);
        text(out, sql);
        // The server finds the types out.
        out.put_i16(0);
        Ok(())
    })
}

pub(super) fn describe(out: &mut BytesMut, statement: Name) -> Result<(), Failure> {
    put(out, b'D', |out| {
        out.put_u8(b'S');
        name(out, statement);
        Ok(())
    })
}

pub(super) fn close(out: &mut BytesMut, statement: Name) -> Result<(), Failure> {
    put(out, b'C', |out| {
        out.put_u8(b'S');
        name(out, statement);
        Ok(())
    })
}

/// What goes into the places of a statement.
pub(crate) trait Values {
    /// Somebody has looked that they are as many as there are places.
    fn len(&self) -> usize;

    fn form(&self, at: usize) -> Format;

    fn write(&self, at: usize, out: &mut BytesMut) -> Result<IsNull, BindError>;

    /// The forms in which the columns of the rows come back, as the message has them.
    fn results(&self) -> &[u8] {
        ALL_BINARY
    }
}

/// One form for all columns.
const ALL_BINARY: &[u8] = &[0, 1, 0, 1];

/// The forms in which columns come back. What has the same form either way comes as text: that is the shorter way for the
/// server, which makes room for every binary value by itself.
pub(crate) fn results(columns: &[Kind]) -> Box<[u8]> {
    let is_text = |kind: &Kind| matches!(kind, Kind::Text | Kind::Json);
    match u16::try_from(columns.len()) {
        Ok(count) if columns.iter().any(is_text) => {
            let mut forms = count.to_be_bytes().to_vec();
            let each = columns.iter().map(|kind| u16::from(!is_text(kind)));
            forms.extend(each.flat_map(u16::to_be_bytes));
            forms.into()
        }
        _ => ALL_BINARY.into(),
    }
}

/// Values, and what the server expects in their places.
impl Values for (&[Value], &[(Kind, Type)]) {
    fn len(&self) -> usize {
        self.0.len()
    }

    fn form(&self, at: usize) -> Format {
        let (kind, ty) = &self.1[at];
        bind::form_as(&self.0[at], *kind, ty)
    }

    fn write(&self, at: usize, out: &mut BytesMut) -> Result<IsNull, BindError> {
        let (kind, ty) = &self.1[at];
        bind::encode_as(&self.0[at], *kind, ty, out)
    }
}

/// The values of a statement, bound to the portal without a name.
pub(super) fn bind(out: &mut BytesMut, statement: Name, values: &impl Values) -> Result<(), Failure> {
    // Somebody has looked that there are not more.
    let count = u16::try_from(values.len()).map_err(|_| Failure::TooLong)?;
    put(out, b'B', |out| {
        out.put_u8(0);
        name(out, statement);
        let begin = out.len();
        out.put_u16(count);
        let mut all_binary = true;
        for at in 0..values.len() {
            let binary = matches!(values.form(at), Format::Binary);
            all_binary &= binary;
            out.put_i16(i16::from(binary));
        }
        if all_binary {
            // One for all.
            out.truncate(begin);
            out.put_i16(1);
            out.put_i16(1);
        }
        out.put_u16(count);
        for at in 0..values.len() {
            sized(out, false, |out| {
                values.write(at, out).map_err(|error| Failure::Bind(error.at(at)))
            })?;
        }
        out.put_slice(values.results());
        Ok(())
    })
}

/// Of the portal without a name, to its end.
pub(super) fn execute(out: &mut BytesMut) {
    out.put_slice(b"E\0\0\0\x09\0\0\0\0\0");
}

pub(super) fn sync(out: &mut BytesMut) {
    out.put_slice(b"S\0\0\0\x04");
}

pub(super) fn terminate(out: &mut BytesMut) {
    out.put_slice(b"X\0\0\0\x04");
}

pub(super) fn copy_data<E: From<TooLong>>(
    out: &mut BytesMut,
    body: impl FnOnce(&mut BytesMut) -> Result<(), E>,
) -> Result<(), E> {
    put(out, b'd', body)
}

pub(super) fn copy_done(out: &mut BytesMut) {
    out.put_slice(b"c\0\0\0\x04");
}

pub(super) fn copy_fail(out: &mut BytesMut) {
    out.put_slice(b"f\0\0\0\x05\0");
}

/// What is read from the front of a message's body.
pub(crate) struct Body<'a>(pub(crate) &'a [u8]);

impl<'a> Body<'a> {
    fn bytes<const N: usize>(&mut self) -> Result<[u8; N], Failure> {
        let (bytes, rest) = self.0.split_first_chunk().ok_or(SHORT)?;
        self.0 = rest;
        Ok(*bytes)
    }

    pub(crate) fn u16(&mut self) -> Result<u16, Failure> {
        self.bytes().map(u16::from_be_bytes)
    }

    pub(crate) fn u32(&mut self) -> Result<u32, Failure> {
        self.bytes().map(u32::from_be_bytes)
    }

    pub(crate) fn skip(&mut self, bytes: usize) -> Result<(), Failure> {
        self.0 = self.0.get(bytes..).ok_or(SHORT)?;
        Ok(())
    }

    /// Up to a NUL.
    pub(crate) fn text(&mut self) -> Result<&'a str, Failure> {
        let end = self.0.iter().position(|byte| *byte == 0).ok_or(SHORT)?;
        let text = std::str::from_utf8(&self.0[..end])
            .map_err(|_| Failure::Unexpected("a name that is not UTF-8"))?;
        self.0 = &self.0[end + 1..];
        Ok(text)
    }
}

const SHORT: Failure = Failure::Unexpected("a message that ends too early");

/// How many rows a command has touched: the last word of `INSERT 0 5`, `UPDATE 3`, `SELECT 7`.
pub(crate) fn affected(body: &[u8]) -> u64 {
    let tag = body.strip_suffix(&[0]).unwrap_or(body);
    let digits = tag.rsplit(|byte| *byte == b' ').next().unwrap_or_default();
    let number = std::str::from_utf8(digits)
        .ok()
        .and_then(|digits| digits.parse().ok());
    number.unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_number_of_rows() {
        for (tag, rows) in [
            (&b"INSERT 0 5\0"[..], 5),
            (b"UPDATE 0\0", 0),
            (b"SELECT 18446744073709551615\0", u64::MAX),
            (b"CREATE TABLE\0", 0),
            (b"", 0),
        ] {
            assert_eq!(affected(tag), rows);
        }
    }

    #[test]
    fn of_a_message_that_fails_nothing_is_left() {
        let mut out = BytesMut::from(&b"before"[..]);
        let types = [(Kind::Int4, Type::INT4), (Kind::Int2, Type::INT2)];
        let failed = bind(
            &mut out,
            Name::Number(12),
            &(&[1.into(), 70_000.into()][..], &types[..]),
        );
        assert!(matches!(failed, Err(Failure::Bind(error)) if error.to_string().starts_with("$2")));
        assert_eq!(&out[..], b"before");
        bind(
            &mut out,
            Name::Number(120),
            &(&[1.into(), Value::Null][..], &types[..]),
        )
        .unwrap();
        assert_eq!(
            &out[6..],
            b"B\0\0\0\x20\0m120\0\0\x01\0\x01\0\x02\0\0\0\x04\0\0\0\x01\xff\xff\xff\xff\0\x01\0\x01"
        );
    }

    #[test]
    fn what_is_too_short_is_an_error() {
        let mut body = Body(b"ab\0\0\x07");
        assert_eq!(body.text().unwrap(), "ab");
        assert_eq!(body.u16().unwrap(), 7);
        assert!(body.u16().is_err() && body.text().is_err() && body.skip(1).is_err());
    }
}
