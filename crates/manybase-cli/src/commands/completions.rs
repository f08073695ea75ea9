//! `manybase completions`

use crate::arguments::{Arguments, examples};
use crate::context::Context;
use crate::failure::Result;
use crate::status::Status;
use clap::{Args, CommandFactory};
use clap_complete::Shell;
use serde::Serialize;

/// Print a script that completes commands and options in a shell
#[derive(Debug, Args)]
#[command(after_help = examples!(
    "manybase completions bash > ~/.local/share/bash-completion/completions/manybase";
    "manybase completions zsh > ~/.zfunc/_manybase";
    "manybase completions fish > ~/.config/fish/completions/manybase.fish"
))]
pub(crate) struct Completions {
    /// The shell
    shell: Shell,
}

#[derive(Serialize)]
struct Document<'a> {
    shell: String,
    script: &'a str,
}

impl Completions {
    pub(crate) fn run(self, cx: &mut Context<'_>) -> Result<Status> {
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut Arguments::command(), cx.program(), &mut script);
        let script = String::from_utf8_lossy(&script);
        if !cx.out.is_json() {
            cx.out.raw(&script);
        }
        cx.out.document(&Document {
            shell: self.shell.to_string(),
            script: &script,
        });
        Ok(Status::Fine)
    }
}
