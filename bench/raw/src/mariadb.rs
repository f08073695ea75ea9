//! mysql_async, with its own pool for concurrency.

mod rows;

use std::collections::HashMap;
use std::io::Write;

use bench_common::{
    BULK_ROWS, CONNECTIONS, Clock, Contender, Database, Operation, Outcome, RESET_ENTRY, Result, Row, Search,
    account, accounts, authors, balances, books, columns, digest, digests, entries, indexes, items, key,
    keyless, measure, runtime, schema, search, source, tasks,
};
use bytes::Bytes;
use futures_util::{StreamExt, TryStreamExt, stream};
use mysql_async::prelude::{FromRow, Queryable};
use mysql_async::{
    Conn, FromRowError, Opts, OptsBuilder, Params, Pool, PoolConstraints, PoolOpts, Row as Cells, TxOpts,
    Value,
};
use tokio::runtime::Runtime;

use crate::model::{Child, Item, Parent, family};

const FIND: &str =
    "SELECT id, name, email, age, balance, score, active, born_on, seen_at, token FROM item WHERE id = ?";
const READ: &str = "SELECT id, name, email, age, balance, score, active, born_on, seen_at, token FROM item \
                    WHERE id >= ? ORDER BY id LIMIT ?";
const INSERT: &str = "INSERT INTO entry (name, email, age, balance, score, active, born_on, seen_at, token) \
                      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)";
const OVERWRITE: &str = "ON DUPLICATE KEY UPDATE name = VALUES(name), email = VALUES(email), age = VALUES(age), \
                         balance = VALUES(balance), score = VALUES(score), active = VALUES(active), \
                         born_on = VALUES(born_on), seen_at = VALUES(seen_at), token = VALUES(token)";
const FIND_ACCOUNT: &str =
    "SELECT id, name, email, age, balance, score, active, born_on, seen_at, token FROM account WHERE id = ?";
const UPDATE: &str = "UPDATE account SET balance = ? WHERE id = ?";
const LOAD: &str = "LOAD DATA LOCAL INFILE 'rows' INTO TABLE entry CHARACTER SET binary \
                    (name, email, age, balance, score, active, born_on, seen_at, token)";
const AUTHORS: &str = "SELECT id, name FROM author ORDER BY id";

/// Ten statements of the same text, prepared once: faster than two of the greatest length.
const CHUNK: usize = 1_000;

pub fn prepare(url: &str, stream: i64) -> Result<()> {
    runtime()?.block_on(async {
        let mut conn = Conn::new(Opts::from_url(url)?).await?;
        for statement in schema(Database::Mariadb) {
            conn.query_drop(statement).await?;
        }
        upsert(&mut conn, "item", &items().map(Item::from).collect::<Vec<_>>()).await?;
        upsert(
            &mut conn,
            "account",
            &accounts().map(Item::from).collect::<Vec<_>>(),
        )
        .await?;
        let mut big = (1..=stream).map(source).map(Item::from).peekable();
        while big.peek().is_some() {
            upsert(&mut conn, "big", &big.by_ref().take(CHUNK).collect::<Vec<_>>()).await?;
        }
        let author = "INSERT INTO author (id, name) VALUES (?, ?)";
        conn.exec_batch(author, authors().map(|author| (author.id, author.name)))
            .await?;
        let book = "INSERT INTO book (id, author_id, title, pages) VALUES (?, ?, ?, ?)";
        conn.exec_batch(
            book,
            books().map(|book| (book.id, book.author_id, book.title, book.pages)),
        )
        .await?;
        for index in indexes() {
            conn.query_drop(*index).await?;
        }
        conn.query_drop("ANALYZE TABLE item, account, author, book, big")
            .await?;
        conn.disconnect().await?;
        Ok(())
    })
}

impl FromRow for Item {
    fn from_row_opt(mut row: Cells) -> std::result::Result<Self, FromRowError> {
        macro_rules! cell {
            ($at:literal) => {
                match row.take_opt($at) {
                    Some(Ok(value)) => value,
                    _ => return Err(FromRowError(row)),
                }
            };
        }
        Ok(Self {
            id: cell!(0),
            name: cell!(1),
            email: cell!(2),
            age: cell!(3),
            balance: cell!(4),
            score: cell!(5),
            active: cell!(6),
            born_on: cell!(7),
            seen_at: cell!(8),
            token: cell!(9),
        })
    }
}

fn values(row: &Item) -> [Value; 9] {
    [
        (&row.name).into(),
        (&row.email).into(),
        row.age.into(),
        row.balance.into(),
        row.score.into(),
        row.active.into(),
        row.born_on.into(),
        row.seen_at.into(),
        (&row.token).into(),
    ]
}

async fn find(conn: &mut Conn, sql: &str, id: i64) -> Result<Item> {
    Ok(conn.exec_first(sql, (id,)).await?.ok_or("no such row")?)
}

async fn read(conn: &mut Conn, from: i64, count: i64) -> Result<Vec<Item>> {
    Ok(conn.exec(READ, (from, count)).await?)
}

async fn all(conn: &mut Conn, table: &str) -> Result<Vec<Item>> {
    Ok(conn
        .exec(format!("SELECT {} FROM {table}", columns()), ())
        .await?)
}

async fn filter(conn: &mut Conn, search: &Search) -> Result<Vec<Item>> {
    let (sql, binds) = filtered(search);
    Ok(conn.exec(sql, Params::Positional(binds)).await?)
}

async fn insert(conn: &mut Conn, row: &Item) -> Result<u64> {
    conn.exec_drop(INSERT, Params::Positional(values(row).into()))
        .await?;
    conn.last_insert_id().ok_or_else(|| "no key came back".into())
}

/// A batch, which goes to MariaDB as one statement with the values of many rows.
async fn insert_many(conn: &mut Conn, rows: &[Item]) -> Result<()> {
    let mut tx = conn.start_transaction(TxOpts::default()).await?;
    let sql = "INSERT INTO entry (name, email, age, balance, score, active, born_on, seen_at, token) \
               VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)";
    let binds = rows.iter().map(|row| Params::Positional(values(row).into()));
    tx.exec_batch(sql, binds).await?;
    Ok(tx.commit().await?)
}

/// The rows as text, in pieces of 64 KiB.
struct Pieces<'r> {
    rows: std::slice::Iter<'r, Item>,
}

impl Iterator for Pieces<'_> {
    type Item = std::io::Result<Bytes>;

    fn next(&mut self) -> Option<Self::Item> {
        let mut piece = Vec::with_capacity(PIECE + 1024);
        while piece.len() < PIECE {
            let Some(row) = self.rows.next() else { break };
            escaped(&mut piece, row.name.as_bytes());
            piece.push(b'\t');
            match &row.email {
                Some(email) => escaped(&mut piece, email.as_bytes()),
                None => piece.extend_from_slice(b"\\N"),
            }
            let Item {
                age,
                balance,
                score,
                born_on,
                seen_at,
                ..
            } = row;
            let active = u8::from(row.active);
            if let Err(error) = write!(
                piece,
                "\t{age}\t{balance}\t{score}\t{active}\t{born_on}\t{seen_at}\t"
            ) {
                return Some(Err(error));
            }
            escaped(&mut piece, &row.token);
            piece.push(b'\n');
        }
        (!piece.is_empty()).then(|| Ok(piece.into()))
    }
}

const PIECE: usize = 64 * 1024;

fn escaped(piece: &mut Vec<u8>, bytes: &[u8]) {
    for &byte in bytes {
        match byte {
            b'\\' | b'\t' | b'\n' => piece.extend_from_slice(&[b'\\', byte]),
            0 => piece.extend_from_slice(b"\\0"),
            _ => piece.push(byte),
        }
    }
}

async fn load(conn: &mut Conn, rows: &[Item]) -> Result<()> {
    // The handler outlives this call, as far as the compiler knows.
    let pieces: Vec<_> = Pieces { rows: rows.iter() }.collect();
    conn.set_infile_handler(async move { Ok(stream::iter(pieces).boxed()) });
    Ok(conn.query_drop(LOAD).await?)
}

async fn upsert(conn: &mut Conn, table: &str, rows: &[Item]) -> Result<()> {
    let mut tx = conn.start_transaction(TxOpts::default()).await?;
    let sql = format!(
        "INSERT INTO {table} ({}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) {OVERWRITE}",
        columns()
    );
    let binds = rows.iter().map(|row| {
        let mut binds: Vec<Value> = Vec::with_capacity(10);
        binds.push(row.id.into());
        binds.extend(values(row));
        Params::Positional(binds)
    });
    tx.exec_batch(sql, binds).await?;
    Ok(tx.commit().await?)
}

async fn include(conn: &mut Conn) -> Result<Vec<Parent>> {
    let parent = |(id, name)| Parent {
        id,
        name,
        books: Vec::new(),
    };
    let mut parents: Vec<Parent> = conn.exec_map(AUTHORS, (), parent).await?;
    let ids: Vec<Value> = parents.iter().map(|parent| parent.id.into()).collect();
    let at: HashMap<i64, usize> = parents
        .iter()
        .enumerate()
        .map(|(at, parent)| (parent.id, at))
        .collect();
    let marks = vec!["?"; ids.len()].join(", ");
    let sql = format!("SELECT id, author_id, title, pages FROM book WHERE author_id IN ({marks})");
    let child = |(id, author_id, title, pages)| Child {
        id,
        author_id,
        title,
        pages,
    };
    for book in conn.exec_map(sql, Params::Positional(ids), child).await? {
        if let Some(at) = at.get(&book.author_id) {
            parents[*at].books.push(book);
        }
    }
    Ok(parents)
}

async fn transfer(conn: &mut Conn, i: u64, row: &Item) -> Result<()> {
    let mut tx = conn.start_transaction(TxOpts::default()).await?;
    let from: Item = tx
        .exec_first(FIND_ACCOUNT, (account(i),))
        .await?
        .ok_or("no such account")?;
    let to: Item = tx
        .exec_first(FIND_ACCOUNT, (account(i) + 500,))
        .await?
        .ok_or("no such account")?;
    tx.exec_drop(UPDATE, (from.balance - 1, from.id)).await?;
    tx.exec_drop(UPDATE, (to.balance + 1, to.id)).await?;
    tx.exec_drop(INSERT, Params::Positional(values(row).into()))
        .await?;
    Ok(tx.commit().await?)
}

async fn update(conn: &mut Conn, id: i64, balance: i64) -> Result<u64> {
    conn.exec_drop(UPDATE, (balance, id)).await?;
    Ok(conn.affected_rows())
}

async fn reset(conn: &mut Conn) -> Result<()> {
    conn.query_drop(RESET_ENTRY).await?;
    Ok(conn.query_drop("UPDATE account SET balance = 0").await?)
}

fn filtered(search: &Search) -> (String, Vec<Value>) {
    let mut sql = format!("SELECT {} FROM item WHERE 1 = 1", columns());
    let mut binds: Vec<Value> = Vec::with_capacity(5);
    if let Some(age) = search.age_from {
        sql.push_str(" AND age >= ?");
        binds.push(age.into());
    }
    if let Some(active) = search.active {
        sql.push_str(" AND active = ?");
        binds.push(active.into());
    }
    if let Some(balance) = search.balance_below {
        sql.push_str(" AND balance < ?");
        binds.push(balance.into());
    }
    if let Some(score) = search.score_above {
        sql.push_str(" AND score > ?");
        binds.push(score.into());
    }
    if let Some(born) = search.born_from() {
        sql.push_str(" AND born_on >= ?");
        binds.push(born.into());
    }
    sql.push_str(" ORDER BY id LIMIT 20");
    (sql, binds)
}

async fn one_of_many(pool: Pool, operation: Operation) -> Result<u64> {
    let mut conn = pool.get_conn().await?;
    Ok(match operation {
        Operation::Find(id) => digest!(find(&mut conn, FIND, id).await?),
        Operation::Read(from) => digests!(read(&mut conn, from, 10).await?),
        // MariaDB counts rows that have changed, and here the same may be written again.
        Operation::Update { id, balance } => update(&mut conn, id, balance).await.map(|_| 1)?,
    })
}

pub fn serve(url: String) -> Result<()> {
    let runtime = runtime()?;
    let (conn, pool) = runtime.block_on(async {
        let conn = Conn::new(Opts::from_url(&url)?).await?;
        let size =
            PoolConstraints::new(CONNECTIONS as usize, CONNECTIONS as usize).ok_or("impossible pool")?;
        let opts = PoolOpts::default()
            .with_constraints(size)
            .with_reset_connection(false);
        let pool = Pool::new(OptsBuilder::from_opts(Opts::from_url(&url)?).pool_opts(opts));
        Result::Ok((conn, pool))
    })?;
    let mut contender = Mariadb {
        runtime,
        conn: Some(conn),
        pool,
        url,
    };
    bench_common::serve("mysql_async 0.37", &mut contender)
}

struct Mariadb {
    runtime: Runtime,
    conn: Option<Conn>,
    pool: Pool,
    url: String,
}

impl Contender for Mariadb {
    fn run(&mut self, row: Row, cycles: u64) -> Result<std::result::Result<Outcome, String>> {
        let mut conn = self.conn.take().ok_or("the connection is lost")?;
        let (pool, url) = (self.pool.clone(), self.url.clone());
        // As a task, because that is where queries run in a server.
        let task = self.runtime.spawn(async move {
            let result = rows::run(&mut conn, pool, url, row, cycles).await;
            (conn, result)
        });
        let (conn, result) = self.runtime.block_on(task)?;
        self.conn = Some(conn);
        result.map(Ok)
    }
}
