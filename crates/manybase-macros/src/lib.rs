//! Derive macros of Manybase. Their code is small on purpose: what can be a function in the library is one.

mod attributes;
mod db_enum;
mod db_type;
mod embedded;
mod field;
mod from_row;
mod lifecycle;
mod model;
mod naming;
mod relation;
mod schema;

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
