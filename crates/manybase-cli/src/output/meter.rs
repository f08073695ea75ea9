//! How far a long step is. Only on a terminal.

use indicatif::{ProgressBar, ProgressStyle};
use manybase_snapshot::{Progress, Step};
use std::sync::Arc;
use std::time::Duration;

/// Cheap to clone; taken away when the last clone is dropped.
#[derive(Clone, Debug)]
pub(crate) struct Meter(Arc<Bar>);

#[derive(Debug)]
struct Bar(ProgressBar);

impl Meter {
    pub(super) fn new(doing: &str, hidden: bool) -> Self {
        if hidden {
            return Self(Arc::new(Bar(ProgressBar::hidden())));
        }
        let bar = ProgressBar::new_spinner();
        // A template that does not parse would be the default one; ours does.
        if let Ok(style) = ProgressStyle::with_template("{spinner:.cyan} {prefix} {msg}") {
            bar.set_style(style);
        }
        bar.set_prefix(doing.to_owned());
        bar.enable_steady_tick(Duration::from_millis(100));
        Self(Arc::new(Bar(bar)))
    }

    pub(crate) fn show(&self, progress: &Progress) {
        if self.0.0.is_hidden() {
            return;
        }
        let of = |number: u64| match progress.step {
            Step::Tables => number.to_string(),
            Step::Swap => String::new(),
            _ => super::bytes(number),
        };
        let what = match progress.step {
            Step::Copy => "copying",
            Step::Tables => "reading tables",
            Step::Files => "checking files",
            Step::Restore => "restoring",
            Step::Swap => "swapping",
            _ => "working",
        };
        let total = progress
            .total
            .map(|total| format!("/{}", of(total)))
            .unwrap_or_default();
        let table = progress.table.as_deref().unwrap_or_default();
        self.0
            .0
            .set_message(format!("{what} {}{total} {table}", of(progress.done)));
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}
