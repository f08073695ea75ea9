//! A command line that can't be understood, and `--help` and `--version`, which come the same way.

use super::{ErrorView, Output};
use crate::status::Status;
use clap::error::ErrorKind;
use std::ffi::OsString;

pub(crate) fn report(error: &clap::Error, arguments: &[OsString]) -> Status {
    let asked_for = matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion);
    if !asked_for && wants_json(arguments) {
        let text = error.render().to_string();
        let text = text.trim_start_matches("error: ").trim_end();
        // What happened, perhaps a tip, the usage.
        let (message, rest) = text.split_once("\n\n").unwrap_or((text, ""));
        let tip = rest.split_once("Usage:").map_or(rest, |(tip, _)| tip).trim();
        let help = if tip.is_empty() {
            "see `manybase help`"
        } else {
            tip
        };
        let view = ErrorView::of_usage(message.to_owned(), help.to_owned());
        let text = serde_json::to_string_pretty(&view.alone()).unwrap_or_default();
        Output::plain().raw(&format!("{text}\n"));
    } else {
        // Nobody reads on, perhaps: that is no failure of ours.
        let _ = error.print();
    }
    if asked_for { Status::Fine } else { Status::Usage }
}

/// Whether it says `--json` where options may stand.
fn wants_json(arguments: &[OsString]) -> bool {
    arguments
        .iter()
        .skip(1)
        .take_while(|argument| *argument != "--")
        .any(|argument| argument == "--json")
}
