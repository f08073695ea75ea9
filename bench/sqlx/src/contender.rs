//! What is the same for all databases but for the types.

macro_rules! contender {
    ($database:ty, $pool:ident, [$p1:literal, $p2:literal]) => {
        use std::collections::HashMap;

        use bench_common::{BULK_ROWS,
            Clock, Contender, Operation, Outcome, RESET_ENTRY, Result, Row, Search, account, balances, digest,
            digests, entries, items, key, keyless, measure, runtime, search, tasks,
        };
        use futures_util::TryStreamExt;
        use sqlx::QueryBuilder;
        use tokio::runtime::Runtime;

        use crate::model::{Author, Book, Item, family};

        pub fn serve(url: String) -> Result<()> {
            let runtime = runtime()?;
            let pool = runtime.block_on(open(&url))?;
            bench_common::serve("sqlx 0.9", &mut Sqlx { runtime, pool, url })
        }

        struct Sqlx {
            runtime: Runtime,
            pool: $pool,
            url: String,
        }

        impl Contender for Sqlx {
            fn run(&mut self, row: Row, cycles: u64) -> Result<std::result::Result<Outcome, String>> {
                // As a task, because that is where queries run in a server.
                let run = run(self.pool.clone(), self.url.clone(), row, cycles);
                self.runtime.block_on(self.runtime.spawn(run))?.map(Ok)
            }
        }

        const FIND: &str = concat!(
            "SELECT id, name, email, age, balance, score, active, born_on, seen_at, token FROM item WHERE id = ",
            $p1
        );
        const FIND_ACCOUNT: &str = concat!(
            "SELECT id, name, email, age, balance, score, active, born_on, seen_at, token FROM account WHERE id = ",
            $p1
        );
        const READ: &str = concat!(
            "SELECT id, name, email, age, balance, score, active, born_on, seen_at, token FROM item WHERE id >= ",
            $p1,
            " ORDER BY id LIMIT ",
            $p2
        );
        const UPDATE: &str = concat!("UPDATE account SET balance = ", $p1, " WHERE id = ", $p2);
        const ENTRIES: &str =
            "SELECT id, name, email, age, balance, score, active, born_on, seen_at, token FROM entry";
        const ACCOUNTS: &str =
            "SELECT id, name, email, age, balance, score, active, born_on, seen_at, token FROM account";
        const BIG: &str = "SELECT id, name, email, age, balance, score, active, born_on, seen_at, token FROM big";

        async fn run(pool: $pool, url: String, row: Row, cycles: u64) -> Result<Outcome> {
            let pool = &pool;
            let each = row.cycle();
            let mut clock = Clock::new();
            Ok(match row {
                Row::Find => measure!(cycles, each, |i| find(pool, key(i, 10_000)).await?, |item| digest!(item)),
                Row::Read10 => {
                    measure!(cycles, each, |i| read(pool, key(i, 9_000), 10).await?, |items| digests!(items))
                }
                Row::Read1000 => {
                    measure!(cycles, each, |_i| read(pool, 4_000, 1_000).await?, |items| digests!(items))
                }
                Row::Read10000 => measure!(cycles, each, |_i| read(pool, 1, 10_000).await?, |items| digests!(items)),
                Row::Filter => measure!(
                    cycles,
                    each,
                    |i| filtered(&search(i)).build_query_as::<Item>().fetch_all(pool).await?,
                    |items| digests!(items)
                ),
                Row::Include => measure!(cycles, each, |_i| include(pool).await?, |parents| family(parents)),
                Row::StartUp => {
                    let mut checksum = 0_u64;
                    for _ in 0..cycles {
                        bench_common::rest(&url).await;
                        clock.go();
                        let pool = open(&url).await?;
                        let item = find(&pool, 7).await?;
                        clock.halt();
                        checksum = checksum.wrapping_add(digest!(item));
                        pool.close().await;
                    }
                    Outcome::new(&clock, checksum)
                }
                Row::ToSql => measure!(cycles, each, |i| filtered(&search(i)), |query| {
                    assert!(query.sql().as_str().len() > 50);
                    5
                }),
                Row::Concurrent => {
                    let pool = pool.clone();
                    tasks(cycles, move |operation| one_of_many(pool.clone(), operation)).await?
                }
                Row::InsertOne => {
                    reset(pool).await?;
                    for _ in 0..cycles {
                        let rows: Vec<Item> = entries(each).map(Item::from).collect();
                        clock.go();
                        for row in rows {
                            let _key: i64 = insert(&mut *pool.acquire().await?, &row).await?;
                        }
                        clock.halt();
                    }
                    Outcome::new(&clock, keyless!(all(pool, ENTRIES).await?))
                }
                Row::InsertMany => {
                    reset(pool).await?;
                    for _ in 0..cycles {
                        let rows: Vec<Item> = entries(10_000).map(Item::from).collect();
                        clock.go();
                        insert_many(pool, &rows).await?;
                        clock.halt();
                    }
                    Outcome::new(&clock, keyless!(all(pool, ENTRIES).await?))
                }
                Row::BulkLoad => {
                    reset(pool).await?;
                    for _ in 0..cycles {
                        let rows: Vec<Item> = entries(BULK_ROWS).map(Item::from).collect();
                        clock.go();
                        load(pool, &rows).await?;
                        clock.halt();
                    }
                    Outcome::new(&clock, keyless!(all(pool, ENTRIES).await?))
                }
                Row::UpdateOne => {
                    reset(pool).await?;
                    let mut rows = Vec::new();
                    for i in 0..each {
                        rows.push(sqlx::query_as::<_, Item>(FIND_ACCOUNT).bind(account(i)).fetch_one(pool).await?);
                    }
                    for _ in 0..cycles {
                        clock.go();
                        for row in &mut rows {
                            row.balance += 1;
                            sqlx::query(UPDATE).bind(row.balance).bind(row.id).execute(pool).await?;
                        }
                        clock.halt();
                    }
                    Outcome::new(&clock, balances!(all(pool, ACCOUNTS).await?))
                }
                Row::UpsertMany => {
                    let mut checksum = 0_u64;
                    for _ in 0..cycles {
                        reset(pool).await?;
                        let mut rows: Vec<Item> = items().map(Item::from).collect();
                        upsert_many(pool, &rows[..5_000]).await?;
                        rows.iter_mut().for_each(|row| row.age += 1);
                        clock.go();
                        upsert_many(pool, &rows).await?;
                        clock.halt();
                        checksum = checksum.wrapping_add(digests!(all(pool, ENTRIES).await?));
                    }
                    Outcome::new(&clock, checksum)
                }
                Row::Transaction => {
                    reset(pool).await?;
                    for _ in 0..cycles {
                        let rows: Vec<Item> = entries(each).map(Item::from).collect();
                        clock.go();
                        for (i, row) in rows.iter().enumerate() {
                            transfer(pool, i as u64, row).await?;
                        }
                        clock.halt();
                    }
                    let balances = balances!(all(pool, ACCOUNTS).await?);
                    Outcome::new(&clock, balances.wrapping_add(keyless!(all(pool, ENTRIES).await?)))
                }
                Row::Stream => {
                    let mut checksum = 0_u64;
                    for _ in 0..cycles {
                        clock.go();
                        let mut rows = sqlx::query_as::<_, Item>(BIG).fetch(pool);
                        while let Some(item) = rows.try_next().await? {
                            checksum = checksum.wrapping_add(digest!(item));
                        }
                        clock.halt();
                    }
                    Outcome::new(&clock, checksum)
                }
            })
        }

        async fn find(pool: &$pool, id: i64) -> sqlx::Result<Item> {
            sqlx::query_as(FIND).bind(id).fetch_one(pool).await
        }

        async fn read(pool: &$pool, from: i64, count: i64) -> sqlx::Result<Vec<Item>> {
            sqlx::query_as(READ).bind(from).bind(count).fetch_all(pool).await
        }

        async fn all(pool: &$pool, sql: &'static str) -> sqlx::Result<Vec<Item>> {
            sqlx::query_as(sql).fetch_all(pool).await
        }

        fn filtered(search: &Search) -> QueryBuilder<$database> {
            let mut query = QueryBuilder::new(
                "SELECT id, name, email, age, balance, score, active, born_on, seen_at, token FROM item WHERE 1 = 1",
            );
            if let Some(age) = search.age_from {
                query.push(" AND age >= ").push_bind(age);
            }
            if let Some(active) = search.active {
                query.push(" AND active = ").push_bind(active);
            }
            if let Some(balance) = search.balance_below {
                query.push(" AND balance < ").push_bind(balance);
            }
            if let Some(score) = search.score_above {
                query.push(" AND score > ").push_bind(score);
            }
            if let Some(born) = search.born_from() {
                query.push(" AND born_on >= ").push_bind(born);
            }
            query.push(" ORDER BY id LIMIT 20");
            query
        }

        async fn include(pool: &$pool) -> Result<Vec<(Author, Vec<Book>)>> {
            let authors = "SELECT id, name FROM author ORDER BY id";
            let authors: Vec<Author> = sqlx::query_as(authors).fetch_all(pool).await?;
            let ids: Vec<i64> = authors.iter().map(|author| author.id).collect();
            let books = books(pool, &ids).await?;
            let at: HashMap<i64, usize> = ids.iter().enumerate().map(|(at, id)| (*id, at)).collect();
            let mut parents: Vec<_> = authors.into_iter().map(|author| (author, Vec::new())).collect();
            for book in books {
                if let Some(at) = at.get(&book.author_id) {
                    parents[*at].1.push(book);
                }
            }
            Ok(parents)
        }

        async fn transfer(pool: &$pool, i: u64, entry: &Item) -> Result<()> {
            let mut tx = begin(pool).await?;
            let from: Item = sqlx::query_as(FIND_ACCOUNT).bind(account(i)).fetch_one(&mut *tx).await?;
            let to: Item = sqlx::query_as(FIND_ACCOUNT).bind(account(i) + 500).fetch_one(&mut *tx).await?;
            sqlx::query(UPDATE).bind(from.balance - 1).bind(from.id).execute(&mut *tx).await?;
            sqlx::query(UPDATE).bind(to.balance + 1).bind(to.id).execute(&mut *tx).await?;
            insert(&mut *tx, entry).await?;
            Ok(tx.commit().await?)
        }

        async fn one_of_many(pool: $pool, operation: Operation) -> Result<u64> {
            Ok(match operation {
                Operation::Find(id) => digest!(find(&pool, id).await?),
                Operation::Read(from) => digests!(read(&pool, from, 10).await?),
                Operation::Update { id, balance } => {
                    sqlx::query(UPDATE).bind(balance).bind(id).execute(&pool).await?.rows_affected()
                }
            })
        }

        async fn reset(pool: &$pool) -> Result<()> {
            sqlx::query(RESET_ENTRY).execute(pool).await?;
            sqlx::query("UPDATE account SET balance = 0").execute(pool).await?;
            Ok(())
        }
    };
}
