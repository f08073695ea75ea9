//! The data: the same for everybody, made from the number of the row.

/// What an item, an entry, an account consist of: ten columns of mixed types.
#[derive(Debug, Clone)]
pub struct Source {
    pub id: i64,
    pub name: String,
    pub email: Option<String>,
    pub age: i32,
    pub balance: i64,
    pub score: f64,
    pub active: bool,
    /// Days since 1970.
    pub born_on: i32,
    /// Microseconds since 1970.
    pub seen_at: i64,
    pub token: Vec<u8>,
}

#[cfg(feature = "chrono")]
impl Source {
    pub fn date(&self) -> chrono::NaiveDate {
        chrono::NaiveDate::from_epoch_days(self.born_on).unwrap_or_default()
    }

    pub fn time(&self) -> chrono::NaiveDateTime {
        chrono::DateTime::from_timestamp_micros(self.seen_at)
            .unwrap_or_default()
            .naive_utc()
    }
}

#[cfg(feature = "jiff")]
impl Source {
    pub fn jiff_date(&self) -> jiff::civil::Date {
        let epoch = jiff::civil::date(1970, 1, 1);
        epoch.saturating_add(jiff::Span::new().days(self.born_on))
    }

    pub fn jiff_time(&self) -> jiff::civil::DateTime {
        let at = jiff::Timestamp::from_microsecond(self.seen_at).unwrap_or_default();
        at.to_zoned(jiff::tz::TimeZone::UTC).datetime()
    }
}

fn mix(n: i64, salt: u64) -> u64 {
    let mut x = n
        .cast_unsigned()
        .wrapping_add(salt.wrapping_mul(0x9E37_79B9_7F4A_7C15));
    x = (x ^ (x >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    x ^ (x >> 31)
}

/// The row with this key.
pub fn source(id: i64) -> Source {
    let pick = |salt: u64, of: u64| (mix(id, salt) % of).cast_signed();
    let city = ["Ghent", "Göteborg", "Łódź", "Lyon", "Porto"][pick(1, 5) as usize];
    Source {
        id,
        name: format!("Customer {id} of {city}"),
        email: (pick(2, 4) != 0).then(|| format!("customer.{id}@mail.example")),
        age: 18 + pick(3, 70) as i32,
        balance: pick(4, 1_000_000_000),
        score: pick(5, 10_000) as f64 / 8.0,
        active: pick(6, 2) == 0,
        born_on: pick(7, 20_000) as i32,
        seen_at: 1_600_000_000_000_000 + pick(8, 150_000_000_000_000),
        token: [mix(id, 9).to_le_bytes(), mix(id, 10).to_le_bytes()].concat(),
    }
}

/// Read only.
pub fn items() -> impl Iterator<Item = Source> {
    (1..=10_000).map(source)
}

/// Updated.
pub fn accounts() -> impl Iterator<Item = Source> {
    (1..=1_000).map(|id| Source {
        balance: 0,
        ..source(id)
    })
}

/// Inserted: their keys are left to the database.
pub fn entries(count: u64) -> impl Iterator<Item = Source> {
    (1..=count.cast_signed()).map(|id| source(1_000_000 + id))
}

#[derive(Debug, Clone)]
pub struct Author {
    pub id: i64,
    pub name: String,
}

#[derive(Debug, Clone)]
pub struct Book {
    pub id: i64,
    pub author_id: i64,
    pub title: String,
    pub pages: i32,
}

pub fn authors() -> impl Iterator<Item = Author> {
    (1..=100).map(|id| Author {
        id,
        name: format!("Author {id}"),
    })
}

pub fn books() -> impl Iterator<Item = Book> {
    (1..=1_000).map(|id| Book {
        id,
        author_id: (id - 1) % 100 + 1,
        title: format!("The book with the number {id}"),
        pages: 80 + (mix(id, 11) % 500) as i32,
    })
}

/// What somebody has typed into a search form: any of it may be missing.
#[derive(Debug, Clone)]
pub struct Search {
    pub age_from: Option<i32>,
    pub active: Option<bool>,
    pub balance_below: Option<i64>,
    pub score_above: Option<f64>,
    /// Days since 1970.
    pub born_from: Option<i32>,
}

/// The search `i` of a cycle.
pub fn search(i: u64) -> Search {
    Search {
        age_from: Some(30 + (i % 8) as i32),
        active: Some(i.is_multiple_of(2)),
        balance_below: Some(700_000_000 - key_like(i) * 1_000),
        score_above: Some(300.0 + i as f64),
        born_from: Some(4_000 + (i * 100) as i32),
    }
}

fn key_like(i: u64) -> i64 {
    crate::key(i, 100_000)
}

#[cfg(feature = "chrono")]
impl Search {
    pub fn born_from(&self) -> Option<chrono::NaiveDate> {
        self.born_from.and_then(chrono::NaiveDate::from_epoch_days)
    }
}

#[cfg(feature = "jiff")]
impl Search {
    pub fn jiff_born_from(&self) -> Option<jiff::civil::Date> {
        let epoch = jiff::civil::date(1970, 1, 1);
        self.born_from
            .map(|days| epoch.saturating_add(jiff::Span::new().days(days)))
    }
}
