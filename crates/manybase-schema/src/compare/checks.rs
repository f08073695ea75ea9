//! Conditions on both sides.

use super::expression::{self, Read};
use super::outcome::Part;
use super::{CompareOptions, Pair};
use crate::{Check, Table, one_of};
use manybase_sql::catalog::ColumnKind;

/// A check with what is known of it.
struct Known {
    name: Option<String>,
    sql: String,
    read: Read,
}

pub(super) fn compare(pair: &mut Pair<'_>) {
    let lefts = known(pair.left, pair.right, pair.options);
    let mut rights = known(pair.right, pair.left, pair.options);
    let same_product = pair.same_product;
    let take = |rights: &mut Vec<Known>, fits: &dyn Fn(&Known) -> bool| {
        let at = rights.iter().position(fits)?;
        Some(rights.remove(at))
    };
    let mut open = Vec::new();
    for left in lefts {
        let same = |right: &Known| expression::relation(&left.read, &right.read, same_product).is_none();
        if take(&mut rights, &same).is_none() {
            open.push(left);
        }
    }
    // Those that are left may be two forms of one: of one name, or of the same columns.
    for left in open {
        let named = |right: &Known| left.name.is_some() && left.name == right.name;
        let about = |right: &Known| !left.read.columns.is_empty() && left.read.columns == right.read.columns;
        let right = take(&mut rights, &named).or_else(|| take(&mut rights, &about));
        let name = Some(left.read.columns.iter().cloned().collect::<Vec<_>>().join(", "));
        match right {
            None => pair.say_alone(Part::Check, name, true, left.sql),
            Some(right) => {
                if let Some(verdict) = expression::relation(&left.read, &right.read, same_product) {
                    pair.say(Part::Check, name, verdict, Some(left.sql), Some(right.sql));
                }
            }
        }
    }
    for right in rights {
        let name = right.read.columns.iter().cloned().collect::<Vec<_>>().join(", ");
        pair.say_alone(Part::Check, Some(name), false, right.sql);
    }
}

/// Without those that stand for a type: of JSON, and of a list that is a type on the other side.
fn known(table: &Table, other: &Table, options: &CompareOptions) -> Vec<Known> {
    let is_type = |check: &Check| {
        if check
            .expression
            .trim_start_matches('(')
            .starts_with("json_valid(")
        {
            return true;
        }
        let Some((name, _)) = one_of(&check.expression) else {
            return false;
        };
        let same = |column: &&crate::Column| options.folded(&column.name) == options.folded(&name);
        other
            .columns
            .iter()
            .find(same)
            .is_some_and(|column| column.kind == ColumnKind::Enum)
    };
    let checks = table.checks.iter().filter(|check| !is_type(check));
    let known = checks.map(|check| Known {
        name: check.name.as_deref().map(|name| options.folded(name)),
        sql: check.expression.clone(),
        read: expression::read(&check.expression, table, options),
    });
    known.collect()
}
