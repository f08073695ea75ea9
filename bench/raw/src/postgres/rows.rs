//! What each row of the table is here.

use super::*;

pub(super) async fn run(
    session: &mut Session,
    pool: Arc<Pool>,
    url: String,
    row: Row,
    cycles: u64,
) -> Result<Outcome> {
    let each = row.cycle();
    let mut clock = Clock::new();
    Ok(match row {
        Row::Find => measure!(
            cycles,
            each,
            |i| session.find(key(i, 10_000)).await?,
            |item| digest!(item)
        ),
        Row::Read10 => measure!(
            cycles,
            each,
            |i| session.read(key(i, 9_000), 10).await?,
            |items| digests!(items)
        ),
        Row::Read1000 => measure!(
            cycles,
            each,
            |_i| session.read(4_000, 1_000).await?,
            |items| digests!(items)
        ),
        Row::Read10000 => measure!(
            cycles,
            each,
            |_i| session.read(1, 10_000).await?,
            |items| digests!(items)
        ),
        Row::Filter => measure!(
            cycles,
            each,
            |i| session.filter(&search(i)).await?,
            |items| digests!(items)
        ),
        Row::Include => measure!(cycles, each, |_i| session.include().await?, |parents| family(
            parents
        )),
        Row::ToSql => measure!(cycles, each, |i| filtered(&search(i)), |(_, binds)| binds.len()
            as u64),
        Row::Concurrent => tasks(cycles, move |operation| pool.clone().one_of_many(operation)).await?,
        Row::StartUp => {
            let mut checksum = 0_u64;
            for _ in 0..cycles {
                bench_common::rest(&url).await;
                clock.go();
                let client = connect(&url).await?;
                let item = item(&client.query_one(FIND, &[&7_i64]).await?)?;
                clock.halt();
                checksum = checksum.wrapping_add(digest!(item));
            }
            Outcome::new(&clock, checksum)
        }
        Row::InsertOne => {
            session.reset().await?;
            for _ in 0..cycles {
                let rows: Vec<Item> = entries(each).map(Item::from).collect();
                clock.go();
                for row in rows {
                    session.insert(&row).await?;
                }
                clock.halt();
            }
            Outcome::new(&clock, keyless!(session.all("entry").await?))
        }
        Row::InsertMany => {
            session.reset().await?;
            for _ in 0..cycles {
                let rows: Vec<Item> = entries(10_000).map(Item::from).collect();
                clock.go();
                session.insert_many(&rows).await?;
                clock.halt();
            }
            Outcome::new(&clock, keyless!(session.all("entry").await?))
        }
        Row::BulkLoad => {
            session.reset().await?;
            for _ in 0..cycles {
                let rows: Vec<Item> = entries(BULK_ROWS).map(Item::from).collect();
                clock.go();
                session.load(&rows).await?;
                clock.halt();
            }
            Outcome::new(&clock, keyless!(session.all("entry").await?))
        }
        Row::UpdateOne => {
            session.reset().await?;
            let mut rows = Vec::new();
            for i in 0..each {
                rows.push(item(
                    &session
                        .client
                        .query_one(&session.find_account, &[&account(i)])
                        .await?,
                )?);
            }
            for _ in 0..cycles {
                clock.go();
                for row in &mut rows {
                    row.balance += 1;
                    session.update(row.id, row.balance).await?;
                }
                clock.halt();
            }
            Outcome::new(&clock, balances!(session.all("account").await?))
        }
        Row::UpsertMany => {
            let mut checksum = 0_u64;
            for _ in 0..cycles {
                session.reset().await?;
                let mut rows: Vec<Item> = items().map(Item::from).collect();
                upsert(&session.client, "entry", &rows[..5_000]).await?;
                rows.iter_mut().for_each(|row| row.age += 1);
                clock.go();
                upsert(&session.client, "entry", &rows).await?;
                clock.halt();
                checksum = checksum.wrapping_add(digests!(session.all("entry").await?));
            }
            Outcome::new(&clock, checksum)
        }
        Row::Transaction => {
            session.reset().await?;
            for _ in 0..cycles {
                let rows: Vec<Item> = entries(each).map(Item::from).collect();
                clock.go();
                for (i, row) in rows.iter().enumerate() {
                    session.transfer(i as u64, row).await?;
                }
                clock.halt();
            }
            let balances = balances!(session.all("account").await?);
            Outcome::new(
                &clock,
                balances.wrapping_add(keyless!(session.all("entry").await?)),
            )
        }
        Row::Stream => {
            let mut checksum = 0_u64;
            let sql = format!("SELECT {} FROM big", columns());
            for _ in 0..cycles {
                clock.go();
                let none: [&(dyn ToSql + Sync); 0] = [];
                let rows = session.client.query_raw(&sql, none).await?;
                let mut rows = std::pin::pin!(rows);
                while let Some(row) = rows.try_next().await? {
                    checksum = checksum.wrapping_add(digest!(item(&row)?));
                }
                clock.halt();
            }
            Outcome::new(&clock, checksum)
        }
    })
}
