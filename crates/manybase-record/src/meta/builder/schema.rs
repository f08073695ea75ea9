//! What is said for the schema alone.

use super::MetaBuilder;
use crate::Model;
use crate::meta::relation;
use manybase_sql::Name;
use manybase_sql::schema::{Check, DefaultValue, Index, object_name};

impl MetaBuilder {
    /// A default for the last column that the database calculates, in its own SQL.
    ///
    /// ```
    /// use manybase_record::{MetaBuilder, Role};
    /// let builder = MetaBuilder::new("Note", "note".into(), None).column::<i64>("at", "at", Role::Plain).default_sql("1 + 1");
    /// assert!(builder.finish().columns[0].default.is_some());
    /// ```
    #[must_use]
    pub fn default_sql(mut self, sql: &'static str) -> Self {
        if let Some(column) = self.0.columns.last_mut() {
            column.default = Some(DefaultValue::Sql(sql.into()));
        }
        self
    }

    /// The doc comment of the last column.
    ///
    /// ```
    /// use manybase_record::{MetaBuilder, Role};
    /// let builder = MetaBuilder::new("Note", "note".into(), None).column::<i64>("id", "id", Role::Key).comment("Its number.");
    /// assert_eq!(builder.finish().columns[0].comment, Some("Its number."));
    /// ```
    #[must_use]
    pub fn comment(mut self, text: &'static str) -> Self {
        if let Some(column) = self.0.columns.last_mut() {
            column.comment = Some(text);
        }
        self
    }

    /// The doc comment of the model.
    ///
    /// ```
    /// use manybase_record::MetaBuilder;
    /// let builder = MetaBuilder::new("Note", "note".into(), None).about("What somebody wrote down.");
    /// assert_eq!(builder.finish().comment, Some("What somebody wrote down."));
    /// ```
    #[must_use]
    pub fn about(mut self, text: &'static str) -> Self {
        self.0.comment = Some(text);
        self
    }

    /// The name that the last column had before.
    ///
    /// ```
    /// use manybase_record::{MetaBuilder, Role};
    /// let builder = MetaBuilder::new("Note", "note".into(), None).column::<i64>("id", "id", Role::Key).renamed_from("no");
    /// assert_eq!(builder.finish().columns[0].renamed_from.as_deref(), Some("no"));
    /// ```
    #[must_use]
    pub fn renamed_from(mut self, name: impl Into<Name>) -> Self {
        if let Some(column) = self.0.columns.last_mut() {
            column.renamed_from = Some(name.into());
        }
        self
    }

    /// The name that the table had before.
    ///
    /// ```
    /// use manybase_record::MetaBuilder;
    /// let builder = MetaBuilder::new("Note", "note".into(), None).table_renamed_from("memo");
    /// assert_eq!(builder.finish().renamed_from, Some("memo"));
    /// ```
    #[must_use]
    pub fn table_renamed_from(mut self, name: &'static str) -> Self {
        self.0.renamed_from = Some(name);
        self
    }

    /// An index of the last column.
    ///
    /// ```
    /// use manybase_record::{MetaBuilder, Role};
    /// let builder = MetaBuilder::new("Note", "note".into(), None).column::<i64>("of", "of", Role::Plain).indexed();
    /// assert_eq!(builder.finish().indexes[0].name, "note_of_idx");
    /// ```
    #[must_use]
    pub fn indexed(self) -> Self {
        match self.0.columns.last() {
            Some(column) => {
                let index = Index::new("").column(column.name.clone());
                self.index(index)
            }
            None => self,
        }
    }

    /// An index; one without a name gets one. A unique one that is nothing but a set of columns becomes a constraint of
    /// the table.
    ///
    /// ```
    /// use manybase_record::{MetaBuilder, Role};
    /// use manybase_sql::schema::Index;
    /// let builder = MetaBuilder::new("Note", "note".into(), None).column::<i64>("of", "of", Role::Plain);
    /// let meta = builder.index(Index::new("").column("of").descending()).finish();
    /// assert_eq!(meta.indexes[0].name, "note_of_idx");
    /// ```
    #[must_use]
    pub fn index(mut self, mut index: Index) -> Self {
        let plain = index.unique
            && index.name.is_empty()
            && index.filter.is_none()
            && index.columns.iter().all(|column| !column.descending);
        if let (true, Some(names)) = (plain, index.names()) {
            self.0.uniques.push(names);
            return self;
        }
        if index.name.is_empty() {
            let name = match index.names() {
                Some(names) => self.object_name(names.iter().map(AsRef::as_ref), "idx"),
                None => self.object_name(["expr"], "idx"),
            };
            let taken = |name: &str| self.0.indexes.iter().any(|index| index.name == name);
            index.name = numbered(name, taken).into();
        }
        self.0.indexes.push(index);
        self
    }

    /// A condition on the last column, in the database's own SQL.
    ///
    /// ```
    /// use manybase_record::{MetaBuilder, Role};
    /// let builder = MetaBuilder::new("Stock", "stock".into(), None).column::<i64>("qty", "qty", Role::Plain);
    /// assert_eq!(builder.checked("qty >= 0").finish().checks[0].name, "stock_qty_check");
    /// ```
    #[must_use]
    pub fn checked(self, sql: &'static str) -> Self {
        let column = self.0.columns.last().map(|column| column.name.clone());
        let name = self.object_name(column.iter().map(AsRef::as_ref), "check");
        self.add_check(name, sql)
    }

    /// A condition, in the database's own SQL; one without a name gets one.
    ///
    /// ```
    /// use manybase_record::MetaBuilder;
    /// let builder = MetaBuilder::new("Stock", "stock".into(), None).check("", "qty >= reserved");
    /// assert_eq!(builder.finish().checks[0].name, "stock_check");
    /// ```
    #[must_use]
    pub fn check(self, name: &'static str, sql: &'static str) -> Self {
        match name {
            "" => {
                let name = self.object_name([], "check");
                self.add_check(name, sql)
            }
            name => self.add_check(name.into(), sql),
        }
    }

    fn add_check(mut self, name: String, sql: &'static str) -> Self {
        let taken = |name: &str| self.0.checks.iter().any(|check| check.name == name);
        let name = numbered(name, taken).into();
        self.0.checks.push(Check {
            name,
            sql: sql.into(),
        });
        self
    }

    /// The query that it shows.
    ///
    /// ```
    /// use manybase_record::MetaBuilder;
    /// let meta = MetaBuilder::new("Sales", "sales".into(), None).view("SELECT 1 AS total").finish();
    /// assert!(meta.readonly);
    /// ```
    #[must_use]
    pub fn view(mut self, query: &'static str) -> Self {
        self.0.view = Some(query);
        self.readonly()
    }

    /// The relations of a model.
    ///
    /// ```
    /// use manybase_record::{MetaBuilder, prelude::*};
    /// # #[derive(Model)] struct Order { #[model(key, auto)] id: i64, customer_id: i64, customer: BelongsTo<Customer> }
    /// # #[derive(Model)] struct Customer { #[model(key, auto)] id: i64 }
    /// let meta = MetaBuilder::new("Order", "order".into(), None).relations::<Order>().finish();
    /// assert_eq!(meta.relations()[0].target.name, "Customer");
    /// ```
    #[must_use]
    pub fn relations<M: Model>(mut self) -> Self {
        self.0.related = Some(relation::of::<M>);
        self
    }

    fn object_name<'a>(&'a self, columns: impl IntoIterator<Item = &'a str>, suffix: &str) -> String {
        object_name([&*self.0.table.name].into_iter().chain(columns), suffix)
    }
}

fn numbered(name: String, taken: impl Fn(&str) -> bool) -> String {
    if !taken(&name) {
        return name;
    }
    let mut number = 2;
    loop {
        let next = format!("{name}{number}");
        if !taken(&next) {
            return next;
        }
        number += 1;
    }
}
