//! How statements are not counted.

use manybase::prelude::*;
use manybase::testing::{assert_max_queries, assert_queries};

async fn no_number(db: Db) {
    assert_queries!(db, async { 1 });
    assert_max_queries!(db, async { 1 });
}

async fn no_work(db: Db) {
    assert_queries!(db, 1);
    assert_queries!(db, [app = 1]);
}

async fn no_future(db: Db) {
    assert_queries!(db, 1, 7);
}

async fn no_count(db: Db) {
    assert_queries!(db, "one", async { 1 });
    assert_queries!(db, [app: 1], async { 1 });
}

async fn no_db(count: usize) {
    assert_queries!(count, 1, async { 1 });
}

fn not_async(db: Db) {
    assert_queries!(db, 1, async { 1 });
}

fn main() {}
