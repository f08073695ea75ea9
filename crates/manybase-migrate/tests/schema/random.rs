//! Random schemas, random changes of them, and rows.

use manybase_migrate::diff::Hints;
use manybase_migrate::operation::Operation;
use manybase_migrate::schema::{
    Action, Check, Column, DefaultValue, ForeignKey, Generated, Index, ObjectName, PrimaryKey, Schema,
    Sequence, Table, View,
};
use manybase_sql::{Capability, DataType, Value};

/// Choices, of which fewer and smaller ones make simpler schemas.
pub(crate) struct Choices {
    numbers: std::vec::IntoIter<u16>,
    names: usize,
    sequences: bool,
}

pub(crate) const ROWS: usize = 4;

const TYPES: [DataType; 14] = [
    DataType::I32,
    DataType::Text { length: Some(20) },
    DataType::I64,
    DataType::Bool,
    DataType::I16,
    DataType::F64,
    DataType::Decimal {
        precision: Some((10, 2)),
    },
    DataType::Text { length: None },
    DataType::Date,
    DataType::DateTime,
    DataType::Timestamp,
    DataType::Uuid,
    DataType::Json,
    DataType::Bytes,
];

impl Choices {
    /// With sequences, where there are any.
    pub(crate) fn new(numbers: Vec<u16>, sequences: bool) -> Self {
        Self {
            numbers: numbers.into_iter(),
            names: 0,
            sequences,
        }
    }

    fn pick(&mut self, among: usize) -> usize {
        match among {
            0 => 0,
            among => usize::from(self.numbers.next().unwrap_or(0)) % among,
        }
    }

    fn sometimes(&mut self, one_in: usize) -> bool {
        self.pick(one_in) == one_in - 1
    }

    /// Plain ones stand in expressions.
    fn name(&mut self, plain: bool) -> String {
        self.names += 1;
        match self.pick(6) {
            4 if !plain => format!("Mixed {}", self.names),
            5 if !plain => format!("sel`ect\"{}", self.names),
            _ => format!("c{}", self.names),
        }
    }

    pub(crate) fn schema(&mut self, can: &Capability) -> Schema {
        let mut schema = Schema::default();
        for _ in 0..1 + self.pick(3) {
            let table = self.table(can);
            schema.tables.push(table);
        }
        for _ in 0..self.pick(4) {
            self.foreign_key(&mut schema);
        }
        if self.sometimes(2) {
            self.view(&mut schema);
        }
        if self.sequences {
            for _ in 0..self.pick(2) {
                let sequence = self.sequence();
                schema.sequences.push(sequence);
            }
        }
        schema
    }

    fn sequence(&mut self) -> Sequence {
        self.names += 1;
        let mut sequence = Sequence::new(format!("s{}", self.names));
        if self.sometimes(2) {
            sequence.increment = [2, 10, 3][self.pick(3)];
        }
        sequence
    }

    fn table(&mut self, can: &Capability) -> Table {
        self.names += 1;
        let mut table = Table::new(format!("t{}", self.names));
        match self.pick(4) {
            0 | 1 => table = table.auto_key("id"),
            2 => table.columns.push(Column::new("key_a", DataType::I32)),
            _ => {
                table.columns.push(Column::new("key_a", DataType::I32));
                table
                    .columns
                    .push(Column::new("key_b", DataType::Text { length: Some(20) }));
                table = table.key(["key_a", "key_b"]);
            }
        }
        for _ in 0..1 + self.pick(4) {
            let column = self.column();
            table.columns.push(column);
        }
        if self.sometimes(3) {
            self.generated(&mut table);
        }
        for _ in 0..self.pick(3) {
            self.index(&mut table, can);
        }
        if self.sometimes(2) {
            self.check(&mut table);
        }
        if self.sometimes(3) {
            table.comment = Some("What it's for".into());
        }
        table
    }

    fn column(&mut self) -> Column {
        let name = self.name(false);
        let data_type = TYPES[self.pick(TYPES.len())];
        let mut column = Column::new(name, data_type);
        column.nullable = self.sometimes(2);
        if self.sometimes(2) {
            column.default = match data_type {
                DataType::DateTime | DataType::Timestamp if self.sometimes(2) => {
                    Some(DefaultValue::Sql("CURRENT_TIMESTAMP".into()))
                }
                _ => default_of(data_type),
            };
        }
        if self.sometimes(4) {
            column.comment = Some(format!("The \\ {}", column.name));
        }
        column
    }

    fn generated(&mut self, table: &mut Table) {
        let fits = |column: &&Column| {
            column.name.starts_with('c') && neutral(column).is_integer() && column.generated.is_none()
        };
        let base = table.columns.iter().find(fits).map(|column| column.name.clone());
        if let Some(base) = base {
            let mut column = Column::new(self.name(true), DataType::I64).nullable();
            column.generated = Some(Generated {
                expression: format!("{base} + 1"),
                stored: true,
            });
            table.columns.push(column);
        }
    }

    fn index(&mut self, table: &mut Table, can: &Capability) {
        let fits = |column: &&Column| {
            !matches!(
                neutral(column),
                DataType::Json | DataType::Bytes | DataType::F64 | DataType::F32
            )
        };
        let columns: Vec<Column> = table.columns.iter().filter(fits).cloned().collect();
        if columns.is_empty() {
            return;
        }
        let first = columns[self.pick(columns.len())].clone();
        let mut index = Index::of([first.name.as_str()]);
        if self.sometimes(3) {
            let second = &columns[self.pick(columns.len())];
            if second.name != first.name {
                index.columns.extend(Index::of([second.name.as_str()]).columns);
            }
        }
        index.unique = self.sometimes(2) && is_distinct(&first);
        index.columns[0].descending = self.sometimes(3);
        if self.sometimes(3) {
            self.names += 1;
            index.name = Some(format!("by {}", self.names));
        }
        let plain = first.name.starts_with('c');
        if self.sometimes(3) && can.index_filter {
            let others: Vec<&Column> = table
                .columns
                .iter()
                .filter(|one| one.name.starts_with('c'))
                .collect();
            if let Some(other) = others.get(self.pick(others.len())) {
                index.condition = Some(match neutral(other).is_integer() && self.sometimes(2) {
                    true => format!("{0} > 0 AND {0} < 1000", other.name),
                    false => format!("{} IS NOT NULL", other.name),
                });
            }
        }
        if self.sometimes(3) && plain && can.index_expression && neutral(&first).is_text() {
            index.columns[0].column = None;
            index.columns[0].expression = Some(format!("lower({})", first.name));
        }
        if !table.indexes.iter().any(|one| {
            one.columns == index.columns && one.unique == index.unique && one.condition == index.condition
        }) {
            table.indexes.push(index);
        }
    }

    fn check(&mut self, table: &mut Table) {
        let fits = |column: &&Column| {
            // MariaDB lets no check stand on a numbered column.
            let fits = column.name.starts_with('c') && !column.auto;
            fits && (neutral(column).is_integer() || neutral(column).is_text())
        };
        let columns: Vec<Column> = table.columns.iter().filter(fits).cloned().collect();
        if let Some(column) = columns.get(self.pick(columns.len())) {
            let name = &column.name;
            let expression = match (neutral(column).is_text(), self.pick(3)) {
                (true, _) => format!("length({name}) < {}", 25 + self.pick(3)),
                // What a lost value is filled with does not keep to it.
                (_, 0) => format!("{name} > 0"),
                (_, 1) => format!("{name} <> 0 OR {name} IS NULL"),
                _ => format!("{name} >= -{}", 1 + self.pick(3)),
            };
            self.names += 1;
            let name = self.sometimes(2).then(|| format!("rule {}", self.names));
            if !table.checks.iter().any(|check| check.expression == expression) {
                table.checks.push(Check { name, expression });
            }
        }
    }

    fn foreign_key(&mut self, schema: &mut Schema) {
        let parents: Vec<(ObjectName, String)> = (schema.tables.iter())
            .filter(|table| table.columns.first().is_some_and(|column| column.auto))
            .map(|table| (table.name.clone(), table.columns[0].name.clone()))
            .collect();
        if parents.is_empty() {
            return;
        }
        let (parent, key) = parents[self.pick(parents.len())].clone();
        let at = self.pick(schema.tables.len());
        // MariaDB lets no check stand on what ON DELETE SET NULL changes.
        self.names += 1;
        let column = format!("ref {}", self.names);
        let table = &mut schema.tables[at];
        table
            .columns
            .push(Column::new(column.as_str(), DataType::I64).nullable());
        let actions = [Action::NoAction, Action::Cascade, Action::SetNull];
        let mut key = ForeignKey::new([column], parent, [key]).on_delete(actions[self.pick(3)]);
        if self.sometimes(4) {
            key.on_update = Action::Cascade;
        }
        table.foreign_keys.push(key);
    }

    fn view(&mut self, schema: &mut Schema) {
        let at = self.pick(schema.tables.len());
        let table = &schema.tables[at];
        let fits = |column: &&Column| column.name.starts_with('c');
        let columns: Vec<&str> = table
            .columns
            .iter()
            .filter(fits)
            .map(|column| column.name.as_str())
            .take(2)
            .collect();
        if !columns.is_empty() {
            self.names += 1;
            let mut query = format!("SELECT {} FROM {}", columns.join(", "), table.name);
            if self.sometimes(3) {
                query.push_str(&format!(" WHERE {} IS NOT NULL", columns[0]));
            }
            schema.views.push(View::new(format!("v{}", self.names), query));
        }
    }

    /// Another schema, and what the diff has to be told.
    pub(crate) fn changed(&mut self, before: &Schema, can: &Capability) -> (Schema, Hints) {
        let (mut schema, mut hints) = (before.clone(), Hints::default());
        // Views go by their columns; they are thought of anew at the end.
        schema.views.clear();
        if self.sometimes(3) {
            let from = schema.tables[self.pick(schema.tables.len())].name.clone();
            self.names += 1;
            let to = ObjectName::from(format!("t{}", self.names));
            let rename = Operation::RenameTable {
                from: from.clone(),
                to: to.clone(),
            };
            schema.apply(&rename).expect("it is there");
            hints = hints.rename_table(from, to);
        }
        for at in 0..schema.tables.len() {
            for column in schema.tables[at].columns.clone() {
                if self.sometimes(6) {
                    let table = schema.tables[at].name.clone();
                    let to = match column.name.starts_with("ref") {
                        true => format!("{} again", column.name),
                        false => self.name(column.name.starts_with('c')),
                    };
                    let rename = Operation::RenameColumn {
                        table: table.clone(),
                        from: column.name.clone(),
                        to: to.clone(),
                    };
                    schema.apply(&rename).expect("it is there");
                    hints = hints.rename_column(table, column.name, to);
                }
            }
        }
        let renamed = schema.clone();
        for _ in 0..1 + self.pick(6) {
            self.change(&mut schema, &mut hints, can);
        }
        // What was renamed and has gone since has not been renamed.
        let columns = std::mem::take(&mut hints.columns);
        for (table, from, to) in columns {
            match schema.table(&table).is_some_and(|now| now.find(&to).is_some()) {
                true => hints.columns.push((table, from, to)),
                false => hints = hints.drop_column(table, from),
            }
        }
        for table in &renamed.tables {
            let was = original(&hints, &table.name);
            match schema.table(&table.name) {
                None => hints = hints.drop_table(was),
                Some(now) => {
                    for column in table
                        .columns
                        .iter()
                        .filter(|column| now.find(&column.name).is_none())
                    {
                        hints = hints.drop_column(table.name.clone(), column.name.clone());
                    }
                }
            }
        }
        hints.tables.retain(|(_, to)| schema.table(to).is_some());
        for view in &before.views {
            if self.stands(view, before, &schema) {
                schema.views.push(view.clone());
            }
        }
        if self.sometimes(2) && !schema.tables.is_empty() {
            self.view(&mut schema);
        }
        (schema, hints)
    }

    /// Whether a view still has all that it shows.
    fn stands(&mut self, view: &View, before: &Schema, schema: &Schema) -> bool {
        let from = view
            .query
            .split(" FROM ")
            .nth(1)
            .and_then(|rest| rest.split(' ').next());
        let table = before
            .tables
            .iter()
            .find(|table| Some(table.name.name.as_str()) == from);
        let Some(now) = table.and_then(|table| schema.table(&table.name)) else {
            return false;
        };
        let columns = view
            .query
            .trim_start_matches("SELECT ")
            .split(" FROM ")
            .next()
            .unwrap_or_default();
        columns.split(", ").all(|column| now.find(column).is_some()) && !self.sometimes(4)
    }

    fn change(&mut self, schema: &mut Schema, hints: &mut Hints, can: &Capability) {
        if schema.tables.is_empty() {
            let table = self.table(can);
            schema.tables.push(table);
            return;
        }
        let at = self.pick(schema.tables.len());
        let what = self.pick(16);
        let name = schema.tables[at].name.clone();
        let table = &mut schema.tables[at];
        match what {
            0 => {
                let mut column = self.column();
                if !column.nullable && column.default.is_none() {
                    let fill = default_of(neutral(&column));
                    column.nullable = fill.is_none();
                    if let Some(fill) = fill {
                        *hints = hints.clone().fill(name, column.name.clone(), fill);
                    }
                }
                table.columns.push(column);
            }
            1 => {
                let free: Vec<String> = (table.columns.iter())
                    .filter(|column| {
                        !table
                            .primary_key
                            .iter()
                            .any(|key| key.columns.contains(&column.name))
                    })
                    .map(|column| column.name.clone())
                    // So that something is left.
                    .filter(|name| !name.starts_with("key"))
                    .collect();
                if let Some(column) = free.get(self.pick(free.len())) {
                    drop_column(table, column);
                }
            }
            2 => {
                let at = self.pick(table.columns.len());
                if let Some(wider) = wider(neutral(&table.columns[at])).filter(|_| !is_bound(table, at)) {
                    table.columns[at].data_type = wider.into();
                    let default = &mut table.columns[at].default;
                    if default.is_some() {
                        *default = default_of(wider);
                    }
                }
            }
            3 => {
                let at = self.pick(table.columns.len());
                let keyed = table
                    .primary_key
                    .iter()
                    .any(|key| key.columns.contains(&table.columns[at].name));
                let refers = table
                    .foreign_keys
                    .iter()
                    .any(|key| key.columns.contains(&table.columns[at].name));
                let column = &mut table.columns[at];
                if column.generated.is_some() {
                    return;
                }
                match (column.nullable, default_of(neutral(column))) {
                    (true, Some(fill)) if !refers && !table.indexes.iter().any(|index| index.unique) => {
                        column.nullable = false;
                        *hints = hints.clone().fill(name, column.name.clone(), fill);
                    }
                    (false, _) if !keyed => column.nullable = true,
                    _ => {}
                }
            }
            4 => {
                let at = self.pick(table.columns.len());
                let column = &mut table.columns[at];
                if !column.auto && column.generated.is_none() {
                    column.default = match column.default {
                        Some(_) => None,
                        None => default_of(neutral(column)),
                    };
                }
            }
            5 => self.index(table, can),
            6 if !table.indexes.is_empty() => {
                let at = self.pick(table.indexes.len());
                table.indexes.remove(at);
            }
            7 => self.check(table),
            8 if !table.checks.is_empty() => {
                table.checks.remove(0);
            }
            9 => self.foreign_key(schema),
            10 if !table.foreign_keys.is_empty() => match self.sometimes(2) {
                true => drop(table.foreign_keys.remove(0)),
                false => table.foreign_keys[0].on_delete = Action::Cascade,
            },
            11 => {
                let new = self.table(can);
                schema.tables.push(new);
            }
            13 if self.sequences => match (schema.sequences.is_empty(), self.pick(3)) {
                (false, 0) => drop(schema.sequences.remove(0)),
                (false, 1) => schema.sequences[0].increment = 7,
                _ => {
                    let new = self.sequence();
                    schema.sequences.push(new);
                }
            },
            14 if !table.columns[0].auto => {
                table.primary_key = match table.primary_key {
                    Some(_) => None,
                    None => Some(PrimaryKey::of(["key_a"])),
                }
                .filter(|key| key.columns.iter().all(|column| table.find(column).is_some()));
            }
            15 => {
                // A unique column that goes, with all that stands on it.
                let found = table.indexes.iter().find(|index| index.unique);
                let name = found.and_then(|index| index.columns[0].column.clone());
                if let Some(name) = name.filter(|name| name.starts_with(['c', 'M', 's'])) {
                    drop_column(table, &name);
                }
            }
            12 => match self.pick(3) {
                0 => table.comment = Some("Something else".into()),
                1 => table.columns[0].comment = Some("Said later".into()),
                _ if !table.columns[0].auto => {
                    let other = ["key_a", "key_b"]
                        .iter()
                        .filter(|one| table.find(one).is_some())
                        .count()
                        == 2;
                    if other {
                        let key = if self.sometimes(2) {
                            vec!["key_b", "key_a"]
                        } else {
                            vec!["key_b"]
                        };
                        table.primary_key = Some(PrimaryKey::of(key));
                    }
                }
                _ => {
                    let gone = schema.tables.remove(at);
                    for table in &mut schema.tables {
                        table.foreign_keys.retain(|key| key.references != gone.name);
                    }
                }
            },
            _ => {}
        }
    }
}

fn original(hints: &Hints, name: &ObjectName) -> ObjectName {
    let found = hints.tables.iter().find(|(_, to)| to == name);
    found.map_or(name, |(from, _)| from).clone()
}

fn drop_column(table: &mut Table, column: &str) {
    let stands = |one: &Column| {
        one.generated
            .as_ref()
            .is_some_and(|generated| generated.expression.contains(column))
    };
    while let Some(other) = table
        .columns
        .iter()
        .find(|one| stands(one))
        .map(|one| one.name.clone())
    {
        drop_column(table, &other);
    }
    table.columns.retain(|one| one.name != column);
    table
        .foreign_keys
        .retain(|key| !key.columns.iter().any(|one| one == column));
    let on = |sql: &Option<String>| sql.as_ref().is_some_and(|sql| sql.contains(column));
    (table.indexes).retain(|index| {
        !index
            .columns
            .iter()
            .any(|one| one.column.as_deref() == Some(column) || on(&one.expression))
            && !on(&index.condition)
    });
    table.checks.retain(|check| !check.expression.contains(column));
}

/// Whether a reference stands on a column.
fn is_bound(table: &Table, at: usize) -> bool {
    let name = &table.columns[at].name;
    table.columns[at].auto
        || table.columns[at].generated.is_some()
        || table.columns.iter().any(|one| {
            one.generated
                .as_ref()
                .is_some_and(|generated| generated.expression.contains(name.as_str()))
        })
        || table.foreign_keys.iter().any(|key| key.columns.contains(name))
}

pub(crate) fn neutral(column: &Column) -> DataType {
    match column.data_type {
        manybase_migrate::schema::ColumnType::Neutral(data_type) => data_type,
        _ => panic!("random schemas are neutral"),
    }
}

/// Types whose values differ from row to row.
fn is_distinct(column: &Column) -> bool {
    !matches!(neutral(column), DataType::Bool) && !column.name.starts_with("ref") && column.default.is_none()
}

/// Only where the way back is known too.
fn wider(of: DataType) -> Option<DataType> {
    Some(match of {
        DataType::I16 => DataType::I32,
        DataType::I32 => DataType::I64,
        DataType::Text { length: Some(20) } => DataType::Text { length: Some(40) },
        DataType::Text { length: Some(_) } => DataType::Text { length: None },
        DataType::DateTime => DataType::Timestamp,
        DataType::Timestamp => DataType::DateTime,
        DataType::Decimal { .. } => DataType::Decimal {
            precision: Some((14, 4)),
        },
        DataType::I64 => DataType::I32,
        DataType::F64 => DataType::F32,
        _ => return None,
    })
}

pub(crate) fn default_of(of: DataType) -> Option<DefaultValue> {
    value(of, 100)
        .and_then(|value| DefaultValue::of(&value).ok())
        .filter(|_| !matches!(of, DataType::Json | DataType::Bytes))
}

/// What stands in a column in a row.
pub(crate) fn value(of: DataType, row: usize) -> Option<Value> {
    let n = i64::try_from(row).ok()?;
    let day = chrono::NaiveDate::from_ymd_opt(2020, 1, 1)? + chrono::Days::new(row as u64);
    Some(match of {
        DataType::Bool => row.is_multiple_of(2).into(),
        DataType::I16 | DataType::I32 | DataType::I64 => n.into(),
        DataType::F64 | DataType::F32 => (n as f64 + 0.5).into(),
        DataType::Decimal { .. } => Value::Decimal(rust_decimal::Decimal::new(n * 100 + 25, 2)),
        DataType::Text { .. } => format!("v'\\{row}").into(),
        DataType::Date => Value::Date(day),
        DataType::DateTime => Value::DateTime(day.and_hms_opt(1, 2, 3)?),
        DataType::Timestamp => Value::Timestamp(day.and_hms_opt(1, 2, 3)?.and_utc()),
        DataType::Uuid => Value::Uuid(uuid::Uuid::from_u128(row as u128)),
        DataType::Json => Value::Json(std::sync::Arc::new(serde_json::json!({ "row": row }))),
        DataType::Bytes => Value::Bytes(vec![1, row as u8]),
        _ => return None,
    })
}
