//! What each row of the table is here.

use super::*;

impl Contender for Sqlite {
    fn run(&mut self, row: Row, cycles: u64) -> Result<std::result::Result<Outcome, String>> {
        let each = row.cycle();
        let connection = &self.connection;
        let mut clock = Clock::new();
        Ok(Ok(match row {
            Row::Find => measure!(
                cycles,
                each,
                |i| find(connection, FIND, key(i, 10_000))?,
                |item| digest!(item)
            ),
            Row::Read10 => {
                measure!(
                    cycles,
                    each,
                    |i| read(connection, key(i, 9_000), 10)?,
                    |items| digests!(items)
                )
            }
            Row::Read1000 => measure!(
                cycles,
                each,
                |_i| read(connection, 4_000, 1_000)?,
                |items| digests!(items)
            ),
            Row::Read10000 => measure!(cycles, each, |_i| read(connection, 1, 10_000)?, |items| digests!(
                items
            )),
            Row::Filter => measure!(cycles, each, |i| self.filter(i)?, |items| digests!(items)),
            Row::Include => measure!(cycles, each, |_i| self.include()?, |parents| family(parents)),
            Row::StartUp => {
                let mut checksum = 0_u64;
                for _ in 0..cycles {
                    clock.go();
                    let connection = open(&self.path)?;
                    let item = find(&connection, FIND, 7)?;
                    clock.halt();
                    checksum = checksum.wrapping_add(digest!(item));
                }
                Outcome::new(&clock, checksum)
            }
            Row::ToSql => measure!(cycles, each, |i| filtered(&search(i)), |(_, binds)| binds.len()
                as u64),
            Row::Concurrent => return self.concurrent(cycles).map(Ok),
            Row::InsertOne => {
                self.reset()?;
                for _ in 0..cycles {
                    let rows: Vec<Item> = entries(each).map(Item::from).collect();
                    clock.go();
                    for row in rows {
                        insert(&self.connection, &row)?;
                    }
                    clock.halt();
                }
                Outcome::new(&clock, keyless!(all(&self.connection, "entry")?))
            }
            Row::InsertMany => {
                self.reset()?;
                for _ in 0..cycles {
                    let rows: Vec<Item> = entries(10_000).map(Item::from).collect();
                    clock.go();
                    self.insert_many(&rows)?;
                    clock.halt();
                }
                Outcome::new(&clock, keyless!(all(&self.connection, "entry")?))
            }
            Row::BulkLoad => {
                self.reset()?;
                for _ in 0..cycles {
                    let rows: Vec<Item> = entries(BULK_ROWS).map(Item::from).collect();
                    clock.go();
                    self.insert_many(&rows)?;
                    clock.halt();
                }
                Outcome::new(&clock, keyless!(all(&self.connection, "entry")?))
            }
            Row::UpdateOne => {
                self.reset()?;
                let find = |i| find(connection, FIND_ACCOUNT, account(i));
                let mut rows = (0..each).map(find).collect::<Result<Vec<_>>>()?;
                for _ in 0..cycles {
                    clock.go();
                    for row in &mut rows {
                        row.balance += 1;
                        update(&self.connection, row.id, row.balance)?;
                    }
                    clock.halt();
                }
                Outcome::new(&clock, balances!(all(&self.connection, "account")?))
            }
            Row::UpsertMany => {
                let mut checksum = 0_u64;
                for _ in 0..cycles {
                    self.reset()?;
                    let mut rows: Vec<Item> = items().map(Item::from).collect();
                    self.upsert_many(&rows[..5_000])?;
                    rows.iter_mut().for_each(|row| row.age += 1);
                    clock.go();
                    self.upsert_many(&rows)?;
                    clock.halt();
                    checksum = checksum.wrapping_add(digests!(all(&self.connection, "entry")?));
                }
                Outcome::new(&clock, checksum)
            }
            Row::Transaction => {
                self.reset()?;
                for _ in 0..cycles {
                    let rows: Vec<Item> = entries(each).map(Item::from).collect();
                    clock.go();
                    for (i, row) in rows.iter().enumerate() {
                        self.transfer(i as u64, row)?;
                    }
                    clock.halt();
                }
                let balances = balances!(all(&self.connection, "account")?);
                Outcome::new(
                    &clock,
                    balances.wrapping_add(keyless!(all(&self.connection, "entry")?)),
                )
            }
            Row::Stream => {
                let mut checksum = 0_u64;
                for _ in 0..cycles {
                    let mut statement =
                        connection.prepare_cached(&format!("SELECT {} FROM big", columns()))?;
                    clock.go();
                    for item in statement.query_map([], item)? {
                        checksum = checksum.wrapping_add(digest!(item?));
                    }
                    clock.halt();
                }
                Outcome::new(&clock, checksum)
            }
        }))
    }
}
