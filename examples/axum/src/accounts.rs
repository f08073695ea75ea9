//! Opening accounts, and looking at them.

use crate::model::{Account, Entry};
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use manybase::axum::{Json, Result, Tx, Uniform};
use manybase::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Deserialize)]
pub(crate) struct Opening {
    owner: String,
    cents: i64,
}

/// The account in one database and its first entry in the other. A rule of the model that is broken becomes a 422.
pub(crate) async fn open(tx: Tx, Json(opening): Json<Opening>) -> Result<(StatusCode, Json<Account>)> {
    let account = Account {
        id: 0,
        owner: opening.owner.trim().to_owned(),
        cents: opening.cents,
    };
    let account = account.insert(&tx).await?;
    Entry::new(account.id, account.cents).insert(&tx).await?;
    Ok((StatusCode::CREATED, Json(account.into_inner())))
}

#[derive(Deserialize)]
pub(crate) struct Place {
    after: Option<String>,
    limit: Option<u32>,
}

#[derive(Serialize)]
pub(crate) struct Accounts {
    accounts: Vec<Account>,
    /// For `?after=`; none on the last page.
    next: Option<String>,
}

/// One page, which begins behind the last account of the page before: accounts that are opened meanwhile make none come
/// twice.
pub(crate) async fn list(
    State(db): State<Db>,
    Uniform(Query(place)): Uniform<Query<Place>>,
) -> Result<Json<Accounts>> {
    let limit = place.limit.unwrap_or(20).clamp(1, 100);
    let mut page = Account::query().order_by(|c| c.owner.asc()).page(limit);
    if let Some(after) = place.after {
        page = page.after(after);
    }
    let page = page.fetch(&db).await?;
    let next = page
        .has_next
        .then(|| page.next().map(ToString::to_string))
        .flatten();
    Ok(Json(Accounts {
        accounts: page.rows.into_iter().map(Rec::into_inner).collect(),
        next,
    }))
}

#[derive(Serialize)]
pub(crate) struct Statement {
    #[serde(flatten)]
    account: Account,
    entries: Vec<Entry>,
}

pub(crate) async fn show(
    State(db): State<Db>,
    Uniform(Path(id)): Uniform<Path<i64>>,
) -> Result<Json<Statement>> {
    let account = Account::find(id).one(&db).await?;
    let entries = Entry::filter(|c| c.account_id.eq(id)).order_by(|c| c.id.asc());
    let entries = entries.limit(100).all(&db).await?;
    Ok(Json(Statement {
        account: account.into_inner(),
        entries: entries.into_iter().map(Rec::into_inner).collect(),
    }))
}
