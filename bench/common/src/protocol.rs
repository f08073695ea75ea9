//! How the runner talks with a contender: a line `run <row> <cycles>` on its standard input, a line in answer on its
//! standard output. So contenders alternate round by round, each warm, none beside another.

use std::fmt::Display;
use std::io::{BufRead, Write};

use crate::{Database, Row};

pub type Result<T> = std::result::Result<T, Box<dyn std::error::Error + Send + Sync>>;

/// What a contender is started with: `<database> <url>`.
#[derive(Debug, Clone)]
pub struct Arguments {
    pub database: Database,
    /// Of SQLite the path of the file.
    pub url: String,
}

impl Arguments {
    pub fn read() -> Result<Self> {
        let mut arguments = std::env::args().skip(1);
        let (Some(database), Some(url)) = (arguments.next(), arguments.next()) else {
            return Err("usage: <database> <url>; it is started by `cargo xtask bench`".into());
        };
        let database = Database::parse(&database).ok_or_else(|| format!("unknown database {database}"))?;
        Ok(Self { database, url })
    }
}

/// Of one run.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Outcome {
    pub ns: u64,
    /// Of what was read, or of what is in the table after writing; for all cycles together.
    pub checksum: u64,
    /// The latency under which 99 of 100 operations stayed, in nanoseconds.
    pub p99: Option<u64>,
    /// The highest resident size during the run, in KiB.
    pub peak: Option<u64>,
    /// What of it is no page of a file, such as the program's: what the process has asked for itself.
    pub own: Option<u64>,
}

impl Outcome {
    pub fn new(clock: &crate::Clock, checksum: u64) -> Self {
        Self {
            ns: clock.ns(),
            checksum,
            ..Self::default()
        }
    }

    /// With the 99th percentile of these latencies.
    pub fn with_latencies(mut self, mut latencies: Vec<u64>) -> Self {
        latencies.sort_unstable();
        self.p99 = latencies.get(latencies.len() * 99 / 100).copied();
        self
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    Done(Outcome),
    /// The contender has no such thing; why.
    NotAvailable(String),
    Failed(String),
}

impl Display for Answer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Done(outcome) => {
                let Outcome {
                    ns,
                    checksum,
                    p99,
                    peak,
                    own,
                } = outcome;
                write!(
                    f,
                    "done {ns} {checksum} {} {} {}",
                    p99.unwrap_or(0),
                    peak.unwrap_or(0),
                    own.unwrap_or(0)
                )
            }
            Self::NotAvailable(why) => write!(f, "n/a {}", why.replace('\n', " ")),
            Self::Failed(why) => write!(f, "failed {}", why.replace('\n', " ")),
        }
    }
}

impl Answer {
    pub fn parse(line: &str) -> Option<Self> {
        let (word, rest) = line.trim_end().split_once(' ')?;
        match word {
            "done" => {
                let mut numbers = rest.split(' ').map(|n| n.parse::<u64>().ok());
                let mut next = || numbers.next().flatten();
                Some(Self::Done(Outcome {
                    ns: next()?,
                    checksum: next()?,
                    p99: next().filter(|n| *n > 0),
                    peak: next().filter(|n| *n > 0),
                    own: next().filter(|n| *n > 0),
                }))
            }
            "n/a" => Some(Self::NotAvailable(rest.to_owned())),
            "failed" => Some(Self::Failed(rest.to_owned())),
            _ => None,
        }
    }
}

/// One program of the comparison.
pub trait Contender {
    /// Runs so many cycles of a row. `Ok(Err(why))` where it has no such thing.
    fn run(&mut self, row: Row, cycles: u64) -> Result<std::result::Result<Outcome, String>>;
}

/// Answers the runner until it closes the line. `versions` is shown in the report.
pub fn serve(versions: &str, contender: &mut dyn Contender) -> Result<()> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "ready {versions}")?;
    out.flush()?;
    for line in std::io::stdin().lock().lines() {
        let line = line?;
        let answer = match line.split(' ').collect::<Vec<_>>()[..] {
            ["run", row, cycles] => match (Row::parse(row), cycles.parse()) {
                (Some(row), Ok(cycles)) => answer(contender, row, cycles),
                _ => Answer::Failed(format!("cannot read `{line}`")),
            },
            _ => Answer::Failed(format!("unknown command `{line}`")),
        };
        writeln!(out, "{answer}")?;
        out.flush()?;
    }
    Ok(())
}

fn answer(contender: &mut dyn Contender, row: Row, cycles: u64) -> Answer {
    if row == Row::Stream {
        forget_peak();
    }
    match contender.run(row, cycles) {
        Ok(Ok(mut outcome)) => {
            if row == Row::Stream {
                outcome.peak = memory("VmHWM:");
                // Pages of files stay once they are there, so that at the end there are as many as at the peak.
                let files = memory("RssFile:");
                outcome.own = outcome
                    .peak
                    .zip(files)
                    .map(|(peak, files)| peak.saturating_sub(files));
            }
            Answer::Done(outcome)
        }
        Ok(Err(why)) => Answer::NotAvailable(why),
        Err(error) => Answer::Failed(error.to_string()),
    }
}

/// Linux keeps the highest resident size of a process, and forgets it on demand.
fn forget_peak() {
    let _ = std::fs::write("/proc/self/clear_refs", "5");
}

fn memory(what: &str) -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with(what))?;
    line.split_whitespace().nth(1)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_survive_the_line() {
        let outcome = Outcome {
            ns: 7,
            checksum: u64::MAX,
            p99: Some(3),
            peak: None,
            own: Some(5),
        };
        for answer in [
            Answer::Done(outcome),
            Answer::NotAvailable("no streams".into()),
            Answer::Failed("no such table".into()),
        ] {
            assert_eq!(Answer::parse(&answer.to_string()), Some(answer));
        }
        assert_eq!(Answer::parse("what"), None);
    }
}
