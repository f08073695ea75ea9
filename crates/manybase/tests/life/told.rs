//! A model whose hooks say what they are told.

use manybase::prelude::*;
use manybase::{Error, FieldErrors};
use manybase::{ErrorKind, HookContext, Hooks, Operation, Result, SetChange, Validate, sql};
use std::collections::HashMap;
use std::sync::Mutex;

/// What hooks have said, by the name that the test gives its records.
static SAID: Mutex<Option<HashMap<String, Vec<String>>>> = Mutex::new(None);

pub(crate) fn say(name: &str, what: impl Into<String>) {
    let mut said = SAID.lock().expect("not poisoned");
    let said = said.get_or_insert_with(HashMap::new);
    said.entry(name.to_owned()).or_default().push(what.into());
}

/// What was said under this name, which is then forgotten.
pub(crate) fn said(name: &str) -> Vec<String> {
    let mut said = SAID.lock().expect("not poisoned");
    said.as_mut()
        .and_then(|said| said.remove(name))
        .unwrap_or_default()
}

/// A name that no other test has, since all tests of a program say in one place.
pub(crate) fn unique() -> String {
    Uuid::now_v7().simple().to_string()
}

#[derive(Debug, Clone, PartialEq, Model)]
#[model(hooks, validate)]
pub(crate) struct Told {
    #[model(key, auto)]
    pub(crate) id: i64,
    #[model(length = 40)]
    pub(crate) name: String,
    /// A hook that fails, or panics when it begins with `!`; the name of the hook.
    #[model(length = 40)]
    pub(crate) fails: String,
    #[model(range = ..=100)]
    pub(crate) n: i32,
    #[model(version)]
    pub(crate) version: i32,
    #[model(soft_delete)]
    pub(crate) gone: Option<DateTime<Utc>>,
    #[model(skip)]
    pub(crate) loaded: bool,
}

pub(crate) fn told(name: &str, n: i32) -> Told {
    Told {
        id: 0,
        name: name.into(),
        fails: String::new(),
        n,
        version: 1,
        gone: None,
        loaded: false,
    }
}

/// Rows that hooks write, to see what becomes of them.
#[derive(Debug, Clone, PartialEq, Model)]
pub(crate) struct Trace {
    #[model(key, auto)]
    pub(crate) id: i64,
    #[model(length = 40)]
    pub(crate) name: String,
    #[model(length = 40)]
    pub(crate) hook: String,
}

pub(crate) async fn traces(name: &str, on: &dyn Executor) -> Result<Vec<String>> {
    let traces = Trace::filter(|c| c.name.eq(name)).order_by(|c| c.id.asc());
    traces.select(|c| c.hook).all(on).await
}

fn operation(cx: &HookContext<'_>) -> &'static str {
    match cx.operation() {
        Operation::Insert => "insert",
        Operation::Update => "update",
        Operation::Upsert => "upsert",
        Operation::Delete => "delete",
        Operation::SoftDelete => "soft delete",
        Operation::Restore => "restore",
        _ => "load",
    }
}

impl Told {
    async fn in_hook(&self, hook: &str, cx: &HookContext<'_>) -> Result<()> {
        let set_wise = if cx.is_set_wise() { " of many" } else { "" };
        say(&self.name, format!("{hook} ({}{set_wise})", operation(cx)));
        if cx.transaction().is_some() {
            let trace = Trace {
                id: 0,
                name: self.name.clone(),
                hook: hook.into(),
            };
            trace.insert(cx.on()).await?;
        }
        if self.fails == hook {
            return Err(Error::new(ErrorKind::CheckViolation, format!("{hook} says no")));
        }
        assert!(self.fails != format!("!{hook}"), "{hook} panics");
        Ok(())
    }
}

impl Validate for Told {
    fn validate(&self, errors: &mut FieldErrors) {
        say(&self.name, "validate");
        if self.n < 0 {
            errors.add_code("n", "negative", "is negative");
        }
    }
}

impl Hooks for Told {
    async fn before_validate(&mut self, cx: &HookContext<'_>) -> Result<()> {
        self.in_hook("before_validate", cx).await
    }

    async fn after_validate(&mut self, cx: &HookContext<'_>) -> Result<()> {
        self.in_hook("after_validate", cx).await
    }

    async fn before_insert(&mut self, cx: &HookContext<'_>) -> Result<()> {
        self.n += 1;
        self.in_hook("before_insert", cx).await
    }

    async fn after_insert(&mut self, cx: &HookContext<'_>) -> Result<()> {
        assert_ne!(self.id, 0);
        self.in_hook("after_insert", cx).await
    }

    async fn before_update(&mut self, cx: &HookContext<'_>) -> Result<()> {
        self.n += 1;
        self.in_hook("before_update", cx).await
    }

    async fn after_update(&mut self, cx: &HookContext<'_>) -> Result<()> {
        self.in_hook("after_update", cx).await
    }

    async fn before_delete(&mut self, cx: &HookContext<'_>) -> Result<()> {
        self.in_hook("before_delete", cx).await
    }

    async fn after_delete(&self, cx: &HookContext<'_>) -> Result<()> {
        self.in_hook("after_delete", cx).await
    }

    async fn after_load(&mut self, _cx: &HookContext<'_>) -> Result<()> {
        self.loaded = true;
        Ok(())
    }

    async fn after_commit(&self, cx: &HookContext<'_>) -> Result<()> {
        // Outside of the transaction, whose work is to be seen.
        let one: i64 = sql("SELECT 1").scalar(cx.on()).await?;
        assert_eq!(one, 1);
        self.in_hook("after_commit", cx).await
    }

    async fn after_rollback(&self, cx: &HookContext<'_>) -> Result<()> {
        self.in_hook("after_rollback", cx).await
    }

    async fn before_update_set(change: &mut SetChange<Self>, cx: &HookContext<'_>) -> Result<()> {
        for row in change
            .rows()
            .all(&cx.transaction().expect("one").without_hooks())
            .await?
        {
            row.in_hook("before_update_set", cx).await?;
        }
        Ok(())
    }

    async fn after_update_set(change: &SetChange<Self>, rows: u64, cx: &HookContext<'_>) -> Result<()> {
        let columns = change.columns().join(",");
        for row in Told::query()
            .with_deleted()
            .all(&cx.transaction().expect("one").without_hooks())
            .await?
        {
            say(
                &row.name,
                format!("after_update_set of {columns} in {rows} ({})", operation(cx)),
            );
        }
        Ok(())
    }
}
