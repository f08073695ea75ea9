//! What moves while something takes long. Only on a terminal.

use indicatif::{ProgressBar, ProgressStyle};
use std::time::Duration;

/// Taken away when it is dropped.
#[derive(Debug)]
pub(crate) struct Progress(ProgressBar);

impl Progress {
    pub(super) fn new(doing: &str, steps: Option<usize>, hidden: bool) -> Self {
        if hidden {
            return Self(ProgressBar::hidden());
        }
        let (bar, template) = match steps {
            Some(steps) => (
                ProgressBar::new(steps as u64),
                "{spinner:.cyan} {prefix} {pos}/{len} {msg}",
            ),
            None => (ProgressBar::new_spinner(), "{spinner:.cyan} {prefix} {msg}"),
        };
        // A template that does not parse would be the default one; ours do.
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style);
        }
        bar.set_prefix(doing.to_owned());
        bar.enable_steady_tick(Duration::from_millis(100));
        Self(bar)
    }

    /// What is being done now.
    pub(crate) fn say(&self, what: &str) {
        self.0.set_message(what.to_owned());
    }

    /// Says something besides, above the moving sign.
    pub(crate) fn aside(&self, say: impl FnOnce()) {
        self.0.suspend(say);
    }

    /// One step is done.
    pub(crate) fn step(&self, what: &str) {
        self.0.inc(1);
        self.0.set_message(what.to_owned());
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}
