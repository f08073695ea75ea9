//! A connection, and trees that are run on it.

use super::value::ValueSink;
use manybase_driver::{Access, Done, Error, Pool, Result, Session, Statement};
use manybase_sql::schema::{Column, CreateTable, DropTable, Table};
use manybase_sql::{DataType, Delete, Dialect, Expr, Insert, Rendered, Select, Update, Value};

/// A statement tree, whichever.
pub(super) trait Tree {
    /// Whether it writes.
    const ACCESS: Access = Access::Write;
    /// Whether its prepared form is worth keeping.
    const CACHE: bool = true;

    fn text(&self, dialect: &dyn Dialect) -> manybase_sql::Result<Rendered>;
}

macro_rules! tree {
    ($($tree:ty { $($constant:tt)* })*) => {$(
        impl Tree for $tree {
            $($constant)*

            fn text(&self, dialect: &dyn Dialect) -> manybase_sql::Result<Rendered> {
                self.render(dialect)
            }
        }
    )*};
}

tree! {
    Select { const ACCESS: Access = Access::Read; }
    Insert {}
    Update {}
    Delete {}
    CreateTable { const CACHE: bool = false; }
    DropTable { const CACHE: bool = false; }
}

/// A connection on loan, with the pool that it comes from.
pub(super) struct Db {
    // Given back before the pool goes.
    pub(super) session: Session,
    pub(super) pool: Pool,
    pub(super) dialect: &'static dyn Dialect,
}

impl Db {
    pub(super) async fn take(pool: Pool, access: Access) -> Result<Self> {
        let session = pool.acquire(access).await?;
        let dialect = session.dialect()?;
        Ok(Self {
            session,
            pool,
            dialect,
        })
    }

    /// Another connection of the same pool.
    pub(super) async fn another(&self, access: Access) -> Result<Self> {
        Self::take(self.pool.clone(), access).await
    }

    pub(super) fn statement<T: Tree>(&self, tree: &T) -> Result<Statement> {
        let statement = Statement::rendered(tree.text(self.dialect)?, T::ACCESS);
        Ok(if T::CACHE { statement } else { statement.once() })
    }

    /// Runs a tree whose rows nobody wants.
    pub(super) async fn run<T: Tree>(&mut self, tree: &T) -> Result<Done> {
        let statement = self.statement(tree)?;
        self.session.execute(statement).await
    }

    /// The rows of a tree.
    pub(super) async fn rows<T: Tree>(&mut self, tree: &T, types: &[DataType]) -> Result<Vec<Vec<Value>>> {
        let statement = self.statement(tree)?;
        Ok(self.session.query(statement, ValueSink::new(types)).await?.rows)
    }

    /// The only column of a tree.
    pub(super) async fn column<T: Tree>(&mut self, tree: &T, of: DataType) -> Result<Vec<Value>> {
        let rows = self.rows(tree, &[of]).await?;
        Ok(rows.into_iter().flatten().collect())
    }

    /// The only cell of a tree.
    pub(super) async fn cell<T: Tree>(&mut self, tree: &T, of: DataType) -> Result<Value> {
        let mut column = self.column(tree, of).await?;
        match (column.pop(), column.len()) {
            (Some(value), 0) => Ok(value),
            (_, more) => Err(Error::driver(format!(
                "one row was expected, and one and {more} others came"
            ))),
        }
    }

    /// The rows of a text.
    pub(super) async fn raw(&mut self, sql: &str, types: &[DataType]) -> Result<Vec<Vec<Value>>> {
        let statement = Statement::read(sql, vec![]);
        Ok(self.session.query(statement, ValueSink::new(types)).await?.rows)
    }

    /// Runs a text of DDL.
    pub(super) async fn ddl(&mut self, sql: &str) -> Result<Done> {
        self.session.execute(Statement::write(sql, vec![]).once()).await
    }

    /// How many rows a table has.
    pub(super) async fn count(&mut self, table: &str) -> Result<i64> {
        let select = Select::from(table.to_owned()).item(Expr::count_all());
        match self.cell(&select, DataType::I64).await? {
            Value::I64(count) => Ok(count),
            other => Err(Error::driver(format!("the count is {other:?}"))),
        }
    }

    /// A table with these columns, the first of which is its key.
    pub(super) async fn table(&mut self, name: &str, columns: &[(&'static str, DataType)]) -> Result<()> {
        let mut table = Table::new(name.to_owned());
        for (i, (column, data_type)) in columns.iter().enumerate() {
            let mut column = Column::new(*column, *data_type);
            column.nullable = i > 0;
            table.columns.push(column);
        }
        table = table.key(columns[0].0);
        self.run(&table.create()).await?;
        Ok(())
    }

    /// A table with the keys given.
    pub(super) async fn keys(&mut self, name: &str, keys: impl IntoIterator<Item = i64>) -> Result<()> {
        self.table(name, &[("id", DataType::I64), ("v", DataType::I64)])
            .await?;
        let keys = Vec::from_iter(keys);
        for chunk in keys.chunks(1_000) {
            let insert = Insert::into(name.to_owned(), ["id"]);
            let insert = chunk.iter().fold(insert, |insert, key| insert.row([*key]));
            self.run(&insert).await?;
        }
        Ok(())
    }

    /// The values of expressions without a table's columns.
    pub(super) async fn eval(&mut self, one_row: &str, exprs: &[(Expr, DataType)]) -> Result<Vec<Value>> {
        let mut select = Select::from(one_row.to_owned());
        let mut types = Vec::new();
        for (expr, data_type) in exprs {
            select = select.item(expr.clone());
            types.push(*data_type);
        }
        let mut rows = self.rows(&select, &types).await?;
        match (rows.pop(), rows.len()) {
            (Some(row), 0) => Ok(row),
            _ => Err(Error::driver("the table has not one row")),
        }
    }

    /// Whether the connection still answers.
    pub(super) async fn assert_usable(&mut self) -> Result<()> {
        assert_eq!(
            self.raw("SELECT 41 + 1", &[DataType::I64]).await?,
            [[Value::I64(42)]]
        );
        Ok(())
    }

    /// Whether the connection gives right answers: a number of its own comes back.
    pub(super) async fn assert_good(&mut self, one_row: &str) -> Result<()> {
        let token = i64::from(uuid::Uuid::new_v4().as_fields().0);
        let got = self.eval(one_row, &[(token.into(), DataType::I64)]).await?;
        assert_eq!(
            got,
            [Value::I64(token)],
            "the answer belongs to another statement"
        );
        Ok(())
    }
}

/// Columns as expressions, for [`Select`] and conditions.
pub(super) fn col(name: &'static str, data_type: DataType) -> Expr {
    Expr::typed_column(name, data_type, true)
}

pub(super) const TEXT: DataType = DataType::Text { length: None };
pub(super) const DECIMAL: DataType = DataType::Decimal { precision: None };
