//! SQL text of the user's own.

use crate::support::{Kind, On, fails, on_every_database};
use manybase::prelude::*;
use manybase::{ErrorKind, Result, create_table};
use std::sync::Arc;

on_every_database! {
    into_tuples,
    into_models,
    into_structs,
    scalars,
    executes,
    every_type_as_a_value,
    placeholders,
    question_marks_that_are_none,
    errors_name_what_is_wrong,
    one_first_and_all,
    reads_and_writes,
}

#[derive(Debug, Clone, PartialEq, Model)]
struct Person {
    #[model(key, auto)]
    id: i64,
    name: String,
    age: Option<i32>,
    #[model(column = "CITY")]
    city: String,
}

async fn people(on: &On) -> Result<()> {
    create_table::<Person>(&on.db).await?;
    let person = |name: &str, age, city: &str| Person {
        id: 0,
        name: name.into(),
        age,
        city: city.into(),
    };
    Person::insert_many(
        [
            person("Ann", Some(30), "Graz"),
            person("Bob", None, "Linz"),
            person("Cid", Some(50), "Graz"),
        ],
        &on.db,
    )
    .await?;
    Ok(())
}

async fn into_tuples(on: Arc<On>) -> Result<()> {
    people(&on).await?;
    let rows: Vec<(String, Option<i32>)> =
        sql("SELECT name, age FROM person WHERE age IS NULL OR age > ? ORDER BY name")
            .bind(20)
            .rows()
            .all(&on.db)
            .await?;
    assert_eq!(
        rows,
        [
            ("Ann".into(), Some(30)),
            ("Bob".into(), None),
            ("Cid".into(), Some(50))
        ]
    );
    let rows: Vec<(i64,)> = sql("SELECT id FROM person WHERE 1 = 0")
        .rows()
        .all(&on.db)
        .await?;
    assert!(rows.is_empty());
    Ok(())
}

async fn into_models(on: Arc<On>) -> Result<()> {
    people(&on).await?;
    let city = on.kind.quoted("CITY");
    let query =
        format!("SELECT {city}, age, id, name, 1 AS more FROM person WHERE {city} = ? ORDER BY id DESC");
    let found: Vec<Person> = sql(query).bind("Graz").rows::<Person>().all(&on.db).await?;
    assert_eq!(
        found.iter().map(|one| &*one.name).collect::<Vec<_>>(),
        ["Cid", "Ann"]
    );
    // A name that the database folds is found all the same.
    let folded: Vec<Person> = sql("SELECT ID, NAME, AGE, 'x' AS city FROM person ORDER BY id")
        .rows()
        .all(&on.db)
        .await?;
    assert_eq!((&*folded[0].city, &*folded[0].name), ("x", "Ann"));
    Ok(())
}

#[derive(Debug, PartialEq, FromRow)]
struct Summary {
    #[row(column = "n")]
    people: i64,
    eldest: Option<i32>,
    #[row(json)]
    extra: Vec<i32>,
    city: String,
}

async fn into_structs(on: Arc<On>) -> Result<()> {
    people(&on).await?;
    let city = on.kind.quoted("CITY");
    let json = on.pick("'[1, 2]'", "'[1, 2]'::json", "'[1, 2]'");
    let text = format!(
        "SELECT {city} AS city, {json} AS extra, MAX(age) AS eldest, COUNT(*) AS n FROM person GROUP BY {city} ORDER BY {city}"
    );
    let found: Vec<Summary> = sql(text).rows().all(&on.db).await?;
    let summary = |people, eldest, city: &str| Summary {
        people,
        eldest,
        extra: vec![1, 2],
        city: city.into(),
    };
    assert_eq!(found, [summary(2, Some(50), "Graz"), summary(1, None, "Linz")]);
    let missing = sql("SELECT name AS city, age AS eldest FROM person")
        .rows::<Summary>()
        .all(&on.db)
        .await;
    let error = fails(missing, ErrorKind::Decode, "main");
    assert!(
        error.message().contains("no column n") && error.message().contains("city, eldest"),
        "{error}"
    );
    assert!(error.help().is_some_and(|help| help.contains("AS")), "{error}");
    Ok(())
}

async fn scalars(on: Arc<On>) -> Result<()> {
    people(&on).await?;
    let n: i64 = sql("SELECT COUNT(*) FROM person").scalar(&on.db).await?;
    assert_eq!(n, 3);
    let oldest: Option<i32> = sql("SELECT MAX(age) FROM person WHERE name = ?")
        .bind("nobody")
        .scalar(&on.db)
        .await?;
    assert_eq!(oldest, None);
    let name: String = sql("SELECT name FROM person WHERE age = ?")
        .bind(50i64)
        .scalar(&on.db)
        .await?;
    assert_eq!(name, "Cid");
    let none = sql("SELECT name FROM person WHERE 1 = 0")
        .scalar::<String>(&on.db)
        .await;
    fails(none, ErrorKind::NotFound, "main");
    let many = sql("SELECT name FROM person").scalar::<String>(&on.db).await;
    fails(many, ErrorKind::NotUnique, "main");
    let null = sql("SELECT MAX(age) FROM person WHERE 1 = 0")
        .scalar::<i32>(&on.db)
        .await;
    let error = fails(null, ErrorKind::Decode, "main");
    assert!(
        error.message().contains("NULL") && error.message().contains("Option"),
        "{error}"
    );
    Ok(())
}

async fn executes(on: Arc<On>) -> Result<()> {
    people(&on).await?;
    let done = sql("UPDATE person SET age = ? WHERE name <> ?")
        .bind(Some(1))
        .bind("Bob")
        .execute(&on.db)
        .await?;
    assert_eq!(done.affected, 2);
    // A row that has the value already counts.
    let again = sql("UPDATE person SET age = 1 WHERE name <> ?")
        .bind("Bob")
        .execute(&on.db)
        .await?;
    assert_eq!(again.affected, 2);
    assert_eq!(
        sql("DELETE FROM person WHERE 1 = 0")
            .execute(&on.db)
            .await?
            .affected,
        0
    );
    assert_eq!(sql("DELETE FROM person").execute(&on.db).await?.affected, 3);
    sql("CREATE TABLE extra (a INTEGER)").execute(&on.db).await?;
    sql("DROP TABLE extra").execute(&on.db).await?;
    Ok(())
}

async fn every_type_as_a_value(on: Arc<On>) -> Result<()> {
    let cast = |sqlite: &str, postgres: &str, mariadb: &str| {
        format!("SELECT {}", on.pick(sqlite, postgres, mariadb))
    };
    let at: DateTime<Utc> = "2024-02-29T12:34:56.789012Z".parse().expect("an instant");
    assert_eq!(
        sql(cast("?", "?::text", "?"))
            .bind("it's \\ ? $1 😀")
            .scalar::<String>(&on.db)
            .await?,
        "it's \\ ? $1 😀"
    );
    assert_eq!(
        sql(cast("?", "?::bigint", "?"))
            .bind(i64::MIN)
            .scalar::<i64>(&on.db)
            .await?,
        i64::MIN
    );
    assert_eq!(
        sql(cast("?", "?::float8", "?"))
            .bind(0.1)
            .scalar::<f64>(&on.db)
            .await?,
        0.1
    );
    assert_eq!(
        sql(cast("?", "?::bytea", "CAST(? AS BINARY)"))
            .bind(&[0u8, 255, 39][..])
            .scalar::<Vec<u8>>(&on.db)
            .await?,
        [0, 255, 39]
    );
    assert_eq!(
        sql(cast("?", "?::bigint", "?"))
            .bind(None::<i64>)
            .scalar::<Option<i64>>(&on.db)
            .await?,
        None
    );
    assert!(
        sql(cast("?", "?::boolean", "?"))
            .bind(true)
            .scalar::<bool>(&on.db)
            .await?
    );
    assert_eq!(
        sql(cast("?", "?::numeric", "CAST(? AS DECIMAL(20, 5))"))
            .bind(Decimal::new(-12_345, 4))
            .scalar::<Decimal>(&on.db)
            .await?,
        Decimal::new(-12_345, 4)
    );
    assert_eq!(
        sql(cast("?", "?::date", "CAST(? AS DATE)"))
            .bind(at.date_naive())
            .scalar::<NaiveDate>(&on.db)
            .await?,
        at.date_naive()
    );
    assert_eq!(
        sql(cast("?", "?::timestamptz", "CAST(? AS DATETIME(6))"))
            .bind(at)
            .scalar::<DateTime<Utc>>(&on.db)
            .await?,
        at
    );
    assert_eq!(
        sql(cast("?", "?::uuid", "?"))
            .bind(Uuid::from_u128(7))
            .scalar::<Uuid>(&on.db)
            .await?,
        Uuid::from_u128(7)
    );
    let json = serde_json::json!({"a": [1, "?"]});
    assert_eq!(
        sql(cast("?", "?::jsonb", "?"))
            .bind(json.clone())
            .scalar::<serde_json::Value>(&on.db)
            .await?,
        json
    );
    Ok(())
}

async fn placeholders(on: Arc<On>) -> Result<()> {
    people(&on).await?;
    for (text, values) in [
        ("SELECT 1 WHERE 1 = ?", 0),
        ("SELECT 1 WHERE 1 = ?", 2),
        ("SELECT 1", 1),
        ("SELECT ?, '?', ?", 3),
    ] {
        let query = (0..values).fold(sql(text), |query, n| query.bind(n));
        let error = fails(query.scalar::<i64>(&on.db).await, ErrorKind::Placeholders, "main");
        assert!(error.message().contains(&values.to_string()), "{error}");
        let query = (0..values).fold(sql(text), |query, n| query.bind(n));
        fails(query.execute(&on.db).await, ErrorKind::Placeholders, "main");
    }
    if on.kind == Kind::Postgres {
        let swapped: (String, String) = sql("SELECT $2::text, $1::text")
            .bind("a")
            .bind("b")
            .rows()
            .one(&on.db)
            .await?;
        assert_eq!(swapped, ("b".into(), "a".into()));
    }
    Ok(())
}

async fn question_marks_that_are_none(on: Arc<On>) -> Result<()> {
    let texts: (String, i64) = sql("SELECT '?? it''s ?' AS a, /* ? */ 7 -- ?\n")
        .rows()
        .one(&on.db)
        .await?;
    assert_eq!(texts, ("?? it's ?".into(), 7));
    if on.kind == Kind::Postgres {
        let has: bool = sql("SELECT jsonb_build_object('a', 1) ?? ?")
            .bind("a")
            .scalar(&on.db)
            .await?;
        assert!(has);
    }
    Ok(())
}

async fn errors_name_what_is_wrong(on: Arc<On>) -> Result<()> {
    people(&on).await?;
    fails(
        sql("SELEC 1").scalar::<i64>(&on.db).await,
        ErrorKind::Syntax,
        "main",
    );
    let open = fails(
        sql("SELECT 'open").scalar::<i64>(&on.db).await,
        ErrorKind::Statement,
        "main",
    );
    assert!(open.message().contains("does not end"), "{open}");
    let error = fails(
        sql("SELECT 1 FROM nowhere").scalar::<i64>(&on.db).await,
        ErrorKind::UnknownTable,
        "main",
    );
    assert!(error.message().contains("nowhere"), "{error}");
    let error = fails(
        sql("SELECT nowhere FROM person").scalar::<i64>(&on.db).await,
        ErrorKind::UnknownColumn,
        "main",
    );
    assert!(error.message().contains("nowhere"), "{error}");
    let wrong = sql("SELECT name, age FROM person WHERE name = 'Bob'")
        .rows::<(String, i32)>()
        .all(&on.db)
        .await;
    let error = fails(wrong, ErrorKind::Decode, "main");
    assert!(
        error.message().contains("column age") && error.message().contains("NULL"),
        "{error}"
    );
    let wrong = sql("SELECT age, name FROM person")
        .rows::<(Option<i32>, i64)>()
        .all(&on.db)
        .await;
    let error = fails(wrong, ErrorKind::Decode, "main");
    assert!(error.message().contains("column name"), "{error}");
    let narrow = sql("SELECT name FROM person")
        .rows::<(String, String)>()
        .all(&on.db)
        .await;
    let error = fails(narrow, ErrorKind::Decode, "main");
    assert!(error.message().contains("no such column"), "{error}");
    // Several statements are several calls.
    let several = sql("SELECT 1; DROP TABLE person")
        .execute(&on.db)
        .await
        .expect_err("two statements");
    assert_eq!(several.connection(), Some("main"));
    assert_eq!(Person::query().count(&on.db).await?, 3);
    let error = sql("SELECT ?")
        .bind(Json(std::collections::BTreeMap::from([((1, 2), 3)])))
        .execute(&on.db)
        .await;
    let error = error.expect_err("no JSON");
    assert_eq!(error.kind(), ErrorKind::Value, "{error}");
    Ok(())
}

async fn one_first_and_all(on: Arc<On>) -> Result<()> {
    people(&on).await?;
    let query = |text: &'static str| sql(text).rows::<(String,)>();
    assert_eq!(
        query("SELECT name FROM person ORDER BY name")
            .first(&on.db)
            .await?,
        Some(("Ann".into(),))
    );
    assert_eq!(
        query("SELECT name FROM person WHERE 1 = 0").first(&on.db).await?,
        None
    );
    assert_eq!(
        query("SELECT name FROM person WHERE age = 30")
            .one(&on.db)
            .await?,
        ("Ann".into(),)
    );
    fails(
        query("SELECT name FROM person").one(&on.db).await,
        ErrorKind::NotUnique,
        "main",
    );
    let error = fails(
        query("SELECT name FROM person WHERE 1 = 0").one(&on.db).await,
        ErrorKind::NotFound,
        "main",
    );
    assert!(error.help().is_some(), "{error}");
    Ok(())
}

async fn reads_and_writes(on: Arc<On>) -> Result<()> {
    people(&on).await?;
    // Writes that return rows, and reads that do not begin with SELECT.
    let id = if on.kind == Kind::MariaDb {
        "INSERT INTO person (name, `CITY`) VALUES (?, ?) RETURNING id"
    } else {
        "INSERT INTO person (name, \"CITY\") VALUES (?, ?) RETURNING id"
    };
    let id: i64 = sql(id).bind("Dan").bind("Wels").scalar(&on.db).await?;
    assert_eq!(Person::find(id).one(&on.db).await?.name, "Dan");
    let with: i64 = sql("WITH x AS (SELECT 41 AS a) SELECT a + 1 FROM x")
        .scalar(&on.db)
        .await?;
    assert_eq!(with, 42);
    let marked: i64 = sql("WITH x AS (SELECT 41 AS a) SELECT a + 1 FROM x")
        .reads()
        .scalar(&on.db)
        .await?;
    assert_eq!(marked, 42);
    // What is said to read and writes is refused, or at least done: never lost.
    let lied = sql("DELETE FROM person WHERE name = 'Dan'")
        .reads()
        .rows::<(i64,)>()
        .all(&on.db)
        .await;
    let left = Person::filter(|c| c.name.eq("Dan")).count(&on.db).await?;
    assert_eq!(left == 1, lied.is_err(), "{lied:?}");
    Ok(())
}
