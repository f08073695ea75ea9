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
    /// The field here.
    key: String,
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
        let (target, field) = (snake(&models[link.to].name), link.key.clone());
        let base = without_ending(&field);
        let mut wanted = vec![base.to_owned()];
        if several || link.from == link.to {
            wanted.push(format!("{base}_{target}"));
        } else {
            wanted.extend([target.clone(), format!("{base}_{target}")]);
        }
        link.here = names[link.from].first(wanted);
        let attributes = match field == format!("{}_id", link.here) {
            true => Vec::new(),
            false => vec![format!("foreign_key = {}", ident(&field))],
        };
        let doc = format!("Through {}.", listed(&link.columns));
        let (name, other) = (link.here.clone(), link.to);
        models[link.from].relations.push(Relation {
            name,
            slot: "BelongsTo",
            other,
            attributes,
            doc,
        });
    }
    for at in 0..links.len() {
        let several = several(&links, at);
        let link = &links[at];
        let child = snake(&singular(&models[link.from].name));
        let children = if link.one {
            snake(&models[link.from].name)
        } else {
            plural(&child)
        };
        let by = format!("{children}_by_{}", without_ending(&link.key));
        let wanted = match several || link.from == link.to {
            true => vec![by],
            false => vec![children, by],
        };
        let name = names[link.to].first(wanted);
        let usual = format!("{}_id", snake_as_derived(&models[link.to].name));
        let attributes = match link.key == usual {
            true => Vec::new(),
            false => vec![format!("foreign_key = {}", ident(&link.key))],
        };
        let doc = format!(
            "Through {} of `{}`.",
            listed(&link.columns),
            models[link.from].table.name
        );
        let (slot, other) = (if link.one { "HasOne" } else { "HasMany" }, link.from);
        models[link.to].relations.push(Relation {
            name,
            slot,
            other,
            attributes,
            doc,
        });
    }
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
    let ([here], [_]) = (key.columns.as_slice(), key.referenced_columns.as_slice()) else {
        return Err("it has several columns");
    };
    if models[to].key != key.referenced_columns {
        return Err("it does not point to the other table's key");
    }
    let Some(field) = models[from].field_of(here) else {
        return Err("its column is left out");
    };
    let compared = matches!(
        field.column.kind,
        ColumnKind::Integer { .. }
            | ColumnKind::Text { .. }
            | ColumnKind::Char(_)
            | ColumnKind::Uuid
            | ColumnKind::Decimal { .. }
            | ColumnKind::Bytes
            | ColumnKind::Date
            | ColumnKind::Enum
    );
    if !compared {
        return Err("values of its type are not compared across databases");
    }
    Ok(Link {
        from,
        to,
        key: field.name.clone(),
        here: String::new(),
        one: models[from].table.is_unique(&key.columns),
        columns: key.columns.clone(),
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
