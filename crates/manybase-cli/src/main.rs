//! `manybase`: the command-line tool. All of it is in the library beside it.

use std::process::ExitCode;

fn main() -> ExitCode {
    manybase_cli::run(std::env::args_os())
}
