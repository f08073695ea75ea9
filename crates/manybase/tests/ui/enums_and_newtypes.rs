//! What can't be kept as an enum or a newtype.

use manybase::prelude::*;

#[derive(DbEnum)]
enum WithData {
    A,
    B(i32),
}

#[derive(DbEnum)]
enum SameText {
    #[db("a")]
    One,
    #[db("a")]
    Two,
}

#[derive(DbEnum)]
#[db(integer)]
enum SameNumber {
    One = 1,
    #[db(1)]
    Two,
}

#[derive(DbEnum)]
#[db(integer)]
enum NoNumber {
    #[db("one")]
    One,
}

#[derive(DbEnum)]
enum NoText {
    #[db(1)]
    One,
}

#[derive(DbEnum)]
#[db(text)]
enum Unknown {
    One,
}

#[derive(DbEnum)]
enum Nothing {}

#[derive(DbEnum)]
struct NoEnum(i32);

#[derive(DbType)]
struct TwoFields(i32, i32);

#[derive(DbType)]
struct Named {
    inner: i32,
}

#[derive(DbType)]
struct Generic<T>(T);

#[derive(DbType)]
#[db(integer)]
struct UnknownAttribute(i32);

struct Other;

#[derive(DbType)]
struct Wrapped(Other);

fn main() {}
