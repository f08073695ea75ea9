//! On MariaDB.

use bench_common::CONNECTIONS;
use sqlx::mysql::MySqlPoolOptions;
use sqlx::{MySql, MySqlConnection, MySqlPool, Transaction};

contender!(MySql, MySqlPool, ["?", "?"]);

async fn open(url: &str) -> Result<MySqlPool> {
    Ok(MySqlPoolOptions::new()
        .max_connections(CONNECTIONS)
        .connect(url)
        .await?)
}

async fn begin(pool: &MySqlPool) -> sqlx::Result<Transaction<'static, MySql>> {
    pool.begin().await
}

async fn insert(connection: &mut MySqlConnection, row: &Item) -> sqlx::Result<i64> {
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
    Ok(done.last_insert_id().cast_signed())
}

/// Statements of the same text, which is prepared once: faster than fewer and longer ones.
async fn insert_many(pool: &MySqlPool, rows: &[Item]) -> sqlx::Result<()> {
    let mut tx = begin(pool).await?;
    for rows in rows.chunks(1_000) {
        let mut query = QueryBuilder::<MySql>::new(
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
async fn load(pool: &MySqlPool, rows: &[Item]) -> sqlx::Result<()> {
    insert_many(pool, rows).await
}

async fn upsert_many(pool: &MySqlPool, rows: &[Item]) -> sqlx::Result<()> {
    let mut tx = begin(pool).await?;
    for rows in rows.chunks(1_000) {
        let mut query = QueryBuilder::<MySql>::new(
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
            " ON DUPLICATE KEY UPDATE name = VALUES(name), email = VALUES(email), age = VALUES(age), \
             balance = VALUES(balance), score = VALUES(score), active = VALUES(active), \
             born_on = VALUES(born_on), seen_at = VALUES(seen_at), token = VALUES(token)",
        );
        query.build().execute(&mut *tx).await?;
    }
    tx.commit().await
}

async fn books(pool: &MySqlPool, authors: &[i64]) -> sqlx::Result<Vec<Book>> {
    let mut query =
        QueryBuilder::<MySql>::new("SELECT id, author_id, title, pages FROM book WHERE author_id IN (");
    let mut ids = query.separated(", ");
    for id in authors {
        ids.push_bind(*id);
    }
    query.push(")");
    query.build_query_as().fetch_all(pool).await
}
