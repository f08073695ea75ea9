//! A question before something that can't be undone.

use crate::failure::{Failure, Result};
use std::io::{BufRead, IsTerminal, Write};

/// Goes on only with a `y`. Where nobody can be asked, it says how to do without.
pub(crate) fn confirm(question: &str) -> Result<()> {
    let input = std::io::stdin();
    if !input.is_terminal() {
        return Err(Failure::usage(
            "this asks before it changes anything, and standard input is no terminal",
            "look at what it would do, then give it --yes",
        ));
    }
    let mut err = anstream::stderr().lock();
    // If it can't be seen, the answer will not be a `y`.
    let _ = write!(err, "{question} [y/N] ").and_then(|()| err.flush());
    let mut answer = String::new();
    let read = input.lock().read_line(&mut answer);
    match answer.trim() {
        "y" | "Y" | "yes" if read.is_ok() => Ok(()),
        _ => Err(Failure::declined()),
    }
}
