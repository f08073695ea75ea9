//! On PostgreSQL.

use diesel::pg::Pg;
use diesel_async::AsyncPgConnection;

contender!(AsyncPgConnection, Pg, "diesel 2.3, diesel-async 0.9");

async fn insert(connection: &mut AsyncPgConnection, row: &NewEntry) -> QueryResult<()> {
    let _key: i64 = diesel::insert_into(entry::table)
        .values(row)
        .returning(entry::id)
        .get_result(connection)
        .await?;
    Ok(())
}

/// A statement takes at most 65,535 values.
async fn upsert_many(connection: &mut AsyncPgConnection, rows: &[Item]) -> QueryResult<()> {
    connection
        .transaction(async |connection| {
            for rows in rows.chunks(1_000) {
                diesel::insert_into(entry::table)
                    .values(rows)
                    .on_conflict(entry::id)
                    .do_update()
                    .set(crate::overwritten!())
                    .execute(connection)
                    .await?;
            }
            Ok(())
        })
        .await
}
