//! Each request and each reply is lost once, and its connection with it.

use manybase_testkit::{Server, Side, TcpProxy};

use crate::Result;
use crate::arguments::Arguments;
use crate::mix::{Kind, Mix, Part};
use crate::place::Place;
use crate::report::{Finding, Kind as Found, Report};
use crate::trial::Trial;

const MIXES: &[&str] = &[
    "pg+mariadb",
    "mariadb+pg",
    "pg+sqlite",
    "mariadb+sqlite",
    "pg+pg",
    "mariadb+mariadb",
    "mariadb+pg0",
    "sqlite?+mariadb+mariadb",
    "sqlite-+mariadb",
];

/// More than any transfer takes.
const MANY: u32 = 400;

pub(crate) async fn run(arguments: &Arguments, report: &mut Report) -> Result<()> {
    let mixes = arguments.mixes(MIXES)?;
    let place = Place::start(&mixes, &arguments.journal, false).await?;
    for mix in &mixes {
        let mut lost = 0;
        for part in mix.parts.iter().filter(|part| part.kind != Kind::Sqlite) {
            for side in [Side::Request, Side::Reply] {
                lost += every(&place, mix, part, side, report).await?;
            }
        }
        report.losses += u64::from(lost);
        report.progress(&format!("proxy: {mix}: {lost} requests and replies lost"));
    }
    Ok(())
}

/// Loses the first, the second, … until a transfer is through before it comes to that.
async fn every(place: &Place, mix: &Mix, part: &Part, side: Side, report: &mut Report) -> Result<u32> {
    let server: &Server = match part.kind {
        Kind::Postgres => place.postgres.as_deref().ok_or("no PostgreSQL")?,
        Kind::PlainPostgres => place.plain_postgres.as_deref().ok_or("no plain PostgreSQL")?,
        _ => place.mariadb.as_deref().ok_or("no MariaDB")?,
    };
    let proxy = TcpProxy::start(server.addr())?;
    let mut connections = place.spec.connections.clone();
    for (name, url) in &mut connections {
        if *name == part.connection {
            *url = proxy.url(url);
        }
    }
    let on = &part.connection;
    for nth in 1..MANY {
        let trial = Trial {
            place,
            mix,
            name: format!("x{on}{side:?}{nth}"),
            label: format!("{mix}, {side:?} {nth} of {on} is lost"),
            again: format!("cargo xtask faults --proxy --mix '{mix}'"),
        };
        let acknowledged = |report: &Report| report.transfers.get(mix.name()).copied().unwrap_or_default();
        let before = acknowledged(report);
        proxy.lose(side, nth);
        let mut worker = trial.worker(&connections, &["--transfers=1"], &[])?;
        trial.end(&mut worker, report).await?;
        let lost = proxy.has_lost();
        proxy.lose_nothing();
        trial.conclude(report).await?;
        if !lost {
            if acknowledged(report) == before {
                let what = format!("nothing was lost and nothing got through; {}", worker.errors());
                report.add(
                    vec![Finding::new(Found::Unreached, what)],
                    &trial.label,
                    &trial.again,
                );
            }
            return Ok(nth - 1);
        }
    }
    let what = format!("a transfer that takes more than {MANY} messages on {on}");
    report.add(
        vec![Finding::new(Found::Hung, what)],
        mix.name(),
        "cargo xtask faults --proxy",
    );
    Ok(MANY)
}
