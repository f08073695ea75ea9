//! Documents: paths, kinds, containment.

use crate::support::{On, Seeded, fails_with, on_every_database};
use manybase::prelude::*;
use manybase::serde_json::{Value, json};
use manybase::{ErrorKind, JsonPlace, Result, create_table};
use std::sync::Arc;

on_every_database! {
    what_stands_at_a_place,
    containment,
    null_and_nothing,
    conditions_and_groups,
    odd_keys,
}

#[derive(Debug, Clone, PartialEq, Model)]
struct Note {
    #[model(key)]
    id: i64,
    doc: Value,
    more: Option<Json<Vec<i64>>>,
}

/// Documents with few keys, so that many have something in common.
fn document(dice: &mut Seeded, depth: u64) -> Value {
    match dice.below(if depth == 0 { 8 } else { 11 }) {
        0 => Value::Null,
        1 => json!(dice.below(2) == 0),
        2 | 3 => json!(dice.below(4)),
        4 => json!(dice.below(6) as f64 / 2.0),
        5 => json!(-(dice.below(3) as i64)),
        6 | 7 => json!(["a", "b", "it's \"q\" \\ \n", "Zoë", "3", "true"][dice.below(6) as usize]),
        8 | 9 => {
            let members = (0..dice.below(4)).map(|_| {
                let key = ["a", "b", "c d", "0"][dice.below(4) as usize];
                (key.to_owned(), document(dice, depth - 1))
            });
            Value::Object(members.collect())
        }
        _ => Value::Array((0..dice.below(4)).map(|_| document(dice, depth - 1)).collect()),
    }
}

async fn notes(on: &On) -> Result<Vec<Note>> {
    create_table::<Note>(&on.db).await?;
    let mut dice = Seeded(31);
    let mut rows: Vec<Note> = (1..=150)
        .map(|id| Note {
            id,
            doc: document(&mut dice, 3),
            more: (id % 4 > 0).then(|| Json((0..id % 4).collect())),
        })
        .collect();
    for (row, doc) in rows.iter_mut().zip([
        json!({"a": 9_007_199_254_740_993_i64, "b": 1e300, "c d": 1e-30, "0": 4.5}),
        json!({"a": i64::MAX, "b": i64::MIN, "c d": 100.0, "0": 1e19}),
        json!({"a": [[1, 2], 3], "b": [{"a": 1}]}),
        json!([[1, 2], "x", {"a": 1}]),
        json!({"a": "😀 \u{e4}\t", "b": {"a": [1, {"b": [true, null]}]}}),
    ]) {
        row.doc = doc;
    }
    Note::insert_many(rows.clone(), &on.db).await?;
    Ok(rows)
}

/// The place that steps lead to.
fn place<'v>(doc: &'v Value, steps: &[Value]) -> Option<&'v Value> {
    steps.iter().try_fold(doc, |at, step| match step {
        Value::String(key) => at.as_object()?.get(key),
        step => at.as_array()?.get(step.as_u64()? as usize),
    })
}

fn go(mut from: JsonPlace, steps: &[Value]) -> JsonPlace {
    for step in steps {
        from = match step {
            Value::String(key) => from.at(key.clone()),
            step => from.at(step.as_u64().unwrap() as usize),
        };
    }
    from
}

fn kind(of: &Value) -> &'static str {
    match of {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

fn whole(of: &Value) -> Option<i64> {
    let limit = i64::MAX as f64;
    of.as_i64().or_else(|| {
        of.as_f64()
            .filter(|f| f.fract() == 0.0 && f.abs() < limit)
            .map(|f| f as i64)
    })
}

async fn what_stands_at_a_place(on: Arc<On>) -> Result<()> {
    let rows = notes(&on).await?;
    for steps in [
        json!([]),
        json!(["a"]),
        json!(["b"]),
        json!(["c d"]),
        json!(["0"]),
        json!([0]),
        json!([1]),
        json!(["a", "b"]),
        json!(["a", 0]),
        json!(["a", 0, 1]),
        json!([0, "a"]),
        json!([0, 0]),
        json!(["b", "a", 1, "b", 0]),
    ] {
        let steps = steps.as_array().unwrap();
        let found = Note::query()
            .order_by(|c| c.id.asc())
            .select(|c| {
                let at = |steps| go(c.doc.document(), steps);
                (
                    at(steps).text(),
                    at(steps).int(),
                    at(steps).float(),
                    at(steps).bool(),
                    at(steps).json(),
                    at(steps).kind(),
                    at(steps).array_length(),
                    at(steps).exists(),
                    at(steps).has_key("a"),
                    at(steps).is_json_null().nullable(),
                )
            })
            .all(&on.db)
            .await?;
        for (row, found) in rows.iter().zip(found) {
            let there = place(&row.doc, steps);
            let context = format!("{} at {steps:?}", row.doc);
            assert_eq!(found.0.as_deref(), there.and_then(Value::as_str), "{context}");
            assert_eq!(found.1, there.and_then(whole), "{context}");
            assert_eq!(found.2, there.and_then(Value::as_f64), "{context}");
            assert_eq!(found.3, there.and_then(Value::as_bool), "{context}");
            match (&found.4, there) {
                (Some(Value::Number(found)), Some(Value::Number(there))) => {
                    // serde_json reads the last digit of some numbers in its own way.
                    let (found, there) = (found.as_f64().unwrap(), there.as_f64().unwrap());
                    assert!((found - there).abs() <= there.abs() * 1e-15, "{context}");
                }
                (Some(found), Some(there)) => assert_eq!(kind(found), kind(there), "{context}"),
                (found, there) => assert_eq!(found.as_ref(), there, "{context}"),
            }
            assert_eq!(found.5.as_deref(), there.map(kind), "{context}");
            assert_eq!(
                found.6,
                there.and_then(Value::as_array).map(|a| a.len() as i64),
                "{context}"
            );
            assert_eq!(found.7, there.is_some(), "{context}");
            assert_eq!(
                found.8,
                there.and_then(|there| there.get("a")).is_some(),
                "{context}"
            );
            assert_eq!(found.9, there.map(Value::is_null), "{context}");
        }
    }
    Ok(())
}

fn same(there: &Value, part: &Value) -> bool {
    match (there, part) {
        (Value::Number(a), Value::Number(b)) if a.is_i64() && b.is_i64() => a == b,
        (Value::Number(a), Value::Number(b)) => a.as_f64() == b.as_f64(),
        _ => there == part,
    }
}

/// The rules of PostgreSQL.
fn contains(doc: &Value, part: &Value, outermost: bool) -> bool {
    match (doc, part) {
        (Value::Object(doc), Value::Object(part)) => part
            .iter()
            .all(|(key, part)| doc.get(key).is_some_and(|there| contains(there, part, false))),
        (Value::Array(doc), Value::Array(part)) => part
            .iter()
            .all(|part| doc.iter().any(|there| contains(there, part, false))),
        (Value::Array(doc), part) if outermost && !part.is_object() => {
            doc.iter().any(|there| same(there, part))
        }
        (there, part) => same(there, part),
    }
}

async fn containment(on: Arc<On>) -> Result<()> {
    let rows = notes(&on).await?;
    let mut dice = Seeded(77);
    let mut parts: Vec<Value> = (0..25).map(|_| document(&mut dice, 2)).collect();
    parts.extend([
        json!({}),
        json!([]),
        json!({"a": {}}),
        json!({"a": []}),
        json!({"a": [[2]]}),
        json!({"a": [1]}),
        json!({"a": 1}),
        json!([{"a": 1}]),
        json!("x"),
        json!(1),
        json!({"a": 9_007_199_254_740_992_i64}),
        json!({"b": {"a": [{"b": [null]}]}}),
        json!({"a": "A"}),
    ]);
    let mut hits = 0;
    for part in &parts {
        let query = || Note::query().order_by(|c| c.id.asc()).select(|c| c.id);
        let found = query()
            .filter(|c| c.doc.document().contains(part))
            .all(&on.db)
            .await?;
        let wanted: Vec<i64> = rows
            .iter()
            .filter(|row| contains(&row.doc, part, true))
            .map(|row| row.id)
            .collect();
        assert_eq!(found, wanted, "{part}");
        hits += found.len();
        let found = query()
            .filter(|c| !c.doc.document().contains(part))
            .all(&on.db)
            .await?;
        assert_eq!(found.len(), rows.len() - wanted.len(), "not {part}");
        // At a place; where there is none it is not known.
        for negated in [false, true] {
            let wanted = rows
                .iter()
                .filter_map(|row| row.doc.get("a"))
                .filter(|a| contains(a, part, true) != negated);
            let found = query().filter(|c| {
                let holds = c.doc.at("a").contains(part);
                if negated { !holds } else { holds }
            });
            assert_eq!(found.all(&on.db).await?.len(), wanted.count(), "{part} {negated}");
        }
    }
    assert!(hits > 100, "{hits}");
    Ok(())
}

async fn null_and_nothing(on: Arc<On>) -> Result<()> {
    let rows = notes(&on).await?;
    let none = Note::filter(|c| c.more.is_null()).count(&on.db).await?;
    assert_eq!(none, rows.iter().filter(|row| row.more.is_none()).count() as u64);
    let found = Note::query()
        .order_by(|c| c.id.asc())
        .select(|c| {
            (
                c.more.at(0).int(),
                c.more.document().array_length(),
                c.more.document().kind(),
            )
        })
        .all(&on.db)
        .await?;
    for (row, found) in rows.iter().zip(found) {
        let more = row.more.as_ref().map(|more| &more.0);
        let wanted = (
            more.and_then(|more| more.first().copied()),
            more.map(|more| more.len() as i64),
            more.map(|_| "array".to_owned()),
        );
        assert_eq!(found, wanted);
    }
    // Of a document that is NULL nothing is known, neither that it contains something nor that it does not.
    let holds = Note::filter(|c| c.more.document().contains([0]))
        .count(&on.db)
        .await?;
    let not = Note::filter(|c| !c.more.document().contains([0]))
        .count(&on.db)
        .await?;
    assert_eq!((holds, not), (rows.len() as u64 - none, 0));
    let json_null = Note::filter(|c| c.doc.document().is_json_null())
        .count(&on.db)
        .await?;
    assert_eq!(
        json_null,
        rows.iter().filter(|row| row.doc.is_null()).count() as u64
    );
    assert_eq!(Note::filter(|c| c.doc.is_null()).count(&on.db).await?, 0);
    Ok(())
}

async fn conditions_and_groups(on: Arc<On>) -> Result<()> {
    let rows = notes(&on).await?;
    // Texts are kept by the structure of a query: another path is another one.
    for _ in 0..2 {
        for key in ["a", "b"] {
            let found = Note::filter(|c| c.doc.at(key).text().eq("a")).all(&on.db).await?;
            assert_eq!(
                found.len(),
                rows.iter()
                    .filter(|row| row.doc.get(key) == Some(&json!("a")))
                    .count()
            );
            let found = Note::filter(|c| c.doc.at(key).int().ge(2)).all(&on.db).await?;
            let wanted = rows
                .iter()
                .filter(|row| row.doc.get(key).and_then(whole).is_some_and(|n| n >= 2));
            assert_eq!(found.len(), wanted.count());
            // Letters of different case differ.
            let found = Note::filter(|c| c.doc.at(key).text().eq("A")).all(&on.db).await?;
            assert_eq!(found.len(), 0);
        }
    }
    let found = Note::query()
        .group_by(|c| c.doc.at("a").kind())
        .order_by(|c| c.doc.at("a").kind().asc())
        .select(|c| (c.doc.at("a").kind(), count_all()))
        .all(&on.db)
        .await?;
    let mut wanted = std::collections::BTreeMap::new();
    for row in &rows {
        *wanted
            .entry(row.doc.get("a").map(|a| kind(a).to_owned()))
            .or_insert(0) += 1;
    }
    assert_eq!(found, wanted.into_iter().collect::<Vec<_>>());
    Ok(())
}

async fn odd_keys(on: Arc<On>) -> Result<()> {
    create_table::<Note>(&on.db).await?;
    let keys = ["it's", "$", "a.b", "[0]", "*", "ä😀", "", "a b", "%"];
    let doc = Value::Object(
        keys.iter()
            .enumerate()
            .map(|(i, key)| ((*key).to_owned(), json!(i)))
            .collect(),
    );
    Note {
        id: 1,
        doc,
        more: None,
    }
    .insert(&on.db)
    .await?;
    for (i, key) in keys.into_iter().enumerate() {
        let found = Note::query().select(|c| c.doc.at(key).int()).one(&on.db).await?;
        assert_eq!(found, Some(i as i64), "{key}");
    }
    for key in ["q\"q", "back\\slash"] {
        let found = Note::query().select(|c| c.doc.at(key).int()).one(&on.db).await;
        match on.pick(false, true, false) {
            true => assert_eq!(found?, None),
            false => drop(fails_with(found, ErrorKind::Unsupported, "Note")),
        }
    }
    let negative = Note::query().select(|c| c.doc.at(-1).int()).one(&on.db).await;
    fails_with(negative, ErrorKind::Statement, "Note");
    Ok(())
}
