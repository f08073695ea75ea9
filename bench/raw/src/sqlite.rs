//! rusqlite.

mod rows;

use std::collections::HashMap;
use std::sync::{Condvar, Mutex};

use bench_common::{
    BULK_ROWS, CONNECTIONS, Clock, Contender, Database, Operation, Outcome, RESET_ENTRY, Result, Row,
    SQLITE_PRAGMAS, Search, account, accounts, authors, balances, books, columns, digest, digests, entries,
    indexes, items, key, keyless, measure, schema, search, source, threads,
};
use rusqlite::types::Value;
use rusqlite::{Connection, Row as Cells, params, params_from_iter};

use crate::model::{Child, Item, Parent, family};

pub fn prepare(path: &str, stream: i64) -> Result<()> {
    let mut connection = Connection::open(path)?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    for statement in schema(Database::Sqlite) {
        connection.execute_batch(&statement)?;
    }
    let tx = connection.transaction()?;
    let fill = |table: &str, rows: &mut dyn Iterator<Item = Item>| -> Result<()> {
        let mut statement = tx.prepare(&insert_all(table))?;
        for row in rows {
            insert_with_key(&mut statement, &row)?;
        }
        Ok(())
    };
    fill("item", &mut items().map(Item::from))?;
    fill("account", &mut accounts().map(Item::from))?;
    fill("big", &mut (1..=stream).map(source).map(Item::from))?;
    for author in authors() {
        tx.execute(
            "INSERT INTO author (id, name) VALUES (?1, ?2)",
            params![author.id, author.name],
        )?;
    }
    for book in books() {
        let row = params![book.id, book.author_id, book.title, book.pages];
        tx.execute(
            "INSERT INTO book (id, author_id, title, pages) VALUES (?1, ?2, ?3, ?4)",
            row,
        )?;
    }
    for index in indexes() {
        tx.execute_batch(index)?;
    }
    tx.commit()?;
    connection.execute_batch("ANALYZE; PRAGMA wal_checkpoint(TRUNCATE);")?;
    Ok(())
}

fn insert_all(table: &str) -> String {
    format!(
        "INSERT INTO {table} ({}) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
        columns()
    )
}

fn insert_with_key(statement: &mut rusqlite::Statement<'_>, row: &Item) -> rusqlite::Result<usize> {
    statement.execute(params![
        row.id,
        row.name,
        row.email,
        row.age,
        row.balance,
        row.score,
        row.active,
        row.born_on,
        row.seen_at,
        row.token
    ])
}

pub fn serve(path: String) -> Result<()> {
    let connection = open(&path)?;
    let pool = Pool::open(&path)?;
    let sqlite = rusqlite::version();
    let mut contender = Sqlite {
        path,
        connection,
        pool,
    };
    bench_common::serve(&format!("rusqlite 0.41, SQLite {sqlite}"), &mut contender)
}

fn open(path: &str) -> Result<Connection> {
    let connection = Connection::open(path)?;
    connection.execute_batch(SQLITE_PRAGMAS)?;
    connection.set_prepared_statement_cache_capacity(64);
    Ok(connection)
}

/// One writer and readers, because SQLite makes writers wait by sleeping.
struct Pool {
    writer: Mutex<Connection>,
    readers: Mutex<Vec<Connection>>,
    returned: Condvar,
}

impl Pool {
    fn open(path: &str) -> Result<Self> {
        let readers: Result<_> = (1..CONNECTIONS).map(|_| open(path)).collect();
        Ok(Self {
            writer: Mutex::new(open(path)?),
            readers: Mutex::new(readers?),
            returned: Condvar::new(),
        })
    }

    fn read<T>(&self, work: impl FnOnce(&Connection) -> Result<T>) -> Result<T> {
        let poisoned = "a reader panicked";
        let mut readers = self.readers.lock().map_err(|_| poisoned)?;
        let connection = loop {
            match readers.pop() {
                Some(connection) => break connection,
                None => readers = self.returned.wait(readers).map_err(|_| poisoned)?,
            }
        };
        drop(readers);
        let result = work(&connection);
        self.readers.lock().map_err(|_| poisoned)?.push(connection);
        self.returned.notify_one();
        result
    }
}

struct Sqlite {
    path: String,
    connection: Connection,
    pool: Pool,
}

fn item(cells: &Cells<'_>) -> rusqlite::Result<Item> {
    Ok(Item {
        id: cells.get(0)?,
        name: cells.get(1)?,
        email: cells.get(2)?,
        age: cells.get(3)?,
        balance: cells.get(4)?,
        score: cells.get(5)?,
        active: cells.get(6)?,
        born_on: cells.get(7)?,
        seen_at: cells.get(8)?,
        token: cells.get(9)?,
    })
}

const FIND: &str =
    "SELECT id, name, email, age, balance, score, active, born_on, seen_at, token FROM item WHERE id = ?1";
const READ: &str = "SELECT id, name, email, age, balance, score, active, born_on, seen_at, token FROM item \
                    WHERE id >= ?1 ORDER BY id LIMIT ?2";
const INSERT: &str = "INSERT INTO entry (name, email, age, balance, score, active, born_on, seen_at, token) \
                      VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
const UPSERT: &str = "INSERT INTO entry (id, name, email, age, balance, score, active, born_on, seen_at, token) \
                      VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10) \
                      ON CONFLICT (id) DO UPDATE SET name = excluded.name, email = excluded.email, \
                      age = excluded.age, balance = excluded.balance, score = excluded.score, \
                      active = excluded.active, born_on = excluded.born_on, seen_at = excluded.seen_at, \
                      token = excluded.token";
const FIND_ACCOUNT: &str =
    "SELECT id, name, email, age, balance, score, active, born_on, seen_at, token FROM account WHERE id = ?1";
const UPDATE: &str = "UPDATE account SET balance = ?2 WHERE id = ?1";

fn find(connection: &Connection, sql: &str, id: i64) -> Result<Item> {
    Ok(connection.prepare_cached(sql)?.query_row([id], item)?)
}

fn read(connection: &Connection, from: i64, count: i64) -> Result<Vec<Item>> {
    let mut statement = connection.prepare_cached(READ)?;
    Ok(statement
        .query_map([from, count], item)?
        .collect::<rusqlite::Result<_>>()?)
}

fn all(connection: &Connection, table: &str) -> Result<Vec<Item>> {
    let mut statement = connection.prepare(&format!("SELECT {} FROM {table}", columns()))?;
    Ok(statement.query_map([], item)?.collect::<rusqlite::Result<_>>()?)
}

fn insert(connection: &Connection, row: &Item) -> Result<i64> {
    connection.prepare_cached(INSERT)?.execute(params![
        row.name,
        row.email,
        row.age,
        row.balance,
        row.score,
        row.active,
        row.born_on,
        row.seen_at,
        row.token
    ])?;
    Ok(connection.last_insert_rowid())
}

fn update(connection: &Connection, id: i64, balance: i64) -> Result<usize> {
    Ok(connection.prepare_cached(UPDATE)?.execute([id, balance])?)
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
        binds.push(born.to_string().into());
    }
    sql.push_str(" ORDER BY id LIMIT 20");
    (sql, binds)
}

impl Sqlite {
    fn filter(&self, i: u64) -> Result<Vec<Item>> {
        let (sql, binds) = filtered(&search(i));
        let mut statement = self.connection.prepare_cached(&sql)?;
        let rows = statement.query_map(params_from_iter(binds), item)?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    fn include(&self) -> Result<Vec<Parent>> {
        let mut statement = self
            .connection
            .prepare_cached("SELECT id, name FROM author ORDER BY id")?;
        let parent = |cells: &Cells<'_>| {
            Ok(Parent {
                id: cells.get(0)?,
                name: cells.get(1)?,
                books: Vec::new(),
            })
        };
        let mut parents: Vec<Parent> = statement
            .query_map([], parent)?
            .collect::<rusqlite::Result<_>>()?;
        let marks = vec!["?"; parents.len()].join(", ");
        let sql = format!("SELECT id, author_id, title, pages FROM book WHERE author_id IN ({marks})");
        let mut statement = self.connection.prepare_cached(&sql)?;
        let at: HashMap<i64, usize> = parents
            .iter()
            .enumerate()
            .map(|(at, parent)| (parent.id, at))
            .collect();
        let child = |cells: &Cells<'_>| {
            Ok(Child {
                id: cells.get(0)?,
                author_id: cells.get(1)?,
                title: cells.get(2)?,
                pages: cells.get(3)?,
            })
        };
        let ids: Vec<i64> = parents.iter().map(|parent| parent.id).collect();
        for book in statement.query_map(params_from_iter(ids), child)? {
            let book = book?;
            if let Some(at) = at.get(&book.author_id) {
                parents[*at].books.push(book);
            }
        }
        Ok(parents)
    }

    fn transfer(&mut self, i: u64, entry: &Item) -> Result<()> {
        let tx = self
            .connection
            .transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
        let from = find(&tx, FIND_ACCOUNT, account(i))?;
        let to = find(&tx, FIND_ACCOUNT, account(i) + 500)?;
        update(&tx, from.id, from.balance - 1)?;
        update(&tx, to.id, to.balance + 1)?;
        insert(&tx, entry)?;
        tx.commit()?;
        Ok(())
    }

    fn reset(&self) -> Result<()> {
        self.connection.execute_batch(RESET_ENTRY)?;
        Ok(self.connection.execute_batch("UPDATE account SET balance = 0")?)
    }

    fn insert_many(&mut self, rows: &[Item]) -> Result<()> {
        let tx = self
            .connection
            .transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
        for row in rows {
            insert(&tx, row)?;
        }
        Ok(tx.commit()?)
    }

    fn upsert_many(&mut self, rows: &[Item]) -> Result<()> {
        let tx = self
            .connection
            .transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
        let mut statement = tx.prepare_cached(UPSERT)?;
        for row in rows {
            insert_with_key(&mut statement, row)?;
        }
        drop(statement);
        Ok(tx.commit()?)
    }

    fn concurrent(&self, cycles: u64) -> Result<Outcome> {
        let pool = &self.pool;
        threads(cycles, |operation| match operation {
            Operation::Find(id) => pool.read(|connection| Ok(digest!(find(connection, FIND, id)?))),
            Operation::Read(from) => pool.read(|connection| Ok(digests!(read(connection, from, 10)?))),
            Operation::Update { id, balance } => {
                let writer = pool.writer.lock().map_err(|_| "the writer panicked")?;
                Ok(update(&writer, id, balance)? as u64)
            }
        })
    }
}
