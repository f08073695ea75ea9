//! One database: all contenders, all rows, in alternation.

use bench_common::{Answer, Database, Outcome, Result, Row};

use crate::Plan;
use crate::compile::Programs;
use crate::contender::{Contender, How, Name};
use crate::place::Place;
use crate::stats;

pub struct Section {
    pub database: Database,
    pub described: String,
    /// Of those that were asked for.
    pub versions: Vec<(Name, String)>,
    pub rows: Vec<(Row, Vec<(Name, Cell)>)>,
    pub rounds: u32,
}

#[derive(Debug, Clone)]
pub enum Cell {
    Measured(Measured),
    NotAvailable(String),
    Failed(String),
}

#[derive(Debug, Clone)]
pub struct Measured {
    /// Of one operation, the median of the rounds.
    pub ns: f64,
    /// The median of the ratios to raw in the same round.
    pub ratio: f64,
    pub spread: f64,
    pub p99: Option<f64>,
    pub peak_kib: Option<f64>,
    pub own_kib: Option<f64>,
}

impl Section {
    /// What went wrong, for people.
    pub fn faults(&self) -> Vec<String> {
        let mut found = Vec::new();
        for (row, cells) in &self.rows {
            for (name, cell) in cells {
                if let Cell::Failed(why) = cell {
                    found.push(format!(
                        "{}, {}, {}: {why}",
                        self.database.name(),
                        row.name(),
                        name.name()
                    ));
                }
            }
        }
        found
    }
}

pub fn run(database: Database, plan: &Plan, programs: &Programs) -> Result<Section> {
    eprintln!("==> {}: making the data", database.name());
    let mut place = Place::new(database)?;
    let apart = plan.apart && place.set_apart()?;
    let mut contenders = Vec::new();
    let mut versions = Vec::new();
    // What nobody changes can be the same for all, and a million rows take long to make.
    let shared = plan.rows.iter().all(|row| row.only_reads());
    let mut made = None;
    for name in &plan.contenders {
        let program = programs.get(name).ok_or("it was not built")?;
        let url = match made.take().filter(|_| shared) {
            Some(url) => url,
            None => place.prepare(*name, programs, plan.stream_rows())?,
        };
        made = Some(url.clone());
        let how = How {
            program: program.to_owned(),
            database,
            url: place.address(*name, &url),
            apart,
        };
        match Contender::start(*name, how)? {
            Ok(contender) => {
                versions.push((*name, contender.version.clone()));
                contenders.push(Ok(contender));
            }
            Err(why) => contenders.push(Err((*name, why))),
        }
    }
    let mut rows = Vec::new();
    for row in &plan.rows {
        eprintln!("==> {}: {}", database.name(), row.title());
        rows.push((*row, measure(*row, plan, &mut contenders)?));
    }
    Ok(Section {
        database,
        described: match apart {
            true => format!("{}, {APART}", place.describe()),
            false => place.describe(),
        },
        versions,
        rows,
        rounds: plan.rounds,
    })
}

/// How a run with `--apart` is described.
pub const APART: &str = "server and contenders on a processor each";

/// So many rounds are of one process. Where the system puts it, in memory and on the processors, stays with it, and that can
/// make more of a difference than what is measured.
const STAY: usize = 3;

type Slot = std::result::Result<Contender, (Name, String)>;

/// A contender in one row.
struct Lane<'c> {
    contender: &'c mut Contender,
    cycles: u64,
    /// Of one cycle.
    checksum: u64,
    /// Nanoseconds of one operation, by round.
    ns: Vec<f64>,
    p99: Vec<f64>,
    peak: Vec<f64>,
    own: Vec<f64>,
    fault: Option<Cell>,
}

fn measure(row: Row, plan: &Plan, contenders: &mut [Slot]) -> Result<Vec<(Name, Cell)>> {
    let mut lost = Vec::new();
    let mut lanes = Vec::new();
    for slot in contenders {
        match slot {
            Ok(contender) => lanes.push(warm_up(row, plan, contender)?),
            Err((name, why)) => lost.push((*name, Cell::Failed(why.clone()))),
        }
    }
    let reference = lanes
        .iter()
        .find(|lane| lane.contender.name == Name::Raw && lane.fault.is_none());
    let reference = reference.map(|lane| lane.checksum);
    for lane in &mut lanes {
        if lane.fault.is_none() && reference.is_some_and(|sum| sum != lane.checksum) {
            lane.fault = Some(Cell::Failed(
                "its checksum is another than raw's: it did something else".into(),
            ));
        }
    }
    let count = lanes.len();
    for round in 0..plan.rounds as usize {
        if round > 0 && round % STAY == 0 {
            for lane in &mut lanes {
                lane.start_again(row)?;
            }
        }
        for turn in 0..count {
            // Another one begins each time, so that nobody always follows the same.
            lanes[(round + turn) % count].run(row)?;
        }
    }
    let raw: Option<Vec<f64>> = lanes
        .iter()
        .find(|lane| lane.contender.name == Name::Raw)
        .map(|lane| lane.ns.clone());
    let mut cells: Vec<_> = lanes
        .into_iter()
        .map(|lane| (lane.contender.name, lane.finish(raw.as_deref())))
        .collect();
    cells.extend(lost);
    Ok(cells)
}

/// One run that is not counted, and one to learn the checksum and how long a cycle takes.
fn warm_up<'c>(row: Row, plan: &Plan, contender: &'c mut Contender) -> Result<Lane<'c>> {
    let first = contender.run(row, 1)?;
    let (cycles, checksum, fault) = match first {
        Answer::NotAvailable(why) => (0, 0, Some(Cell::NotAvailable(why))),
        Answer::Failed(why) => (0, 0, Some(Cell::Failed(why))),
        Answer::Done(Outcome { ns, checksum, .. }) => {
            // A cycle that is long already has been warm enough for most of itself.
            let ns = if ns > plan.target_ns {
                ns
            } else {
                match contender.run(row, 1)? {
                    Answer::Done(again) => again.ns,
                    _ => ns,
                }
            };
            ((plan.target_ns / ns.max(1)).clamp(1, 100_000), checksum, None)
        }
    };
    Ok(Lane {
        contender,
        cycles,
        checksum,
        ns: Vec::new(),
        p99: Vec::new(),
        peak: Vec::new(),
        own: Vec::new(),
        fault,
    })
}

impl Lane<'_> {
    /// Goes on in a new process, once that is warm.
    fn start_again(&mut self, row: Row) -> Result<()> {
        if self.fault.is_none() {
            self.contender.start_again()?;
            for _ in 0..2 {
                self.contender.run(row, 1)?;
            }
        }
        Ok(())
    }

    fn run(&mut self, row: Row) -> Result<()> {
        if self.fault.is_some() {
            return Ok(());
        }
        match self.contender.run(row, self.cycles)? {
            Answer::Done(outcome) => {
                if outcome.checksum != self.checksum.wrapping_mul(self.cycles) {
                    self.fault = Some(Cell::Failed("its checksum changes from run to run".into()));
                }
                self.ns
                    .push(outcome.ns as f64 / (self.cycles * row.cycle()) as f64);
                self.p99.extend(outcome.p99.map(|ns| ns as f64));
                self.peak.extend(outcome.peak.map(|kib| kib as f64));
                self.own.extend(outcome.own.map(|kib| kib as f64));
            }
            Answer::NotAvailable(why) => self.fault = Some(Cell::NotAvailable(why)),
            Answer::Failed(why) => self.fault = Some(Cell::Failed(why)),
        }
        Ok(())
    }

    fn finish(self, raw: Option<&[f64]>) -> Cell {
        if let Some(fault) = self.fault {
            return fault;
        }
        let ratios: Vec<f64> = raw
            .unwrap_or_default()
            .iter()
            .zip(&self.ns)
            .map(|(raw, own)| own / raw)
            .collect();
        let some = |values: &[f64]| (!values.is_empty()).then(|| stats::median(values));
        Cell::Measured(Measured {
            ns: stats::median(&self.ns),
            ratio: stats::median(&ratios),
            spread: stats::spread(&self.ns),
            p99: some(&self.p99),
            peak_kib: some(&self.peak),
            own_kib: some(&self.own),
        })
    }
}
