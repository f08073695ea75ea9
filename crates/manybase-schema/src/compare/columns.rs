//! Columns of a table on both sides.

use super::outcome::{Part, Verdict};
use super::{Pair, defaults, expression, types};
use crate::{Column, Table};
use manybase_sql::catalog::ColumnKind;

pub(super) fn compare(pair: &mut Pair<'_>) {
    let options = pair.options;
    let mut rest: Vec<&Column> = pair.right.columns.iter().collect();
    for left in &pair.left.columns {
        let same = |other: &&Column| options.folded(&other.name) == options.folded(&left.name);
        match rest.iter().position(same) {
            Some(at) => column(pair, left, rest.remove(at)),
            None => pair.say_alone(
                Part::Column,
                Some(left.name.clone()),
                true,
                left.native_type.clone(),
            ),
        }
    }
    for right in rest {
        pair.say_alone(
            Part::Column,
            Some(right.name.clone()),
            false,
            right.native_type.clone(),
        );
    }
}

fn column(pair: &mut Pair<'_>, left: &Column, right: &Column) {
    let name = Some(left.name.clone());
    if let Some(verdict) = types::relation(left, right, pair.same_product) {
        let (a, b) = (told(left), told(right));
        pair.say(Part::Type, name.clone(), verdict, Some(a), Some(b));
    }
    let null = |column: &Column| Some(if column.nullable { "NULL" } else { "NOT NULL" }.to_owned());
    let keyed = in_key(pair.left, left) && in_key(pair.right, right);
    if left.nullable != right.nullable && !keyed {
        let verdict = if left.nullable {
            Verdict::Narrower
        } else {
            Verdict::Wider
        };
        pair.say(Part::Null, name.clone(), verdict, null(left), null(right));
    }
    match (&left.generated, &right.generated) {
        (None, None) => filled_in(pair, left, right),
        (Some(a), Some(b)) => {
            let verdict = match (&a.expression, &b.expression) {
                (Some(here), Some(there)) => {
                    let here = expression::read(here, pair.left, pair.options);
                    let there = expression::read(there, pair.right, pair.options);
                    expression::relation(&here, &there, pair.same_product)
                }
                _ => Some(Verdict::NotComparable),
            };
            if let Some(verdict) = verdict {
                let (a, b) = (a.expression.clone(), b.expression.clone());
                pair.say(Part::Generated, name.clone(), verdict, a, b);
            }
        }
        (Some(a), None) => pair.say_alone(Part::Generated, name.clone(), true, calculated(a)),
        (None, Some(b)) => pair.say_alone(Part::Generated, name.clone(), false, calculated(b)),
    }
    collation(pair, left, right);
}

fn calculated(generated: &crate::Generated) -> String {
    generated
        .expression
        .clone()
        .unwrap_or_else(|| "calculated".to_owned())
}

/// The type; a list of values is longer than its name.
fn told(column: &Column) -> String {
    match &column.enum_name {
        Some(name) => format!("{name} ({})", column.values.join(", ")),
        None => column.native_type.clone(),
    }
}

fn in_key(table: &Table, column: &Column) -> bool {
    let key = table.primary_key.as_ref();
    key.is_some_and(|key| key.columns.contains(&column.name))
}

fn filled_in(pair: &mut Pair<'_>, left: &Column, right: &Column) {
    let name = Some(left.name.clone());
    if left.auto != right.auto {
        // Where every such key is numbered, nobody has said so.
        if left.auto_implied || right.auto_implied {
            return;
        }
        return pair.say_alone(
            Part::Numbering,
            name,
            left.auto,
            "numbered by the database".to_owned(),
        );
    }
    if left.auto {
        return;
    }
    if let Some(verdict) = defaults::relation(left, right, pair.same_product) {
        let (a, b) = (left.default.clone(), right.default.clone());
        pair.say(Part::Default, name.clone(), verdict, a, b);
    }
    let update = |column: &Column| column.on_update.as_ref().map(|sql| format!("on update {sql}"));
    match (update(left), update(right)) {
        (Some(what), None) => pair.say_alone(Part::Default, name, true, what),
        (None, Some(what)) => pair.say_alone(Part::Default, name, false, what),
        _ => {}
    }
}

/// It decides which texts are one: in a key what is there twice, elsewhere what a query finds.
fn collation(pair: &mut Pair<'_>, left: &Column, right: &Column) {
    let is_text = |column: &Column| matches!(column.kind, ColumnKind::Text { .. } | ColumnKind::Char(_));
    if !is_text(left) || !is_text(right) {
        return;
    }
    // A type of a fixed width has no padding to tell apart.
    let fixed = [left, right]
        .iter()
        .any(|column| matches!(column.kind, ColumnKind::Char(_)));
    let told = |column: &Column| {
        let own = column.collation.as_ref().map(|name| format!(" ({name})"));
        let padding = column.compares.ignores_padding && !fixed;
        let what = match (column.compares.ignores_case, padding) {
            (false, false) => "exact",
            (true, false) => "ignores case",
            (false, true) => "ignores spaces at the end",
            (true, true) => "ignores case and spaces at the end",
        };
        (what, format!("{what}{}", own.unwrap_or_default()))
    };
    let ((here, a), (there, b)) = (told(left), told(right));
    if here != there {
        let name = Some(left.name.clone());
        pair.say(Part::Collation, name, Verdict::Differs, Some(a), Some(b));
    }
}
