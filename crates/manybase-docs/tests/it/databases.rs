//! Pages of live databases.

use manybase_db::{Access, Db, Executor, Result, Route};
use manybase_docs::Docs;
use manybase_schema::{Database, Introspect};

async fn database(script: &str) -> Result<Database> {
    let db = Db::builder().connect("legacy", "sqlite::memory:").open().await?;
    let mut lease = db.lease(Route::default(), Access::Write).await?;
    lease.script(script.to_owned()).await?;
    drop(lease);
    Introspect::of("legacy").read(&db).await
}

#[tokio::test]
async fn tables_views_and_odd_names() -> Result<()> {
    let script = r#"
        CREATE TABLE "Order | <b>#1</b>" (
            "id`s" INTEGER PRIMARY KEY, "a|b" TEXT DEFAULT 'x|y' CHECK ("a|b" <> '`'), "ключ" INT
        );
        CREATE TABLE "order - -b-#1--b-" (x INT REFERENCES "Order | <b>#1</b>");
        CREATE TABLE "日本&語" (a INT, b INT, PRIMARY KEY (a, b), FOREIGN KEY (a) REFERENCES "Order | <b>#1</b> " (x));
        CREATE TABLE "???" (a INT);
        CREATE TABLE "!!!" (a INT);
        CREATE INDEX "late | ones" ON "???" (a DESC) WHERE a > 0;
        CREATE VIEW "all" AS SELECT '```' AS fence;
    "#;
    let docs = Docs::of_databases(&[database(script).await?]);
    let pages = docs.pages();
    let mut seen = std::collections::HashSet::new();
    for page in &pages {
        assert!(seen.insert(page.path.to_lowercase()), "{}", page.path);
        let outside = page.text.replace("`Order \\| <b>#1</b>`", "");
        assert!(!outside.contains("<b>"), "{}: {}", page.path, page.text);
    }
    let text: String = pages
        .iter()
        .filter(|page| !page.path.starts_with("diagram"))
        .map(|page| format!("=== {}\n{}\n", page.path, page.text))
        .collect();
    insta::assert_snapshot!("odd_names", text);
    let svg = docs.svg();
    let document = roxmltree::Document::parse(&svg).expect("well-formed");
    let has = |name: &str| document.descendants().any(|node| node.text() == Some(name));
    assert!(has("Order | <b>#1</b>") && has("日本&語"), "{svg}");
    let mermaid = docs.mermaid();
    assert!(
        mermaid.contains("[\"Order | #lt;b#gt;#35;1#lt;/b#gt;\"]"),
        "{mermaid}"
    );
    Ok(())
}

/// A whole company: each table points to two others.
#[tokio::test]
async fn two_hundred_tables() -> Result<()> {
    let script: String = (0..200)
        .map(|n| {
            format!(
                "CREATE TABLE table_{n:03} (id INTEGER PRIMARY KEY, name TEXT, a INT REFERENCES table_{:03}, \
                 b INT NOT NULL REFERENCES table_{:03});",
                n / 2,
                n * 7 % 200
            )
        })
        .collect();
    let docs = Docs::of_databases(&[database(&script).await?]);
    assert_eq!((docs.len(), docs.pages().len()), (200, 203));
    let svg = docs.svg();
    let document = roxmltree::Document::parse(&svg).expect("well-formed");
    assert_eq!(
        document
            .descendants()
            .filter(|node| node.has_tag_name("a"))
            .count(),
        200
    );
    assert!(
        !docs.mermaid().contains("name"),
        "columns are left out where there are many"
    );
    Ok(())
}
