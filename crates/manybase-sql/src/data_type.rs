//! Column types in neutral terms.

/// The type of a column or an expression, before a dialect names it.
///
/// ```
/// use manybase_sql::DataType;
/// assert!(DataType::I32.is_integer());
/// assert!(!DataType::Text { length: None }.is_integer());
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum DataType {
    /// True or false.
    Bool,
    /// 16 bits, signed.
    I16,
    /// 32 bits, signed.
    I32,
    /// 64 bits, signed.
    I64,
    /// 64 bits, unsigned; only MySQL has it as a type of its own.
    U64,
    /// IEEE 754 single.
    F32,
    /// IEEE 754 double.
    F64,
    /// Exact decimal; without precision and scale as wide as the database goes.
    Decimal {
        /// Total digits and digits after the point.
        precision: Option<(u8, u8)>,
    },
    /// Text in UTF-8.
    Text {
        /// Longest value, in characters.
        length: Option<u32>,
    },
    /// Text padded with spaces to a fixed width, in characters.
    Char(u32),
    /// Bytes.
    Bytes,
    /// A calendar day.
    Date,
    /// A time of day, to the microsecond.
    Time,
    /// Day and time without a zone, to the microsecond.
    DateTime,
    /// An instant, to the microsecond.
    Timestamp,
    /// A UUID.
    Uuid,
    /// A JSON document.
    Json,
}

impl DataType {
    /// Whether it holds whole numbers.
    ///
    /// ```
    /// assert!(manybase_sql::DataType::U64.is_integer());
    /// ```
    pub fn is_integer(self) -> bool {
        matches!(self, Self::I16 | Self::I32 | Self::I64 | Self::U64)
    }

    /// Whether it is binary floating point.
    ///
    /// ```
    /// assert!(manybase_sql::DataType::F32.is_float());
    /// ```
    pub fn is_float(self) -> bool {
        matches!(self, Self::F32 | Self::F64)
    }

    /// Whether it holds numbers of any kind.
    ///
    /// ```
    /// assert!(manybase_sql::DataType::F64.is_numeric());
    /// assert!(!manybase_sql::DataType::Bool.is_numeric());
    /// ```
    pub fn is_numeric(self) -> bool {
        self.is_integer() || self.is_decimal() || self.is_float()
    }

    /// Whether it is an exact decimal.
    ///
    /// ```
    /// assert!(manybase_sql::DataType::Decimal { precision: None }.is_decimal());
    /// ```
    pub fn is_decimal(self) -> bool {
        matches!(self, Self::Decimal { .. })
    }

    /// Whether it holds text.
    ///
    /// ```
    /// assert!(manybase_sql::DataType::Char(2).is_text());
    /// ```
    pub fn is_text(self) -> bool {
        matches!(self, Self::Text { .. } | Self::Char(_))
    }
}
