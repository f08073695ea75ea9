//! What happens at the other end when records are deleted.

use super::keys::Keys;
use super::load::beside;
use super::stitch::{Kind, Reader, Stitch};
use super::{Rel, RelationField};
use crate::hooks::SetWise;
use crate::query::Deleted;
use crate::{Assignment, Model, Query, Rec};
use manybase_db::{Executor, WithoutHooks};
use manybase_driver::{BoxFuture, Error, ErrorKind, Result};
use manybase_sql::{Expr, Value};
use std::any::TypeId;
use std::collections::HashSet;
use std::ops::Deref;
use std::sync::Arc;

/// What the deletion of a record does to the records that point to it: `#[model(on_delete = "…")]` on a `HasMany`,
/// a `HasOne` or a `ManyToMany`, whose join model it concerns. It is for relations that no foreign key can hold, since
/// their ends live in different databases; it works within one too.
///
/// It happens in the transaction of the delete, over all databases, and for [`Query::delete`] as well as for
/// [`Rec::delete`]. No database helps to hold it: a record that somebody else inserts at the same moment is not seen,
/// and raw SQL passes it by.
///
/// ```
/// use manybase_record::prelude::*;
///
/// #[derive(Model)]
/// struct Customer {
///     #[model(key)]
///     id: i64,
///     #[model(on_delete = "restrict")]
///     orders: HasMany<Order>,
/// }
///
/// #[derive(Model)]
/// struct Order {
///     #[model(key)]
///     id: i64,
///     customer_id: i64,
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> manybase_driver::Result<()> {
/// # let db = manybase_db::Db::builder().connect("main", "sqlite::memory:").open().await?;
/// # manybase_record::create_table::<Customer>(&db).await?;
/// # manybase_record::create_table::<Order>(&db).await?;
/// let ann = Customer { id: 1, orders: HasMany::new([Order { id: 7, customer_id: 0 }]) }.insert(&db).await?;
/// let error = ann.delete(&db).await.unwrap_err();
/// assert!(error.is_foreign_key_violation());
/// assert!(error.to_string().contains("relation orders: 1 record of Order"));
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OnDelete {
    /// It is an error when there are any.
    Restrict,
    /// They are deleted too, and what points to them is treated as their relations say.
    Cascade,
    /// They point to nothing then: their foreign key becomes NULL.
    Nullify,
}

/// Records that are read, and deleted, at a time.
const PAGE: u64 = 1_000;

/// Whether records of this model can't be deleted by themselves.
pub(crate) fn concerns<M: Model>() -> bool {
    M::relations()
        .iter()
        .any(|relation| relation.on_delete().is_some())
}

/// The records that are being deleted: rings come to an end so.
#[derive(Default)]
struct Seen(HashSet<(TypeId, Stitch)>);

impl Seen {
    /// Whether it is a new one.
    fn add<M: Model>(&mut self, record: &M) -> Result<bool> {
        let meta = M::meta();
        let kind = |&at: &usize| {
            let of = meta.columns[at].data_type;
            Kind::of(of, of).ok_or_else(|| meta.no_key())
        };
        let kinds: Vec<Kind> = meta.keys.iter().map(kind).collect::<Result<_>>()?;
        let key = Reader::new(&meta.keys, &kinds)
            .read(record)?
            .ok_or_else(|| meta.no_key())?;
        Ok(self.0.insert((TypeId::of::<M>(), key)))
    }
}

/// How records go.
#[doc(hidden)]
pub struct Leaving<'a> {
    on: &'a dyn Executor,
    hard: bool,
    /// The connection that was said for the records.
    using: Option<Arc<str>>,
    /// Only looks whether somebody still points to them.
    looks: bool,
    seen: &'a mut Seen,
}

/// Deletes one record.
pub(crate) fn one<M: Model>(record: Rec<M>, hard: bool, on: &dyn Executor) -> BoxFuture<'_, Result<()>> {
    Box::pin(async move {
        let unit = on.unit();
        let tx = unit.transaction();
        let quiet = WithoutHooks::of(tx);
        let on: &dyn Executor = if on.runs_hooks() { tx } else { &quiet };
        let result = async {
            let mut seen = Seen::default();
            seen.add::<M>(&record)?;
            let using = record.origin().cloned();
            others(std::slice::from_ref(&record), hard, using, &mut seen, on).await?;
            record.delete_alone(on, hard).await
        };
        let result = result.await.inspect_err(|error| tx.fail(error));
        unit.end(result).await
    })
}

/// Deletes all records of a query.
pub(crate) fn all<M: Model>(query: Query<M>, hard: bool, on: &dyn Executor) -> BoxFuture<'_, Result<u64>> {
    Box::pin(async move {
        let unit = on.unit();
        let tx = unit.transaction();
        let quiet = WithoutHooks::of(tx);
        let on: &dyn Executor = if on.runs_hooks() { tx } else { &quiet };
        let mut seen = Seen::default();
        let result = pages(query, hard, &mut seen, on).await;
        let result = result.inspect_err(|error| tx.fail(error));
        unit.end(result).await
    })
}

fn pages<'a, M: Model>(
    query: Query<M>,
    hard: bool,
    seen: &'a mut Seen,
    on: &'a dyn Executor,
) -> BoxFuture<'a, Result<u64>> {
    Box::pin(async move {
        if !concerns::<M>() {
            return query.delete_alone(on, hard).await;
        }
        let using = query.said().cloned();
        let mut count = 0;
        loop {
            // Those that are being deleted further up are found again.
            let at_most = PAGE + seen.0.len() as u64;
            let mut page = query.clone().order_by_key().limit(at_most).all(on).await?;
            let mut fresh = Vec::with_capacity(page.len());
            for record in page.drain(..) {
                if seen.add::<M>(&record)? {
                    fresh.push(record);
                }
            }
            if fresh.is_empty() {
                return Ok(count);
            }
            others(&fresh, hard, using.clone(), seen, on).await?;
            count += query.clone().among(&fresh)?.delete_alone(on, hard).await?;
        }
    })
}

/// The records that point to these: first it is looked whether they may go at all.
async fn others<M: Model>(
    records: &[Rec<M>],
    hard: bool,
    using: Option<Arc<str>>,
    seen: &mut Seen,
    on: &dyn Executor,
) -> Result<()> {
    let mut leaving = Leaving {
        on,
        hard,
        using,
        looks: true,
        seen,
    };
    for looks in [true, false] {
        leaving.looks = looks;
        for relation in M::relations() {
            let restricts = relation.on_delete() == Some(OnDelete::Restrict);
            if relation.on_delete().is_some() && restricts == looks {
                relation.leave(records, &mut leaving).await?;
            }
        }
    }
    Ok(())
}

pub(super) async fn leave<M: Model, F: RelationField>(
    rel: Rel<M, F>,
    records: &[Rec<M>],
    leaving: &mut Leaving<'_>,
) -> Result<()> {
    let Some(what) = rel.deleted() else { return Ok(()) };
    let named = |error: Error| error.with_model(M::meta().name);
    let link = rel.link();
    let ends = link.ends::<M, F::Holder>(false).map_err(named)?;
    let keys = Keys::of(records.iter().map(Deref::deref), &ends).map_err(named)?;
    let mut query = beside::<M, F::Holder>(F::Holder::query(), leaving.using.as_ref());
    if leaving.hard && F::Holder::meta().soft_delete.is_some() {
        query = query.deleted(Deleted::Shown);
    }
    let mut pointing = 0;
    for condition in keys.conditions::<F::Holder>(&ends, query.dialect(leaving.on)?) {
        let query = query.clone().filter(|_| condition);
        match what {
            OnDelete::Restrict => pointing += query.count(leaving.on).await?,
            OnDelete::Cascade => drop(pages(query, leaving.hard, leaving.seen, leaving.on).await?),
            OnDelete::Nullify => {
                let null = nulls::<F::Holder>(link.field, &ends.there)?;
                query.set_wise(SetWise::Update(null), leaving.on).await?;
            }
        }
    }
    match pointing {
        0 => Ok(()),
        1 => Err(restricted::<M, F::Holder>(
            link.field, "1 record", "points", leaving,
        )),
        n => Err(restricted::<M, F::Holder>(
            link.field,
            &format!("{n} records"),
            "point",
            leaving,
        )),
    }
}

fn restricted<M: Model, H: Model>(field: &str, records: &str, point: &str, leaving: &Leaving<'_>) -> Error {
    let (this, other) = (M::meta().name, H::meta().name);
    let message =
        format!("relation {field}: {records} of {other} still {point} to what is deleted of {this}");
    let error = Error::new(ErrorKind::ForeignKeyViolation, message)
        .with_help(
            "delete them first, or say #[model(on_delete = \"cascade\")] or \"nullify\" at the relation",
        )
        .with_model(this);
    crate::rec::placed(error, leaving.on, M::route(leaving.using.as_deref()))
}

fn nulls<H: Model>(field: &str, at: &[usize]) -> Result<Vec<Assignment>> {
    let column = |&at: &usize| {
        let column = &H::meta().columns[at];
        if !column.nullable {
            let message = format!(
                "relation {field}: {} of {} can't be NULL",
                column.name,
                H::meta().name
            );
            return Err(Error::new(ErrorKind::Statement, message)
                .with_help("make its field an Option, or say another on_delete")
                .with_model(H::meta().name));
        }
        Ok(Assignment {
            column: column.name.clone(),
            value: Expr::Value(Value::Null),
        })
    };
    at.iter().map(column).collect()
}
