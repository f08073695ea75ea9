//! On SQLite.

use std::time::Duration;

use bench_common::CONNECTIONS;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{Sqlite, SqliteConnection, SqlitePool, Transaction};

contender!(Sqlite, SqlitePool, ["?", "?"]);

async fn open(path: &str) -> Result<SqlitePool> {
    let options = SqliteConnectOptions::new()
        .filename(path)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Normal)
        .busy_timeout(Duration::from_secs(10));
    Ok(SqlitePoolOptions::new()
        .max_connections(CONNECTIONS)
        .connect_with(options)
        .await?)
}

async fn begin(pool: &SqlitePool) -> sqlx::Result<Transaction<'static, Sqlite>> {
    pool.begin_with("BEGIN IMMEDIATE").await
}

async fn insert(connection: &mut SqliteConnection, row: &Item) -> sqlx::Result<i64> {
    let sql = "INSERT INTO entry (name, email, age, balance, score, active, born_on, seen_at, token) \
               VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)";
    let done = sqlx::query(sql)
        .bind(&row.name)
        .bind(&row.email)
        .bind(row.age)
        .bind(row.balance)
        .bind(row.score)
        .bind(row.active)
        .bind(row.born_on)
        .bind(row.seen_at)
        .bind(&row.token)
        .execute(connection)
        .await?;
    Ok(done.last_insert_rowid())
}

/// Statements of the same text, which is prepared once: faster than fewer and longer ones.
async fn insert_many(pool: &SqlitePool, rows: &[Item]) -> sqlx::Result<()> {
    let mut tx = begin(pool).await?;
    for rows in rows.chunks(1_000) {
        let mut query = QueryBuilder::<Sqlite>::new(
            "INSERT INTO entry (name, email, age, balance, score, active, born_on, seen_at, token) ",
        );
        query.push_values(rows, |mut values, row| {
            values
                .push_bind(&row.name)
                .push_bind(&row.email)
                .push_bind(row.age)
                .push_bind(row.balance)
                .push_bind(row.score)
                .push_bind(row.active)
                .push_bind(row.born_on)
                .push_bind(row.seen_at)
                .push_bind(&row.token);
        });
        query.build().execute(&mut *tx).await?;
    }
    tx.commit().await
}

/// sqlx has no quicker way here.
async fn load(pool: &SqlitePool, rows: &[Item]) -> sqlx::Result<()> {
    insert_many(pool, rows).await
}

async fn upsert_many(pool: &SqlitePool, rows: &[Item]) -> sqlx::Result<()> {
    let mut tx = begin(pool).await?;
    for rows in rows.chunks(1_000) {
        let mut query = QueryBuilder::<Sqlite>::new(
            "INSERT INTO entry (id, name, email, age, balance, score, active, born_on, seen_at, token) ",
        );
        query.push_values(rows, |mut values, row| {
            values
                .push_bind(row.id)
                .push_bind(&row.name)
                .push_bind(&row.email)
                .push_bind(row.age)
                .push_bind(row.balance)
                .push_bind(row.score)
                .push_bind(row.active)
                .push_bind(row.born_on)
                .push_bind(row.seen_at)
                .push_bind(&row.token);
        });
        query.push(
            " ON CONFLICT (id) DO UPDATE SET name = excluded.name, email = excluded.email, age = excluded.age, \
             balance = excluded.balance, score = excluded.score, active = excluded.active, \
             born_on = excluded.born_on, seen_at = excluded.seen_at, token = excluded.token",
        );
        query.build().execute(&mut *tx).await?;
    }
    tx.commit().await
}

async fn books(pool: &SqlitePool, authors: &[i64]) -> sqlx::Result<Vec<Book>> {
    let mut query =
        QueryBuilder::<Sqlite>::new("SELECT id, author_id, title, pages FROM book WHERE author_id IN (");
    let mut ids = query.separated(", ");
    for id in authors {
        ids.push_bind(*id);
    }
    query.push(")");
    query.build_query_as().fetch_all(pool).await
}
