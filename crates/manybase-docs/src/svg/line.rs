//! A line between two boxes, with what tells how many rows there are at its ends.

use super::boxes::Place;
use super::layout::Layout;
use crate::edge::Edge;
use crate::entity::Entity;
use crate::text::xml;
use std::fmt::Write;

pub(super) const STROKE: &str = "stroke=\"#57606a\" stroke-width=\"1.3\"";
pub(super) const STROKE_ACROSS: &str = "stroke=\"#c2410c\" stroke-width=\"1.5\" stroke-dasharray=\"6 4\"";
const ACROSS_END: &str = "stroke=\"#c2410c\" stroke-width=\"1.5\"";

/// Where a line leaves a box: 1 to the right, -1 to the left.
struct End {
    x: i32,
    y: i32,
    to: i32,
}

pub(super) fn draw(out: &mut String, entities: &[Entity], edge: &Edge, layout: &Layout) {
    let (holder, pointed) = (&layout.boxes[edge.holder], &layout.boxes[edge.pointed]);
    let (from_y, to_y) = (
        holder.height_of(&edge.holder_columns),
        pointed.height_of(&edge.pointed_columns),
    );
    let (from_side, to_side) = sides(holder.place, pointed.place);
    let end = |place: Place, y: i32, to: i32| End {
        x: if to > 0 { place.right() } else { place.x },
        y,
        to,
    };
    let (from, to) = (
        end(holder.place, from_y, from_side),
        end(pointed.place, to_y, to_side),
    );
    let far = match from_side == to_side {
        // Around the side: further out the longer it is.
        true => 40 + (from.y - to.y).abs() / 8,
        false => ((to.x - from.x).abs() / 2).max(36),
    };
    let stroke = if edge.crosses { STROKE_ACROSS } else { STROKE };
    let ends = if edge.crosses { ACROSS_END } else { STROKE };
    let (here, there) = (&entities[edge.holder], &entities[edge.pointed]);
    let told = format!(
        "{}.{} → {}.{}{}",
        here.name,
        edge.holder_columns.join(", "),
        there.name,
        edge.pointed_columns.join(", "),
        if edge.crosses { ", across databases" } else { "" }
    );
    // Writing into a String can't fail.
    let _ = writeln!(
        out,
        "<g fill=\"none\"><title>{}</title>\n<path d=\"M{} {}C{} {} {} {} {} {}\" {stroke}/>",
        xml(&told),
        from.x,
        from.y,
        from.x + far * from.to,
        from.y,
        to.x + far * to.to,
        to.y,
        to.x,
        to.y,
    );
    if edge.many {
        let _ = writeln!(
            out,
            "<path d=\"M{x} {up}L{tip} {y}L{x} {down}\" {ends}/>",
            x = from.x,
            up = from.y - 6,
            down = from.y + 6,
            tip = from.x + 11 * from.to,
            y = from.y,
        );
    } else {
        bar(out, &from, ends);
    }
    bar(out, &to, ends);
    if edge.optional {
        let _ = writeln!(
            out,
            "<circle cx=\"{}\" cy=\"{}\" r=\"3.5\" fill=\"#ffffff\" {ends}/>",
            to.x + 13 * to.to,
            to.y
        );
    }
    out.push_str("</g>\n");
}

/// Exactly one.
fn bar(out: &mut String, end: &End, stroke: &str) {
    let _ = writeln!(
        out,
        "<path d=\"M{} {}v10\" {stroke}/>",
        end.x + 7 * end.to,
        end.y - 5
    );
}

/// Which sides it leaves the boxes on.
fn sides(holder: Place, pointed: Place) -> (i32, i32) {
    if pointed.x > holder.right() {
        (1, -1)
    } else if holder.x > pointed.right() {
        (-1, 1)
    } else {
        (1, 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_leave_towards_the_other_box() {
        let at = |x| Place {
            x,
            y: 0,
            w: 100,
            h: 50,
        };
        assert_eq!(sides(at(0), at(200)), (1, -1));
        assert_eq!(sides(at(200), at(0)), (-1, 1));
        assert_eq!(sides(at(0), at(50)), (1, 1));
    }
}
