//! What is to be recovered now, and what is left alone.

use super::survey::Group;
use crate::atomic::Coordinator;
use std::time::Duration;

/// Groups by what is to be done with them.
#[derive(Default)]
pub(super) struct Chosen {
    pub(super) due: Vec<Group>,
    /// With the time until they are old enough.
    pub(super) young: Vec<(Group, Duration)>,
    /// Transactions that are under way in this `Db`.
    pub(super) active: usize,
}

/// Sorts out what is old enough.
pub(super) fn choose(coordinator: &Coordinator, groups: Vec<Group>, min_age: Duration) -> Chosen {
    let mut chosen = Chosen::default();
    for group in groups {
        // The order matters: the owner says that it is done only after its branches can be seen.
        if coordinator.is_active(group.gtrid.as_str()) {
            chosen.active += 1;
            continue;
        }
        // What this `Db` has left behind nobody is at work on.
        let wait = match coordinator.is_own(&group.gtrid) {
            true => Duration::ZERO,
            false => {
                let seen = coordinator.sightings.seen(group.gtrid.as_str());
                let age = group.age().unwrap_or_default().max(seen);
                min_age.saturating_sub(age)
            }
        };
        match wait.is_zero() {
            true => chosen.due.push(group),
            false => chosen.young.push((group, wait)),
        }
    }
    chosen
}

#[cfg(all(test, feature = "sqlite"))]
mod tests {
    use super::*;
    use crate::recovery::survey::{Site, group};
    use manybase_driver::{
        Address, BranchId, ConnectOptions, DriverFactory, InDoubt, Pool, PoolOptions, Result,
    };
    use std::sync::Arc;

    fn site(name: &str, branches: &[(&str, &str, Option<u64>)]) -> Result<Site> {
        let address = Address::parse("sqlite::memory:")?;
        let driver = manybase_sqlite::SqliteFactory.open(&address, &ConnectOptions::default())?;
        let branches = branches.iter().map(|(gtrid, bqual, age)| {
            Ok(InDoubt {
                id: BranchId::new(*gtrid, *bqual)?,
                age: age.map(Duration::from_secs),
            })
        });
        Ok(Site {
            pool: Pool::new(name, driver, PoolOptions::default()),
            id: Some(name.into()),
            branches: branches.collect::<Result<_>>()?,
        })
    }

    fn told(groups: &[Group]) -> Vec<(String, usize)> {
        let told = groups
            .iter()
            .map(|group| (group.gtrid.to_string(), group.branches.len()));
        told.collect()
    }

    #[test]
    fn branches_are_put_together_and_strange_names_left_out() -> Result<()> {
        let sites = [
            site(
                "a",
                &[
                    ("mb1.h.c.2", "a.1", None),
                    ("mb1.h.c.1", "a.2", Some(3)),
                    ("mb1.x", "a.3", None),
                ],
            )?,
            // Another connection to the same database.
            site(
                "again",
                &[("mb1.h.c.2", "a.1", None), ("mb1.h.c.1", "a.2", Some(3))],
            )?,
            site("b", &[("mb1.h.c.1", "b.1", Some(7)), ("mb2.h.c.1", "b.2", None)])?,
        ];
        let groups = group(&sites);
        assert_eq!(
            told(&groups),
            [("mb1.h.c.1".to_owned(), 2), ("mb1.h.c.2".to_owned(), 1)]
        );
        assert_eq!(groups[0].age(), Some(Duration::from_secs(7)));
        assert_eq!(groups[1].age(), None);
        Ok(())
    }

    #[test]
    fn the_old_and_our_own_are_due_and_the_live_are_left_alone() -> Result<()> {
        let coordinator = Arc::new(Coordinator::new());
        let home = Arc::from("h");
        let owner = coordinator.begin(&home);
        let left = coordinator.begin(&home).gtrid().to_string();
        let branches = [
            (owner.gtrid().as_str(), "a.1", Some(100)),
            (&*left, "a.2", Some(0)),
            ("mb1.h.c.1", "a.3", Some(9)),
            ("mb1.h.c.2", "a.4", Some(2)),
            ("mb1.h.c.3", "a.5", None),
        ];
        let sites = [site("a", &branches)?];
        let choose = |seconds| choose(&coordinator, group(&sites), Duration::from_secs(seconds));
        let chosen = choose(5);
        assert_eq!(told(&chosen.due).len(), 2);
        assert!(
            told(&chosen.due).contains(&(left, 1))
                && told(&chosen.due).contains(&("mb1.h.c.1".to_owned(), 1))
        );
        assert_eq!((chosen.young.len(), chosen.active), (2, 1));
        assert_eq!(chosen.young[0].1, Duration::from_secs(3));
        assert!(chosen.young[1].1 > Duration::from_secs(4), "it was seen just now");
        let chosen = choose(0);
        assert_eq!((chosen.due.len(), chosen.young.len(), chosen.active), (4, 0, 1));
        Ok(())
    }
}
