//! The whole of it.

use crate::edge::{Edge, edges};
use crate::entity::Entity;
use crate::{Change, MARKER, files, from_database, from_models, index, mermaid, names, page, svg};
use manybase_driver::Result;
use manybase_record::Models;
use manybase_schema::Database;
use std::path::Path;

/// Pages and diagrams of a schema. The same schema gives the same bytes.
///
/// ```
/// use manybase_docs::Docs;
/// use manybase_record::{models, prelude::*};
/// # #[derive(Model)] struct Order { #[model(key, auto)] id: i64 }
/// let docs = Docs::of_models(&models!(Order), "main").title("Shop");
/// assert!(docs.svg().contains("Order"));
/// assert!(docs.mermaid().starts_with("erDiagram\n"));
/// ```
#[derive(Debug, Clone)]
#[must_use = "nothing is written until `write`"]
pub struct Docs {
    title: String,
    entities: Vec<Entity>,
    edges: Vec<Edge>,
    /// Whether it is about models of a program, or about tables of live databases.
    models: bool,
}

/// A file's text.
///
/// ```
/// use manybase_docs::Docs;
/// let page = Docs::of_databases(&[]).pages().pop().unwrap();
/// assert_eq!(page.path, "index.md");
/// assert!(page.text.contains(manybase_docs::MARKER));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// Where it stands, from the directory that all of them are in; with `/` on every system.
    pub path: String,
    /// What stands in it.
    pub text: String,
}

impl Docs {
    /// Of the models of a program. Those without a connection of their own live on the `default` one.
    ///
    /// ```
    /// use manybase_record::{models, prelude::*};
    /// # #[derive(Model)] struct Order { #[model(key, auto)] id: i64 }
    /// let docs = manybase_docs::Docs::of_models(&models!(Order), "main");
    /// assert_eq!(docs.len(), 1);
    /// ```
    pub fn of_models(models: &Models, default: &str) -> Self {
        Self::new(from_models::entities(models, default), true)
    }

    /// Of what is in live databases.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> manybase_db::Result<()> {
    /// # let db = manybase_db::Db::builder().connect("legacy", "sqlite::memory:").open().await?;
    /// let found = manybase_schema::Introspect::of("legacy").read(&db).await?;
    /// assert!(manybase_docs::Docs::of_databases(&[found]).is_empty());
    /// # Ok(())
    /// # }
    /// ```
    pub fn of_databases(databases: &[Database]) -> Self {
        Self::new(from_database::entities(databases), false)
    }

    fn new(entities: Vec<Entity>, models: bool) -> Self {
        Self {
            title: "Schema".to_owned(),
            edges: edges(&entities),
            entities,
            models,
        }
    }

    /// The heading of the index.
    ///
    /// ```
    /// let docs = manybase_docs::Docs::of_databases(&[]).title("Shop");
    /// assert!(docs.pages().pop().unwrap().text.contains("# Shop"));
    /// ```
    pub fn title(mut self, title: impl Into<String>) -> Self {
        self.title = title.into();
        self
    }

    /// How many models or tables have a page.
    ///
    /// ```
    /// assert_eq!(manybase_docs::Docs::of_databases(&[]).len(), 0);
    /// ```
    pub fn len(&self) -> usize {
        self.entities.iter().filter(|entity| entity.listed).count()
    }

    /// Whether there is nothing to tell.
    ///
    /// ```
    /// assert!(manybase_docs::Docs::of_databases(&[]).is_empty());
    /// ```
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The entity diagram over all databases, in Mermaid.
    ///
    /// ```
    /// use manybase_record::{models, prelude::*};
    /// # #[derive(Model)] struct Order { #[model(key, auto)] id: i64 }
    /// let mermaid = manybase_docs::Docs::of_models(&models!(Order), "main").mermaid();
    /// assert!(mermaid.contains("i64 id PK"));
    /// ```
    pub fn mermaid(&self) -> String {
        mermaid::whole(&self.entities, &self.edges)
    }

    /// The entity diagram over all databases, drawn: a frame for each connection, dashed lines between them.
    ///
    /// ```
    /// let svg = manybase_docs::Docs::of_databases(&[]).svg();
    /// assert!(svg.trim_end().ends_with("</svg>"));
    /// ```
    pub fn svg(&self) -> String {
        let pages = names::pages(&self.entities);
        svg::draw(&self.title, &self.entities, &self.edges, &pages)
    }

    /// All files, by their paths.
    ///
    /// ```
    /// let pages = manybase_docs::Docs::of_databases(&[]).pages();
    /// let paths: Vec<_> = pages.iter().map(|page| page.path.as_str()).collect();
    /// assert_eq!(paths, ["diagram.md", "diagram.svg", "index.md"]);
    /// ```
    pub fn pages(&self) -> Vec<Page> {
        let paths = names::pages(&self.entities);
        let view = page::View {
            entities: &self.entities,
            edges: &self.edges,
            paths: &paths,
        };
        let marked = |path: &str, text: String| Page {
            path: path.to_owned(),
            text: format!("<!-- {MARKER} -->\n{text}"),
        };
        let mut pages = vec![
            marked("index.md", index::text(&view, &self.title, self.models)),
            marked("diagram.md", index::diagram(&self.title, &self.mermaid())),
            marked(
                "diagram.svg",
                svg::draw(&self.title, &self.entities, &self.edges, &paths),
            ),
        ];
        for (at, entity) in self.entities.iter().enumerate() {
            if entity.listed {
                pages.push(marked(&paths[at], page::text(&view, at)));
            }
        }
        pages.sort_by(|a, b| a.path.cmp(&b.path));
        pages
    }

    /// Writes the files that are not as they should be, and takes away those of ours that are no longer needed.
    ///
    /// # Errors
    /// [`manybase_driver::ErrorKind::Config`] for a file in the way that was not written by this function, and for what
    /// can't be read or written. Nothing has been written when a file is in the way.
    ///
    /// ```
    /// use manybase_docs::Docs;
    /// let directory = tempfile::tempdir().unwrap();
    /// assert_eq!(Docs::of_databases(&[]).write(directory.path())?.len(), 3);
    /// assert!(Docs::of_databases(&[]).write(directory.path())?.is_empty());
    /// # Ok::<(), manybase_driver::Error>(())
    /// ```
    pub fn write(&self, directory: &Path) -> Result<Vec<Change>> {
        files::bring(&self.pages(), directory, true)
    }

    /// What [`Docs::write`] would change.
    ///
    /// # Errors
    /// As [`Docs::write`].
    ///
    /// ```
    /// use manybase_docs::{ChangeKind, Docs};
    /// let directory = tempfile::tempdir().unwrap();
    /// let changes = Docs::of_databases(&[]).check(directory.path())?;
    /// assert_eq!((changes.len(), changes[0].kind), (3, ChangeKind::Missing));
    /// # Ok::<(), manybase_driver::Error>(())
    /// ```
    pub fn check(&self, directory: &Path) -> Result<Vec<Change>> {
        files::bring(&self.pages(), directory, false)
    }
}
