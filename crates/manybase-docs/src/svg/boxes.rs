//! The boxes of entities: what stands in them, and how large they are.

use crate::edge::Edge;
use crate::entity::{Column, Entity};

pub(super) const HEADER: i32 = 26;
pub(super) const ROW: i32 = 18;
const PADDING: i32 = 8;
const NARROWEST: i32 = 120;
/// Longer names are cut: the page has them in full.
const LONGEST: usize = 32;

/// A place on the sheet, in pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Place {
    pub(super) x: i32,
    pub(super) y: i32,
    pub(super) w: i32,
    pub(super) h: i32,
}

impl Place {
    pub(super) fn right(self) -> i32 {
        self.x + self.w
    }

    pub(super) fn bottom(self) -> i32 {
        self.y + self.h
    }
}

#[derive(Debug)]
pub(super) struct BoxOf {
    pub(super) entity: usize,
    pub(super) title: String,
    pub(super) rows: Vec<RowOf>,
    /// Columns that are not shown.
    pub(super) more: usize,
    pub(super) place: Place,
}

#[derive(Debug)]
pub(super) struct RowOf {
    /// The column's own name, in full.
    pub(super) column: String,
    pub(super) name: String,
    pub(super) data_type: String,
    pub(super) key: bool,
}

impl BoxOf {
    /// The height at which lines to these columns begin.
    pub(super) fn height_of(&self, columns: &[String]) -> i32 {
        let row = columns
            .first()
            .and_then(|first| self.rows.iter().position(|row| row.column == *first));
        match row {
            Some(row) => self.place.y + HEADER + ROW * row as i32 + ROW / 2,
            None => self.place.y + HEADER / 2,
        }
    }
}

/// So many columns are shown besides those that keys and lines go by.
fn room(entities: usize) -> usize {
    match entities {
        0..=12 => 24,
        13..=30 => 8,
        _ => 0,
    }
}

pub(super) fn boxes(entities: &[Entity], edges: &[Edge]) -> Vec<BoxOf> {
    let room = room(entities.len());
    entities
        .iter()
        .enumerate()
        .map(|(at, entity)| {
            let goes_by = |column: &Column| {
                let named = |names: &[String]| names.contains(&column.name);
                entity.key.contains(&column.name)
                    || edges.iter().any(|edge| {
                        edge.holder == at && named(&edge.holder_columns)
                            || edge.pointed == at && named(&edge.pointed_columns)
                    })
            };
            let mut left = if entity.listed { room } else { 0 };
            let shown = |column: &&Column| {
                goes_by(column) || {
                    let fits = left > 0;
                    left = left.saturating_sub(1);
                    fits
                }
            };
            let rows: Vec<RowOf> = entity
                .columns
                .iter()
                .filter(shown)
                .map(|column| row(entity, column))
                .collect();
            let more = if entity.listed {
                entity.columns.len() - rows.len()
            } else {
                0
            };
            sized(at, clipped(&entity.name, LONGEST), rows, more)
        })
        .collect()
}

fn row(entity: &Entity, column: &Column) -> RowOf {
    let optional = if column.nullable { "?" } else { "" };
    RowOf {
        column: column.name.clone(),
        name: clipped(&column.name, LONGEST),
        data_type: format!("{}{optional}", clipped(&column.data_type, LONGEST / 2)),
        key: entity.key.contains(&column.name),
    }
}

fn sized(entity: usize, title: String, rows: Vec<RowOf>, more: usize) -> BoxOf {
    let of_row = |row: &RowOf| width(&row.name, row.key) + width(&row.data_type, false) + 3 * PADDING;
    let widest = rows.iter().map(of_row).max().unwrap_or_default();
    let lines = rows.len() as i32 + i32::from(more > 0);
    let title_width = width(&title, true) + 2 * PADDING + 8;
    BoxOf {
        place: Place {
            w: widest.max(title_width).max(NARROWEST),
            h: HEADER + ROW * lines + 4,
            ..Place::default()
        },
        entity,
        title,
        rows,
        more,
    }
}

/// About so wide is a text: fonts differ, so it is a little more than most need.
fn width(text: &str, bold: bool) -> i32 {
    let of = |c: char| match c {
        'i' | 'j' | 'l' | 't' | 'f' | 'r' | '(' | ')' | ',' | '.' | ' ' | '\'' | '|' | '!' | ':' => 5,
        'm' | 'w' | 'M' | 'W' | '@' | '%' => 12,
        'A'..='Z' => 9,
        c if (c as u32) < 0x1100 => 8,
        // Scripts with wide signs.
        _ => 14,
    };
    let sum: i32 = text.chars().map(of).sum();
    if bold { sum + sum / 12 } else { sum }
}

pub(super) fn clipped(text: &str, longest: usize) -> String {
    match text.char_indices().nth(longest) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text.to_owned(),
    }
}
