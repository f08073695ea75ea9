//! Texts that are sent as they are, without values, with any number of statements.

use crate::row::spans;
use crate::wire::message::tag;
use crate::wire::{Failure, Link};

impl Link {
    /// Runs a text in one round trip.
    pub(crate) async fn simple(&mut self, sql: &str) -> Result<(), Failure> {
        self.query(sql)?;
        self.answered(|_| Ok(())).await
    }

    /// The answer to [`Link::query`]; of several failures the first, behind which the server runs nothing.
    pub(crate) async fn answered(
        &mut self,
        mut row: impl FnMut(&[u8]) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        loop {
            let message = self.next().await?;
            match message.tag {
                tag::DATA_ROW => row(self.body(&message))?,
                tag::ROW_DESCRIPTION | tag::COMMAND_COMPLETE | tag::EMPTY_QUERY => {}
                tag::READY => return Ok(()),
                tag::ERROR => return Err(self.refused(&message).await),
                _ => return Err(self.unexpected(&message)),
            }
        }
    }

    /// The rows of a text, as texts.
    pub(crate) async fn texts(&mut self, sql: &str) -> Result<Vec<Vec<Option<String>>>, Failure> {
        let mut rows = Vec::new();
        let mut places = Vec::new();
        self.query(sql)?;
        self.answered(|body| {
            spans(body, &mut places)?;
            let cell = |place: &(u32, u32)| {
                let bytes = body.get(place.0 as usize..place.1 as usize)?;
                Some(String::from_utf8_lossy(bytes).into_owned())
            };
            rows.push(places.iter().map(cell).collect());
            Ok(())
        })
        .await?;
        Ok(rows)
    }
}
