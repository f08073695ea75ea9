//! Window functions.

use crate::expr::{Frame, FrameUnit, Over, Window, WindowFunction};
use crate::{Error, Expr, Result, SqlWriter};

pub(crate) fn window(w: &mut SqlWriter<'_>, window: &Window) -> Result<()> {
    check(w, window)?;
    let (name, argument, number) = match &window.function {
        WindowFunction::Aggregate(aggregate) => return over_aggregate(w, aggregate, &window.over),
        WindowFunction::RowNumber => ("ROW_NUMBER", None, None),
        WindowFunction::Rank => ("RANK", None, None),
        WindowFunction::DenseRank => ("DENSE_RANK", None, None),
        WindowFunction::PercentRank => ("PERCENT_RANK", None, None),
        WindowFunction::CumeDist => ("CUME_DIST", None, None),
        WindowFunction::Ntile(parts) => ("NTILE", None, Some(parts)),
        WindowFunction::Lag(of, rows) => ("LAG", Some(of), Some(rows)),
        WindowFunction::Lead(of, rows) => ("LEAD", Some(of), Some(rows)),
        WindowFunction::First(of) => ("FIRST_VALUE", Some(of), None),
        WindowFunction::Last(of) => ("LAST_VALUE", Some(of), None),
        WindowFunction::Nth(of, row) => ("NTH_VALUE", Some(of), Some(row)),
    };
    w.push(name);
    w.push("(");
    if let Some(argument) = argument {
        w.dialect().output_expr(w, argument)?;
    }
    if let Some(number) = number {
        if argument.is_some() {
            w.push(", ");
        }
        w.push(&number.to_string());
    }
    w.push(")");
    over(w, Some(&window.over))
}

/// The dialect writes the aggregate, and in the middle of it asks for what follows the closing parenthesis.
fn over_aggregate(w: &mut SqlWriter<'_>, aggregate: &Expr, over: &Over) -> Result<()> {
    let Expr::Aggregate {
        function,
        argument,
        distinct: false,
    } = aggregate
    else {
        return Err(Error::Statement(match aggregate {
            Expr::Aggregate { .. } => {
                "an aggregate of distinct values over a window: no database has it".into()
            }
            _ => "over() behind something that is neither an aggregate nor a window function".into(),
        }));
    };
    w.set_over(over.clone());
    w.dialect().aggregate(w, *function, argument.as_deref(), false)?;
    match w.take_over() {
        None => Ok(()),
        Some(_) => Err(Error::Unsupported {
            dialect: w.dialect().name(),
            feature: "aggregate over a window",
            way_out: "group by the columns of the partition",
        }),
    }
}

fn check(w: &SqlWriter<'_>, window: &Window) -> Result<()> {
    let wrong = |what: String| Err(Error::Statement(what));
    if let Some(clause) = w.clause() {
        return wrong(format!(
            "a window function in {clause}: it is calculated of the rows that are left then; select it, and look at its \
             value in a query around this one"
        ));
    }
    let (function, over) = (&window.function, &window.over);
    if function.needs_order() && over.order_by.is_empty() {
        return wrong(format!(
            "{} without an order: add order_by to its window",
            name(function)
        ));
    }
    if over.frame.is_some() && !function.takes_frame() {
        return wrong(format!(
            "{} with a frame: it looks at the whole partition",
            name(function)
        ));
    }
    if matches!(function, WindowFunction::Ntile(0) | WindowFunction::Nth(_, 0)) {
        return wrong(format!("{} of 0: it is counted from 1", name(function)));
    }
    match over.frame {
        None => Ok(()),
        Some(Frame { from, to, .. }) if from.unwrap_or(i32::MIN) > to.unwrap_or(i32::MAX) => {
            wrong("a frame that ends before it begins".into())
        }
        Some(frame) => match frame.unit {
            FrameUnit::Rows => Ok(()),
            FrameUnit::Range if [frame.from, frame.to].iter().flatten().any(|end| *end != 0) => {
                wrong("a range with a distance, which databases measure in different ways: count rows".into())
            }
            FrameUnit::Groups if over.order_by.is_empty() => {
                wrong("a frame of groups without an order: add order_by to its window".into())
            }
            FrameUnit::Groups if !w.dialect().capability().frame_groups => Err(Error::Unsupported {
                dialect: w.dialect().name(),
                feature: "frame that counts groups",
                way_out: "count rows, or take a range without distances",
            }),
            FrameUnit::Range | FrameUnit::Groups => Ok(()),
        },
    }
}

fn name(function: &WindowFunction) -> &'static str {
    match function {
        WindowFunction::RowNumber => "row_number",
        WindowFunction::Rank => "rank",
        WindowFunction::DenseRank => "dense_rank",
        WindowFunction::PercentRank => "percent_rank",
        WindowFunction::CumeDist => "cume_dist",
        WindowFunction::Ntile(_) => "ntile",
        WindowFunction::Lag(..) => "lag",
        WindowFunction::Lead(..) => "lead",
        WindowFunction::First(_) => "first_value",
        WindowFunction::Last(_) => "last_value",
        WindowFunction::Nth(..) => "nth_value",
        WindowFunction::Aggregate(_) => "an aggregate over a window",
    }
}

/// `OVER (…)`, where there is something to write. A dialect calls it behind an aggregate's closing parenthesis, with
/// what [`SqlWriter::take_over`] gave when it began.
pub(crate) fn over(w: &mut SqlWriter<'_>, over: Option<&Over>) -> Result<()> {
    let Some(over) = over else { return Ok(()) };
    w.push(" OVER (");
    let mut gap = "";
    if !over.partition_by.is_empty() {
        w.push("PARTITION BY ");
        w.comma_separated(&over.partition_by, |w, key| w.dialect().expr(w, key))?;
        gap = " ";
    }
    if !over.order_by.is_empty() {
        w.push(gap);
        w.push("ORDER BY ");
        w.comma_separated(&over.order_by, |w, key| w.dialect().order_by(w, key))?;
        gap = " ";
    }
    if let Some(frame) = over.frame {
        w.push(gap);
        w.push(match frame.unit {
            FrameUnit::Rows => "ROWS BETWEEN ",
            FrameUnit::Range => "RANGE BETWEEN ",
            FrameUnit::Groups => "GROUPS BETWEEN ",
        });
        end(w, frame.from, "UNBOUNDED PRECEDING");
        w.push(" AND ");
        end(w, frame.to, "UNBOUNDED FOLLOWING");
    }
    w.push(")");
    Ok(())
}

/// Numbers are written out: not every database takes a placeholder here.
fn end(w: &mut SqlWriter<'_>, distance: Option<i32>, unbounded: &str) {
    match distance {
        None => w.push(unbounded),
        Some(0) => w.push("CURRENT ROW"),
        Some(distance) => {
            w.push(&distance.unsigned_abs().to_string());
            w.push(if distance < 0 { " PRECEDING" } else { " FOLLOWING" });
        }
    }
}
