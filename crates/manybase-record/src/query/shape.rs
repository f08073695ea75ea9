//! What decides the text of a query for whole records, and the values that it binds.

pub(super) mod change;

use crate::ModelMeta;
use crate::meta::{Key, kind_of};
use manybase_driver::Result;
use manybase_sql::expr::{BinaryOp, ColumnKind, ColumnRef, Comparison, UnaryOp};
use manybase_sql::{DataType, Dialect, Expr, Order, Rendered, Select, Value};
use std::borrow::Cow;
use std::sync::Arc;

/// In the lowest byte beside an operator: the rest of an [`Expr::Comparison`] follows it in the same words.
const COMPARISON: u64 = 0x40;

/// Puts all that decides the query's text into the key, and returns the values that it binds, in their order. What is
/// not known here gives the key up.
pub(super) fn shape(select: &Select, key: &mut Key, dialect: &dyn Dialect) -> Vec<Value> {
    let plain = select.items.is_empty()
        && select.group_by.is_empty()
        && select.having.is_none()
        && select.lock.is_none()
        && select.tables.is_none()
        && !select.counted
        && select.limit_per.is_none()
        // Databases have their own ways with an offset alone.
        && (select.limit.is_some() || select.offset.is_none());
    if !plain {
        key.give_up();
        return Vec::new();
    }
    let mut shape = Gather {
        key,
        table: &select.from.name,
        binds: Vec::with_capacity(8),
    };
    let flags = [
        select.distinct,
        select.limit.is_some(),
        select.offset.is_some(),
        select.filter.is_some(),
    ];
    let flags = flags.into_iter().fold(0, |all, flag| all << 1 | u64::from(flag));
    shape.key.put(flags);
    if let Some(filter) = &select.filter {
        shape.expr(filter, None);
    }
    for by in &select.order_by {
        let Expr::Column(column) = &by.expr else {
            shape.key.give_up();
            break;
        };
        let nulls = by.nulls_first.map_or(2, u64::from);
        shape.column(column, nulls << 1 | u64::from(by.order == Order::Desc));
    }
    let mut limit = select.limit;
    if dialect.capability().limit_in_text
        && let Some(number) = limit.take()
    {
        shape.key.put(number);
    }
    for number in [limit, select.offset].into_iter().flatten() {
        shape.binds.push(number.min(i64::MAX as u64).into());
    }
    shape.binds
}

/// A text that was rendered before, with these values; else what is rendered now, which is kept.
pub(super) fn kept(
    meta: &ModelMeta,
    key: &Key,
    binds: Vec<Value>,
    render: impl FnOnce() -> Result<Rendered>,
) -> Result<(Arc<str>, Vec<Value>)> {
    if let Some(sql) = meta.texts.get(key) {
        return Ok((sql, binds));
    }
    let rendered = render()?;
    let sql: Arc<str> = rendered.sql.into();
    meta.texts.keep(key, &sql, &rendered.binds, &binds);
    Ok((sql, rendered.binds))
}

struct Gather<'k> {
    key: &'k mut Key,
    /// The only table; columns of others are refused by what renders.
    table: &'k str,
    binds: Vec<Value>,
}

impl Gather<'_> {
    /// `beside` is what a value is compared with.
    fn expr(&mut self, expr: &Expr, beside: Option<&Expr>) {
        match expr {
            Expr::Column(column) => self.column(column, 0),
            Expr::Value(value) => self.value(value, beside),
            Expr::Unary(UnaryOp::Not, inner) => {
                self.key.put(3);
                self.expr(inner, None);
            }
            Expr::IsNull { expr, negated } => {
                self.key.put(4 | u64::from(*negated) << 8);
                self.expr(expr, None);
            }
            Expr::All(conditions) => {
                self.key.put(5 | (conditions.len() as u64) << 8);
                for condition in conditions {
                    match condition {
                        Expr::Comparison(of) => self.comparison(of),
                        other => self.expr(other, None),
                    }
                }
            }
            Expr::Comparison(of) => self.comparison(of),
            Expr::Binary(sides, op) => {
                let op = match op {
                    BinaryOp::Eq => 10,
                    BinaryOp::Ne => 11,
                    BinaryOp::Lt => 12,
                    BinaryOp::Le => 13,
                    BinaryOp::Gt => 14,
                    BinaryOp::Ge => 15,
                    BinaryOp::And => 16,
                    BinaryOp::Or => 17,
                    _ => return self.key.give_up(),
                };
                self.key.put(op);
                self.expr(&sides.0, Some(&sides.1));
                self.expr(&sides.1, Some(&sides.0));
            }
            _ => self.key.give_up(),
        }
    }

    /// Three words.
    #[inline]
    fn comparison(&mut self, of: &Comparison) {
        let foreign = of.table.is_some_and(|table| self.is_other(table));
        let (Ok(len), Some(kind), false) = (
            u32::try_from(of.name.len()),
            kind_of(&of.value, fits(&of.value, of.kind())),
            foreign,
        ) else {
            return self.key.give_up();
        };
        self.key.put_all([
            COMPARISON | of.word(),
            of.name.as_ptr().addr() as u64,
            u64::from(len) | kind << 32,
        ]);
        self.binds.push(of.value.clone());
    }

    /// Whether it is the name of another table.
    #[inline]
    fn is_other(&self, table: &str) -> bool {
        // As a rule it is the very same text.
        let same = std::ptr::eq(table.as_ptr(), self.table.as_ptr()) && table.len() == self.table.len();
        !same && table != self.table
    }

    /// `order` is put beside it, in three bits.
    fn column(&mut self, column: &ColumnRef, order: u64) {
        if column.table.as_ref().is_some_and(|table| self.is_other(table)) {
            return self.key.give_up();
        }
        let word = ColumnKind::new(column.data_type, column.nullable).word() | order << 10;
        match &column.name {
            Cow::Borrowed(name) => {
                self.key
                    .put_all([1 | word, name.as_ptr().addr() as u64, name.len() as u64])
            }
            Cow::Owned(name) => {
                self.key.put(1 | 1 << 9 | word);
                self.key.text(name);
            }
        }
    }

    fn value(&mut self, value: &Value, beside: Option<&Expr>) {
        let fits = match beside {
            Some(Expr::Column(column)) => fits(value, ColumnKind::new(column.data_type, column.nullable)),
            _ => true,
        };
        self.key.value(value, fits);
        self.binds.push(value.clone());
    }
}

/// Whether a number is in the range of the column that it stands beside.
#[inline]
fn fits(value: &Value, column: ColumnKind) -> bool {
    const TYPE: u64 = !ColumnKind::new(None, true).word();
    const I16: u64 = ColumnKind::new(Some(DataType::I16), false).word();
    const I32: u64 = ColumnKind::new(Some(DataType::I32), false).word();
    match (value, column.word() & TYPE) {
        (Value::I64(number), I16) => i16::try_from(*number).is_ok(),
        (Value::I64(number), I32) => i32::try_from(*number).is_ok(),
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::meta::Shape;
    use manybase_sql::dialect::{mariadb, matrixone, mysql, postgres, sqlite, sqlite_attached};
    use manybase_sql::{Dialect, LikePattern, OrderBy, Value};
    use std::collections::HashMap;

    pub(super) const DIALECTS: [fn() -> &'static dyn Dialect; 6] = [
        sqlite,
        || sqlite_attached("crm"),
        postgres,
        mysql,
        mariadb,
        matrixone,
    ];

    /// The same numbers each time.
    pub(super) struct Dice(pub(super) u64);

    impl Dice {
        pub(super) fn roll(&mut self, sides: u64) -> u64 {
            self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            (self.0 >> 33) % sides
        }

        pub(super) fn column(&mut self) -> Expr {
            let types = [
                None,
                Some(DataType::Bool),
                Some(DataType::I16),
                Some(DataType::I32),
                Some(DataType::I64),
                Some(DataType::U64),
                Some(DataType::F32),
                Some(DataType::F64),
                Some(DataType::Decimal { precision: None }),
                Some(DataType::Decimal {
                    precision: Some((10, 2)),
                }),
                Some(DataType::Text { length: None }),
                Some(DataType::Char(3)),
                Some(DataType::Date),
                Some(DataType::Uuid),
            ];
            Expr::Column(ColumnRef {
                table: [None, Some("t".into()), Some("u".into())][self.roll(40).saturating_sub(37) as usize]
                    .clone(),
                name: ["a", "b", "ab"][self.roll(3) as usize].into(),
                data_type: types[self.roll(types.len() as u64) as usize],
                nullable: self.roll(2) == 0,
            })
        }

        pub(super) fn value(&mut self) -> Expr {
            let date = chrono::NaiveDate::default();
            let values = [
                Value::Null,
                true.into(),
                1i64.into(),
                70_000i64.into(),
                (1i64 << 40).into(),
                Value::U64(u64::MAX),
                1f32.into(),
                1f64.into(),
                Value::Decimal("1.5".parse().unwrap()),
                Value::Decimal("1.50".parse().unwrap()),
                "a".into(),
                vec![1u8].into(),
                date.into(),
                date.and_time(Default::default()).into(),
            ];
            Expr::Value(values[self.roll(values.len() as u64) as usize].clone())
        }

        fn leaf(&mut self) -> Expr {
            match self.roll(2) {
                0 => self.column(),
                _ => self.value(),
            }
        }

        pub(super) fn condition(&mut self, depth: u32) -> Expr {
            let deep = depth > 0;
            match self.roll(16) {
                0 if deep => self.condition(depth - 1).not(),
                1 if deep => self.condition(depth - 1).and(self.condition(depth - 1)),
                2 if deep => self.condition(depth - 1).or(self.condition(depth - 1)),
                3 if deep => Expr::All((0..self.roll(4)).map(|_| self.condition(depth - 1)).collect()),
                4 => self.leaf().is_null(),
                5 => self.leaf().is_not_null(),
                6 => self.column().like(LikePattern::starts_with("a")),
                7 => self.column().in_list([1i64, 2]),
                8 => self.leaf().add(self.leaf()).gt(self.leaf()),
                9 => self.leaf().ne(self.leaf()),
                10 => self.leaf().lt(self.leaf()),
                11 => self.leaf().ge(self.leaf()),
                _ => self.column().eq(self.value()),
            }
        }

        fn select(&mut self) -> Select {
            let mut select = Select::from("t");
            if self.roll(8) > 0 {
                select.filter = Some(self.condition(2));
            }
            select.distinct = self.roll(8) == 0;
            for _ in 0..self.roll(4) / 3 {
                select.order_by.push(OrderBy {
                    expr: self.column(),
                    order: if self.roll(2) == 0 {
                        Order::Asc
                    } else {
                        Order::Desc
                    },
                    nulls_first: [None, Some(true), Some(false)][self.roll(3) as usize],
                });
            }
            select.limit = (self.roll(2) == 0).then(|| [7, 8][self.roll(2) as usize]);
            select.offset = (self.roll(4) == 0).then_some(3);
            select
        }
    }

    /// The promise of this module: queries of one key have one text, and their values stand in the order told here.
    #[test]
    fn what_has_one_key_has_one_text() {
        let mut dice = Dice(7);
        let mut known: HashMap<Vec<u64>, (usize, String, bool)> = HashMap::new();
        let mut again = 0;
        for _ in 0..100_000 {
            let select = dice.select();
            let which = dice.roll(6) as usize;
            let dialect = DIALECTS[which]();
            let mut key = Key::new(Shape::Select, dialect);
            let binds = shape(&select, &mut key, dialect);
            let Ok(rendered) = select.render_columns(dialect, "*") else {
                continue;
            };
            let Some(key) = key.words() else { continue };
            // A dialect that binds other values than it was given does so for all of their kinds: it is never kept.
            let kept = binds == rendered.binds;
            let now = (which, rendered.sql, kept);
            match known.get(key) {
                Some(before) => {
                    assert_eq!(*before, now, "{select:?}");
                    again += 1;
                }
                None => drop(known.insert(key.to_vec(), now)),
            }
        }
        let keyed = known.len();
        assert!(keyed > 5_000 && again > 1_000, "{keyed} {again}");
    }
}
