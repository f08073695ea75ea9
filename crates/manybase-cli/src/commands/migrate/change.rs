//! What is said and asked before something is run.

use super::options::How;
use crate::confirm::confirm;
use crate::context::Context;
use crate::failure::Result;
use crate::output::count;
use manybase_migrate::Planned;
use serde::Serialize;

#[derive(Serialize)]
struct Document<'a> {
    planned: &'a [Planned],
}

/// The statements, for a file or a pair of eyes.
pub(super) fn print(cx: &mut Context<'_>, planned: &[Planned]) {
    for one in planned {
        let Planned {
            connection,
            migration,
            ..
        } = one;
        let direction = match one.direction {
            manybase_migrate::Direction::Up => "up",
            manybase_migrate::Direction::Down => "down",
        };
        let how = match (one.transaction, one.done) {
            (true, _) => "one transaction".to_owned(),
            (false, 0) => "step by step".to_owned(),
            (false, done) => format!("step by step, {done} of them done before"),
        };
        cx.out.gap();
        cx.out
            .title(&format!("-- {connection}: {migration} {direction} ({how})"));
        for statement in &one.statements {
            let end = if statement.starts_with("--") { "" } else { ";" };
            cx.out.line(&format!("{statement}{end}"));
        }
    }
    cx.out.document(&Document { planned });
}

/// Asks before tables, columns or rows are taken away. With `always` whatever it is.
pub(super) fn ask(cx: &mut Context<'_>, planned: &[Planned], how: &How, always: bool) -> Result<()> {
    let takes: Vec<_> = planned
        .iter()
        .flat_map(|one| one.destroys.iter().map(move |sql| (one, sql)))
        .collect();
    if how.yes || planned.is_empty() || takes.is_empty() && !always {
        return Ok(());
    }
    for (one, sql) in &takes {
        let first = sql.lines().next().unwrap_or_default();
        cx.out.note(&format!(
            "{}: {} takes something away: {first}",
            one.connection, one.migration
        ));
    }
    let what = count(planned.len(), "migration", "migrations");
    let names: Vec<_> = planned.iter().map(|one| one.migration.as_str()).collect();
    let doing = match (always, names.as_slice()) {
        (true, [one]) => format!("Take {one} back?"),
        (true, _) => format!(
            "Take {what} back, down to {}?",
            names.last().copied().unwrap_or_default()
        ),
        (false, _) => format!("Run {what}?"),
    };
    confirm(&doing)
}
