//! The fields.

use crate::{Model, Rec};
use manybase_driver::{Error, ErrorKind, Result};
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
    /// Whether the key of the other end stands here; else the key of this end stands there.
    const HERE: bool;

    /// Takes what was loaded for this record. Records that point to the same one share it.
    ///
    /// # Errors
    /// More than one record where there can be one at most.
    fn fill(&mut self, found: Arc<Vec<Rec<Self::Target>>>) -> Result<()>;
}

fn not_loaded<T: Model>() -> Error {
    let name = T::meta().name;
    Error::new(
        ErrorKind::NotLoaded,
        format!("the related {name} has not been loaded"),
    )
    .with_help("add include(|c| c.<relation>) to the query")
    .with_model(name)
}

macro_rules! slots {
    ($($(#[$doc:meta])* $slot:ident, $here:literal;)*) => {$(
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

        impl<T> $slot<T> {
            /// Whether it has been loaded.
            pub fn is_loaded(&self) -> bool {
                self.content.is_some()
            }
        }

        /// Says whether it is loaded, not what: models that relate to each other would never come to an end.
        impl<T> fmt::Debug for $slot<T> {
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
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> manybase_driver::Result<()> {
    /// # let db = &manybase_db::Db::builder().connect("main", "sqlite::memory:").build()?;
    /// # manybase_record::create_table::<Customer>(db).await?;
    /// # manybase_record::create_table::<Order>(db).await?;
    /// for customer in Customer::query().include(|c| c.orders).all(db).await? {
    ///     println!("{} orders", customer.orders.loaded()?.len());
    /// }
    /// # Ok(())
    /// # }
    /// ```
    HasMany, false;
    /// The one record at the other end that points here, if there is one.
    HasOne, false;
    /// The record at the other end to which this one points, if it does.
    BelongsTo, true;
}

impl<T: Model> HasMany<T> {
    /// The records.
    ///
    /// # Errors
    /// [`ErrorKind::NotLoaded`] when the query did not include them.
    pub fn loaded(&self) -> Result<&[Rec<T>]> {
        let content = self
            .content
            .as_ref()
            .and_then(|content| content.downcast_ref::<Vec<Rec<T>>>());
        content.map(Vec::as_slice).ok_or_else(not_loaded::<T>)
    }
}

impl<T: Model> RelationField for HasMany<T> {
    type Target = T;
    const HERE: bool = false;

    fn fill(&mut self, found: Arc<Vec<Rec<T>>>) -> Result<()> {
        self.content = Some(found);
        Ok(())
    }
}

macro_rules! single {
    ($($slot:ident, $here:literal, $many:literal;)*) => {$(
        impl<T: Model> $slot<T> {
            /// The record, if there is one.
            ///
            /// # Errors
            /// [`ErrorKind::NotLoaded`] when the query did not include it.
            pub fn loaded(&self) -> Result<Option<&Rec<T>>> {
                let content = self.content.as_ref().and_then(|content| content.downcast_ref::<Vec<Rec<T>>>());
                content.map(|found| found.first()).ok_or_else(not_loaded::<T>)
            }
        }

        impl<T: Model> RelationField for $slot<T> {
            type Target = T;
            const HERE: bool = $here;

            fn fill(&mut self, found: Arc<Vec<Rec<T>>>) -> Result<()> {
                if found.len() > 1 {
                    return Err(Error::new(ErrorKind::NotUnique, $many).with_model(T::meta().name));
                }
                self.content = Some(found);
                Ok(())
            }
        }
    )*};
}

single! {
    HasOne, false, "several records point to one that should have one: make the relation a HasMany";
    BelongsTo, true, "several records have the same key";
}
