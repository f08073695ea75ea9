//! How a branch begins: in a way that leaves every end open that may still be needed.

use super::branches::Branch;
use super::misuse;
use super::shared::{Shared, wait};
use crate::atomic::{self, Expected, Resource, Role};
use crate::lease::{Attached, Savepoints, Work};
use crate::{Error, ErrorKind, Result};
use manybase_driver::{Access, BranchId, Pool, Session};
use std::sync::{Arc, PoisonError};

impl Shared {
    /// The branch of a connection, begun if there is none.
    pub(super) async fn branch(&self, pool: Pool) -> Result<Arc<Branch>> {
        if let Some(branch) = self.branches.get(pool.name()) {
            return Ok(branch);
        }
        let _one_at_a_time = self.enlisting.lock().await;
        if let Some(branch) = self.branches.get(pool.name()) {
            return Ok(branch);
        }
        self.may_use(&pool)?;
        self.db.check_open(pool.name())?;
        misuse::check(&self.db, pool.name())?;
        let branch = self.begin(pool).await?;
        Ok(self.branches.insert(branch))
    }

    fn may_use(&self, pool: &Pool) -> Result<()> {
        let Some(only) = &self.only else { return Ok(()) };
        if only.contains(pool.name()) {
            return Ok(());
        }
        let names: Vec<_> = only.iter().map(|name| format!("{name:?}")).collect();
        let error = Error::new(
            ErrorKind::Transaction,
            format!("the transaction was begun on {} only", names.join(", ")),
        );
        Err(error.with_help("name this connection too in `transaction_on`, or do this part outside of it"))
    }

    async fn begin(&self, pool: Pool) -> Result<Branch> {
        let others = self.branches.hosts();
        let mut reason = None;
        if !self.settings.read_only {
            match self.attach(&pool, &others).await {
                Ok(Some(branch)) => return Ok(branch),
                Ok(None) => {}
                Err(error) if error.kind() == ErrorKind::Unsupported => reason = Some(error),
                Err(error) => return Err(error),
            }
        }
        self.settle_id(&pool).await;
        let access = match self.settings.read_only {
            true => Access::Read,
            false => Access::Write,
        };
        let mut session = pool.acquire(access).await?;
        let plainly = session.begins_plainly();
        let named = match plainly {
            // Its name has to be there from the start.
            Ok(false) if !self.settings.read_only && self.expects_a_home(&pool, &others).await => {
                match self.named(&pool, &others).await {
                    Ok(resource) => Some(self.branch_id(&pool, &resource, &mut session)?),
                    // It may still remain alone, or be the home.
                    Err(error) => {
                        tracing::debug!(target: "manybase::transaction", connection = &**pool.name(), %error, "can't be a branch");
                        reason = Some(error);
                        None
                    }
                }
            }
            _ => None,
        };
        let mut work = Work::new(&pool, session);
        let options = self.settings.options();
        let role = match named {
            Some(id) => {
                work.open_branch(self.root, &id, options).await?;
                Role::Branch(id)
            }
            None => {
                work.open(self.root, options, Savepoints::Required).await?;
                let known = self.db.coordinator().known(&pool);
                let ready = known.is_none_or(|resource| resource.branch.is_ready());
                Role::Plain {
                    can_prepare: matches!(plainly, Ok(true)) && ready,
                }
            }
        };
        Ok(Branch::new(pool, work, role, reason))
    }

    /// A database with a single writer gets its id before this transaction holds that writer: the names of other
    /// branches lead to the id, and so it must be there for good before any of these is prepared.
    async fn settle_id(&self, pool: &Pool) {
        let coordinator = self.db.coordinator();
        let single = pool.dialect().capability().single_writer && pool.driver().exactly().is_none();
        if self.settings.read_only || !single || coordinator.known(pool).is_some() {
            return;
        }
        let prepares = |peer: &Pool| peer.dialect().capability().two_phase_commit;
        if self.peers(pool).iter().any(prepares)
            && let Err(error) = coordinator.resource(pool, None).await
        {
            // It may still remain alone.
            tracing::debug!(target: "manybase::transaction", connection = &**pool.name(), %error, "can't be a home");
        }
    }

    /// On the session of another database that can take this one along.
    async fn attach(&self, pool: &Pool, others: &[Arc<Branch>]) -> Result<Option<Branch>> {
        let Some(attachment) = pool.attachment() else {
            return Ok(None);
        };
        let host = others.iter().find(|other| {
            let own = other.pool.attachment();
            own.is_some_and(|own| own.family() == attachment.family())
        });
        let Some(host) = host else { return Ok(None) };
        let schema: Arc<str> = format!("mb_{}", pool.name()).into();
        let Some(dialect) = pool.dialect().attached(&schema) else {
            return Ok(None);
        };
        let mut work = wait(host).await?;
        work.session_mut().attach(&*schema, attachment).await?;
        let attached = Attached {
            connection: pool.name().clone(),
            dialect,
            schema,
        };
        Ok(Some(Branch::attached(pool.clone(), host, attached)))
    }

    /// Whether another connection may have to be the home of this transaction, so that this one must not.
    async fn expects_a_home(&self, pool: &Pool, others: &[Arc<Branch>]) -> bool {
        if !others.is_empty() {
            return true;
        }
        let coordinator = self.db.coordinator();
        let generation = self.db.generation();
        if self.only.is_none() && coordinator.all_can_prepare(generation) {
            return false;
        }
        for peer in self.peers(pool) {
            if !coordinator.can_prepare(&peer).await {
                return true;
            }
        }
        // This one can, or it would not be asked.
        if self.only.is_none() {
            coordinator.remember_all_can_prepare(generation);
        }
        false
    }

    /// The other connections that the transaction may come to.
    fn peers(&self, pool: &Pool) -> Vec<Pool> {
        let mut pools = self.db.pools();
        pools.retain(|peer| {
            let may = self.only.as_ref().is_none_or(|only| only.contains(peer.name()));
            may && peer.name() != pool.name()
        });
        pools.sort_unstable_by(|a, b| a.name().cmp(b.name()));
        pools
    }

    /// What a branch on this connection needs to know, and a name for the transaction.
    async fn named(&self, pool: &Pool, others: &[Arc<Branch>]) -> Result<Arc<Resource>> {
        let coordinator = self.db.coordinator();
        let own = coordinator.resource(pool, None).await?;
        if !own.branch.is_ready() {
            return Err(not_ready(pool, &own));
        }
        if self.expected().is_none() {
            let (home, resource) = self.expect(pool, &own, others).await?;
            let active = coordinator.begin(&resource.id);
            *self.expected() = Some(Expected { active, pool: home });
        }
        Ok(own)
    }

    /// The likeliest home. Another one will do too, for one more round trip.
    async fn expect(
        &self,
        pool: &Pool,
        own: &Arc<Resource>,
        others: &[Arc<Branch>],
    ) -> Result<(Pool, Arc<Resource>)> {
        let coordinator = self.db.coordinator();
        let one_phase = others.iter().find(|other| other.role.is_one_phase());
        let plain = || others.iter().find(|other| !matches!(other.role, Role::Branch(_)));
        if let Some(other) = one_phase.or_else(plain) {
            let mut work = wait(other).await?;
            // Its own database, and not one that is attached to it.
            work.focus(None).await?;
            let resource = coordinator
                .resource(&other.pool, Some(work.session_mut()))
                .await?;
            if resource.made_here {
                return Err(atomic::made_too_late(&other.pool));
            }
            return Ok((other.pool.clone(), resource));
        }
        let mut one_phase = self.peers(pool);
        one_phase.retain(|peer| !peer.dialect().capability().two_phase_commit);
        // Of several, only those that can be one home together leave a choice that can't be wrong.
        let family = |peer: &Pool| peer.attachment().map(|attachment| attachment.family());
        let together = one_phase.windows(2).all(|pair| match pair {
            [a, b] => family(a).is_some() && family(a) == family(b),
            _ => true,
        });
        if together
            && let Some(peer) = one_phase.into_iter().next()
            && let Ok(resource) = coordinator.resource(&peer, None).await
            && resource.home.is_ready()
        {
            return Ok((peer, resource));
        }
        Ok((pool.clone(), own.clone()))
    }

    fn branch_id(&self, pool: &Pool, own: &Resource, session: &mut Session) -> Result<BranchId> {
        let Some(gtrid) = self
            .expected()
            .as_ref()
            .map(|expected| expected.active.gtrid().text().clone())
        else {
            return Err(Error::driver("a transaction over several databases has no name"));
        };
        let n = self.db.coordinator().number();
        let bqual = match session.session_token() {
            Some(token) => format!("{}.{n}.{token}", own.id),
            None => format!("{}.{n}", own.id),
        };
        BranchId::new(gtrid, bqual).map_err(|error| error.with_connection(pool.name().clone()))
    }

    pub(super) fn expected(&self) -> std::sync::MutexGuard<'_, Option<Expected>> {
        self.expected.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn not_ready(pool: &Pool, resource: &Resource) -> Error {
    let hard = resource.branch.obstacles.iter().find(|obstacle| obstacle.hard);
    let (what, help) = hard.map_or(("", ""), |obstacle| (&*obstacle.what, &*obstacle.help));
    Error::new(
        ErrorKind::Unsupported,
        format!("connection {:?} can't be a branch: {what}", &**pool.name()),
    )
    .with_help(help)
}
