//! Models on two connections: what can't be one query says so.

use manybase::prelude::*;
use manybase::{Error, ErrorKind, Result, create_table};

#[derive(Debug, Clone, Model)]
#[model(connection = "crm")]
struct Client {
    #[model(key)]
    id: i64,
    name: String,
    bills: HasMany<Bill>,
}

#[derive(Debug, Clone, Model)]
#[model(connection = "erp")]
struct Bill {
    #[model(key)]
    id: i64,
    client_id: i64,
}

#[derive(Debug, Clone, Model)]
struct Note {
    #[model(key)]
    id: i64,
    client_id: i64,
}

async fn two() -> Result<Db> {
    let db = Db::builder()
        .connect("crm", "sqlite::memory:")
        .connect("erp", "sqlite::memory:")
        .default_connection("crm")
        .open()
        .await?;
    create_table::<Client>(&db).await?;
    create_table::<Bill>(&db).await?;
    create_table::<Note>(&db).await?;
    let client = Client {
        id: 1,
        name: "Ann".into(),
        bills: HasMany::default(),
    };
    client.insert(&db).await?;
    Bill { id: 7, client_id: 1 }.insert(&db).await?;
    Note { id: 3, client_id: 1 }.insert(&db).await?;
    Ok(db)
}

#[track_caller]
fn names_both<T: std::fmt::Debug>(result: Result<T>) {
    let error: Error = result.expect_err("two databases");
    assert_eq!(error.kind(), ErrorKind::Unsupported);
    let text = format!("{error} {error:?}");
    for part in ["Client", "Bill", "\"crm\"", "\"erp\"", "include()"] {
        assert!(text.contains(part), "{part} in {text}");
    }
}

#[tokio::test]
async fn a_join_over_two_connections() -> Result<()> {
    let db = two().await?;
    let joined = || Client::query().join_on(Bill::query(), |c, b| b.client_id.eq(c.id));
    names_both(joined().all(&db).await);
    names_both(joined().count(&db).await);
    names_both(joined().exists(&db).await);
    names_both(joined().select(|(c, b)| (c.name, b.id)).first(&db).await);
    names_both(joined().for_each(&db, |_| Ok(())).await);
    let tx = db.begin().await?;
    names_both(joined().all(&tx).await);
    // Nothing was sent, so that the transaction is good, and the way out works.
    let clients = Client::query().include(|c| c.bills).all(&tx).await?;
    assert_eq!(clients[0].bills.loaded()?.len(), 1);
    tx.commit().await
}

#[tokio::test]
async fn subqueries_tables_and_sets_over_two_connections() -> Result<()> {
    let db = two().await?;
    let bills = || Bill::query().select(|b| b.client_id);
    names_both(Client::filter(|c| c.id.in_query(bills())).all(&db).await);
    names_both(
        Client::filter(|c| exists(Bill::filter(|b| b.client_id.eq(c.id))))
            .all(&db)
            .await,
    );
    names_both(
        Client::query()
            .select(|c| Bill::find(c_id()).select(|b| b.id).scalar().eq(c.id))
            .all(&db)
            .await,
    );
    names_both(
        Client::query()
            .join_on(bills().as_table("b"), |c, id| c.id.eq(id))
            .all(&db)
            .await,
    );
    names_both(
        Client::query()
            .join_on(bills().cte("b"), |c, id| c.id.eq(id))
            .all(&db)
            .await,
    );
    names_both(Client::query().select(|c| c.id).union(bills()).all(&db).await);
    names_both(Client::filter(|c| c.id.in_query(bills())).delete(&db).await);
    names_both(
        Client::query().update(&db, |c| c.name.set(c.name)).await.and(
            Client::filter(|c| not_exists(Bill::filter(|b| b.client_id.eq(c.id))))
                .update(&db, |c| c.name.set("x"))
                .await,
        ),
    );
    Ok(())
}

fn c_id() -> i64 {
    7
}

#[tokio::test]
async fn where_both_live_they_can_be_joined() -> Result<()> {
    let db = two().await?;
    // A model that is bound to none is where the default connection is.
    let notes = Client::query().join_on(Note::query(), |c, n| n.client_id.eq(c.id));
    assert_eq!(notes.count(&db).await?, 1);
    let error = Bill::query()
        .join_on(Note::query(), |b, n| b.client_id.eq(n.client_id))
        .count(&db)
        .await;
    assert_eq!(error.unwrap_err().kind(), ErrorKind::Unsupported);
    // A scope moves it.
    let erp = db.using("erp");
    create_table::<Note>(&erp).await?;
    let notes = Bill::query().left_join_on(Note::query(), |b, n| b.client_id.eq(n.client_id));
    assert_eq!(notes.select(|(b, n)| (b.id, n.id)).all(&erp).await?, [(7, None)]);
    // What is said for one part of a query holds for that part.
    let here = Note::query()
        .using("erp")
        .join_on(Note::alias("n"), |a, b| a.id.eq(b.id));
    assert_eq!(here.count(&db).await?, 0);
    let there = Note::query().join_on(Note::alias("n").query().using("erp"), |a, b| a.id.eq(b.id));
    assert_eq!(there.count(&db).await.unwrap_err().kind(), ErrorKind::Unsupported);
    Ok(())
}
