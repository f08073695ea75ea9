//! The first phase: a home is chosen, and everything else is prepared.

use super::coordinator::{Active, Coordinator};
use super::in_flight::{Home, InFlight, Part, PreparedBranch, Redirect, Role};
use super::resource::made_too_late;
use super::{commit, tables};
use crate::transaction::Ack;
use futures_util::future::join_all;
use manybase_driver::{BranchId, Error, ErrorKind, Pool, Prepared, Result, fault};
use std::sync::Arc;

/// The home that was expected when the first branch got its name.
pub(crate) struct Expected {
    pub(crate) active: Active,
    pub(crate) pool: Pool,
}

/// Prepares all parts but the home. After an error nothing of it lasts.
pub(crate) async fn prepare(
    coordinator: Arc<Coordinator>,
    mut parts: Vec<Part>,
    expected: Option<Expected>,
    ack: Ack,
) -> Result<InFlight> {
    if let Err(error) = ask(&coordinator, &mut parts).await {
        commit::roll_back(parts).await;
        return Err(error);
    }
    let (mut writers, readers) = split(parts);
    if let Some(home) = no_decision(&mut writers) {
        return without_decision(coordinator, home, writers, readers, expected, ack).await;
    }
    let planned = match choose(&writers) {
        Ok(index) => {
            let mut home = index.map(|index| writers.remove(index));
            match name(&coordinator, home.as_mut(), &mut writers, expected).await {
                Ok(named) => Ok((home, named)),
                Err(error) => {
                    writers.extend(home);
                    Err(error)
                }
            }
        }
        Err(error) => Err(error),
    };
    let (home, named) = match planned {
        Ok(planned) => planned,
        Err(error) => {
            tokio::join!(commit::roll_back(writers), commit::roll_back(readers));
            return Err(error);
        }
    };
    let gtrid = named.active.gtrid().text().clone();
    let prepared = writers
        .into_iter()
        .zip(named.ids)
        .map(|(part, id)| prepare_part(part, id, &gtrid));
    // What was only read goes at the same time: its locks keep others waiting.
    let (prepared, ()) = tokio::join!(join_all(prepared), commit::roll_back(readers));
    let (mut branches, mut notes, mut failed) = (Vec::new(), Vec::new(), None);
    for outcome in prepared {
        match outcome {
            Ok(Some((branch, note))) => {
                branches.push(branch);
                notes.push(note);
            }
            Ok(None) => {}
            Err(error) => failed = failed.or(Some(error)),
        }
    }
    let in_flight = InFlight {
        home: match (home, named.apart) {
            (Some(part), _) if branches.is_empty() => Home::Alone(part),
            (Some(part), _) => Home::Part(part),
            (None, Some(pool)) if !branches.is_empty() => Home::Apart(pool),
            (None, _) => Home::None,
        },
        coordinator,
        branches,
        active: Some(named.active),
        redirect: named.redirect,
        participants: notes.join(" "),
        ack,
    };
    match failed {
        Some(error) => {
            // A branch whose answer is missing may be prepared all the same.
            let coordinator = in_flight.coordinator.clone();
            in_flight.roll_back().await;
            coordinator.nudge.notify_one();
            Err(error)
        }
        None => Ok(in_flight),
    }
}

/// One writer at most, which can commit by itself: there is nothing to agree on.
fn no_decision(writers: &mut Vec<Part>) -> Option<Home> {
    let mut wrote = writers.iter().enumerate().filter(|(_, part)| part.wrote);
    match (wrote.next(), wrote.next()) {
        (None, _) => Some(Home::None),
        (Some((_, part)), None) if matches!(part.role, Role::Branch(_)) => None,
        (Some((index, _)), None) => Some(Home::Alone(writers.remove(index))),
        _ => None,
    }
}

/// Branches that have only read can't be told from others but by preparing them, and follow the one that wrote.
async fn without_decision(
    coordinator: Arc<Coordinator>,
    home: Home,
    branches: Vec<Part>,
    readers: Vec<Part>,
    expected: Option<Expected>,
    ack: Ack,
) -> Result<InFlight> {
    let prepared = branches.into_iter().filter_map(|part| match &part.role {
        Role::Branch(id) => {
            let id = (id.clone(), false);
            Some(prepare_part(part, id, ""))
        }
        Role::Plain { .. } => None,
    });
    let (prepared, ()) = tokio::join!(join_all(prepared), commit::roll_back(readers));
    let (mut branches, mut failed) = (Vec::new(), None);
    for outcome in prepared {
        match outcome {
            Ok(branch) => branches.extend(branch.map(|(branch, _)| branch)),
            Err(error) => failed = failed.or(Some(error)),
        }
    }
    let in_flight = InFlight {
        coordinator,
        home,
        branches,
        active: expected.map(|expected| expected.active),
        redirect: None,
        participants: String::new(),
        ack,
    };
    match failed {
        Some(error) => {
            in_flight.roll_back().await;
            Err(error)
        }
        None => Ok(in_flight),
    }
}

/// Asks the databases where it is not known: whether a part that sent no write has written all the same, as a
/// function in a query can, and whether one that wrote can be prepared.
async fn ask(coordinator: &Coordinator, parts: &mut [Part]) -> Result<()> {
    let asked = parts.iter_mut().map(|part| async {
        if part.role == (Role::Plain { can_prepare: true }) && !part.wrote {
            part.wrote = part.work.session_mut().has_written().await?;
        }
        Ok::<_, Error>(())
    });
    futures_util::future::try_join_all(asked).await?;
    if parts.iter().filter(|part| part.wrote).count() < 2 {
        return Ok(());
    }
    for part in parts.iter_mut().filter(|part| part.wrote) {
        if part.role == (Role::Plain { can_prepare: true }) {
            let resource = coordinator
                .resource(&part.pool, Some(part.work.session_mut()))
                .await?;
            part.role = Role::Plain {
                can_prepare: resource.branch.is_ready(),
            };
        }
    }
    Ok(())
}

/// Those that have to be committed, and those that need not. A branch with a name is among the first: it can be told
/// only by preparing it whether it has written.
fn split(parts: Vec<Part>) -> (Vec<Part>, Vec<Part>) {
    parts
        .into_iter()
        .partition(|part| part.wrote || matches!(part.role, Role::Branch(_)))
}

/// The part that is to be the home, if one can. It must be the one that can't be prepared, where there is one.
fn choose(parts: &[Part]) -> Result<Option<usize>> {
    let mut single = None;
    for (index, part) in parts.iter().enumerate() {
        if !part.role.is_one_phase() {
            continue;
        }
        match single {
            None => single = Some(index),
            Some(first) => {
                let first = parts.get(first).map_or("", |part| &**part.pool.name());
                return Err(two_homes(first, part.pool.name(), None));
            }
        }
    }
    let plain = || {
        parts
            .iter()
            .position(|part| !matches!(part.role, Role::Branch(_)))
    };
    Ok(single.or_else(plain))
}

/// Two that can only be the home.
pub(crate) fn two_homes(first: &str, second: &Arc<str>, why: Option<&Error>) -> Error {
    let mut error = Error::new(
        ErrorKind::Unsupported,
        format!(
            "connections {first:?} and {second:?} can't be written in one transaction: neither can prepare its part \
             and finish it later, and at most one such can take part"
        ),
    )
    .with_connection(second.clone());
    let help = match why {
        Some(why) => {
            error = error.with_source(why.clone());
            format!("{}{}", why.message(), why.help().map(|help| format!(": {help}")).unwrap_or_default())
        }
        None => "`manybase doctor` says what each can do and what to change; or write them in two transactions, as \
                 steps of a saga"
            .to_owned(),
    };
    error.with_help(help)
}

/// Names for everything.
struct Named {
    active: Active,
    ids: Vec<(BranchId, bool)>,
    redirect: Option<Redirect>,
    apart: Option<Pool>,
}

async fn name(
    coordinator: &Arc<Coordinator>,
    home: Option<&mut Part>,
    parts: &mut [Part],
    expected: Option<Expected>,
) -> Result<Named> {
    let (mut redirect, mut apart) = (None, None);
    let active = match (home, expected) {
        (Some(home), expected) => {
            let resource = coordinator
                .resource(&home.pool, Some(home.work.session_mut()))
                .await?;
            if !resource.home.is_ready() {
                return Err(no_home(&home.pool, &resource.home));
            }
            if resource.made_here {
                return Err(made_too_late(&home.pool));
            }
            match expected {
                Some(expected) => {
                    if *expected.active.gtrid().home() != resource.id {
                        redirect = Some(Redirect {
                            from: expected.pool,
                            to: resource.id.clone(),
                        });
                    }
                    expected.active
                }
                None => coordinator.begin(&resource.id),
            }
        }
        (None, Some(expected)) => {
            // Its tables may have gone with a transaction that was rolled back.
            coordinator.resource(&expected.pool, None).await?;
            apart = Some(expected.pool);
            expected.active
        }
        (None, None) => {
            return Err(Error::driver(
                "branches of a transaction have names, and the transaction has none",
            ));
        }
    };
    let mut ids = Vec::with_capacity(parts.len());
    for part in parts {
        let id = match &part.role {
            Role::Branch(id) => id.clone(),
            Role::Plain { .. } => {
                let resource = coordinator
                    .resource(&part.pool, Some(part.work.session_mut()))
                    .await?;
                BranchId::new(
                    active.gtrid().text().clone(),
                    format!("{}.{}", resource.id, coordinator.number()),
                )?
            }
        };
        ids.push((id, part.wrote));
    }
    Ok(Named {
        active,
        ids,
        redirect,
        apart,
    })
}

/// A database that can't hold the decision, and what to change.
pub(crate) fn no_home(pool: &Pool, readiness: &manybase_driver::Readiness) -> Error {
    let hard = readiness.obstacles.iter().find(|obstacle| obstacle.hard);
    let (what, help) = hard.map_or(("", ""), |obstacle| (&*obstacle.what, &*obstacle.help));
    Error::new(
        ErrorKind::Unsupported,
        format!("it can't hold the decision of a transaction over several databases: {what}"),
    )
    .with_connection(pool.name().clone())
    .with_help(help)
}

/// Prepares one part. `None` when it had nothing to prepare.
async fn prepare_part(
    part: Part,
    (id, receipt): (BranchId, bool),
    gtrid: &str,
) -> Result<Option<(PreparedBranch, String)>> {
    let Part { pool, work, .. } = part;
    let mut session = work.into_session();
    let prepared = async {
        if receipt {
            fault::point("receipt-before");
            let statement = tables::insert_receipt(session.dialect()?, gtrid, id.bqual())?;
            session.execute(statement).await?;
        }
        fault::point("prepare-before");
        let prepared = session.prepare(&id).await?;
        fault::point("prepare-after");
        Ok(prepared)
    };
    match prepared.await {
        Ok(Prepared::ReadOnly) => Ok(None),
        Ok(Prepared::Prepared) => {
            // Where no receipt was written none is looked for.
            let mark = if receipt { "" } else { "~" };
            let note = format!("{mark}{}={}", pool.name(), id.bqual());
            let session = Some(session);
            Ok(Some((PreparedBranch { pool, id, session }, note)))
        }
        Err(error) => {
            // Dropping the session would do it too, but later.
            if !session.is_broken()
                && let Err(error) = session.rollback().await
            {
                tracing::debug!(target: "manybase::transaction", connection = &**pool.name(), %error, "could not roll back");
            }
            Err(error)
        }
    }
}
