//! A row whose texts have no spaces at their end.

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, Utc};
use manybase_driver::{Cell, Row};
use rust_decimal::Decimal;
use uuid::Uuid;

pub(super) struct Trimmed<'r>(pub(super) &'r dyn Row);

macro_rules! as_they_are {
    ($($method:ident -> $type:ty;)*) => {$(
        fn $method(&self, index: usize) -> Cell<$type> {
            self.0.$method(index)
        }
    )*};
}

impl Row for Trimmed<'_> {
    fn len(&self) -> usize {
        self.0.len()
    }

    fn is_null(&self, index: usize) -> bool {
        self.0.is_null(index)
    }

    fn str(&self, index: usize) -> Cell<&str> {
        // Spaces alone: other white space is no padding.
        Ok(self.0.str(index)?.map(|text| text.trim_end_matches(' ')))
    }

    as_they_are! {
        bool -> bool;
        i64 -> i64;
        u64 -> u64;
        f64 -> f64;
        decimal -> Decimal;
        bytes -> &[u8];
        date -> NaiveDate;
        time -> NaiveTime;
        date_time -> NaiveDateTime;
        timestamp -> DateTime<Utc>;
        uuid -> Uuid;
        json -> &str;
    }
}
