//! On MariaDB.

use diesel::mysql::Mysql;
use diesel_async::AsyncMysqlConnection;

contender!(AsyncMysqlConnection, Mysql, "diesel 2.3, diesel-async 0.9");

diesel::define_sql_function! {
    /// The key that this connection was given last: Diesel's MySQL backend has no RETURNING.
    fn last_insert_id() -> BigInt;
}

async fn insert(connection: &mut AsyncMysqlConnection, row: &NewEntry) -> QueryResult<()> {
    diesel::insert_into(entry::table)
        .values(row)
        .execute(connection)
        .await?;
    let _key: i64 = diesel::select(last_insert_id()).get_result(connection).await?;
    Ok(())
}

/// One at a time: what Diesel writes for MySQL overwrites with values, not with those of the refused row.
async fn upsert_many(connection: &mut AsyncMysqlConnection, rows: &[Item]) -> QueryResult<()> {
    connection
        .transaction(async |connection| {
            for row in rows {
                diesel::insert_into(entry::table)
                    .values(row)
                    .on_conflict(diesel::dsl::DuplicatedKeys)
                    .do_update()
                    .set((
                        entry::name.eq(&row.name),
                        entry::email.eq(&row.email),
                        entry::age.eq(row.age),
                        entry::balance.eq(row.balance),
                        entry::score.eq(row.score),
                        entry::active.eq(row.active),
                        entry::born_on.eq(row.born_on),
                        entry::seen_at.eq(row.seen_at),
                        entry::token.eq(&row.token),
                    ))
                    .execute(connection)
                    .await?;
            }
            Ok(())
        })
        .await
}
