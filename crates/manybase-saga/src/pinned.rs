//! An executor whose statements all go to one connection.

use manybase_db::{Access, Executor, Lease, Result, Route, Unit};
use manybase_driver::{BoxFuture, Dialect};
use std::sync::Arc;

/// A view of an executor for which one connection is said for every statement: inserts have no `using` of their own,
/// and a user's transaction may have another default.
pub(crate) struct Pinned<'e> {
    on: &'e dyn Executor,
    connection: &'e str,
}

impl<'e> Pinned<'e> {
    pub(crate) fn new(on: &'e dyn Executor, connection: &'e str) -> Self {
        Self { on, connection }
    }

    fn route<'r>(&'r self, route: Route<'r>) -> Route<'r> {
        Route {
            using: Some(self.connection),
            ..route
        }
    }
}

impl Executor for Pinned<'_> {
    fn resolve(&self, route: Route<'_>) -> Result<Arc<str>> {
        self.on.resolve(Route {
            using: Some(self.connection),
            ..route
        })
    }

    fn dialect(&self, route: Route<'_>) -> Result<&'static dyn Dialect> {
        self.on.dialect(Route {
            using: Some(self.connection),
            ..route
        })
    }

    fn lease<'a>(&'a self, route: Route<'a>, access: Access) -> BoxFuture<'a, Result<Lease<'a>>> {
        self.on.lease(self.route(route), access)
    }

    fn unit(&self) -> Unit<'_> {
        self.on.unit()
    }

    fn runs_hooks(&self) -> bool {
        self.on.runs_hooks()
    }
}
