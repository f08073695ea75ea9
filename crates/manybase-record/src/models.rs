//! The models of a program, as a list.

use crate::{ModelMeta, RelationKind};
use manybase_driver::{Error, ErrorKind, Result};
use manybase_sql::schema::OnDelete;
use std::collections::{BTreeSet, HashMap};

/// The list of a program's models, for what works on all of them: migrations, schema pages, tables for tests.
///
/// ```
/// use manybase_record::{models, prelude::*};
/// mod crm {
///     use manybase_record::prelude::*;
///     #[derive(Model)]
///     pub struct Customer {
///         #[model(key, auto)]
///         pub id: i64,
///     }
/// }
/// #[derive(Model)]
/// struct Order {
///     #[model(key, auto)]
///     id: i64,
/// }
/// let models = models!(crm::Customer, Order);
/// assert_eq!(models.iter().map(|model| model.name).collect::<Vec<_>>(), ["Customer", "Order"]);
/// ```
#[macro_export]
macro_rules! models {
    ($($model:ty),* $(,)?) => {
        $crate::Models::new([$(<$model as $crate::Model>::meta()),*])
    };
}

/// The models of a program, as [`crate::models!`] lists them.
///
/// ```
/// use manybase_record::{Models, models, prelude::*};
/// # #[derive(Model)] struct Order { #[model(key, auto)] id: i64 }
/// let models: Models = models!(Order);
/// assert_eq!(models.get("Order").unwrap().table.name, "order");
/// models.check("main")?;
/// # Ok::<(), manybase_driver::Error>(())
/// ```
#[derive(Debug, Clone, Default)]
pub struct Models(Vec<&'static ModelMeta>);

impl Models {
    /// A list.
    ///
    /// ```
    /// use manybase_record::{Models, prelude::*};
    /// # #[derive(Model)] struct Order { #[model(key, auto)] id: i64 }
    /// let models = Models::new([Order::meta()]);
    /// assert_eq!(models.len(), 1);
    /// ```
    pub fn new(models: impl IntoIterator<Item = &'static ModelMeta>) -> Self {
        Self(models.into_iter().collect())
    }

    /// These and those, such as the lists of two modules.
    ///
    /// ```
    /// use manybase_record::{models, prelude::*};
    /// # #[derive(Model)] struct Order { #[model(key, auto)] id: i64 }
    /// # #[derive(Model)] struct Line { #[model(key, auto)] id: i64 }
    /// assert_eq!(models!(Order).and(models!(Line)).len(), 2);
    /// ```
    #[must_use]
    pub fn and(mut self, others: Self) -> Self {
        self.0.extend(others.0);
        self
    }

    /// All of them, in the order of the list.
    ///
    /// ```
    /// use manybase_record::{models, prelude::*};
    /// # #[derive(Model)] struct Order { #[model(key, auto)] id: i64 }
    /// assert_eq!(models!(Order).iter().next().unwrap().name, "Order");
    /// ```
    pub fn iter(&self) -> impl Iterator<Item = &'static ModelMeta> + '_ {
        self.0.iter().copied()
    }

    /// How many there are.
    ///
    /// ```
    /// assert_eq!(manybase_record::models!().len(), 0);
    /// ```
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    ///
    /// ```
    /// assert!(manybase_record::models!().is_empty());
    /// ```
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The model of this Rust name.
    ///
    /// ```
    /// assert!(manybase_record::models!().get("Order").is_none());
    /// ```
    pub fn get(&self, name: &str) -> Option<&'static ModelMeta> {
        self.iter().find(|model| model.name == name)
    }

    /// The connections that they live on. Models without one of their own live on the `default` one.
    ///
    /// ```
    /// use manybase_record::{models, prelude::*};
    /// # #[derive(Model)] struct Order { #[model(key, auto)] id: i64 }
    /// # #[derive(Model)] #[model(connection = "crm")] struct Customer { #[model(key, auto)] id: i64 }
    /// let models = models!(Order, Customer);
    /// assert_eq!(models.connections("main").into_iter().collect::<Vec<_>>(), ["crm", "main"]);
    /// ```
    pub fn connections<'a>(&'a self, default: &'a str) -> BTreeSet<&'a str> {
        self.iter()
            .map(|model| model.connection.unwrap_or(default))
            .collect()
    }

    /// Those that live on this connection. Models without one of their own live on the `default` one.
    ///
    /// ```
    /// use manybase_record::{models, prelude::*};
    /// # #[derive(Model)] struct Order { #[model(key, auto)] id: i64 }
    /// # #[derive(Model)] #[model(connection = "crm")] struct Customer { #[model(key, auto)] id: i64 }
    /// let models = models!(Order, Customer);
    /// assert_eq!(models.on("main", "main").next().unwrap().name, "Order");
    /// ```
    pub fn on<'a>(
        &'a self,
        connection: &'a str,
        default: &'a str,
    ) -> impl Iterator<Item = &'static ModelMeta> + 'a {
        self.iter()
            .filter(move |model| model.connection.unwrap_or(default) == connection)
    }

    /// Looks whether they can stand for a schema together.
    ///
    /// # Errors
    /// [`ErrorKind::Config`] when two of them stand for one table of one connection, so that it is not known which of them
    /// tells its schema, and when a relation asks for what no foreign key can do, since its ends live on two connections.
    ///
    /// ```
    /// use manybase_record::{models, prelude::*};
    /// # #[derive(Model)] struct Order { #[model(key, auto)] id: i64, total: i64 }
    /// #[derive(Model)]
    /// #[model(table = "order")]
    /// struct OrderInList {
    ///     #[model(key)]
    ///     id: i64,
    /// }
    /// let error = models!(Order, OrderInList).check("main").unwrap_err();
    /// assert!(error.to_string().contains(r#"Order and OrderInList stand for table order of connection "main""#));
    /// ```
    pub fn check(&self, default: &str) -> Result<()> {
        let mut seen = HashMap::new();
        for model in self.iter() {
            let connection = model.connection.unwrap_or(default);
            let problem = |message: String, help: &str| {
                Err(Error::new(ErrorKind::Config, message)
                    .with_help(help)
                    .with_connection(connection.to_owned())
                    .with_model(model.name))
            };
            if let Some(other) = seen.insert((connection, &model.table), model) {
                if std::ptr::eq(other, model) {
                    let message = format!("{} stands in the list of models twice", model.name);
                    return problem(message, "leave it out once");
                }
                let message = format!(
                    "{} and {} stand for table {} of connection {connection:?}: only one can tell its schema",
                    other.name, model.name, model.table
                );
                return problem(message, "leave one of them out of the list");
            }
            for relation in model.relations() {
                let asks = matches!(relation.foreign_key, Some(OnDelete::Cascade | OnDelete::SetNull));
                if relation.kind == RelationKind::BelongsTo && asks && relation.crosses(default) {
                    let message = format!(
                        "relation {}: {} lives on connection {:?}, and no foreign key can do anything there",
                        relation.field,
                        relation.target.name,
                        relation.target.connection.unwrap_or(default)
                    );
                    let help = "say on_delete at the HasMany or HasOne of the other model, which works over databases";
                    return problem(message, help);
                }
            }
        }
        Ok(())
    }
}

impl<'a> IntoIterator for &'a Models {
    type Item = &'static ModelMeta;
    type IntoIter = std::iter::Copied<std::slice::Iter<'a, &'static ModelMeta>>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.iter().copied()
    }
}
