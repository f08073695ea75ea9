//! Many records at once: updates, inserts that give back, loads.

use crate::support::{Kind, On, fails_with, on_every_database};
use manybase::prelude::*;
use manybase::{Error, ErrorKind, Loaded, Result, create_table};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

on_every_database! {
    updates_with_values_of_their_own,
    updates_with_a_version,
    updates_of_every_type,
    inserts_that_give_back,
    loads_and_adds,
    loads_and_updates,
    loads_instead,
    loads_without_the_bad_ones,
    loads_batch_by_batch,
    loads_that_fail,
    a_failure_does_not_wait_for_the_source,
    what_makes_no_sense,
    every_type_is_loaded;
    shared:
    a_load_that_is_dropped,
    from_one_database_to_another;
    servers: loads_where_files_are_not_allowed,
}

#[derive(Debug, Clone, PartialEq, Model)]
struct Customer {
    #[model(key, auto)]
    id: i64,
    #[model(unique, length = 60)]
    email: String,
    name: Option<String>,
    visits: i32,
    #[model(created_at)]
    created_at: DateTime<Utc>,
    #[model(updated_at)]
    updated_at: DateTime<Utc>,
}

fn customer(n: i32) -> Customer {
    Customer {
        id: 0,
        email: format!("c{n:06}@example.com"),
        name: (n % 3 > 0).then(|| format!("Customer\t{n}\\\n")),
        visits: n,
        created_at: DateTime::default(),
        updated_at: DateTime::default(),
    }
}

async fn all(on: &On) -> Result<Vec<Rec<Customer>>> {
    Customer::query().order_by(|c| c.email.asc()).all(&on.db).await
}

async fn updates_with_values_of_their_own(on: Arc<On>) -> Result<()> {
    let db = &on.db;
    create_table::<Customer>(db).await?;
    Customer::insert_many((0..1_203).map(customer), db).await?;
    let before = all(&on).await?;
    let changed = before
        .iter()
        .filter(|one| one.visits % 2 == 0)
        .map(|one| Customer {
            visits: one.visits * 10,
            name: None,
            ..Rec::clone(one).into_inner()
        });
    let mut changed = Vec::from_iter(changed);
    // Of two with the same key the last counts, and one is not there.
    changed.insert(
        0,
        Customer {
            visits: -1,
            ..changed[5].clone()
        },
    );
    changed.push(Customer {
        id: 99_999,
        ..customer(99_999)
    });
    assert_eq!(
        Customer::update_many(changed.clone())
            .set(|c| c.visits)
            .exec(db)
            .await?,
        602
    );
    let after = all(&on).await?;
    assert_eq!(after.len(), 1_203);
    for (before, after) in before.iter().zip(&after) {
        let even = before.visits % 2 == 0;
        assert_eq!(
            after.visits,
            if even { before.visits * 10 } else { before.visits }
        );
        assert_eq!((&after.name, after.created_at), (&before.name, before.created_at));
        assert_eq!(after.updated_at > before.updated_at, even);
    }
    assert_eq!(Customer::update_many(changed).exec(db).await?, 602);
    assert!(
        all(&on)
            .await?
            .iter()
            .all(|one| one.visits % 20 != 0 || one.name.is_none())
    );
    let nobody: [Customer; 0] = [];
    assert_eq!(Customer::update_many(nobody).exec(db).await?, 0);
    // The same values again: rows that are there count, changed or not.
    let same = all(&on).await?.into_iter().take(10).map(Rec::into_inner);
    assert_eq!(
        Customer::update_many(Vec::from_iter(same))
            .set(|c| c.visits)
            .exec(db)
            .await?,
        10
    );
    Ok(())
}

#[derive(Debug, Clone, PartialEq, Model)]
struct Line {
    #[model(key, length = 10)]
    order_no: String,
    #[model(key)]
    pos: i32,
    qty: i64,
    #[model(version)]
    version: i32,
}

async fn updates_with_a_version(on: Arc<On>) -> Result<()> {
    let db = &on.db;
    create_table::<Line>(db).await?;
    let line = |n: i32| Line {
        order_no: format!("o{}", n / 3),
        pos: n % 3,
        qty: 1,
        version: 1,
    };
    Line::insert_many((0..300).map(line), db).await?;
    let changed = || {
        (50..250).map(|n| Line {
            qty: n.into(),
            ..line(n)
        })
    };
    assert_eq!(Line::update_many(changed()).exec(db).await?, 200);
    let one = Line::find(("o40".to_owned(), 1)).one(db).await?;
    assert_eq!((one.qty, one.version), (121, 2));
    // The records have the version of before: none of them is changed, nor is the one that is right.
    let mut again = Vec::from_iter(changed().take(3));
    again.push(Line {
        qty: -1,
        ..one.clone().into_inner()
    });
    let error = fails_with(
        Line::update_many(again.clone()).exec(db).await,
        ErrorKind::Stale,
        "Line",
    );
    assert!(error.to_string().contains("3 of 4 rows"), "{error}");
    assert_eq!(Line::find(("o40".to_owned(), 1)).one(db).await?.qty, 121);
    // A transaction goes on behind it.
    let tx = db.begin().await?;
    fails_with(
        Line::update_many(again.clone()).exec(&tx).await,
        ErrorKind::Stale,
        "Line",
    );
    assert_eq!(Line::update_many(again.split_off(3)).exec(&tx).await?, 1);
    tx.commit().await?;
    assert_eq!(Line::find(("o40".to_owned(), 1)).one(db).await?.version, 3);
    Ok(())
}

#[derive(Debug, Clone, PartialEq, Model)]
struct Everything {
    #[model(key)]
    id: Uuid,
    flag: Option<bool>,
    small: Option<i16>,
    big: Option<i64>,
    unsigned: Option<u64>,
    single: Option<f32>,
    double: Option<f64>,
    money: Option<Decimal>,
    text: Option<String>,
    bytes: Option<Vec<u8>>,
    day: Option<NaiveDate>,
    time: Option<NaiveTime>,
    at: Option<NaiveDateTime>,
    instant: Option<DateTime<Utc>>,
    json: Option<Json<Vec<String>>>,
}

fn everything(n: u32) -> Everything {
    let instant = DateTime::from_timestamp_micros(1_700_000_000_123_456 + i64::from(n)).expect("in range");
    let some = n % 4 != 3;
    let texts = [
        "tab\tnew\nline\\N \\",
        "'\"`",
        "ä€😀",
        "",
        "NULL",
        "\\N",
        "\r\n",
        "{}",
    ];
    Everything {
        id: Uuid::from_u128(u128::from(n) << 64 | 7),
        flag: some.then_some(n.is_multiple_of(2)),
        small: some.then_some(i16::MIN + n as i16),
        big: some.then_some(i64::MAX - i64::from(n)),
        unsigned: some.then_some(i64::MAX as u64 - u64::from(n)),
        single: some.then_some(0.1 + n as f32),
        double: some.then_some(0.1 + f64::from(n)),
        money: some.then(|| Decimal::new(-123_456_789_012_345 - i64::from(n), 4)),
        text: some.then(|| texts[n as usize % texts.len()].to_owned()),
        bytes: some.then(|| vec![0, 9, 10, 92, 255, n as u8]),
        day: some.then(|| instant.date_naive()),
        time: some.then(|| instant.time()),
        at: some.then(|| instant.naive_utc()),
        instant: some.then_some(instant),
        json: some.then(|| Json(vec![texts[n as usize % texts.len()].to_owned()])),
    }
}

async fn every_row(on: &On) -> Result<Vec<Everything>> {
    let rows = Everything::query().order_by(|c| c.id.asc()).all(&on.db).await?;
    Ok(rows.into_iter().map(Rec::into_inner).collect())
}

async fn updates_of_every_type(on: Arc<On>) -> Result<()> {
    create_table::<Everything>(&on.db).await?;
    Everything::insert_many((0..150).map(everything), &on.db).await?;
    // Other values, NULL where there was something and the other way round; the first row has NULL or not.
    for shift in [1, 3] {
        let changed = Vec::from_iter((0..150).map(|n| Everything {
            id: everything(n).id,
            ..everything(n + shift)
        }));
        assert_eq!(Everything::update_many(changed.clone()).exec(&on.db).await?, 150);
        assert_eq!(every_row(&on).await?, changed);
    }
    Ok(())
}

async fn inserts_that_give_back(on: Arc<On>) -> Result<()> {
    let db = &on.db;
    create_table::<Customer>(db).await?;
    let nobody: [Customer; 0] = [];
    assert!(Customer::insert_many_returning(nobody, db).await?.is_empty());
    let given = (0..1_101).map(|n| match n {
        7 | 700 => Customer {
            id: 50_000 + i64::from(n),
            ..customer(n)
        },
        _ => customer(n),
    });
    let back = Customer::insert_many_returning(given, db).await?;
    assert_eq!(back.len(), 1_101);
    for (n, one) in (0..).zip(&back) {
        assert_eq!((one.visits, &one.email), (n, &customer(n).email));
        assert!(one.id > 0 && (one.id > 50_000) == (n == 7 || n == 700));
    }
    assert_eq!(all(&on).await?, back);
    // All or none, and a record is as good as one that was loaded.
    let twice = [customer(2_000), customer(5)];
    let failed = Customer::insert_many_returning(twice, db).await;
    fails_with(failed, ErrorKind::UniqueViolation, "Customer");
    assert_eq!(Customer::query().count(db).await?, 1_101);
    let mut one = back.into_iter().nth(3).expect("there");
    one.visits = -3;
    assert!(one.save(db).await?);
    Ok(())
}

async fn loads_and_adds(on: Arc<On>) -> Result<()> {
    let db = &on.db;
    create_table::<Customer>(db).await?;
    let mut told = Vec::new();
    let loaded = Customer::bulk_load_all((0..12_000).map(customer))
        .on_progress(|so_far: &Loaded| told.push((so_far.read, so_far.inserted)))
        .exec(db)
        .await?;
    assert_eq!(
        (loaded.read, loaded.inserted, loaded.updated, loaded.rejected),
        (12_000, 12_000, 0, 0)
    );
    // The first batch is smaller, so that the database has something to do soon.
    assert_eq!(told, [(1_000, 1_000), (11_000, 11_000), (12_000, 12_000)]);
    let rows = all(&on).await?;
    for (n, one) in (0..).zip(&rows) {
        let sent = customer(n);
        assert_eq!(
            (&one.email, &one.name, one.visits),
            (&sent.email, &sent.name, sent.visits)
        );
        assert!(one.id > 0 && one.created_at.timestamp() > 0 && one.created_at == one.updated_at);
    }
    let none = Customer::bulk_load_all([]).exec(db).await?;
    assert_eq!((none.read, none.inserted), (0, 0));
    // Inside a transaction, with keys that are given and keys that are not, and undone with it.
    let tx = db.begin().await?;
    let more = (20_000..20_100).map(|n| Customer {
        id: if n % 2 == 0 { i64::from(n) + 100_000 } else { 0 },
        ..customer(n)
    });
    assert_eq!(Customer::bulk_load_all(more).exec(&tx).await?.inserted, 100);
    assert_eq!(Customer::query().count(&tx).await?, 12_100);
    tx.rollback().await?;
    assert_eq!(Customer::query().count(db).await?, 12_000);
    Ok(())
}

async fn loads_and_updates(on: Arc<On>) -> Result<()> {
    let db = &on.db;
    create_table::<Customer>(db).await?;
    Customer::bulk_load_all((0..3_000).map(customer)).exec(db).await?;
    let before = all(&on).await?;
    // The same key twice in a batch, or in two of them: the last one counts.
    let newer = (2_000..4_000)
        .flat_map(|n| [n, -n])
        .chain([2_500])
        .map(|n| Customer {
            visits: n * 2,
            name: Some("newer".into()),
            ..customer(n.abs())
        });
    let loaded = Customer::bulk_load_all(newer)
        .upsert_by(|c| c.email)
        .update(|c| c.visits)
        .batch_rows(1_000)
        .exec(db)
        .await?;
    assert_eq!(
        (loaded.read, loaded.inserted, loaded.updated, loaded.replaced),
        (4_001, 1_000, 1_003, 1_998)
    );
    let after = all(&on).await?;
    assert_eq!(after.len(), 4_000);
    for (before, after) in before.iter().zip(&after) {
        let expected = match before.visits {
            2_500 => 5_000,
            n @ 2_000.. => -n * 2,
            n => n,
        };
        assert_eq!(
            (after.visits, after.id, &after.name),
            (expected, before.id, &before.name)
        );
        assert_eq!(after.created_at, before.created_at);
        assert_eq!(after.updated_at > before.updated_at, before.visits >= 2_000);
    }
    assert_eq!(after[3_500].name.as_deref(), Some("newer"));
    let loaded = Customer::bulk_load_all((3_999..4_010).map(customer))
        .upsert_by(|c| c.email)
        .or_ignore()
        .exec(db)
        .await?;
    assert_eq!((loaded.inserted, loaded.updated, loaded.ignored), (10, 0, 1));
    assert_eq!(all(&on).await?[3_999].visits, -7_998);
    // By a key of two columns, with a version that is counted.
    create_table::<Line>(db).await?;
    let line = |n: i32| Line {
        order_no: format!("o{}", n / 3),
        pos: n % 3,
        qty: n.into(),
        version: 1,
    };
    for (inserted, updated) in [(1_000, 0), (0, 1_000)] {
        let loaded = Line::bulk_load_all((0..1_000).map(line))
            .upsert()
            .exec(db)
            .await?;
        assert_eq!((loaded.inserted, loaded.updated), (inserted, updated));
    }
    assert_eq!(Line::filter(|c| c.version.eq(2)).count(db).await?, 1_000);
    Ok(())
}

async fn loads_instead(on: Arc<On>) -> Result<()> {
    let db = &on.db;
    create_table::<Customer>(db).await?;
    Customer::bulk_load_all((0..100).map(customer)).exec(db).await?;
    let loaded = Customer::bulk_load_all((50..120).map(customer))
        .replace()
        .exec(db)
        .await?;
    assert_eq!((loaded.deleted, loaded.inserted), (100, 70));
    assert_eq!(all(&on).await?[0].visits, 50);
    // When it fails, the old ones are there still.
    let twice = [1, 2, 1].map(customer);
    let failed = Customer::bulk_load_all(twice).replace().exec(db).await;
    fails_with(failed, ErrorKind::UniqueViolation, "Customer");
    assert_eq!(Customer::query().count(db).await?, 70);
    Ok(())
}

async fn loads_without_the_bad_ones(on: Arc<On>) -> Result<()> {
    let db = &on.db;
    create_table::<Customer>(db).await?;
    customer(700).insert(db).await?;
    let records = || {
        (0..2_000).map(|n| match n {
            // Twice among these, and there already; one beyond its length.
            333 => customer(332),
            1_500 if !on.kind.is_sqlite() => Customer {
                email: "x".repeat(61),
                ..customer(n)
            },
            _ => customer(n),
        })
    };
    let bad = if on.kind.is_sqlite() { 2 } else { 3 };
    let loaded = Customer::bulk_load_all(records())
        .max_rejects(bad)
        .exec(db)
        .await?;
    assert_eq!(
        (loaded.read, loaded.inserted, loaded.rejected),
        (2_000, 2_000 - bad, bad)
    );
    let reasons = Vec::from_iter(loaded.reasons.iter().map(|one| (one.row, one.error.kind())));
    assert_eq!(
        reasons[..2],
        [
            (334, ErrorKind::UniqueViolation),
            (701, ErrorKind::UniqueViolation)
        ]
    );
    if bad == 3 {
        assert_eq!(reasons[2], (1_501, ErrorKind::Value));
    }
    assert_eq!(Customer::query().count(db).await?, 2_001 - bad);
    Customer::query().delete(db).await?;
    customer(700).insert(db).await?;
    let failed = Customer::bulk_load_all(records()).max_rejects(1).exec(db).await;
    let error = fails_with(failed, ErrorKind::UniqueViolation, "Customer");
    assert!(error.to_string().contains("record 701: "), "{error}");
    assert_eq!(Customer::query().count(db).await?, 1);
    // In a transaction, which goes on behind it.
    let tx = db.begin().await?;
    assert_eq!(
        Customer::bulk_load_all(records())
            .max_rejects(9)
            .exec(&tx)
            .await?
            .rejected,
        bad
    );
    customer(9_000).insert(&tx).await?;
    tx.commit().await?;
    assert_eq!(Customer::query().count(db).await?, 2_002 - bad);
    Ok(())
}

async fn loads_batch_by_batch(on: Arc<On>) -> Result<()> {
    let db = &on.db;
    create_table::<Customer>(db).await?;
    let records = || (0..1_000).map(|n| customer(if n == 777 { 3 } else { n }));
    let failed = Customer::bulk_load_all(records())
        .batch_rows(100)
        .commit_each_batch()
        .exec(db)
        .await;
    fails_with(failed, ErrorKind::UniqueViolation, "Customer");
    assert_eq!(Customer::query().count(db).await?, 700);
    Customer::query().delete(db).await?;
    let failed = Customer::bulk_load_all(records()).batch_rows(100).exec(db).await;
    fails_with(failed, ErrorKind::UniqueViolation, "Customer");
    assert_eq!(Customer::query().count(db).await?, 0);
    Ok(())
}

/// Records that come one by one, with a wait now and then; the one with this number is an error.
struct Source {
    next: i32,
    end: i32,
    fails_at: i32,
    waited: bool,
}

impl futures_core::Stream for Source {
    type Item = Result<Customer>;

    fn poll_next(mut self: Pin<&mut Self>, task: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if self.next % 100 == 0 && !self.waited {
            self.waited = true;
            let waker = task.waker().clone();
            tokio::spawn(async move {
                tokio::time::sleep(std::time::Duration::from_millis(1)).await;
                waker.wake();
            });
            return Poll::Pending;
        }
        self.waited = false;
        self.next += 1;
        Poll::Ready(match self.next - 1 {
            n if n == self.fails_at => Some(Err(Error::new(ErrorKind::Cancelled, "the source has failed"))),
            n if n < self.end => Some(Ok(customer(n))),
            n if n == self.end => None,
            // As streams made of an `async` block do.
            _ => panic!("it is asked behind its end"),
        })
    }
}

fn source(end: i32, fails_at: i32) -> Source {
    Source {
        next: 0,
        end,
        fails_at,
        waited: false,
    }
}

async fn loads_that_fail(on: Arc<On>) -> Result<()> {
    let db = &on.db;
    create_table::<Customer>(db).await?;
    let failed = Customer::bulk_load(source(3_000, 2_222))
        .batch_rows(1_000)
        .exec(db)
        .await;
    fails_with(failed, ErrorKind::Cancelled, "Customer");
    assert_eq!(Customer::query().count(db).await?, 0);
    let loaded = Customer::bulk_load(source(3_000, -1))
        .batch_rows(1_000)
        .exec(db)
        .await?;
    assert_eq!(loaded.inserted, 3_000);
    Ok(())
}

/// A stream that gives two batches, the second with a record of the first, and then nothing for ever.
struct Stuck(i32);

impl futures_core::Stream for Stuck {
    type Item = Result<Customer>;

    fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.0 += 1;
        match self.0 {
            n @ 1..=100 => Poll::Ready(Some(Ok(customer(n)))),
            n @ 101..=200 => Poll::Ready(Some(Ok(customer(n % 101)))),
            _ => Poll::Pending,
        }
    }
}

/// The next batch is made while one is on its way, and what is wrong with that one does not wait for it.
async fn a_failure_does_not_wait_for_the_source(on: Arc<On>) -> Result<()> {
    let db = &on.db;
    create_table::<Customer>(db).await?;
    let load = Customer::bulk_load(Stuck(0)).batch_rows(100).exec(db);
    let failed = tokio::time::timeout(std::time::Duration::from_secs(30), load)
        .await
        .expect("it is told");
    fails_with(failed, ErrorKind::UniqueViolation, "Customer");
    assert_eq!(Customer::query().count(db).await?, 0);
    Ok(())
}

async fn a_load_that_is_dropped(on: Arc<On>) -> Result<()> {
    let db = &on.db;
    create_table::<Customer>(db).await?;
    for millis in [1, 10, 25, 60] {
        let load = Customer::bulk_load(source(200_000, -1)).batch_rows(500).exec(db);
        let limit = std::time::Duration::from_millis(millis);
        assert!(
            tokio::time::timeout(limit, load).await.is_err(),
            "it would take seconds"
        );
        assert_eq!(Customer::query().count(db).await?, 0);
        customer(1).insert(db).await?.delete(db).await?;
    }
    Ok(())
}

async fn what_makes_no_sense(on: Arc<On>) -> Result<()> {
    let db = &on.db;
    create_table::<Customer>(db).await?;
    let one = || [customer(1)];
    let refused = |result: Result<Loaded>| fails_with(result, ErrorKind::Statement, "Customer");
    refused(Customer::bulk_load_all(one()).upsert().exec(db).await);
    refused(
        Customer::bulk_load_all(one())
            .replace()
            .commit_each_batch()
            .exec(db)
            .await,
    );
    refused(
        Customer::bulk_load_all(one())
            .upsert_by(|c| c.email)
            .update(|c| c.id)
            .exec(db)
            .await,
    );
    let refused = |result: Result<u64>| fails_with(result, ErrorKind::Statement, "Customer");
    refused(Customer::update_many(one()).exec(db).await);
    let there = || [Customer { id: 7, ..customer(1) }];
    refused(Customer::update_many(there()).set(|c| c.id).exec(db).await);
    assert_eq!(Customer::query().count(db).await?, 0);
    Ok(())
}

async fn every_type_is_loaded(on: Arc<On>) -> Result<()> {
    create_table::<Everything>(&on.db).await?;
    let records = Vec::from_iter((0..300).map(everything));
    let loaded = Everything::bulk_load_all(records.clone()).exec(&on.db).await?;
    assert_eq!(loaded.inserted, 300);
    assert_eq!(every_row(&on).await?, records);
    let newer = Vec::from_iter((0..400).map(|n| Everything {
        id: everything(n).id,
        ..everything(n + 1)
    }));
    let loaded = Everything::bulk_load_all(newer.clone())
        .upsert()
        .exec(&on.db)
        .await?;
    assert_eq!((loaded.inserted, loaded.updated), (100, 300));
    assert_eq!(every_row(&on).await?, newer);
    Ok(())
}

/// A stream of one database is the source of a load into another.
async fn from_one_database_to_another(on: Arc<On>) -> Result<()> {
    let db = &on.db;
    on.add("copy");
    create_table::<Customer>(db).await?;
    create_table::<Customer>(&db.using("copy")).await?;
    Customer::bulk_load_all((0..7_000).map(customer)).exec(db).await?;
    struct Records<S>(S);
    impl<S: futures_core::Stream<Item = Result<Rec<Customer>>> + Unpin> futures_core::Stream for Records<S> {
        type Item = Result<Customer>;

        fn poll_next(mut self: Pin<&mut Self>, task: &mut Context<'_>) -> Poll<Option<Self::Item>> {
            let next = Pin::new(&mut self.0).poll_next(task);
            next.map(|row| row.map(|row| row.map(Rec::into_inner)))
        }
    }
    let rows = Records(Customer::query().using("main").stream(db));
    let loaded = Customer::bulk_load(rows).using("copy").upsert().exec(db).await?;
    assert_eq!(loaded.inserted, 7_000);
    let there = Customer::query()
        .using("copy")
        .order_by(|c| c.email.asc())
        .all(db)
        .await?;
    let same = all(&on)
        .await?
        .into_iter()
        .zip(there)
        .all(|(one, other)| one.visits == other.visits && one.id == other.id);
    assert!(same);
    Ok(())
}

/// The rows are the same where the server does not take files, and the answer too.
async fn loads_where_files_are_not_allowed(on: Arc<On>) -> Result<()> {
    if on.kind != Kind::MariaDb {
        return Ok(());
    }
    create_table::<Everything>(&on.db).await?;
    let records = Vec::from_iter((0..1_200).map(everything));
    on.execute("SET GLOBAL local_infile = 0").await?;
    let refused = Everything::bulk_load_all(records.clone()).exec(&on.db).await;
    on.execute("SET GLOBAL local_infile = 1").await?;
    assert_eq!(refused?.inserted, 1_200);
    assert_eq!(every_row(&on).await?, records);
    Ok(())
}
