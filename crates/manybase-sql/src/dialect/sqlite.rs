//! SQLite.
//!
//! It has no decimal type and folds only ASCII letters. Manybase keeps decimals as normalised text, so that they
//! are exact and readable by any tool, and its driver registers what it takes to calculate, compare and fold:
//! the functions `MB_ADD MB_SUB MB_MUL MB_DIV MB_REM MB_NEG MB_ABS MB_ROUND`, the aggregates `MB_SUM MB_AVG`,
//! `MB_LOWER MB_UPPER`, and the collation `MB_DECIMAL`.

mod attached;
mod ddl;
mod decimal;
mod full_text;
mod function;
mod json;
mod moment;

use super::{Dialect, Lexical, LiteralDialect};
use crate::expr::{BinaryOp, UnaryOp};
use crate::schema::{Column, CreateIndex};
use crate::{
    Capability, Comments, DataType, Error, Expr, LikePattern, ListBind, Result, SqlWriter, TableName, Value,
    render,
};
pub(super) use attached::attached;
use decimal::{is_decimal, is_float};

/// SQLite 3.41 and later, with what the driver registers.
///
/// ```
/// use manybase_sql::{dialect::Sqlite, Dialect};
/// assert!(Sqlite::default().capability().single_writer);
/// ```
#[derive(Debug, Default)]
pub struct Sqlite {
    /// The schema of tables that name none, where the file is attached to another's connection under that name.
    pub schema: Option<&'static str>,
}

static CAPABILITY: Capability = Capability {
    insert_returning: true,
    inserts_together: true,
    limit_in_text: true,
    update_returning: true,
    update_from: true,
    delete_returning: true,
    savepoints: true,
    transactional_ddl: true,
    two_phase_commit: false,
    row_locks: false,
    share_locks: false,
    skip_locked: false,
    nowait: false,
    lock_of: false,
    lateral: false,
    rollup: false,
    frame_groups: true,
    full_join: true,
    intersect: true,
    target_in_subquery: true,
    index_in_table: false,
    index_if_not_exists: true,
    index_expression: true,
    index_filter: true,
    comments: Comments::None,
    replace_view: false,
    schemas: true,
    single_writer: true,
    // One writer at a time and snapshots for readers: everything is serializable.
    isolation_levels: &[],
    list_bind: ListBind::Json,
    list_bind_from: 200,
    rows_as_values: true,
    max_parameters: 32_766,
    // It knows no limit of its own; this one keeps mistakes short.
    max_identifier: 1_024,
};

const COLLATE: &str = " COLLATE MB_DECIMAL";

impl Dialect for Sqlite {
    fn name(&self) -> &'static str {
        "SQLite"
    }

    fn capability(&self) -> &'static Capability {
        &CAPABILITY
    }

    fn attached(&self, schema: &str) -> Option<&'static dyn Dialect> {
        Some(attached(schema))
    }

    fn default_schema(&self) -> Option<&str> {
        self.schema
    }

    fn lexical(&self) -> Lexical {
        Lexical {
            backticks: true,
            brackets: true,
            named_placeholders: true,
            ..Lexical::STANDARD
        }
    }

    fn limit(&self, w: &mut SqlWriter<'_>, limit: Option<u64>, offset: Option<u64>) -> Result<()> {
        // There is no OFFSET without LIMIT. SQLite looks at a bound limit when it plans, so that it plans anew whenever
        // one is bound.
        if let Some(limit) = limit.or(offset.map(|_| u64::MAX)) {
            w.push(&format!(" LIMIT {}", limit.min(i64::MAX as u64)));
        }
        render::limit(w, None, offset)
    }

    fn order_expr(&self, w: &mut SqlWriter<'_>, expr: &Expr) -> Result<()> {
        self.expr(w, expr)?;
        if is_decimal(expr) {
            w.push(COLLATE);
        }
        Ok(())
    }

    fn expr(&self, w: &mut SqlWriter<'_>, expr: &Expr) -> Result<()> {
        match expr {
            Expr::Unary(UnaryOp::Neg, inner) if is_decimal(inner) => function(w, "MB_NEG", [&**inner]),
            // All results in one form, or a whole number would stand before every decimal.
            Expr::Case { branches, otherwise } if is_decimal(expr) => {
                render::case(w, branches, otherwise.as_deref(), decimal::decimal)
            }
            expr => render::expr(w, expr),
        }
    }

    fn binary(&self, w: &mut SqlWriter<'_>, left: &Expr, op: BinaryOp, right: &Expr) -> Result<()> {
        if is_decimal(left) || is_decimal(right) {
            return decimal::binary(w, left, op, right);
        }
        if op == BinaryOp::Rem && (is_float(left) || is_float(right)) {
            return decimal::remainder(w, left, right);
        }
        render::binary(w, left, op, right)
    }

    fn between(&self, w: &mut SqlWriter<'_>, expr: &Expr, low: &Expr, high: &Expr) -> Result<()> {
        if is_decimal(expr) || is_decimal(low) || is_decimal(high) {
            return decimal::between(w, expr, low, high);
        }
        render::grouped(w, expr)?;
        w.push(" BETWEEN ");
        render::grouped(w, low)?;
        w.push(" AND ");
        render::grouped(w, high)
    }

    fn in_list(&self, w: &mut SqlWriter<'_>, expr: &Expr, list: &[Value], negated: bool) -> Result<()> {
        if is_decimal(expr) {
            let list: Vec<Value> = list.iter().map(decimal::among_decimals).collect();
            return render::in_list(w, expr, &list, negated);
        }
        render::in_list(w, expr, list, negated)
    }

    fn in_long_list(&self, w: &mut SqlWriter<'_>, expr: &Expr, list: &[Value], negated: bool) -> Result<()> {
        // A number with digits behind the point might be read a little differently from JSON than from a parameter.
        let inexact = |value: &Value| matches!(value, Value::F32(_) | Value::F64(_) | Value::U64(_));
        let json = render::list_as_json(list).filter(|_| !list.iter().any(inexact));
        let Some(json) = json else {
            return render::in_placeholders(w, expr, list, negated);
        };
        let bytes = list.iter().any(|value| matches!(value, Value::Bytes(_)));
        render::grouped(w, expr)?;
        w.push(if negated {
            " NOT IN (SELECT "
        } else {
            " IN (SELECT "
        });
        w.push(if bytes { "UNHEX(value)" } else { "value" });
        w.push(" FROM JSON_EACH(");
        w.bind(json);
        w.push("))");
        Ok(())
    }

    /// `LIKE` ignores the case of ASCII letters, `GLOB` does not, and can use an index.
    fn like(
        &self,
        w: &mut SqlWriter<'_>,
        expr: &Expr,
        pattern: &LikePattern,
        case_insensitive: bool,
    ) -> Result<()> {
        if pattern.to_glob().contains('\0') {
            let what = "a pattern with a NUL character in it: SQLite would not read beyond it";
            return Err(Error::Statement(what.into()));
        }
        if case_insensitive {
            w.push("MB_LOWER(");
            self.expr(w, expr)?;
            w.push(") GLOB MB_LOWER(");
            w.bind(pattern.to_glob().into());
            w.push(")");
            return Ok(());
        }
        render::grouped(w, expr)?;
        w.push(" GLOB ");
        w.bind(pattern.to_glob().into());
        Ok(())
    }

    fn cast(&self, w: &mut SqlWriter<'_>, expr: &Expr, to: DataType) -> Result<()> {
        function::cast(w, expr, to)
    }

    fn cast_type(&self, w: &mut SqlWriter<'_>, to: DataType) -> Result<()> {
        w.push(match to {
            DataType::Bool | DataType::I16 | DataType::I32 | DataType::I64 | DataType::U64 => "INTEGER",
            DataType::F32 | DataType::F64 => "REAL",
            DataType::Bytes => "BLOB",
            _ => "TEXT",
        });
        Ok(())
    }

    /// Names that say what is meant and give the affinity that is needed: `TEXT` inside a name makes text of it, and
    /// so keeps decimals from becoming floating-point numbers.
    fn catalog(&self) -> Option<&'static dyn crate::catalog::Catalog> {
        Some(&crate::catalog::SqliteCatalog)
    }

    fn ddl(&self) -> Option<&dyn crate::ddl::Ddl> {
        Some(&ddl::SqliteDdl)
    }

    fn type_name(&self, data_type: DataType) -> Result<String> {
        Ok(match data_type {
            DataType::Bool => "BOOLEAN".into(),
            DataType::I16 => "SMALLINT".into(),
            DataType::I32 => "INTEGER".into(),
            DataType::I64 => "BIGINT".into(),
            DataType::U64 => "UNSIGNED BIG INT".into(),
            DataType::F32 => "FLOAT".into(),
            DataType::F64 => "DOUBLE".into(),
            DataType::Decimal { precision: None } => "DECIMAL_TEXT".into(),
            DataType::Decimal {
                precision: Some((total, scale)),
            } => format!("DECIMAL_TEXT({total}, {scale})"),
            DataType::Text { length: None } => "TEXT".into(),
            DataType::Text { length: Some(length) } => format!("VARCHAR({length})"),
            DataType::Char(length) => format!("CHAR({length})"),
            DataType::Bytes => "BLOB".into(),
            DataType::Date => "DATE_TEXT".into(),
            DataType::Time => "TIME_TEXT".into(),
            DataType::DateTime => "DATETIME_TEXT".into(),
            DataType::Timestamp => "TIMESTAMP_TEXT".into(),
            DataType::Uuid => "UUID_TEXT".into(),
            DataType::Json => "JSON_TEXT".into(),
        })
    }

    fn column_def(&self, w: &mut SqlWriter<'_>, column: &Column, _indexed: bool) -> Result<()> {
        w.identifier(&column.name)?;
        if column.auto {
            // Only this very spelling makes the key the row's own number.
            w.push(" INTEGER PRIMARY KEY AUTOINCREMENT");
            return Ok(());
        }
        w.push(" ");
        w.push(&self.type_name(column.data_type)?);
        render::null_and_default(w, column)
    }

    /// A key never leaves its schema, and the schema is not said.
    fn references(&self, w: &mut SqlWriter<'_>, table: &TableName, references: &TableName) -> Result<()> {
        let own = table.schema.as_deref().or(self.schema);
        if references.schema.is_some() && references.schema.as_deref() != own {
            return Err(Error::Unsupported {
                dialect: self.name(),
                feature: "foreign key into another schema",
                way_out: "keep both tables in one file, or leave the key out",
            });
        }
        w.identifier(&references.name)
    }

    /// The schema stands before the index, and the table lives in the same one.
    fn create_index(&self, w: &mut SqlWriter<'_>, create: &CreateIndex) -> Result<()> {
        render::index_head(w, create)?;
        w.table(&TableName {
            schema: create.table.schema.clone(),
            name: create.index.name.clone(),
        })?;
        w.push(" ON ");
        w.identifier(&create.table.name)?;
        render::index_body(w, &create.index)
    }

    fn auto_key_is_primary(&self) -> bool {
        true
    }
}

impl LiteralDialect for Sqlite {}

fn function<'e>(
    w: &mut SqlWriter<'_>,
    name: &str,
    arguments: impl IntoIterator<Item = &'e Expr>,
) -> Result<()> {
    w.push(name);
    w.push("(");
    w.comma_separated(arguments, |w, argument| w.dialect().expr(w, argument))?;
    w.push(")");
    Ok(())
}
