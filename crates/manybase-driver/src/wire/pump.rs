//! The connection's bytes: requests that are on their way, and answers as they lie in the buffer.
//!
//! Whoever waits for an answer moves the bytes, so that neither a question nor its answer has to wait until another task,
//! and perhaps another thread, wakes up. While nobody waits, nobody moves anything: what arrives meanwhile is read by
//! the next one, or when somebody looks.

use bytes::BytesMut;
use std::future::{Future, poll_fn};
use std::io;
use std::ops::Range;
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker, ready};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite};

/// Room for what arrives at once, and for what does where much arrives.
const ROOM: (usize, usize) = (8 << 10, 128 << 10);
/// What a buffer may keep for the next request.
const KEPT: usize = 256 << 10;
/// Requests that are sent ahead go out when they are so long.
const AHEAD: usize = 128 << 10;

/// Moves bytes to and from a stream, and keeps those that are to be sent or read.
///
/// ```
/// # tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
/// use manybase_driver::wire::Pump;
/// let (here, mut there) = tokio::io::duplex(64);
/// let mut pump = Pump::new(here);
/// pump.out().extend_from_slice(b"question");
/// pump.flush().await;
/// tokio::io::copy(&mut (&b"answer"[..]), &mut there).await?;
/// pump.fill().await;
/// assert_eq!(pump.unread(), b"answer");
/// let first = pump.take(3);
/// assert_eq!((pump.bytes(&first), pump.unread()), (&b"ans"[..], &b"wer"[..]));
/// # std::io::Result::Ok(()) })?;
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Debug)]
pub struct Pump<S> {
    /// `None` once it has ended.
    stream: Option<S>,
    input: Vec<u8>,
    /// What lies before it has been read.
    at: usize,
    room: usize,
    out: BytesMut,
    /// What lies before it has been sent.
    sent: usize,
    /// Why it ended, where it is known.
    why: Option<String>,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Pump<S> {
    /// Over a stream.
    pub fn new(stream: S) -> Self {
        Self {
            stream: Some(stream),
            ..Self::gone()
        }
    }

    /// One that has ended.
    pub fn gone() -> Self {
        Self {
            stream: None,
            input: Vec::new(),
            at: 0,
            room: ROOM.0,
            out: BytesMut::new(),
            sent: 0,
            why: None,
        }
    }

    /// Whether nothing will arrive any more beyond what is there.
    pub fn has_ended(&self) -> bool {
        self.stream.is_none()
    }

    /// Why it ended, where it is known.
    pub fn why(&self) -> Option<&str> {
        self.why.as_deref()
    }

    /// Notes why it ends.
    pub fn blame(&mut self, why: String) {
        self.why = Some(why);
    }

    /// Ends it where it is: what comes next would belong to nobody knows what.
    pub fn cut(&mut self) {
        self.stream = None;
    }

    /// Gives the stream back, unless it has ended or bytes lie here that nobody has read or sent.
    pub fn into_stream(self) -> Option<S> {
        self.stream
            .filter(|_| self.at == self.input.len() && self.out.is_empty())
    }

    // What is sent.

    /// What is to be sent, to write to.
    pub fn out(&mut self) -> &mut BytesMut {
        &mut self.out
    }

    /// Whether there is something to send.
    pub fn has_unsent(&self) -> bool {
        !self.out.is_empty()
    }

    /// Whether a part of what is to be sent is on its way, so that it can't be taken back.
    pub fn has_begun_to_send(&self) -> bool {
        self.sent > 0
    }

    /// Sends what there is to send, if that is much.
    pub async fn send_ahead(&mut self) {
        if self.out.len() >= AHEAD {
            self.flush().await;
        }
    }

    /// Sends what there is to send. What fails is told to whoever awaits the answer: the server may have said why.
    pub async fn flush(&mut self) {
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

    /// Sends what goes out without waiting.
    pub fn send_what_goes(&mut self) {
        let _ = self.poll_flush(&mut Context::from_waker(Waker::noop()));
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

    /// Says that nothing more will be sent.
    pub async fn shut_down(&mut self) {
        poll_fn(|cx| match &mut self.stream {
            Some(stream) => Pin::new(stream).poll_shutdown(cx).map(drop),
            None => Poll::Ready(()),
        })
        .await;
    }

    /// Passes over everything that arrives, to the end.
    pub async fn pass_over_all(&mut self) {
        while self.stream.is_some() {
            self.at = self.input.len();
            self.fill().await;
        }
    }

    // What arrives.

    /// What has arrived and not been taken.
    #[inline]
    pub fn unread(&self) -> &[u8] {
        &self.input[self.at..]
    }

    /// Takes so many of the unread bytes. Where they lie holds until more is awaited.
    ///
    /// # Panics
    /// There are not so many.
    #[inline]
    pub fn take(&mut self, length: usize) -> Range<usize> {
        let begin = self.at;
        assert!(length <= self.input.len() - begin, "more than has arrived");
        self.at = begin + length;
        begin..self.at
    }

    /// The bytes of a place that [`Pump::take`] gave.
    #[inline]
    pub fn bytes(&self, place: &Range<usize>) -> &[u8] {
        &self.input[place.clone()]
    }

    /// Everything from this place on is unread again.
    pub fn back_to(&mut self, begin: usize) {
        self.at = begin;
    }

    /// Leaves out so many unread bytes behind so many others.
    ///
    /// # Panics
    /// There are not so many.
    pub fn leave_out(&mut self, behind: usize, length: usize) {
        let begin = self.at + behind;
        self.input.drain(begin..begin + length);
    }

    /// Waits until more has arrived, or the end.
    pub async fn fill(&mut self) {
        poll_fn(|cx| self.poll_fill(cx)).await;
    }

    /// Makes room for what has not arrived as a whole.
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
            Err(error) => {
                tracing::debug!(target: "manybase::wire", %error, "the connection broke");
                self.why.get_or_insert_with(|| error.to_string());
                self.stream = None;
            }
        }
        Poll::Ready(())
    }

    /// Takes what has arrived, without waiting.
    pub fn look(&mut self) {
        let _ = self.poll_fill(&mut Context::from_waker(Waker::noop()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::AsyncWriteExt;

    #[tokio::test]
    async fn what_much_needed_is_not_kept() {
        const MUCH: usize = 4 * KEPT;
        let (here, there) = tokio::io::duplex(1 << 10);
        let mut pump = Pump::new(here);
        let (mut from, mut to) = tokio::io::split(there);
        let server = async {
            let mut asked = vec![0; MUCH];
            let answer = vec![7; MUCH];
            tokio::try_join!(from.read_exact(&mut asked), to.write_all(&answer))
        };
        let client = async {
            pump.out().extend_from_slice(&vec![7; MUCH]);
            pump.flush().await;
            while pump.unread().len() < MUCH {
                pump.fill().await;
            }
            let place = pump.take(MUCH);
            assert!(pump.bytes(&place).iter().all(|byte| *byte == 7));
        };
        let (served, ()) = tokio::join!(server, client);
        served.expect("heard and said");
        to.write_all(b"more").await.expect("said");
        pump.fill().await;
        assert_eq!(pump.unread(), b"more");
        assert!(pump.input.capacity() <= KEPT && pump.out.capacity() <= KEPT);
    }

    #[tokio::test]
    async fn a_stream_is_given_back_only_when_nothing_lies_here() {
        let (here, mut there) = tokio::io::duplex(64);
        let mut pump = Pump::new(here);
        there.write_all(b"early").await.expect("said");
        pump.fill().await;
        let begin = pump.take(5).start;
        pump.back_to(begin);
        assert_eq!(pump.unread(), b"early");
        pump.leave_out(1, 3);
        assert_eq!(pump.unread(), b"ey");
        assert!(pump.into_stream().is_none());
        let (here, _there) = tokio::io::duplex(64);
        assert!(Pump::new(here).into_stream().is_some());
    }
}
