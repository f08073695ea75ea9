//! Keys, indexes and references on both sides.

use super::expression;
use super::outcome::{Part, Verdict};
use super::{CompareOptions, Pair};
use crate::{ForeignKey, Index, Table};

pub(super) fn compare(pair: &mut Pair<'_>) {
    primary_key(pair);
    indexes(pair, Part::Unique);
    indexes(pair, Part::Index);
    foreign_keys(pair);
}

fn primary_key(pair: &mut Pair<'_>) {
    let columns = |table: &Table| table.primary_key.as_ref().map(|key| key.columns.clone());
    let told = |columns: &[String]| columns.join(", ");
    match (columns(pair.left), columns(pair.right)) {
        (Some(a), Some(b)) if pair.options.all_folded(&a) != pair.options.all_folded(&b) => {
            let (a, b) = (told(&a), told(&b));
            pair.say(Part::PrimaryKey, None, Verdict::Differs, Some(a), Some(b));
        }
        (Some(a), None) => pair.say_alone(Part::PrimaryKey, None, true, told(&a)),
        (None, Some(b)) => pair.say_alone(Part::PrimaryKey, None, false, told(&b)),
        _ => {}
    }
}

/// What is in an index, by name or by what its expression means.
fn members(index: &Index, table: &Table, options: &CompareOptions) -> Vec<String> {
    let member = |column: &crate::IndexColumn| match (&column.name, &column.expression) {
        (Some(name), _) => options.folded(name),
        (None, Some(sql)) => format!("({})", expression::read(sql, table, options).text),
        (None, None) => "()".to_owned(),
    };
    index.columns.iter().map(member).collect()
}

fn indexes(pair: &mut Pair<'_>, part: Part) {
    let (left, right, options) = (pair.left, pair.right, pair.options);
    let unique = part == Part::Unique;
    // In which order the columns of a unique set stand says nothing about rows.
    let key = |index: &Index, table: &Table| {
        let mut members = members(index, table, options);
        if unique {
            members.sort_unstable();
        }
        members
    };
    let mut rest: Vec<&Index> = right
        .indexes
        .iter()
        .filter(|index| index.unique == unique && !index.is_full_text())
        .collect();
    for index in left
        .indexes
        .iter()
        .filter(|index| index.unique == unique && !index.is_full_text())
    {
        let own = key(index, left);
        let named = Some(told_columns(index));
        // Two of the same columns differ in the rest.
        let fits = |other: &&Index| key(other, right) == own;
        let exact = |other: &&Index| fits(other) && details(index, other, pair).is_none();
        let at = rest.iter().position(exact).or_else(|| rest.iter().position(fits));
        let Some(at) = at else {
            let uncertain = rest.iter().position(|other| maybe(index, other, pair));
            match uncertain.map(|at| rest.remove(at)) {
                Some(other) => {
                    let (a, b) = (told(index), told(other));
                    pair.say(part, named, Verdict::NotComparable, Some(a), Some(b));
                }
                None if index.implied => {}
                None => pair.say_alone(part, named, true, told(index)),
            }
            continue;
        };
        let other = rest.remove(at);
        if let Some(verdict) = details(index, other, pair) {
            let (a, b) = (told(index), told(other));
            pair.say(part, named, verdict, Some(a), Some(b));
        }
    }
    for other in rest.into_iter().filter(|other| !other.implied) {
        pair.say_alone(part, Some(told_columns(other)), false, told(other));
    }
}

/// Whether both may be one index whose expressions are written in two languages.
fn maybe(index: &Index, other: &Index, pair: &Pair<'_>) -> bool {
    let expressions = |index: &Index| {
        index
            .columns
            .iter()
            .filter(|column| column.name.is_none())
            .count()
    };
    let names = |index: &Index, table: &Table| {
        let members = members(index, table, pair.options);
        members
            .into_iter()
            .filter(|member| !member.starts_with('('))
            .collect::<Vec<_>>()
    };
    let here = expressions(index);
    !pair.same_product
        && here > 0
        && here == expressions(other)
        && names(index, pair.left) == names(other, pair.right)
}

/// What is different in two indexes of the same columns.
fn details(index: &Index, other: &Index, pair: &Pair<'_>) -> Option<Verdict> {
    let columns = index.columns.iter().zip(&other.columns);
    let mut differs = index.nulls_equal != other.nulls_equal;
    for (a, b) in columns {
        // How rows are sorted in a unique set says nothing about them.
        differs |= !index.unique && a.descending != b.descending;
        // The beginning of a value may occur twice where the whole does not.
        differs |= a.length != b.length;
    }
    differs |= special(index) != special(other);
    if differs {
        return Some(Verdict::Differs);
    }
    let read = |sql: &str, table: &Table| expression::read(sql, table, pair.options);
    for (a, b) in index.columns.iter().zip(&other.columns) {
        if let (None, Some(a), None, Some(b)) = (&a.name, &a.expression, &b.name, &b.expression) {
            let (a, b) = (read(a, pair.left), read(b, pair.right));
            if let Some(verdict) = expression::relation(&a, &b, pair.same_product) {
                return Some(verdict);
            }
        }
    }
    match (&index.condition, &other.condition) {
        (None, None) => None,
        (Some(a), Some(b)) => {
            let (a, b) = (read(a, pair.left), read(b, pair.right));
            expression::relation(&a, &b, pair.same_product)
        }
        _ => Some(Verdict::Differs),
    }
}

/// How it is made, where that says what it is good for.
fn special(index: &Index) -> Option<&str> {
    let plain = |method: &&str| ["btree", "hash"].contains(method);
    index.method.as_deref().filter(|method| !plain(method))
}

fn told_columns(index: &Index) -> String {
    let told = index.columns.iter().map(|column| {
        let name = column.name.as_deref().or(column.expression.as_deref());
        let length = column.length.map(|length| format!("({length})"));
        let order = if column.descending { " desc" } else { "" };
        format!(
            "{}{}{order}",
            name.unwrap_or("an expression"),
            length.unwrap_or_default()
        )
    });
    told.collect::<Vec<_>>().join(", ")
}

fn told(index: &Index) -> String {
    let method = index.method.as_deref().filter(|method| *method != "btree");
    let method = method.map(|method| format!("{method} ")).unwrap_or_default();
    let condition = index.condition.as_ref().map(|sql| format!(" where {sql}"));
    let nulls = if index.nulls_equal { ", NULL once" } else { "" };
    format!(
        "{method}({}){nulls}{}",
        told_columns(index),
        condition.unwrap_or_default()
    )
}

fn foreign_keys(pair: &mut Pair<'_>) {
    let (left, right, options, schemas) = (pair.left, pair.right, pair.options, pair.schemas);
    let place = |key: &ForeignKey, here: &str| match key.referenced_schema == here {
        true => options.folded(&key.referenced_table),
        false => options.folded(&format!("{}.{}", key.referenced_schema, key.referenced_table)),
    };
    let there =
        |key: &ForeignKey, here: &str| (place(key, here), options.all_folded(&key.referenced_columns));
    let mut rest: Vec<&ForeignKey> = right.foreign_keys.iter().collect();
    for key in &left.foreign_keys {
        let own = options.all_folded(&key.columns);
        let fits = |other: &&ForeignKey| options.all_folded(&other.columns) == own;
        let exact = |other: &&ForeignKey| fits(other) && there(other, schemas.1) == there(key, schemas.0);
        let at = rest.iter().position(exact).or_else(|| rest.iter().position(fits));
        let named = Some(key.columns.join(", "));
        let Some(at) = at else {
            pair.say_alone(Part::ForeignKey, named, true, reference(key));
            continue;
        };
        let other = rest.remove(at);
        let late = |key: &ForeignKey| (key.deferrable, key.deferred);
        let same = there(key, schemas.0) == there(other, schemas.1)
            && action(&key.on_delete) == action(&other.on_delete)
            && action(&key.on_update) == action(&other.on_update)
            // The others have no such thing.
            && (!pair.same_product || late(key) == late(other));
        if !same {
            let (a, b) = (reference(key), reference(other));
            pair.say(Part::ForeignKey, named, Verdict::Differs, Some(a), Some(b));
        }
    }
    for other in rest {
        pair.say_alone(
            Part::ForeignKey,
            Some(other.columns.join(", ")),
            false,
            reference(other),
        );
    }
}

/// Both refuse: one at once, the other when the statement ends.
fn action(action: &str) -> &str {
    match action {
        "NO ACTION" => "RESTRICT",
        action => action,
    }
}

fn reference(key: &ForeignKey) -> String {
    let late = match (key.deferrable, key.deferred) {
        (true, true) => ", deferred",
        (true, false) => ", deferrable",
        _ => "",
    };
    format!(
        "to {} ({}), on delete {}, on update {}{late}",
        key.referenced_table,
        key.referenced_columns.join(", "),
        key.on_delete.to_lowercase(),
        key.on_update.to_lowercase()
    )
}
