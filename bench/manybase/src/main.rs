//! Manybase.

mod model;

use bench_common::{
    Arguments, BULK_ROWS, CONNECTIONS, Clock, Contender, Database, Operation, Outcome, RESET_ENTRY, Result,
    Row, Search, account, balances, digest, digests, entries, items, key, keyless, measure, runtime, search,
    tasks,
};
use manybase::prelude::*;
use manybase::{ConnectionConfig, Dialect};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use tokio::runtime::Runtime;

use model::{Account, Author, Big, Entry, Item, family};

fn main() -> Result<()> {
    let Arguments { database, url } = Arguments::read()?;
    let url = match database {
        Database::Sqlite => format!("sqlite:{url}"),
        Database::Postgres | Database::Mariadb => url,
    };
    let runtime = runtime()?;
    let db = runtime.block_on(open(&url))?;
    // It dials when it is used first, and the others have done so by now.
    runtime.block_on(db.connection("main")?.ping())?;
    let version = format!("manybase {}", env!("CARGO_PKG_VERSION"));
    bench_common::serve(&version, &mut Manybase { runtime, db, url })
}

async fn open(url: &str) -> Result<Db> {
    let config = ConnectionConfig::from_url(url)?.max_connections(CONNECTIONS as usize);
    Ok(Db::builder().connection("main", config).open().await?)
}

struct Manybase {
    runtime: Runtime,
    db: Db,
    url: String,
}

impl Contender for Manybase {
    fn run(&mut self, row: Row, cycles: u64) -> Result<std::result::Result<Outcome, String>> {
        // As a task, because that is where queries run in a server.
        let run = run(self.db.clone(), self.url.clone(), row, cycles);
        self.runtime.block_on(self.runtime.spawn(run))?.map(Ok)
    }
}

async fn run(db: Db, url: String, row: Row, cycles: u64) -> Result<Outcome> {
    let db = &db;
    let each = row.cycle();
    let mut clock = Clock::new();
    Ok(match row {
        Row::Find => measure!(
            cycles,
            each,
            |i| Item::find(key(i, 10_000)).one(db).await?,
            |item| digest!(**item)
        ),
        Row::Read10 => measure!(
            cycles,
            each,
            |i| read(db, key(i, 9_000), 10).await?,
            |items| digests!(items)
        ),
        Row::Read1000 => measure!(
            cycles,
            each,
            |_i| read(db, 4_000, 1_000).await?,
            |items| digests!(items)
        ),
        Row::Read10000 => measure!(cycles, each, |_i| read(db, 1, 10_000).await?, |items| digests!(
            items
        )),
        Row::Filter => measure!(
            cycles,
            each,
            |i| filtered(&search(i)).all(db).await?,
            |items| digests!(items)
        ),
        Row::Include => {
            let parents = || Author::query().include(|author| author.books);
            measure!(cycles, each, |_i| parents().all(db).await?, |authors| family(
                authors
            )?)
        }
        Row::StartUp => {
            let mut checksum = 0_u64;
            for _ in 0..cycles {
                bench_common::rest(&url).await;
                clock.go();
                let db = open(&url).await?;
                let item = Item::find(7).one(&db).await?;
                clock.halt();
                checksum = checksum.wrapping_add(digest!(*item));
                db.close().await?;
            }
            Outcome::new(&clock, checksum)
        }
        Row::ToSql => {
            let dialect: &dyn Dialect = db.connection("main")?.dialect();
            measure!(cycles, each, |i| filtered(&search(i)).to_sql(dialect)?, |sql| {
                // Not all databases bind the limit too.
                sql.binds.len() as u64 - u64::from(!dialect.capability().limit_in_text)
            })
        }
        Row::Concurrent => {
            let db = db.clone();
            tasks(cycles, move |operation| one_of_many(db.clone(), operation)).await?
        }
        Row::InsertOne => {
            reset(db).await?;
            for _ in 0..cycles {
                let rows: Vec<Entry> = entries(each).map(Entry::from).collect();
                clock.go();
                for row in rows {
                    row.insert(db).await?;
                }
                clock.halt();
            }
            Outcome::new(&clock, keyless!(Entry::query().all(db).await?))
        }
        Row::InsertMany => {
            reset(db).await?;
            for _ in 0..cycles {
                let rows: Vec<Entry> = entries(10_000).map(Entry::from).collect();
                clock.go();
                Entry::insert_many(rows, db).await?;
                clock.halt();
            }
            Outcome::new(&clock, keyless!(Entry::query().all(db).await?))
        }
        Row::BulkLoad => {
            reset(db).await?;
            for _ in 0..cycles {
                let rows: Vec<Entry> = entries(BULK_ROWS).map(Entry::from).collect();
                clock.go();
                Entry::bulk_load_all(rows).exec(db).await?;
                clock.halt();
            }
            Outcome::new(&clock, keyless!(Entry::query().all(db).await?))
        }
        Row::UpsertMany => {
            let mut checksum = 0_u64;
            for _ in 0..cycles {
                reset(db).await?;
                let mut rows: Vec<Entry> = items().map(Entry::with_key).collect();
                Entry::upsert_many(rows[..5_000].to_vec()).exec(db).await?;
                rows.iter_mut().for_each(|row| row.age += 1);
                clock.go();
                Entry::upsert_many(rows).exec(db).await?;
                clock.halt();
                let all = Entry::query().all(db).await?;
                checksum = checksum.wrapping_add(digests!(all));
            }
            Outcome::new(&clock, checksum)
        }
        Row::UpdateOne => {
            reset(db).await?;
            let mut rows = Vec::new();
            for i in 0..each {
                rows.push(Account::find(account(i)).one(db).await?);
            }
            for _ in 0..cycles {
                clock.go();
                for row in &mut rows {
                    row.balance += 1;
                    row.save(db).await?;
                }
                clock.halt();
            }
            Outcome::new(&clock, balances!(Account::query().all(db).await?))
        }
        Row::Transaction => {
            reset(db).await?;
            for _ in 0..cycles {
                let rows: Vec<Entry> = entries(each).map(Entry::from).collect();
                clock.go();
                for (i, row) in rows.into_iter().enumerate() {
                    transfer(db, i as u64, row).await?;
                }
                clock.halt();
            }
            let balances = balances!(Account::query().all(db).await?);
            Outcome::new(
                &clock,
                balances.wrapping_add(keyless!(Entry::query().all(db).await?)),
            )
        }
        Row::Stream => {
            let checksum = Arc::new(AtomicU64::new(0));
            for _ in 0..cycles {
                let sum = checksum.clone();
                clock.go();
                let add = move |item: Rec<Big>| {
                    sum.fetch_add(digest!(*item), Ordering::Relaxed);
                    Ok(())
                };
                Big::query().for_each(db, add).await?;
                clock.halt();
            }
            Outcome::new(&clock, checksum.load(Ordering::Relaxed))
        }
    })
}

async fn read(db: &Db, from: i64, count: u64) -> manybase::Result<Vec<Rec<Item>>> {
    Item::filter(|c| c.id.ge(from))
        .order_by(|c| c.id.asc())
        .limit(count)
        .all(db)
        .await
}

fn filtered(search: &Search) -> Query<Item> {
    Item::query()
        .filter_if(search.age_from, |c, age| c.age.ge(age))
        .filter_if(search.active, |c, active| c.active.eq(active))
        .filter_if(search.balance_below, |c, balance| c.balance.lt(balance))
        .filter_if(search.score_above, |c, score| c.score.gt(score))
        .filter_if(search.born_from(), |c, born| c.born_on.ge(born))
        .order_by(|c| c.id.asc())
        .limit(20)
}

async fn transfer(db: &Db, i: u64, entry: Entry) -> manybase::Result<()> {
    db.transaction(async |tx| {
        let mut from = Account::find(account(i)).one(tx).await?;
        let mut to = Account::find(account(i) + 500).one(tx).await?;
        from.balance -= 1;
        to.balance += 1;
        from.save(tx).await?;
        to.save(tx).await?;
        entry.insert(tx).await?;
        Ok(())
    })
    .await
}

async fn one_of_many(db: Db, operation: Operation) -> Result<u64> {
    Ok(match operation {
        Operation::Find(id) => digest!(*Item::find(id).one(&db).await?),
        Operation::Read(from) => digests!(read(&db, from, 10).await?),
        Operation::Update { id, balance } => {
            Account::filter(|c| c.id.eq(id))
                .update(&db, |c| c.balance.set(balance))
                .await?
        }
    })
}

async fn reset(db: &Db) -> Result<()> {
    sql(RESET_ENTRY).execute(db).await?;
    Account::query().update(db, |c| c.balance.set(0)).await?;
    Ok(())
}
