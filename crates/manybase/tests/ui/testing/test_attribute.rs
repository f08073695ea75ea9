//! What `#[manybase::test]` may say, and what a test looks like.

use manybase::prelude::*;

#[manybase::test(connection(app = "sqlite"))]
async fn unknown_argument(db: Db) {}

#[manybase::test(connections = "sqlite")]
async fn no_list(db: Db) {}

#[manybase::test(connections(app = "oracel"))]
async fn unknown_kind(db: Db) {}

#[manybase::test(connections(app = "env:"))]
async fn no_variable(db: Db) {}

#[manybase::test(connections(app = "sqlite", app = "postgres"))]
async fn connection_twice(db: Db) {}

#[manybase::test(threads = 2, threads = 3)]
async fn argument_twice(db: Db) {}

#[manybase::test(threads = 0)]
async fn no_threads(db: Db) {}

#[manybase::test(isolation = "own")]
async fn unknown_isolation(db: Db) {}

#[manybase::test(connections(app = "postgres"), isolation = "memory")]
async fn isolation_of_another(db: Db) {}

#[manybase::test(connections(app = "sqlite"), default = "ap")]
async fn unknown_default(db: Db) {}

#[manybase::test(fixtures("no/such.yaml"))]
async fn no_file(db: Db) {}

#[manybase::test(migrations = "no/such/directory")]
async fn no_directory(db: Db) {}

#[manybase::test(migrations = true)]
async fn migrations_of_where(db: Db) {}

#[manybase::test(connections(app = "sqlite"), migrations(ap = "src"))]
async fn migrations_of_whom(db: Db) {}

#[manybase::test(migrations = false, steps = steps)]
async fn steps_of_nothing(db: Db) {}

#[manybase::test(timeout = "soon")]
async fn no_time(db: Db) {}

#[manybase::test]
fn not_async(db: Db) {}

#[manybase::test]
async fn no_db() {}

#[manybase::test]
async fn two_dbs(db: Db, other: Db) {}

#[manybase::test]
async fn generic<T>(db: Db) {}

#[manybase::test]
#[test]
async fn test_twice(db: Db) {}

#[manybase::test]
async fn returns_something(db: Db) -> impl std::fmt::Debug {}

#[manybase::test]
struct NoFunction;

fn main() {}
