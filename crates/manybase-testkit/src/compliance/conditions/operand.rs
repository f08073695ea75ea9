//! Random operands and what they mean.

use super::super::db::{DECIMAL, TEXT, col};
use super::super::random::Random;
use manybase_sql::{DataType, Expr, Function};
use rust_decimal::Decimal;

const I64: DataType = DataType::I64;

/// One row of the table.
#[derive(Debug, Clone)]
pub(super) struct Line {
    pub(super) id: i64,
    pub(super) a: Option<i64>,
    pub(super) b: Option<i64>,
    pub(super) d: Option<Decimal>,
    pub(super) t: Option<&'static str>,
    pub(super) f: Option<bool>,
}

/// A condition and what it means.
pub(super) type Meaning = Box<dyn Fn(&Line) -> Option<bool>>;
/// An operand and what it means.
pub(super) type Operand<T> = (Expr, Box<dyn Fn(&Line) -> Option<T>>);

pub(super) const WORDS: &[&str] = &[
    "", "a", "A", "ab", "Ab ", "b%", "_", "ä", "Ä", "50%", "x\\y", "it's", "😀", "zz",
];
pub(super) const PATTERNS: &[&str] = &[
    "%", "a%", "A%", "%b%", "_", "__", "%\\%", "\\_", "ä", "%y", "%'s", "",
];

pub(super) fn number(random: &mut Random) -> i64 {
    random.between(-4, 12)
}

pub(super) fn decimal(random: &mut Random) -> Decimal {
    // Trailing zeros and numbers of different lengths: 9.5 < 10.
    Decimal::new(random.between(-200, 1_200), *random.pick(&[1, 1, 2]))
}

pub(super) fn line(random: &mut Random, id: i64) -> Line {
    let null = |random: &mut Random| random.once_in(5);
    Line {
        id,
        a: (!null(random)).then(|| number(random)),
        b: (!null(random)).then(|| number(random)),
        d: (!null(random)).then(|| decimal(random)),
        t: (!null(random)).then(|| *random.pick(WORDS)),
        f: (!null(random)).then(|| random.once_in(2)),
    }
}

pub(super) fn whole(random: &mut Random, depth: u32) -> Operand<i64> {
    match random.below(if depth == 0 { 3 } else { 6 }) {
        0 => (col("a", I64), Box::new(|line| line.a)),
        1 => (col("b", I64), Box::new(|line| line.b)),
        2 => {
            let n = number(random);
            (n.into(), Box::new(move |_| Some(n)))
        }
        3 => {
            let ((x, f), (y, g)) = (whole(random, depth - 1), whole(random, depth - 1));
            match random.below(3) {
                0 => (x.add(y), Box::new(move |line| Some(f(line)? + g(line)?))),
                1 => (x.sub(y), Box::new(move |line| Some(f(line)? - g(line)?))),
                _ => (x.mul(y), Box::new(move |line| Some(f(line)? * g(line)?))),
            }
        }
        4 => {
            // A divisor that is not zero: that is an error or NULL, as the database likes.
            let (x, f) = whole(random, depth - 1);
            let by = *random.pick(&[2i64, 3, -3, 7]);
            if random.once_in(2) {
                (x.div(by), Box::new(move |line| Some(f(line)? / by)))
            } else {
                (x.rem(by), Box::new(move |line| Some(f(line)? % by)))
            }
        }
        _ => {
            let ((x, f), n) = (whole(random, depth - 1), number(random));
            (
                Expr::call(Function::Coalesce, [x, n.into()]),
                Box::new(move |line| Some(f(line).unwrap_or(n))),
            )
        }
    }
}

pub(super) fn exact(random: &mut Random) -> Operand<Decimal> {
    match random.below(4) {
        0 | 1 => (col("d", DECIMAL), Box::new(|line| line.d)),
        2 => {
            let d = decimal(random);
            (d.into(), Box::new(move |_| Some(d)))
        }
        _ => {
            let d = decimal(random);
            (col("d", DECIMAL).add(d), Box::new(move |line| Some(line.d? + d)))
        }
    }
}

pub(super) fn words(random: &mut Random) -> Operand<String> {
    let column = || col("t", TEXT);
    match random.below(3) {
        0 => (column(), Box::new(|line| line.t.map(str::to_owned))),
        1 => {
            let word = *random.pick(WORDS);
            (
                column().concat(word),
                Box::new(move |line| Some(format!("{}{word}", line.t?))),
            )
        }
        _ => (
            Expr::call(Function::Lower, [column()]),
            Box::new(|line| Some(line.t?.to_lowercase())),
        ),
    }
}
