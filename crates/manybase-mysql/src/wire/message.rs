//! What packets hold.

use super::Failure;
use crate::bind::Wire;
use bytes::{BufMut, BytesMut};

/// What a packet begins with.
pub(super) mod head {
    pub(in crate::wire) const OK: u8 = 0x00;
    pub(in crate::wire) const MORE: u8 = 0x01;
    pub(in crate::wire) const LOCAL_FILE: u8 = 0xFB;
    pub(in crate::wire) const END: u8 = 0xFE;
    pub(in crate::wire) const ERROR: u8 = 0xFF;
}

/// What a client asks for.
pub(super) mod command {
    pub(in crate::wire) const QUIT: u8 = 0x01;
    pub(in crate::wire) const QUERY: u8 = 0x03;
    pub(in crate::wire) const PING: u8 = 0x0E;
    pub(in crate::wire) const PREPARE: u8 = 0x16;
    pub(in crate::wire) const EXECUTE: u8 = 0x17;
    pub(in crate::wire) const LONG_DATA: u8 = 0x18;
    pub(in crate::wire) const CLOSE: u8 = 0x19;
    pub(in crate::wire) const RESET: u8 = 0x1F;
    pub(in crate::wire) const EXECUTE_IN_BULK: u8 = 0xFA;
}

/// MariaDB's name for the statement that was prepared last.
pub(super) const LAST_PREPARED: u32 = u32::MAX;

const SHORT: Failure = Failure::Unexpected("a packet that ends too early");

/// Reads a packet's fields from its beginning to its end.
pub(crate) struct Fields<'a>(pub(crate) &'a [u8]);

impl<'a> Fields<'a> {
    #[inline]
    pub(crate) fn bytes(&mut self, length: usize) -> Result<&'a [u8], Failure> {
        let (bytes, rest) = self.0.split_at_checked(length).ok_or(SHORT)?;
        self.0 = rest;
        Ok(bytes)
    }

    #[inline]
    fn array<const N: usize>(&mut self) -> Result<[u8; N], Failure> {
        let (bytes, rest) = self.0.split_first_chunk().ok_or(SHORT)?;
        self.0 = rest;
        Ok(*bytes)
    }

    #[inline]
    pub(crate) fn u8(&mut self) -> Result<u8, Failure> {
        self.array::<1>().map(|[byte]| byte)
    }

    #[inline]
    pub(crate) fn u16(&mut self) -> Result<u16, Failure> {
        self.array().map(u16::from_le_bytes)
    }

    pub(crate) fn u32(&mut self) -> Result<u32, Failure> {
        self.array().map(u32::from_le_bytes)
    }

    /// What stands before a zero.
    pub(crate) fn until_nul(&mut self) -> Result<&'a [u8], Failure> {
        let length = self.0.iter().position(|byte| *byte == 0).ok_or(SHORT)?;
        let bytes = self.bytes(length)?;
        self.0 = &self.0[1..];
        Ok(bytes)
    }

    /// A number of one to nine bytes; `None` where it stands for NULL.
    #[inline]
    pub(crate) fn counted(&mut self) -> Result<Option<u64>, Failure> {
        Ok(Some(match self.u8()? {
            0xFB => return Ok(None),
            0xFC => self.u16()?.into(),
            0xFD => {
                let [a, b, c] = self.array()?;
                u32::from_le_bytes([a, b, c, 0]).into()
            }
            0xFE => u64::from_le_bytes(self.array()?),
            0xFF => return Err(Failure::Unexpected("a length that is none")),
            small => small.into(),
        }))
    }

    /// The length of what follows; `None` for NULL.
    #[inline]
    pub(crate) fn length(&mut self) -> Result<Option<usize>, Failure> {
        match self.counted()? {
            Some(length) => usize::try_from(length).map(Some).map_err(|_| SHORT),
            None => Ok(None),
        }
    }

    /// Text or bytes with their length in front.
    #[inline]
    pub(crate) fn text(&mut self) -> Result<&'a [u8], Failure> {
        let length = self.length()?.ok_or(SHORT)?;
        self.bytes(length)
    }
}

/// What the server says at the end of an answer.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Status {
    pub(crate) affected: u64,
    pub(crate) last_insert_id: u64,
    flags: u16,
    pub(crate) warnings: u16,
}

impl Status {
    const IN_TRANSACTION: u16 = 0x0001;
    const MORE_RESULTS: u16 = 0x0008;

    /// Of an `OK_Packet`.
    pub(super) fn parse(body: &[u8]) -> Result<Self, Failure> {
        let mut fields = Fields(body.get(1..).unwrap_or_default());
        Ok(Self {
            affected: fields.counted()?.unwrap_or_default(),
            last_insert_id: fields.counted()?.unwrap_or_default(),
            flags: fields.u16()?,
            warnings: fields.u16()?,
        })
    }

    /// Of an `EOF_Packet`, or of the `OK_Packet` that has taken its place, where the numbers mean nothing.
    pub(super) fn parse_end(body: &[u8], is_ok: bool) -> Result<Self, Failure> {
        if is_ok {
            let ok = Self::parse(body)?;
            return Ok(Self {
                affected: 0,
                last_insert_id: 0,
                ..ok
            });
        }
        let mut fields = Fields(body.get(1..).unwrap_or_default());
        let warnings = fields.u16()?;
        Ok(Self {
            flags: fields.u16()?,
            warnings,
            ..Self::default()
        })
    }

    pub(crate) fn is_in_transaction(self) -> bool {
        self.flags & Self::IN_TRANSACTION != 0
    }

    pub(super) fn has_more(self) -> bool {
        self.flags & Self::MORE_RESULTS != 0
    }
}

/// A number of one to nine bytes.
fn put_counted(out: &mut BytesMut, number: usize) {
    match number {
        0..=0xFA => out.put_u8(number as u8),
        0xFB..=0xFFFF => {
            out.put_u8(0xFC);
            out.put_u16_le(number as u16);
        }
        0x1_0000..=0xFF_FFFF => {
            out.put_u8(0xFD);
            out.put_uint_le(number as u64, 3);
        }
        _ => {
            out.put_u8(0xFE);
            out.put_u64_le(number as u64);
        }
    }
}

/// Runs a prepared statement. Long values have been sent before.
pub(super) fn execute(out: &mut BytesMut, statement: u32, values: &[Wire], long_sent: bool) {
    out.put_u8(command::EXECUTE);
    out.put_u32_le(statement);
    // No cursor.
    out.put_u8(0);
    out.put_u32_le(1);
    if values.is_empty() {
        return;
    }
    let nulls = out.len();
    out.put_bytes(0, values.len().div_ceil(8));
    // The types follow.
    out.put_u8(1);
    for (at, value) in values.iter().enumerate() {
        if matches!(value, Wire::NULL) {
            out[nulls + at / 8] |= 1 << (at % 8);
        }
        out.put_slice(&type_of(value));
    }
    for value in values {
        match value {
            Wire::Bytes(_) if long_sent => {}
            value => put_value(out, value),
        }
    }
}

/// Runs a prepared statement once for each row. As MariaDB's knowledge base has it under COM_STMT_BULK_EXECUTE.
pub(super) fn execute_in_bulk(out: &mut BytesMut, statement: u32, types: &[Type], values: &[Wire]) {
    /// The types follow.
    const TYPES: u16 = 0x80;
    const IS_VALUE: u8 = 0;
    const IS_NULL: u8 = 1;
    out.put_u8(command::EXECUTE_IN_BULK);
    out.put_u32_le(statement);
    out.put_u16_le(TYPES);
    types.iter().for_each(|of| out.put_slice(of));
    for value in values {
        match value {
            Wire::NULL => out.put_u8(IS_NULL),
            value => {
                out.put_u8(IS_VALUE);
                put_value(out, value);
            }
        }
    }
}

/// The type of a value, and whether it is unsigned.
pub(crate) type Type = [u8; 2];

/// Those that values go as.
pub(crate) mod types {
    use super::Type;

    pub(super) const NULL: Type = [0x06, 0];
    pub(crate) const BYTES: Type = [0xFD, 0];
    pub(crate) const INT: Type = [0x08, 0];
    pub(crate) const UINT: Type = [0x08, 0x80];
    pub(crate) const FLOAT: Type = [0x04, 0];
    pub(crate) const DOUBLE: Type = [0x05, 0];
    pub(crate) const DATE: Type = [0x0C, 0];
    pub(crate) const TIME: Type = [0x0B, 0];
}

pub(crate) fn type_of(value: &Wire) -> Type {
    match value {
        Wire::NULL => types::NULL,
        Wire::Bytes(_) => types::BYTES,
        Wire::Int(_) => types::INT,
        Wire::UInt(_) => types::UINT,
        Wire::Float(_) => types::FLOAT,
        Wire::Double(_) => types::DOUBLE,
        Wire::Date(..) => types::DATE,
        Wire::Time(..) => types::TIME,
    }
}

fn put_value(out: &mut BytesMut, value: &Wire) {
    match *value {
        Wire::NULL => {}
        Wire::Bytes(ref bytes) => {
            put_counted(out, bytes.len());
            out.put_slice(bytes);
        }
        Wire::Int(v) => out.put_i64_le(v),
        Wire::UInt(v) => out.put_u64_le(v),
        Wire::Float(v) => out.put_f32_le(v),
        Wire::Double(v) => out.put_f64_le(v),
        Wire::Date(year, month, day, hour, minute, second, micros) => {
            let length = match (hour, minute, second, micros) {
                (0, 0, 0, 0) => 4,
                (.., 0) => 7,
                _ => 11,
            };
            out.put_u8(length);
            out.put_u16_le(year);
            out.put_slice(&[month, day]);
            if length > 4 {
                out.put_slice(&[hour, minute, second]);
            }
            if length > 7 {
                out.put_u32_le(micros);
            }
        }
        Wire::Time(negative, days, hour, minute, second, micros) => {
            out.put_u8(if micros == 0 { 8 } else { 12 });
            out.put_u8(negative.into());
            out.put_u32_le(days);
            out.put_slice(&[hour, minute, second]);
            if micros != 0 {
                out.put_u32_le(micros);
            }
        }
    }
}
