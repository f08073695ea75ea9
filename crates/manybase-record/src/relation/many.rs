//! The field of a relation through a join model.

use super::fresh::{self, Fresh};
use super::link::{Ends, Link};
use super::query::Plan;
use super::slot::not_loaded;
use super::{Rel, write};
use crate::{Model, Rec, RelationField};
use manybase_db::Executor;
use manybase_driver::{BoxFuture, Result};
use std::any::Any;
use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;

/// The records at the other end that a join model `J` links with this one. The three models may belong to three
/// databases.
///
/// The join model has the keys of both ends: `<model>_id` and `<other model>_id`, unless
/// `#[model(foreign_key = …, other_key = …)]` on the field names them.
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
/// #[derive(Debug, Model)]
/// struct Membership {
///     #[model(key)]
///     person_id: i64,
///     #[model(key)]
///     group_id: i64,
///     role: String,
/// }
///
/// # async fn example(db: &manybase_db::Db) -> manybase_driver::Result<()> {
/// for person in Person::query().include(|p| p.groups.order_by(|g| g.name.asc())).all(db).await? {
///     for (group, membership) in person.groups.loaded()?.with_links() {
///         println!("{} of {}", membership.role, group.name);
///     }
/// }
/// # Ok(())
/// # }
/// ```
pub struct ManyToMany<T, J> {
    content: Option<Arc<dyn Any + Send + Sync>>,
    marker: PhantomData<fn() -> (T, J)>,
}

impl<T, J> Default for ManyToMany<T, J> {
    fn default() -> Self {
        Self {
            content: None,
            marker: PhantomData,
        }
    }
}

impl<T, J> Clone for ManyToMany<T, J> {
    fn clone(&self) -> Self {
        Self {
            content: self.content.clone(),
            marker: PhantomData,
        }
    }
}

impl<T: Send + 'static, J: Send + 'static> ManyToMany<T, J> {
    /// Whether it has been loaded.
    ///
    /// ```
    /// use manybase_record::prelude::*;
    /// # #[derive(Model)] struct Person { #[model(key, auto)] id: i64, groups: ManyToMany<Group, Membership> }
    /// # #[derive(Model)] struct Group { #[model(key, auto)] id: i64, name: String }
    /// # #[derive(Model)] struct Membership { #[model(key)] person_id: i64, #[model(key)] group_id: i64, role: String }
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> manybase_driver::Result<()> {
    /// # let db = manybase_db::Db::builder().connect("main", "sqlite::memory:").open().await?;
    /// # manybase_record::create_table::<Person>(&db).await?;
    /// # manybase_record::create_table::<Group>(&db).await?;
    /// # manybase_record::create_table::<Membership>(&db).await?;
    /// # let link = |role: &str| Membership { person_id: 0, group_id: 0, role: role.into() };
    /// # let group = |name: &str| Group { id: 0, name: name.into() };
    /// # Person { id: 0, groups: ManyToMany::new([(group("Chess"), link("admin")), (group("Go"), link("guest"))]) }.insert(&db).await?;
    /// let person = Person::query().one(&db).await?;
    /// assert!(!person.groups.is_loaded());
    /// # Ok(())
    /// # }
    /// ```
    pub fn is_loaded(&self) -> bool {
        self.content.is_some() && !fresh::is_held::<(T, J)>(&self.content)
    }

    /// New records at the other end, each with the record of the join model that links it. They are inserted together
    /// with the one that they stand in, and the links get the keys of both.
    ///
    /// ```
    /// use manybase_record::prelude::*;
    /// # #[derive(Model)] struct Person { #[model(key, auto)] id: i64, groups: ManyToMany<Group, Membership> }
    /// # #[derive(Model)] struct Group { #[model(key, auto)] id: i64, name: String }
    /// # #[derive(Model)] struct Membership { #[model(key)] person_id: i64, #[model(key)] group_id: i64, role: String }
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> manybase_driver::Result<()> {
    /// # let db = manybase_db::Db::builder().connect("main", "sqlite::memory:").open().await?;
    /// # manybase_record::create_table::<Person>(&db).await?;
    /// # manybase_record::create_table::<Group>(&db).await?;
    /// # manybase_record::create_table::<Membership>(&db).await?;
    /// let chess = Group { id: 0, name: "Chess".into() };
    /// let admin = Membership { person_id: 0, group_id: 0, role: "admin".into() };
    /// let ann = Person { id: 0, groups: ManyToMany::new([(chess, admin)]) }.insert(&db).await?;
    /// let (group, link) = ann.groups.loaded()?.with_links().next().unwrap();
    /// assert_eq!((link.person_id, link.group_id), (ann.id, group.id));
    /// # Ok(())
    /// # }
    /// ```
    pub fn new(records: impl IntoIterator<Item = (T, J)>) -> Self {
        Self {
            content: fresh::hold(records.into_iter().collect()),
            marker: PhantomData,
        }
    }
}

impl<T: Send + 'static, J: Send + 'static> fmt::Debug for ManyToMany<T, J> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = if self.is_loaded() { "loaded" } else { "not loaded" };
        write!(f, "ManyToMany({state})")
    }
}

/// A relation is no data of the record.
impl<T, J> PartialEq for ManyToMany<T, J> {
    fn eq(&self, _other: &Self) -> bool {
        true
    }
}

impl<T: Model, J: Model> ManyToMany<T, J> {
    /// The records at the other end.
    ///
    /// # Errors
    /// [`manybase_driver::ErrorKind::NotLoaded`] when the query did not include them.
    ///
    /// ```
    /// use manybase_record::prelude::*;
    /// # #[derive(Model)] struct Person { #[model(key, auto)] id: i64, groups: ManyToMany<Group, Membership> }
    /// # #[derive(Model)] struct Group { #[model(key, auto)] id: i64, name: String }
    /// # #[derive(Model)] struct Membership { #[model(key)] person_id: i64, #[model(key)] group_id: i64, role: String }
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> manybase_driver::Result<()> {
    /// # let db = manybase_db::Db::builder().connect("main", "sqlite::memory:").open().await?;
    /// # manybase_record::create_table::<Person>(&db).await?;
    /// # manybase_record::create_table::<Group>(&db).await?;
    /// # manybase_record::create_table::<Membership>(&db).await?;
    /// # let link = |role: &str| Membership { person_id: 0, group_id: 0, role: role.into() };
    /// # let group = |name: &str| Group { id: 0, name: name.into() };
    /// # Person { id: 0, groups: ManyToMany::new([(group("Chess"), link("admin")), (group("Go"), link("guest"))]) }.insert(&db).await?;
    /// let person = Person::query().include(|p| p.groups).one(&db).await?;
    /// assert_eq!(person.groups.loaded()?.len(), 2);
    /// let bare = Person::query().one(&db).await?;
    /// assert!(bare.groups.loaded().is_err()); // the query did not include them
    /// # Ok(())
    /// # }
    /// ```
    pub fn loaded(&self) -> Result<&Linked<T, J>> {
        let content = self.content.as_ref();
        let content = content.and_then(|content| content.downcast_ref::<Linked<T, J>>());
        content.ok_or_else(not_loaded::<T>)
    }

    pub(super) fn fill(&mut self, linked: Linked<T, J>) {
        self.content = Some(Arc::new(linked));
    }
}

impl<T: Model, J: Model> RelationField for ManyToMany<T, J> {
    type Target = T;
    type Holder = J;
    const HERE: bool = false;
    const KIND: crate::RelationKind = crate::RelationKind::ManyToMany;

    fn path<M: Model>(link: &Link) -> Result<Vec<Ends>> {
        Ok(link.steps::<M, J, T>()?.into())
    }

    fn load<'a, M: Model>(
        plan: Arc<Plan<M, Self>>,
        records: &'a mut [Rec<M>],
        on: &'a dyn Executor,
        using: Option<&'a Arc<str>>,
    ) -> BoxFuture<'a, Result<()>> {
        Box::pin(async move { super::through::load(&plan, records, on, using).await })
    }

    fn has_fresh(&self) -> bool {
        fresh::is_held::<(T, J)>(&self.content)
    }

    fn take_fresh<M: Model>(rel: Rel<M, Self>, record: &mut M) -> Result<Option<Fresh<M>>> {
        let slot = rel.slot(record);
        if !slot.has_fresh() {
            return Ok(None);
        }
        let fresh = fresh::take::<(T, J)>(&mut slot.content, &rel.link())?;
        Ok(fresh.map(|fresh| {
            Fresh::After(Box::new(move |record, on| {
                Box::pin(write::linked(rel, record, fresh, on))
            }))
        }))
    }
}

/// What a [`ManyToMany`] has loaded: the records at the other end, each with the record of the join model that links
/// it. Records to which several point are there once, and shared.
///
/// ```
/// use manybase_record::prelude::*;
/// # #[derive(Model)] struct Person { #[model(key, auto)] id: i64, groups: ManyToMany<Group, Membership> }
/// # #[derive(Model)] struct Group { #[model(key, auto)] id: i64, name: String }
/// # #[derive(Model)] struct Membership { #[model(key)] person_id: i64, #[model(key)] group_id: i64, role: String }
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> manybase_driver::Result<()> {
/// # let db = manybase_db::Db::builder().connect("main", "sqlite::memory:").open().await?;
/// # manybase_record::create_table::<Person>(&db).await?;
/// # manybase_record::create_table::<Group>(&db).await?;
/// # manybase_record::create_table::<Membership>(&db).await?;
/// # let link = |role: &str| Membership { person_id: 0, group_id: 0, role: role.into() };
/// # let group = |name: &str| Group { id: 0, name: name.into() };
/// # Person { id: 0, groups: ManyToMany::new([(group("Chess"), link("admin")), (group("Go"), link("guest"))]) }.insert(&db).await?;
/// let person = Person::query().include(|p| p.groups.order_by(|g| g.name.asc())).one(&db).await?;
/// let groups = person.groups.loaded()?;
/// assert_eq!(groups.iter().map(|group| &*group.name).collect::<Vec<_>>(), ["Chess", "Go"]);
/// # Ok(())
/// # }
/// ```
pub struct Linked<T, J> {
    targets: Arc<Vec<Rec<T>>>,
    links: Arc<Vec<Rec<J>>>,
    pairs: Vec<(usize, usize)>,
}

impl<T, J> Linked<T, J> {
    pub(super) fn new(
        targets: Arc<Vec<Rec<T>>>,
        links: Arc<Vec<Rec<J>>>,
        pairs: Vec<(usize, usize)>,
    ) -> Self {
        Self {
            targets,
            links,
            pairs,
        }
    }

    /// How many there are.
    ///
    /// ```
    /// use manybase_record::prelude::*;
    /// # #[derive(Model)] struct Person { #[model(key, auto)] id: i64, groups: ManyToMany<Group, Membership> }
    /// # #[derive(Model)] struct Group { #[model(key, auto)] id: i64, name: String }
    /// # #[derive(Model)] struct Membership { #[model(key)] person_id: i64, #[model(key)] group_id: i64, role: String }
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> manybase_driver::Result<()> {
    /// # let db = manybase_db::Db::builder().connect("main", "sqlite::memory:").open().await?;
    /// # manybase_record::create_table::<Person>(&db).await?;
    /// # manybase_record::create_table::<Group>(&db).await?;
    /// # manybase_record::create_table::<Membership>(&db).await?;
    /// # let link = |role: &str| Membership { person_id: 0, group_id: 0, role: role.into() };
    /// # let group = |name: &str| Group { id: 0, name: name.into() };
    /// # Person { id: 0, groups: ManyToMany::new([(group("Chess"), link("admin")), (group("Go"), link("guest"))]) }.insert(&db).await?;
    /// let person = Person::query().include(|p| p.groups.order_by(|g| g.name.asc())).one(&db).await?;
    /// let groups = person.groups.loaded()?;
    /// assert_eq!(groups.len(), 2);
    /// # Ok(())
    /// # }
    /// ```
    pub fn len(&self) -> usize {
        self.pairs.len()
    }

    /// Whether there are none.
    ///
    /// ```
    /// use manybase_record::prelude::*;
    /// # #[derive(Model)] struct Person { #[model(key, auto)] id: i64, groups: ManyToMany<Group, Membership> }
    /// # #[derive(Model)] struct Group { #[model(key, auto)] id: i64, name: String }
    /// # #[derive(Model)] struct Membership { #[model(key)] person_id: i64, #[model(key)] group_id: i64, role: String }
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> manybase_driver::Result<()> {
    /// # let db = manybase_db::Db::builder().connect("main", "sqlite::memory:").open().await?;
    /// # manybase_record::create_table::<Person>(&db).await?;
    /// # manybase_record::create_table::<Group>(&db).await?;
    /// # manybase_record::create_table::<Membership>(&db).await?;
    /// # let link = |role: &str| Membership { person_id: 0, group_id: 0, role: role.into() };
    /// # let group = |name: &str| Group { id: 0, name: name.into() };
    /// # Person { id: 0, groups: ManyToMany::new([(group("Chess"), link("admin")), (group("Go"), link("guest"))]) }.insert(&db).await?;
    /// let person = Person::query().include(|p| p.groups.order_by(|g| g.name.asc())).one(&db).await?;
    /// let groups = person.groups.loaded()?;
    /// assert!(!groups.is_empty());
    /// # Ok(())
    /// # }
    /// ```
    pub fn is_empty(&self) -> bool {
        self.pairs.is_empty()
    }

    /// One of them, counted from 0.
    ///
    /// ```
    /// use manybase_record::prelude::*;
    /// # #[derive(Model)] struct Person { #[model(key, auto)] id: i64, groups: ManyToMany<Group, Membership> }
    /// # #[derive(Model)] struct Group { #[model(key, auto)] id: i64, name: String }
    /// # #[derive(Model)] struct Membership { #[model(key)] person_id: i64, #[model(key)] group_id: i64, role: String }
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> manybase_driver::Result<()> {
    /// # let db = manybase_db::Db::builder().connect("main", "sqlite::memory:").open().await?;
    /// # manybase_record::create_table::<Person>(&db).await?;
    /// # manybase_record::create_table::<Group>(&db).await?;
    /// # manybase_record::create_table::<Membership>(&db).await?;
    /// # let link = |role: &str| Membership { person_id: 0, group_id: 0, role: role.into() };
    /// # let group = |name: &str| Group { id: 0, name: name.into() };
    /// # Person { id: 0, groups: ManyToMany::new([(group("Chess"), link("admin")), (group("Go"), link("guest"))]) }.insert(&db).await?;
    /// let person = Person::query().include(|p| p.groups.order_by(|g| g.name.asc())).one(&db).await?;
    /// let groups = person.groups.loaded()?;
    /// assert_eq!(groups.get(1).map(|group| &*group.name), Some("Go"));
    /// assert!(groups.get(2).is_none());
    /// # Ok(())
    /// # }
    /// ```
    pub fn get(&self, at: usize) -> Option<&Rec<T>> {
        self.targets.get(self.pairs.get(at)?.0)
    }

    /// One after another.
    ///
    /// ```
    /// use manybase_record::prelude::*;
    /// # #[derive(Model)] struct Person { #[model(key, auto)] id: i64, groups: ManyToMany<Group, Membership> }
    /// # #[derive(Model)] struct Group { #[model(key, auto)] id: i64, name: String }
    /// # #[derive(Model)] struct Membership { #[model(key)] person_id: i64, #[model(key)] group_id: i64, role: String }
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> manybase_driver::Result<()> {
    /// # let db = manybase_db::Db::builder().connect("main", "sqlite::memory:").open().await?;
    /// # manybase_record::create_table::<Person>(&db).await?;
    /// # manybase_record::create_table::<Group>(&db).await?;
    /// # manybase_record::create_table::<Membership>(&db).await?;
    /// # let link = |role: &str| Membership { person_id: 0, group_id: 0, role: role.into() };
    /// # let group = |name: &str| Group { id: 0, name: name.into() };
    /// # Person { id: 0, groups: ManyToMany::new([(group("Chess"), link("admin")), (group("Go"), link("guest"))]) }.insert(&db).await?;
    /// let person = Person::query().include(|p| p.groups.order_by(|g| g.name.asc())).one(&db).await?;
    /// let groups = person.groups.loaded()?;
    /// for group in groups.iter() {
    ///     println!("{}", group.name);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &Rec<T>> {
        self.pairs.iter().map(|&(target, _)| &self.targets[target])
    }

    /// Each with the record of the join model that links it.
    ///
    /// ```
    /// use manybase_record::prelude::*;
    /// # #[derive(Model)] struct Person { #[model(key, auto)] id: i64, groups: ManyToMany<Group, Membership> }
    /// # #[derive(Model)] struct Group { #[model(key, auto)] id: i64, name: String }
    /// # #[derive(Model)] struct Membership { #[model(key)] person_id: i64, #[model(key)] group_id: i64, role: String }
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> manybase_driver::Result<()> {
    /// # let db = manybase_db::Db::builder().connect("main", "sqlite::memory:").open().await?;
    /// # manybase_record::create_table::<Person>(&db).await?;
    /// # manybase_record::create_table::<Group>(&db).await?;
    /// # manybase_record::create_table::<Membership>(&db).await?;
    /// # let link = |role: &str| Membership { person_id: 0, group_id: 0, role: role.into() };
    /// # let group = |name: &str| Group { id: 0, name: name.into() };
    /// # Person { id: 0, groups: ManyToMany::new([(group("Chess"), link("admin")), (group("Go"), link("guest"))]) }.insert(&db).await?;
    /// let person = Person::query().include(|p| p.groups.order_by(|g| g.name.asc())).one(&db).await?;
    /// let groups = person.groups.loaded()?;
    /// let (group, membership) = groups.with_links().next().expect("there are two");
    /// assert_eq!((&*group.name, &*membership.role), ("Chess", "admin"));
    /// # Ok(())
    /// # }
    /// ```
    pub fn with_links(&self) -> impl ExactSizeIterator<Item = (&Rec<T>, &Rec<J>)> {
        let pair = |&(target, link): &(usize, usize)| (&self.targets[target], &self.links[link]);
        self.pairs.iter().map(pair)
    }
}

impl<T: fmt::Debug, J> fmt::Debug for Linked<T, J> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}
