//! What each row of the table is here.

use super::*;

pub(super) async fn run(conn: &mut Conn, pool: Pool, url: String, row: Row, cycles: u64) -> Result<Outcome> {
    let each = row.cycle();
    let mut clock = Clock::new();
    Ok(match row {
        Row::Find => measure!(
            cycles,
            each,
            |i| find(conn, FIND, key(i, 10_000)).await?,
            |item| digest!(item)
        ),
        Row::Read10 => measure!(
            cycles,
            each,
            |i| read(conn, key(i, 9_000), 10).await?,
            |items| digests!(items)
        ),
        Row::Read1000 => measure!(
            cycles,
            each,
            |_i| read(conn, 4_000, 1_000).await?,
            |items| digests!(items)
        ),
        Row::Read10000 => measure!(cycles, each, |_i| read(conn, 1, 10_000).await?, |items| digests!(
            items
        )),
        Row::Filter => measure!(
            cycles,
            each,
            |i| filter(conn, &search(i)).await?,
            |items| digests!(items)
        ),
        Row::Include => measure!(cycles, each, |_i| include(conn).await?, |parents| family(parents)),
        Row::ToSql => measure!(cycles, each, |i| filtered(&search(i)), |(_, binds)| binds.len()
            as u64),
        Row::Concurrent => tasks(cycles, move |operation| one_of_many(pool.clone(), operation)).await?,
        Row::StartUp => {
            let mut checksum = 0_u64;
            for _ in 0..cycles {
                bench_common::rest(&url).await;
                clock.go();
                let mut conn = Conn::new(Opts::from_url(&url)?).await?;
                let item = find(&mut conn, FIND, 7).await?;
                clock.halt();
                checksum = checksum.wrapping_add(digest!(item));
                conn.disconnect().await?;
            }
            Outcome::new(&clock, checksum)
        }
        Row::InsertOne => {
            reset(conn).await?;
            for _ in 0..cycles {
                let rows: Vec<Item> = entries(each).map(Item::from).collect();
                clock.go();
                for row in rows {
                    insert(conn, &row).await?;
                }
                clock.halt();
            }
            Outcome::new(&clock, keyless!(all(conn, "entry").await?))
        }
        Row::InsertMany => {
            reset(conn).await?;
            for _ in 0..cycles {
                let rows: Vec<Item> = entries(10_000).map(Item::from).collect();
                clock.go();
                insert_many(conn, &rows).await?;
                clock.halt();
            }
            Outcome::new(&clock, keyless!(all(conn, "entry").await?))
        }
        Row::BulkLoad => {
            reset(conn).await?;
            for _ in 0..cycles {
                let rows: Vec<Item> = entries(BULK_ROWS).map(Item::from).collect();
                clock.go();
                load(conn, &rows).await?;
                clock.halt();
            }
            Outcome::new(&clock, keyless!(all(conn, "entry").await?))
        }
        Row::UpdateOne => {
            reset(conn).await?;
            let mut rows = Vec::new();
            for i in 0..each {
                rows.push(find(conn, FIND_ACCOUNT, account(i)).await?);
            }
            for _ in 0..cycles {
                clock.go();
                for row in &mut rows {
                    row.balance += 1;
                    update(conn, row.id, row.balance).await?;
                }
                clock.halt();
            }
            Outcome::new(&clock, balances!(all(conn, "account").await?))
        }
        Row::UpsertMany => {
            let mut checksum = 0_u64;
            for _ in 0..cycles {
                reset(conn).await?;
                let mut rows: Vec<Item> = items().map(Item::from).collect();
                upsert(conn, "entry", &rows[..5_000]).await?;
                rows.iter_mut().for_each(|row| row.age += 1);
                clock.go();
                upsert(conn, "entry", &rows).await?;
                clock.halt();
                checksum = checksum.wrapping_add(digests!(all(conn, "entry").await?));
            }
            Outcome::new(&clock, checksum)
        }
        Row::Transaction => {
            reset(conn).await?;
            for _ in 0..cycles {
                let rows: Vec<Item> = entries(each).map(Item::from).collect();
                clock.go();
                for (i, row) in rows.iter().enumerate() {
                    transfer(conn, i as u64, row).await?;
                }
                clock.halt();
            }
            let balances = balances!(all(conn, "account").await?);
            Outcome::new(&clock, balances.wrapping_add(keyless!(all(conn, "entry").await?)))
        }
        Row::Stream => {
            let mut checksum = 0_u64;
            let sql = format!("SELECT {} FROM big", columns());
            for _ in 0..cycles {
                clock.go();
                let mut rows = conn.exec_stream::<Item, _, _>(&sql, ()).await?;
                while let Some(item) = rows.try_next().await? {
                    checksum = checksum.wrapping_add(digest!(item));
                }
                clock.halt();
            }
            Outcome::new(&clock, checksum)
        }
    })
}
