//! Derive macros of Manybase. Their code is small on purpose: what can be a function in the library is one.

mod attributes;
mod db_enum;
mod db_type;
mod embedded;
mod factory;
mod field;
mod from_row;
mod lifecycle;
mod migrations;
mod model;
mod naming;
mod relation;
mod schema;
mod test;

use proc_macro::TokenStream;
use syn::{DeriveInput, parse_macro_input};

fn run(input: DeriveInput, derive: fn(&DeriveInput) -> syn::Result<proc_macro2::TokenStream>) -> TokenStream {
    derive(&input)
        .unwrap_or_else(|error| error.into_compile_error())
        .into()
}

/// Makes a model of a struct with named fields.
///
/// On the struct, `#[model(…)]` with
/// - `table = "…"`: the table's name; else the struct's in snake case,
/// - `schema = "…"`: the schema it is in,
/// - `connection = "…"`: the connection it is bound to; else the default one,
/// - `hooks`: what happens when records are written and read is in an `impl Hooks`,
/// - `validate`: rules for whole records are in an `impl Validate`,
/// - `readonly`: it is only read, such as a view; `keyless`: no record can be named,
/// - `index(a, desc(b), "lower(c)", name = "…", filter = "…")`: an index of fields and SQL expressions, with a condition;
///   `unique(a, b)`: values that occur once together, with the same options,
/// - `check = "…"`, `check("…", name = "…")`: a condition, in SQL, that each row keeps to,
/// - `view = "SELECT …"`: the query of a view, which is `readonly` then,
/// - `renamed_from = "…"`: the name that the table had before, for migrations.
///
/// On a field, `#[model(…)]` with
/// - `key`: part of the key; on several fields they make it up together,
/// - `auto` (with `key`): filled in on insert, a number by the database, a UUID by the library,
/// - `column = "…"`: the column's name; else the field's,
/// - `json`: any serde type, as a document,
/// - `embedded`: a struct with `#[derive(Embedded)]`, whose fields are columns; `prefix = "…"` comes before their
///   names, else the field's name and an underscore,
/// - `created_at`, `updated_at`: filled in with the time, unless a new record has one,
/// - `version`: counts changes, so that two do not overwrite one another,
/// - `soft_delete` on an `Option` of a time: deleting a record stamps it, and queries leave it out from then on,
/// - `generated`: filled in by the database, never written,
/// - `foreign_key = …` on a relation (`BelongsTo`, `HasMany`, `HasOne`, `ManyToMany`): the field that holds the other end's key,
///   here for `BelongsTo`, there for the others; else `<relation>_id` here, `<model>_id` there; several in parentheses,
/// - `references = …` on a relation: the field that it points to, instead of the key,
/// - `other_key = …` on a `ManyToMany`: the field of the join model that holds the other end's key; else
///   `<other model>_id`,
/// - `on_delete = "restrict"`, `"cascade"` or `"nullify"` on a `HasMany`, `HasOne` or `ManyToMany`: what the deletion
///   of a record does to those that point to it, for relations that no foreign key can hold,
/// - `min_len = …`, `max_len = …`, `non_empty`, `range = 1..=9`, `one_of = ["a", "b"]`, `pattern = "[0-9]{5}"`,
///   `email`, `url`: rules that a value keeps to,
/// - `readonly`: written when the record is inserted, and never again,
/// - `trim`: spaces at the end do not count, neither when it is read nor when it is compared: for padded columns,
/// - `skip`: in no column; the default of its type when a record is read,
/// - `unique`, `index`, `default = …`, `length = …`, `precision = (…, …)`: for the table's schema,
/// - `default_sql = "…"`, `check = "…"`: the same, in SQL,
/// - `renamed_from = "…"`: the name that the column had before, for migrations,
/// - `on_delete = "restrict"`, `"cascade"` or `"nullify"` on a `BelongsTo`: what its foreign key does; `no_foreign_key`: there
///   is to be none.
///
/// Doc comments of the struct and of its fields go with the model: to comments in the database and to schema pages.
#[proc_macro_derive(Model, attributes(model))]
pub fn model(input: TokenStream) -> TokenStream {
    run(parse_macro_input!(input as DeriveInput), model::derive)
}

/// Makes a struct with named fields usable as an embedded field of a model. Its fields take the attributes
/// `column`, `json`, `embedded`, `prefix`, `length`, `precision`, `default`, `default_sql`, `unique`, `index`, `renamed_from` of
/// a model's.
#[proc_macro_derive(Embedded, attributes(model))]
pub fn embedded(input: TokenStream) -> TokenStream {
    run(parse_macro_input!(input as DeriveInput), embedded::derive)
}

/// Makes a column type of an enum without data.
///
/// It is kept as text, each variant by its name in snake case or by `#[db("…")]`; with `#[db(integer)]` on the
/// enum as a number, each variant by its discriminant or by `#[db(7)]`.
///
/// One variant may take what stands for no other, and give it back as it was: `#[db(unknown)] Unknown(String)`, or
/// `Unknown(i64)` in an enum of numbers, whose others then say theirs with `#[db(7)]`. Without one, such a value can't be read.
#[proc_macro_derive(DbEnum, attributes(db))]
pub fn db_enum(input: TokenStream) -> TokenStream {
    run(parse_macro_input!(input as DeriveInput), db_enum::derive)
}

/// Makes a column type of a struct with one unnamed field, such as `struct CustomerId(i64)`. With `#[db(auto)]` it
/// can be an `auto` key.
#[proc_macro_derive(DbType, attributes(db))]
pub fn db_type(input: TokenStream) -> TokenStream {
    run(parse_macro_input!(input as DeriveInput), db_type::derive)
}

/// Makes a struct with named fields what a row of raw SQL, or of `select_into`, becomes. On a field,
/// `#[row(column = "…")]` names another column and `#[row(json)]` takes a document.
#[proc_macro_derive(FromRow, attributes(row))]
pub fn from_row(input: TokenStream) -> TokenStream {
    run(parse_macro_input!(input as DeriveInput), from_row::derive)
}

/// Makes a factory of a model with named fields, `<Model>Factory`: `new()`, a method for each field that says its value,
/// `build()`, `create(on)` and `create_many(number, on)`.
///
/// On a field, `#[factory(…)]` with
/// - `default = …`: its value, calculated each time; a text becomes a `String`,
/// - `sequence = |n| …`: its value from a number that is another one each time, from 1,
/// - `parent = Model` on the key of a record that it belongs to: `create` creates one with its factory, in its own
///   database, unless the key is said; for a field `customer_id` by `.customer_id(…)`, `.customer(&record)`, or by another
///   factory with `.customer_from(…)`.
///
/// Fields that the database or the library fills in, relations, and `Option`s without an attribute are left empty; all
/// others need one.
#[proc_macro_derive(Factory, attributes(factory))]
pub fn factory(input: TokenStream) -> TokenStream {
    run(parse_macro_input!(input as DeriveInput), factory::derive)
}

/// Makes a test of an `async` function that takes a `Db`, with databases of its own. It may return a `Result`.
///
/// - `connections(app = "postgres", audit = "sqlite")`: its connections, each with its kind: `sqlite`, `postgres`, `mysql`,
///   `mariadb`, or `env:VARIABLE` for a server that the variable's URL names. Without it SQLite, for each connection that
///   the models are bound to, else `main`.
/// - `default = "app"`: the connection of models that are bound to none.
/// - `models(Customer, Order)`: their tables are made.
/// - `schema("schema.sql")`, `schema(app = "app.sql")`: files with SQL that is run before, from the crate's directory.
/// - `fixtures("shop.yaml")`: files with rows.
/// - `setup = path`: an `async fn(&Db) -> Result<(), E>` that is run after them, once for all tests that say the same.
/// - `isolation = "auto"`, `"memory"`, `"file"`, `"tx"` or `"clone"`.
/// - `timeout = "30s"`: fails after that; else after 5 minutes.
/// - `threads = 4`: of its runtime; else it runs on its own thread alone.
#[proc_macro_attribute]
pub fn test(arguments: TokenStream, item: TokenStream) -> TokenStream {
    test::expand(arguments.into(), item.into())
        .unwrap_or_else(|error| error.into_compile_error())
        .into()
}

/// The files of a directory with migrations, to be compiled into the binary: a list of paths and texts for
/// `Set::embedded`. The directory is beside the `Cargo.toml` of the crate that says so.
///
/// Files that are there are watched. For new ones to be noticed, put
/// `println!("cargo::rerun-if-changed=migrations")` into the `build.rs`.
///
/// ```ignore
/// let set = Set::embedded(manybase::migrate::include!("migrations"))?;
/// ```
#[proc_macro]
pub fn include_migrations(input: TokenStream) -> TokenStream {
    let directory = parse_macro_input!(input as syn::LitStr);
    match migrations::include(&directory) {
        Ok(files) => files.into(),
        Err(error) => error.into_compile_error().into(),
    }
}
