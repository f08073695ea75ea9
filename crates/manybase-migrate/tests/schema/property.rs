//! For random schemas A and B: what the diff says makes B of a database with A, the inverse makes A of it again, and rows
//! stay as they were.

use crate::random::{Choices, ROWS, neutral, value};
use crate::support::{Kind, World};
use manybase_db::Result;
use manybase_migrate::ddl;
use manybase_migrate::diff::{Hints, Normalised, diff_normalised};
use manybase_migrate::operation::{Operation, invert};
use manybase_migrate::schema::{Column, ObjectName, Schema, Table};
use manybase_migrate::scratch::normalise;
use manybase_sql::{Dialect, SqlWriter};
use manybase_testkit::require_server;
use proptest::prelude::*;
use proptest::test_runner::{Config, RngSeed, TestRunner};
use std::collections::BTreeMap;

/// Without the names that nobody gave, which stay what they were.
fn bare(schema: &Schema) -> Schema {
    let mut schema = schema.canonical();
    for table in &mut schema.tables {
        for index in &mut table.indexes {
            index.name = None;
            index.constraint = false;
        }
        table.foreign_keys.iter_mut().for_each(|key| key.name = None);
        table.checks.iter_mut().for_each(|check| check.name = None);
        table.indexes.sort_by_key(|index| format!("{index:?}"));
        table.foreign_keys.sort_by_key(|key| format!("{key:?}"));
        table.checks.sort_by_key(|check| format!("{check:?}"));
    }
    schema
}

fn sql(dialect: &dyn Dialect, write: impl FnOnce(&mut SqlWriter<'_>) -> manybase_sql::Result<()>) -> String {
    SqlWriter::render(dialect, write).expect("renders").sql
}

fn name(dialect: &dyn Dialect, name: &str) -> String {
    sql(dialect, |w| w.identifier(name))
}

/// Rows for all tables; references once all are there.
fn rows(schema: &Schema, dialect: &dyn Dialect) -> String {
    let mut text = String::new();
    for table in &schema.tables {
        for row in 1..=ROWS {
            let filled = table
                .columns
                .iter()
                .filter(|column| !refers(table, column) && column.generated.is_none());
            let (names, values): (Vec<_>, Vec<_>) = filled
                .map(|column| {
                    let value = value(neutral(column), row).filter(|_| !(column.nullable && row == 2));
                    let value = value.map_or("NULL".to_owned(), |value| {
                        sql(dialect, |w| dialect.literal(w, &value))
                    });
                    (name(dialect, &column.name), value)
                })
                .unzip();
            let (names, values) = (names.join(", "), values.join(", "));
            text.push_str(&format!(
                "INSERT INTO {} ({names}) VALUES ({values});\n",
                table.name
            ));
        }
    }
    for table in &schema.tables {
        for column in table.columns.iter().filter(|column| refers(table, column)) {
            let first = name(dialect, &table.columns[0].name);
            text.push_str(&format!(
                "UPDATE {} SET {} = 1 WHERE {first} = 1;\n",
                table.name,
                name(dialect, &column.name)
            ));
        }
    }
    text
}

fn refers(table: &Table, column: &Column) -> bool {
    table
        .foreign_keys
        .iter()
        .any(|key| key.columns.contains(&column.name))
}

/// What must be the same before and after: table and columns before, table and columns after.
struct Kept {
    was: (ObjectName, Vec<String>),
    now: (ObjectName, Vec<String>),
    /// Table and columns before whose values must be there again after the way back, whatever they were meanwhile.
    all: (ObjectName, Vec<String>),
}

/// Columns that are the same, or whose values are written the same in the wider type.
fn kept(before: &Schema, after: &Schema, hints: &Hints) -> Vec<Kept> {
    let mut found = Vec::new();
    for table in &before.tables {
        let renamed = hints
            .tables
            .iter()
            .find(|(from, _)| *from == table.name)
            .map(|(_, to)| to);
        let Some(now) = after.table(renamed.unwrap_or(&table.name)) else {
            continue;
        };
        let (mut columns, mut all) = (Vec::new(), Vec::new());
        for column in &table.columns {
            let to = hints
                .columns
                .iter()
                .find(|(of, from, _)| *of == now.name && *from == column.name)
                .map(|(.., to)| to);
            let name = to.unwrap_or(&column.name);
            let gone = hints.dropped_columns.contains(&(now.name.clone(), name.clone()));
            let Some(other) = now.find(name).filter(|_| !gone) else {
                continue;
            };
            let (from, into) = (neutral(column), neutral(other));
            let written_alike = from == into
                || (from.is_integer() || from.is_text()) && (into.is_integer() || into.is_text());
            // A NULL that was filled stays what it was filled with, and so does what is calculated of it.
            if column.nullable && !other.nullable || column.generated.is_some() {
                continue;
            }
            all.push(column.name.clone());
            if written_alike {
                columns.push((column.name.clone(), name.clone()));
            }
        }
        let (was, is) = columns.into_iter().unzip();
        found.push(Kept {
            was: (table.name.clone(), was),
            now: (now.name.clone(), is),
            all: (table.name.clone(), all),
        });
    }
    found
}

async fn contents<'k>(
    world: &World,
    kept: impl Iterator<Item = &'k (ObjectName, Vec<String>)>,
    dialect: &dyn Dialect,
) -> Result<Vec<Vec<Vec<Option<String>>>>> {
    let mut all = Vec::new();
    for (table, columns) in kept {
        let list: Vec<String> = columns
            .iter()
            .map(|column| format!("CONCAT({}, '')", name(dialect, column)))
            .collect();
        let list = if list.is_empty() {
            vec!["COUNT(*)".to_owned()]
        } else {
            list
        };
        all.push(
            world
                .rows(format!("SELECT {} FROM {table}", list.join(", ")), list.len())
                .await?,
        );
    }
    Ok(all)
}

/// Fails with all that is needed to see why.
fn same(what: &str, found: &Schema, wanted: &Schema, operations: &[Operation]) {
    let (found, wanted) = (bare(found), bare(wanted));
    if found != wanted {
        let text = |schema: &Schema| serde_json::to_string_pretty(schema).expect("is JSON");
        let (found, wanted) = (text(&found), text(&wanted));
        let differs = found
            .lines()
            .zip(wanted.lines())
            .find(|(one, other)| one != other);
        let operations: Vec<String> = operations.iter().map(ToString::to_string).collect();
        panic!(
            "{what}: {differs:?}\nfound {found}\nwanted {wanted}\n{}",
            operations.join("\n")
        );
    }
}

/// Whether rows are in the way of a plan; then that is so, and they are gone afterwards.
async fn refused(
    world: &World,
    back: &[Operation],
    state: &Schema,
    live: &Schema,
    dialect: &dyn Dialect,
) -> Result<bool> {
    let mut reasons = Vec::new();
    for refusal in ddl::refusals(back, state, dialect)? {
        let found = world.rows(format!("SELECT {}", refusal.condition), 1).await?;
        if !matches!(found[0][0].as_deref(), Some("0" | "false" | "f")) {
            reasons.push(refusal);
        }
    }
    if reasons.is_empty() {
        return Ok(false);
    }
    // Where it is all or nothing: it was not said for nothing.
    if dialect.capability().transactional_ddl {
        let outcome = world.run(back, state).await.map(drop);
        assert!(
            outcome.is_err(),
            "it was refused, and works: {reasons:?}\n{back:?}"
        );
        same("what it was, after what failed", &world.live().await?, live, back);
    }
    world.script(&emptied(state, dialect)).await?;
    Ok(true)
}

/// Takes all rows out of all tables, whichever refers to which.
fn emptied(schema: &Schema, dialect: &dyn Dialect) -> String {
    let mut text = String::new();
    for table in &schema.tables {
        for column in (table.columns.iter()).filter(|column| column.nullable && refers(table, column)) {
            let column = name(dialect, &column.name);
            text.push_str(&format!("UPDATE {} SET {column} = NULL;\n", table.name));
        }
    }
    // A reference that takes no NULL keeps its parent for one round.
    for _ in &schema.tables {
        for table in &schema.tables {
            let keys = (schema.tables.iter())
                .filter(|other| other.name != table.name)
                .flat_map(|other| other.foreign_keys.iter().map(move |key| (other, key)))
                .filter(|(_, key)| key.references == table.name);
            let free: Vec<String> = keys
                .map(|(other, key)| {
                    let column = name(dialect, &key.columns[0]);
                    let parent = name(dialect, &key.referenced_columns[0]);
                    format!(
                        "{parent} NOT IN (SELECT {column} FROM {} WHERE {column} IS NOT NULL)",
                        other.name
                    )
                })
                .collect();
            let free = if free.is_empty() {
                String::new()
            } else {
                format!(" WHERE {}", free.join(" AND "))
            };
            text.push_str(&format!("DELETE FROM {}{free};\n", table.name));
        }
    }
    text
}

async fn round_trip(kind: Kind, numbers: Vec<u16>) -> Result<()> {
    let world = World::new(kind).await.expect("was there a moment ago");
    let dialect = world.db.connection("main")?.dialect();
    let sequences = dialect.ddl().is_some_and(|ddl| ddl.style().sequences);
    let mut choices = Choices::new(numbers, sequences);
    let before = choices.schema(dialect.capability());
    let (after, hints) = choices.changed(&before, dialect.capability());

    let nothing = Normalised::as_is(Schema::default());
    let shown = |schema: &Schema, error: manybase_db::Error| {
        let operations =
            manybase_migrate::diff::diff(&Schema::default(), schema, &Hints::default()).expect("is a schema");
        let script = manybase_migrate::ddl::render(&operations, &Schema::default(), dialect);
        manybase_db::Error::new(
            error.kind(),
            format!(
                "{error}\n{}",
                script.map(|script| script.to_sql()).unwrap_or_default()
            ),
        )
    };
    let a = normalise(&before, &world.db, "main")
        .await
        .map_err(|error| shown(&before, error))?;
    let create = diff_normalised(&nothing, &a, &Hints::default())?;
    world.run(&create, &Schema::default()).await?;
    world.script(&rows(&before, dialect)).await?;
    let live_a = world.live().await?;
    same("A as it was made", &live_a, &a.native, &create);

    let b = normalise(&after, &world.db, "main")
        .await
        .map_err(|error| shown(&after, error))?;
    let operations = diff_normalised(&Normalised::as_is(live_a.clone()), &b, &hints)?;
    let kept = kept(&before, &after, &hints);
    // A unique index on a new column may not let the rows be as they are either.
    let mut emptied = refused(&world, &operations, &live_a, &live_a, dialect).await?;
    let were = contents(&world, kept.iter().map(|kept| &kept.was), dialect).await?;
    let all = contents(&world, kept.iter().map(|kept| &kept.all), dialect).await?;
    world.run(&operations, &live_a).await?;
    let live_b = world.live().await?;
    same("B after the diff", &live_b, &b.native, &operations);
    assert_eq!(
        contents(&world, kept.iter().map(|kept| &kept.now), dialect).await?,
        were,
        "rows after the diff"
    );
    let again = diff_normalised(&Normalised::as_is(live_b.clone()), &b, &Hints::default())?;
    assert!(again.is_empty(), "nothing is left to do, and yet {again:?}");

    // What stands in plan.json is enough.
    let text = serde_json::to_string(&operations).expect("is JSON");
    let operations: Vec<Operation> = serde_json::from_str(&text).expect("is a plan");
    let back: Vec<Operation> = invert(&operations, &live_a)?
        .into_iter()
        .map(|inverse| inverse.operation)
        .collect();
    let mut state = live_a.clone();
    for operation in &operations {
        state.apply(operation)?;
    }
    emptied |= refused(&world, &back, &state, &live_b, dialect).await?;
    world.run(&back, &state).await?;
    same("A after the inverse", &world.live().await?, &live_a, &back);
    if !emptied {
        assert_eq!(
            contents(&world, kept.iter().map(|kept| &kept.all), dialect).await?,
            all,
            "rows after the inverse"
        );
    }

    // And the neutral plan, from the schema as the models said it, does the same.
    let plan = diff_normalised(
        &Normalised {
            native: live_a.clone(),
            ..a.clone()
        },
        &b,
        &hints,
    )?;
    let tables: BTreeMap<&ObjectName, ()> = after.tables.iter().map(|table| (&table.name, ())).collect();
    let mut state = a.named.clone();
    for operation in &plan {
        state.apply(operation)?;
    }
    assert_eq!(
        state
            .tables
            .iter()
            .map(|table| (&table.name, ()))
            .collect::<BTreeMap<_, _>>(),
        tables
    );
    Ok(())
}

fn property(kind: Kind) {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .expect("starts");
    require_server!(runtime.block_on(World::new(kind)));
    // The suite tries the same few each time.
    let asked = std::env::var("MANYBASE_PROPERTY_CASES").ok();
    let asked: Option<u32> = asked.and_then(|cases| cases.parse().ok());
    let (cases, rng_seed) = match asked {
        Some(cases) => {
            let seed = std::env::var("MANYBASE_PROPERTY_SEED").ok();
            let seed = seed.and_then(|seed| seed.parse().ok());
            (cases, seed.map_or(RngSeed::Random, RngSeed::Fixed))
        }
        None => (6, RngSeed::Fixed(7)),
    };
    let config = Config {
        cases,
        rng_seed,
        max_shrink_iters: 200,
        failure_persistence: None,
        ..Config::default()
    };
    let numbers = proptest::collection::vec(any::<u16>(), 0..160);
    let outcome = TestRunner::new(config).run(&numbers, |numbers| {
        let result = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            runtime.block_on(round_trip(kind, numbers))
        }));
        match result {
            Ok(Ok(())) => Ok(()),
            Ok(Err(error)) => Err(TestCaseError::fail(error.to_string())),
            Err(panic) => {
                let text = panic.downcast_ref::<String>().cloned();
                Err(TestCaseError::fail(text.unwrap_or_else(|| "panicked".to_owned())))
            }
        }
    });
    if let Err(error) = outcome {
        panic!("{error}");
    }
}

#[test]
fn sqlite_there_and_back() {
    property(Kind::Sqlite);
}

#[test]
fn postgres_there_and_back() {
    property(Kind::Postgres);
}

#[test]
fn mariadb_there_and_back() {
    property(Kind::MariaDb);
}
