//! A column beside a value: what most conditions are.

use super::{BinaryOp, ColumnRef, Expr};
use crate::{DataType, Value};
use std::borrow::Cow;
use std::fmt;

/// A column compared with a value, where the names are texts of the program. [`Expr::Binary`] with the same sides is
/// the same condition; this one stands in its tree without boxes, and [`Expr::compare`] builds it where it can.
///
/// ```
/// use manybase_sql::{expr::BinaryOp, Expr, Value};
/// let Expr::Comparison(adult) = Expr::column("age").ge(18i64) else { unreachable!() };
/// assert_eq!((adult.name, adult.op(), &adult.value), ("age", BinaryOp::Ge, &Value::I64(18)));
/// assert!(matches!(Expr::column(String::from("age")).ge(18i64), Expr::Binary(..)));
/// ```
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub struct Comparison {
    /// As [`ColumnRef::table`].
    pub table: Option<&'static str>,
    /// The column's name.
    pub name: &'static str,
    /// What is known of the column, and how it is compared.
    kind: ColumnKind,
    /// With what.
    pub value: Value,
}

/// The type of a column and whether it can be NULL, in one word that can be made when the program is compiled.
///
/// ```
/// use manybase_sql::{expr::ColumnKind, DataType};
/// const AGE: ColumnKind = ColumnKind::new(Some(DataType::I32), false);
/// assert_eq!((AGE.data_type(), AGE.is_nullable()), (Some(DataType::I32), false));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ColumnKind(u64);

/// Where the type begins in a [`ColumnKind`]; the operator of a [`Comparison`] is in the lowest byte.
const TYPE: u32 = 16;
const NULLABLE: u64 = 1 << 8;
const OPERATOR: u64 = 0xFF;

impl ColumnKind {
    /// Of what a [`ColumnRef`] says.
    ///
    /// ```
    /// assert!(manybase_sql::expr::ColumnKind::new(None, true).is_nullable());
    /// ```
    pub const fn new(data_type: Option<DataType>, nullable: bool) -> Self {
        let (kind, more) = match data_type {
            None => (0, 0),
            Some(DataType::Bool) => (1, 0),
            Some(DataType::I16) => (2, 0),
            Some(DataType::I32) => (3, 0),
            Some(DataType::I64) => (4, 0),
            Some(DataType::U64) => (5, 0),
            Some(DataType::F32) => (6, 0),
            Some(DataType::F64) => (7, 0),
            Some(DataType::Decimal { precision: None }) => (8, 0),
            Some(DataType::Decimal {
                precision: Some((total, scale)),
            }) => (9, (total as u32) << 8 | scale as u32),
            Some(DataType::Text { length: None }) => (10, 0),
            Some(DataType::Text { length: Some(length) }) => (11, length),
            Some(DataType::Char(length)) => (12, length),
            Some(DataType::Bytes) => (13, 0),
            Some(DataType::Date) => (14, 0),
            Some(DataType::Time) => (15, 0),
            Some(DataType::DateTime) => (16, 0),
            Some(DataType::Timestamp) => (17, 0),
            Some(DataType::Uuid) => (18, 0),
            Some(DataType::Json) => (19, 0),
        };
        let data_type = (kind | (more as u64) << 16) << TYPE;
        Self(if nullable { data_type | NULLABLE } else { data_type })
    }

    /// The type, where known.
    ///
    /// ```
    /// use manybase_sql::{expr::ColumnKind, DataType};
    /// let price = DataType::Decimal { precision: Some((10, 2)) };
    /// assert_eq!(ColumnKind::new(Some(price), false).data_type(), Some(price));
    /// ```
    pub const fn data_type(self) -> Option<DataType> {
        let more = (self.0 >> (TYPE + 16)) as u32;
        Some(match self.0 >> TYPE & 0xFFFF {
            1 => DataType::Bool,
            2 => DataType::I16,
            3 => DataType::I32,
            4 => DataType::I64,
            5 => DataType::U64,
            6 => DataType::F32,
            7 => DataType::F64,
            8 => DataType::Decimal { precision: None },
            9 => DataType::Decimal {
                precision: Some(((more >> 8) as u8, more as u8)),
            },
            10 => DataType::Text { length: None },
            11 => DataType::Text { length: Some(more) },
            12 => DataType::Char(more),
            13 => DataType::Bytes,
            14 => DataType::Date,
            15 => DataType::Time,
            16 => DataType::DateTime,
            17 => DataType::Timestamp,
            18 => DataType::Uuid,
            19 => DataType::Json,
            _ => return None,
        })
    }

    /// Whether it can be NULL.
    ///
    /// ```
    /// assert!(!manybase_sql::expr::ColumnKind::new(None, false).is_nullable());
    /// ```
    pub const fn is_nullable(self) -> bool {
        self.0 & NULLABLE != 0
    }

    /// A number that differs between kinds, with nothing in its lowest byte.
    ///
    /// ```
    /// use manybase_sql::expr::ColumnKind;
    /// assert_ne!(ColumnKind::new(None, true).word(), ColumnKind::new(None, false).word());
    /// ```
    pub const fn word(self) -> u64 {
        self.0 & !OPERATOR
    }
}

impl Comparison {
    /// How they are compared.
    ///
    /// ```
    /// use manybase_sql::{expr::BinaryOp, Expr};
    /// let Expr::Comparison(adult) = Expr::column("age").ge(18i64) else { unreachable!() };
    /// assert_eq!(adult.op(), BinaryOp::Ge);
    /// ```
    pub fn op(&self) -> BinaryOp {
        match self.kind.0 & OPERATOR {
            1 => BinaryOp::Eq,
            2 => BinaryOp::Ne,
            3 => BinaryOp::Lt,
            4 => BinaryOp::Le,
            5 => BinaryOp::Gt,
            _ => BinaryOp::Ge,
        }
    }

    /// What is known of the column.
    ///
    /// ```
    /// use manybase_sql::Expr;
    /// let Expr::Comparison(adult) = Expr::column("age").ge(18i64) else { unreachable!() };
    /// assert_eq!(adult.kind().data_type(), None);
    /// ```
    pub fn kind(&self) -> ColumnKind {
        ColumnKind(self.kind.word())
    }

    /// [`ColumnKind::word`], with a number from 1 to 6 for the operator in the lowest byte.
    ///
    /// ```
    /// use manybase_sql::Expr;
    /// let Expr::Comparison(adult) = Expr::column("age").ge(18i64) else { unreachable!() };
    /// assert_eq!(adult.word(), adult.kind().word() | 6);
    /// ```
    #[inline]
    pub fn word(&self) -> u64 {
        self.kind.0
    }

    /// The column and the value.
    ///
    /// ```
    /// use manybase_sql::Expr;
    /// let Expr::Comparison(adult) = Expr::column("age").ge(18i64) else { unreachable!() };
    /// assert_eq!(adult.sides(), (Expr::column("age"), Expr::from(18i64)));
    /// ```
    pub fn sides(&self) -> (Expr, Expr) {
        let column = column(self.table, self.name, self.kind);
        (Expr::Column(column), Expr::Value(self.value.clone()))
    }
}

fn column(table: Option<&'static str>, name: &'static str, kind: ColumnKind) -> ColumnRef {
    ColumnRef {
        table: table.map(Cow::Borrowed),
        name: Cow::Borrowed(name),
        data_type: kind.data_type(),
        nullable: kind.is_nullable(),
    }
}

/// Of an operator that compares; the other way round it is [`Comparison::op`].
#[inline]
fn code(op: BinaryOp) -> Option<u64> {
    Some(match op {
        BinaryOp::Eq => 1,
        BinaryOp::Ne => 2,
        BinaryOp::Lt => 3,
        BinaryOp::Le => 4,
        BinaryOp::Gt => 5,
        BinaryOp::Ge => 6,
        _ => return None,
    })
}

impl fmt::Debug for Comparison {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Comparison")
            .field("table", &self.table)
            .field("name", &self.name)
            .field("data_type", &self.kind.data_type())
            .field("nullable", &self.kind.is_nullable())
            .field("op", &self.op())
            .field("value", &self.value)
            .finish()
    }
}

impl Expr {
    /// Both sides with an operator between them: an [`Expr::Comparison`] where they make one.
    ///
    /// ```
    /// use manybase_sql::{expr::BinaryOp, Expr};
    /// let adult = Expr::column("age").compare(BinaryOp::Ge, 18i64.into());
    /// assert_eq!(adult, Expr::column("age").ge(18i64));
    /// ```
    #[must_use]
    pub fn compare(self, op: BinaryOp, other: Expr) -> Expr {
        let sides = match (self, other) {
            (
                Self::Column(ColumnRef {
                    table: None,
                    name: Cow::Borrowed(name),
                    data_type,
                    nullable,
                }),
                Self::Value(value),
            ) => return Self::compared(None, name, ColumnKind::new(data_type, nullable), op, value),
            (
                Self::Column(ColumnRef {
                    table: Some(Cow::Borrowed(table)),
                    name: Cow::Borrowed(name),
                    data_type,
                    nullable,
                }),
                Self::Value(value),
            ) => return Self::compared(Some(table), name, ColumnKind::new(data_type, nullable), op, value),
            sides => sides,
        };
        Self::Binary(Box::new(sides), op)
    }

    /// As [`Expr::compare`] of a column whose names are in the program and a value.
    ///
    /// ```
    /// use manybase_sql::{expr::{BinaryOp, ColumnKind}, DataType, Expr};
    /// const ID: ColumnKind = ColumnKind::new(Some(DataType::I64), false);
    /// let one = Expr::compared(None, "id", ID, BinaryOp::Eq, 7i64.into());
    /// assert_eq!(one, Expr::typed_column("id", DataType::I64, false).eq(7i64));
    /// ```
    #[inline]
    pub fn compared(
        table: Option<&'static str>,
        name: &'static str,
        kind: ColumnKind,
        op: BinaryOp,
        value: Value,
    ) -> Expr {
        match code(op) {
            Some(code) => Self::Comparison(Comparison {
                table,
                name,
                kind: ColumnKind(kind.word() | code),
                value,
            }),
            None => Self::Binary(
                Box::new((Self::Column(column(table, name, kind)), Self::Value(value))),
                op,
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Order, Select, dialect};

    fn long(short: &Expr) -> Expr {
        let Expr::Comparison(of) = short else {
            panic!("{short:?}")
        };
        Expr::Binary(Box::new(of.sides()), of.op())
    }

    #[test]
    fn it_is_the_condition_that_its_sides_are() {
        for column in [
            Expr::column("a"),
            Expr::qualified("t", "a"),
            Expr::typed_column("a", DataType::Decimal { precision: None }, false),
        ] {
            for value in [Value::Null, 7i64.into(), "x".into()] {
                let short = column.clone().ne(value.clone());
                let Expr::Binary(sides, BinaryOp::Ne) = long(&short) else {
                    panic!("{short:?}")
                };
                assert_eq!(*sides, (column.clone(), Expr::Value(value)));
                let long = Expr::Binary(sides, BinaryOp::Ne);
                assert_eq!(short.data_type(), long.data_type());
                assert_eq!(short.is_nullable(), long.is_nullable());
                assert_eq!(short.binds(), long.binds());
                assert!(short.reads("A") && long.reads("A") && !short.reads("b"));
                let mut other = |part: &Expr| (*part == column).then(|| Expr::column("b"));
                let replaced = [short, long].map(|condition| condition.replaced(&mut other));
                assert_eq!(self::long(&replaced[0]), replaced[1]);
            }
        }
    }

    #[test]
    fn it_is_written_as_its_sides_are() {
        let of = |data_type| Expr::typed_column("a", data_type, true).le(7i64);
        for short in [
            DataType::I16,
            DataType::Decimal { precision: None },
            DataType::Date,
        ]
        .map(of)
        {
            let select = |part: Expr| {
                let select = Select::from("t").item(part.clone()).filter(part.clone().not());
                let select = select.filter(part.clone().or(part.clone()));
                select.order_by(part, Order::Desc)
            };
            for dialect in [dialect::sqlite(), dialect::postgres(), dialect::mysql()] {
                let texts = [short.clone(), long(&short)].map(|part| select(part).render(dialect));
                assert_eq!(texts[0], texts[1]);
            }
        }
    }

    #[test]
    fn operators_and_kinds_come_back() {
        use BinaryOp::{And, Eq, Ge, Gt, Le, Lt, Ne, Sub};
        for op in [Eq, Ne, Lt, Le, Gt, Ge, And, Sub] {
            let expr = Expr::column("a").compare(op, Expr::from(1i64));
            match expr {
                Expr::Comparison(of) => assert!(of.op() == op && op.is_comparison()),
                Expr::Binary(_, of) => assert!(of == op && !op.is_comparison()),
                other => panic!("{other:?}"),
            }
        }
        let text = |length| DataType::Text { length };
        let decimal = |precision| DataType::Decimal { precision };
        let mut words = std::collections::HashSet::new();
        for data_type in [
            DataType::Bool,
            DataType::I16,
            DataType::I32,
            DataType::I64,
            DataType::U64,
            DataType::F32,
            DataType::F64,
            decimal(None),
            decimal(Some((0, 0))),
            decimal(Some((255, 255))),
            text(None),
            text(Some(0)),
            text(Some(u32::MAX)),
            DataType::Char(0),
            DataType::Char(u32::MAX),
            DataType::Bytes,
            DataType::Date,
            DataType::Time,
            DataType::DateTime,
            DataType::Timestamp,
            DataType::Uuid,
            DataType::Json,
        ]
        .map(Some)
        .into_iter()
        .chain([None])
        {
            for nullable in [false, true] {
                let kind = ColumnKind::new(data_type, nullable);
                assert_eq!((kind.data_type(), kind.is_nullable()), (data_type, nullable));
                assert!(words.insert(kind.word()) && kind.word() & OPERATOR == 0);
            }
        }
    }

    /// Every node is as large as the largest.
    #[test]
    fn it_takes_little_room() {
        assert!(size_of::<Expr>() <= 72);
    }
}
