//! Why the example ended, and the way out.

use std::fmt;

pub(crate) type Result<T, E = Failure> = std::result::Result<T, E>;

pub(crate) struct Failure {
    message: String,
    way_out: Option<String>,
}

impl Failure {
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            way_out: None,
        }
    }

    pub(crate) fn with_way_out(mut self, way_out: impl Into<String>) -> Self {
        self.way_out = Some(way_out.into());
        self
    }
}

/// An error of the library says itself what to do, at the end of its text.
impl From<manybase::Error> for Failure {
    fn from(error: manybase::Error) -> Self {
        let text = error.to_string();
        let way_out = error.help().map(str::to_owned);
        let message = way_out
            .as_ref()
            .and_then(|help| text.strip_suffix(&format!("; {help}")));
        Self {
            message: message.unwrap_or(&text).to_owned(),
            way_out,
        }
    }
}

#[cfg(feature = "servers")]
impl From<manybase_testkit::ServerError> for Failure {
    fn from(error: manybase_testkit::ServerError) -> Self {
        Self::new(error.to_string()).with_way_out(
            "install the servers as the message says, or give addresses of your own with --config",
        )
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "error: {}", self.message)?;
        match &self.way_out {
            Some(way_out) => write!(f, "\nway out: {way_out}"),
            None => Ok(()),
        }
    }
}
