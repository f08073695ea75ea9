//! Random conditions over a small table, compared with what Rust makes of them in three-valued logic.

mod operand;

use super::case::Case;
use super::db::{DECIMAL, TEXT, col};
use super::random::Random;
use super::text::like;
use super::verdict::Verdict;
use manybase_sql::{DataType, Expr, Insert, LikePattern, Order, Select, Value};
use operand::{Line, Meaning, Operand, PATTERNS, decimal, exact, line, number, whole, words};

const I64: DataType = DataType::I64;
const SEED: u64 = 2026;
const ROWS: i64 = 50;
const TREES: usize = 400;

/// A comparison of two operands.
fn compare<T: PartialOrd + 'static>(
    random: &mut Random,
    (x, f): Operand<T>,
    (y, g): Operand<T>,
    order: bool,
) -> (Expr, Meaning) {
    macro_rules! by {
        ($expr:expr, $op:tt) => { ($expr, Box::new(move |line: &Line| Some(f(line)? $op g(line)?))) };
    }
    match random.below(if order { 6 } else { 2 }) {
        0 => by!(x.eq(y), ==),
        1 => by!(x.ne(y), !=),
        2 => by!(x.lt(y), <),
        3 => by!(x.le(y), <=),
        4 => by!(x.gt(y), >),
        _ => by!(x.ge(y), >=),
    }
}

fn member<T: PartialEq + Clone + Into<Value> + 'static>(
    random: &mut Random,
    (x, f): Operand<T>,
    make: fn(&mut Random) -> T,
) -> (Expr, Meaning) {
    let size = *random.pick(&[0u64, 1, 3, 6]);
    let list = Vec::from_iter((0..size).map(|_| make(random)));
    let values = list.clone();
    let within = move |line: &Line| {
        if values.is_empty() {
            Some(false)
        } else {
            f(line).map(|value| values.contains(&value))
        }
    };
    if random.once_in(2) {
        (x.in_list(list), Box::new(within))
    } else {
        (
            x.not_in_list(list),
            Box::new(move |line| within(line).map(|v| !v)),
        )
    }
}

fn leaf(random: &mut Random) -> (Expr, Meaning) {
    match random.below(11) {
        0 | 1 => {
            let (x, y) = (whole(random, 2), whole(random, 1));
            compare(random, x, y, true)
        }
        2 => {
            let (x, y) = (exact(random), exact(random));
            compare(random, x, y, true)
        }
        // The order of texts is the database's own affair.
        3 => {
            let (x, y) = (words(random), words(random));
            compare(random, x, y, false)
        }
        4 => {
            let x = whole(random, 1);
            member(random, x, number)
        }
        5 => {
            let x = exact(random);
            member(random, x, decimal)
        }
        6 => {
            let (pattern, (x, f)) = (*random.pick(PATTERNS), words(random));
            if random.once_in(2) {
                (
                    x.like(LikePattern::parse(pattern)),
                    Box::new(move |line| Some(like(&f(line)?, pattern))),
                )
            } else {
                let lower = pattern.to_lowercase();
                let meaning = move |line: &Line| Some(like(&f(line)?.to_lowercase(), &lower));
                (x.ilike(LikePattern::parse(pattern)), Box::new(meaning))
            }
        }
        7 => {
            let ((x, f), low, high) = (whole(random, 1), number(random), number(random));
            let meaning = move |line: &Line| f(line).map(|value| low <= value && value <= high);
            (x.between(low, high), Box::new(meaning))
        }
        8 => {
            let ((x, f), low, high) = (exact(random), decimal(random), decimal(random));
            let meaning = move |line: &Line| f(line).map(|value| low <= value && value <= high);
            (x.between(low, high), Box::new(meaning))
        }
        9 => {
            let (x, f) = whole(random, 1);
            if random.once_in(2) {
                (x.is_null(), Box::new(move |line| Some(f(line).is_none())))
            } else {
                (x.is_not_null(), Box::new(move |line| Some(f(line).is_some())))
            }
        }
        _ => (col("f", DataType::Bool), Box::new(|line| line.f)),
    }
}

fn condition(random: &mut Random, depth: u32) -> (Expr, Meaning) {
    if depth == 0 || random.once_in(5) {
        return leaf(random);
    }
    let (x, f) = condition(random, depth - 1);
    match random.below(5) {
        0 => (x.not(), Box::new(move |line| f(line).map(|v| !v))),
        1 => {
            let ((when, holds), (y, g)) = (leaf(random), condition(random, depth - 1));
            let expr = Expr::Case {
                branches: vec![(when, x)],
                otherwise: Some(Box::new(y)),
            };
            // A CASE alone is no condition everywhere, its comparison is.
            let meaning = move |line: &Line| {
                if holds(line) == Some(true) {
                    f(line)
                } else {
                    g(line)
                }
            };
            (expr.eq(true), Box::new(meaning))
        }
        n => {
            let (y, g) = condition(random, depth - 1);
            if n < 4 && n % 2 == 0 {
                let and = move |line: &Line| match (f(line), g(line)) {
                    (Some(false), _) | (_, Some(false)) => Some(false),
                    (Some(true), Some(true)) => Some(true),
                    _ => None,
                };
                (x.and(y), Box::new(and))
            } else {
                let or = move |line: &Line| match (f(line), g(line)) {
                    (Some(true), _) | (_, Some(true)) => Some(true),
                    (Some(false), Some(false)) => Some(false),
                    _ => None,
                };
                (x.or(y), Box::new(or))
            }
        }
    }
}

pub(super) async fn random_conditions(case: Case) -> Verdict {
    let mut random = Random::new(SEED);
    let mut db = case.db().await?;
    let name = case.table("random");
    let types = [
        ("id", I64),
        ("a", I64),
        ("b", I64),
        ("d", DECIMAL),
        ("t", TEXT),
        ("f", DataType::Bool),
    ];
    db.table(&name, &types).await?;
    let lines = Vec::from_iter((0..ROWS).map(|id| line(&mut random, id)));
    let mut insert = Insert::into(name.clone(), types.map(|(column, _)| column));
    for line in lines.clone() {
        let text = line.t.map(str::to_owned);
        insert = insert.row([
            line.id.into(),
            line.a.into(),
            line.b.into(),
            line.d.into(),
            Value::from(text),
            line.f.into(),
        ]);
    }
    db.run(&insert).await?;

    let mut wrong = Vec::new();
    for tree in 0..TREES {
        let (expr, meaning) = condition(&mut random, 1 + (tree % 4) as u32);
        let expected = Vec::from_iter(
            lines
                .iter()
                .filter(|line| meaning(line) == Some(true))
                .map(|line| Value::I64(line.id)),
        );
        let select = Select::from(name.clone())
            .column("id")
            .filter(expr)
            .order_by(Expr::typed_column("id", I64, false), Order::Asc);
        let got = db.column(&select, I64).await;
        if !got.as_ref().is_ok_and(|got| *got == expected) {
            let got = got.map_err(|error| error.to_string());
            let rendered = select.render(db.dialect)?;
            wrong.push(format!(
                "tree {tree}: {}\n  with {:?}\n  expected {expected:?}\n  got {got:?}",
                rendered.sql, rendered.binds
            ));
        }
    }
    let shown = Vec::from_iter(wrong.iter().take(5).map(String::as_str)).join("\n");
    assert!(
        wrong.is_empty(),
        "{} of {TREES} conditions are wrong:\n{shown}",
        wrong.len()
    );
    Ok(())
}
