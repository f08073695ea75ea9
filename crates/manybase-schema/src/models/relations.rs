//! Foreign keys as relations on both sides.

use super::fields::listed;
use super::names::Names;
use super::plan::{Model, Relation};
use super::words::{ident, plural, singular, snake};
use crate::{Database, ForeignKey};
use manybase_sql::catalog::ColumnKind;

/// Endings of a column's name that say "key of".
const ENDINGS: &[&str] = &["_id", "_fk", "_key", "_no", "_nr", "_code", "_uuid"];

/// One foreign key that both models can have.
struct Link {
    from: usize,
    to: usize,
    /// The fields here.
    key: Vec<String>,
    /// Those there, unless they are the key in its order.
    references: Vec<String>,
    /// What the other end is called here.
    here: String,
    /// Whether there is one at most.
    one: bool,
    columns: Vec<String>,
}

pub(super) fn add(database: &Database, models: &mut [Model<'_>], notes: &mut Vec<String>) {
    let mut names: Vec<Names> = models.iter().map(taken).collect();
    let mut links = Vec::new();
    for from in 0..models.len() {
        for key in &models[from].table.foreign_keys {
            match link(database, models, from, key) {
                Ok(link) => links.push(link),
                Err(why) => {
                    let table = &models[from].table.name;
                    let (here, there) = (listed(&key.columns), listed(&key.referenced_columns));
                    notes.push(format!("`{table}`: foreign key {here} is no relation: {why}"));
                    let fact = format!("Foreign key: {here} to {there} of `{}`.", key.referenced_table);
                    models[from].facts.push(fact);
                }
            }
        }
    }
    for at in 0..links.len() {
        let several = several(&links, at);
        let link = &mut links[at];
        let target = snake(&models[link.to].name);
        link.here = names[link.from].first(names_here(link, &target, several));
        let usual = format!("{}_id", link.here);
        let doc = format!("Through {}.", listed(&link.columns));
        models[link.from].relations.push(Relation {
            name: link.here.clone(),
            slot: "BelongsTo",
            other: link.to,
            attributes: attributes(link, &usual),
            doc,
        });
    }
    for at in 0..links.len() {
        let several = several(&links, at);
        let link = &links[at];
        let child = snake(&singular(&models[link.from].name));
        let children = if link.one { child } else { plural(&child) };
        let by = format!("{children}_by_{}", without_ending(&link.key.join("_and_")));
        let wanted = match several || link.from == link.to {
            true => vec![by],
            false => vec![children, by],
        };
        let usual = format!("{}_id", snake_as_derived(&models[link.to].name));
        let doc = format!(
            "Through {} of `{}`.",
            listed(&link.columns),
            models[link.from].table.name
        );
        let name = names[link.to].first(wanted);
        models[link.to].relations.push(Relation {
            name,
            slot: if link.one { "HasOne" } else { "HasMany" },
            other: link.from,
            attributes: attributes(link, &usual),
            doc,
        });
    }
}

/// What the other end may be called, best first.
fn names_here(link: &Link, target: &str, several: bool) -> Vec<String> {
    let apart = several || link.from == link.to;
    let [field] = link.key.as_slice() else {
        let by = format!("{target}_by_{}", without_ending(&link.key.join("_and_")));
        return if apart {
            vec![by]
        } else {
            vec![target.to_owned(), by]
        };
    };
    let base = without_ending(field);
    let mut wanted = vec![base.to_owned()];
    if !apart {
        wanted.push(target.to_owned());
    }
    wanted.push(format!("{base}_{target}"));
    wanted
}

/// What has to be said besides the usual.
fn attributes(link: &Link, usual: &str) -> Vec<String> {
    let list = |fields: &[String]| {
        let fields: Vec<String> = fields.iter().map(|field| ident(field)).collect();
        match fields.as_slice() {
            [field] => field.clone(),
            fields => format!("({})", fields.join(", ")),
        }
    };
    let mut attributes = Vec::new();
    if link.key != [usual] {
        attributes.push(format!("foreign_key = {}", list(&link.key)));
    }
    if !link.references.is_empty() {
        attributes.push(format!("references = {}", list(&link.references)));
    }
    attributes
}

fn taken(model: &Model<'_>) -> Names {
    let mut names = Names::default();
    for field in &model.fields {
        names.take(field.name.clone());
    }
    names
}

/// Whether another key leads from the same model to the same model.
fn several(links: &[Link], at: usize) -> bool {
    let same = |link: &&Link| (link.from, link.to) == (links[at].from, links[at].to);
    links.iter().filter(same).count() > 1
}

fn link(
    database: &Database,
    models: &[Model<'_>],
    from: usize,
    key: &ForeignKey,
) -> Result<Link, &'static str> {
    let Some(referenced) = database.referenced(key) else {
        return Err("the other table lies elsewhere");
    };
    let to = models
        .iter()
        .position(|model| std::ptr::eq(model.table, referenced));
    let Some(to) = to else {
        return Err("the other table is left out");
    };
    let (mut here, mut there) = (Vec::new(), Vec::new());
    for (column, other) in key.columns.iter().zip(&key.referenced_columns) {
        let (Some(field), Some(other)) = (models[from].field_of(column), models[to].field_of(other)) else {
            return Err("one of its columns is left out");
        };
        let (a, b) = (comparable(field.column.kind), comparable(other.column.kind));
        if a.is_none() || a != b {
            return Err("values of such types are not compared across databases");
        }
        here.push(field.name.clone());
        there.push(other.name.clone());
    }
    if here.is_empty() || here.len() != key.columns.len() {
        return Err("the columns that it points to are not known");
    }
    // The key of a model is in the order of its fields.
    let in_key = models[to]
        .fields
        .iter()
        .filter(|field| models[to].key.contains(&field.column.name));
    let is_key = in_key.map(|field| &field.name).eq(&there);
    Ok(Link {
        from,
        to,
        key: here,
        references: if is_key { Vec::new() } else { there },
        here: String::new(),
        one: models[from].table.is_unique(&key.columns),
        columns: key.columns.clone(),
    })
}

/// Kinds whose values are the same on both ends when they are of one group.
fn comparable(kind: ColumnKind) -> Option<u8> {
    Some(match kind {
        ColumnKind::Bool | ColumnKind::Integer { .. } | ColumnKind::Decimal { .. } => 0,
        ColumnKind::Text { .. } | ColumnKind::Char(_) | ColumnKind::Enum => 1,
        ColumnKind::Uuid => 2,
        ColumnKind::Bytes => 3,
        ColumnKind::Date => 4,
        ColumnKind::Time => 5,
        ColumnKind::DateTime | ColumnKind::Timestamp => 6,
        _ => return None,
    })
}

fn without_ending(field: &str) -> &str {
    let cut = ENDINGS.iter().find_map(|ending| field.strip_suffix(ending));
    cut.filter(|base| !base.is_empty()).unwrap_or(field)
}

/// The derive parts words by capitals alone.
fn snake_as_derived(name: &str) -> String {
    let chars: Vec<char> = name.chars().collect();
    let mut out = String::new();
    for (at, &c) in chars.iter().enumerate() {
        let begins = c.is_uppercase()
            && at > 0
            && (!chars[at - 1].is_uppercase() || chars.get(at + 1).is_some_and(|next| next.is_lowercase()))
            && chars[at - 1] != '_';
        if begins {
            out.push('_');
        }
        out.extend(c.to_lowercase());
    }
    out
}
