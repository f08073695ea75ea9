//! A contender's process.

use std::io::{BufRead, BufReader, Write};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use bench_common::{Answer, Database, Result, Row};

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Name {
    Raw,
    Manybase,
    Seaorm,
    Diesel,
    Sqlx,
    Toasty,
}

impl Name {
    pub const ALL: [Self; 6] = [
        Self::Raw,
        Self::Manybase,
        Self::Diesel,
        Self::Sqlx,
        Self::Seaorm,
        Self::Toasty,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Self::Raw => "raw",
            Self::Manybase => "manybase",
            Self::Seaorm => "seaorm",
            Self::Diesel => "diesel",
            Self::Sqlx => "sqlx",
            Self::Toasty => "toasty",
        }
    }

    pub fn parse(name: &str) -> Result<Self> {
        let found = Self::ALL.into_iter().find(|contender| contender.name() == name);
        found.ok_or_else(|| format!("no contender `{name}`: {}", Self::ALL.map(Self::name).join(", ")).into())
    }
}

/// The processor of contenders, where it is not that of servers.
const CONTENDERS: &str = "0";

/// How one is started.
#[derive(Debug, Clone)]
pub struct How {
    pub program: PathBuf,
    pub database: Database,
    pub url: String,
    /// On a processor of its own.
    pub apart: bool,
}

pub struct Contender {
    pub name: Name,
    pub version: String,
    how: How,
    process: Child,
    to: ChildStdin,
    from: BufReader<ChildStdout>,
}

impl Contender {
    /// `Ok(Err(why))` where it does not come up.
    pub fn start(name: Name, how: How) -> Result<std::result::Result<Self, String>> {
        let mut command = match how.apart {
            true => {
                let mut command = Command::new("taskset");
                command.args(["-c", CONTENDERS]).arg(&how.program);
                command
            }
            false => Command::new(&how.program),
        };
        let mut process = command
            .args([how.database.name(), &how.url])
            // What panics says so in one line.
            .env("RUST_BACKTRACE", "0")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let to = process.stdin.take().ok_or("no standard input")?;
        let from = BufReader::new(process.stdout.take().ok_or("no standard output")?);
        let mut contender = Self {
            name,
            version: String::new(),
            how,
            process,
            to,
            from,
        };
        let line = contender.line()?;
        Ok(match line.strip_prefix("ready ") {
            Some(version) => {
                contender.version = version.to_owned();
                Ok(contender)
            }
            None => Err("it does not start; its message is above".to_owned()),
        })
    }

    /// A new process in the place of this one.
    pub fn start_again(&mut self) -> Result<()> {
        *self = Self::start(self.name, self.how.clone())??;
        Ok(())
    }

    fn line(&mut self) -> Result<String> {
        let mut line = String::new();
        self.from.read_line(&mut line)?;
        Ok(line.trim_end().to_owned())
    }

    pub fn run(&mut self, row: Row, cycles: u64) -> Result<Answer> {
        writeln!(self.to, "run {} {cycles}", row.name())?;
        self.to.flush()?;
        let line = self.line()?;
        Ok(Answer::parse(&line).unwrap_or_else(|| Answer::Failed(format!("it ended, or answered `{line}`"))))
    }
}

impl Drop for Contender {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
