//! The connection's bytes: requests that are on their way, and the server's messages as they lie in the buffer.
//!
//! Whoever waits for an answer moves the bytes, so that neither a question nor its answer has to wait until another task,
//! and perhaps another thread, wakes up. While nobody waits, nobody moves anything: what arrives meanwhile is read by
//! the next one, or when the pool asks whether the connection is closed. Rows are read where they lie.

mod asked;
#[cfg(all(test, unix))]
mod tests;
use super::failure::{Failure, ServerError};
use super::message::{self, Name, tag};
use super::socket::Stream;
use bytes::BytesMut;
use std::future::poll_fn;
use std::io;
use std::ops::Range;
use std::pin::{Pin, pin};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Waker, ready};
use tokio::io::{AsyncReadExt, AsyncWrite};

/// Room for what arrives at once, and for what does where much arrives.
const ROOM: (usize, usize) = (8 << 10, 128 << 10);
/// What a buffer may keep for the next request.
const KEPT: usize = 256 << 10;
/// Requests that are sent ahead go out when they are so long.
const AHEAD: usize = 128 << 10;

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
    /// `None` once it has ended.
    stream: Option<Stream>,
    input: Vec<u8>,
    /// What lies before it has been read.
    at: usize,
    room: usize,
    out: BytesMut,
    /// What lies before it has been sent.
    sent: usize,
    /// How many `ReadyForQuery` are still to come.
    awaited: usize,
    /// Why it ended, where it is known.
    why: Option<String>,
    names: u64,
    pub(crate) forgotten: Forgotten,
}

impl Link {
    pub(super) fn new(stream: Stream) -> Self {
        Self {
            stream: Some(stream),
            ..Self::gone()
        }
    }

    /// One that has ended.
    pub(super) fn gone() -> Self {
        Self {
            stream: None,
            input: Vec::new(),
            at: 0,
            room: ROOM.0,
            out: BytesMut::new(),
            sent: 0,
            awaited: 0,
            why: None,
            names: 0,
            forgotten: Forgotten::default(),
        }
    }

    pub(crate) fn has_ended(&self) -> bool {
        self.stream.is_none()
    }

    pub(crate) fn why(&self) -> Option<&str> {
        self.why.as_deref()
    }

    /// Ends it where it is: what comes next would belong to nobody knows what.
    pub(crate) fn cut(&mut self) {
        self.stream = None;
    }

    fn broke(&mut self, error: &io::Error) {
        let why = error.to_string();
        tracing::debug!(target: "manybase::postgres", error = why, "the connection broke");
        self.why.get_or_insert(why);
        self.stream = None;
    }

    /// Sends what has been asked, if that is much.
    pub(crate) async fn send_ahead(&mut self) {
        if self.out.len() >= AHEAD {
            self.flush().await;
        }
    }

    /// Sends what has been asked. What fails is told to whoever awaits the answer: the server may have said why.
    pub(crate) async fn flush(&mut self) {
        poll_fn(|cx| self.poll_flush(cx)).await;
    }

    fn poll_flush(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        while self.sent < self.out.len() {
            let Some(stream) = &mut self.stream else { break };
            match Pin::new(stream).poll_write(cx, &self.out[self.sent..]) {
                Poll::Ready(Ok(0)) => self.unsent(&io::ErrorKind::WriteZero.into()),
                Poll::Ready(Ok(sent)) => self.sent += sent,
                Poll::Ready(Err(error)) => self.unsent(&error),
                // Perhaps the server reads nothing before somebody has taken its answers.
                Poll::Pending => ready!(self.poll_fill(cx)),
            }
        }
        self.unasked();
        match &mut self.stream {
            Some(stream) => Pin::new(stream).poll_flush(cx).map(drop),
            None => Poll::Ready(()),
        }
    }

    fn unasked(&mut self) {
        self.sent = 0;
        self.out.clear();
        if self.out.capacity() > KEPT {
            self.out = BytesMut::new();
        }
    }

    /// Nobody reads any more. What the server said before is still to be read.
    fn unsent(&mut self, error: &io::Error) {
        self.why.get_or_insert_with(|| error.to_string());
        self.unasked();
    }

    // What is answered.

    /// The next message that belongs to a request.
    pub(crate) async fn next(&mut self) -> Result<Message, Failure> {
        if !self.out.is_empty() {
            self.flush().await;
        }
        loop {
            if let Some(message) = self.take()? {
                return Ok(message);
            }
            if self.stream.is_none() {
                return Err(Failure::Closed);
            }
            poll_fn(|cx| self.poll_fill(cx)).await;
        }
    }

    pub(crate) fn body(&self, message: &Message) -> &[u8] {
        &self.input[message.body.clone()]
    }

    /// The next message, if it is there already.
    pub(crate) fn take(&mut self) -> Result<Option<Message>, Failure> {
        loop {
            let Some((head, rest)) = self.input[self.at..].split_first_chunk::<5>() else {
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
            let begin = self.at + 5;
            let message = Message {
                tag,
                body: begin..begin + length,
            };
            self.at = message.body.end;
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

    /// Makes room for the message that has not arrived as a whole.
    fn make_room(&mut self) {
        if self.at == self.input.len() {
            self.input.clear();
            if self.input.capacity() > KEPT {
                self.input = Vec::new();
                self.room = ROOM.0;
            }
        } else if self.at > 0 {
            self.input.drain(..self.at);
        }
        self.at = 0;
        if self.input.capacity() - self.input.len() < self.room {
            // At least doubles, so that a long message is not copied over and over.
            self.input.reserve(self.room);
        }
    }

    fn poll_fill(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        self.make_room();
        let Some(stream) = &mut self.stream else {
            return Poll::Ready(());
        };
        let read = pin!(stream.read_buf(&mut self.input));
        match ready!(read.poll(cx)) {
            Ok(0) => self.stream = None,
            // It fills what there is.
            Ok(_) if self.input.len() == self.input.capacity() => self.room = ROOM.1.min(self.room * 2),
            Ok(_) => {}
            Err(error) => self.broke(&error),
        }
        Poll::Ready(())
    }

    /// Takes what has arrived, without waiting.
    pub(crate) fn look(&mut self) {
        let cx = &mut Context::from_waker(Waker::noop());
        let _ = self.poll_fill(cx);
    }

    /// Whether the server has something to say already, which then is why it takes no more.
    pub(crate) fn has_refused(&mut self) -> Result<bool, Failure> {
        self.look();
        let message = self.take()?;
        if let Some(message) = &message {
            // It is read by whoever awaits the end.
            self.at = message.body.start - 5;
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
                    self.why = Some(ServerError::parse(self.body(&message)).message().to_owned());
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
        if self.sent == 0 {
            self.out.clear();
            message::terminate(&mut self.out);
            self.flush().await;
        }
        poll_fn(|cx| match &mut self.stream {
            Some(stream) => Pin::new(stream).poll_shutdown(cx).map(drop),
            None => Poll::Ready(()),
        })
        .await;
        while self.stream.is_some() {
            self.at = self.input.len();
            poll_fn(|cx| self.poll_fill(cx)).await;
        }
    }
}
