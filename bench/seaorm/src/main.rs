//! SeaORM.

mod model;

use std::time::Duration;

use bench_common::{
    Arguments, BULK_ROWS, CONNECTIONS, Clock, Contender, Database as Server, Operation, Outcome, RESET_ENTRY,
    Result, Row, Search, account as number, balances, digest, digests, entries, items, key, keyless, measure,
    runtime, search, tasks,
};
use futures_util::TryStreamExt;
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::sqlx::sqlite::SqliteSynchronous;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, ConnectOptions, ConnectionTrait, Database, DatabaseConnection,
    DbErr, EntityTrait, IntoActiveModel, LoaderTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait,
    Select, Set, SqliteTransactionMode, TransactionOptions, TransactionTrait,
};
use tokio::runtime::Runtime;

use model::{account, author, big, book, entry, family, item, without_key};

fn main() -> Result<()> {
    let Arguments { database, url } = Arguments::read()?;
    let url = match database {
        Server::Sqlite => format!("sqlite://{url}?mode=rw"),
        Server::Postgres | Server::Mariadb => url,
    };
    let runtime = runtime()?;
    let db = runtime.block_on(open(&url))?;
    bench_common::serve("sea-orm 2.0.4", &mut SeaOrm { runtime, db, url })
}

async fn open(url: &str) -> std::result::Result<DatabaseConnection, DbErr> {
    let mut options = ConnectOptions::new(url);
    options
        .max_connections(CONNECTIONS)
        .sqlx_logging(false)
        .map_sqlx_sqlite_opts(|options| {
            options
                .synchronous(SqliteSynchronous::Normal)
                .busy_timeout(Duration::from_secs(10))
        });
    Database::connect(options).await
}

struct SeaOrm {
    runtime: Runtime,
    db: DatabaseConnection,
    url: String,
}

impl Contender for SeaOrm {
    fn run(&mut self, row: Row, cycles: u64) -> Result<std::result::Result<Outcome, String>> {
        // As a task, because that is where queries run in a server.
        let run = run(self.db.clone(), self.url.clone(), row, cycles);
        self.runtime.block_on(self.runtime.spawn(run))?.map(Ok)
    }
}

async fn run(db: DatabaseConnection, url: String, row: Row, cycles: u64) -> Result<Outcome> {
    let db = &db;
    let each = row.cycle();
    let mut clock = Clock::new();
    Ok(match row {
        Row::Find => measure!(cycles, each, |i| find(db, key(i, 10_000)).await?, |item| digest!(
            item
        )),
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
        Row::Include => measure!(cycles, each, |_i| include(db).await?, |parents| family(parents)),
        Row::StartUp => {
            let mut checksum = 0_u64;
            for _ in 0..cycles {
                bench_common::rest(&url).await;
                clock.go();
                let db = open(&url).await?;
                let item = find(&db, 7).await?;
                clock.halt();
                checksum = checksum.wrapping_add(digest!(item));
                db.close().await?;
            }
            Outcome::new(&clock, checksum)
        }
        Row::ToSql => {
            let backend = db.get_database_backend();
            measure!(
                cycles,
                each,
                |i| filtered(&search(i)).build(backend),
                |statement| {
                    // The limit is bound too.
                    statement
                        .values
                        .iter()
                        .map(|values| values.iter().count() as u64)
                        .sum::<u64>()
                        - 1
                }
            )
        }
        Row::Concurrent => {
            let db = db.clone();
            tasks(cycles, move |operation| one_of_many(db.clone(), operation)).await?
        }
        Row::InsertOne => {
            reset(db).await?;
            for _ in 0..cycles {
                let rows: Vec<entry::Model> = entries(each).map(entry::Model::from).collect();
                clock.go();
                for row in rows {
                    without_key(row).insert(db).await?;
                }
                clock.halt();
            }
            Outcome::new(&clock, keyless!(entry::Entity::find().all(db).await?))
        }
        Row::InsertMany => {
            reset(db).await?;
            for _ in 0..cycles {
                let rows: Vec<entry::Model> = entries(10_000).map(entry::Model::from).collect();
                clock.go();
                insert_many(db, rows).await?;
                clock.halt();
            }
            Outcome::new(&clock, keyless!(entry::Entity::find().all(db).await?))
        }
        Row::BulkLoad => {
            reset(db).await?;
            for _ in 0..cycles {
                let rows: Vec<entry::Model> = entries(BULK_ROWS).map(entry::Model::from).collect();
                clock.go();
                insert_many(db, rows).await?;
                clock.halt();
            }
            Outcome::new(&clock, keyless!(entry::Entity::find().all(db).await?))
        }
        Row::UpdateOne => {
            reset(db).await?;
            let mut rows = Vec::new();
            for i in 0..each {
                rows.push(
                    account::Entity::find_by_id(number(i))
                        .one(db)
                        .await?
                        .ok_or("no such account")?,
                );
            }
            for _ in 0..cycles {
                clock.go();
                for row in &mut rows {
                    let balance = row.balance + 1;
                    let mut changed = row.clone().into_active_model();
                    changed.balance = Set(balance);
                    *row = changed.update(db).await?;
                }
                clock.halt();
            }
            Outcome::new(&clock, balances!(account::Entity::find().all(db).await?))
        }
        Row::UpsertMany => {
            let mut checksum = 0_u64;
            for _ in 0..cycles {
                reset(db).await?;
                let mut rows: Vec<entry::Model> = items().map(entry::Model::from).collect();
                upsert_many(db, rows[..5_000].to_vec()).await?;
                rows.iter_mut().for_each(|row| row.age += 1);
                clock.go();
                upsert_many(db, rows).await?;
                clock.halt();
                checksum = checksum.wrapping_add(digests!(entry::Entity::find().all(db).await?));
            }
            Outcome::new(&clock, checksum)
        }
        Row::Transaction => {
            reset(db).await?;
            for _ in 0..cycles {
                let rows: Vec<entry::Model> = entries(each).map(entry::Model::from).collect();
                clock.go();
                for (i, row) in rows.into_iter().enumerate() {
                    transfer(db, i as u64, row).await?;
                }
                clock.halt();
            }
            let balances = balances!(account::Entity::find().all(db).await?);
            Outcome::new(
                &clock,
                balances.wrapping_add(keyless!(entry::Entity::find().all(db).await?)),
            )
        }
        Row::Stream => {
            let mut checksum = 0_u64;
            for _ in 0..cycles {
                clock.go();
                let mut rows = big::Entity::find().stream(db).await?;
                while let Some(item) = rows.try_next().await? {
                    checksum = checksum.wrapping_add(digest!(item));
                }
                clock.halt();
            }
            Outcome::new(&clock, checksum)
        }
    })
}

async fn find(db: &DatabaseConnection, id: i64) -> Result<item::Model> {
    Ok(item::Entity::find_by_id(id)
        .one(db)
        .await?
        .ok_or("no such item")?)
}

async fn read(
    db: &DatabaseConnection,
    from: i64,
    count: u64,
) -> std::result::Result<Vec<item::Model>, DbErr> {
    item::Entity::find()
        .filter(item::Column::Id.gte(from))
        .order_by_asc(item::Column::Id)
        .limit(count)
        .all(db)
        .await
}

fn filtered(search: &Search) -> Select<item::Entity> {
    let conditions = Condition::all()
        .add_option(search.age_from.map(|age| item::Column::Age.gte(age)))
        .add_option(search.active.map(|active| item::Column::Active.eq(active)))
        .add_option(
            search
                .balance_below
                .map(|balance| item::Column::Balance.lt(balance)),
        )
        .add_option(search.score_above.map(|score| item::Column::Score.gt(score)))
        .add_option(search.born_from().map(|born| item::Column::BornOn.gte(born)));
    item::Entity::find()
        .filter(conditions)
        .order_by_asc(item::Column::Id)
        .limit(20)
}

/// Two queries, as SeaORM's guide advises for one to many.
async fn include(db: &DatabaseConnection) -> Result<Vec<(author::Model, Vec<book::Model>)>> {
    let authors = author::Entity::find()
        .order_by_asc(author::Column::Id)
        .all(db)
        .await?;
    let books = authors.load_many(book::Entity, db).await?;
    Ok(authors.into_iter().zip(books).collect())
}

/// Writers have to say so on SQLite, else two of them may fail.
async fn begin(db: &DatabaseConnection) -> std::result::Result<sea_orm::DatabaseTransaction, DbErr> {
    let sqlite_transaction_mode = Some(SqliteTransactionMode::Immediate);
    db.begin_with_options(TransactionOptions {
        sqlite_transaction_mode,
        ..Default::default()
    })
    .await
}

async fn transfer(db: &DatabaseConnection, i: u64, row: entry::Model) -> Result<()> {
    let tx = begin(db).await?;
    let from = account::Entity::find_by_id(number(i))
        .one(&tx)
        .await?
        .ok_or("no such account")?;
    let to = account::Entity::find_by_id(number(i) + 500)
        .one(&tx)
        .await?
        .ok_or("no such account")?;
    let (less, more) = (from.balance - 1, to.balance + 1);
    let (mut from, mut to) = (from.into_active_model(), to.into_active_model());
    from.balance = Set(less);
    to.balance = Set(more);
    from.update(&tx).await?;
    to.update(&tx).await?;
    without_key(row).insert(&tx).await?;
    Ok(tx.commit().await?)
}

/// So many that the values of a statement stay below what SQLite takes.
const CHUNK: usize = 1_000;

async fn insert_many(db: &DatabaseConnection, rows: Vec<entry::Model>) -> Result<()> {
    let tx = begin(db).await?;
    let mut rows = rows.into_iter();
    loop {
        let chunk: Vec<_> = rows.by_ref().take(CHUNK).map(without_key).collect();
        if chunk.is_empty() {
            return Ok(tx.commit().await?);
        }
        entry::Entity::insert_many(chunk)
            .exec_without_returning(&tx)
            .await?;
    }
}

async fn upsert_many(db: &DatabaseConnection, rows: Vec<entry::Model>) -> Result<()> {
    use entry::Column::{Active, Age, Balance, BornOn, Email, Id, Name, Score, SeenAt, Token};
    let tx = begin(db).await?;
    let mut rows = rows.into_iter();
    loop {
        let chunk: Vec<_> = rows
            .by_ref()
            .take(CHUNK)
            .map(|row| without_key_but(row))
            .collect();
        if chunk.is_empty() {
            return Ok(tx.commit().await?);
        }
        let all = [Name, Email, Age, Balance, Score, Active, BornOn, SeenAt, Token];
        entry::Entity::insert_many(chunk)
            .on_conflict(OnConflict::column(Id).update_columns(all).to_owned())
            .exec_without_returning(&tx)
            .await?;
    }
}

fn without_key_but(row: entry::Model) -> entry::ActiveModel {
    let id = row.id;
    entry::ActiveModel {
        id: Set(id),
        ..without_key(row)
    }
}

async fn one_of_many(db: DatabaseConnection, operation: Operation) -> Result<u64> {
    Ok(match operation {
        Operation::Find(id) => digest!(find(&db, id).await?),
        Operation::Read(from) => digests!(read(&db, from, 10).await?),
        Operation::Update { id, balance } => {
            let update = account::Entity::update_many()
                .col_expr(account::Column::Balance, Expr::value(balance))
                .filter(account::Column::Id.eq(id));
            update.exec(&db).await?.rows_affected
        }
    })
}

async fn reset(db: &DatabaseConnection) -> Result<()> {
    db.execute_unprepared(RESET_ENTRY).await?;
    db.execute_unprepared("UPDATE account SET balance = 0").await?;
    Ok(())
}
