//! Starts the contenders, lets them run in alternation, compares their checksums, and reports. `cargo xtask bench`.

mod amend;
mod compile;
mod contender;
mod document;
mod machine;
mod place;
mod plot;
mod report;
mod session;
mod size;
mod stats;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use bench_common::{Database, Result, Row};
use clap::Parser;

use contender::Name;

/// Manybase beside the raw drivers and its peers
#[derive(Parser)]
#[command(name = "cargo xtask bench")]
struct Arguments {
    /// Fewer rounds, shorter runs, no stream of a million rows: under five minutes after the build
    #[arg(long)]
    quick: bool,
    /// Print one JSON array in place of the tables
    #[arg(long)]
    json: bool,
    /// sqlite, postgres, mariadb or all
    #[arg(long, default_value = "all")]
    database: String,
    /// Only this row; may be given several times
    #[arg(long)]
    row: Vec<String>,
    /// Take the contenders' programs as an earlier run has built them
    #[arg(long)]
    no_build: bool,
    /// Put the rows that `--row` names into the tables of docs/performance.md, and leave the others
    #[arg(long, requires = "row", conflicts_with = "contender")]
    add: bool,
    /// Only this contender, beside raw; may be given several times
    #[arg(long)]
    contender: Vec<String>,
    /// Servers on one processor and contenders on another, with taskset: on a virtual machine with two of them, where the
    /// system puts each is luck, and a wake-up across them takes as long as a query
    #[arg(long)]
    apart: bool,
    /// How often each contender runs each row
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..=1_000))]
    rounds: Option<u32>,
}

fn main() -> ExitCode {
    match run(&Arguments::parse()) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Whether every contender read and wrote what it had to.
fn run(arguments: &Arguments) -> Result<bool> {
    let plan = plan(arguments)?;
    let bench = bench_dir()?;
    let programs = compile::all(&bench, &plan.contenders, arguments.no_build)?;
    let machine = machine::describe();
    let mut sections = Vec::new();
    for database in &plan.databases {
        sections.push(session::run(*database, &plan, &programs)?);
    }
    if arguments.json {
        println!("{}", report::json(&sections));
    } else {
        for section in &sections {
            println!("{}", report::table(section));
        }
        println!("{machine}");
    }
    let whole = arguments.row.is_empty() && arguments.contender.is_empty();
    if whole {
        let path = bench.join("../docs/performance.md");
        let sizes = size::section(&programs)?;
        document::write(&path, &sections, sizes.as_deref(), &machine, plan.quick)?;
        eprintln!("==> docs/performance.md is written");
    } else if arguments.add {
        document::add(&bench.join("../docs/performance.md"), &sections, plan.quick)?;
        eprintln!("==> docs/performance.md has these rows now");
    } else {
        eprintln!("==> only a part was measured: docs/performance.md stays as it is");
    }
    let faults: Vec<String> = sections.iter().flat_map(|section| section.faults()).collect();
    for fault in &faults {
        eprintln!("error: {fault}");
    }
    Ok(faults.is_empty())
}

/// What is measured, and how thoroughly.
pub struct Plan {
    quick: bool,
    databases: Vec<Database>,
    rows: Vec<Row>,
    contenders: Vec<Name>,
    rounds: u32,
    /// Servers and contenders have a processor each.
    apart: bool,
    /// A run takes about so long.
    target_ns: u64,
}

impl Plan {
    fn stream_rows(&self) -> u32 {
        if self.rows.contains(&Row::Stream) {
            1_000_000
        } else {
            0
        }
    }
}

fn plan(arguments: &Arguments) -> Result<Plan> {
    let databases = match arguments.database.as_str() {
        "all" => Database::ALL.to_vec(),
        name => vec![
            Database::parse(name)
                .ok_or_else(|| format!("no database `{name}`: sqlite, postgres, mariadb, all"))?,
        ],
    };
    let rows = if arguments.row.is_empty() {
        let skipped = |row: Row| arguments.quick && matches!(row, Row::Stream | Row::BulkLoad);
        Row::ALL.iter().copied().filter(|row| !skipped(*row)).collect()
    } else {
        let names = || {
            Row::ALL
                .iter()
                .map(|row| row.name())
                .collect::<Vec<_>>()
                .join(", ")
        };
        let row = |name: &String| Row::parse(name).ok_or_else(|| format!("no row `{name}`: {}", names()));
        arguments
            .row
            .iter()
            .map(row)
            .collect::<std::result::Result<_, _>>()?
    };
    let contenders = if arguments.contender.is_empty() {
        Name::ALL.to_vec()
    } else {
        let wanted: Vec<Name> = arguments
            .contender
            .iter()
            .map(|name| Name::parse(name))
            .collect::<Result<_>>()?;
        Name::ALL
            .into_iter()
            .filter(|name| *name == Name::Raw || wanted.contains(name))
            .collect()
    };
    Ok(Plan {
        quick: arguments.quick,
        databases,
        rows,
        contenders,
        apart: arguments.apart,
        rounds: arguments.rounds.unwrap_or(if arguments.quick { 5 } else { 21 }),
        target_ns: if arguments.quick { 40_000_000 } else { 120_000_000 },
    })
}

/// The directory with the contenders' workspaces.
fn bench_dir() -> Result<PathBuf> {
    let runner = std::env::var_os("CARGO_MANIFEST_DIR").ok_or("start it with `cargo xtask bench`")?;
    Ok(Path::new(&runner)
        .parent()
        .ok_or("the runner lies in no directory")?
        .to_path_buf())
}
