//! On PostgreSQL.

use std::io::Write;

use bench_common::CONNECTIONS;
use chrono::{NaiveDate, NaiveDateTime};
use sqlx::postgres::{PgPoolCopyExt, PgPoolOptions};
use sqlx::{PgConnection, PgPool, Postgres, Transaction};

contender!(Postgres, PgPool, ["$1", "$2"]);

async fn open(url: &str) -> Result<PgPool> {
    Ok(PgPoolOptions::new()
        .max_connections(CONNECTIONS)
        .connect(url)
        .await?)
}

async fn begin(pool: &PgPool) -> sqlx::Result<Transaction<'static, Postgres>> {
    pool.begin().await
}

async fn insert(connection: &mut PgConnection, row: &Item) -> sqlx::Result<i64> {
    let sql = "INSERT INTO entry (name, email, age, balance, score, active, born_on, seen_at, token) \
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) RETURNING id";
    sqlx::query_scalar(sql)
        .bind(&row.name)
        .bind(&row.email)
        .bind(row.age)
        .bind(row.balance)
        .bind(row.score)
        .bind(row.active)
        .bind(row.born_on)
        .bind(row.seen_at)
        .bind(&row.token)
        .fetch_one(connection)
        .await
}

/// The columns of many rows, each as an array: what sqlx's FAQ recommends for bulk inserts.
macro_rules! bind_arrays {
    ($query:expr, $rows:expr) => {
        $query
            .bind($rows.iter().map(|row| row.name.as_str()).collect::<Vec<&str>>())
            .bind(
                $rows
                    .iter()
                    .map(|row| row.email.as_deref())
                    .collect::<Vec<Option<&str>>>(),
            )
            .bind($rows.iter().map(|row| row.age).collect::<Vec<i32>>())
            .bind($rows.iter().map(|row| row.balance).collect::<Vec<i64>>())
            .bind($rows.iter().map(|row| row.score).collect::<Vec<f64>>())
            .bind($rows.iter().map(|row| row.active).collect::<Vec<bool>>())
            .bind($rows.iter().map(|row| row.born_on).collect::<Vec<NaiveDate>>())
            .bind(
                $rows
                    .iter()
                    .map(|row| row.seen_at)
                    .collect::<Vec<NaiveDateTime>>(),
            )
            .bind(
                $rows
                    .iter()
                    .map(|row| row.token.as_slice())
                    .collect::<Vec<&[u8]>>(),
            )
    };
}

async fn insert_many(pool: &PgPool, rows: &[Item]) -> sqlx::Result<()> {
    let sql = "INSERT INTO entry (name, email, age, balance, score, active, born_on, seen_at, token) \
               SELECT * FROM UNNEST($1::text[], $2::text[], $3::int4[], $4::int8[], $5::float8[], $6::bool[], \
               $7::date[], $8::timestamp[], $9::bytea[])";
    bind_arrays!(sqlx::query(sql), rows).execute(pool).await?;
    Ok(())
}

/// Text, which is what sqlx lets its users send.
async fn load(pool: &PgPool, rows: &[Item]) -> Result<()> {
    let mut copy = pool
        .copy_in_raw(
            "COPY entry (name, email, age, balance, score, active, born_on, seen_at, token) FROM STDIN",
        )
        .await?;
    let mut piece = Vec::with_capacity(PIECE + 1024);
    for row in rows {
        write_row(&mut piece, row)?;
        if piece.len() >= PIECE {
            copy.send(piece.as_slice()).await?;
            piece.clear();
        }
    }
    copy.send(piece).await?;
    copy.finish().await?;
    Ok(())
}

const PIECE: usize = 64 * 1024;

fn write_row(piece: &mut Vec<u8>, row: &Item) -> std::io::Result<()> {
    let escaped = |piece: &mut Vec<u8>, text: &str| {
        for &byte in text.as_bytes() {
            if matches!(byte, b'\\' | b'\t' | b'\n' | b'\r') {
                piece.push(b'\\');
            }
            piece.push(byte);
        }
    };
    escaped(piece, &row.name);
    piece.push(b'\t');
    match &row.email {
        Some(email) => escaped(piece, email),
        None => piece.extend_from_slice(b"\\N"),
    }
    let Item {
        age,
        balance,
        score,
        active,
        born_on,
        seen_at,
        ..
    } = row;
    write!(
        piece,
        "\t{age}\t{balance}\t{score}\t{active}\t{born_on}\t{seen_at}\t\\\\x"
    )?;
    for byte in &row.token {
        piece.extend_from_slice(&[HEX[usize::from(byte >> 4)], HEX[usize::from(byte & 15)]]);
    }
    piece.push(b'\n');
    Ok(())
}

const HEX: &[u8; 16] = b"0123456789abcdef";

async fn upsert_many(pool: &PgPool, rows: &[Item]) -> sqlx::Result<()> {
    let sql = "INSERT INTO entry (id, name, email, age, balance, score, active, born_on, seen_at, token) \
               SELECT * FROM UNNEST($1::int8[], $2::text[], $3::text[], $4::int4[], $5::int8[], $6::float8[], \
               $7::bool[], $8::date[], $9::timestamp[], $10::bytea[]) \
               ON CONFLICT (id) DO UPDATE SET name = excluded.name, email = excluded.email, age = excluded.age, \
               balance = excluded.balance, score = excluded.score, active = excluded.active, \
               born_on = excluded.born_on, seen_at = excluded.seen_at, token = excluded.token";
    let ids = rows.iter().map(|row| row.id).collect::<Vec<i64>>();
    bind_arrays!(sqlx::query(sql).bind(ids), rows)
        .execute(pool)
        .await?;
    Ok(())
}

async fn books(pool: &PgPool, authors: &[i64]) -> sqlx::Result<Vec<Book>> {
    let sql = "SELECT id, author_id, title, pages FROM book WHERE author_id = ANY($1)";
    sqlx::query_as(sql).bind(authors).fetch_all(pool).await
}
