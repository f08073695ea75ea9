//! Statements that go to the server together, with one end: behind one that fails it passes over the others.
//!
//! That holds for a `BEGIN` before them too. Where it fails nothing runs that was meant for its transaction.
//!
//! Source: PostgreSQL's documentation, "Extended Query" and "Pipelining".

use crate::wire::message::{affected, tag};
use crate::wire::{Failure, Link};

/// A statement on its way, with its values.
pub(crate) trait Request {
    fn ask(self, link: &mut Link) -> Result<(), Failure>;
}

/// What a group came to.
#[derive(Default)]
pub(crate) struct Outcome {
    /// Rows that each statement has touched.
    pub(crate) done: Vec<u64>,
    /// The first failure, with the place of its statement where it has one.
    pub(crate) failure: Option<(Option<usize>, Failure)>,
}

impl Outcome {
    /// Sends a group and reads all of its answers: a statement that begins it, the requests, and behind them a text, or the
    /// other one where a value does not fit: then no request behind it is sent.
    pub(crate) async fn run(
        &mut self,
        link: &mut Link,
        requests: impl Iterator<Item: Request> + Send,
        [begin, end, undo]: [Option<&str>; 3],
    ) {
        let mut sent = 0;
        let mut unsent = None;
        if let Some(begin) = begin
            && let Err(failure) = link.ask_plainly(begin)
        {
            return self.fail(None, failure);
        }
        for request in requests {
            if let Err(failure) = request.ask(link) {
                unsent = Some((self.done.len() + sent, failure));
                break;
            }
            sent += 1;
            link.send_ahead().await;
        }
        link.sync();
        let end = if unsent.is_some() { undo } else { end };
        let end = end.map(|sql| link.query(sql));
        if let Err((place, failure)) = self.answers(link, begin.is_some(), sent).await {
            self.fail(place, failure);
        }
        if let Some((place, failure)) = unsent {
            self.fail(Some(place), failure);
        }
        if let Some(end) = end {
            let answer = match end {
                Ok(()) => link.answered(|_| Ok(())).await,
                Err(failure) => Err(failure),
            };
            if let Err(failure) = answer {
                self.fail(None, failure);
            }
        }
    }

    async fn answers(
        &mut self,
        link: &mut Link,
        begins: bool,
        sent: usize,
    ) -> Result<(), (Option<usize>, Failure)> {
        if begins {
            link.did().await.map_err(|failure| (None, failure))?;
        }
        let first = self.done.len();
        for place in first..first + sent {
            let rows = link.did().await.map_err(|failure| (Some(place), failure))?;
            self.done.push(rows);
        }
        // Outside of a transaction it is only here that the last of them is kept.
        let last = self.done.len().checked_sub(1);
        link.synced().await.map_err(|failure| (last, failure))
    }

    /// The first failure counts.
    fn fail(&mut self, place: Option<usize>, failure: Failure) {
        self.failure.get_or_insert((place, failure));
    }
}

impl Link {
    /// The end of a statement: how many rows it has touched.
    pub(crate) async fn did(&mut self) -> Result<u64, Failure> {
        loop {
            let message = self.next().await?;
            match message.tag {
                tag::COMMAND_COMPLETE => return Ok(affected(self.body(&message))),
                tag::EMPTY_QUERY => return Ok(0),
                tag::PARSE_COMPLETE | tag::BIND_COMPLETE | tag::DATA_ROW => {}
                tag::ERROR => return Err(self.refused(&message).await),
                _ => return Err(self.unexpected(&message)),
            }
        }
    }

    /// The end of a group. What would fail at the end of a transaction fails here, where there is none.
    pub(crate) async fn synced(&mut self) -> Result<(), Failure> {
        let message = self.next().await?;
        match message.tag {
            tag::READY => Ok(()),
            tag::ERROR => Err(self.refused(&message).await),
            _ => Err(self.unexpected(&message)),
        }
    }
}
