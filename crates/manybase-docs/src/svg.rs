//! The diagram, drawn. No style sheet and no script: the same picture in every viewer.

mod boxes;
mod layers;
mod layout;
mod line;

use crate::edge::Edge;
use crate::entity::Entity;
use crate::text::{link, xml};
use boxes::{BoxOf, HEADER, ROW};
use layout::{Layout, layout};
use std::fmt::Write;

const FONT: &str = "font-family=\"system-ui, 'Segoe UI', Helvetica, Arial, sans-serif\"";
/// Border, heading and background of the frames of connections, one after another.
const COLOURS: [[&str; 3]; 6] = [
    ["#3b6ea5", "#dbe8f5", "#f5f9fd"],
    ["#4f7f3f", "#e0eeda", "#f7fbf5"],
    ["#9a5b1e", "#f6e5d3", "#fdf8f2"],
    ["#7a4a93", "#ecdff3", "#faf6fc"],
    ["#9b3d4a", "#f5dce0", "#fdf5f6"],
    ["#2f7f7a", "#d6edeb", "#f3fbfa"],
];
const LEGEND: i32 = 40;

pub(crate) fn draw(title: &str, entities: &[Entity], edges: &[Edge], paths: &[String]) -> String {
    let layout = layout(entities, edges);
    let (width, height) = (layout.width, layout.height + LEGEND);
    let mut out = String::new();
    // Writing into a String can't fail, here and below.
    let _ = writeln!(
        out,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\" \
         {FONT} font-size=\"12\">\n<title>{}</title>\n<rect width=\"{width}\" height=\"{height}\" fill=\"#ffffff\"/>",
        xml(title)
    );
    let colour = |connection: &str| {
        let at = layout.frames.iter().position(|frame| frame.name == connection);
        COLOURS[at.unwrap_or_default() % COLOURS.len()]
    };
    for frame in &layout.frames {
        let [border, _, background] = colour(&frame.name);
        let place = frame.place;
        let _ = writeln!(
            out,
            "<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" rx=\"8\" fill=\"{background}\" stroke=\"{border}\"/>\n\
             <text x=\"{}\" y=\"{}\" font-size=\"14\" font-weight=\"bold\" fill=\"{border}\">{}</text>",
            place.x,
            place.y,
            place.w,
            place.h,
            place.x + 14,
            place.y + 22,
            xml(&boxes::clipped(&frame.name, 60))
        );
    }
    for edge in edges {
        line::draw(&mut out, entities, edge, &layout);
    }
    for one in &layout.boxes {
        let entity = &entities[one.entity];
        draw_box(
            &mut out,
            entity,
            one,
            colour(&entity.connection),
            &paths[one.entity],
        );
    }
    legend(&mut out, &layout);
    out.push_str("</svg>\n");
    out
}

fn draw_box(out: &mut String, entity: &Entity, one: &BoxOf, [border, heading, _]: [&str; 3], path: &str) {
    let place = one.place;
    let (x, y, w, h) = (place.x, place.y, place.w, place.h);
    let dashes = if entity.listed {
        ""
    } else {
        " stroke-dasharray=\"3 3\""
    };
    if entity.listed {
        let _ = writeln!(out, "<a href=\"{}\">", xml(&link(path)));
    }
    let _ = writeln!(
        out,
        "<g><title>{}</title>\n<rect x=\"{x}\" y=\"{y}\" width=\"{w}\" height=\"{h}\" rx=\"4\" fill=\"#ffffff\" \
         stroke=\"{border}\"{dashes}/>\n<path d=\"M{x} {by}V{ty}a4 4 0 0 1 4 -4H{rx}a4 4 0 0 1 4 4V{by}Z\" \
         fill=\"{heading}\" stroke=\"{border}\"{dashes}/>\n<text x=\"{tx}\" y=\"{base}\" font-size=\"13\" \
         font-weight=\"bold\" text-anchor=\"middle\">{}</text>",
        xml(&format!(
            "{} ({} {} on {})",
            entity.name, entity.kind, entity.table, entity.connection
        )),
        xml(&one.title),
        by = y + HEADER,
        ty = y + 4,
        rx = x + w - 4,
        tx = x + w / 2,
        base = y + 17,
    );
    for (row, text) in one.rows.iter().enumerate() {
        let base = y + HEADER + ROW * row as i32 + 14;
        let weight = if text.key { " font-weight=\"bold\"" } else { "" };
        let _ = writeln!(
            out,
            "<text x=\"{}\" y=\"{base}\"{weight}>{}</text>\n<text x=\"{}\" y=\"{base}\" text-anchor=\"end\" \
             fill=\"#6a737d\">{}</text>",
            x + 8,
            xml(&text.name),
            x + w - 8,
            xml(&text.data_type)
        );
    }
    if one.more > 0 {
        let base = y + HEADER + ROW * one.rows.len() as i32 + 14;
        let _ = writeln!(
            out,
            "<text x=\"{}\" y=\"{base}\" fill=\"#6a737d\">and {} more</text>",
            x + 8,
            one.more
        );
    }
    out.push_str(if entity.listed { "</g>\n</a>\n" } else { "</g>\n" });
}

fn legend(out: &mut String, layout: &Layout) {
    let y = layout.height + LEGEND / 2;
    for (x, stroke, text) in [
        (24, line::STROKE, "within one database"),
        (
            210,
            line::STROKE_ACROSS,
            "across databases: held by the program, not by a foreign key",
        ),
    ] {
        let _ = writeln!(
            out,
            "<path d=\"M{x} {y}h36\" fill=\"none\" {stroke}/>\n<text x=\"{}\" y=\"{}\" fill=\"#444d56\">{text}</text>",
            x + 44,
            y + 4
        );
    }
}
