//! What is logged and shown holds no secrets.

use crate::fake::run;
use manybase_db::{ConnectionConfig, Db, Mode};
use std::fmt::{Debug, Write};
use std::sync::{Arc, Mutex};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

/// Keeps all that is logged, as text.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<String>>);

impl Visit for Log {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        write!(self.0.lock().unwrap(), " {field}={value:?}").unwrap();
    }
}

impl Subscriber for Log {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        span.record(&mut self.clone());
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, values: &Record<'_>) {
        values.record(&mut self.clone());
    }

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        self.0.lock().unwrap().push_str(event.metadata().target());
        event.record(&mut self.clone());
        self.0.lock().unwrap().push('\n');
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

#[test]
fn neither_logs_nor_debug_nor_errors_show_passwords() {
    let log = Log::default();
    let guard = tracing::subscriber::set_default(log.clone());
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        // Nobody listens there.
        let url = "postgres://ann:hunter2@127.0.0.1:1/erp_test?sslmode=disable&connect_timeout=2";
        let config = ConnectionConfig::from_url(url).unwrap();
        let builder = Db::builder()
            .mode(Mode::Test)
            .connection("erp", config.clone())
            .replica("erp", url);
        let mut shown = format!("{config:?} {builder:?}");
        let db = builder.open().await.unwrap();
        let error = run(&db, "SELECT 1").await.unwrap_err();
        write!(
            shown,
            "{db:?} {:?} {error} {error:?}",
            db.connection("erp").unwrap()
        )
        .unwrap();
        assert!(shown.contains("erp_test"), "{shown}");
        assert!(!shown.contains("hunter2"), "{shown}");
    });
    drop(guard);
    let log = log.0.lock().unwrap();
    assert!(log.contains("mode=test"), "{log}");
    assert!(!log.contains("hunter2"), "{log}");
}
