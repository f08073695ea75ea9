//! One connection, as the doctor shows it.

use crate::output::{ErrorView, Mark, Output};
use manybase_db::ConnectionReport;
use manybase_driver::Readiness;
use serde::Serialize;

#[derive(Serialize)]
pub(super) struct Entry {
    name: String,
    product: String,
    version: Option<String>,
    address: String,
    reachable: bool,
    as_branch: Ready,
    as_home: Ready,
    /// Whether the tables of the protocol are there.
    tables: bool,
    /// The database's own id.
    resource: Option<String>,
    error: Option<ErrorView>,
}

#[derive(Serialize)]
struct Ready {
    ready: bool,
    obstacles: Vec<Obstacle>,
}

#[derive(PartialEq, Serialize)]
struct Obstacle {
    what: String,
    help: String,
    hard: bool,
}

impl Entry {
    pub(super) fn of(report: &ConnectionReport) -> Self {
        Self {
            name: report.name.to_string(),
            product: report.database.clone(),
            version: report.version.clone(),
            address: report.address.clone(),
            reachable: report.reachable.is_ok(),
            as_branch: Ready::of(&report.can_be_branch),
            as_home: Ready::of(&report.can_be_home),
            tables: report.tables,
            resource: report.resource.as_deref().map(str::to_owned),
            error: report.reachable.as_ref().err().map(ErrorView::of),
        }
    }

    pub(super) fn lacks_tables(&self) -> bool {
        self.reachable && !self.tables
    }

    pub(super) fn row(&self, out: &Output) -> [String; 5] {
        let ready = |ready: &Ready| match (self.reachable, ready.ready, ready.obstacles.is_empty()) {
            (false, _, _) => out.mark(Mark::Bad, "unreachable"),
            // That is a problem only where there are two of them.
            (_, false, _) => "no".to_owned(),
            (_, true, false) => out.mark(Mark::Warn, "with limits"),
            (_, true, true) => out.mark(Mark::Good, "yes"),
        };
        [
            self.name.clone(),
            match &self.version {
                Some(version) => format!("{} {version}", self.product),
                None => self.product.clone(),
            },
            ready(&self.as_branch),
            ready(&self.as_home),
            match (self.reachable, self.tables) {
                (false, _) => String::new(),
                (true, true) => "there".to_owned(),
                (true, false) => "missing".to_owned(),
            },
        ]
    }

    /// What is in the way here, hard or not. Whether it matters is another question.
    pub(super) fn remarks(&self) -> Vec<[String; 4]> {
        if !self.reachable {
            return Vec::new();
        }
        let (branch, home) = (&self.as_branch.obstacles, &self.as_home.obstacles);
        let of_branch = branch.iter().map(|one| {
            if home.contains(one) {
                ("both", one)
            } else {
                ("branch", one)
            }
        });
        let of_home = home
            .iter()
            .filter(|one| !branch.contains(one))
            .map(|one| ("home", one));
        let remark = |(role, one): (&str, &Obstacle)| {
            [
                self.name.clone(),
                role.to_owned(),
                one.what.clone(),
                one.help.clone(),
            ]
        };
        of_branch.chain(of_home).map(remark).collect()
    }
}

impl Ready {
    fn of(readiness: &Readiness) -> Self {
        let obstacle = |one: &manybase_driver::Obstacle| Obstacle {
            what: one.what.clone(),
            help: one.help.clone(),
            hard: one.hard,
        };
        Self {
            ready: readiness.is_ready(),
            obstacles: readiness.obstacles.iter().map(obstacle).collect(),
        }
    }
}
