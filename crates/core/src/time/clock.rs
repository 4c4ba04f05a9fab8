//! The one place where "now" enters the program.

use jiff::Timestamp;

/// Where "now" comes from: the system, or an instant that a person or a test chose (`run --at`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Clock {
    /// The machine's clock.
    System,
    /// Always this instant.
    Fixed(Timestamp),
}

impl Clock {
    /// The present instant by this clock.
    #[must_use]
    #[expect(clippy::disallowed_methods, reason = "the one reading of the system clock")]
    pub fn now(self) -> Timestamp {
        match self {
            Self::System => Timestamp::now(),
            Self::Fixed(at) => at,
        }
    }
}
