//! A plan as source text.

use super::enums::Enum;
use super::plan::{Model, Plan};
use super::words::ident;
use manybase_db::{Error, ErrorKind, Result};
use std::collections::BTreeSet;
use std::fmt::Write as _;

/// Longer lists of attributes are parted, as rustfmt would.
const WIDTH: usize = 88;

/// A struct and its enums.
pub(super) fn model(
    plan: &Plan<'_>,
    model: &Model<'_>,
    connection: Option<&str>,
    here: &str,
) -> Result<String> {
    let mut text = String::new();
    doc(&mut text, &table_docs(model));
    text.push_str("#[derive(Debug, Clone, PartialEq, Model)]\n");
    let mut said = vec![format!("table = {:?}", model.table.name)];
    if model.table.schema != here {
        said.push(format!("schema = {:?}", model.table.schema));
    }
    said.extend(connection.map(|connection| format!("connection = {connection:?}")));
    if model.table.kind.is_view() {
        said.push("readonly".to_owned());
    }
    if model.key.is_empty() {
        said.push("keyless".to_owned());
    }
    attributes(&mut text, &said);
    let _ = writeln!(text, "pub struct {} {{", model.name);
    for field in &model.fields {
        doc(&mut text, &field.docs);
        attributes(&mut text, &field.attributes);
        let _ = writeln!(text, "pub {}: {},", ident(&field.name), field.ty);
    }
    for relation in &model.relations {
        doc(&mut text, std::slice::from_ref(&relation.doc));
        attributes(&mut text, &relation.attributes);
        let other = &plan.models[relation.other].name;
        let _ = writeln!(text, "pub {}: {}<{other}>,", ident(&relation.name), relation.slot);
    }
    text.push_str("}\n");
    let mut items = vec![formatted(&text)?];
    for own in plan.enums.of_model(&model.name) {
        items.push(list(own)?);
    }
    Ok(items.join("\n"))
}

/// An enum.
pub(super) fn list(list: &Enum) -> Result<String> {
    let mut text = String::new();
    doc(&mut text, std::slice::from_ref(&list.doc));
    // One that holds a text is not copied.
    let copy = if list.unknown.is_none() { " Copy," } else { "" };
    let _ = writeln!(text, "#[derive(Debug, Clone,{copy} PartialEq, Eq, Hash, DbEnum)]");
    let _ = writeln!(text, "pub enum {} {{", list.name);
    for (name, value) in &list.variants {
        let _ = writeln!(text, "#[db({value:?})]\n{name},");
    }
    if let Some(name) = &list.unknown {
        let _ = writeln!(
            text,
            "/// Any other text, written back as it was.\n#[db(unknown)]\n{name}(String),"
        );
    }
    text.push_str("}\n");
    formatted(&text)
}

/// What a model's file takes from its siblings.
pub(super) fn imports(plan: &Plan<'_>, model: &Model<'_>) -> BTreeSet<String> {
    let others = model
        .relations
        .iter()
        .map(|relation| plan.models[relation.other].name.clone());
    let uses = |shared: &&Enum| {
        let optional = format!("Option<{}>", shared.name);
        model
            .fields
            .iter()
            .any(|field| field.ty == shared.name || field.ty == optional)
    };
    let shared = plan.enums.shared().filter(uses).map(|shared| shared.name.clone());
    others.chain(shared).filter(|name| *name != model.name).collect()
}

fn table_docs(model: &Model<'_>) -> Vec<String> {
    let kind = model.table.kind.name();
    let mut first = kind.to_owned();
    if let Some(letter) = first.get_mut(0..1) {
        letter.make_ascii_uppercase();
    }
    let mut docs = vec![format!("{first} `{}`.", model.table.name)];
    docs.extend(model.table.comment.clone());
    docs.extend(model.facts.iter().cloned());
    docs
}

/// Paragraphs. Comments are people's: nothing in them may become code that is run with the documentation.
fn doc(text: &mut String, paragraphs: &[String]) {
    for (at, paragraph) in paragraphs.iter().enumerate() {
        if at > 0 {
            text.push_str("#[doc = \"\"]\n");
        }
        let lines = paragraph.lines().map(str::trim).filter(|line| !line.is_empty());
        for line in lines {
            let line: String = line
                .chars()
                .map(|c| if c.is_control() { ' ' } else { c })
                .collect();
            let line = line.replace("```", "'''").replace("~~~", "'''");
            let _ = writeln!(text, "#[doc = {:?}]", format!(" {line}"));
        }
    }
}

fn attributes(text: &mut String, said: &[String]) {
    let mut line = String::new();
    for one in said {
        if !line.is_empty() && line.len() + one.len() > WIDTH - "#[model()]".len() {
            let _ = writeln!(text, "#[model({line})]");
            line.clear();
        }
        if !line.is_empty() {
            line.push_str(", ");
        }
        line.push_str(one);
    }
    if !line.is_empty() {
        let _ = writeln!(text, "#[model({line})]");
    }
}

fn formatted(text: &str) -> Result<String> {
    let file = syn::parse_file(text).map_err(|error| {
        let what = format!("a generated model is no Rust: {error}");
        Error::new(ErrorKind::Driver, what).with_help("please report it, with the table's definition")
    })?;
    Ok(prettyplease::unparse(&file))
}
