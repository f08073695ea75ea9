//! Which columns of two models hold the same values.

use super::stitch::Kind;
use crate::{Model, ModelMeta};
use manybase_driver::{Error, ErrorKind, Result};
use manybase_sql::Name;

/// How the ends of a relation find each other; the derive macro makes it.
///
/// ```
/// use manybase_record::{Link, prelude::*};
/// # #[derive(Model)] struct Order { #[model(key, auto)] id: i64, customer_id: i64 }
/// let link = Link::new("orders", [Order::COLUMNS.customer_id.name()]);
/// assert_eq!(link.foreign_key, ["customer_id"]);
/// assert!(link.references.is_empty()); // the key
/// ```
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Link {
    /// The field's name, for messages.
    pub field: &'static str,
    /// The columns that point to the other end. For a [`crate::ManyToMany`], those of the join model that point here.
    pub foreign_key: Vec<Name>,
    /// The columns that they point to; none stands for the key.
    pub references: Vec<Name>,
    /// For a [`crate::ManyToMany`]: the columns of the join model that point to the other end's key.
    pub other_key: Vec<Name>,
}

impl Link {
    /// Columns that point to a key.
    ///
    /// ```
    /// use manybase_record::{Link, prelude::*};
    /// # #[derive(Model)] struct Order { #[model(key, auto)] id: i64, customer_id: i64 }
    /// let link = Link::new("orders", [Order::COLUMNS.customer_id.name()]);
    /// assert_eq!(link.field, "orders");
    /// ```
    pub fn new(field: &'static str, foreign_key: impl IntoIterator<Item = Name>) -> Self {
        Self {
            field,
            foreign_key: foreign_key.into_iter().collect(),
            references: Vec::new(),
            other_key: Vec::new(),
        }
    }

    /// They point to these columns instead of the key.
    ///
    /// ```
    /// use manybase_record::{Link, prelude::*};
    /// # #[derive(Model)] struct Order { #[model(key, auto)] id: i64, customer_no: String }
    /// # #[derive(Model)] struct Customer { #[model(key, auto)] id: i64, no: String }
    /// let link = Link::new("orders", [Order::COLUMNS.customer_no.name()]).references([Customer::COLUMNS.no.name()]);
    /// assert_eq!(link.references, ["no"]);
    /// ```
    #[must_use]
    pub fn references(mut self, columns: impl IntoIterator<Item = Name>) -> Self {
        self.references = columns.into_iter().collect();
        self
    }

    /// The columns of a join model that point to the other end.
    ///
    /// ```
    /// use manybase_record::{Link, prelude::*};
    /// # #[derive(Model)] struct Membership { #[model(key)] person_id: i64, #[model(key)] group_id: i64 }
    /// let link = Link::new("groups", [Membership::COLUMNS.person_id.name()]).other_key([Membership::COLUMNS.group_id.name()]);
    /// assert_eq!(link.other_key, ["group_id"]);
    /// ```
    #[must_use]
    pub fn other_key(mut self, columns: impl IntoIterator<Item = Name>) -> Self {
        self.other_key = columns.into_iter().collect();
        self
    }

    /// The two ends of a relation without a join model. `here` tells that this end holds the foreign key.
    pub(crate) fn ends<M: Model, T: Model>(&self, here: bool) -> Result<Ends> {
        let (holder, holds) = if here {
            (M::meta(), T::meta())
        } else {
            (T::meta(), M::meta())
        };
        let points = positions(self.field, holder, &self.foreign_key)?;
        let pointed = self.pointed(holds)?;
        if here {
            Ends::new(self.field, (M::meta(), points), (T::meta(), pointed))
        } else {
            Ends::new(self.field, (M::meta(), pointed), (T::meta(), points))
        }
    }

    /// The two steps of a relation through a join model.
    pub(crate) fn steps<M: Model, J: Model, T: Model>(&self) -> Result<[Ends; 2]> {
        let (join, target) = (J::meta(), T::meta());
        let points = positions(self.field, join, &self.foreign_key)?;
        let others = positions(self.field, join, &self.other_key)?;
        Ok([
            Ends::new(self.field, (M::meta(), self.pointed(M::meta())?), (join, points))?,
            Ends::new(self.field, (join, others), (target, target.keys.clone()))?,
        ])
    }

    fn pointed(&self, meta: &'static ModelMeta) -> Result<Vec<usize>> {
        if self.references.is_empty() {
            Ok(meta.keys.clone())
        } else {
            positions(self.field, meta, &self.references)
        }
    }
}

/// Where columns stand in a model.
fn positions(field: &str, meta: &'static ModelMeta, columns: &[Name]) -> Result<Vec<usize>> {
    let position = |column: &Name| {
        let at = meta.columns.iter().position(|one| one.name == *column);
        at.ok_or_else(|| {
            let message = format!("relation {field}: {} has no column {column}", meta.name);
            Error::new(ErrorKind::Statement, message).with_model(meta.name)
        })
    };
    columns.iter().map(position).collect()
}

/// The columns at the two ends that hold the same values, by their positions, in pairs.
///
/// ```
/// use manybase_record::{Link, Rel, prelude::*};
/// # #[derive(Model)] struct Customer { #[model(key, auto)] id: i64, orders: HasMany<Order> }
/// # #[derive(Model)] struct Order { #[model(key, auto)] id: i64, customer_id: i64 }
/// // Loading a relation pairs `customer.id` with `order.customer_id`.
/// Customer::query().include(|c| c.orders);
/// ```
#[derive(Debug, Clone)]
pub struct Ends {
    pub(crate) field: &'static str,
    pub(crate) here: Vec<usize>,
    pub(crate) there: Vec<usize>,
    /// As what the values of each pair are compared.
    pub(super) kinds: Vec<Kind>,
}

impl Ends {
    fn new(
        field: &'static str,
        (this, here): (&'static ModelMeta, Vec<usize>),
        (other, there): (&'static ModelMeta, Vec<usize>),
    ) -> Result<Self> {
        if here.len() != there.len() || here.is_empty() {
            let names = |meta: &ModelMeta, at: &[usize]| {
                let names: Vec<&str> = at.iter().map(|&at| &*meta.columns[at].name).collect();
                format!("({}) of {}", names.join(", "), meta.name)
            };
            let message = format!(
                "relation {field}: {} and {} are different numbers of columns",
                names(this, &here),
                names(other, &there)
            );
            return Err(Error::new(ErrorKind::Statement, message)
                .with_help("name the columns: #[model(foreign_key = (a, b), references = (c, d))]")
                .with_model(this.name));
        }
        let kind = |(&here, &there): (&usize, &usize)| {
            let (a, b) = (&this.columns[here], &other.columns[there]);
            Kind::of(a.data_type, b.data_type).ok_or_else(|| {
                let message = format!(
                    "relation {field}: {}.{} ({:?}) and {}.{} ({:?}) hold nothing that could be the same",
                    this.name, a.name, a.data_type, other.name, b.name, b.data_type
                );
                Error::new(ErrorKind::Unsupported, message)
                    .with_help("keys are numbers, texts, UUIDs, bytes, days and times, of the same kind at both ends")
                    .with_model(this.name)
            })
        };
        let kinds = here.iter().zip(&there).map(kind).collect::<Result<_>>()?;
        Ok(Self {
            field,
            here,
            there,
            kinds,
        })
    }
}
