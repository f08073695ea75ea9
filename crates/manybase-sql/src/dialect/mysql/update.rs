//! `UPDATE`, whose assignments see each other here.

use crate::{Error, Expr, Name, Result, SqlWriter, Update, render};

/// MySQL sets one column after the other, and an expression sees the new values of those before it; the standard's
/// sees the old values only. So each column is set after all that read it.
pub(super) fn update(w: &mut SqlWriter<'_>, update: &Update) -> Result<()> {
    let crosses = |(column, _): &(Name, Expr)| {
        update
            .set
            .iter()
            .any(|(other, to)| other != column && to.reads(column))
    };
    if !update.set.iter().any(crosses) {
        return render::update(w, update);
    }
    let mut left: Vec<&(Name, Expr)> = update.set.iter().collect();
    let mut set = Vec::with_capacity(left.len());
    while !left.is_empty() {
        let read_by_none = |at: &usize| {
            let column = &left[*at].0;
            !left.iter().any(|(other, to)| other != column && to.reads(column))
        };
        let Some(next) = (0..left.len()).find(read_by_none) else {
            return Err(Error::Unsupported {
                dialect: w.dialect().name(),
                feature: "UPDATE whose columns take each other's old values",
                way_out: "read the rows and write them back, or set the columns in two statements",
            });
        };
        set.push(left.remove(next).clone());
    }
    render::update(
        w,
        &Update {
            set,
            ..update.clone()
        },
    )
}
