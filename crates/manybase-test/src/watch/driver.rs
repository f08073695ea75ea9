//! The drivers around those of the databases.

use super::connection::Watched;
use super::outer::Outer;
use super::{OUTER, Recorder};
use manybase_driver::backup::Backups;
use manybase_driver::{
    Access, Address, Attachment, BoxFuture, ConnectOptions, Connection, Dialect, Driver, DriverFactory,
    Error, ErrorKind, Result, TransactionOptions,
};
use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

/// One for each driver that is compiled in.
pub(crate) fn factories(recorder: &Arc<Recorder>) -> Vec<Arc<dyn DriverFactory>> {
    let wrap = |inner| {
        Arc::new(WatchedFactory {
            inner,
            recorder: recorder.clone(),
        }) as Arc<dyn DriverFactory>
    };
    manybase_db::compiled_in_drivers().into_iter().map(wrap).collect()
}

struct WatchedFactory {
    inner: Arc<dyn DriverFactory>,
    recorder: Arc<Recorder>,
}

impl fmt::Debug for WatchedFactory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "WatchedFactory({:?})", self.inner)
    }
}

impl DriverFactory for WatchedFactory {
    fn schemes(&self) -> &'static [&'static str] {
        self.inner.schemes()
    }

    fn open(&self, address: &Address, options: &ConnectOptions) -> Result<Arc<dyn Driver>> {
        static NEXT: AtomicUsize = AtomicUsize::new(1);
        let mut address = address.clone();
        let outer = address.params.remove(OUTER).is_some();
        Ok(Arc::new(WatchedDriver {
            inner: self.inner.open(&address, options)?,
            recorder: self.recorder.clone(),
            id: NEXT.fetch_add(1, Ordering::Relaxed),
            outer: outer.then(AtomicBool::default),
        }))
    }
}

pub(crate) struct WatchedDriver {
    inner: Arc<dyn Driver>,
    recorder: Arc<Recorder>,
    id: usize,
    /// There is a transaction around all that is done, on the only connection; whether that has been dialled.
    outer: Option<AtomicBool>,
}

impl WatchedDriver {
    pub(super) fn id(&self) -> usize {
        self.id
    }

    pub(super) fn recorder(&self) -> &Arc<Recorder> {
        &self.recorder
    }

    async fn dial(&self, access: Access) -> Result<Box<dyn Connection>> {
        let Some(dialled) = &self.outer else {
            return self.inner.connect(access).await;
        };
        if dialled.load(Ordering::Acquire) {
            // A new connection would not see what the test has done.
            return Err(Error::new(
                ErrorKind::Transaction,
                "the transaction around the test is lost, because a statement was cut off in the middle or the server \
                 went away",
            )
            .with_help("give the test a database of its own: #[manybase::test(isolation = \"clone\")]"));
        }
        let mut connection = self.inner.connect(Access::Write).await?;
        connection.begin(TransactionOptions::default()).await?;
        dialled.store(true, Ordering::Release);
        Ok(Box::new(Outer::new(connection)))
    }
}

impl fmt::Debug for WatchedDriver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "WatchedDriver({:?})", self.inner)
    }
}

impl Driver for WatchedDriver {
    fn dialect(&self) -> &'static dyn Dialect {
        self.inner.dialect()
    }

    fn address(&self) -> String {
        self.inner.address()
    }

    fn connect(&self, access: Access) -> BoxFuture<'_, Result<Box<dyn Connection>>> {
        Box::pin(async move {
            let connection = self.dial(access).await?;
            let watched = Watched::new(connection, self.recorder.clone(), self.id, self.inner.clone());
            Ok(Box::new(watched) as Box<dyn Connection>)
        })
    }

    fn exactly(&self) -> Option<usize> {
        match self.outer {
            Some(_) => Some(1),
            None => self.inner.exactly(),
        }
    }

    fn lock_file(&self) -> Option<PathBuf> {
        self.inner.lock_file()
    }

    /// Another connection would not see what is done inside of the transaction around a test.
    fn backups(&self) -> Option<&dyn Backups> {
        match self.outer {
            Some(_) => None,
            None => self.inner.backups(),
        }
    }

    fn attachment(&self) -> Option<Attachment> {
        match self.outer {
            Some(_) => None,
            None => self.inner.attachment(),
        }
    }
}
