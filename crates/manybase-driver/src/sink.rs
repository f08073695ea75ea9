//! Where rows go.

use crate::{Columns, Error, Result, Row};
use std::any::Any;
use std::task::{Context, Poll};

/// Whether a sink wants more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flow {
    /// Another row, please.
    Continue,
    /// It took this row. Before the next one the driver waits until [`Sink::poll_ready`] says that there is room.
    Pause,
    /// Enough.
    Stop,
}

/// Takes the rows of a statement as the driver has them. It is moved to where the rows are (for SQLite another
/// thread) and comes back with what it made of them.
///
/// ```
/// use manybase_driver::{Flow, Result, Row, Sink};
///
/// struct Names(Vec<String>);
///
/// impl Sink for Names {
///     fn row(&mut self, row: &dyn Row) -> Result<Flow> {
///         if let Ok(Some(name)) = row.str(0) {
///             self.0.push(name.to_owned());
///         }
///         Ok(Flow::Continue)
///     }
/// }
/// ```
pub trait Sink: Any + Send {
    /// Called once before the first row, also when there is none.
    ///
    /// # Errors
    /// When the columns are not what the sink needs.
    fn columns(&mut self, _columns: &dyn Columns) -> Result<()> {
        Ok(())
    }

    /// Called for each row.
    ///
    /// # Errors
    /// When a cell can't become what the sink makes of it. The driver stops and returns this error.
    fn row(&mut self, row: &dyn Row) -> Result<Flow>;

    /// Asked after [`Flow::Pause`], until it is ready for the next row. It wakes the task when it may have become so.
    /// A driver whose rows come on a thread of its own blocks that thread meanwhile.
    fn poll_ready(&mut self, _task: &mut Context<'_>) -> Poll<()> {
        Poll::Ready(())
    }

    /// Forgets what it has taken, so that the statement can be run once more from its beginning. `false` for a sink
    /// that can't, because its rows have gone elsewhere; it then gets each row once.
    fn restart(&mut self) -> bool {
        false
    }
}

/// Counts rows.
///
/// ```
/// assert_eq!(manybase_driver::CountSink::default().0, 0);
/// ```
#[derive(Debug, Default)]
pub struct CountSink(pub u64);

impl Sink for CountSink {
    fn row(&mut self, _row: &dyn Row) -> Result<Flow> {
        self.0 += 1;
        Ok(Flow::Continue)
    }

    fn restart(&mut self) -> bool {
        self.0 = 0;
        true
    }
}

/// Makes something of the first row and wants no more.
///
/// ```
/// use manybase_driver::{Error, FirstSink};
/// let sink = FirstSink::new(|row| row.i64(0).map_err(Error::from));
/// assert!(sink.value.is_none());
/// ```
pub struct FirstSink<T, F> {
    make: F,
    /// What it made.
    pub value: Option<T>,
}

impl<T, F: FnMut(&dyn Row) -> Result<T>> FirstSink<T, F> {
    /// A sink that makes something of the first row.
    pub fn new(make: F) -> Self {
        Self { make, value: None }
    }
}

impl<T: Send + 'static, F: FnMut(&dyn Row) -> Result<T> + Send + 'static> Sink for FirstSink<T, F> {
    fn row(&mut self, row: &dyn Row) -> Result<Flow> {
        self.value = Some((self.make)(row)?);
        Ok(Flow::Stop)
    }

    fn restart(&mut self) -> bool {
        self.value = None;
        true
    }
}

/// Turns the sink that came back into what it was when it left.
///
/// # Errors
/// [`crate::ErrorKind::Driver`] when it is another one.
///
/// ```
/// use manybase_driver::{CountSink, returned};
/// assert_eq!(returned::<CountSink>(Box::new(CountSink(7)))?.0, 7);
/// # Ok::<(), manybase_driver::Error>(())
/// ```
pub fn returned<S: Sink>(sink: Box<dyn Sink>) -> Result<S> {
    let sink: Box<dyn Any> = sink;
    match sink.downcast::<S>() {
        Ok(sink) => Ok(*sink),
        Err(_) => Err(Error::driver(
            "the driver returned another sink than it was given",
        )),
    }
}
