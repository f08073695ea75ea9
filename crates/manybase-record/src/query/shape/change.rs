//! Statements that change the rows of a query: their texts are kept as those of reads are.

use super::{Gather, kept};
use crate::ModelMeta;
use crate::meta::{Key, Shape};
use manybase_driver::{Dialect, Result};
use manybase_sql::{Delete, Expr, TableName, Update, Value};
use std::borrow::Cow;
use std::sync::Arc;

/// Text and values of an update of the model's table.
pub(crate) fn update(
    meta: &ModelMeta,
    update: &Update,
    dialect: &dyn Dialect,
) -> Result<(Arc<str>, Vec<Value>)> {
    let mut key = Key::new(Shape::Set, dialect);
    let mut shape = gather(&mut key, meta, &update.table);
    if !update.returning.is_empty() {
        shape.key.give_up();
    }
    shape.key.put(update.set.len() as u64);
    for (column, value) in &update.set {
        // What is calculated may look at other columns.
        let Expr::Value(value) = value else {
            shape.key.give_up();
            break;
        };
        match column {
            Cow::Borrowed(name) => {
                shape.key.put(1);
                shape.key.fixed(name);
            }
            Cow::Owned(name) => {
                shape.key.put(0);
                shape.key.text(name);
            }
        }
        // Of the column's own type.
        shape.key.value(value, true);
        shape.binds.push(value.clone());
    }
    shape.filter(update.filter.as_ref());
    let binds = shape.binds;
    kept(meta, &key, binds, || Ok(update.render(dialect)?))
}

/// Text and values of a delete from the model's table.
pub(crate) fn delete(
    meta: &ModelMeta,
    delete: &Delete,
    dialect: &dyn Dialect,
) -> Result<(Arc<str>, Vec<Value>)> {
    let mut key = Key::new(Shape::Remove, dialect);
    let mut shape = gather(&mut key, meta, &delete.table);
    shape.filter(delete.filter.as_ref());
    let binds = shape.binds;
    kept(meta, &key, binds, || Ok(delete.render(dialect)?))
}

fn gather<'k>(key: &'k mut Key, meta: &ModelMeta, table: &'k TableName) -> Gather<'k> {
    if *table != meta.table {
        key.give_up();
    }
    Gather {
        key,
        table: &table.name,
        binds: Vec::with_capacity(8),
    }
}

impl Gather<'_> {
    fn filter(&mut self, filter: Option<&Expr>) {
        self.key.put(u64::from(filter.is_some()));
        if let Some(filter) = filter {
            self.expr(filter, None);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{DIALECTS, Dice};
    use super::*;
    use crate::{MetaBuilder, Role};

    /// However many texts are kept, each statement gets its own.
    #[test]
    fn what_is_kept_is_what_would_be_rendered() {
        let meta = MetaBuilder::new("T", "t".into(), None).column::<i64>("a", "a", Role::Key);
        let meta = meta.finish();
        let mut dice = Dice(11);
        for _ in 0..40_000 {
            let dialect = DIALECTS[dice.roll(DIALECTS.len() as u64) as usize]();
            let filter = (dice.roll(8) > 0).then(|| dice.condition(1));
            let (kept, rendered) = if dice.roll(3) == 0 {
                let mut statement = Delete::from("t");
                statement.filter = filter;
                (delete(&meta, &statement, dialect), statement.render(dialect))
            } else {
                let mut statement = Update::table("t");
                statement.filter = filter;
                for _ in 0..dice.roll(4) {
                    let column = [Cow::Borrowed("a"), "b".into(), String::from("b").into()];
                    let column = column[dice.roll(3) as usize].clone();
                    let value = match dice.roll(6) {
                        0 => dice.column().add(1i64),
                        _ => dice.value(),
                    };
                    statement = statement.set(column, value);
                }
                (update(&meta, &statement, dialect), statement.render(dialect))
            };
            match (kept, rendered) {
                (Ok((sql, binds)), Ok(rendered)) => {
                    assert_eq!((&*sql, binds), (&*rendered.sql, rendered.binds));
                }
                (Err(_), Err(_)) => {}
                (kept, rendered) => panic!("{kept:?} {rendered:?}"),
            }
        }
        assert!(meta.texts.count() > 100, "{}", meta.texts.count());
    }

    #[test]
    fn a_second_one_is_not_rendered() {
        let meta = MetaBuilder::new("T", "t".into(), None).column::<i64>("a", "a", Role::Key);
        let meta = meta.finish();
        let dialect = manybase_sql::dialect::postgres();
        let set = |to: i64, of: i64| {
            let statement = Update::table("t").set("b", to).filter(Expr::column("a").eq(of));
            update(&meta, &statement, dialect).unwrap()
        };
        let (first, second) = (set(1, 2), set(3, 4));
        assert!(Arc::ptr_eq(&first.0, &second.0));
        assert_eq!(second.1, [3i64.into(), 4i64.into()]);
        let other = Update::table("u")
            .set("b", 1i64)
            .filter(Expr::column("a").eq(2i64));
        assert!(update(&meta, &other, dialect).unwrap().0.contains("\"u\""));
        let back = |column: &'static str| {
            let mut statement = Update::table("t").set("b", 1i64);
            statement.returning = vec![column.into()];
            update(&meta, &statement, dialect).unwrap().0
        };
        assert!(back("a").ends_with("\"a\"") && back("b").ends_with("\"b\""));
        let remove = |of: i64| {
            let statement = Delete::from("t").filter(Expr::column("a").eq(of));
            delete(&meta, &statement, dialect).unwrap().0
        };
        assert!(Arc::ptr_eq(&remove(1), &remove(2)) && remove(3).starts_with("DELETE"));
    }
}
