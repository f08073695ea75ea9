//! Preparing statements, and what their types are.

use crate::cache::{Column, Prepared};
use crate::connection::PostgresConnection;
use crate::kind::{Kind, base};
use crate::wire::message::{Body, Name, tag};
use crate::wire::{Failure, Link};
use std::collections::HashMap;
use std::fmt::Write;
use tokio_postgres::types::{self, Oid, Type};

/// A statement that the server has prepared, with its types as numbers.
pub(crate) struct Described {
    name: Name,
    params: Vec<Oid>,
    columns: Vec<(String, Oid)>,
}

impl Described {
    fn types(&self) -> impl Iterator<Item = Oid> {
        self.params
            .iter()
            .copied()
            .chain(self.columns.iter().map(|(_, oid)| *oid))
    }
}

impl Link {
    /// The answer to [`Link::prepare`].
    pub(crate) async fn prepared(&mut self, name: Name) -> Result<Described, Failure> {
        self.described(name, tag::READY).await
    }

    /// What the server says about a statement, up to a message that is not about it.
    pub(crate) async fn described(&mut self, name: Name, end: u8) -> Result<Described, Failure> {
        let mut described = Described {
            name,
            params: Vec::new(),
            columns: Vec::new(),
        };
        loop {
            let message = self.next().await?;
            match message.tag {
                tag::PARSE_COMPLETE | tag::NO_DATA => {}
                tag::PARAMETER_DESCRIPTION => {
                    let mut body = Body(self.body(&message));
                    for _ in 0..body.u16()? {
                        described.params.push(body.u32()?);
                    }
                }
                tag::ROW_DESCRIPTION => {
                    let mut body = Body(self.body(&message));
                    for _ in 0..body.u16()? {
                        let name = body.text()?.to_owned();
                        // Table and column that it is of.
                        body.skip(6)?;
                        let oid = body.u32()?;
                        // Size, modifier, and a format that is not chosen yet.
                        body.skip(8)?;
                        described.columns.push((name, oid));
                    }
                }
                tag if tag == end => return Ok(described),
                tag::ERROR => return Err(self.refused(&message).await),
                _ => return Err(self.unexpected(&message)),
            }
        }
    }
}

/// Types that are not built in, as this connection's database has them.
#[derive(Default)]
pub(crate) struct Types(HashMap<Oid, Type>);

impl Types {
    fn get(&self, oid: Oid) -> Option<Type> {
        Type::from_oid(oid).or_else(|| self.0.get(&oid).cloned())
    }

    fn get_or_other(&self, oid: Oid) -> Type {
        // It was there when the statement was prepared, and is dropped since.
        self.get(oid)
            .unwrap_or_else(|| Type::new(format!("type {oid}"), oid, types::Kind::Simple, String::new()))
    }

    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }
}

/// What the catalogue says about a type.
struct Entry {
    oid: Oid,
    name: String,
    schema: String,
    of: Of,
}

enum Of {
    Itself,
    Labels,
    Domain(Oid),
    Array(Oid),
}

impl Entry {
    fn inner(&self) -> Option<Oid> {
        match self.of {
            Of::Itself | Of::Labels => None,
            Of::Domain(inner) | Of::Array(inner) => Some(inner),
        }
    }
}

impl PostgresConnection {
    /// Whether all of its types are known.
    pub(crate) fn knows_types(&self, described: &Described) -> bool {
        described.types().all(|oid| self.types.get(oid).is_some())
    }

    /// A statement that the server has prepared, with its types.
    pub(crate) async fn resolve(&mut self, described: Described) -> Result<Prepared, Failure> {
        let unknown: Vec<Oid> = described
            .types()
            .filter(|oid| self.types.get(*oid).is_none())
            .collect();
        if !unknown.is_empty()
            && let Err(failure) = self.look_up(unknown).await
        {
            self.wire.link().forgotten.push(described.name);
            return Err(failure);
        }
        let types = &self.types;
        let params = described.params.iter().map(|oid| {
            let ty = types.get_or_other(*oid);
            let ty = base(&ty).clone();
            (Kind::of(&ty), ty)
        });
        let columns = described.columns.into_iter().map(|(name, oid)| Column {
            name,
            ty: types.get_or_other(oid),
        });
        let (params, columns) = (params.collect(), columns.collect());
        let forgotten = self.wire.link().forgotten.clone();
        Ok(Prepared::new(described.name, params, columns, forgotten))
    }

    /// Asks for types, and for those that they are made of.
    async fn look_up(&mut self, mut unknown: Vec<Oid>) -> Result<(), Failure> {
        let mut entries: Vec<Entry> = Vec::new();
        while !unknown.is_empty() {
            let found = self.entries(&unknown).await?;
            unknown = found.iter().filter_map(Entry::inner).collect();
            // What is above already is asked for once more: it has to be there before what is made of it.
            unknown.retain(|oid| self.types.get(*oid).is_none());
            entries.extend(found);
        }
        // Each level is made of the next.
        for entry in entries.into_iter().rev() {
            let kind = match entry.of {
                Of::Itself => types::Kind::Simple,
                Of::Labels => types::Kind::Enum(Vec::new()),
                Of::Domain(inner) => types::Kind::Domain(self.types.get_or_other(inner)),
                Of::Array(inner) => types::Kind::Array(self.types.get_or_other(inner)),
            };
            let ty = Type::new(entry.name, entry.oid, kind, entry.schema);
            self.types.0.insert(entry.oid, ty);
        }
        Ok(())
    }

    async fn entries(&mut self, oids: &[Oid]) -> Result<Vec<Entry>, Failure> {
        let mut sql = String::from(
            "SELECT t.oid, t.typname, n.nspname, t.typtype, t.typbasetype, \
             CASE WHEN t.typcategory = 'A' THEN t.typelem ELSE 0 END \
             FROM pg_catalog.pg_type AS t JOIN pg_catalog.pg_namespace AS n ON n.oid = t.typnamespace \
             WHERE t.oid IN (",
        );
        for (at, oid) in oids.iter().enumerate() {
            // Writing into a String can't fail.
            let _ = write!(sql, "{}{oid}", if at == 0 { "" } else { ", " });
        }
        sql.push(')');
        let rows = self.wire.link().texts(&sql).await?;
        let entry = |row: Vec<Option<String>>| {
            let mut cells = row.into_iter().flatten();
            let oid = cells.next()?.parse().ok()?;
            let (name, schema, kind) = (cells.next()?, cells.next()?, cells.next()?);
            let mut inner = || cells.next()?.parse::<Oid>().ok();
            let of = match (&*kind, inner()?, inner()?) {
                ("e", ..) => Of::Labels,
                ("d", of, _) => Of::Domain(of),
                (_, _, of) if of != 0 => Of::Array(of),
                _ => Of::Itself,
            };
            Some(Entry {
                oid,
                name,
                schema,
                of,
            })
        };
        Ok(rows.into_iter().filter_map(entry).collect())
    }
}
