//! A rule of one field.

use super::form::{self, Pattern};
use crate::ColumnType;
use manybase_driver::FieldErrors;
use manybase_sql::{DataType, Name, Value};
use rust_decimal::Decimal;
use rust_decimal::prelude::{FromPrimitive, ToPrimitive};
use std::cmp::Ordering;

/// A rule of one field, as the derive macro gives it to the model's description. NULL keeps to every rule: a field
/// that may not be NULL is no `Option`.
///
/// ```
/// use manybase_record::Rule;
/// use manybase_driver::FieldErrors;
/// let mut errors = FieldErrors::default();
/// Rule::min_len::<String>(3).check("name", &"ab".into(), &mut errors);
/// assert_eq!(errors.to_string(), "name is shorter than 3 characters");
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Rule(Kind);

#[derive(Debug, Clone, PartialEq)]
enum Kind {
    MinLen(usize),
    MaxLen(usize),
    NonEmpty,
    Range {
        least: Option<Value>,
        most: Option<Value>,
        /// Whether the greatest is one of them.
        included: bool,
    },
    OneOf(Vec<Value>),
    Pattern(Pattern),
    Email,
    Url,
}

const fn is_text<T: ColumnType>() -> bool {
    matches!(T::DATA_TYPE, DataType::Text { .. })
}

const fn is_number<T: ColumnType>() -> bool {
    use DataType::{Decimal, F32, F64, I16, I32, I64, U64};
    matches!(T::DATA_TYPE, I16 | I32 | I64 | U64 | F32 | F64 | Decimal { .. })
}

impl Rule {
    /// At least so many characters.
    ///
    /// ```
    /// use manybase_record::{FieldErrors, Rule};
    /// let rule = Rule::min_len::<String>(3);
    /// let mut errors = FieldErrors::default();
    /// rule.check("name", &"Ann".into(), &mut errors);
    /// assert!(errors.is_empty());
    /// rule.check("name", &"Al".into(), &mut errors);
    /// assert!(!errors.is_empty());
    /// ```
    pub fn min_len<T: ColumnType>(characters: usize) -> Self {
        const { assert!(is_text::<T>(), "`min_len` is for texts") };
        Self(Kind::MinLen(characters))
    }

    /// At most so many characters.
    ///
    /// ```
    /// use manybase_record::{FieldErrors, Rule};
    /// let rule = Rule::max_len::<String>(3);
    /// let mut errors = FieldErrors::default();
    /// rule.check("name", &"Ann".into(), &mut errors);
    /// assert!(errors.is_empty());
    /// rule.check("name", &"Anna".into(), &mut errors);
    /// assert!(!errors.is_empty());
    /// ```
    pub fn max_len<T: ColumnType>(characters: usize) -> Self {
        const { assert!(is_text::<T>(), "`max_len` is for texts") };
        Self(Kind::MaxLen(characters))
    }

    /// More than white space.
    ///
    /// ```
    /// use manybase_record::{FieldErrors, Rule};
    /// let rule = Rule::non_empty::<String>();
    /// let mut errors = FieldErrors::default();
    /// rule.check("name", &"Ann".into(), &mut errors);
    /// assert!(errors.is_empty());
    /// rule.check("name", &" ".into(), &mut errors);
    /// assert!(!errors.is_empty());
    /// ```
    pub fn non_empty<T: ColumnType>() -> Self {
        const { assert!(is_text::<T>(), "`non_empty` is for texts") };
        Self(Kind::NonEmpty)
    }

    /// Within two ends. Numbers of all types compare, exactly where both are exact.
    ///
    /// ```
    /// use manybase_record::{FieldErrors, Rule};
    /// let rule = Rule::range::<i64>(Some(18.into()), Some(65.into()), false);
    /// let mut errors = FieldErrors::default();
    /// rule.check("age", &18i64.into(), &mut errors);
    /// assert!(errors.is_empty());
    /// rule.check("age", &65i64.into(), &mut errors);
    /// assert!(!errors.is_empty());
    /// ```
    pub fn range<T: ColumnType>(least: Option<Value>, most: Option<Value>, included: bool) -> Self {
        const { assert!(is_number::<T>(), "`range` is for numbers") };
        Self(Kind::Range {
            least,
            most,
            included,
        })
    }

    /// One of these.
    ///
    /// ```
    /// use manybase_record::{FieldErrors, Rule};
    /// let rule = Rule::one_of::<String>(vec!["S".into(), "M".into()]);
    /// let mut errors = FieldErrors::default();
    /// rule.check("size", &"M".into(), &mut errors);
    /// assert!(errors.is_empty());
    /// rule.check("size", &"XXL".into(), &mut errors);
    /// assert!(!errors.is_empty());
    /// ```
    pub fn one_of<T: ColumnType>(values: Vec<Value>) -> Self {
        const {
            assert!(
                is_text::<T>() || is_number::<T>(),
                "`one_of` is for texts and numbers"
            )
        };
        Self(Kind::OneOf(values))
    }

    /// The whole text matches this regular expression. One that is none matches nothing; the derive macro refuses it.
    ///
    /// ```
    /// use manybase_record::Rule;
    /// use manybase_driver::FieldErrors;
    /// let mut errors = FieldErrors::default();
    /// Rule::pattern::<String>("[0-9]{5}").check("zip", &"1234".into(), &mut errors);
    /// assert_eq!(errors.to_string(), "zip is not of the form that it must have");
    /// ```
    pub fn pattern<T: ColumnType>(pattern: &'static str) -> Self {
        const { assert!(is_text::<T>(), "`pattern` is for texts") };
        Self(Kind::Pattern(Pattern::new(pattern)))
    }

    /// An address of electronic mail, as browsers check it.
    ///
    /// ```
    /// use manybase_record::Rule;
    /// use manybase_driver::FieldErrors;
    /// let mut errors = FieldErrors::default();
    /// Rule::email::<String>().check("email", &"ann@example".into(), &mut errors);
    /// assert_eq!(errors.to_string(), "email is no e-mail address");
    /// ```
    pub fn email<T: ColumnType>() -> Self {
        const { assert!(is_text::<T>(), "`email` is for texts") };
        Self(Kind::Email)
    }

    /// An absolute address of the web: `http` or `https`, and a host.
    ///
    /// ```
    /// use manybase_record::Rule;
    /// use manybase_driver::FieldErrors;
    /// let mut errors = FieldErrors::default();
    /// Rule::url::<String>().check("home", &"javascript:alert(1)".into(), &mut errors);
    /// assert_eq!(errors.to_string(), "home is no address that begins with http:// or https://");
    /// ```
    pub fn url<T: ColumnType>() -> Self {
        const { assert!(is_text::<T>(), "`url` is for texts") };
        Self(Kind::Url)
    }

    /// Adds an error when the value breaks the rule. It does not hold the value.
    ///
    /// ```
    /// use manybase_record::{FieldErrors, Rule};
    /// let rule = Rule::max_len::<String>(3);
    /// let mut errors = FieldErrors::default();
    /// rule.check("name", &"Ann".into(), &mut errors);
    /// assert!(errors.is_empty());
    /// rule.check("name", &"Anna".into(), &mut errors);
    /// assert!(!errors.is_empty());
    /// ```
    pub fn check(&self, field: &str, value: &Value, errors: &mut FieldErrors) {
        if *value == Value::Null {
            return;
        }
        if let Some((code, message)) = self.broken(value) {
            errors.add_code(Name::Owned(field.to_owned()), code, message);
        }
    }

    fn broken(&self, value: &Value) -> Option<(&'static str, String)> {
        let text = match value {
            Value::Text(text) => Some(text),
            _ => None,
        };
        match &self.0 {
            Kind::MinLen(least) => text
                .is_some_and(|text| text.chars().count() < *least)
                .then(|| ("min_len", format!("is shorter than {least} characters"))),
            Kind::MaxLen(most) => text
                .is_some_and(|text| text.chars().count() > *most)
                .then(|| ("max_len", format!("is longer than {most} characters"))),
            Kind::NonEmpty => text
                .is_some_and(|text| text.trim().is_empty())
                .then(|| ("non_empty", "is empty".to_owned())),
            Kind::Pattern(pattern) => text.is_some_and(|text| !pattern.matches(text)).then(|| {
                let told = match pattern.is_valid() {
                    true => "is not of the form that it must have",
                    false => "has a rule with a pattern that is no regular expression",
                };
                ("pattern", told.to_owned())
            }),
            Kind::Email => text
                .is_some_and(|text| !form::is_email(text))
                .then(|| ("email", "is no e-mail address".to_owned())),
            Kind::Url => text.is_some_and(|text| !form::is_url(text)).then(|| {
                let told = "is no address that begins with http:// or https://";
                ("url", told.to_owned())
            }),
            Kind::Range {
                least,
                most,
                included,
            } => {
                let compared = |end: &Option<Value>| end.as_ref().map(|end| compare(value, end));
                // What can't be compared, such as NaN, is in no range.
                let above =
                    |order: Option<Ordering>| matches!(order, Some(Ordering::Greater | Ordering::Equal));
                let below = |order: Option<Ordering>| match order {
                    Some(Ordering::Less) => true,
                    Some(Ordering::Equal) => *included,
                    _ => false,
                };
                let inside = compared(least).is_none_or(above) && compared(most).is_none_or(below);
                (!inside).then(|| ("range", told(least.as_ref(), most.as_ref(), *included)))
            }
            Kind::OneOf(values) => {
                let same = |one: &Value| one == value || compare(one, value) == Some(Ordering::Equal);
                (!values.iter().any(same))
                    .then(|| ("one_of", "is none of the values that it may have".to_owned()))
            }
        }
    }
}

fn told(least: Option<&Value>, most: Option<&Value>, included: bool) -> String {
    let number = |value: &Value| {
        exact(value).map_or_else(|| float(value).unwrap_or_default().to_string(), |n| n.to_string())
    };
    match (least.map(number), most.map(number)) {
        (Some(least), Some(most)) if included => format!("is not between {least} and {most}"),
        (Some(least), Some(most)) => format!("is not from {least} to below {most}"),
        (Some(least), None) => format!("is less than {least}"),
        (None, Some(most)) if included => format!("is more than {most}"),
        (None, Some(most)) => format!("is not below {most}"),
        (None, None) => "is no number".to_owned(),
    }
}

fn exact(value: &Value) -> Option<Decimal> {
    match value {
        Value::I64(number) => Decimal::from_i64(*number),
        Value::U64(number) => Decimal::from_u64(*number),
        Value::Decimal(number) => Some(*number),
        _ => None,
    }
}

fn float(value: &Value) -> Option<f64> {
    match value {
        Value::F32(number) => Some(f64::from(*number)),
        Value::F64(number) => Some(*number),
        other => exact(other)?.to_f64(),
    }
}

fn compare(left: &Value, right: &Value) -> Option<Ordering> {
    match (exact(left), exact(right)) {
        (Some(left), Some(right)) => Some(left.cmp(&right)),
        _ => float(left)?.partial_cmp(&float(right)?),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(rule: &Rule, value: impl Into<Value>) -> Option<&'static str> {
        rule.broken(&value.into()).map(|(code, _)| code)
    }

    #[test]
    fn characters_are_counted() {
        assert_eq!(code(&Rule::max_len::<String>(3), "äöü"), None);
        assert_eq!(code(&Rule::max_len::<String>(3), "äöüß"), Some("max_len"));
        assert_eq!(code(&Rule::min_len::<String>(3), "äö"), Some("min_len"));
        assert_eq!(
            code(&Rule::non_empty::<Option<String>>(), " \t"),
            Some("non_empty")
        );
    }

    #[test]
    fn ranges_of_all_kinds_of_numbers() {
        let closed = Rule::range::<i64>(Some(1i64.into()), Some(4i64.into()), true);
        for (value, is) in [(0i64, Some("range")), (1, None), (4, None), (5, Some("range"))] {
            assert_eq!(code(&closed, value), is);
        }
        let open = Rule::range::<f64>(None, Some(1i64.into()), false);
        for (value, is) in [
            (-9.5f64, None),
            (0.99, None),
            (1.0, Some("range")),
            (f64::NAN, Some("range")),
        ] {
            assert_eq!(code(&open, value), is);
        }
        let decimals = Rule::range::<Decimal>(Some(Decimal::new(5, 1).into()), None, true);
        assert_eq!(code(&decimals, Decimal::new(49, 2)), Some("range"));
        assert_eq!(code(&decimals, Decimal::new(50, 2)), None);
        let wide = Rule::range::<u64>(Some(u64::MAX.into()), None, true);
        assert_eq!(code(&wide, u64::MAX - 1), Some("range"));
        assert_eq!(code(&wide, u64::MAX), None);
    }

    #[test]
    fn lists_and_null() {
        let rule = Rule::one_of::<i32>(vec![1i64.into(), 7i64.into()]);
        assert_eq!(code(&rule, 7u64), None);
        assert_eq!(code(&rule, 2i64), Some("one_of"));
        let mut errors = FieldErrors::default();
        rule.check("n", &Value::Null, &mut errors);
        assert!(errors.is_empty());
    }
}
