//! On servers: diesel-async. What is the same for both but for the types.

macro_rules! contender {
    ($connection:ty, $backend:ty, $version:literal) => {
        use bench_common::{
            BULK_ROWS, CONNECTIONS, Clock, Contender, Operation, Outcome, RESET_ENTRY, Result, Row,
            account as number, balances, digest, digests, entries, items, key, keyless, measure, runtime,
            search, tasks,
        };
        use diesel::prelude::{BelongingToDsl, ExpressionMethods, GroupedBy, QueryDsl, QueryResult};
        use diesel_async::pooled_connection::AsyncDieselConnectionManager;
        use diesel_async::pooled_connection::deadpool::Pool;
        use diesel_async::{AsyncConnection, RunQueryDsl, SimpleAsyncConnection};
        use futures_util::TryStreamExt;
        use tokio::runtime::Runtime;

        use crate::model::{Author, Book, Item, NewEntry, account, author, big, book, entry, family, item};

        crate::filtered!($backend);

        pub fn serve(url: String) -> Result<()> {
            let runtime = runtime()?;
            let (connection, pool) = runtime.block_on(async {
                let manager = AsyncDieselConnectionManager::<$connection>::new(&url);
                let pool = Pool::builder(manager)
                    .max_size(CONNECTIONS as usize)
                    .build()?;
                Result::Ok((<$connection>::establish(&url).await?, pool))
            })?;
            let mut contender = Diesel {
                runtime,
                connection: Some(connection),
                pool,
                url,
            };
            bench_common::serve($version, &mut contender)
        }

        struct Diesel {
            runtime: Runtime,
            connection: Option<$connection>,
            pool: Pool<$connection>,
            url: String,
        }

        impl Contender for Diesel {
            fn run(&mut self, row: Row, cycles: u64) -> Result<std::result::Result<Outcome, String>> {
                let mut connection = self.connection.take().ok_or("the connection is lost")?;
                let (pool, url) = (self.pool.clone(), self.url.clone());
                // As a task, because that is where queries run in a server.
                let task = self.runtime.spawn(async move {
                    let result = run(&mut connection, pool, url, row, cycles).await;
                    (connection, result)
                });
                let (connection, result) = self.runtime.block_on(task)?;
                self.connection = Some(connection);
                result.map(Ok)
            }
        }

        async fn run(
            connection: &mut $connection,
            pool: Pool<$connection>,
            url: String,
            row: Row,
            cycles: u64,
        ) -> Result<Outcome> {
            let each = row.cycle();
            let mut clock = Clock::new();
            Ok(match row {
                Row::Find => {
                    measure!(
                        cycles,
                        each,
                        |i| find(connection, key(i, 10_000)).await?,
                        |item| digest!(item)
                    )
                }
                Row::Read10 => measure!(
                    cycles,
                    each,
                    |i| read(connection, key(i, 9_000), 10).await?,
                    |items| digests!(items)
                ),
                Row::Read1000 => {
                    measure!(
                        cycles,
                        each,
                        |_i| read(connection, 4_000, 1_000).await?,
                        |items| digests!(items)
                    )
                }
                Row::Read10000 => {
                    measure!(
                        cycles,
                        each,
                        |_i| read(connection, 1, 10_000).await?,
                        |items| digests!(items)
                    )
                }
                Row::Filter => measure!(
                    cycles,
                    each,
                    |i| filtered(&search(i)).load::<Item>(connection).await?,
                    |items| digests!(items)
                ),
                Row::Include => measure!(cycles, each, |_i| include(connection).await?, |parents| {
                    family(parents)
                }),
                Row::StartUp => {
                    let mut checksum = 0_u64;
                    for _ in 0..cycles {
                        bench_common::rest(&url).await;
                        clock.go();
                        let mut connection = <$connection>::establish(&url).await?;
                        let item = find(&mut connection, 7).await?;
                        clock.halt();
                        checksum = checksum.wrapping_add(digest!(item));
                    }
                    Outcome::new(&clock, checksum)
                }
                Row::ToSql => measure!(
                    cycles,
                    each,
                    |i| diesel::debug_query::<$backend, _>(&filtered(&search(i))).to_string(),
                    |sql| {
                        assert!(sql.len() > 50);
                        5
                    }
                ),
                Row::Concurrent => {
                    tasks(cycles, move |operation| {
                        one_of_many(pool.clone(), operation)
                    })
                    .await?
                }
                Row::InsertOne => {
                    reset(connection).await?;
                    for _ in 0..cycles {
                        let rows: Vec<NewEntry> = entries(each).map(NewEntry::from).collect();
                        clock.go();
                        for row in rows {
                            insert(connection, &row).await?;
                        }
                        clock.halt();
                    }
                    Outcome::new(
                        &clock,
                        keyless!(entry::table.load::<Item>(connection).await?),
                    )
                }
                Row::InsertMany => {
                    reset(connection).await?;
                    for _ in 0..cycles {
                        let rows: Vec<NewEntry> = entries(10_000).map(NewEntry::from).collect();
                        clock.go();
                        insert_many(connection, &rows).await?;
                        clock.halt();
                    }
                    Outcome::new(
                        &clock,
                        keyless!(entry::table.load::<Item>(connection).await?),
                    )
                }
                Row::BulkLoad => {
                    reset(connection).await?;
                    for _ in 0..cycles {
                        let rows: Vec<NewEntry> = entries(BULK_ROWS).map(NewEntry::from).collect();
                        clock.go();
                        insert_many(connection, &rows).await?;
                        clock.halt();
                    }
                    Outcome::new(
                        &clock,
                        keyless!(entry::table.load::<Item>(connection).await?),
                    )
                }
                Row::UpdateOne => {
                    reset(connection).await?;
                    let mut rows: Vec<Item> = Vec::new();
                    for i in 0..each {
                        rows.push(account::table.find(number(i)).first(connection).await?);
                    }
                    for _ in 0..cycles {
                        clock.go();
                        for row in &mut rows {
                            row.balance += 1;
                            update(connection, row.id, row.balance).await?;
                        }
                        clock.halt();
                    }
                    Outcome::new(
                        &clock,
                        balances!(account::table.load::<Item>(connection).await?),
                    )
                }
                Row::UpsertMany => {
                    let mut checksum = 0_u64;
                    for _ in 0..cycles {
                        reset(connection).await?;
                        let mut rows: Vec<Item> = items().map(Item::from).collect();
                        upsert_many(connection, &rows[..5_000]).await?;
                        rows.iter_mut().for_each(|row| row.age += 1);
                        clock.go();
                        upsert_many(connection, &rows).await?;
                        clock.halt();
                        checksum =
                            checksum.wrapping_add(digests!(entry::table.load::<Item>(connection).await?));
                    }
                    Outcome::new(&clock, checksum)
                }
                Row::Transaction => {
                    reset(connection).await?;
                    for _ in 0..cycles {
                        let rows: Vec<NewEntry> = entries(each).map(NewEntry::from).collect();
                        clock.go();
                        for (i, row) in rows.iter().enumerate() {
                            transfer(connection, i as u64, row).await?;
                        }
                        clock.halt();
                    }
                    let balances = balances!(account::table.load::<Item>(connection).await?);
                    let entries = keyless!(entry::table.load::<Item>(connection).await?);
                    Outcome::new(&clock, balances.wrapping_add(entries))
                }
                Row::Stream => {
                    let mut checksum = 0_u64;
                    for _ in 0..cycles {
                        clock.go();
                        let mut rows = big::table.load_stream::<Item>(connection).await?;
                        while let Some(item) = rows.try_next().await? {
                            checksum = checksum.wrapping_add(digest!(item));
                        }
                        clock.halt();
                    }
                    Outcome::new(&clock, checksum)
                }
            })
        }

        async fn find(connection: &mut $connection, id: i64) -> QueryResult<Item> {
            item::table.find(id).first(connection).await
        }

        async fn read(connection: &mut $connection, from: i64, count: i64) -> QueryResult<Vec<Item>> {
            item::table
                .filter(item::id.ge(from))
                .order(item::id)
                .limit(count)
                .load(connection)
                .await
        }

        async fn update(connection: &mut $connection, id: i64, balance: i64) -> QueryResult<usize> {
            diesel::update(account::table.find(id))
                .set(account::balance.eq(balance))
                .execute(connection)
                .await
        }

        async fn include(connection: &mut $connection) -> QueryResult<Vec<(Author, Vec<Book>)>> {
            let authors: Vec<Author> = author::table.order(author::id).load(connection).await?;
            let books: Vec<Book> = Book::belonging_to(&authors)
                .select(book::all_columns)
                .load(connection)
                .await?;
            let books = books.grouped_by(&authors);
            Ok(authors.into_iter().zip(books).collect())
        }

        async fn transfer(connection: &mut $connection, i: u64, row: &NewEntry) -> QueryResult<()> {
            connection
                .transaction(async |connection| {
                    let from: Item = account::table.find(number(i)).first(connection).await?;
                    let to: Item = account::table
                        .find(number(i) + 500)
                        .first(connection)
                        .await?;
                    update(connection, from.id, from.balance - 1).await?;
                    update(connection, to.id, to.balance + 1).await?;
                    insert(connection, row).await
                })
                .await
        }

        /// A statement takes at most 65,535 values.
        async fn insert_many(connection: &mut $connection, rows: &[NewEntry]) -> QueryResult<()> {
            connection
                .transaction(async |connection| {
                    for rows in rows.chunks(1_000) {
                        diesel::insert_into(entry::table)
                            .values(rows)
                            .execute(connection)
                            .await?;
                    }
                    Ok(())
                })
                .await
        }

        async fn one_of_many(pool: Pool<$connection>, operation: Operation) -> Result<u64> {
            let connection = &mut *pool.get().await?;
            Ok(match operation {
                Operation::Find(id) => digest!(find(connection, id).await?),
                Operation::Read(from) => digests!(read(connection, from, 10).await?),
                // Servers differ in whether they count a row that was the same before.
                Operation::Update { id, balance } => update(connection, id, balance).await.map(|_| 1)?,
            })
        }

        async fn reset(connection: &mut $connection) -> QueryResult<()> {
            connection.batch_execute(RESET_ENTRY).await?;
            diesel::update(account::table)
                .set(account::balance.eq(0))
                .execute(connection)
                .await?;
            Ok(())
        }
    };
}
