//! Floor 7 of Manybase: the command-line tool.
//!
//! It works on any project through its `manybase.toml`, without compiling the project's code. A program of one's own
//! that has drivers or sagas of its own embeds it: [`Cli`]. With [`main`] a small program has the same commands and the
//! project's models.
//!
//! ```text
//!   arguments ──► Command ──► commands/<name>.rs ──► Db, recovery, sagas
//!                                   │
//!                                   ├─► Output: tables and colours for people, one JSON document for programs
//!                                   └─► Status: what the process ends with
//! ```
//!
//! A new command is a file in `commands/` and a line in `Command`.

mod arguments;
mod cli;
mod commands;
mod confirm;
mod context;
mod duration;
mod failure;
mod names;
mod output;
mod project;
mod status;

pub use cli::{Cli, main, run};
