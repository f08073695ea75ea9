//! Queries whose types do not fit.

use manybase::prelude::*;

#[derive(Model)]
struct Person {
    #[model(key, auto)]
    id: i64,
    name: String,
    age: i32,
    born: NaiveDate,
}

fn main() {
    Person::filter(|c| c.age.eq("x"));
    Person::filter(|c| c.name.eq(7));
    Person::filter(|c| c.age.in_list(["a", "b"]));
    Person::query().select(|c| c.name.sum());
    Person::filter(|c| c.age.starts_with("A"));
    Person::filter(|c| (c.name + 1).eq(2));
    Person::filter(|c| c.age.year().eq(2));
    Person::filter(|c| c.age);
    Person::filter(|c| c.agee.eq(1));
    Person::query().order_by(|c| c.name);
}
