//! Where everything stands.

use super::boxes::{BoxOf, Place, boxes};
use super::layers::{Lines, layers};
use crate::edge::Edge;
use crate::entity::Entity;
use std::collections::BTreeSet;

const MARGIN: i32 = 24;
const FRAME_PADDING: i32 = 24;
const FRAME_HEADING: i32 = 34;
const BETWEEN_FRAMES: i32 = 60;
/// Room for lines.
const BETWEEN_LAYERS: i32 = 76;
const BETWEEN_BOXES: i32 = 24;
/// About as wide as screens are.
const ASPECT: f64 = 1.5;

pub(super) struct Layout {
    /// In the order of the entities.
    pub(super) boxes: Vec<BoxOf>,
    pub(super) frames: Vec<Frame>,
    pub(super) width: i32,
    pub(super) height: i32,
}

/// Around the boxes of one connection.
pub(super) struct Frame {
    pub(super) name: String,
    pub(super) place: Place,
}

pub(super) fn layout(entities: &[Entity], edges: &[Edge]) -> Layout {
    let mut boxes = boxes(entities, edges);
    let names: BTreeSet<&str> = entities.iter().map(|entity| entity.connection.as_str()).collect();
    let mut frames = Vec::new();
    let mut members_of = Vec::new();
    for name in names {
        let members: Vec<usize> = (0..entities.len())
            .filter(|&at| entities[at].connection == name)
            .collect();
        let (w, h) = inside(&mut boxes, &members, edges);
        frames.push(Frame {
            name: name.to_owned(),
            place: Place {
                x: 0,
                y: 0,
                // A heading is cut to sixty signs.
                w: w.max(9 * name.chars().count().min(60) as i32) + 2 * FRAME_PADDING,
                h: h + FRAME_PADDING + FRAME_HEADING,
            },
        });
        members_of.push(members);
    }
    let mut places: Vec<Place> = frames.iter().map(|frame| frame.place).collect();
    let (width, height) = shelves(&mut places, BETWEEN_FRAMES);
    for ((frame, place), members) in frames.iter_mut().zip(places).zip(members_of) {
        frame.place = Place {
            x: place.x + MARGIN,
            y: place.y + MARGIN,
            ..place
        };
        for member in members {
            let own = &mut boxes[member].place;
            own.x += frame.place.x + FRAME_PADDING;
            own.y += frame.place.y + FRAME_HEADING;
        }
    }
    Layout {
        boxes,
        frames,
        // The legend is wider than an empty sheet.
        width: (width + 2 * MARGIN).max(640),
        height: height + 2 * MARGIN,
    }
}

/// Puts the boxes of one connection beside each other, from its corner. How large that is.
fn inside(boxes: &mut [BoxOf], members: &[usize], edges: &[Edge]) -> (i32, i32) {
    let lines: Lines = edges
        .iter()
        .filter(|edge| edge.holder != edge.pointed)
        .filter(|edge| members.contains(&edge.holder) && members.contains(&edge.pointed))
        .map(|edge| (edge.holder, edge.pointed))
        .collect();
    let (joined, alone): (Vec<usize>, Vec<usize>) = members
        .iter()
        .partition(|member| lines.iter().any(|(a, b)| a == *member || b == *member));
    let area: f64 = joined
        .iter()
        .map(|&at| {
            f64::from(boxes[at].place.w + BETWEEN_LAYERS) * f64::from(boxes[at].place.h + BETWEEN_BOXES)
        })
        .sum();
    let tallest = ((area / ASPECT).sqrt() * 1.1).max(500.0) as i32;
    let (mut x, mut height) = (0, 0);
    let mut columns: Vec<(Vec<usize>, i32)> = Vec::new();
    for layer in layers(&joined, &lines) {
        for column in split(boxes, &layer, tallest) {
            let width = column
                .iter()
                .map(|&at| boxes[at].place.w)
                .max()
                .unwrap_or_default();
            let mut y = 0;
            for &at in &column {
                let place = &mut boxes[at].place;
                (place.x, place.y) = (x + (width - place.w) / 2, y);
                y += place.h + BETWEEN_BOXES;
            }
            height = height.max(y - BETWEEN_BOXES);
            columns.push((column, y - BETWEEN_BOXES));
            x += width + BETWEEN_LAYERS;
        }
    }
    let mut width = (x - BETWEEN_LAYERS).max(0);
    // Shorter columns stand in the middle.
    for (column, own) in columns {
        for at in column {
            boxes[at].place.y += (height - own) / 2;
        }
    }
    let mut places: Vec<Place> = alone.iter().map(|&at| boxes[at].place).collect();
    let (w, h) = shelves_within(&mut places, BETWEEN_BOXES, width);
    let below = if joined.is_empty() {
        0
    } else {
        height + 2 * BETWEEN_BOXES
    };
    for (&at, place) in alone.iter().zip(&places) {
        boxes[at].place = Place {
            y: place.y + below,
            ..*place
        };
    }
    if !alone.is_empty() {
        width = width.max(w);
        height = below + h;
    }
    (width, height)
}

/// A layer that is too tall becomes several columns.
fn split(boxes: &[BoxOf], layer: &[usize], tallest: i32) -> Vec<Vec<usize>> {
    let tall = |at: usize| boxes[at].place.h + BETWEEN_BOXES;
    let whole: i32 = layer.iter().map(|&at| tall(at)).sum();
    let parts = whole.div_euclid(tallest + 1) + 1;
    let mut columns: Vec<Vec<usize>> = vec![Vec::new()];
    let mut height = 0;
    for &at in layer {
        if height > 0 && height + tall(at) > whole / parts + tall(at) / 2 && (columns.len() as i32) < parts {
            columns.push(Vec::new());
            height = 0;
        }
        height += tall(at);
        if let Some(last) = columns.last_mut() {
            last.push(at);
        }
    }
    columns
}

/// In rows, so that the whole has the shape of a screen as nearly as may be.
fn shelves(places: &mut [Place], gap: i32) -> (i32, i32) {
    shelves_within(places, gap, 0)
}

/// In rows that may be at least so wide.
fn shelves_within(places: &mut [Place], gap: i32, least: i32) -> (i32, i32) {
    let widest = places
        .iter()
        .map(|place| place.w)
        .max()
        .unwrap_or_default()
        .max(least);
    // As wide as the first one, the first two and so on.
    let mut sum = 0;
    let mut limits = vec![widest];
    for place in places.iter() {
        sum += place.w + gap;
        if sum - gap > widest {
            limits.push(sum - gap);
        }
    }
    let cost = |limit: &i32| {
        let (width, height) = rows(&mut places.to_vec(), gap, *limit);
        f64::from(width).max(f64::from(height) * ASPECT) as i64
    };
    let best = limits.into_iter().min_by_key(cost).unwrap_or_default();
    rows(places, gap, best)
}

/// In rows of at most this width.
fn rows(places: &mut [Place], gap: i32, limit: i32) -> (i32, i32) {
    let (mut x, mut y, mut row) = (0, 0, 0);
    let (mut width, mut height) = (0, 0);
    for place in places {
        if x > 0 && x + place.w > limit {
            (x, y, row) = (0, y + row + gap, 0);
        }
        (place.x, place.y) = (x, y);
        row = row.max(place.h);
        width = width.max(place.right());
        height = height.max(place.bottom());
        x += place.w + gap;
    }
    (width, height)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::edge::edges;
    use crate::entity::{Column, Relation};
    use manybase_record::RelationKind;

    fn column(name: String) -> Column {
        Column {
            field: None,
            name,
            data_type: "i64".to_owned(),
            types: Vec::new(),
            nullable: false,
            default: None,
            notes: Vec::new(),
            about: None,
        }
    }

    /// So many entities on so many connections, that point to one another as numbers say that look like chance.
    fn entities(count: usize, connections: usize, lines: usize) -> Vec<Entity> {
        let mut number = 7_u64;
        let mut next = |below: usize| {
            number = number.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            (number >> 33) as usize % below.max(1)
        };
        let mut made: Vec<Entity> = (0..count)
            .map(|at| Entity {
                name: format!("Entity{}", "x".repeat(next(20))),
                table: format!("t{at}"),
                connection: format!("c{}", next(connections)),
                kind: "table",
                about: None,
                columns: (0..=next(14)).map(|n| column(format!("column_{n}"))).collect(),
                key: vec!["column_0".to_owned()],
                uniques: Vec::new(),
                indexes: Vec::new(),
                checks: Vec::new(),
                foreign_keys: Vec::new(),
                relations: Vec::new(),
                view: None,
                renamed_from: None,
                listed: at % 9 != 8,
            })
            .collect();
        for _ in 0..lines {
            let (from, target) = (next(count), next(count));
            let own = &mut made[from];
            own.relations.push(Relation {
                field: "r".to_owned(),
                kind: RelationKind::BelongsTo,
                target,
                columns: vec![format!("column_{}", next(own.columns.len()))],
                target_columns: vec!["column_0".to_owned()],
                through: None,
            });
        }
        made
    }

    fn apart(a: Place, b: Place) -> bool {
        a.right() < b.x || b.right() < a.x || a.bottom() < b.y || b.bottom() < a.y
    }

    fn within(inner: Place, outer: Place) -> bool {
        inner.x >= outer.x
            && inner.y >= outer.y
            && inner.right() <= outer.right()
            && inner.bottom() <= outer.bottom()
    }

    #[test]
    fn nothing_lies_over_anything_else() {
        for (count, connections, lines) in [
            (0, 1, 0),
            (1, 1, 1),
            (10, 2, 12),
            (60, 3, 80),
            (60, 1, 10),
            (200, 4, 260),
        ] {
            let entities = entities(count, connections, lines);
            let layout = layout(&entities, &edges(&entities));
            let sheet = Place {
                x: 0,
                y: 0,
                w: layout.width,
                h: layout.height,
            };
            assert_eq!(layout.boxes.len(), count);
            for (at, one) in layout.boxes.iter().enumerate() {
                let frame = layout
                    .frames
                    .iter()
                    .find(|frame| frame.name == entities[at].connection);
                let frame = frame.expect("a frame for each connection").place;
                assert!(within(one.place, frame), "{count}: {:?} in {frame:?}", one.place);
                for other in &layout.boxes[..at] {
                    assert!(
                        apart(one.place, other.place),
                        "{count}: {:?} {:?}",
                        one.place,
                        other.place
                    );
                }
            }
            for (at, frame) in layout.frames.iter().enumerate() {
                assert!(within(frame.place, sheet));
                assert!(
                    layout.frames[..at]
                        .iter()
                        .all(|other| apart(frame.place, other.place))
                );
            }
        }
    }

    #[test]
    fn sheets_are_about_as_wide_as_screens() {
        for (count, lines) in [(30, 40), (60, 80), (200, 260)] {
            let entities = entities(count, 3, lines);
            let layout = layout(&entities, &edges(&entities));
            let aspect = f64::from(layout.width) / f64::from(layout.height);
            assert!(
                (0.7..3.0).contains(&aspect),
                "{count}: {} x {}",
                layout.width,
                layout.height
            );
        }
    }
}
