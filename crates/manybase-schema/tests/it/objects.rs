//! Views, triggers, sequences and types.

use crate::home::Home;
use crate::on;
use manybase_db::Result;
use manybase_schema::{Introspect, Sequence, TableKind, Trigger, TriggerEvent, TriggerTiming};

on! {
    sqlite Sqlite sqlite_tells;
    postgres Postgres postgres_tells;
    mariadb MariaDb mariadb_tells;
    sequences_of_postgres Postgres postgres_sequences;
    sequences_of_mariadb MariaDb mariadb_sequences;
    types_of_postgres Postgres postgres_types;
    choice_on_sqlite Sqlite choice;
    choice_on_postgres Postgres choice;
    choice_on_mariadb MariaDb choice;
}

async fn sqlite_tells(on: &Home) -> Result<()> {
    let watch = "CREATE TRIGGER \"watch it\" AFTER UPDATE OF name, \"b c\" ON t\n\
        WHEN NEW.name <> 'BEGIN' BEGIN INSERT INTO log VALUES ('a; b'); END";
    let write = "CREATE TRIGGER write INSTEAD OF INSERT ON \"as is\" BEGIN SELECT 1; END";
    on.script(format!(
        "CREATE TABLE log (line TEXT); CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT, \"b c\" INT);
         CREATE VIEW \"as is\" (number, \"full name\") AS SELECT id, name AS n FROM t WHERE id > 1;
         {watch}; {write}; CREATE TRIGGER early DELETE ON t BEGIN SELECT 1; END"
    ))
    .await?;
    let view = on.table("as is").await?;
    assert_eq!(view.kind, TableKind::View);
    assert_eq!(
        view.query.as_deref(),
        Some("SELECT id, name AS n FROM t WHERE id > 1")
    );
    assert!(
        view.definition
            .as_deref()
            .is_some_and(|text| text.starts_with("CREATE VIEW"))
    );
    let columns: Vec<_> = view
        .columns
        .iter()
        .map(|column| format!("{} {}", column.name, column.kind))
        .collect();
    assert_eq!(columns, ["number integer(64)", "full name text"]);
    let trigger = &view.triggers[0];
    assert_eq!(
        (trigger.timing, trigger.definition.as_str()),
        (TriggerTiming::InsteadOf, write)
    );

    let table = on.table("t").await?;
    let [early, watched] = table.triggers.as_slice() else {
        panic!("two: {:?}", table.triggers)
    };
    assert_eq!(
        (early.timing, &*early.events),
        (TriggerTiming::Before, &[TriggerEvent::Delete][..])
    );
    assert_eq!((early.condition.as_deref(), early.columns.len()), (None, 0));
    assert_eq!(watched.name, "watch it");
    assert_eq!(watched.timing, TriggerTiming::After);
    assert_eq!(watched.events, [TriggerEvent::Update]);
    assert_eq!(watched.columns, ["name", "b c"]);
    assert_eq!(watched.condition.as_deref(), Some("NEW.name <> 'BEGIN'"));
    assert_eq!(watched.definition, watch);
    assert!(watched.per_row && watched.enabled && watched.function.is_none());
    Ok(())
}

async fn postgres_tells(on: &Home) -> Result<()> {
    on.script(
        "CREATE TABLE t (id int PRIMARY KEY, name text, \"b c\" int);
         CREATE VIEW v (number, \"full name\") AS SELECT id, name FROM t WHERE id > 1;
         CREATE MATERIALIZED VIEW m AS SELECT count(*) AS n FROM t;
         CREATE UNIQUE INDEX one ON m (n);
         CREATE FUNCTION log() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
         CREATE TRIGGER row BEFORE INSERT OR UPDATE OF name, \"b c\" ON t
             FOR EACH ROW WHEN ((NEW.name <> 'x') AND (NEW.id > 0)) EXECUTE FUNCTION log();
         CREATE TRIGGER gone AFTER TRUNCATE OR DELETE ON t EXECUTE FUNCTION log();
         ALTER TABLE t DISABLE TRIGGER gone;
         CREATE TRIGGER instead INSTEAD OF DELETE ON v FOR EACH ROW EXECUTE FUNCTION log()",
    )
    .await?;
    let found = on.read().await?;
    let view = found.table("v").expect("there");
    let query = "SELECT t.id AS number,\n    t.name AS \"full name\"\n   FROM t\n  WHERE (t.id > 1)";
    assert_eq!(
        (view.kind, view.query.as_deref().map(str::trim)),
        (TableKind::View, Some(query))
    );
    assert_eq!(view.triggers[0].timing, TriggerTiming::InsteadOf);
    let kept = found.table("m").expect("there");
    assert_eq!(kept.kind, TableKind::MaterializedView);
    assert_eq!(
        kept.query.as_deref().map(str::trim),
        Some("SELECT count(*) AS n\n   FROM t")
    );
    assert!(kept.indexes[0].unique && !kept.indexes[0].constraint);

    let table = found.table("t").expect("there");
    let [gone, row] = table.triggers.as_slice() else {
        panic!("two: {:?}", table.triggers)
    };
    assert_eq!(gone.events, [TriggerEvent::Delete, TriggerEvent::Truncate]);
    assert_eq!(
        (gone.timing, gone.per_row, gone.enabled),
        (TriggerTiming::After, false, false)
    );
    assert_eq!(
        (row.timing, row.per_row, row.enabled),
        (TriggerTiming::Before, true, true)
    );
    assert_eq!(row.events, [TriggerEvent::Insert, TriggerEvent::Update]);
    assert_eq!(row.columns, ["name", "b c"]);
    assert_eq!(
        row.condition.as_deref(),
        Some("((new.name <> 'x'::text) AND (new.id > 0))")
    );
    assert!(
        row.definition
            .starts_with("CREATE TRIGGER \"row\" BEFORE INSERT OR UPDATE OF name, \"b c\" ON public.t")
    );
    assert!(
        row.function
            .as_deref()
            .is_some_and(|text| text.contains("BEGIN RETURN NEW; END"))
    );

    // What was read makes the same again.
    let (definition, view) = (row.definition.clone(), query.replace("t.id > 1", "t.id > 2"));
    on.script(format!(
        "DROP TRIGGER row ON t; {definition}; CREATE OR REPLACE VIEW v AS {view}"
    ))
    .await?;
    let again = on.table("t").await?;
    assert_eq!(again.triggers, table.triggers);
    Ok(())
}

async fn mariadb_tells(on: &Home) -> Result<()> {
    on.script(
        "CREATE TABLE t (id int PRIMARY KEY, name varchar(10));
         CREATE VIEW v (number, `full name`) AS SELECT id, name FROM t WHERE id > 1;
         CREATE TRIGGER `b ``c` BEFORE UPDATE ON t FOR EACH ROW SET NEW.name = CONCAT(NEW.name, 'b');
         CREATE TRIGGER second BEFORE UPDATE ON t FOR EACH ROW FOLLOWS `b ``c` SET NEW.name = CONCAT(NEW.name, '2');
         CREATE TRIGGER first BEFORE UPDATE ON t FOR EACH ROW PRECEDES `b ``c` SET NEW.name = CONCAT(NEW.name, '1');
         CREATE TRIGGER gone AFTER DELETE ON t FOR EACH ROW SET @n = 1",
    )
    .await?;
    let found = on.read().await?;
    let view = found.table("v").expect("there");
    let schema = on.name();
    let query = format!(
        "select `{schema}`.`t`.`id` AS `number`,`{schema}`.`t`.`name` AS `full name` from `{schema}`.`t` where \
         `{schema}`.`t`.`id` > 1"
    );
    assert_eq!((view.kind, view.query.as_ref()), (TableKind::View, Some(&query)));
    let table = found.table("t").expect("there");
    let told = |trigger: &Trigger| format!("{} {:?} {:?}", trigger.name, trigger.timing, trigger.events);
    assert_eq!(
        table.triggers.iter().map(told).collect::<Vec<_>>(),
        [
            "first Before [Update]",
            "b `c Before [Update]",
            "second Before [Update]",
            "gone After [Delete]"
        ],
        "in the order in which they run"
    );
    let definition = table.triggers[1].definition.clone();
    assert_eq!(
        definition,
        "CREATE TRIGGER `b ``c` BEFORE UPDATE ON `t` FOR EACH ROW SET NEW.name = CONCAT(NEW.name, 'b')"
    );
    on.script(format!("DROP TRIGGER `b ``c`; {definition}")).await?;
    assert_eq!(on.table("t").await?.triggers.len(), 4);
    Ok(())
}

fn numbers(sequence: &Sequence) -> String {
    let Sequence {
        name,
        native_type,
        start,
        increment,
        min,
        max,
        cycle,
        cache,
        ..
    } = sequence;
    format!("{name} {native_type} {start} {increment} {min} {max} {cycle} {cache}")
}

async fn postgres_sequences(on: &Home) -> Result<()> {
    on.script(
        "CREATE SEQUENCE down AS smallint INCREMENT -2 MINVALUE -7 MAXVALUE 9 START 5 CACHE 3 CYCLE;
         COMMENT ON SEQUENCE down IS 'backwards';
         CREATE TABLE t (a serial PRIMARY KEY, b bigint GENERATED ALWAYS AS IDENTITY (START 100 INCREMENT 10));
         CREATE SEQUENCE owned OWNED BY t.a",
    )
    .await?;
    let found = on.read().await?;
    let told: Vec<_> = found.sequences.iter().map(numbers).collect();
    assert_eq!(
        told,
        [
            "down smallint 5 -2 -7 9 true 3",
            "owned bigint 1 1 1 9223372036854775807 false 1",
            "t_a_seq integer 1 1 1 2147483647 false 1",
            "t_b_seq bigint 100 10 1 9223372036854775807 false 1",
        ]
    );
    assert_eq!(found.sequences[0].comment.as_deref(), Some("backwards"));
    let owner = |at: usize| {
        let owner = found.sequences[at].owner.as_ref();
        owner.map(|owner| (owner.table.as_str(), owner.column.as_str(), owner.identity))
    };
    assert_eq!(
        [owner(0), owner(1), owner(2), owner(3)],
        [
            None,
            Some(("t", "a", false)),
            Some(("t", "a", false)),
            Some(("t", "b", true))
        ]
    );
    Ok(())
}

async fn mariadb_sequences(on: &Home) -> Result<()> {
    let many: String = (0..130)
        .map(|n| format!("CREATE SEQUENCE s{n:03} START {n} MINVALUE 0;"))
        .collect();
    on.script(format!(
        "{many} CREATE SEQUENCE `d ``own` START WITH 5 INCREMENT BY -2 MINVALUE -7 MAXVALUE 9 CACHE 3 CYCLE COMMENT 'backwards';
         DO NEXT VALUE FOR s007"
    ))
    .await?;
    let found = on.read().await?;
    assert_eq!((found.sequences.len(), found.tables.len()), (131, 0));
    let told: Vec<_> = found.sequences.iter().map(numbers).collect();
    assert_eq!(told[0], "d `own bigint 5 -2 -7 9 true 3");
    assert_eq!(found.sequences[0].comment.as_deref(), Some("backwards"));
    assert_eq!(told[130], "s129 bigint 129 1 0 9223372036854775806 false 1000");
    assert_eq!(
        found.read_again(on).await?,
        found.sequences,
        "reading moves nothing"
    );
    Ok(())
}

/// A second look.
trait Again {
    async fn read_again(&self, on: &Home) -> Result<Vec<Sequence>>;
}

impl Again for manybase_schema::Database {
    async fn read_again(&self, on: &Home) -> Result<Vec<Sequence>> {
        Ok(on.read().await?.sequences)
    }
}

async fn postgres_types(on: &Home) -> Result<()> {
    on.script(
        "CREATE TYPE \"Mood\" AS ENUM ('sad', 'so-so', 'it''s fine');
         COMMENT ON TYPE \"Mood\" IS 'how it goes';
         CREATE DOMAIN price AS numeric(8, 2) NOT NULL DEFAULT 1.5 CONSTRAINT positive CHECK (VALUE > 0)
             CONSTRAINT small CHECK (VALUE < 1000);
         CREATE DOMAIN plain AS text;
         CREATE TABLE t (mood \"Mood\", price price, plain plain)",
    )
    .await?;
    let found = on.read().await?;
    let list = &found.enums[0];
    assert_eq!(
        (list.name.as_str(), list.comment.as_deref()),
        ("Mood", Some("how it goes"))
    );
    assert_eq!(list.values, ["sad", "so-so", "it's fine"]);
    let [plain, price] = found.domains.as_slice() else {
        panic!("two: {:?}", found.domains)
    };
    assert_eq!(
        (plain.native_type.as_str(), plain.nullable, plain.checks.len()),
        ("text", true, 0)
    );
    assert_eq!(
        (price.native_type.as_str(), price.nullable),
        ("numeric(8,2)", false)
    );
    assert_eq!(price.default.as_deref(), Some("1.5"));
    let checks: Vec<_> = price
        .checks
        .iter()
        .map(|check| (check.name.as_deref(), check.expression.as_str()))
        .collect();
    assert_eq!(
        checks,
        [
            (Some("positive"), "(VALUE > (0)::numeric)"),
            (Some("small"), "(VALUE < (1000)::numeric)")
        ]
    );
    let table = &found.tables[0];
    assert_eq!(table.columns[0].enum_name.as_deref(), Some("Mood"));
    assert_eq!(table.columns[1].domain.as_deref(), Some("price"));
    assert!(!table.columns[1].nullable);
    let json = serde_json::to_value(&found).expect("JSON");
    assert_eq!(json["domains"][1]["checks"][0]["name"], "positive");
    assert_eq!(json["tables"][0]["columns"][1]["kind"], "decimal(8, 2)");
    Ok(())
}

/// Only some of what is there.
async fn choice(on: &Home) -> Result<()> {
    on.script(
        "CREATE TABLE manybase_books (id INTEGER PRIMARY KEY);
         CREATE TABLE film (id INTEGER PRIMARY KEY);
         CREATE TABLE film_actor (id INTEGER PRIMARY KEY, film_id INTEGER, FOREIGN KEY (film_id) REFERENCES film (id));
         CREATE TABLE city (id INTEGER PRIMARY KEY)",
    )
    .await?;
    let names = async |introspect: Introspect| -> Result<Vec<String>> {
        let found = introspect.read(&on.db).await?;
        Ok(found.tables.into_iter().map(|table| table.name).collect())
    };
    let all = Introspect::of("main");
    assert_eq!(
        names(all.clone()).await?,
        ["city", "film", "film_actor", "manybase_books"]
    );
    assert_eq!(
        names(all.clone().without_own()).await?,
        ["city", "film", "film_actor"]
    );
    assert_eq!(
        names(all.clone().only("film*").except("*_actor")).await?,
        ["film"]
    );
    let whole = format!("{}.c?ty", on.name());
    assert_eq!(names(all.clone().only(whole)).await?, ["city"]);
    // What a key points to is known also where it is left out.
    let found = all.only("film_actor").read(&on.db).await?;
    assert_eq!(found.tables[0].foreign_keys[0].referenced_columns, ["id"]);
    Ok(())
}
