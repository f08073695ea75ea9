//! `manybase migrate repair`

use super::options::Which;
use crate::arguments::examples;
use crate::confirm::confirm;
use crate::context::Context;
use crate::failure::Result;
use crate::output::{ErrorView, Mark};
use crate::status::Status;
use clap::{Args, ValueEnum};
use manybase_migrate::{Problem, StepVerdict};
use serde::Serialize;

/// Put right what only a person can decide
///
/// Without an option it says what is wrong, and which option is for it. It never touches tables of yours.
#[derive(Debug, Args)]
#[command(after_help = examples!(
    "manybase migrate repair                       what is wrong?";
    "manybase migrate repair --seal                the files are right as they are";
    "manybase migrate repair --accept add_city     the database has had it, and its files may have changed";
    "manybase migrate repair --step again          run the statement again that was cut off"
))]
pub(crate) struct Repair {
    #[command(flatten)]
    which: Which,
    #[command(flatten)]
    what: What,
    /// Do not ask
    #[arg(short, long)]
    yes: bool,
}

#[derive(Debug, Args)]
#[group(multiple = false)]
struct What {
    /// Write migrations.sum for the files as they are
    #[arg(long)]
    seal: bool,
    /// Take the files of this migration as they are, although the database has had it with others
    #[arg(long, value_name = "MIGRATION")]
    accept: Option<String>,
    /// Forget this migration, whose files are gone for good
    #[arg(long, value_name = "MIGRATION")]
    forget: Option<String>,
    /// What came of the statement that was running when its process died
    #[arg(long, value_name = "VERDICT")]
    step: Option<Verdict>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Verdict {
    /// It has happened
    Done,
    /// It is to be run again
    Again,
}

#[derive(Serialize)]
struct Document {
    repaired: Vec<String>,
    problems: Vec<Problem>,
}

impl Repair {
    pub(crate) async fn run(self, cx: &mut Context<'_>) -> Result<Status> {
        use manybase_migrate::Repair as Do;
        let migrator = self.which.migrator(cx).await?;
        let (question, repair) = match &self.what {
            What { seal: true, .. } => {
                self.ask("Take the files of all migrations as they are?")?;
                let sealed = migrator.seal()?;
                let repaired = sealed
                    .iter()
                    .map(|name| format!("{name}/migrations.sum was written"));
                return Self::tell(cx, repaired.collect());
            }
            What {
                accept: Some(name), ..
            } => (
                format!("Take the files of {name} as they are?"),
                Do::Accept(name.clone()),
            ),
            What {
                forget: Some(name), ..
            } => (
                format!("Forget that {name} was applied?"),
                Do::Forget(name.clone()),
            ),
            What {
                step: Some(verdict), ..
            } => {
                let verdict = match verdict {
                    Verdict::Done => StepVerdict::Done,
                    Verdict::Again => StepVerdict::Again,
                };
                ("Is that so?".to_owned(), Do::Step(verdict))
            }
            _ => return Self::look(cx, &migrator).await,
        };
        self.ask(&question)?;
        let repaired = migrator.repair(&repair).await?;
        Self::tell(cx, vec![repaired])
    }

    fn ask(&self, question: &str) -> Result<()> {
        if self.yes { Ok(()) } else { confirm(question) }
    }

    fn tell(cx: &mut Context<'_>, repaired: Vec<String>) -> Result<Status> {
        if repaired.is_empty() {
            cx.out.line("nothing had to be done");
        }
        for line in &repaired {
            cx.out.line(line);
        }
        let problems = Vec::new();
        cx.out.document(&Document { repaired, problems });
        Ok(Status::Fine)
    }

    async fn look(cx: &mut Context<'_>, migrator: &manybase_migrate::Migrator) -> Result<Status> {
        let mut problems = Vec::new();
        for status in migrator.status().await? {
            for problem in status.problems {
                let view = ErrorView::of(&problem.clone().into());
                cx.out.finding(Mark::Bad, &status.connection, &view);
                problems.push(problem);
            }
        }
        if problems.is_empty() {
            cx.out.line("nothing is wrong");
        }
        let status = Status::act_if(!problems.is_empty());
        let repaired = Vec::new();
        cx.out.document(&Document { repaired, problems });
        Ok(status)
    }
}
