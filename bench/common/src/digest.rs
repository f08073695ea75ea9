//! A checksum over what was read. Order of rows does not matter: digests of rows are added up.

#[derive(Debug, Clone, Copy)]
pub struct Digest(u64);

impl Default for Digest {
    fn default() -> Self {
        Self(0xCBF2_9CE4_8422_2325)
    }
}

impl Digest {
    fn word(&mut self, word: u64) {
        self.0 = (self.0.rotate_left(5) ^ word).wrapping_mul(0x517C_C1B7_2722_0A95);
    }

    pub fn i64(&mut self, value: i64) {
        self.word(value.cast_unsigned());
    }

    pub fn bytes(&mut self, bytes: &[u8]) {
        let mut chunks = bytes.chunks_exact(8);
        for chunk in &mut chunks {
            self.word(u64::from_le_bytes(chunk.try_into().unwrap_or_default()));
        }
        for byte in chunks.remainder() {
            self.word(u64::from(*byte));
        }
        self.word(bytes.len() as u64);
    }

    pub fn text(&mut self, text: &str) {
        self.bytes(text.as_bytes());
    }

    pub fn finish(self) -> u64 {
        self.0
    }
}

/// The digest of a child under its parent.
pub fn family(author: i64, name: &str, id: i64, author_id: i64, title: &str, pages: i32) -> u64 {
    let mut digest = Digest::default();
    digest.i64(author);
    digest.text(name);
    digest.i64(id);
    digest.i64(author_id);
    digest.text(title);
    digest.i64(i64::from(pages));
    digest.finish()
}

/// A date of whatever library, as days since 1970.
pub trait Day {
    fn day(&self) -> i64;
}

/// A time without zone of whatever library, as microseconds since 1970.
pub trait Moment {
    fn micros(&self) -> i64;
}

#[cfg(feature = "chrono")]
impl Day for chrono::NaiveDate {
    fn day(&self) -> i64 {
        i64::from(self.to_epoch_days())
    }
}

#[cfg(feature = "chrono")]
impl Moment for chrono::NaiveDateTime {
    fn micros(&self) -> i64 {
        self.and_utc().timestamp_micros()
    }
}

#[cfg(feature = "jiff")]
impl Day for jiff::civil::Date {
    fn day(&self) -> i64 {
        let since = jiff::civil::date(1970, 1, 1).until(*self);
        i64::from(since.map(|span| span.get_days()).unwrap_or_default())
    }
}

#[cfg(feature = "jiff")]
impl Moment for jiff::civil::DateTime {
    fn micros(&self) -> i64 {
        let at = self.to_zoned(jiff::tz::TimeZone::UTC);
        at.map(|at| at.timestamp().as_microsecond()).unwrap_or_default()
    }
}
