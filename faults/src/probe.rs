//! What drivers promise about prepared branches, asked of them directly.
//!
//! Some mistakes of a driver are made good by what stands above it: a receipt is refused where a failed transaction
//! would be taken for a prepared one, and whoever comes later finishes what was taken for finished. So these promises
//! are looked at where they are given. The place in which a promise is broken is the one that would tear a transfer
//! as soon as the other precaution is gone too.

use std::sync::Arc;
use std::time::{Duration, Instant};

use manybase::driver::{
    Access, Address, BranchId, ConnectOptions, DriverFactory, Finish, Pool, PoolOptions, Prepared, Session,
    Statement, TransactionOptions,
};

use crate::Result;
use crate::arguments::Arguments;
use crate::mix::Mix;
use crate::place::Place;
use crate::report::{Finding, Kind, Report};

const PATIENCE: Duration = Duration::from_secs(10);

pub(crate) async fn run(arguments: &Arguments, report: &mut Report) -> Result<()> {
    let mixes: Vec<Mix> = arguments.mixes(&["pg", "mariadb"])?;
    let place = Place::start(&mixes, &arguments.journal, false).await?;
    for (name, url) in &place.spec.connections {
        let Some(pool) = pool(name, url)? else { continue };
        let mut probe = Probe {
            pool,
            number: 0,
            findings: Vec::new(),
        };
        probe.failed().await?;
        probe.attached().await?;
        probe.orphaned().await?;
        report.add(probe.findings, name, "cargo xtask faults --probe");
        report.progress(&format!("probe: {name}: {} branches", probe.number));
    }
    Ok(())
}

fn pool(name: &str, url: &str) -> Result<Option<Pool>> {
    let factory: Arc<dyn DriverFactory> = match name.get(..2) {
        Some("pg") => Arc::new(manybase_postgres::PostgresFactory),
        Some("my") => Arc::new(manybase_mysql::MysqlFactory),
        _ => return Ok(None),
    };
    let driver = factory.open(&Address::parse(url)?, &ConnectOptions::default())?;
    Ok(Some(Pool::new(name, driver, PoolOptions::default())))
}

struct Probe {
    pool: Pool,
    number: u32,
    findings: Vec<Finding>,
}

impl Probe {
    /// A transaction in which a statement failed is not prepared.
    async fn failed(&mut self) -> Result<()> {
        let id = self.id()?;
        let mut session = self.session().await?;
        self.begin(&mut session, &id).await?;
        let again = Statement::write("INSERT INTO account (id, balance) VALUES (1, 0)", vec![]);
        if session.execute(again).await.is_ok() {
            return Err("a key can be there twice".into());
        }
        if let Ok(Prepared::Prepared) = session.prepare(&id).await {
            let there = self.is_listed(&id).await?;
            let what = format!("a failed transaction is said to be prepared; it is in doubt: {there}");
            self.findings.push(Finding::new(Kind::Driver, what));
            self.end(&id).await?;
        } else {
            session.rollback().await?;
        }
        Ok(())
    }

    /// What another session has prepared is finished, or said to be in use.
    async fn attached(&mut self) -> Result<()> {
        let id = self.id()?;
        let mut owner = self.session().await?;
        self.begin(&mut owner, &id).await?;
        if owner.prepare(&id).await? == Prepared::Prepared {
            let mut other = self.session().await?;
            let finish = other.commit_prepared(&id).await?;
            let there = self.is_listed(&id).await?;
            if finish != Finish::InUse && there {
                let what = format!("{finish:?} is said of a branch that is in doubt");
                self.findings.push(Finding::new(Kind::Driver, what));
            }
        }
        drop(owner);
        self.end(&id).await
    }

    /// A prepared branch outlives its session.
    async fn orphaned(&mut self) -> Result<()> {
        let id = self.id()?;
        let mut owner = self.session().await?;
        self.begin(&mut owner, &id).await?;
        let prepared = owner.prepare(&id).await?;
        drop(owner);
        // The server may take a moment to notice.
        tokio::time::sleep(Duration::from_millis(100)).await;
        if prepared != Prepared::Prepared || !self.is_listed(&id).await? {
            let what = format!("a branch that was said to be {prepared:?} went with its session");
            self.findings.push(Finding::new(Kind::Driver, what));
        }
        self.end(&id).await
    }

    fn id(&mut self) -> Result<BranchId> {
        self.number += 1;
        Ok(BranchId::new(format!("mbprobe.{}", self.number), "probe")?)
    }

    async fn session(&self) -> Result<Session> {
        Ok(self.pool.acquire(Access::Write).await?)
    }

    async fn begin(&self, session: &mut Session, id: &BranchId) -> Result<()> {
        session.begin_branch(id, TransactionOptions::default()).await?;
        let write = format!(
            "UPDATE account SET balance = balance WHERE id = {}",
            self.number + 1
        );
        session.execute(Statement::write(write, vec![])).await?;
        let row = format!(
            "INSERT INTO ledger (id, mix, amount) VALUES ('probe-{}', '', 0)",
            self.number
        );
        session.execute(Statement::write(row, vec![])).await?;
        Ok(())
    }

    async fn is_listed(&self, id: &BranchId) -> Result<bool> {
        let mut session = self.session().await?;
        let all = session.in_doubt("mbprobe.").await?;
        Ok(all.iter().any(|one| one.id == *id))
    }

    /// Undoes it, whoever has it.
    async fn end(&self, id: &BranchId) -> Result<()> {
        let deadline = Instant::now() + PATIENCE;
        let mut session = self.session().await?;
        while self.is_listed(id).await? && Instant::now() < deadline {
            let _ = session.rollback_prepared(id).await?;
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        Ok(())
    }
}
