//! On SQLite: synchronous, on the caller's thread.

use bench_common::{
    BULK_ROWS, CONNECTIONS, Clock, Contender, Operation, Outcome, RESET_ENTRY, Result, Row, SQLITE_PRAGMAS,
    account as number, balances, digest, digests, entries, items, key, keyless, measure, search, threads,
};
use diesel::connection::{DefaultLoadingMode, SimpleConnection};
use diesel::prelude::*;
use diesel::r2d2::{ConnectionManager, CustomizeConnection, Pool};
use diesel::sqlite::Sqlite;

use crate::model::{Author, Book, Item, NewEntry, account, author, big, book, entry, family, item};

crate::filtered!(Sqlite);

pub fn serve(path: String) -> Result<()> {
    let connection = open(&path)?;
    let manager = ConnectionManager::new(&path);
    let pool = Pool::builder()
        .max_size(CONNECTIONS)
        .test_on_check_out(false)
        .connection_customizer(Box::new(Pragmas))
        .build(manager)?;
    let mut contender = Diesel {
        path,
        connection,
        pool,
    };
    bench_common::serve("diesel 2.3, synchronous", &mut contender)
}

fn open(path: &str) -> Result<SqliteConnection> {
    let mut connection = SqliteConnection::establish(path)?;
    connection.batch_execute(SQLITE_PRAGMAS)?;
    Ok(connection)
}

#[derive(Debug)]
struct Pragmas;

impl CustomizeConnection<SqliteConnection, diesel::r2d2::Error> for Pragmas {
    fn on_acquire(&self, connection: &mut SqliteConnection) -> std::result::Result<(), diesel::r2d2::Error> {
        connection
            .batch_execute(SQLITE_PRAGMAS)
            .map_err(diesel::r2d2::Error::QueryError)
    }
}

struct Diesel {
    path: String,
    connection: SqliteConnection,
    pool: Pool<ConnectionManager<SqliteConnection>>,
}

fn find(connection: &mut SqliteConnection, id: i64) -> QueryResult<Item> {
    item::table.find(id).first(connection)
}

fn read(connection: &mut SqliteConnection, from: i64, count: i64) -> QueryResult<Vec<Item>> {
    item::table
        .filter(item::id.ge(from))
        .order(item::id)
        .limit(count)
        .load(connection)
}

fn insert(connection: &mut SqliteConnection, row: &NewEntry) -> QueryResult<i64> {
    diesel::insert_into(entry::table)
        .values(row)
        .returning(entry::id)
        .get_result(connection)
}

fn update(connection: &mut SqliteConnection, id: i64, balance: i64) -> QueryResult<usize> {
    diesel::update(account::table.find(id))
        .set(account::balance.eq(balance))
        .execute(connection)
}

fn include(connection: &mut SqliteConnection) -> QueryResult<Vec<(Author, Vec<Book>)>> {
    let authors: Vec<Author> = author::table.order(author::id).load(connection)?;
    let books: Vec<Book> = Book::belonging_to(&authors)
        .select(book::all_columns)
        .load(connection)?;
    let books = books.grouped_by(&authors);
    Ok(authors.into_iter().zip(books).collect())
}

fn transfer(connection: &mut SqliteConnection, i: u64, row: &NewEntry) -> QueryResult<()> {
    connection.immediate_transaction(|connection| {
        let from: Item = account::table.find(number(i)).first(connection)?;
        let to: Item = account::table.find(number(i) + 500).first(connection)?;
        update(connection, from.id, from.balance - 1)?;
        update(connection, to.id, to.balance + 1)?;
        insert(connection, row)?;
        Ok(())
    })
}

fn upsert_many(connection: &mut SqliteConnection, rows: &[Item]) -> QueryResult<()> {
    connection.immediate_transaction(|connection| {
        for row in rows {
            diesel::insert_into(entry::table)
                .values(row)
                .on_conflict(entry::id)
                .do_update()
                .set(crate::overwritten!())
                .execute(connection)?;
        }
        Ok(())
    })
}

fn reset(connection: &mut SqliteConnection) -> QueryResult<()> {
    connection.batch_execute(RESET_ENTRY)?;
    diesel::update(account::table)
        .set(account::balance.eq(0))
        .execute(connection)?;
    Ok(())
}

impl Contender for Diesel {
    fn run(&mut self, row: Row, cycles: u64) -> Result<std::result::Result<Outcome, String>> {
        let each = row.cycle();
        let connection = &mut self.connection;
        let mut clock = Clock::new();
        Ok(Ok(match row {
            Row::Find => measure!(
                cycles,
                each,
                |i| find(connection, key(i, 10_000))?,
                |item| digest!(item)
            ),
            Row::Read10 => {
                measure!(
                    cycles,
                    each,
                    |i| read(connection, key(i, 9_000), 10)?,
                    |items| digests!(items)
                )
            }
            Row::Read1000 => measure!(
                cycles,
                each,
                |_i| read(connection, 4_000, 1_000)?,
                |items| digests!(items)
            ),
            Row::Read10000 => measure!(cycles, each, |_i| read(connection, 1, 10_000)?, |items| digests!(
                items
            )),
            Row::Filter => measure!(
                cycles,
                each,
                |i| filtered(&search(i)).load::<Item>(connection)?,
                |items| digests!(items)
            ),
            Row::Include => measure!(cycles, each, |_i| include(connection)?, |parents| family(parents)),
            Row::StartUp => {
                let mut checksum = 0_u64;
                for _ in 0..cycles {
                    clock.go();
                    let mut connection = open(&self.path)?;
                    let item = find(&mut connection, 7)?;
                    clock.halt();
                    checksum = checksum.wrapping_add(digest!(item));
                }
                Outcome::new(&clock, checksum)
            }
            Row::ToSql => measure!(
                cycles,
                each,
                |i| diesel::debug_query::<Sqlite, _>(&filtered(&search(i))).to_string(),
                |sql| {
                    assert!(sql.len() > 50);
                    5
                }
            ),
            Row::Concurrent => threads(cycles, |operation| {
                let connection = &mut *self.pool.get()?;
                Ok(match operation {
                    Operation::Find(id) => digest!(find(connection, id)?),
                    Operation::Read(from) => digests!(read(connection, from, 10)?),
                    Operation::Update { id, balance } => update(connection, id, balance)? as u64,
                })
            })?,
            Row::InsertOne => {
                reset(connection)?;
                for _ in 0..cycles {
                    let rows: Vec<NewEntry> = entries(each).map(NewEntry::from).collect();
                    clock.go();
                    for row in rows {
                        insert(connection, &row)?;
                    }
                    clock.halt();
                }
                Outcome::new(&clock, keyless!(entry::table.load::<Item>(connection)?))
            }
            Row::InsertMany => {
                reset(connection)?;
                for _ in 0..cycles {
                    let rows: Vec<NewEntry> = entries(10_000).map(NewEntry::from).collect();
                    clock.go();
                    diesel::insert_into(entry::table)
                        .values(&rows)
                        .execute(connection)?;
                    clock.halt();
                }
                Outcome::new(&clock, keyless!(entry::table.load::<Item>(connection)?))
            }
            Row::BulkLoad => {
                reset(connection)?;
                for _ in 0..cycles {
                    let rows: Vec<NewEntry> = entries(BULK_ROWS).map(NewEntry::from).collect();
                    clock.go();
                    diesel::insert_into(entry::table)
                        .values(&rows)
                        .execute(connection)?;
                    clock.halt();
                }
                Outcome::new(&clock, keyless!(entry::table.load::<Item>(connection)?))
            }
            Row::UpdateOne => {
                reset(connection)?;
                let mut rows: Vec<Item> = (0..each)
                    .map(|i| account::table.find(number(i)).first(connection))
                    .collect::<QueryResult<_>>()?;
                for _ in 0..cycles {
                    clock.go();
                    for row in &mut rows {
                        row.balance += 1;
                        update(connection, row.id, row.balance)?;
                    }
                    clock.halt();
                }
                Outcome::new(&clock, balances!(account::table.load::<Item>(connection)?))
            }
            Row::UpsertMany => {
                let mut checksum = 0_u64;
                for _ in 0..cycles {
                    reset(connection)?;
                    let mut rows: Vec<Item> = items().map(Item::from).collect();
                    upsert_many(connection, &rows[..5_000])?;
                    rows.iter_mut().for_each(|row| row.age += 1);
                    clock.go();
                    upsert_many(connection, &rows)?;
                    clock.halt();
                    checksum = checksum.wrapping_add(digests!(entry::table.load::<Item>(connection)?));
                }
                Outcome::new(&clock, checksum)
            }
            Row::Transaction => {
                reset(connection)?;
                for _ in 0..cycles {
                    let rows: Vec<NewEntry> = entries(each).map(NewEntry::from).collect();
                    clock.go();
                    for (i, row) in rows.iter().enumerate() {
                        transfer(connection, i as u64, row)?;
                    }
                    clock.halt();
                }
                let balances = balances!(account::table.load::<Item>(connection)?);
                Outcome::new(
                    &clock,
                    balances.wrapping_add(keyless!(entry::table.load::<Item>(connection)?)),
                )
            }
            Row::Stream => {
                let mut checksum = 0_u64;
                for _ in 0..cycles {
                    clock.go();
                    for item in big::table.load_iter::<Item, DefaultLoadingMode>(connection)? {
                        checksum = checksum.wrapping_add(digest!(item?));
                    }
                    clock.halt();
                }
                Outcome::new(&clock, checksum)
            }
        }))
    }
}
