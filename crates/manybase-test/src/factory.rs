//! Records for tests, of which only what matters is said.

use manybase_db::Executor;
use manybase_driver::{BoxFuture, Result};
use manybase_record::{Model, Rec};
use std::sync::atomic::{AtomicU64, Ordering};

/// Makes records of a model, with values for what a test does not care about. Derived: `#[derive(Factory)]` on a model
/// makes `<Model>Factory`, whose methods are these and one for each field.
///
/// ```
/// use manybase_test::Factory;
/// use manybase_record::prelude::*;
/// #[derive(Debug, Model, manybase_test::Factory)]
/// struct Customer {
///     #[model(key, auto)]
///     id: i64,
///     #[factory(default = "Ann")]
///     name: String,
///     #[factory(sequence = |n| format!("user{n}@example.com"))]
///     email: String,
/// }
/// let ann = CustomerFactory::new().build();
/// assert_eq!(ann.name, "Ann");
/// assert_ne!(ann.email, CustomerFactory::new().name("Bob").build().email);
/// ```
pub trait Factory: Clone + Default + Send + Sync + 'static {
    /// What it makes.
    type Model: Model;

    /// A record that is in no database. Keys of records that it belongs to are the default of their type, unless they
    /// are said.
    fn build(self) -> Self::Model;

    /// Creates the records that it belongs to, unless they are said.
    fn parents<'a>(&'a mut self, on: &'a dyn Executor) -> BoxFuture<'a, Result<()>>;

    /// Creates it in its database, after those that it belongs to in theirs.
    ///
    /// # Errors
    /// Those of the databases.
    fn create(mut self, on: &dyn Executor) -> BoxFuture<'_, Result<Rec<Self::Model>>> {
        Box::pin(async move {
            self.parents(on).await?;
            self.build().insert(on).await
        })
    }

    /// Creates so many, each with sequences and parents of its own.
    ///
    /// # Errors
    /// Those of the databases; those that were created before are there then.
    fn create_many(self, number: usize, on: &dyn Executor) -> BoxFuture<'_, Result<Vec<Rec<Self::Model>>>> {
        Box::pin(async move {
            let mut all = Vec::with_capacity(number);
            for _ in 0..number {
                all.push(self.clone().create(on).await?);
            }
            Ok(all)
        })
    }
}

/// A model that has a factory. Derived with [`Factory`].
///
/// ```
/// use manybase_test::{Factory, HasFactory};
/// fn any<M: HasFactory>() -> M {
///     M::Factory::default().build()
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no factory",
    label = "this model has no #[derive(Factory)]",
    note = "write #[derive(Factory)] before it, or leave out #[factory(parent = …)] and say the key with a default"
)]
pub trait HasFactory: Model {
    /// The factory.
    type Factory: Factory<Model = Self>;
}

/// Numbers from 1. Those that are taken while a template is built begin elsewhere, so that what tests create later does
/// not collide with it.
#[doc(hidden)]
#[derive(Debug, Default)]
pub struct Sequence {
    tests: AtomicU64,
    templates: AtomicU64,
}

/// Where the numbers of templates begin.
const TEMPLATES: u64 = 1_000_000;

tokio::task_local! {
    /// Set while a template is built.
    pub(crate) static BUILDING: ();
}

impl Sequence {
    /// None is taken.
    #[doc(hidden)]
    pub const fn new() -> Self {
        Self {
            tests: AtomicU64::new(0),
            templates: AtomicU64::new(TEMPLATES),
        }
    }

    /// The next one.
    #[doc(hidden)]
    pub fn next(&self) -> u64 {
        let numbers = match BUILDING.try_with(|()| ()) {
            Ok(()) => &self.templates,
            Err(_) => &self.tests,
        };
        numbers.fetch_add(1, Ordering::Relaxed) + 1
    }
}
