//! Relations, as data.

use super::ModelMeta;
use crate::{Link, Model, Rel, RelationField};
use manybase_sql::Name;
use manybase_sql::schema::OnDelete;

/// Which relation it is.
///
/// ```
/// use manybase_record::{RelationKind, prelude::*};
/// # #[derive(Model)] struct Order { #[model(key, auto)] id: i64, customer_id: i64, customer: BelongsTo<Customer> }
/// # #[derive(Model)] struct Customer { #[model(key, auto)] id: i64, orders: HasMany<Order> }
/// assert_eq!(Order::meta().relations()[0].kind, RelationKind::BelongsTo);
/// assert_eq!(Customer::meta().relations()[0].kind, RelationKind::HasMany);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RelationKind {
    /// This end holds the key of the other one.
    BelongsTo,
    /// One record at the other end holds the key of this one.
    HasOne,
    /// Records at the other end hold the key of this one.
    HasMany,
    /// A join model holds the keys of both.
    ManyToMany,
}

/// The join model of a [`RelationKind::ManyToMany`].
///
/// ```
/// use manybase_record::{ManyToMany, prelude::*};
/// # #[derive(Model)] struct Person { #[model(key, auto)] id: i64, groups: ManyToMany<Group, Membership> }
/// # #[derive(Model)] struct Group { #[model(key, auto)] id: i64 }
/// # #[derive(Model)] struct Membership { #[model(key)] person_id: i64, #[model(key)] group_id: i64 }
/// let relation = &Person::meta().relations()[0];
/// let through = relation.through.as_ref().unwrap();
/// assert_eq!((through.model.name, &*through.here[0], &*through.there[0]), ("Membership", "person_id", "group_id"));
/// ```
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Through {
    /// The join model.
    pub model: &'static ModelMeta,
    /// Its columns that point to this end.
    pub here: Vec<Name>,
    /// Its columns that point to the other end.
    pub there: Vec<Name>,
}

/// A relation of a model, as data.
///
/// ```
/// use manybase_record::prelude::*;
/// # #[derive(Model)] struct Order { #[model(key, auto)] id: i64, customer_id: i64, customer: BelongsTo<Customer> }
/// # #[derive(Model)] #[model(connection = "crm")] struct Customer { #[model(key, auto)] id: i64 }
/// let relation = &Order::meta().relations()[0];
/// assert_eq!((relation.field, relation.target.name), ("customer", "Customer"));
/// assert_eq!((&*relation.columns[0], &*relation.target_columns[0]), ("customer_id", "id"));
/// assert!(relation.crosses("main")); // another database
/// ```
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct RelationMeta {
    /// The model that has it.
    pub model: &'static ModelMeta,
    /// The field.
    pub field: &'static str,
    /// Which it is.
    pub kind: RelationKind,
    /// The model at the other end.
    pub target: &'static ModelMeta,
    /// The join model.
    pub through: Option<Through>,
    /// The columns here by which it goes.
    pub columns: Vec<Name>,
    /// The columns of the other end that hold the same values, in pairs.
    pub target_columns: Vec<Name>,
    /// What the foreign key does when the row that it points to goes; `None` where the model wants no foreign key.
    pub foreign_key: Option<OnDelete>,
}

impl RelationMeta {
    /// Whether its ends live on two connections, so that no foreign key can hold it. Models without a connection of
    /// their own live on the `default` one.
    ///
    /// ```
    /// use manybase_record::prelude::*;
    /// # #[derive(Model)] struct Order { #[model(key, auto)] id: i64, customer_id: i64, customer: BelongsTo<Customer> }
    /// # #[derive(Model)] #[model(connection = "crm")] struct Customer { #[model(key, auto)] id: i64 }
    /// assert!(!Order::meta().relations()[0].crosses("crm"));
    /// ```
    pub fn crosses(&self, default: &str) -> bool {
        self.model.connection.unwrap_or(default) != self.target.connection.unwrap_or(default)
    }

    /// Whether a foreign key can point there: to the key of a table, or to columns whose values occur once.
    pub(super) fn points_to_one(&self) -> bool {
        let target = self.target;
        let is = |names: &[Name]| {
            names.len() == self.target_columns.len()
                && names.iter().all(|name| self.target_columns.contains(name))
        };
        let keys: Vec<Name> = target
            .keys
            .iter()
            .map(|&at| target.columns[at].name.clone())
            .collect();
        let unique = |name: &Name| {
            target
                .columns
                .iter()
                .any(|column| column.unique && column.name == *name)
        };
        !target.readonly
            && self.columns.len() == self.target_columns.len()
            && (is(&keys)
                || matches!(self.target_columns.as_slice(), [one] if unique(one))
                || target.uniques.iter().any(|names| is(names)))
    }
}

impl ModelMeta {
    /// Its relations, in the order of the fields.
    ///
    /// ```
    /// use manybase_record::prelude::*;
    /// # #[derive(Model)] struct Order { #[model(key, auto)] id: i64, customer_id: i64, customer: BelongsTo<Customer> }
    /// # #[derive(Model)] struct Customer { #[model(key, auto)] id: i64, orders: HasMany<Order> }
    /// assert_eq!(Customer::meta().relations()[0].target.name, "Order");
    /// ```
    pub fn relations(&self) -> Vec<RelationMeta> {
        self.related.map(|related| related()).unwrap_or_default()
    }
}

/// All relations of a model.
pub(super) fn of<M: Model>() -> Vec<RelationMeta> {
    M::relations()
        .iter()
        .map(|relation| relation.describe())
        .collect()
}

/// One of them.
pub(crate) fn describe<M: Model, F: RelationField>(rel: Rel<M, F>) -> RelationMeta {
    let Link {
        field,
        foreign_key,
        references,
        other_key,
    } = rel.link();
    let (model, target) = (M::meta(), F::Target::meta());
    let keys =
        |of: &ModelMeta| -> Vec<Name> { of.keys.iter().map(|&at| of.columns[at].name.clone()).collect() };
    let pointed = |of: &ModelMeta| {
        if references.is_empty() {
            keys(of)
        } else {
            references.clone()
        }
    };
    let (columns, target_columns) = match F::KIND {
        RelationKind::BelongsTo => (foreign_key.clone(), pointed(target)),
        RelationKind::HasOne | RelationKind::HasMany => (pointed(model), foreign_key.clone()),
        RelationKind::ManyToMany => (pointed(model), keys(target)),
    };
    RelationMeta {
        model,
        field,
        kind: F::KIND,
        target,
        through: (F::KIND == RelationKind::ManyToMany).then(|| Through {
            model: F::Holder::meta(),
            here: foreign_key,
            there: other_key,
        }),
        columns,
        target_columns,
        foreign_key: rel
            .foreign_key_rule()
            .filter(|_| F::KIND == RelationKind::BelongsTo),
    }
}
