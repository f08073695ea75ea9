//! Requests that are on their way, and the server's messages as they lie in the buffer: rows are read there. What arrives
//! while nobody waits is read by the next one, or when the pool asks whether the connection is closed.

mod asked;
#[cfg(all(test, unix))]
mod tests;
use super::Stream;
use super::failure::{Failure, ServerError};
use super::message::{self, Name, tag};
use manybase_driver::wire::Pump;
use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};

/// A message of the server, in the buffer until the next one is asked for.
pub(crate) struct Message {
    pub(crate) tag: u8,
    body: Range<usize>,
}

/// Statements that the server keeps for nobody any more.
#[derive(Clone, Default)]
pub(crate) struct Forgotten(Arc<Mutex<Vec<u64>>>);

impl Forgotten {
    pub(crate) fn push(&self, statement: Name) {
        if let Name::Number(number) = statement {
            self.0.lock().unwrap_or_else(PoisonError::into_inner).push(number);
        }
    }

    fn take(&self) -> Vec<u64> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

pub(crate) struct Link {
    pump: Pump<Stream>,
    /// How many `ReadyForQuery` are still to come.
    awaited: usize,
    names: u64,
    pub(crate) forgotten: Forgotten,
}

impl Link {
    pub(super) fn new(stream: Stream) -> Self {
        Self {
            pump: Pump::new(stream),
            ..Self::gone()
        }
    }

    /// One that has ended.
    pub(super) fn gone() -> Self {
        Self {
            pump: Pump::gone(),
            awaited: 0,
            names: 0,
            forgotten: Forgotten::default(),
        }
    }

    pub(crate) fn has_ended(&self) -> bool {
        self.pump.has_ended()
    }

    pub(crate) fn why(&self) -> Option<&str> {
        self.pump.why()
    }

    /// Ends it where it is: what comes next would belong to nobody knows what.
    pub(crate) fn cut(&mut self) {
        self.pump.cut();
    }

    /// Sends what has been asked, if that is much.
    pub(crate) async fn send_ahead(&mut self) {
        self.pump.send_ahead().await;
    }

    /// Sends what has been asked. What fails is told to whoever awaits the answer: the server may have said why.
    pub(crate) async fn flush(&mut self) {
        self.pump.flush().await;
    }

    // What is answered.

    /// The next message that belongs to a request.
    pub(crate) async fn next(&mut self) -> Result<Message, Failure> {
        if self.pump.has_unsent() {
            self.flush().await;
        }
        loop {
            if let Some(message) = self.take()? {
                return Ok(message);
            }
            if self.pump.has_ended() {
                return Err(Failure::Closed);
            }
            self.pump.fill().await;
        }
    }

    pub(crate) fn body(&self, message: &Message) -> &[u8] {
        self.pump.bytes(&message.body)
    }

    /// The next message, if it is there already.
    pub(crate) fn take(&mut self) -> Result<Option<Message>, Failure> {
        loop {
            let Some((head, rest)) = self.pump.unread().split_first_chunk::<5>() else {
                return Ok(None);
            };
            let [tag, length @ ..] = *head;
            // It counts itself.
            let Some(length) = (u32::from_be_bytes(length) as usize).checked_sub(4) else {
                self.cut();
                return Err(Failure::Unexpected("a message shorter than its head"));
            };
            if rest.len() < length {
                return Ok(None);
            }
            let whole = self.pump.take(5 + length);
            let message = Message {
                tag,
                body: whole.start + 5..whole.end,
            };
            match tag {
                tag::NOTICE => {
                    let notice = ServerError::parse(self.body(&message));
                    tracing::debug!(
                        target: "manybase::postgres",
                        severity = notice.severity(),
                        "{}",
                        notice.message()
                    );
                }
                // The answer to what was said before a statement that somebody asks for.
                tag::PARAMETER | tag::NOTIFICATION | tag::CLOSE_COMPLETE => {}
                tag::READY => {
                    self.awaited = self.awaited.saturating_sub(1);
                    return Ok(Some(message));
                }
                _ => return Ok(Some(message)),
            }
        }
    }

    /// Takes what has arrived, without waiting.
    pub(crate) fn look(&mut self) {
        self.pump.look();
    }

    /// Whether the server has something to say already, which then is why it takes no more.
    pub(crate) fn has_refused(&mut self) -> Result<bool, Failure> {
        self.look();
        let message = self.take()?;
        if let Some(message) = &message {
            // It is read by whoever awaits the end.
            self.pump.back_to(message.body.start - 5);
        }
        Ok(message.is_some())
    }

    /// Takes notice of what has arrived since somebody used it.
    pub(super) fn look_around(&mut self) {
        self.look();
        // Between requests the server says nothing that has to be answered but its goodbye.
        loop {
            match self.take() {
                Ok(Some(message)) if message.tag == tag::ERROR => {
                    let why = ServerError::parse(self.body(&message)).message().to_owned();
                    self.pump.blame(why);
                    self.cut();
                }
                Ok(Some(_)) => self.cut(),
                Ok(None) | Err(_) => return,
            }
        }
    }

    /// An error of the server, behind which the rest of the request is skipped.
    pub(crate) async fn refused(&mut self, message: &Message) -> Failure {
        let error = ServerError::parse(self.body(message));
        // Where the connection ends meanwhile, the error is the reason.
        let _ = self.finish().await;
        Failure::Server(Box::new(error))
    }

    /// Passes over the rest of a request.
    pub(crate) async fn finish(&mut self) -> Result<(), Failure> {
        while self.next().await?.tag != tag::READY {}
        Ok(())
    }

    /// Passes over the rest of everything that was asked.
    pub(super) async fn clear(&mut self) {
        while self.awaited > 0 && self.next().await.is_ok() {}
    }

    /// Whether everything that was asked has been answered, as far as has arrived.
    pub(super) fn is_clear(&mut self) -> bool {
        while self.awaited > 0 {
            if !matches!(self.take(), Ok(Some(_))) {
                return false;
            }
        }
        true
    }

    /// An answer that does not belong there.
    pub(crate) fn unexpected(&mut self, message: &Message) -> Failure {
        self.cut();
        Failure::Unexpected(match message.tag {
            tag::COPY_IN | tag::COPY_OUT | tag::COPY_BOTH => "the server wants to copy",
            _ => "a message that does not belong there",
        })
    }

    /// Says goodbye, and waits for the end. A request of which a part was sent is left as it is: half of it does nothing.
    pub(super) async fn leave(&mut self) {
        if !self.pump.has_begun_to_send() {
            self.pump.out().clear();
            message::terminate(self.pump.out());
            self.flush().await;
        }
        self.pump.shut_down().await;
        self.pump.pass_over_all().await;
    }
}
