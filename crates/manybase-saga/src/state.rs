//! How far a saga and its steps are.

use manybase_record::DbEnum;
use serde::{Deserialize, Serialize};
use std::fmt;

macro_rules! states {
    ($($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $text:literal,)* })*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, DbEnum, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        #[non_exhaustive]
        pub enum $name {
            $($(#[$variant_doc])* #[db($text)] $variant,)*
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(match self { $(Self::$variant => $text,)* })
            }
        }
    )*};
}

states! {
    /// How far a saga is.
    ///
    /// ```
    /// assert_eq!(manybase_saga::SagaState::Stuck.to_string(), "stuck");
    /// ```
    SagaState {
        /// Its steps are being done, or wait for the next attempt.
        Running = "running",
        /// What was done is being undone.
        Compensating = "compensating",
        /// All steps are done.
        Completed = "completed",
        /// A step has failed for good, and what was done before it has been undone.
        Compensated = "compensated",
        /// It can go neither on nor back by itself, and waits for somebody: see `Sagas::resume`, `Sagas::skip`.
        Stuck = "stuck",
    }

    /// How far a step is.
    ///
    /// ```
    /// assert_eq!(manybase_saga::StepState::RuledOut.to_string(), "ruled_out");
    /// ```
    StepState {
        /// Not done, or being done.
        Pending = "pending",
        /// Done.
        Done = "done",
        /// Somebody has said by hand that it is done.
        Skipped = "skipped",
        /// Given up. It has certainly had no effect.
        Failed = "failed",
        /// Given up. It may have had its effect, or may still have it.
        Unsure = "unsure",
        /// Done, and undone again.
        Compensated = "compensated",
        /// Given up, and found to have had no effect. A late attempt is refused.
        RuledOut = "ruled_out",
        /// Somebody has said by hand that its effect is undone, or may stay.
        Left = "left",
    }

    /// What a step works on.
    ///
    /// ```
    /// assert_eq!(manybase_saga::StepKind::Transaction.to_string(), "transaction");
    /// ```
    StepKind {
        /// A transaction on a connection.
        Transaction = "transaction",
        /// Anything else, such as a request over HTTP.
        Call = "call",
    }
}

impl SagaState {
    /// Whether there is nothing left to do.
    ///
    /// ```
    /// use manybase_saga::SagaState;
    /// assert!(SagaState::Compensated.is_over());
    /// assert!(!SagaState::Stuck.is_over());
    /// ```
    pub fn is_over(self) -> bool {
        matches!(self, Self::Completed | Self::Compensated)
    }

    /// Whether a runner may take it.
    pub(crate) fn is_live(self) -> bool {
        matches!(self, Self::Running | Self::Compensating)
    }
}
