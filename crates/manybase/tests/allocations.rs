//! A guard of speed that does not look at a clock: what the most frequent calls allocate, on the calling thread and in
//! Rust. Alone in its program, because it counts in the program's allocator.
//!
//! A number may go down at any time; write it here then. One that goes up has to be worth it.
#![cfg(feature = "sqlite")]

use allocation_counter::measure;
use manybase::prelude::*;
use manybase::{Dialect, Error, Result, create_table};
use std::future::Future;
use tokio::runtime::Runtime;

#[derive(Debug, Clone, Model)]
struct Item {
    #[model(key, auto)]
    id: i64,
    name: String,
    email: Option<String>,
    age: i32,
    balance: i64,
    score: f64,
    active: bool,
    born_on: NaiveDate,
    token: Vec<u8>,
}

fn item(age: i32) -> Item {
    Item {
        id: 0,
        name: format!("name {age}"),
        email: Some(format!("{age}@example.org")),
        age,
        balance: 7,
        score: 1.5,
        active: age % 2 == 0,
        born_on: NaiveDate::default(),
        token: vec![1, 2, 3],
    }
}

fn search(age: i32) -> Query<Item> {
    Item::filter(|c| c.age.ge(age))
        .filter(|c| c.active.eq(true))
        .filter(|c| c.balance.lt(1_000))
        .order_by(|c| c.id.asc())
        .limit(20)
}

fn adults(age: i32) -> Query<Item> {
    Item::filter(|c| c.age.ge(age)).filter(|c| c.active.eq(true))
}

/// Everything that the first call does is kept; what counts is each call after it.
struct Counted {
    runtime: Runtime,
    found: Vec<(&'static str, u64, u64)>,
}

impl Counted {
    fn at_most<T, F: Future<Output = Result<T>>>(
        &mut self,
        what: &'static str,
        limit: u64,
        mut call: impl FnMut() -> F,
    ) {
        // Some caches double their room from time to time: the median does not see it.
        let mut counts: Vec<u64> = (0..25)
            .map(|_| measure(|| drop(self.runtime.block_on(call()).unwrap())).count_total)
            .collect();
        counts.sort_unstable();
        self.found.push((what, limit, counts[counts.len() / 2]));
    }
}

#[test]
fn what_calls_allocate() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let directory = tempfile::tempdir().unwrap();
    let url = format!("sqlite:{}", directory.path().join("a.db").display());
    let db = runtime.block_on(async {
        let db = Db::builder().connect("main", &url).open().await?;
        create_table::<Item>(&db).await?;
        Item::insert_many((1..=300).map(item), &db).await?;
        Ok::<_, Error>(db)
    });
    let db = &db.unwrap();
    let dialect: &dyn Dialect = db.connection("main").unwrap().dialect();
    let mut counted = Counted {
        runtime,
        found: Vec::new(),
    };

    counted.at_most("find by key", 10, || Item::find(7).one(db));
    let read = |rows: u64| Item::query().order_by(|c| c.id.asc()).limit(rows).all(db);
    counted.at_most("read 20 rows", 70, || read(20));
    counted.at_most("read 120 rows", 372, || read(120));
    let (twenty, more) = (counted.found[1].2, counted.found[2].2);
    // Two texts and the bytes.
    counted.found.push(("a further row", 3, (more - twenty) / 100));
    counted.at_most("filter by conditions", 71, || search(18).all(db));
    counted.at_most("count by conditions", 10, || adults(18).count(db));
    counted.at_most("whether there is one", 11, || adults(18).exists(db));
    counted.at_most("text of a query", 3, || {
        std::future::ready(search(18).to_sql(dialect))
    });
    counted.at_most("insert one", 14, || item(1).insert(db));
    let mut record = counted.runtime.block_on(Item::find(8).one(db)).unwrap();
    counted.at_most("change and save", 20, || {
        record.balance += 1;
        let mut record = record.clone();
        async move { record.save(db).await }
    });
    counted.at_most("update by key", 6, || {
        Item::filter(|c| c.id.eq(9)).update(db, |c| c.balance.set(1))
    });
    counted.at_most("empty transaction", 4, || db.transaction(async |_tx| Ok(())));
    counted.at_most("transaction with a find", 32, || {
        db.transaction(async |tx| Item::find(7).one(tx).await.map(drop))
    });

    let over: Vec<_> = counted
        .found
        .iter()
        .filter(|(_, limit, count)| count > limit)
        .collect();
    assert!(
        over.is_empty(),
        "more than recorded (what, recorded, now): {over:#?}"
    );
}
