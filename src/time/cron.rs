//! Cron expressions on a zone's clock.

use std::fmt;

use croner::Cron as Pattern;
use croner::parser::{CronParser, Seconds, Year};
use jiff::Timestamp;

use super::Zone;

/// Five fields, or six with seconds first.
#[derive(Debug, Clone)]
pub struct Cron {
    text: String,
    pattern: Pattern,
}

/// Why a text is no cron expression.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct CronError(String);

impl Cron {
    /// Parses an expression of five or six fields.
    ///
    /// # Errors
    /// [`CronError`] says why it is none.
    pub fn parse(text: &str) -> Result<Self, CronError> {
        let fields = text.split_whitespace().count();
        if text.contains('@') || !(5..=6).contains(&fields) {
            return Err(CronError(format!("it has {fields} fields")));
        }
        let parser = CronParser::builder().seconds(Seconds::Optional).year(Year::Disallowed).build();
        match parser.parse(text) {
            Ok(pattern) => Ok(Self { text: text.to_owned(), pattern }),
            Err(error) => {
                let error = error.to_string().to_lowercase();
                let reason = error.split_once(": ").map_or(error.as_str(), |(_, reason)| reason);
                Err(CronError(reason.trim_end_matches('.').to_owned()))
            }
        }
    }

    /// As written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The first time it fires after an instant, on the zone's clock.
    #[must_use]
    pub fn after(&self, zone: &Zone, after: Timestamp) -> Option<Timestamp> {
        let _ = (zone, after, &self.pattern);
        todo!()
    }
}

/// As written: `0 3 * * *` and `00 3 * * *` are two.
impl PartialEq for Cron {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for Cron {}

impl fmt::Display for Cron {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}
