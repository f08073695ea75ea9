//! Values on their way to the database.

use crate::wire::{Type, types};
use chrono::{Datelike, NaiveDate, NaiveDateTime, NaiveTime, Timelike};
use manybase_driver::{Error, ErrorKind, Result, Value};
pub(crate) use mysql_common::value::Value as Wire;

/// Turns bound values into what the protocol carries, in the place where they are.
pub(crate) fn values(binds: Vec<Value>) -> Result<Vec<Wire>> {
    let wires = binds.into_iter().enumerate().map(|(index, bind)| {
        value(bind).map_err(|why| {
            Error::new(
                ErrorKind::Value,
                format!("value {} can't be bound: {why}", index + 1),
            )
        })
    });
    // Of vectors that come and go in one expression the standard library keeps the memory.
    wires.collect()
}

/// One value.
pub(crate) fn value(bind: Value) -> Result<Wire, &'static str> {
    Ok(match bind {
        Value::Null => Wire::NULL,
        Value::Bool(v) => Wire::Int(v.into()),
        Value::I64(v) => Wire::Int(v),
        Value::U64(v) => Wire::UInt(v),
        Value::F32(v) if v.is_finite() => Wire::Float(v),
        Value::F64(v) if v.is_finite() => Wire::Double(v),
        Value::F32(_) | Value::F64(_) => return Err("there is no infinity and no NaN here"),
        Value::Decimal(v) => Wire::Bytes(v.to_string().into_bytes()),
        Value::Text(v) => Wire::Bytes(v.into_bytes()),
        Value::Bytes(v) => Wire::Bytes(v),
        Value::Date(v) => {
            let (year, month, day) = date(v)?;
            Wire::Date(year, month, day, 0, 0, 0, 0)
        }
        Value::Time(v) => {
            let (hour, minute, second, micros) = time(v)?;
            Wire::Time(false, 0, hour, minute, second, micros)
        }
        Value::DateTime(v) => date_time(v)?,
        Value::Timestamp(v) => date_time(v.naive_utc())?,
        Value::Uuid(v) => Wire::Bytes(v.hyphenated().to_string().into_bytes()),
        Value::Json(v) => Wire::Bytes(v.to_string().into_bytes()),
        Value::List(_) => return Err("a list is no value here"),
        _ => return Err("its kind is not known here"),
    })
}

/// As what a value goes; `None` for NULL, which is of all types.
pub(crate) fn type_of(bind: &Value) -> Option<Type> {
    Some(match bind {
        Value::Null => return None,
        Value::Bool(_) | Value::I64(_) => types::INT,
        Value::U64(_) => types::UINT,
        Value::F32(_) => types::FLOAT,
        Value::F64(_) => types::DOUBLE,
        Value::Date(_) | Value::DateTime(_) | Value::Timestamp(_) => types::DATE,
        Value::Time(_) => types::TIME,
        _ => types::BYTES,
    })
}

fn date_time(at: NaiveDateTime) -> Result<Wire, &'static str> {
    let (year, month, day) = date(at.date())?;
    let (hour, minute, second, micros) = time(at.time())?;
    Ok(Wire::Date(year, month, day, hour, minute, second, micros))
}

fn date(day: NaiveDate) -> Result<(u16, u8, u8), &'static str> {
    let year = u16::try_from(day.year()).ok();
    let year = year.filter(|year| (1..=9999).contains(year));
    let year = year.ok_or("its year is not between 1 and 9999")?;
    Ok((year, day.month() as u8, day.day() as u8))
}

fn time(time: NaiveTime) -> Result<(u8, u8, u8, u32), &'static str> {
    let micros = time.nanosecond() / 1_000;
    if micros >= 1_000_000 {
        return Err("it is a leap second");
    }
    Ok((
        time.hour() as u8,
        time.minute() as u8,
        time.second() as u8,
        micros,
    ))
}

/// Bytes that the values take on the wire, roughly and never too few.
pub(crate) fn wire_size(values: &[Wire]) -> usize {
    values.iter().map(|value| 3 + value.bin_len() as usize).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::wire_type;
    use chrono::DateTime;

    #[test]
    fn what_has_no_form_here_is_refused_without_showing_it() {
        let late = NaiveDate::from_ymd_opt(10_000, 1, 1).expect("chrono has it");
        let leap = NaiveTime::from_hms_micro_opt(23, 59, 59, 1_500_000).expect("chrono has it");
        for bind in [
            Value::F64(f64::NAN),
            Value::F32(f32::INFINITY),
            Value::Date(late),
            Value::Date(NaiveDate::MIN),
            Value::Timestamp(DateTime::<chrono::Utc>::MAX_UTC),
            Value::Time(leap),
            Value::List(vec![Value::I64(1)].into()),
        ] {
            let error = values(vec![Value::Null, bind]).expect_err("no form");
            assert_eq!(error.kind(), ErrorKind::Value);
            assert!(error.message().starts_with("value 2 can't be bound"), "{error}");
        }
    }

    #[test]
    fn the_type_is_that_of_what_goes() {
        let at = DateTime::from_timestamp_micros(1).expect("in range");
        for bind in [
            Value::Bool(true),
            Value::I64(1),
            Value::U64(u64::MAX),
            Value::F32(1.0),
            Value::F64(1.0),
            Value::Decimal(1.into()),
            Value::Text("a".into()),
            Value::Bytes(vec![1]),
            Value::Date(at.date_naive()),
            Value::Time(at.time()),
            Value::DateTime(at.naive_utc()),
            Value::Timestamp(at),
            Value::Uuid(uuid::Uuid::nil()),
            Value::Json(serde_json::json!([1]).into()),
        ] {
            let kind = bind.kind();
            let told = type_of(&bind).expect("it is not NULL");
            assert_eq!(told, wire_type(&value(bind).expect("has a form")), "{kind}");
        }
        assert_eq!(type_of(&Value::Null), None);
    }

    #[test]
    fn instants_go_in_utc_with_their_microseconds() {
        let at = DateTime::from_timestamp_micros(1_700_000_000_123_456).expect("in range");
        assert_eq!(
            values(vec![Value::Timestamp(at)]).expect("has a form"),
            [Wire::Date(2023, 11, 14, 22, 13, 20, 123_456)]
        );
    }
}
