//! Dropped futures: whatever is cut off in the middle, the next user of the pool gets the right answer.

use super::case::{Case, within};
use super::db::Db;
use super::random::Random;
use super::verdict::Verdict;
use manybase_driver::{Access, ConnectOptions, PoolOptions, Statement, TransactionOptions};
use manybase_sql::{DataType, Delete, Expr, Insert, Select, Value};
use std::future::Future;
use std::pin::pin;
use std::task::Poll;
use std::time::{Duration, Instant};

const I64: DataType = DataType::I64;
const SEED: u64 = 41;
const ROUNDS: i64 = 100;
const SOON: Duration = Duration::from_secs(15);
const PLAIN: TransactionOptions = TransactionOptions {
    isolation: None,
    read_only: false,
};

/// What is cut off.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Kind {
    Select,
    LargeSelect,
    Insert,
    Batch,
    AtomicBatch,
    Begin,
    Commit,
    Rollback,
    Script,
    Savepoint,
    InTransaction,
    Acquire,
}

/// Runs a future for a while and drops it: after so many polls, or so many turns of the runtime.
pub(super) async fn cut<F: Future>(random: &mut Random, work: F) -> Option<F::Output> {
    let mut work = pin!(work);
    if random.once_in(2) {
        let mut polls = random.below(6);
        return std::future::poll_fn(|context| {
            if polls == 0 {
                return Poll::Ready(None);
            }
            polls -= 1;
            match work.as_mut().poll(context) {
                Poll::Ready(output) => Poll::Ready(Some(output)),
                Poll::Pending if polls == 0 => Poll::Ready(None),
                Poll::Pending => Poll::Pending,
            }
        })
        .await;
    }
    let deadline = Instant::now() + Duration::from_micros(random.below(2_500));
    let clock = async {
        while Instant::now() < deadline {
            tokio::task::yield_now().await;
        }
    };
    tokio::select! {
        biased;
        output = work => Some(output),
        () = clock => None,
    }
}

fn rows(name: &str, ids: [i64; 2]) -> [Insert; 2] {
    ids.map(|id| Insert::into(name.to_owned(), ["id", "v"]).row([id, 0]))
}

/// One round: something is begun and cut off, and the session goes back to the pool.
async fn round(
    db: &mut Db,
    kind: Kind,
    name: &str,
    many: &str,
    ids: [i64; 2],
    random: &mut Random,
) -> Verdict {
    let [first, second] = rows(name, ids);
    let statements = vec![db.statement(&first)?, db.statement(&second)?];
    let token = random.between(1, i64::MAX / 2);
    match kind {
        Kind::Select | Kind::Acquire => {
            let select = Select::from(name.to_owned()).item(token.into());
            let _ = cut(random, db.column(&select, I64)).await;
        }
        Kind::LargeSelect => {
            let select = Select::from(many.to_owned()).item(token.into());
            let _ = cut(random, db.column(&select, I64)).await;
        }
        Kind::Insert => {
            let _ = cut(random, db.run(&first)).await;
        }
        Kind::Batch | Kind::AtomicBatch => {
            let _ = cut(random, db.session.batch(statements, kind == Kind::AtomicBatch)).await;
        }
        Kind::Begin => {
            let _ = cut(random, db.session.begin(PLAIN)).await;
        }
        Kind::Script => {
            let sql = format!(
                "INSERT INTO {name} (id, v) VALUES ({}, 0); SELECT {token}; INSERT INTO {name} (id, v) VALUES ({}, 0)",
                ids[0], ids[1]
            );
            let _ = cut(random, db.session.script(sql)).await;
        }
        Kind::Commit | Kind::Rollback | Kind::Savepoint | Kind::InTransaction => {
            db.session.begin(PLAIN).await?;
            db.run(&first).await?;
            if kind == Kind::InTransaction {
                let _ = cut(random, db.run(&second)).await;
                return Ok(());
            }
            db.run(&second).await?;
            let _ = match kind {
                Kind::Commit => cut(random, db.session.commit()).await,
                Kind::Rollback => cut(random, db.session.rollback()).await,
                _ => cut(random, db.session.savepoint(1)).await,
            };
        }
    }
    Ok(())
}

/// How many of these two rows are there, as somebody else sees it.
async fn present(db: &mut Db, name: &str, ids: [i64; 2]) -> Verdict<i64> {
    let select = Select::from(name.to_owned()).item(Expr::count_all());
    let select = select.filter(Expr::typed_column("id", I64, false).in_list(ids));
    Ok(match db.cell(&select, I64).await? {
        Value::I64(count) => count,
        other => panic!("the count is {other:?}"),
    })
}

async fn survive(case: Case, kind: Kind) -> Verdict {
    let mut random = Random::new(SEED + kind as u64);
    for size in [1, 4] {
        let connect = ConnectOptions {
            lock_timeout: Some(Duration::from_secs(10)),
            ..ConnectOptions::default()
        };
        let pool = case.pool_with(
            &connect,
            PoolOptions {
                max_size: size,
                ..PoolOptions::default()
            },
        )?;
        let (name, many, one) = (case.table("cut"), case.table("many"), case.table("one"));
        let mut db = Db::take(pool.clone(), Access::Write).await?;
        let savepoints = db.dialect.capability().savepoints;
        case.needs(savepoints || kind != Kind::Savepoint, "savepoints")?;
        db.keys(&name, [0]).await?;
        db.keys(&one, [0]).await?;
        let large = if kind == Kind::LargeSelect { 3_000 } else { 1 };
        db.keys(&many, 0..large).await?;
        drop(db);
        for n in 1..=ROUNDS {
            let ids = [n * 10 + size as i64, n * 10 + size as i64 + 1];
            if kind == Kind::Acquire {
                let _ = cut(&mut random, pool.acquire(Access::Write)).await;
            }
            let mut db = within(SOON, "a connection", Db::take(pool.clone(), Access::Write)).await?;
            let access = db.pool.options().max_size;
            round(&mut db, kind, &name, &many, ids, &mut random).await?;
            drop(db);

            // Each of the next users gets the answer to its own question.
            let users = access.min(if n % 10 == 0 { 4 } else { 1 });
            let tasks = (0..users).map(|user| {
                let (pool, one) = (pool.clone(), one.clone());
                let access = if user % 2 == 0 {
                    Access::Write
                } else {
                    Access::Read
                };
                tokio::spawn(async move {
                    let mut db = Db::take(pool, access).await?;
                    assert!(!db.session.in_transaction());
                    db.assert_good(&one).await?;
                    db.assert_good(&one).await
                })
            });
            for task in Vec::from_iter(tasks) {
                match within(SOON, "an answer after a cut", task).await {
                    Ok(result) => result?,
                    Err(error) => panic!("{kind:?}, pool of {size}, round {n}: {error}"),
                }
            }
            let mut db = within(SOON, "a connection", Db::take(pool.clone(), Access::Write)).await?;
            let there = present(&mut db, &name, ids).await?;
            match kind {
                Kind::Commit | Kind::AtomicBatch => {
                    assert!(there != 1, "{kind:?}, round {n}: half a transaction")
                }
                Kind::Begin | Kind::Rollback | Kind::Savepoint | Kind::InTransaction => {
                    assert_eq!(
                        there, 0,
                        "{kind:?}, round {n}: a transaction that nobody committed"
                    );
                }
                _ => {}
            }
            // Locks are free: the same rows can be written at once.
            if there == 0 && !matches!(kind, Kind::Select | Kind::LargeSelect | Kind::Acquire) {
                let delete =
                    Delete::from(name.clone()).filter(Expr::typed_column("id", I64, false).in_list(ids));
                within(SOON, "the locks of what was cut off", db.run(&delete)).await?;
            }
        }
        let mut db = within(
            SOON,
            "a connection at the end",
            Db::take(pool.clone(), Access::Write),
        )
        .await?;
        db.assert_good(&one).await?;
        assert!(pool.status().open <= pool.status().max);
    }
    Ok(())
}

macro_rules! kinds {
    ($($name:ident => $kind:ident;)*) => {$(
        pub(super) async fn $name(case: Case) -> Verdict {
            survive(case, Kind::$kind).await
        }
    )*};
}

kinds! {
    cut_select => Select;
    cut_large_select => LargeSelect;
    cut_insert => Insert;
    cut_batch => Batch;
    cut_atomic_batch => AtomicBatch;
    cut_begin => Begin;
    cut_commit => Commit;
    cut_rollback => Rollback;
    cut_script => Script;
    cut_savepoint => Savepoint;
    cut_in_transaction => InTransaction;
    cut_acquire => Acquire;
}

/// A statement that would take a minute is stopped on the server when nobody waits for it any more: the locks of
/// its transaction are free within seconds, and so is its place in the pool.
pub(super) async fn a_long_statement_is_stopped(case: Case) -> Verdict {
    let slow = case.slow_query()?;
    let pool = case.pool(1)?;
    let name = case.table("slow");
    let mut db = Db::take(pool.clone(), Access::Write).await?;
    db.keys(&name, [0]).await?;
    drop(db);
    for from_another_pool in [false, true] {
        if from_another_pool {
            case.needs_connections()?;
        }
        let mut db = Db::take(pool.clone(), Access::Write).await?;
        db.session.begin(PLAIN).await?;
        db.run(&rows(&name, [1, 2])[0]).await?;
        let work = db.session.execute(Statement::read(slow.clone(), vec![]).once());
        let cut = tokio::time::timeout(Duration::from_millis(400), work).await;
        assert!(cut.is_err(), "the slow query is not slow: {cut:?}");
        drop(db);

        let begun = Instant::now();
        let take = Db::take(
            if from_another_pool {
                case.pool(1)?
            } else {
                pool.clone()
            },
            Access::Write,
        );
        let mut db = within(SOON, "a place in the pool", take).await?;
        let insert = &rows(&name, [1, 2])[0];
        within(SOON, "the locks of a long statement", db.run(insert)).await?;
        let took = begun.elapsed();
        assert!(took < Duration::from_secs(8), "stopped after {took:?} only");
        db.run(&Delete::from(name.clone())).await?;
    }
    Ok(())
}
