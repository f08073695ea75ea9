//! The tables of the protocol, which stand in each database that takes part.

use super::gtrid::Gtrid;
use chrono::{DateTime, Utc};
use manybase_driver::{Access, Result, Row, Statement};
use manybase_sql::{
    DataType, Delete, Dialect, Expr, Insert, OnConflict, Order, Select, Update, Value, schema::Table,
};

/// The database's own id: one row.
const RESOURCE: &str = "manybase_resource";
/// What was decided, at the home of each transaction.
const DECISION: &str = "manybase_decision";
/// That a branch was committed: it is written inside the branch.
const RECEIPT: &str = "manybase_receipt";

/// The branch of a receipt that stands for the whole transaction: it has no other, and no decision.
pub(crate) const ALONE: &str = "alone";

const ID: DataType = DataType::Text { length: Some(64) };

/// What was decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Decision {
    Commit,
    Abort,
    /// Another home has it.
    Elsewhere,
}

impl Decision {
    pub(crate) fn code(self) -> &'static str {
        match self {
            Self::Commit => "C",
            Self::Abort => "A",
            Self::Elsewhere => "H",
        }
    }

    pub(crate) fn from_code(code: &str) -> Option<Self> {
        match code {
            "C" => Some(Self::Commit),
            "A" => Some(Self::Abort),
            "H" => Some(Self::Elsewhere),
            _ => None,
        }
    }
}

/// Whether a decision's branches have been looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Checked {
    NotYet,
    /// Every branch has its receipt.
    Whole,
    /// A branch was finished otherwise, by hand.
    Damaged,
}

impl Checked {
    pub(crate) fn code(self) -> i16 {
        match self {
            Self::NotYet => 0,
            Self::Whole => 1,
            Self::Damaged => 2,
        }
    }
}

/// A row of the decisions.
#[derive(Clone, Debug)]
pub(crate) struct DecisionRow {
    pub(crate) gtrid: String,
    pub(crate) decision: Option<Decision>,
    /// Where it is, for [`Decision::Elsewhere`].
    pub(crate) home: Option<String>,
    pub(crate) participants: String,
    pub(crate) checked: i64,
    pub(crate) made: Option<DateTime<Utc>>,
}

impl DecisionRow {
    pub(crate) fn read(row: &dyn Row) -> Result<Self> {
        let text = |index: usize| -> Result<Option<String>> { Ok(row.str(index)?.map(str::to_owned)) };
        Ok(Self {
            gtrid: text(0)?.unwrap_or_default(),
            decision: text(1)?.as_deref().and_then(Decision::from_code),
            home: text(2)?,
            participants: text(3)?.unwrap_or_default(),
            checked: row.i64(4)?.unwrap_or_default(),
            made: row.timestamp(5)?,
        })
    }
}

/// What makes the tables, in order. The id comes last: where it is, the others are.
pub(crate) fn create(dialect: &dyn Dialect) -> Result<Vec<Statement>> {
    let tables = [
        Table::new(DECISION)
            .column("gtrid", ID)
            .column("verdict", DataType::Char(1))
            .nullable("home", ID)
            .column("participants", DataType::Text { length: None })
            .column("checked", DataType::I16)
            .column("made", DataType::Timestamp)
            .key("gtrid")
            // As an index: the recovery looks for what is not checked yet, in order.
            .unique(["checked", "made", "gtrid"]),
        Table::new(RECEIPT)
            .column("gtrid", ID)
            .column("bqual", ID)
            .column("made", DataType::Timestamp)
            .key("gtrid")
            .key("bqual")
            // As an index: old ones of branches that were alone are looked for.
            .unique(["bqual", "made", "gtrid"]),
        Table::new(RESOURCE)
            .column("one", DataType::I16)
            .column("id", ID)
            .key("one"),
    ];
    tables
        .into_iter()
        .map(|table| {
            let rendered = table.create_if_not_exists().render(dialect)?;
            Ok(Statement::rendered(rendered, Access::Write).once())
        })
        .collect()
}

/// Gives the database an id, unless it has one.
pub(crate) fn insert_resource(dialect: &dyn Dialect, id: &str) -> Result<Statement> {
    let insert = Insert::into(RESOURCE, ["one", "id"])
        .row([Value::from(1_i16), Value::from(id)])
        .on_conflict(OnConflict::new(["one"]));
    Ok(Statement::rendered(insert.render(dialect)?, Access::Write).once())
}

pub(crate) fn select_resource(dialect: &dyn Dialect) -> Result<Statement> {
    let select = Select::from(RESOURCE)
        .column("id")
        .filter(Expr::column("one").eq(1_i16));
    Ok(Statement::rendered(select.render(dialect)?, Access::Read).once())
}

fn decision(gtrid: &Gtrid, decision: Decision, home: Option<&str>, participants: &str) -> Insert {
    let columns = ["gtrid", "verdict", "home", "participants", "checked", "made"];
    // What was not committed has no branches to look after.
    let checked = match decision {
        Decision::Commit => Checked::NotYet,
        Decision::Abort | Decision::Elsewhere => Checked::Whole,
    };
    Insert::into(DECISION, columns).row([
        Value::from(gtrid.as_str()),
        Value::from(decision.code()),
        Value::from(home.map(str::to_owned)),
        Value::from(participants),
        Value::from(checked.code()),
        Value::from(Utc::now()),
    ])
}

/// The owner's decision. A unique violation is the fence of a recovery.
pub(crate) fn insert_decision(
    dialect: &dyn Dialect,
    gtrid: &Gtrid,
    what: Decision,
    home: Option<&str>,
    participants: &str,
) -> Result<Statement> {
    let insert = decision(gtrid, what, home, participants);
    Ok(Statement::rendered(insert.render(dialect)?, Access::Write))
}

/// The fence: an abort, unless there is a decision.
pub(crate) fn insert_fence(dialect: &dyn Dialect, gtrid: &Gtrid, what: Decision) -> Result<Statement> {
    let insert = decision(gtrid, what, None, "").on_conflict(OnConflict::new(["gtrid"]));
    Ok(Statement::rendered(insert.render(dialect)?, Access::Write))
}

fn select_decisions() -> Select {
    ["gtrid", "verdict", "home", "participants", "checked", "made"]
        .into_iter()
        .fold(Select::from(DECISION), Select::column)
}

pub(crate) fn select_decision(dialect: &dyn Dialect, gtrid: &str) -> Result<Statement> {
    let select = select_decisions().filter(Expr::column("gtrid").eq(gtrid));
    Ok(Statement::rendered(select.render(dialect)?, Access::Read))
}

/// A page of the decisions of one state, the oldest first, after the one where the last page ended.
pub(crate) fn select_page(
    dialect: &dyn Dialect,
    checked: Checked,
    before: Option<DateTime<Utc>>,
    after: Option<&(DateTime<Utc>, String)>,
    limit: u64,
) -> Result<Statement> {
    // Never NULL: a database that puts those elsewhere could not use the index.
    let made = || Expr::typed_column("made", DataType::Timestamp, false);
    let gtrid = || Expr::typed_column("gtrid", ID, false);
    let mut filter = Expr::column("checked").eq(checked.code());
    if let Some(before) = before {
        filter = filter.and(made().lt(before));
    }
    if let Some((last, name)) = after {
        let later = made().gt(*last).or(made().eq(*last).and(gtrid().gt(&**name)));
        filter = filter.and(later);
    }
    let select = select_decisions()
        .filter(filter)
        .order_by(made(), Order::Asc)
        .order_by(gtrid(), Order::Asc)
        .limit(limit);
    Ok(Statement::rendered(select.render(dialect)?, Access::Read))
}

/// The decisions of these, where there are any.
pub(crate) fn select_decisions_of(dialect: &dyn Dialect, gtrids: &[String]) -> Result<Statement> {
    let select = select_decisions().filter(one_of(gtrids));
    Ok(Statement::rendered(select.render(dialect)?, Access::Read).once())
}

fn one_of(gtrids: &[String]) -> Expr {
    Expr::column("gtrid").in_list(gtrids.iter().map(|gtrid| &**gtrid))
}

/// Takes those that are in one state to another. Whoever comes second changes nothing.
pub(crate) fn mark(
    dialect: &dyn Dialect,
    gtrids: &[String],
    from: Checked,
    to: Checked,
) -> Result<Statement> {
    let update = Update::table(DECISION)
        .set("checked", Expr::Value(Value::from(to.code())))
        .filter(one_of(gtrids).and(Expr::column("checked").eq(from.code())));
    Ok(Statement::rendered(update.render(dialect)?, Access::Write).once())
}

/// Deletes decisions that nobody needs any more. By key, so that on no database others wait for it.
pub(crate) fn delete_decisions(dialect: &dyn Dialect, gtrids: &[String]) -> Result<Statement> {
    let whole = Expr::column("checked").eq(Checked::Whole.code());
    let delete = Delete::from(DECISION).filter(one_of(gtrids).and(whole));
    Ok(Statement::rendered(delete.render(dialect)?, Access::Write).once())
}

pub(crate) fn insert_receipt(dialect: &dyn Dialect, gtrid: &str, bqual: &str) -> Result<Statement> {
    let insert = Insert::into(RECEIPT, ["gtrid", "bqual", "made"]).row([
        Value::from(gtrid),
        Value::from(bqual),
        Value::from(Utc::now()),
    ]);
    Ok(Statement::rendered(insert.render(dialect)?, Access::Write))
}

/// The receipts (gtrid, bqual) of some transactions.
pub(crate) fn select_receipts(dialect: &dyn Dialect, gtrids: &[String]) -> Result<Statement> {
    let select = Select::from(RECEIPT)
        .column("gtrid")
        .column("bqual")
        .filter(Expr::column("gtrid").in_list(gtrids.iter().map(|gtrid| &**gtrid)));
    Ok(Statement::rendered(select.render(dialect)?, Access::Read))
}

/// Deletes the receipts of these.
pub(crate) fn delete_receipts(dialect: &dyn Dialect, gtrids: &[String]) -> Result<Statement> {
    let delete = Delete::from(RECEIPT).filter(one_of(gtrids));
    Ok(Statement::rendered(delete.render(dialect)?, Access::Write).once())
}

/// Transactions that committed without a decision, because they had one branch only, the oldest first.
pub(crate) fn select_alone(dialect: &dyn Dialect, before: DateTime<Utc>, limit: u64) -> Result<Statement> {
    let made = || Expr::typed_column("made", DataType::Timestamp, false);
    let select = Select::from(RECEIPT)
        .column("gtrid")
        .filter(Expr::column("bqual").eq(ALONE).and(made().lt(before)))
        .order_by(made(), Order::Asc)
        .limit(limit);
    Ok(Statement::rendered(select.render(dialect)?, Access::Read).once())
}
