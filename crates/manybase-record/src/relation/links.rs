//! Links that are added to a relation through a join model, and taken away.

use super::Rel;
use super::many::ManyToMany;
use super::write::{copied, set as set_columns};
use crate::query::Deleted;
use crate::{Model, Query, Rec, Role, insert};
use manybase_db::{Executor, WithoutHooks};
use manybase_driver::{Error, Result};
use manybase_sql::{Expr, Value};

/// The links of one record to the records at the other end of a [`ManyToMany`]: what [`Rec::links`] gives.
///
/// Each change runs in the transaction that it is given, or in one of its own, over all databases that take part. What the
/// relation had loaded is no longer loaded then, so that nothing old is taken for what is there.
///
/// ```
/// use manybase_record::prelude::*;
///
/// #[derive(Debug, Model)]
/// struct Person {
///     #[model(key, auto)]
///     id: i64,
///     groups: ManyToMany<Group, Membership>,
/// }
///
/// #[derive(Debug, Model)]
/// struct Group {
///     #[model(key, auto)]
///     id: i64,
///     name: String,
/// }
///
/// #[derive(Debug, Default, Model)]
/// struct Membership {
///     #[model(key)]
///     person_id: i64,
///     #[model(key)]
///     group_id: i64,
///     role: String,
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> manybase_driver::Result<()> {
/// # let db = &manybase_db::Db::builder().connect("main", "sqlite::memory:").build()?;
/// # manybase_record::create_table::<Person>(db).await?;
/// # manybase_record::create_table::<Group>(db).await?;
/// # manybase_record::create_table::<Membership>(db).await?;
/// let mut ann = Person { id: 0, groups: ManyToMany::default() }.insert(db).await?;
/// let chess = Group { id: 0, name: "Chess".into() }.insert(db).await?;
/// let boats = Group { id: 0, name: "Boats".into() }.insert(db).await?;
///
/// assert!(ann.links(|p| p.groups).add(&chess, db).await?);
/// assert!(!ann.links(|p| p.groups).add(&chess, db).await?); // it is there already
/// let admin = Membership { role: "admin".into(), ..Membership::default() };
/// ann.links(|p| p.groups).add_with(&boats, admin, db).await?;
/// let changed = ann.links(|p| p.groups).set([&boats], db).await?;
/// assert_eq!((changed.added, changed.removed), (0, 1));
/// ann.links(|p| p.groups).remove(&boats, db).await?;
/// assert_eq!(ann.links(|p| p.groups).clear(db).await?, 0);
/// # Ok(())
/// # }
/// ```
#[must_use = "say what is to be done: add, remove, set, clear"]
pub struct Links<'r, M, T, J> {
    record: &'r mut Rec<M>,
    rel: Rel<M, ManyToMany<T, J>>,
}

/// What [`Links::set`] did.
///
/// ```
/// let changed = manybase_record::LinksChanged { added: 1, removed: 0 };
/// assert_eq!(changed.added, 1);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LinksChanged {
    /// Links that were not there before.
    pub added: u64,
    /// Links that are there no longer.
    pub removed: u64,
}

/// A record at the other end.
///
/// ```
/// use manybase_record::{LinkTo, prelude::*};
/// # #[derive(Model)] struct Group { #[model(key, auto)] id: i64 }
/// fn id(group: impl LinkTo<Group>) -> i64 {
///     group.target().id
/// }
/// assert_eq!(id(&Group { id: 7 }), 7);
/// ```
pub trait LinkTo<T>: Send {
    /// The record.
    fn target(&self) -> &T;
}

impl<T: Model> LinkTo<T> for &T {
    fn target(&self) -> &T {
        self
    }
}

impl<T: Model> LinkTo<T> for &Rec<T> {
    fn target(&self) -> &T {
        self
    }
}

impl<M: Model> Rec<M> {
    /// The links of this record through a join model, to add some and take some away.
    ///
    /// ```
    /// use manybase_record::prelude::*;
    /// # #[derive(Model)] struct Person { #[model(key, auto)] id: i64, groups: ManyToMany<Group, Membership> }
    /// # #[derive(Model)] struct Group { #[model(key, auto)] id: i64 }
    /// # #[derive(Default, Model)] struct Membership { #[model(key)] person_id: i64, #[model(key)] group_id: i64 }
    /// async fn join(person: &mut Rec<Person>, group: &Group, db: &manybase_db::Db) -> manybase_driver::Result<bool> {
    ///     person.links(|p| p.groups).add(group, db).await
    /// }
    /// ```
    pub fn links<T: Model, J: Model>(
        &mut self,
        relation: impl FnOnce(M::Columns) -> Rel<M, ManyToMany<T, J>>,
    ) -> Links<'_, M, T, J> {
        Links {
            record: self,
            rel: relation(M::COLUMNS),
        }
    }
}

/// Columns of the join model, and what they hold.
type Columns = Vec<(usize, Value)>;

impl<M: Model, T: Model, J: Model> Links<'_, M, T, J> {
    /// Links this record with another one, unless it is linked with it; says whether the link is new. The fields of the join
    /// model that are no keys have their defaults; [`Links::add_with`] says something else. A link that was deleted and is
    /// still in the table comes back.
    ///
    /// Two who do this at the same time make one link if the join model's two keys are its key, or unique together.
    ///
    /// # Errors
    /// Those of [`Model::insert`].
    ///
    /// ```
    /// # use manybase_record::{prelude::*, *};
    /// # #[derive(Model)] struct Person { #[model(key, auto)] id: i64, groups: ManyToMany<Group, Membership> }
    /// # #[derive(Model)] struct Group { #[model(key, auto)] id: i64 }
    /// # #[derive(Default, Model)] struct Membership { #[model(key)] person_id: i64, #[model(key)] group_id: i64, role: String }
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> manybase_driver::Result<()> {
    /// # let db = &manybase_db::Db::builder().connect("main", "sqlite::memory:").build()?;
    /// # create_table::<Person>(db).await?;
    /// # create_table::<Group>(db).await?;
    /// # create_table::<Membership>(db).await?;
    /// let mut ann = Person { id: 0, groups: ManyToMany::default() }.insert(db).await?;
    /// let chess = Group { id: 0 }.insert(db).await?;
    /// assert!(ann.links(|p| p.groups).add(&chess, db).await?);
    /// # Ok(())
    /// # }
    /// ```
    pub async fn add(self, other: impl LinkTo<T>, on: &dyn Executor) -> Result<bool>
    where
        J: Default,
    {
        self.add_with(other, J::default(), on).await
    }

    /// As [`Links::add`], with a record of the join model of which the two keys are filled in. A link that is there stays as
    /// it is.
    ///
    /// # Errors
    /// Those of [`Model::insert`].
    ///
    /// ```
    /// # use manybase_record::{prelude::*, *};
    /// # #[derive(Model)] struct Person { #[model(key, auto)] id: i64, groups: ManyToMany<Group, Membership> }
    /// # #[derive(Model)] struct Group { #[model(key, auto)] id: i64 }
    /// # #[derive(Default, Model)] struct Membership { #[model(key)] person_id: i64, #[model(key)] group_id: i64, role: String }
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> manybase_driver::Result<()> {
    /// # let db = &manybase_db::Db::builder().connect("main", "sqlite::memory:").build()?;
    /// # create_table::<Person>(db).await?;
    /// # create_table::<Group>(db).await?;
    /// # create_table::<Membership>(db).await?;
    /// let mut ann = Person { id: 0, groups: ManyToMany::default() }.insert(db).await?;
    /// let chess = Group { id: 0 }.insert(db).await?;
    /// let admin = Membership { role: "admin".into(), ..Membership::default() };
    /// assert!(ann.links(|p| p.groups).add_with(&chess, admin, db).await?);
    /// # Ok(())
    /// # }
    /// ```
    pub async fn add_with(self, other: impl LinkTo<T>, link: J, on: &dyn Executor) -> Result<bool> {
        let both = self.both(other.target())?;
        let added = linked(both, link, on).await?;
        self.forget();
        Ok(added)
    }

    /// Takes the link with another record away; says how many there were.
    ///
    /// # Errors
    /// Those of [`Query::delete`].
    ///
    /// ```
    /// # use manybase_record::{prelude::*, *};
    /// # #[derive(Model)] struct Person { #[model(key, auto)] id: i64, groups: ManyToMany<Group, Membership> }
    /// # #[derive(Model)] struct Group { #[model(key, auto)] id: i64 }
    /// # #[derive(Default, Model)] struct Membership { #[model(key)] person_id: i64, #[model(key)] group_id: i64, role: String }
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> manybase_driver::Result<()> {
    /// # let db = &manybase_db::Db::builder().connect("main", "sqlite::memory:").build()?;
    /// # create_table::<Person>(db).await?;
    /// # create_table::<Group>(db).await?;
    /// # create_table::<Membership>(db).await?;
    /// let mut ann = Person { id: 0, groups: ManyToMany::default() }.insert(db).await?;
    /// let chess = Group { id: 0 }.insert(db).await?;
    /// assert_eq!(ann.links(|p| p.groups).remove(&chess, db).await?, 0);
    /// # Ok(())
    /// # }
    /// ```
    pub async fn remove(self, other: impl LinkTo<T>, on: &dyn Executor) -> Result<u64> {
        let both = self.both(other.target())?;
        let removed = those::<J>(&both).delete(on).await?;
        self.forget();
        Ok(removed)
    }

    /// Takes all links away; says how many there were. The records at the other end stay.
    ///
    /// # Errors
    /// Those of [`Query::delete`].
    ///
    /// ```
    /// # use manybase_record::{prelude::*, *};
    /// # #[derive(Model)] struct Person { #[model(key, auto)] id: i64, groups: ManyToMany<Group, Membership> }
    /// # #[derive(Model)] struct Group { #[model(key, auto)] id: i64 }
    /// # #[derive(Default, Model)] struct Membership { #[model(key)] person_id: i64, #[model(key)] group_id: i64, role: String }
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> manybase_driver::Result<()> {
    /// # let db = &manybase_db::Db::builder().connect("main", "sqlite::memory:").build()?;
    /// # create_table::<Person>(db).await?;
    /// # create_table::<Group>(db).await?;
    /// # create_table::<Membership>(db).await?;
    /// let mut ann = Person { id: 0, groups: ManyToMany::default() }.insert(db).await?;
    /// let chess = Group { id: 0 }.insert(db).await?;
    /// ann.links(|p| p.groups).add(&chess, db).await?;
    /// assert_eq!(ann.links(|p| p.groups).clear(db).await?, 1);
    /// # Ok(())
    /// # }
    /// ```
    pub async fn clear(self, on: &dyn Executor) -> Result<u64> {
        let removed = those::<J>(&self.here()?).delete(on).await?;
        self.forget();
        Ok(removed)
    }

    /// Links this record with these and no others. Links that stay are not touched; new ones have the defaults of the join
    /// model, or what [`Links::set_with`] says.
    ///
    /// # Errors
    /// Those of [`Model::insert`] and [`Query::delete`]; all or nothing is done.
    ///
    /// ```
    /// # use manybase_record::{prelude::*, *};
    /// # #[derive(Model)] struct Person { #[model(key, auto)] id: i64, groups: ManyToMany<Group, Membership> }
    /// # #[derive(Model)] struct Group { #[model(key, auto)] id: i64 }
    /// # #[derive(Default, Model)] struct Membership { #[model(key)] person_id: i64, #[model(key)] group_id: i64, role: String }
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> manybase_driver::Result<()> {
    /// # let db = &manybase_db::Db::builder().connect("main", "sqlite::memory:").build()?;
    /// # create_table::<Person>(db).await?;
    /// # create_table::<Group>(db).await?;
    /// # create_table::<Membership>(db).await?;
    /// let mut ann = Person { id: 0, groups: ManyToMany::default() }.insert(db).await?;
    /// let chess = Group { id: 0 }.insert(db).await?;
    /// let changed = ann.links(|p| p.groups).set([&chess], db).await?;
    /// assert_eq!((changed.added, changed.removed), (1, 0));
    /// # Ok(())
    /// # }
    /// ```
    pub async fn set<I>(self, others: I, on: &dyn Executor) -> Result<LinksChanged>
    where
        I: IntoIterator,
        I::Item: LinkTo<T>,
        J: Default,
    {
        self.set_with(others.into_iter().map(|other| (other, J::default())), on)
            .await
    }

    /// As [`Links::set`], with a record of the join model for each, which counts where the link is new.
    ///
    /// # Errors
    /// As [`Links::set`].
    ///
    /// ```
    /// # use manybase_record::{prelude::*, *};
    /// # #[derive(Model)] struct Person { #[model(key, auto)] id: i64, groups: ManyToMany<Group, Membership> }
    /// # #[derive(Model)] struct Group { #[model(key, auto)] id: i64 }
    /// # #[derive(Default, Model)] struct Membership { #[model(key)] person_id: i64, #[model(key)] group_id: i64, role: String }
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> manybase_driver::Result<()> {
    /// # let db = &manybase_db::Db::builder().connect("main", "sqlite::memory:").build()?;
    /// # create_table::<Person>(db).await?;
    /// # create_table::<Group>(db).await?;
    /// # create_table::<Membership>(db).await?;
    /// let mut ann = Person { id: 0, groups: ManyToMany::default() }.insert(db).await?;
    /// let chess = Group { id: 0 }.insert(db).await?;
    /// let admin = Membership { role: "admin".into(), ..Membership::default() };
    /// assert_eq!(ann.links(|p| p.groups).set_with([(&chess, admin)], db).await?.added, 1);
    /// # Ok(())
    /// # }
    /// ```
    pub async fn set_with<L: LinkTo<T>>(
        self,
        others: impl IntoIterator<Item = (L, J)>,
        on: &dyn Executor,
    ) -> Result<LinksChanged> {
        let here = self.here()?;
        let mut wanted: Vec<(Columns, J)> = Vec::new();
        for (other, link) in others {
            let both = self.both(other.target())?;
            if wanted.iter().all(|(known, _)| *known != both) {
                wanted.push((both, link));
            }
        }
        let unit = on.unit();
        let tx = unit.transaction();
        let quiet = WithoutHooks::of(tx);
        let on: &dyn Executor = if on.runs_hooks() { tx } else { &quiet };
        let result = exactly(&here, wanted, on).await;
        let result = result.inspect_err(|error: &Error| tx.fail(error));
        let changed = unit.end(result).await?;
        self.forget();
        Ok(changed)
    }

    /// The columns that point here.
    fn here(&self) -> Result<Columns> {
        let named = |error: Error| error.with_model(M::meta().name);
        let [first, _] = self.rel.link().steps::<M, J, T>().map_err(named)?;
        copied::<M>(&first, self.record, &first.here, J::meta(), &first.there)
    }

    /// Those, and the columns that point to the other record.
    fn both(&self, other: &T) -> Result<Columns> {
        let mut columns = self.here()?;
        let [_, second] = self.rel.link().steps::<M, J, T>()?;
        columns.extend(copied::<T>(
            &second,
            other,
            &second.there,
            J::meta(),
            &second.here,
        )?);
        columns.sort_by_key(|(at, _)| *at);
        Ok(columns)
    }

    fn forget(self) {
        *self.rel.slot(self.record.inner_mut()) = ManyToMany::default();
    }
}

/// The links that have these values.
fn those<J: Model>(columns: &[(usize, Value)]) -> Query<J> {
    let meta = J::meta();
    columns.iter().fold(J::query(), |query, (at, value)| {
        query.filter_node(meta.expr(*at).eq(Expr::Value(value.clone())))
    })
}

/// Makes a link unless it is there.
async fn linked<J: Model>(both: Columns, mut link: J, on: &dyn Executor) -> Result<bool> {
    let query = those::<J>(&both);
    set_columns(&mut link, both)?;
    if J::meta().soft_delete.is_some()
        && query.clone().first(on).await?.is_none()
        && let Some(mut deleted) = query.clone().deleted(Deleted::Only).first(on).await?
    {
        deleted.bring_back(on).await?;
        let values = insert::encode(&link)?;
        let said = |(at, _): &(usize, Value)| J::meta().columns[*at].role == Role::Plain;
        set_columns(
            &mut *deleted,
            values.into_iter().enumerate().filter(said).collect(),
        )?;
        deleted.save(on).await?;
        return Ok(true);
    }
    // There may be several, where no key forbids it.
    let (_, added) = query.limit(1).find_or_create(on, move || link).await?;
    Ok(added)
}

async fn exactly<J: Model>(
    here: &[(usize, Value)],
    wanted: Vec<(Columns, J)>,
    on: &dyn Executor,
) -> Result<LinksChanged> {
    let mut kept: Vec<bool> = vec![false; wanted.len()];
    let mut removed = 0;
    for link in those::<J>(here).all(on).await? {
        let values = insert::encode::<J>(&link)?;
        let same = |(columns, _): &(Columns, J)| columns.iter().all(|(at, value)| values[*at] == *value);
        match wanted.iter().position(same) {
            Some(at) => kept[at] = true,
            None => {
                link.delete(on).await?;
                removed += 1;
            }
        }
    }
    let mut added = 0;
    for ((columns, link), kept) in wanted.into_iter().zip(kept) {
        if !kept {
            added += u64::from(linked(columns, link, on).await?);
        }
    }
    Ok(LinksChanged { added, removed })
}
