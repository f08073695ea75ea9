//! The fields.

use super::fresh::{self, Fresh};
use super::link::{Ends, Link};
use super::query::Plan;
use super::{Rel, write};
use crate::{Model, Rec, RelationKind};
use manybase_db::Executor;
use manybase_driver::{BoxFuture, Error, ErrorKind, Result};
use std::any::Any;
use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;

/// What relation fields have in common.
///
/// ```
/// use manybase_record::{RelationField, prelude::*};
/// assert!(<BelongsTo<Customer> as RelationField>::HERE);
/// # #[derive(Model)] struct Customer { #[model(key, auto)] id: i64 }
/// ```
pub trait RelationField: Default + Send + Sync + 'static {
    /// The model at the other end.
    type Target: Model;
    /// The model that holds the foreign key, where that is not this one: the other end, or the join model.
    type Holder: Model;
    /// Whether the key of the other end stands here; else the key of this end stands there.
    const HERE: bool;
    /// Which relation it is.
    const KIND: RelationKind;

    /// The columns that its ends have in common, step by step.
    ///
    /// # Errors
    /// Columns that are not there or do not fit.
    #[doc(hidden)]
    fn path<M: Model>(link: &Link) -> Result<Vec<Ends>>;

    /// Loads it for records.
    #[doc(hidden)]
    fn load<'a, M: Model>(
        plan: Arc<Plan<M, Self>>,
        records: &'a mut [Rec<M>],
        on: &'a dyn Executor,
        using: Option<&'a Arc<str>>,
    ) -> BoxFuture<'a, Result<()>>;

    /// Whether it holds records that are still to be inserted.
    #[doc(hidden)]
    fn has_fresh(&self) -> bool;

    /// Takes them out of a record.
    #[doc(hidden)]
    fn take_fresh<M: Model>(rel: Rel<M, Self>, record: &mut M) -> Result<Option<Fresh<M>>>;
}

/// The relation fields whose two ends hold each other's key, without a join model between them.
///
/// ```
/// use manybase_record::{Direct, HasMany, Model};
/// # #[derive(Model)] struct Order { #[model(key, auto)] id: i64 }
/// fn is_direct<F: Direct>() {}
/// is_direct::<HasMany<Order>>();
/// ```
pub trait Direct: RelationField {
    /// Takes what was loaded for this record. Records that point to the same one share it.
    ///
    /// # Errors
    /// More than one record where there can be one at most.
    fn fill(&mut self, found: Arc<Vec<Rec<Self::Target>>>, field: &'static str) -> Result<()>;
}

pub(super) fn not_loaded<T: Model>() -> Error {
    let name = T::meta().name;
    Error::new(
        ErrorKind::NotLoaded,
        format!("the related {name} has not been loaded"),
    )
    .with_help("add include(|c| c.<relation>) to the query, or load(on, |c| c.<relation>) it for this record")
    .with_model(name)
}

macro_rules! slots {
    ($($(#[$doc:meta])* $slot:ident, $here:literal, $fresh:ident, $insert:ident;)*) => {$(
        $(#[$doc])*
        pub struct $slot<T> {
            content: Option<Arc<dyn Any + Send + Sync>>,
            marker: PhantomData<fn() -> T>,
        }

        impl<T> Default for $slot<T> {
            fn default() -> Self {
                Self { content: None, marker: PhantomData }
            }
        }

        impl<T> Clone for $slot<T> {
            fn clone(&self) -> Self {
                Self { content: self.content.clone(), marker: PhantomData }
            }
        }

        impl<T: Send + 'static> $slot<T> {
            /// Whether it has been loaded.
            ///
            /// ```
            /// use manybase_record::prelude::*;
            /// # #[derive(Model)] struct Customer { #[model(key, auto)] id: i64, orders: HasMany<Order> }
            /// # #[derive(Model)] struct Order { #[model(key, auto)] id: i64, customer_id: i64, total: i64 }
            /// # #[tokio::main(flavor = "current_thread")]
            /// # async fn main() -> manybase_driver::Result<()> {
            /// # let db = manybase_db::Db::builder().connect("main", "sqlite::memory:").open().await?;
            /// # manybase_record::create_table::<Customer>(&db).await?;
            /// # manybase_record::create_table::<Order>(&db).await?;
            /// # let order = |total| Order { id: 0, customer_id: 0, total };
            /// # Customer { id: 0, orders: HasMany::new([order(50), order(500)]) }.insert(&db).await?;
            /// let customer = Customer::query().one(&db).await?;
            /// assert!(!customer.orders.is_loaded());
            /// # Ok(())
            /// # }
            /// ```
            pub fn is_loaded(&self) -> bool {
                self.content.is_some() && !fresh::is_held::<T>(&self.content)
            }

            fn holding(records: Vec<T>) -> Self {
                Self { content: fresh::hold(records), marker: PhantomData }
            }
        }

        /// Says whether it is loaded, not what: models that relate to each other would never come to an end.
        impl<T: Send + 'static> fmt::Debug for $slot<T> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                let state = if self.is_loaded() { "loaded" } else { "not loaded" };
                write!(f, concat!(stringify!($slot), "({})"), state)
            }
        }

        /// A relation is no data of the record.
        impl<T> PartialEq for $slot<T> {
            fn eq(&self, _other: &Self) -> bool {
                true
            }
        }

        impl<T: Model> RelationField for $slot<T> {
            type Target = T;
            type Holder = T;
            const HERE: bool = $here;
            const KIND: RelationKind = RelationKind::$slot;

            fn path<M: Model>(link: &Link) -> Result<Vec<Ends>> {
                Ok(vec![link.ends::<M, T>($here)?])
            }

            fn load<'a, M: Model>(
                plan: Arc<Plan<M, Self>>,
                records: &'a mut [Rec<M>],
                on: &'a dyn Executor,
                using: Option<&'a Arc<str>>,
            ) -> BoxFuture<'a, Result<()>> {
                Box::pin(async move { super::load::load(&plan, records, on, using).await })
            }

            fn has_fresh(&self) -> bool {
                fresh::is_held::<T>(&self.content)
            }

            fn take_fresh<M: Model>(rel: Rel<M, Self>, record: &mut M) -> Result<Option<Fresh<M>>> {
                let slot = rel.slot(record);
                if !slot.has_fresh() {
                    return Ok(None);
                }
                let fresh = fresh::take::<T>(&mut slot.content, &rel.link())?;
                Ok(fresh.map(|fresh| {
                    Fresh::$fresh(Box::new(move |record, on| Box::pin(write::$insert(rel, record, fresh, on))))
                }))
            }
        }
    )*};
}

slots! {
    /// The records at the other end that point here: `#[model(foreign_key = customer_id)] orders: HasMany<Order>`.
    ///
    /// ```
    /// use manybase_record::prelude::*;
    ///
    /// #[derive(Model)]
    /// struct Customer {
    ///     #[model(key, auto)]
    ///     id: i64,
    ///     orders: HasMany<Order>,
    /// }
    ///
    /// #[derive(Model)]
    /// struct Order {
    ///     #[model(key, auto)]
    ///     id: i64,
    ///     customer_id: i64,
    ///     customer: BelongsTo<Customer>,
    /// }
    ///
    /// # async fn example(db: &manybase_db::Db) -> manybase_driver::Result<()> {
    /// for customer in Customer::query().include(|c| c.orders).all(db).await? {
    ///     println!("{} orders", customer.orders.loaded()?.len());
    /// }
    /// # Ok(())
    /// # }
    /// ```
    HasMany, false, After, children;
    /// The one record at the other end that points here, if there is one. With `order_by` and `limit(1)` it is the
    /// first of many: `.include(|c| c.last_order.order_by(|o| o.placed.desc()).limit(1))`.
    HasOne, false, After, children;
    /// The record at the other end to which this one points, if it does.
    BelongsTo, true, Before, parent;
}

impl<T: Model> HasMany<T> {
    /// New records, which are inserted together with the one that they stand in, and get its key.
    ///
    /// ```
    /// use manybase_record::prelude::*;
    /// # #[derive(Model)] struct Customer { #[model(key, auto)] id: i64, orders: HasMany<Order> }
    /// # #[derive(Model)] struct Order { #[model(key, auto)] id: i64, customer_id: i64, total: i64 }
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> manybase_driver::Result<()> {
    /// # let db = manybase_db::Db::builder().connect("main", "sqlite::memory:").open().await?;
    /// # manybase_record::create_table::<Customer>(&db).await?;
    /// # manybase_record::create_table::<Order>(&db).await?;
    /// let order = |total| Order { id: 0, customer_id: 0, total };
    /// let ann = Customer { id: 0, orders: HasMany::new([order(50), order(500)]) }.insert(&db).await?;
    /// assert_eq!(ann.orders.loaded()?[1].customer_id, ann.id);
    /// assert_eq!(Order::query().count(&db).await?, 2);
    /// # Ok(())
    /// # }
    /// ```
    pub fn new(records: impl IntoIterator<Item = T>) -> Self {
        Self::holding(records.into_iter().collect())
    }

    /// The records.
    ///
    /// # Errors
    /// [`ErrorKind::NotLoaded`] when the query did not include them.
    ///
    /// ```
    /// use manybase_record::prelude::*;
    /// # #[derive(Model)] struct Customer { #[model(key, auto)] id: i64, orders: HasMany<Order> }
    /// # #[derive(Model)] struct Order { #[model(key, auto)] id: i64, customer_id: i64, total: i64 }
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> manybase_driver::Result<()> {
    /// # let db = manybase_db::Db::builder().connect("main", "sqlite::memory:").open().await?;
    /// # manybase_record::create_table::<Customer>(&db).await?;
    /// # manybase_record::create_table::<Order>(&db).await?;
    /// # let order = |total| Order { id: 0, customer_id: 0, total };
    /// # Customer { id: 0, orders: HasMany::new([order(50), order(500)]) }.insert(&db).await?;
    /// let customer = Customer::query().include(|c| c.orders).one(&db).await?;
    /// assert_eq!(customer.orders.loaded()?.len(), 2);
    /// let bare = Customer::query().one(&db).await?;
    /// assert!(bare.orders.loaded().is_err()); // the query did not include them
    /// # Ok(())
    /// # }
    /// ```
    pub fn loaded(&self) -> Result<&[Rec<T>]> {
        let content = self
            .content
            .as_ref()
            .and_then(|content| content.downcast_ref::<Vec<Rec<T>>>());
        content.map(Vec::as_slice).ok_or_else(not_loaded::<T>)
    }
}

impl<T: Model> Direct for HasMany<T> {
    fn fill(&mut self, found: Arc<Vec<Rec<T>>>, _field: &'static str) -> Result<()> {
        self.content = Some(found);
        Ok(())
    }
}

macro_rules! single {
    ($($slot:ident, $many:literal;)*) => {$(
        impl<T: Model> $slot<T> {
            /// A new record, which is inserted together with the one that it stands in.
            ///
            /// ```
            /// use manybase_record::prelude::*;
            /// # #[derive(Model)] struct Person { #[model(key, auto)] id: i64, passport: HasOne<Passport> }
            /// # #[derive(Model)] struct Passport { #[model(key)] number: String, person_id: i64 }
            /// # #[tokio::main(flavor = "current_thread")]
            /// # async fn main() -> manybase_driver::Result<()> {
            /// # let db = manybase_db::Db::builder().connect("main", "sqlite::memory:").open().await?;
            /// # manybase_record::create_table::<Person>(&db).await?;
            /// # manybase_record::create_table::<Passport>(&db).await?;
            /// let passport = Passport { number: "C01".into(), person_id: 0 };
            /// let ann = Person { id: 0, passport: HasOne::new(passport) }.insert(&db).await?;
            /// assert_eq!(Passport::query().one(&db).await?.person_id, ann.id);
            /// # Ok(())
            /// # }
            /// ```
            pub fn new(record: T) -> Self {
                Self::holding(vec![record])
            }

            /// The record, if there is one.
            ///
            /// # Errors
            /// [`ErrorKind::NotLoaded`] when the query did not include it.
            ///
            /// ```
            /// use manybase_record::prelude::*;
            /// # #[derive(Model)] struct Person { #[model(key, auto)] id: i64, passport: HasOne<Passport> }
            /// # #[derive(Model)] struct Passport { #[model(key)] number: String, person_id: i64 }
            /// # #[tokio::main(flavor = "current_thread")]
            /// # async fn main() -> manybase_driver::Result<()> {
            /// # let db = manybase_db::Db::builder().connect("main", "sqlite::memory:").open().await?;
            /// # manybase_record::create_table::<Person>(&db).await?;
            /// # manybase_record::create_table::<Passport>(&db).await?;
            /// Person { id: 0, passport: HasOne::default() }.insert(&db).await?;
            /// let ann = Person::query().include(|p| p.passport).one(&db).await?;
            /// assert!(ann.passport.loaded()?.is_none()); // she has none
            /// # Ok(())
            /// # }
            /// ```
            pub fn loaded(&self) -> Result<Option<&Rec<T>>> {
                let content = self.content.as_ref().and_then(|content| content.downcast_ref::<Vec<Rec<T>>>());
                content.map(|found| found.first()).ok_or_else(not_loaded::<T>)
            }
        }

        impl<T: Model> Direct for $slot<T> {
            fn fill(&mut self, found: Arc<Vec<Rec<T>>>, field: &'static str) -> Result<()> {
                if found.len() > 1 {
                    let message = format!(concat!("relation {}: ", $many), field);
                    return Err(Error::new(ErrorKind::NotUnique, message).with_model(T::meta().name));
                }
                self.content = Some(found);
                Ok(())
            }
        }
    )*};
}

single! {
    HasOne, "several records point to one that should have one: make the relation a HasMany, or add limit(1)";
    BelongsTo, "several records have the same key";
}
