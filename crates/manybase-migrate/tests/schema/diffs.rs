//! What the diff finds, asks and refuses.

use manybase_db::ErrorKind;
use manybase_migrate::diff::{DiffError, Hints, diff};
use manybase_migrate::operation::{Operation, invert};
use manybase_migrate::schema::{Check, Column, ForeignKey, Index, Schema, Table, View};
use manybase_sql::DataType;

fn table(name: &str, columns: &[&str]) -> Table {
    let table = Table::new(name).auto_key("id");
    columns.iter().fold(table, |table, column| {
        table.column(Column::new(*column, DataType::I32).nullable())
    })
}

fn texts(operations: &[Operation]) -> Vec<String> {
    operations.iter().map(ToString::to_string).collect()
}

fn found(before: &Schema, after: &Schema, hints: &Hints) -> Vec<String> {
    texts(&diff(before, after, hints).expect("has an answer"))
}

#[test]
fn what_may_be_a_rename_is_asked() {
    let before = Schema::of_tables([table("a", &["x", "y"])]);
    let after = Schema::of_tables([table("a", &["x", "z"])]);
    let Err(DiffError::Ambiguous(candidates)) = diff(&before, &after, &Hints::default()) else {
        panic!("it has to ask");
    };
    assert_eq!(
        candidates.iter().map(ToString::to_string).collect::<Vec<_>>(),
        ["column a.y to z"]
    );
    assert_eq!(
        found(&before, &after, &Hints::default().rename_column("a", "y", "z")),
        ["rename column a.y to z"]
    );
    let dropped = found(&before, &after, &Hints::default().drop_column("a", "y"));
    assert_eq!(dropped, ["add column a.z", "drop column a.y"]);

    let mut said = after.clone();
    said.tables[0].columns[2].renamed_from = Some("y".into());
    assert_eq!(
        found(&before, &said, &Hints::default()),
        ["rename column a.y to z"]
    );
    // Afterwards the hint of the model means nothing any more.
    assert!(found(&after, &said, &Hints::default()).is_empty());
}

#[test]
fn a_column_of_another_kind_is_no_candidate() {
    let before = Schema::of_tables([table("a", &["x"])]);
    let after = Schema::of_tables([Table::new("a")
        .auto_key("id")
        .column(Column::new("y", DataType::Date).nullable())]);
    assert_eq!(
        found(&before, &after, &Hints::default()),
        ["add column a.y", "drop column a.x"]
    );
}

#[test]
fn tables_that_may_be_renamed_are_asked() {
    let before = Schema::of_tables([table("a", &["x", "y"])]);
    let after = Schema::of_tables([table("b", &["x", "y"])]);
    assert!(matches!(
        diff(&before, &after, &Hints::default()),
        Err(DiffError::Ambiguous(_))
    ));
    assert_eq!(
        found(&before, &after, &Hints::default().rename_table("a", "b")),
        ["rename table a to b"]
    );
    let hints = Hints::default().drop_table("a");
    assert_eq!(found(&before, &after, &hints), ["drop table a", "create table b"]);
    let unlike = Schema::of_tables([Table::new("c").column(Column::new("other", DataType::Date))]);
    assert_eq!(
        found(&before, &unlike, &Hints::default()),
        ["drop table a", "create table c"]
    );
}

#[test]
fn hints_that_make_no_sense_are_refused() {
    let schema = Schema::of_tables([table("a", &["x"])]);
    for hints in [
        Hints::default().rename_table("a", "b"),
        Hints::default().rename_column("a", "x", "nothing"),
    ] {
        assert!(
            matches!(diff(&schema, &schema, &hints), Err(DiffError::Plan(error)) if error.kind() == ErrorKind::NotFound)
        );
    }
}

#[test]
fn names_are_swapped_over_a_third() {
    let before = Schema::of_tables([table("a", &["x", "y"])]);
    let hints = Hints::default()
        .rename_column("a", "x", "z")
        .rename_column("a", "y", "x");
    let after = Schema::of_tables([table("a", &["z", "x"])]);
    assert_eq!(
        found(&before, &after, &hints),
        ["rename column a.x to z", "rename column a.y to x"]
    );
}

#[test]
fn references_in_a_circle_come_last_and_go_first() {
    let reference = |of: &str, to: &str| {
        table(of, &[])
            .column(Column::new("other", DataType::I64).nullable())
            .foreign_key(ForeignKey::new(["other"], to, ["id"]))
    };
    let both = Schema::of_tables([reference("a", "b"), reference("b", "a")]);
    let nothing = Schema::default();
    let up = diff(&nothing, &both, &Hints::default()).expect("has an answer");
    assert_eq!(
        texts(&up),
        [
            "create table a",
            "create table b",
            "add foreign key a (other) to b"
        ]
    );
    let down: Vec<Operation> = invert(&up, &nothing)
        .expect("goes back")
        .into_iter()
        .map(|inverse| inverse.operation)
        .collect();
    assert_eq!(
        texts(&down),
        ["drop foreign key a (other) to b", "drop table b", "drop table a"]
    );
    let mut made = nothing.clone();
    up.iter()
        .for_each(|operation| made.apply(operation).expect("fits"));
    let gone = found(&made, &nothing, &Hints::default());
    assert_eq!(
        gone,
        ["drop foreign key a (other) to b", "drop table b", "drop table a"]
    );
}

#[test]
fn a_reference_does_not_leave_its_database() {
    let after = Schema::of_tables([table("a", &["other"]).foreign_key(ForeignKey::new(
        ["other"],
        "elsewhere",
        ["id"],
    ))]);
    let Err(DiffError::Plan(error)) = diff(&Schema::default(), &after, &Hints::default()) else {
        panic!("it is refused");
    };
    assert_eq!(error.kind(), ErrorKind::Config);
    assert!(
        error.to_string().contains("`on_delete` works across databases"),
        "{error}"
    );
    assert!(diff(&Schema::default(), &after, &Hints::default().outside("elsewhere")).is_ok());
}

#[test]
fn what_alembic_does_not_see() {
    let mut before = Schema::of_tables([table("a", &["x", "y"])]);
    before.tables[0].checks.push(Check {
        name: Some("low".into()),
        expression: "x > 0".into(),
    });
    let mut after = before.clone();
    after.tables[0].checks[0].expression = "x > 1".into();
    after.tables[0].comment = Some("New".into());
    after.tables[0] = after.tables[0]
        .clone()
        .key(["x"])
        .index(Index::of(["y"]).unique());
    assert_eq!(
        found(&before, &after, &Hints::default()),
        [
            "drop check low on a",
            "drop primary key of a",
            "primary key of a becomes (x)",
            "add index a_y_key on a",
            "add check low on a",
            "comment on table a"
        ]
    );
}

#[test]
fn views_in_the_way_go_and_come() {
    let mut before = Schema::of_tables([table("a", &["x"]), table("b", &["x"])]);
    before.views.push(View::new("top", "SELECT x FROM middle"));
    before.views.push(View::new("middle", "SELECT x FROM a"));
    before.views.push(View::new("aside", "SELECT x FROM b"));
    let mut after = before.clone();
    after.tables[0].columns[1].data_type = DataType::I64.into();
    assert_eq!(
        found(&before, &after, &Hints::default()),
        [
            "drop view top",
            "drop view middle",
            "alter column a.x",
            "create view middle",
            "create view top"
        ]
    );
}

#[test]
fn somebody_elses_tables_are_left_alone() {
    let live = Schema::of_tables([
        table("a", &["x"]),
        table("theirs", &["x"]),
        table("manybase_decision", &[]),
    ]);
    let models = Schema::of_tables([table("a", &["x"])]);
    assert!(found(&live.known_to(&[&models]), &models, &Hints::default()).is_empty());
}

#[test]
fn names_that_nobody_gave_stay_what_they_were() {
    let mut before = Schema::of_tables([table("a", &["x"]).index(Index::of(["x"]).named("some_old_name"))]);
    let after = Schema::of_tables([table("a", &["x"]).index(Index::of(["x"]))]);
    assert!(found(&before, &after, &Hints::default()).is_empty());
    before.tables[0].indexes[0].unique = true;
    assert_eq!(
        found(&before, &after, &Hints::default()),
        ["drop index some_old_name on a", "add index a_x_idx on a"]
    );
}
