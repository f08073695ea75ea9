//! Documents: what stands at a path.

use super::{Cond, Ex, Expression};
use crate::{Col, ColumnType, Json};
use manybase_sql::Expr;
use manybase_sql::expr::{Json as Node, JsonAsked, JsonStep};
use serde::{Serialize, de::DeserializeOwned};

/// Types that are documents in the database.
///
/// ```
/// fn takes_document<T: manybase_record::Document>() {}
/// takes_document::<Option<manybase_record::Json<Vec<String>>>>();
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no document",
    label = "only columns of Json<T>, or with #[model(json)], have this"
)]
pub trait Document: ColumnType {}

impl<T: Serialize + DeserializeOwned + Send + Sync + 'static> Document for Json<T> {}
impl Document for serde_json::Value {}
impl<T: Document> Document for Option<T> {}

/// A place in a document. What is asked of it is NULL (`None`) where there is no such place, and where what stands there
/// is of another kind.
///
/// ```
/// use manybase_record::prelude::*;
/// # #[derive(serde::Serialize, serde::Deserialize)] struct Details { city: String }
/// # #[derive(Model)] struct Person { #[model(key, auto)] id: i64, details: Json<Details> }
/// let first_phones = Person::filter(|c| c.details.at("address").at("city").text().eq("Ulm"))
///     .select(|c| (c.id, c.details.at("phones").at(0).text()));
/// assert_eq!(
///     first_phones.to_sql(manybase_sql::dialect::postgres())?.binds.len(), // "Ulm": paths are no values
///     1
/// );
/// # Ok::<(), manybase_driver::Error>(())
/// ```
#[derive(Debug, Clone)]
#[must_use = "ask for something: .text(), .int(), .json(), …"]
pub struct JsonPlace {
    document: Expr,
    path: Vec<JsonStep>,
}

impl JsonPlace {
    /// A step further: a key of an object, or an index of an array, counted from 0.
    ///
    /// ```
    /// use manybase_record::prelude::*;
    /// # #[derive(Model)] struct Person { #[model(key, auto)] id: i64, details: Json<serde_json::Value> }
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> manybase_driver::Result<()> {
    /// # let db = manybase_db::Db::builder().connect("main", "sqlite::memory:").open().await?;
    /// # manybase_record::create_table::<Person>(&db).await?;
    /// let details = Json(serde_json::json!({ "city": "Ulm", "age": 7, "height": 1.2, "pets": ["cat", "dog"], "tall": false, "car": null }));
    /// Person { id: 0, details }.insert(&db).await?;
    /// assert!(Person::filter(|c| c.details.at("pets").at(1).text().eq("dog")).exists(&db).await?);
    /// # Ok(())
    /// # }
    /// ```
    pub fn at(mut self, step: impl Into<JsonStep>) -> Self {
        self.path.push(step.into());
        self
    }

    fn ask<T>(self, asked: JsonAsked) -> Ex<T> {
        Ex::new(
            Node {
                document: self.document,
                path: self.path,
                asked,
            }
            .into(),
        )
    }

    /// The string that stands there; of anything else `None`.
    ///
    /// ```
    /// use manybase_record::prelude::*;
    /// # #[derive(Model)] struct Person { #[model(key, auto)] id: i64, details: Json<serde_json::Value> }
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> manybase_driver::Result<()> {
    /// # let db = manybase_db::Db::builder().connect("main", "sqlite::memory:").open().await?;
    /// # manybase_record::create_table::<Person>(&db).await?;
    /// let details = Json(serde_json::json!({ "city": "Ulm", "age": 7, "height": 1.2, "pets": ["cat", "dog"], "tall": false, "car": null }));
    /// Person { id: 0, details }.insert(&db).await?;
    /// let city = Person::query().select(|c| c.details.at("city").text()).one(&db).await?;
    /// assert_eq!(city.as_deref(), Some("Ulm"));
    /// # Ok(())
    /// # }
    /// ```
    pub fn text(self) -> Ex<Option<String>> {
        self.ask(JsonAsked::Text)
    }

    /// The number that stands there, if it has no fraction and fits.
    ///
    /// ```
    /// use manybase_record::prelude::*;
    /// # #[derive(Model)] struct Person { #[model(key, auto)] id: i64, details: Json<serde_json::Value> }
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> manybase_driver::Result<()> {
    /// # let db = manybase_db::Db::builder().connect("main", "sqlite::memory:").open().await?;
    /// # manybase_record::create_table::<Person>(&db).await?;
    /// let details = Json(serde_json::json!({ "city": "Ulm", "age": 7, "height": 1.2, "pets": ["cat", "dog"], "tall": false, "car": null }));
    /// Person { id: 0, details }.insert(&db).await?;
    /// let ages = Person::query().select(|c| (c.details.at("age").int(), c.details.at("height").int())).one(&db).await?;
    /// assert_eq!(ages, (Some(7), None));
    /// # Ok(())
    /// # }
    /// ```
    pub fn int(self) -> Ex<Option<i64>> {
        self.ask(JsonAsked::Whole)
    }

    /// The number that stands there.
    ///
    /// ```
    /// use manybase_record::prelude::*;
    /// # #[derive(Model)] struct Person { #[model(key, auto)] id: i64, details: Json<serde_json::Value> }
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> manybase_driver::Result<()> {
    /// # let db = manybase_db::Db::builder().connect("main", "sqlite::memory:").open().await?;
    /// # manybase_record::create_table::<Person>(&db).await?;
    /// let details = Json(serde_json::json!({ "city": "Ulm", "age": 7, "height": 1.2, "pets": ["cat", "dog"], "tall": false, "car": null }));
    /// Person { id: 0, details }.insert(&db).await?;
    /// assert_eq!(Person::query().select(|c| c.details.at("height").float()).one(&db).await?, Some(1.2));
    /// # Ok(())
    /// # }
    /// ```
    pub fn float(self) -> Ex<Option<f64>> {
        self.ask(JsonAsked::Float)
    }

    /// The truth value that stands there.
    ///
    /// ```
    /// use manybase_record::prelude::*;
    /// # #[derive(Model)] struct Person { #[model(key, auto)] id: i64, details: Json<serde_json::Value> }
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> manybase_driver::Result<()> {
    /// # let db = manybase_db::Db::builder().connect("main", "sqlite::memory:").open().await?;
    /// # manybase_record::create_table::<Person>(&db).await?;
    /// let details = Json(serde_json::json!({ "city": "Ulm", "age": 7, "height": 1.2, "pets": ["cat", "dog"], "tall": false, "car": null }));
    /// Person { id: 0, details }.insert(&db).await?;
    /// assert_eq!(Person::query().select(|c| c.details.at("tall").bool()).one(&db).await?, Some(false));
    /// # Ok(())
    /// # }
    /// ```
    pub fn bool(self) -> Ex<Option<bool>> {
        self.ask(JsonAsked::Bool)
    }

    /// The part of the document. JSON's own null is `Some(Value::Null)`; no such place is `None`.
    ///
    /// ```
    /// use manybase_record::prelude::*;
    /// # #[derive(Model)] struct Person { #[model(key, auto)] id: i64, details: Json<serde_json::Value> }
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> manybase_driver::Result<()> {
    /// # let db = manybase_db::Db::builder().connect("main", "sqlite::memory:").open().await?;
    /// # manybase_record::create_table::<Person>(&db).await?;
    /// let details = Json(serde_json::json!({ "city": "Ulm", "age": 7, "height": 1.2, "pets": ["cat", "dog"], "tall": false, "car": null }));
    /// Person { id: 0, details }.insert(&db).await?;
    /// let pets = Person::query().select(|c| c.details.at("pets").json()).one(&db).await?;
    /// assert_eq!(pets, Some(serde_json::json!(["cat", "dog"])));
    /// # Ok(())
    /// # }
    /// ```
    pub fn json(self) -> Ex<Option<serde_json::Value>> {
        self.ask(JsonAsked::Document)
    }

    /// What stands there: `object`, `array`, `string`, `number`, `boolean` or `null`.
    ///
    /// ```
    /// use manybase_record::prelude::*;
    /// # #[derive(Model)] struct Person { #[model(key, auto)] id: i64, details: Json<serde_json::Value> }
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> manybase_driver::Result<()> {
    /// # let db = manybase_db::Db::builder().connect("main", "sqlite::memory:").open().await?;
    /// # manybase_record::create_table::<Person>(&db).await?;
    /// let details = Json(serde_json::json!({ "city": "Ulm", "age": 7, "height": 1.2, "pets": ["cat", "dog"], "tall": false, "car": null }));
    /// Person { id: 0, details }.insert(&db).await?;
    /// let kind = Person::query().select(|c| c.details.at("pets").kind()).one(&db).await?;
    /// assert_eq!(kind.as_deref(), Some("array"));
    /// # Ok(())
    /// # }
    /// ```
    pub fn kind(self) -> Ex<Option<String>> {
        self.ask(JsonAsked::Kind)
    }

    /// Whether there is such a place, be it with JSON's own null.
    ///
    /// ```
    /// use manybase_record::prelude::*;
    /// # #[derive(Model)] struct Person { #[model(key, auto)] id: i64, details: Json<serde_json::Value> }
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> manybase_driver::Result<()> {
    /// # let db = manybase_db::Db::builder().connect("main", "sqlite::memory:").open().await?;
    /// # manybase_record::create_table::<Person>(&db).await?;
    /// let details = Json(serde_json::json!({ "city": "Ulm", "age": 7, "height": 1.2, "pets": ["cat", "dog"], "tall": false, "car": null }));
    /// Person { id: 0, details }.insert(&db).await?;
    /// assert!(Person::filter(|c| c.details.at("car").exists() & !c.details.at("boat").exists()).exists(&db).await?);
    /// # Ok(())
    /// # }
    /// ```
    pub fn exists(self) -> Cond {
        self.kind().is_not_null()
    }

    /// Whether JSON's own null stands there.
    ///
    /// ```
    /// use manybase_record::prelude::*;
    /// # #[derive(Model)] struct Person { #[model(key, auto)] id: i64, details: Json<serde_json::Value> }
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> manybase_driver::Result<()> {
    /// # let db = manybase_db::Db::builder().connect("main", "sqlite::memory:").open().await?;
    /// # manybase_record::create_table::<Person>(&db).await?;
    /// let details = Json(serde_json::json!({ "city": "Ulm", "age": 7, "height": 1.2, "pets": ["cat", "dog"], "tall": false, "car": null }));
    /// Person { id: 0, details }.insert(&db).await?;
    /// assert!(Person::filter(|c| c.details.at("car").is_json_null()).exists(&db).await?);
    /// # Ok(())
    /// # }
    /// ```
    pub fn is_json_null(self) -> Cond {
        self.kind().eq("null")
    }

    /// Whether the object that stands there has this key.
    ///
    /// ```
    /// use manybase_record::prelude::*;
    /// # #[derive(Model)] struct Person { #[model(key, auto)] id: i64, details: Json<serde_json::Value> }
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> manybase_driver::Result<()> {
    /// # let db = manybase_db::Db::builder().connect("main", "sqlite::memory:").open().await?;
    /// # manybase_record::create_table::<Person>(&db).await?;
    /// let details = Json(serde_json::json!({ "city": "Ulm", "age": 7, "height": 1.2, "pets": ["cat", "dog"], "tall": false, "car": null }));
    /// Person { id: 0, details }.insert(&db).await?;
    /// assert!(!Person::filter(|c| c.details.at("pets").has_key("cat")).exists(&db).await?); // no object
    /// # Ok(())
    /// # }
    /// ```
    pub fn has_key(self, key: impl Into<String>) -> Cond {
        self.at(key.into()).exists()
    }

    /// The number of elements of the array that stands there.
    ///
    /// ```
    /// use manybase_record::prelude::*;
    /// # #[derive(Model)] struct Person { #[model(key, auto)] id: i64, details: Json<serde_json::Value> }
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> manybase_driver::Result<()> {
    /// # let db = manybase_db::Db::builder().connect("main", "sqlite::memory:").open().await?;
    /// # manybase_record::create_table::<Person>(&db).await?;
    /// let details = Json(serde_json::json!({ "city": "Ulm", "age": 7, "height": 1.2, "pets": ["cat", "dog"], "tall": false, "car": null }));
    /// Person { id: 0, details }.insert(&db).await?;
    /// assert_eq!(Person::query().select(|c| c.details.at("pets").array_length()).one(&db).await?, Some(2));
    /// # Ok(())
    /// # }
    /// ```
    pub fn array_length(self) -> Ex<Option<i64>> {
        self.ask(JsonAsked::Length)
    }

    /// Whether what stands there contains this: each member of an object, each element of an array in any place and
    /// order, an equal value. A value by itself is also contained in an array that has it as an element.
    ///
    /// ```
    /// use manybase_record::prelude::*;
    /// # #[derive(Model)] struct Person { #[model(key, auto)] id: i64, details: Json<serde_json::Value> }
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> manybase_driver::Result<()> {
    /// # let db = manybase_db::Db::builder().connect("main", "sqlite::memory:").open().await?;
    /// # manybase_record::create_table::<Person>(&db).await?;
    /// let details = Json(serde_json::json!({ "city": "Ulm", "age": 7, "height": 1.2, "pets": ["cat", "dog"], "tall": false, "car": null }));
    /// Person { id: 0, details }.insert(&db).await?;
    /// assert!(Person::filter(|c| c.details.at("pets").contains(["dog"])).exists(&db).await?);
    /// # Ok(())
    /// # }
    /// ```
    pub fn contains(self, part: impl Serialize) -> Cond {
        match serde_json::to_value(part) {
            Ok(part) => self.ask(JsonAsked::Contains(part)),
            Err(error) => Ex::new(Expr::Invalid(format!("a document to look for: {error}"))),
        }
    }
}

macro_rules! documents {
    ($($on:ident),*) => {$(
        impl<T: Document> $on<T> {
            /// A place in the document: a key of an object, or an index of an array, counted from 0. [`JsonPlace`] says
            /// what can be asked of it.
            ///
            /// ```
            /// use manybase_record::prelude::*;
            /// # #[derive(Model)] struct Person { #[model(key, auto)] id: i64, details: Json<Vec<String>> }
            /// Person::filter(|c| c.details.at(0).text().eq("new"));
            /// ```
            pub fn at(self, step: impl Into<JsonStep>) -> JsonPlace {
                self.document().at(step)
            }

            /// The document as a whole, as a place.
            ///
            /// ```
            /// use manybase_record::prelude::*;
            /// # #[derive(Model)] struct Person { #[model(key, auto)] id: i64, tags: Json<Vec<String>> }
            /// Person::filter(|c| c.tags.document().contains(["new"]) & c.tags.document().array_length().gt(Some(2)));
            /// ```
            pub fn document(self) -> JsonPlace {
                JsonPlace { document: self.into_expr(), path: Vec::new() }
            }
        }
    )*};
}

documents! { Col, Ex }
