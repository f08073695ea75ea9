//! What stands on pages. Look at the difference before a snapshot is accepted.

use crate::shop::{Customer, docs, page, shop};
use manybase_docs::{Docs, MARKER};
use manybase_record::models;

#[test]
fn all_files() {
    let pages = docs().pages();
    let paths: Vec<&str> = pages.iter().map(|page| page.path.as_str()).collect();
    assert_eq!(
        paths,
        [
            "crm/Customer.md",
            "crm/Group.md",
            "crm/Membership.md",
            "crm/Profile.md",
            "diagram.md",
            "diagram.svg",
            "erp/Line.md",
            "erp/Order.md",
            "erp/Sales.md",
            "index.md",
        ]
    );
    for page in &pages {
        assert!(
            page.text.lines().next().is_some_and(|line| line.contains(MARKER)),
            "{}",
            page.path
        );
        assert!(
            page.text.ends_with('\n') && !page.text.ends_with("\n\n"),
            "{}",
            page.path
        );
    }
    assert_eq!(pages, docs().pages(), "the same models give the same bytes");
}

/// In whichever order they are listed.
#[test]
fn the_order_of_the_list_does_not_count() {
    let mut turned: Vec<_> = shop().iter().collect();
    turned.reverse();
    let turned = Docs::of_models(&manybase_record::Models::new(turned), "erp").title("Shop");
    assert_eq!(turned.pages(), docs().pages());
}

#[test]
fn as_they_are() {
    let docs = docs();
    for path in [
        "index.md",
        "diagram.md",
        "crm/Customer.md",
        "erp/Line.md",
        "erp/Sales.md",
        "diagram.svg",
    ] {
        insta::assert_snapshot!(path.replace(['/', '.'], "_"), page(&docs, path));
    }
}

/// Links point to files that are there.
#[test]
fn links() {
    let pages = docs().pages();
    let mut links = 0;
    for page in &pages {
        let above = page.path.rsplit_once('/').map_or("", |(above, _)| above);
        for (at, _) in page.text.match_indices("](") {
            let target = page.text[at + 2..].split(')').next().expect("an end");
            let target = match target.strip_prefix("../") {
                Some(rest) => rest.to_owned(),
                None if above.is_empty() => target.to_owned(),
                None => format!("{above}/{target}"),
            };
            links += 1;
            assert!(
                pages.iter().any(|other| other.path == target),
                "{}: {target}",
                page.path
            );
        }
    }
    assert!(links > 20, "{links} links");
}

#[test]
fn the_drawing_is_xml() {
    let svg = page(&docs(), "diagram.svg");
    let document = roxmltree::Document::parse(&svg).expect("well-formed");
    let texts: Vec<&str> = document
        .descendants()
        .filter(|node| node.has_tag_name("text"))
        .filter_map(|node| node.text())
        .collect();
    for text in [
        "Customer",
        "Article",
        "crm",
        "erp",
        "catalogue",
        "CUST_NO",
        "across databases: held by the program, not by a foreign key",
    ] {
        assert!(texts.contains(&text), "{text} in {texts:?}");
    }
    let dashed = document
        .descendants()
        .filter(|node| node.attribute("stroke-dasharray") == Some("6 4"))
        .count();
    // Two relations across databases, and the legend.
    assert_eq!(dashed, 3);
    let links: Vec<&str> = document
        .descendants()
        .filter_map(|node| node.attribute("href"))
        .collect();
    assert!(
        links.contains(&"crm/Customer.md") && !links.iter().any(|link| link.contains("Article")),
        "{links:?}"
    );
}

#[test]
fn one_model_and_none() {
    let one = Docs::of_models(&models!(Customer), "erp");
    assert_eq!(one.len(), 1);
    assert_eq!(one.pages().len(), 4);
    for docs in [one, Docs::of_models(&models!(), "erp")] {
        roxmltree::Document::parse(&docs.svg()).expect("well-formed");
    }
}
