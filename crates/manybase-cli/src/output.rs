//! What the user sees: tables and colours on a terminal, plain text elsewhere, one JSON document for programs.

mod error;
mod meter;
mod progress;
mod style;
mod table;
mod text;
pub(crate) mod usage;

pub(crate) use error::ErrorView;
pub(crate) use meter::Meter;
pub(crate) use progress::Progress;
pub(crate) use style::Mark;
pub(crate) use text::{ago, bytes, count, millis};

use crate::arguments::{Global, When};
use anstream::ColorChoice;
use serde::Serialize;
use std::fmt::Display;
use std::io::{IsTerminal, Write};

/// Results go to standard output; notes, questions and progress to standard error.
#[derive(Debug)]
pub(crate) struct Output {
    json: bool,
    quiet: bool,
    verbose: bool,
    /// Standard output is a terminal, for signs and line lengths. Colours are decided where they are written.
    terminal: bool,
    /// Something has been printed.
    begun: bool,
    /// Nobody reads on, as in `manybase tx list | head -1`.
    gone: bool,
    /// Something could not be written, and somebody waits for it.
    unwritten: bool,
}

impl Output {
    pub(crate) fn new(global: &Global) -> Self {
        match global.color {
            When::Auto => ColorChoice::Auto,
            When::Always => ColorChoice::Always,
            When::Never => ColorChoice::Never,
        }
        .write_global();
        Self {
            json: global.json,
            quiet: global.quiet,
            verbose: global.verbose,
            terminal: std::io::stdout().is_terminal(),
            begun: false,
            gone: false,
            unwritten: false,
        }
    }

    /// Before the options are known.
    pub(crate) fn plain() -> Self {
        Self {
            json: false,
            quiet: false,
            verbose: false,
            terminal: false,
            begun: false,
            gone: false,
            unwritten: false,
        }
    }

    /// Whether standard output is closed: there is no point in going on.
    pub(crate) fn is_gone(&self) -> bool {
        self.gone
    }

    /// Whether something is missing on standard output that somebody waits for.
    pub(crate) fn is_unwritten(&self) -> bool {
        self.unwritten
    }

    /// Whether one JSON document is all that is wanted.
    pub(crate) fn is_json(&self) -> bool {
        self.json
    }

    /// To standard output as it is, JSON or not.
    pub(crate) fn raw(&mut self, text: &str) {
        self.begun = true;
        let mut out = anstream::stdout().lock();
        if let Err(error) = out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
            self.gone = true;
            // Who has stopped reading has had enough; a full disk has not.
            if error.kind() != std::io::ErrorKind::BrokenPipe && !self.unwritten {
                self.unwritten = true;
                Self::to_stderr(format_args!(
                    "{}: can't write to standard output: {error}",
                    style::red("error")
                ));
            }
        }
    }

    /// A line for people.
    pub(crate) fn line(&mut self, text: &str) {
        if !self.json {
            self.raw(&format!("{text}\n"));
        }
    }

    /// An empty line, unless it would be the first.
    pub(crate) fn gap(&mut self) {
        if self.begun {
            self.line("");
        }
    }

    /// A line in bold.
    pub(crate) fn title(&mut self, text: &str) {
        self.line(&style::bold(text));
    }

    /// A table for people, with a header. Columns of numbers begin their title with `#`.
    pub(crate) fn table<const N: usize>(&mut self, header: [&str; N], rows: Vec<[String; N]>) {
        if !self.json && !rows.is_empty() {
            let text = table::render(Some(header), rows, self.terminal);
            self.raw(&text);
        }
    }

    /// What belongs to a title, indented: names and values.
    pub(crate) fn facts(&mut self, facts: Vec<[String; 2]>) {
        if !self.json && !facts.is_empty() {
            let rows = facts
                .into_iter()
                .map(|[name, value]| [format!("  {name}"), value]);
            let text = table::render(None, rows.collect(), self.terminal);
            self.raw(&text);
        }
    }

    /// Something that was found, with what is wrong and the way out.
    pub(crate) fn finding(&mut self, mark: Mark, what: &str, error: &ErrorView) {
        let title = self.heading(mark, what);
        self.line(&format!("{title}: {}", error.text()));
        if let Some(help) = &error.help {
            self.help(help);
        }
    }

    /// What to do about what was said before.
    pub(crate) fn help(&mut self, help: &str) {
        self.line(&format!("  {}: {help}", style::cyan("help")));
    }

    /// A word with its sign, in colours: not for a table, which counts letters.
    pub(crate) fn heading(&self, mark: Mark, word: &str) -> String {
        let word = style::bold(word);
        if self.terminal {
            format!("{} {word}", style::sign(mark))
        } else {
            word
        }
    }

    /// A word with its sign, for a table.
    pub(crate) fn mark(&self, mark: Mark, word: &str) -> String {
        if self.terminal {
            format!("{} {word}", mark.sign())
        } else {
            word.to_owned()
        }
    }

    /// The document for programs: the only one of a command.
    pub(crate) fn document(&mut self, document: &impl Serialize) {
        if self.json {
            self.json_text(serde_json::to_string_pretty(document));
        }
    }

    /// One of several documents, each on a line of its own.
    pub(crate) fn json_line(&mut self, document: &impl Serialize) {
        if self.json {
            self.json_text(serde_json::to_string(document));
        }
    }

    fn json_text(&mut self, text: serde_json::Result<String>) {
        match text {
            Ok(text) => self.raw(&format!("{text}\n")),
            Err(error) => Self::to_stderr(format_args!("{}: {error}", style::red("error"))),
        }
    }

    /// Something worth knowing besides the result.
    pub(crate) fn note(&self, text: &str) {
        if !self.json && !self.quiet {
            Self::to_stderr(format_args!("{}: {text}", style::cyan("note")));
        }
    }

    /// The same, to be given to who tells things while they happen.
    pub(crate) fn notes(&self) -> impl Fn(&str) + Send + Sync + 'static {
        let silent = self.json || self.quiet;
        move |text| {
            if !silent {
                Self::to_stderr(format_args!("{}: {text}", style::cyan("note")));
            }
        }
    }

    /// For who asks for more.
    pub(crate) fn detail(&self, text: &str) {
        if self.verbose {
            Self::to_stderr(format_args!("{text}"));
        }
    }

    /// The error that ends a command.
    pub(crate) fn error(&mut self, error: &ErrorView) {
        if self.json {
            self.document(&error.alone());
            return;
        }
        Self::to_stderr(format_args!("{}: {}", style::red("error"), error.located()));
        if let Some(help) = &error.help {
            Self::to_stderr(format_args!("{}: {help}", style::cyan("help")));
        }
    }

    /// Something that goes on, with a moving sign; gone when it is dropped.
    pub(crate) fn progress(&self, doing: &str) -> Progress {
        Progress::new(doing, None, self.hides_progress())
    }

    /// The same with a number of steps.
    pub(crate) fn progress_of(&self, doing: &str, steps: usize) -> Progress {
        Progress::new(doing, Some(steps), self.hides_progress())
    }

    /// The same with bytes or tables.
    pub(crate) fn meter(&self, doing: &str) -> Meter {
        Meter::new(doing, self.hides_progress())
    }

    fn hides_progress(&self) -> bool {
        self.json || self.quiet || !std::io::stderr().is_terminal()
    }

    fn to_stderr(text: impl Display) {
        // There is nowhere left to complain.
        let _ = writeln!(anstream::stderr().lock(), "{text}");
    }
}
