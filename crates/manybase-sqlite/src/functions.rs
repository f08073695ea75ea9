//! What SQLite lacks: arithmetic of exact decimals, their order, letters beyond ASCII. The SQLite dialect of
//! `manybase-sql` writes these names.
//!
//! NULL in, NULL out. Arguments may be text, integers and floating-point numbers; results are text in the one form
//! of a decimal. What overflows is an error; a division by zero is NULL, as SQLite's own is.

mod document;

use crate::number::{self, NotDecimal};
use rusqlite::functions::{Aggregate, Context, FunctionFlags, WindowAggregate};
use rusqlite::types::{Value, ValueRef};
use rusqlite::{Connection, Error, Result};
use rust_decimal::{Decimal, RoundingStrategy};

const OVERFLOW: &str = "the result has more digits than a decimal holds";
const NOT_UTF8: &str = "an argument is not valid UTF-8";

/// What a calculation gives: a number, NULL, or why it can't be done.
type Outcome = Result<Option<Decimal>, &'static str>;

type OfTwo = fn(Decimal, Decimal) -> Outcome;
type OfOne = fn(Decimal) -> Decimal;
type OfFloat = fn(f64) -> f64;

fn flags() -> FunctionFlags {
    FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC | FunctionFlags::SQLITE_INNOCUOUS
}

/// The order of decimals, which an index may have.
pub(crate) fn register_order(raw: &Connection) -> Result<()> {
    raw.create_collation("MB_DECIMAL", number::compare)
}

/// Registers all functions. A connection does so when it needs one; see [`crate::learn`].
pub(crate) fn register(raw: &Connection) -> Result<()> {
    let two: [(&str, OfTwo); 5] = [
        ("MB_ADD", |a, b| a.checked_add(b).ok_or(OVERFLOW).map(Some)),
        ("MB_SUB", |a, b| a.checked_sub(b).ok_or(OVERFLOW).map(Some)),
        ("MB_MUL", |a, b| a.checked_mul(b).ok_or(OVERFLOW).map(Some)),
        ("MB_DIV", |a, b| divide(b, || a.checked_div(b))),
        ("MB_REM", |a, b| divide(b, || a.checked_rem(b))),
    ];
    for (name, calculate) in two {
        raw.create_scalar_function(name, 2, flags(), move |context| {
            let (Some(a), Some(b)) = (number(context, 0, name)?, number(context, 1, name)?) else {
                return Ok(None);
            };
            text(calculate(a, b), name)
        })?;
    }
    let one: [(&str, OfOne); 3] = [
        ("MB_NEG", |a| -a),
        ("MB_ABS", |a| a.abs()),
        ("MB_ROUND", |a| round(a, 0)),
    ];
    for (name, calculate) in one {
        raw.create_scalar_function(name, 1, flags(), move |context| {
            text(Ok(number(context, 0, name)?.map(calculate)), name)
        })?;
    }
    raw.create_scalar_function("MB_ROUND", 2, flags(), |context| {
        let name = "MB_ROUND";
        let places = match context.get_raw(1) {
            ValueRef::Null => return Ok(None),
            ValueRef::Integer(places) => places,
            _ => return Err(bad(name, "the number of places is not an integer")),
        };
        text(Ok(number(context, 0, name)?.map(|a| round(a, places))), name)
    })?;
    let whole: [(&str, OfOne, OfFloat); 2] = [
        ("MB_FLOOR", |a| a.floor(), f64::floor),
        ("MB_CEIL", |a| a.ceil(), f64::ceil),
    ];
    for (name, decimal, float) in whole {
        raw.create_scalar_function(name, 1, flags(), move |context| {
            Ok(match context.get_raw(0) {
                ValueRef::Real(number) => Value::Real(float(number)),
                ValueRef::Integer(number) => Value::Integer(number),
                _ => text(Ok(number(context, 0, name)?.map(decimal)), name)?.map_or(Value::Null, Value::Text),
            })
        })?;
    }
    raw.create_scalar_function("MB_SQRT", 1, flags(), |context| {
        let number = float(context, 0, "MB_SQRT")?;
        Ok(number.filter(|number| *number >= 0.0).map(f64::sqrt))
    })?;
    raw.create_scalar_function("MB_POWER", 2, flags(), |context| {
        let name = "MB_POWER";
        let (Some(base), Some(exponent)) = (float(context, 0, name)?, float(context, 1, name)?) else {
            return Ok(None);
        };
        let power = base.powf(exponent);
        match power.is_finite() {
            true => Ok(Some(power)),
            false => Err(bad(name, "the result is no number, or too large")),
        }
    })?;
    document::register(raw)?;
    raw.create_window_function("MB_SUM", 1, flags(), Sum { average: false })?;
    raw.create_window_function("MB_AVG", 1, flags(), Sum { average: true })?;
    raw.create_scalar_function("MB_LOWER", 1, flags(), |context| {
        fold(context, "MB_LOWER", str::make_ascii_lowercase, |c, to| {
            to.extend(c.to_lowercase())
        })
    })?;
    raw.create_scalar_function("MB_UPPER", 1, flags(), |context| {
        fold(context, "MB_UPPER", str::make_ascii_uppercase, |c, to| {
            to.extend(c.to_uppercase())
        })
    })
}

fn utf8<'t>(text: &'t [u8], name: &str) -> Result<&'t str> {
    std::str::from_utf8(text).map_err(|_| bad(name, NOT_UTF8))
}

/// An error whose text says no value.
fn bad(name: &str, why: &str) -> Error {
    Error::UserFunctionError(format!("{name}: {why}").into())
}

fn number(context: &Context<'_>, index: usize, name: &str) -> Result<Option<Decimal>> {
    let number = match context.get_raw(index) {
        ValueRef::Null => return Ok(None),
        ValueRef::Integer(number) => Ok(number.into()),
        ValueRef::Real(number) => number::from_f64(number),
        ValueRef::Text(text) => number::parse(utf8(text, name)?),
        ValueRef::Blob(_) => Err(NotDecimal::Form),
    };
    number.map(Some).map_err(|why| match why {
        NotDecimal::Form => bad(name, "an argument is no decimal number"),
        NotDecimal::Range => bad(name, "an argument has more digits than a decimal holds"),
    })
}

/// Decimals come as text.
fn float(context: &Context<'_>, at: usize, name: &str) -> Result<Option<f64>> {
    Ok(match context.get_raw(at) {
        ValueRef::Null => None,
        ValueRef::Integer(number) => Some(number as f64),
        ValueRef::Real(number) => Some(number),
        _ => number(context, at, name)?.and_then(|number| f64::try_from(number).ok()),
    })
}

fn text(outcome: Outcome, name: &str) -> Result<Option<String>> {
    match outcome {
        Ok(number) => Ok(number.map(|number| number::normal(number).to_string())),
        Err(why) => Err(bad(name, why)),
    }
}

fn divide(by: Decimal, calculate: impl FnOnce() -> Option<Decimal>) -> Outcome {
    match by.is_zero() {
        true => Ok(None),
        false => calculate().ok_or(OVERFLOW).map(Some),
    }
}

/// Half away from zero, as PostgreSQL and MySQL do. Negative places round to tens, hundreds and so on.
fn round(number: Decimal, places: i64) -> Decimal {
    let strategy = RoundingStrategy::MidpointAwayFromZero;
    let Ok(places) = u32::try_from(places) else {
        return round_to_tens(number, places.unsigned_abs());
    };
    number.round_dp_with_strategy(places.min(Decimal::MAX_SCALE), strategy)
}

fn round_to_tens(number: Decimal, zeros: u64) -> Decimal {
    // In whole numbers, because a division of decimals may round by itself.
    let unit = u32::try_from(zeros)
        .ok()
        .and_then(|zeros| 10_i128.checked_pow(zeros.checked_add(number.scale())?))
        .filter(|unit| *unit <= i128::MAX / 2);
    let Some(unit) = unit else {
        return Decimal::ZERO;
    };
    let (times, rest) = (number.mantissa() / unit, number.mantissa() % unit);
    let up = if 2 * rest.abs() >= unit { rest.signum() } else { 0 };
    // Beyond the largest decimal the number itself is as close as it gets.
    let rounded = (times + up)
        .checked_mul(unit)
        .and_then(|mantissa| Decimal::try_from_i128_with_scale(mantissa, number.scale()).ok());
    rounded.unwrap_or(number)
}

/// Folds letter by letter, so that the start of a text folds to the start of the folded text.
fn fold(
    context: &Context<'_>,
    name: &str,
    ascii: fn(&mut str),
    letter: fn(char, &mut String),
) -> Result<Option<String>> {
    let mut text = match context.get_raw(0) {
        ValueRef::Null => return Ok(None),
        ValueRef::Integer(number) => return Ok(Some(number.to_string())),
        ValueRef::Real(number) => return Ok(Some(number.to_string())),
        ValueRef::Text(text) => utf8(text, name)?.to_owned(),
        ValueRef::Blob(_) => return Err(bad(name, "the argument is a BLOB")),
    };
    if text.is_ascii() {
        ascii(&mut text);
        return Ok(Some(text));
    }
    let mut folded = String::with_capacity(text.len());
    text.chars().for_each(|c| letter(c, &mut folded));
    Ok(Some(folded))
}

struct Sum {
    average: bool,
}

impl Aggregate<(Decimal, u64), Option<String>> for Sum {
    fn init(&self, _: &mut Context<'_>) -> Result<(Decimal, u64)> {
        Ok((Decimal::ZERO, 0))
    }

    fn step(&self, context: &mut Context<'_>, (sum, count): &mut (Decimal, u64)) -> Result<()> {
        if let Some(next) = number(context, 0, self.name())? {
            *sum = sum.checked_add(next).ok_or_else(|| bad(self.name(), OVERFLOW))?;
            *count += 1;
        }
        Ok(())
    }

    fn finalize(&self, _: &mut Context<'_>, sum: Option<(Decimal, u64)>) -> Result<Option<String>> {
        self.of(sum)
    }
}

impl WindowAggregate<(Decimal, u64), Option<String>> for Sum {
    fn value(&self, sum: Option<&mut (Decimal, u64)>) -> Result<Option<String>> {
        self.of(sum.copied())
    }

    fn inverse(&self, context: &mut Context<'_>, (sum, count): &mut (Decimal, u64)) -> Result<()> {
        if let Some(left) = number(context, 0, self.name())? {
            *sum = sum.checked_sub(left).ok_or_else(|| bad(self.name(), OVERFLOW))?;
            *count = count.saturating_sub(1);
        }
        Ok(())
    }
}

impl Sum {
    fn of(&self, sum: Option<(Decimal, u64)>) -> Result<Option<String>> {
        let outcome = match sum {
            None | Some((_, 0)) => Ok(None),
            Some((sum, count)) if self.average => divide(count.into(), || sum.checked_div(count.into())),
            Some((sum, _)) => Ok(Some(sum)),
        };
        text(outcome, self.name())
    }

    fn name(&self) -> &'static str {
        if self.average { "MB_AVG" } else { "MB_SUM" }
    }
}
