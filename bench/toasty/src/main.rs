//! Toasty.

mod model;

use bench_common::{
    Arguments, BULK_ROWS, CONNECTIONS, Clock, Contender, Database, Operation, Outcome, RESET_ENTRY, Result,
    Row, Search, account as number, balances, digest, digests, entries, items, key, keyless, measure,
    runtime, search, tasks,
};
use toasty::Db;
use tokio::runtime::Runtime;

use model::{Account, Author, Entry, Item, family};

fn main() -> Result<()> {
    let Arguments { database, url } = Arguments::read()?;
    let url = match database {
        Database::Sqlite => format!("sqlite:{url}"),
        Database::Postgres => url.replacen("postgres://", "postgresql://", 1),
        Database::Mariadb => url.replacen("mysql://", "mariadb://", 1),
    };
    let runtime = runtime()?;
    let db = runtime.block_on(async {
        let db = open(&url).await?;
        if database == Database::Sqlite {
            settle(&db).await?;
        }
        Result::Ok(db)
    })?;
    bench_common::serve(
        "toasty 0.11",
        &mut Toasty {
            runtime,
            db,
            url,
            database,
        },
    )
}

async fn open(url: &str) -> toasty::Result<Db> {
    Db::builder()
        .models(toasty::models!(crate::*))
        .max_pool_size(CONNECTIONS as usize)
        .connect(url)
        .await
}

/// Toasty has no setting for it, so every connection of the pool is told.
async fn settle(db: &Db) -> toasty::Result<()> {
    let mut all = Vec::new();
    for _ in 0..CONNECTIONS {
        let mut connection = db.connection().await?;
        toasty::sql::statement("PRAGMA synchronous = NORMAL")
            .exec(&mut connection)
            .await?;
        all.push(connection);
    }
    Ok(())
}

struct Toasty {
    runtime: Runtime,
    db: Db,
    url: String,
    database: Database,
}

impl Contender for Toasty {
    fn run(&mut self, row: Row, cycles: u64) -> Result<std::result::Result<Outcome, String>> {
        match row {
            Row::Stream => return Ok(Err("Toasty has pages, but no streams".into())),
            Row::ToSql => return Ok(Err("Toasty does not give out its SQL".into())),
            Row::UpsertMany if self.database == Database::Mariadb => {
                return Ok(Err("Toasty has no upsert on MySQL".into()));
            }
            _ => {}
        }
        // As a task, because that is where queries run in a server.
        let run = run(self.db.clone(), self.url.clone(), row, cycles);
        self.runtime.block_on(self.runtime.spawn(run))?.map(Ok)
    }
}

async fn run(mut db: Db, url: String, row: Row, cycles: u64) -> Result<Outcome> {
    let db = &mut db;
    let each = row.cycle();
    let mut clock = Clock::new();
    Ok(match row {
        Row::Find => {
            measure!(
                cycles,
                each,
                |i| Item::get_by_id(db, key(i, 10_000)).await?,
                |item| digest!(item)
            )
        }
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
            |i| filtered(db, &search(i)).await?,
            |items| digests!(items)
        ),
        Row::Include => {
            let parents = || Author::all().include(Author::fields().books());
            measure!(cycles, each, |_i| parents().exec(db).await?, |authors| family(
                authors
            ))
        }
        Row::StartUp => {
            let mut checksum = 0_u64;
            for _ in 0..cycles {
                bench_common::rest(&url).await;
                clock.go();
                let mut db = open(&url).await?;
                let item = Item::get_by_id(&mut db, 7).await?;
                clock.halt();
                checksum = checksum.wrapping_add(digest!(item));
            }
            Outcome::new(&clock, checksum)
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
                    without_key(row).exec(db).await?;
                }
                clock.halt();
            }
            Outcome::new(&clock, keyless!(Entry::all().exec(db).await?))
        }
        Row::InsertMany => {
            reset(db).await?;
            for _ in 0..cycles {
                let rows: Vec<Entry> = entries(10_000).map(Entry::from).collect();
                clock.go();
                insert_many(db, rows).await?;
                clock.halt();
            }
            Outcome::new(&clock, keyless!(Entry::all().exec(db).await?))
        }
        Row::BulkLoad => {
            reset(db).await?;
            for _ in 0..cycles {
                let rows: Vec<Entry> = entries(BULK_ROWS).map(Entry::from).collect();
                clock.go();
                insert_many(db, rows).await?;
                clock.halt();
            }
            Outcome::new(&clock, keyless!(Entry::all().exec(db).await?))
        }
        Row::UpdateOne => {
            reset(db).await?;
            let mut rows = Vec::new();
            for i in 0..each {
                rows.push(Account::get_by_id(db, number(i)).await?);
            }
            for _ in 0..cycles {
                clock.go();
                for row in &mut rows {
                    let balance = row.balance + 1;
                    row.update().balance(balance).exec(db).await?;
                }
                clock.halt();
            }
            Outcome::new(&clock, balances!(Account::all().exec(db).await?))
        }
        Row::UpsertMany => {
            let mut checksum = 0_u64;
            for _ in 0..cycles {
                reset(db).await?;
                let mut rows: Vec<Entry> = items().map(Entry::from).collect();
                upsert_many(db, rows[..5_000].to_vec()).await?;
                rows.iter_mut().for_each(|row| row.age += 1);
                clock.go();
                upsert_many(db, rows).await?;
                clock.halt();
                checksum = checksum.wrapping_add(digests!(Entry::all().exec(db).await?));
            }
            Outcome::new(&clock, checksum)
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
            let balances = balances!(Account::all().exec(db).await?);
            Outcome::new(
                &clock,
                balances.wrapping_add(keyless!(Entry::all().exec(db).await?)),
            )
        }
        Row::Stream | Row::ToSql => return Err("answered before".into()),
    })
}

async fn read(db: &mut Db, from: i64, count: usize) -> toasty::Result<Vec<Item>> {
    Item::filter(Item::fields().id().ge(from))
        .order_by(Item::fields().id().asc())
        .limit(count)
        .exec(db)
        .await
}

async fn filtered(db: &mut Db, search: &Search) -> toasty::Result<Vec<Item>> {
    let fields = Item::fields();
    let mut query = Item::all();
    if let Some(age) = search.age_from {
        query = query.filter(fields.age().ge(age));
    }
    if let Some(active) = search.active {
        query = query.filter(fields.active().eq(active));
    }
    if let Some(balance) = search.balance_below {
        query = query.filter(fields.balance().lt(balance));
    }
    if let Some(score) = search.score_above {
        query = query.filter(fields.score().gt(score));
    }
    if let Some(born) = search.jiff_born_from() {
        query = query.filter(fields.born_on().ge(born));
    }
    query.order_by(fields.id().asc()).limit(20).exec(db).await
}

async fn transfer(db: &mut Db, i: u64, row: Entry) -> toasty::Result<()> {
    let mut tx = db.transaction().await?;
    let mut from = Account::get_by_id(&mut tx, number(i)).await?;
    let mut to = Account::get_by_id(&mut tx, number(i) + 500).await?;
    let (less, more) = (from.balance - 1, to.balance + 1);
    from.update().balance(less).exec(&mut tx).await?;
    to.update().balance(more).exec(&mut tx).await?;
    without_key(row).exec(&mut tx).await?;
    tx.commit().await
}

fn without_key(row: Entry) -> <Entry as toasty::schema::Model>::Create {
    Entry::create()
        .name(row.name)
        .email(row.email)
        .age(row.age)
        .balance(row.balance)
        .score(row.score)
        .active(row.active)
        .born_on(row.born_on)
        .seen_at(row.seen_at)
        .token(row.token)
}

/// So many that the values of a statement stay below what SQLite takes.
const CHUNK: usize = 1_000;

async fn insert_many(db: &mut Db, rows: Vec<Entry>) -> toasty::Result<()> {
    let mut tx = db.transaction().await?;
    let mut rows = rows.into_iter().peekable();
    while rows.peek().is_some() {
        let many = rows
            .by_ref()
            .take(CHUNK)
            .fold(Entry::create_many(), |many, row| many.item(without_key(row)));
        many.exec(&mut tx).await?;
    }
    tx.commit().await
}

/// One at a time: there is no upsert of many.
async fn upsert_many(db: &mut Db, rows: Vec<Entry>) -> toasty::Result<()> {
    let mut tx = db.transaction().await?;
    for row in rows {
        Entry::upsert_by_id(row.id)
            .name(row.name)
            .email(row.email)
            .age(row.age)
            .balance(row.balance)
            .score(row.score)
            .active(row.active)
            .born_on(row.born_on)
            .seen_at(row.seen_at)
            .token(row.token)
            .exec(&mut tx)
            .await?;
    }
    tx.commit().await
}

async fn one_of_many(mut db: Db, operation: Operation) -> Result<u64> {
    Ok(match operation {
        Operation::Find(id) => digest!(Item::get_by_id(&mut db, id).await?),
        Operation::Read(from) => digests!(read(&mut db, from, 10).await?),
        Operation::Update { id, balance } => {
            Account::filter_by_id(id)
                .update()
                .balance(balance)
                .exec(&mut db)
                .await?;
            1
        }
    })
}

async fn reset(db: &mut Db) -> Result<()> {
    toasty::sql::statement(RESET_ENTRY).exec(db).await?;
    toasty::sql::statement("UPDATE account SET balance = 0")
        .exec(db)
        .await?;
    Ok(())
}
