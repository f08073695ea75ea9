//! One value, understood.

use super::fields::{Entry, Raw};
use super::interpolate::{interpolate, interpolate_url};
use super::place::Place;
use super::{Mode, Pattern, Variables, duration};
use crate::{Error, ReplicaPolicy, Result};
use manybase_driver::TestBeforeUse;
use std::ops::RangeInclusive;
use std::time::Duration;

const DURATION: &str = "write seconds or a number with a unit: 30, \"500ms\", \"30s\", \"5m\", \"1h\"";

type Interpolate = fn(&str, &Variables) -> Result<String, String>;

impl Entry {
    /// Text, with its variables put in. Numbers and booleans count as text too.
    pub(super) fn text(&self, variables: &Variables) -> Result<String> {
        self.text_by(variables, interpolate)
    }

    /// A URL, with its variables put in.
    pub(super) fn url(&self, variables: &Variables) -> Result<String> {
        self.text_by(variables, interpolate_url)
    }

    fn text_by(&self, variables: &Variables, by: Interpolate) -> Result<String> {
        match &self.raw {
            Raw::Text(text) if self.place.is_file() => {
                by(text, variables).map_err(|what| self.missing(&what))
            }
            Raw::Text(text) => Ok(text.clone()),
            Raw::Integer(number) => Ok(number.to_string()),
            Raw::Boolean(value) => Ok(value.to_string()),
            Raw::List(_) => Err(self.place.error("it can't be a list")),
            Raw::Table(_) => Err(self.place.error("it must be text, and is a table")),
        }
    }

    /// A list of URLs; in a variable they have spaces between them. Each with its place.
    pub(super) fn urls(&self, variables: &Variables) -> Result<Vec<(String, Place)>> {
        match &self.raw {
            Raw::List(entries) => {
                let url = |entry: &Self| Ok((entry.url(variables)?, entry.place.clone()));
                entries.iter().map(url).collect()
            }
            _ => {
                let urls = self.url(variables)?;
                let urls = urls.split_whitespace();
                Ok(urls.map(|url| (url.to_owned(), self.place.clone())).collect())
            }
        }
    }

    fn missing(&self, what: &str) -> Error {
        let error = self.place.error(what);
        match what.ends_with("is not set") {
            true => error.with_help("set it, or give a default: `${NAME:-default}`"),
            false => error,
        }
    }

    /// A whole number.
    pub(super) fn number(&self, variables: &Variables, allowed: RangeInclusive<usize>) -> Result<usize> {
        let text = self.text(variables)?;
        match text.trim().parse() {
            Ok(number) if allowed.contains(&number) => Ok(number),
            _ => {
                let (from, to) = (allowed.start(), allowed.end());
                Err(self
                    .place
                    .error(format!("it must be a whole number from {from} to {to}")))
            }
        }
    }

    /// Names with stars in them; in one text they have spaces between them.
    pub(super) fn patterns(&self, variables: &Variables) -> Result<Vec<Pattern>> {
        let pattern = |text: &str, place: &Place| Pattern::new(text).map_err(|error| place.wrap(error));
        match &self.raw {
            Raw::List(entries) => {
                let each = entries.iter();
                each.map(|entry| pattern(&entry.text(variables)?, &entry.place))
                    .collect()
            }
            _ => {
                let text = self.text(variables)?;
                text.split_whitespace()
                    .map(|text| pattern(text, &self.place))
                    .collect()
            }
        }
    }

    /// What a program is.
    pub(super) fn mode(&self, variables: &Variables) -> Result<Mode> {
        self.text(variables)?
            .parse()
            .map_err(|error| self.place.wrap(error))
    }

    /// A duration above zero.
    pub(super) fn duration(&self, variables: &Variables) -> Result<Duration> {
        match duration::parse(&self.text(variables)?) {
            Some(duration) if duration.is_zero() => Err(self.place.error("it must be more than zero")),
            Some(duration) => Ok(duration),
            None => Err(self.place.error("it is no duration").with_help(DURATION)),
        }
    }

    /// A duration; `"none"` and zero for no limit.
    pub(super) fn limit(&self, variables: &Variables) -> Result<Option<Duration>> {
        let text = self.text(variables)?;
        if text.trim() == "none" {
            return Ok(None);
        }
        match duration::parse(&text) {
            Some(duration) => Ok(Some(duration).filter(|duration| !duration.is_zero())),
            None => {
                let help = format!("{DURATION}; \"none\" for no limit");
                Err(self.place.error("it is no duration").with_help(help))
            }
        }
    }

    /// Which of several replicas.
    pub(super) fn replica_policy(&self, variables: &Variables) -> Result<ReplicaPolicy> {
        match self.text(variables)?.trim() {
            "round_robin" => Ok(ReplicaPolicy::RoundRobin),
            "least_in_use" => Ok(ReplicaPolicy::LeastInUse),
            _ => Err(self.place.error("it must be \"round_robin\" or \"least_in_use\"")),
        }
    }

    /// When to ping a connection before use.
    pub(super) fn test_before_use(&self, variables: &Variables) -> Result<TestBeforeUse> {
        let text = self.text(variables)?;
        match text.trim() {
            "always" => Ok(TestBeforeUse::Always),
            "never" => Ok(TestBeforeUse::Never),
            text => duration::parse(text).map(TestBeforeUse::IdleFor).ok_or_else(|| {
                let error = self
                    .place
                    .error("it must be \"always\", \"never\" or the idle time after which to test");
                error.with_help("for example \"5s\"")
            }),
        }
    }
}
