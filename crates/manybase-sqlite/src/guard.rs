//! While other files are attached, a statement reaches only the file that it is meant for.
//!
//! SQLite looks for a name without a schema in one file after another, so that raw SQL which is meant for an attached
//! file would quietly work on a table of the main one. The authorizer, which SQLite asks for each table while it
//! prepares a statement, refuses what is elsewhere. About a table of which no column is read (`COUNT(*)`) it is not
//! told where that is; such names are kept, and looked up when the statement is prepared.

use manybase_driver::{Error, ErrorKind};
use rusqlite::hooks::{AuthAction, AuthContext, Authorization};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The schema of the connection's own file.
pub(crate) const MAIN: &str = "main";
/// The schema of temporary tables, which belong to no file.
pub(crate) const TEMP: &str = "temp";

/// Functions that stand as tables in the main file.
const FUNCTIONS: [&str; 2] = ["json_each", "json_tree"];

/// Settings that reach all files when no schema is said, and that a commit of several relies on.
const SHARED_SETTINGS: [&str; 2] = ["journal_mode", "locking_mode"];

/// What the authorizer and the connection know of each other.
pub(crate) struct Guard(Mutex<State>);

struct State {
    /// The schema that statements are meant for.
    focus: Arc<str>,
    /// The driver's own statements go everywhere.
    quiet: bool,
    denied: Option<Denied>,
    unsure: Vec<String>,
}

enum Denied {
    Table { schema: String, table: String },
    Pragma(String),
    Attaching,
}

/// As long as it lives, nothing is refused.
pub(crate) struct Quiet<'g>(&'g Guard);

impl Drop for Quiet<'_> {
    fn drop(&mut self) {
        let mut state = self.0.state();
        state.quiet = false;
        state.unsure.clear();
    }
}

impl Guard {
    pub(crate) fn new() -> Self {
        Self(Mutex::new(State {
            focus: MAIN.into(),
            quiet: false,
            denied: None,
            unsure: Vec::new(),
        }))
    }

    /// Nothing is left half done between two of its fields.
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn focus(&self) -> Arc<str> {
        self.state().focus.clone()
    }

    pub(crate) fn set_focus(&self, schema: &str) {
        self.state().focus = schema.into();
    }

    pub(crate) fn quiet(&self) -> Quiet<'_> {
        self.state().quiet = true;
        Quiet(self)
    }

    /// A statement is about to be prepared.
    pub(crate) fn forget(&self) {
        let mut state = self.state();
        state.denied = None;
        state.unsure.clear();
    }

    /// Tables of which is not known where they are.
    pub(crate) fn unsure(&self) -> Vec<String> {
        std::mem::take(&mut self.state().unsure)
    }

    /// The answer to SQLite.
    pub(crate) fn judge(&self, context: &AuthContext<'_>) -> Authorization {
        let mut state = self.state();
        if state.quiet {
            return Authorization::Allow;
        }
        if let (
            AuthAction::Read {
                table_name,
                column_name: "",
            },
            None,
        ) = (context.action, context.database_name)
        {
            state.unsure.push(table_name.to_owned());
            return Authorization::Allow;
        }
        match state.judge(context) {
            None => Authorization::Allow,
            denied => {
                state.denied = denied;
                Authorization::Deny
            }
        }
    }

    /// Why the last statement was refused, if it was.
    pub(crate) fn denied(&self) -> Option<Error> {
        let mut state = self.state();
        let denied = state.denied.take()?;
        Some(state.explain(&denied))
    }

    /// The refusal of a table that was looked up.
    pub(crate) fn refuse(&self, schema: &str, table: String) -> Error {
        let schema = schema.to_owned();
        self.state().explain(&Denied::Table { schema, table })
    }
}

impl State {
    fn judge(&self, context: &AuthContext<'_>) -> Option<Denied> {
        use AuthAction as On;
        let schema = context.database_name;
        match context.action {
            On::Select
            | On::Recursive
            | On::Function { .. }
            | On::Transaction { .. }
            | On::Savepoint { .. } => None,
            On::Attach { .. } | On::Detach { .. } => Some(Denied::Attaching),
            On::Pragma {
                pragma_name: name,
                pragma_value: value,
            } => {
                // The only one that belongs to the transaction.
                if name.eq_ignore_ascii_case("defer_foreign_keys") {
                    return None;
                }
                let shared = value.is_some()
                    && SHARED_SETTINGS
                        .iter()
                        .any(|known| name.eq_ignore_ascii_case(known));
                let here = self.is_here(schema.unwrap_or(MAIN));
                (shared || !here).then(|| Denied::Pragma(name.to_owned()))
            }
            On::Read { table_name, .. } if FUNCTIONS.contains(&table_name) => None,
            On::AlterTable {
                database_name,
                table_name,
            } => self.elsewhere(Some(database_name), table_name),
            action => self.elsewhere(schema, name(&action)),
        }
    }

    fn is_here(&self, schema: &str) -> bool {
        schema.eq_ignore_ascii_case(&self.focus) || schema.eq_ignore_ascii_case(TEMP)
    }

    fn elsewhere(&self, schema: Option<&str>, table: &str) -> Option<Denied> {
        let schema = schema.filter(|schema| !self.is_here(schema))?;
        Some(Denied::Table {
            schema: schema.to_owned(),
            table: table.to_owned(),
        })
    }

    fn explain(&self, denied: &Denied) -> Error {
        let focus = &self.focus;
        let refuse = |what: String| Error::new(ErrorKind::Statement, what);
        match denied {
            Denied::Table { schema, table } => refuse(format!(
                "the statement is meant for the database {focus:?} and reaches {schema:?}.{table:?}, which belongs to \
                 another connection"
            ))
            .with_help(format!(
                "in this transaction several SQLite files share one connection: in raw SQL write {focus:?}.{table:?}, \
                 or run the statement outside of the transaction"
            )),
            Denied::Pragma(name) => refuse(format!(
                "PRAGMA {name} would reach other databases than {focus:?}, for which it is meant"
            ))
            .with_help(format!(
                "in this transaction several SQLite files share one connection: write PRAGMA {focus:?}.{name} to ask, \
                 and set it outside of the transaction"
            )),
            Denied::Attaching => refuse(
                "nothing can be attached or detached by hand in a transaction that several SQLite files share".into(),
            )
            .with_help("do it outside of the transaction"),
        }
    }
}

/// What an action is about.
fn name<'c>(action: &AuthAction<'c>) -> &'c str {
    use AuthAction as On;
    match *action {
        On::CreateIndex { table_name, .. }
        | On::CreateTable { table_name }
        | On::CreateTrigger { table_name, .. }
        | On::CreateVtable { table_name, .. }
        | On::Delete { table_name }
        | On::DropIndex { table_name, .. }
        | On::DropTable { table_name }
        | On::DropTrigger { table_name, .. }
        | On::DropVtable { table_name, .. }
        | On::Insert { table_name }
        | On::Read { table_name, .. }
        | On::Update { table_name, .. }
        | On::Analyze { table_name } => table_name,
        On::CreateView { view_name } | On::DropView { view_name } => view_name,
        On::Reindex { index_name } => index_name,
        _ => "…",
    }
}
