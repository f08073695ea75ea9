//! Reads on a replica, which go on elsewhere when it dies.

use super::work::Work;
use super::{Held, Lease};
use crate::db::with_model;
use crate::replica::{Lent, Standby, back};
use crate::{Access, Error, Result};
use manybase_driver::{Session, Sink, Statement, returned};

impl Lease<'_> {
    /// A lease for reading, on a replica as long as there is a good one.
    pub(crate) fn of_replica(session: Session, standby: Standby, model: Option<&'static str>) -> Self {
        let work = Work::new(standby.pool(), session);
        Self {
            standby: Some(Box::new(standby)),
            ..Self::new(Held::Pool(work), model, Access::Read)
        }
    }

    /// The statement is run again elsewhere, if its rows have gone nowhere yet.
    pub(super) async fn query_somewhere<S: Sink>(&mut self, statement: Statement, mut sink: S) -> Result<S> {
        loop {
            let (lent, home) = Lent::new(sink);
            let error = match self.query_here(statement.clone(), Box::new(lent)).await {
                Ok(lent) => return returned::<Lent<S>>(lent)?.keep(),
                Err(error) => error,
            };
            let Some(again) = back(&home) else {
                return Err(error);
            };
            if !self.moves_on(&error).await? {
                return Err(error);
            }
            sink = again;
        }
    }

    /// Whether another server has taken over. Not within a unit, whose statements see one and the same moment.
    pub(super) async fn moves_on(&mut self, error: &Error) -> Result<bool> {
        if self.held.depth() > 0 {
            return Ok(false);
        }
        let broken = self.held.session().is_broken();
        let Some(standby) = &mut self.standby else {
            return Ok(false);
        };
        let next = standby.next(error, broken).await;
        let next = next.map_err(|error| with_model(error, self.model))?;
        let moves = next.is_some();
        if let Some(session) = next {
            self.held = Held::Pool(Work::new(standby.pool(), session));
        }
        Ok(moves)
    }
}
