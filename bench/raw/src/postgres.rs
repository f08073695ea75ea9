//! tokio-postgres, with deadpool's place taken by a list of connections: it has no pool of its own.

mod many;
mod rows;

use std::collections::HashMap;
use std::pin::pin;
use std::sync::Arc;

use bench_common::{
    BULK_ROWS, CONNECTIONS, Clock, Contender, Database, Operation, Outcome, RESET_ENTRY, Result, Row, Search,
    account, accounts, authors, balances, books, columns, digest, digests, entries, indexes, items, key,
    keyless, measure, runtime, schema, search, source, tasks,
};
use futures_util::{TryStreamExt, future};
use tokio::runtime::Runtime;
use tokio::sync::{Mutex, Semaphore};
use tokio_postgres::binary_copy::BinaryCopyInWriter;
use tokio_postgres::types::{ToSql, Type};
use tokio_postgres::{Client, NoTls, Row as Cells, Statement, Transaction};

use crate::model::{Child, Item, Parent, family};
use many::{Arrays, INSERT_MANY, upsert};

const FIND: &str =
    "SELECT id, name, email, age, balance, score, active, born_on, seen_at, token FROM item WHERE id = $1";
const READ: &str = "SELECT id, name, email, age, balance, score, active, born_on, seen_at, token FROM item \
                    WHERE id >= $1 ORDER BY id LIMIT $2";
const INSERT: &str = "INSERT INTO entry (name, email, age, balance, score, active, born_on, seen_at, token) \
                      VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) RETURNING id";
const COPY: &str = "COPY entry (name, email, age, balance, score, active, born_on, seen_at, token) \
                    FROM STDIN (FORMAT binary)";
const FIND_ACCOUNT: &str =
    "SELECT id, name, email, age, balance, score, active, born_on, seen_at, token FROM account WHERE id = $1";
const UPDATE: &str = "UPDATE account SET balance = $1 WHERE id = $2";
const AUTHORS: &str = "SELECT id, name FROM author ORDER BY id";
const BOOKS: &str = "SELECT id, author_id, title, pages FROM book WHERE author_id = ANY($1)";

pub fn prepare(url: &str, stream: i64) -> Result<()> {
    runtime()?.block_on(async {
        let client = connect(url).await?;
        for statement in schema(Database::Postgres) {
            client.batch_execute(&statement).await?;
        }
        upsert(&client, "item", &items().map(Item::from).collect::<Vec<_>>()).await?;
        upsert(
            &client,
            "account",
            &accounts().map(Item::from).collect::<Vec<_>>(),
        )
        .await?;
        let mut big = (1..=stream).map(source).map(Item::from).peekable();
        while big.peek().is_some() {
            upsert(&client, "big", &big.by_ref().take(20_000).collect::<Vec<_>>()).await?;
        }
        for author in authors() {
            client
                .execute(
                    "INSERT INTO author (id, name) VALUES ($1, $2)",
                    &[&author.id, &author.name],
                )
                .await?;
        }
        let insert = client
            .prepare("INSERT INTO book (id, author_id, title, pages) VALUES ($1, $2, $3, $4)")
            .await?;
        for book in books() {
            client
                .execute(&insert, &[&book.id, &book.author_id, &book.title, &book.pages])
                .await?;
        }
        for index in indexes() {
            client.batch_execute(index).await?;
        }
        client.batch_execute("VACUUM ANALYZE").await?;
        Ok(())
    })
}

async fn connect(url: &str) -> Result<Client> {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await?;
    // What fails there fails at the client too.
    tokio::spawn(connection);
    Ok(client)
}

/// A connection with its statements prepared.
struct Session {
    client: Client,
    find: Statement,
    read: Statement,
    insert: Statement,
    insert_many: Statement,
    find_account: Statement,
    update: Statement,
    authors: Statement,
    books: Statement,
    filter: Option<(String, Statement)>,
}

impl Session {
    async fn open(url: &str) -> Result<Self> {
        let client = connect(url).await?;
        Ok(Self {
            find: client.prepare(FIND).await?,
            read: client.prepare(READ).await?,
            insert: client.prepare(INSERT).await?,
            insert_many: client.prepare(INSERT_MANY).await?,
            find_account: client.prepare(FIND_ACCOUNT).await?,
            update: client.prepare(UPDATE).await?,
            authors: client.prepare(AUTHORS).await?,
            books: client.prepare(BOOKS).await?,
            filter: None,
            client,
        })
    }

    async fn find(&self, id: i64) -> Result<Item> {
        item(&self.client.query_one(&self.find, &[&id]).await?)
    }

    async fn read(&self, from: i64, count: i64) -> Result<Vec<Item>> {
        self.client
            .query(&self.read, &[&from, &count])
            .await?
            .iter()
            .map(item)
            .collect()
    }

    async fn all(&self, table: &str) -> Result<Vec<Item>> {
        let sql = format!("SELECT {} FROM {table}", columns());
        self.client.query(&sql, &[]).await?.iter().map(item).collect()
    }

    async fn filter(&mut self, search: &Search) -> Result<Vec<Item>> {
        let (sql, binds) = filtered(search);
        let statement = match &self.filter {
            Some((known, statement)) if *known == sql => statement.clone(),
            _ => {
                let statement = self.client.prepare(&sql).await?;
                self.filter = Some((sql, statement.clone()));
                statement
            }
        };
        let binds: Vec<&(dyn ToSql + Sync)> = binds
            .iter()
            .map(|bind| bind.as_ref() as &(dyn ToSql + Sync))
            .collect();
        self.client
            .query(&statement, &binds)
            .await?
            .iter()
            .map(item)
            .collect()
    }

    async fn insert(&self, row: &Item) -> Result<i64> {
        let binds: [&(dyn ToSql + Sync); 9] = [
            &row.name,
            &row.email,
            &row.age,
            &row.balance,
            &row.score,
            &row.active,
            &row.born_on,
            &row.seen_at,
            &row.token,
        ];
        Ok(self.client.query_one(&self.insert, &binds).await?.try_get(0)?)
    }

    async fn insert_many(&self, rows: &[Item]) -> Result<u64> {
        let arrays = Arrays::of(rows);
        Ok(self.client.execute(&self.insert_many, &arrays.binds()).await?)
    }

    async fn load(&self, rows: &[Item]) -> Result<u64> {
        let sink = self.client.copy_in(COPY).await?;
        let types = [
            Type::TEXT,
            Type::TEXT,
            Type::INT4,
            Type::INT8,
            Type::FLOAT8,
            Type::BOOL,
            Type::DATE,
            Type::TIMESTAMP,
            Type::BYTEA,
        ];
        let mut writer = pin!(BinaryCopyInWriter::new(sink, &types));
        for row in rows {
            let binds: [&(dyn ToSql + Sync); 9] = [
                &row.name,
                &row.email,
                &row.age,
                &row.balance,
                &row.score,
                &row.active,
                &row.born_on,
                &row.seen_at,
                &row.token,
            ];
            writer.as_mut().write(&binds).await?;
        }
        Ok(writer.finish().await?)
    }

    async fn include(&self) -> Result<Vec<Parent>> {
        let mut parents = Vec::new();
        for row in self.client.query(&self.authors, &[]).await? {
            parents.push(Parent {
                id: row.try_get(0)?,
                name: row.try_get(1)?,
                books: Vec::new(),
            });
        }
        let ids: Vec<i64> = parents.iter().map(|parent| parent.id).collect();
        let at: HashMap<i64, usize> = ids.iter().enumerate().map(|(at, id)| (*id, at)).collect();
        for row in self.client.query(&self.books, &[&ids]).await? {
            let book = Child {
                id: row.try_get(0)?,
                author_id: row.try_get(1)?,
                title: row.try_get(2)?,
                pages: row.try_get(3)?,
            };
            if let Some(at) = at.get(&book.author_id) {
                parents[*at].books.push(book);
            }
        }
        Ok(parents)
    }

    /// Pipelined where nothing depends on an answer.
    async fn transfer(&mut self, i: u64, row: &Item) -> Result<()> {
        let tx: Transaction<'_> = self.client.transaction().await?;
        let (from, to) = (account(i), account(i) + 500);
        let (from_key, to_key): ([&(dyn ToSql + Sync); 1], [&(dyn ToSql + Sync); 1]) = ([&from], [&to]);
        let (from, to) = future::try_join(
            tx.query_one(&self.find_account, &from_key),
            tx.query_one(&self.find_account, &to_key),
        )
        .await?;
        let (from, to) = (item(&from)?, item(&to)?);
        let (less, more) = (from.balance - 1, to.balance + 1);
        let (from_binds, to_binds): ([&(dyn ToSql + Sync); 2], [&(dyn ToSql + Sync); 2]) =
            ([&less, &from.id], [&more, &to.id]);
        let entry: [&(dyn ToSql + Sync); 9] = [
            &row.name,
            &row.email,
            &row.age,
            &row.balance,
            &row.score,
            &row.active,
            &row.born_on,
            &row.seen_at,
            &row.token,
        ];
        future::try_join3(
            tx.execute(&self.update, &from_binds),
            tx.execute(&self.update, &to_binds),
            tx.query_one(&self.insert, &entry),
        )
        .await?;
        Ok(tx.commit().await?)
    }

    async fn update(&self, id: i64, balance: i64) -> Result<u64> {
        Ok(self.client.execute(&self.update, &[&balance, &id]).await?)
    }

    async fn reset(&self) -> Result<()> {
        self.client.batch_execute(RESET_ENTRY).await?;
        Ok(self
            .client
            .batch_execute("UPDATE account SET balance = 0")
            .await?)
    }
}

fn item(row: &Cells) -> Result<Item> {
    Ok(Item {
        id: row.try_get(0)?,
        name: row.try_get(1)?,
        email: row.try_get(2)?,
        age: row.try_get(3)?,
        balance: row.try_get(4)?,
        score: row.try_get(5)?,
        active: row.try_get(6)?,
        born_on: row.try_get(7)?,
        seen_at: row.try_get(8)?,
        token: row.try_get(9)?,
    })
}

type Bind = Box<dyn ToSql + Sync + Send>;

fn filtered(search: &Search) -> (String, Vec<Bind>) {
    let mut sql = format!("SELECT {} FROM item WHERE 1 = 1", columns());
    let mut binds: Vec<Bind> = Vec::with_capacity(5);
    let mut and = |condition: &str, bind: Bind| {
        binds.push(bind);
        sql.push_str(&format!(" AND {condition} ${}", binds.len()));
    };
    if let Some(age) = search.age_from {
        and("age >=", Box::new(age));
    }
    if let Some(active) = search.active {
        and("active =", Box::new(active));
    }
    if let Some(balance) = search.balance_below {
        and("balance <", Box::new(balance));
    }
    if let Some(score) = search.score_above {
        and("score >", Box::new(score));
    }
    if let Some(born) = search.born_from() {
        and("born_on >=", Box::new(born));
    }
    sql.push_str(" ORDER BY id LIMIT 20");
    (sql, binds)
}

/// The connections, and as many permits.
struct Pool {
    free: Semaphore,
    idle: Mutex<Vec<Session>>,
}

impl Pool {
    async fn one_of_many(self: Arc<Self>, operation: Operation) -> Result<u64> {
        let permit = self.free.acquire().await?;
        let session = self
            .idle
            .lock()
            .await
            .pop()
            .ok_or("there are as many as permits")?;
        let result = match operation {
            Operation::Find(id) => session.find(id).await.map(|item| digest!(item)),
            Operation::Read(from) => session.read(from, 10).await.map(|items| digests!(items)),
            Operation::Update { id, balance } => session.update(id, balance).await,
        };
        self.idle.lock().await.push(session);
        drop(permit);
        result
    }
}

pub fn serve(url: String) -> Result<()> {
    let runtime = runtime()?;
    let (session, pool) = runtime.block_on(async {
        let mut idle = Vec::new();
        for _ in 0..CONNECTIONS {
            idle.push(Session::open(&url).await?);
        }
        let pool = Pool {
            free: Semaphore::new(idle.len()),
            idle: Mutex::new(idle),
        };
        Result::Ok((Session::open(&url).await?, Arc::new(pool)))
    })?;
    let mut contender = Postgres {
        runtime,
        session: Some(session),
        pool,
        url,
    };
    bench_common::serve("tokio-postgres 0.7", &mut contender)
}

struct Postgres {
    runtime: Runtime,
    session: Option<Session>,
    pool: Arc<Pool>,
    url: String,
}

impl Contender for Postgres {
    fn run(&mut self, row: Row, cycles: u64) -> Result<std::result::Result<Outcome, String>> {
        let mut session = self.session.take().ok_or("the connection is lost")?;
        let (pool, url) = (self.pool.clone(), self.url.clone());
        // As a task, because that is where queries run in a server.
        let task = self.runtime.spawn(async move {
            let result = rows::run(&mut session, pool, url, row, cycles).await;
            (session, result)
        });
        let (session, result) = self.runtime.block_on(task)?;
        self.session = Some(session);
        result.map(Ok)
    }
}
