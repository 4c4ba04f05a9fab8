//! The period of a draft, and whose clock it is on.

use std::fmt::Write;

use super::counts::is_seconds;
use super::{Draft, quoted};
use crate::export::PeekFormat;
use crate::inspect::kind::{InstantWay, Kind};
use crate::inspect::report::span;
use crate::inspect::role::Role;
use crate::inspect::when::{End, When};
use crate::inspect::zone::{Clock, MORE_THAN_AUDIENCE};

impl Draft<'_> {
    /// ` timezone: …` and what there is to say about it.
    fn zone(&self) -> (String, String) {
        match &self.finding.clock {
            Clock::Certain { why } => (String::new(), format!("UTC: {why}")),
            Clock::Probably { candidates, .. } if candidates[0].score < MORE_THAN_AUDIENCE => {
                let why = &candidates[0].evidence.join("; ");
                let zone = &candidates[0].zones[0];
                let why = format!("nothing in the file says whose clock it is; perhaps {zone}: {why}");
                (", timezone: market".to_owned(), why)
            }
            Clock::Probably { candidates, .. } => {
                let first = &candidates[0];
                let others: Vec<&str> =
                    candidates[1..].iter().take(3).flat_map(|other| &other.zones).map(String::as_str).collect();
                let others =
                    if others.is_empty() { String::new() } else { format!("; else {}", others.join(", ")) };
                let same = if first.zones.len() > 1 {
                    format!(" (as well {})", first.zones[1..].join(", "))
                } else {
                    String::new()
                };
                let why = format!("probably{same}: {}{others}", first.evidence.join("; "));
                (format!(", timezone: {}", first.zones[0]), why)
            }
            Clock::Unknown { .. } | Clock::None => (
                ", timezone: market".to_owned(),
                "nothing in the file says whose clock it is; ask the platform".to_owned(),
            ),
        }
    }

    fn instant(&self, column: usize) -> String {
        let (zone, _) = self.zone();
        let name = self.name(column);
        match &self.finding.columns[column].kind {
            Kind::Instant(InstantWay::Rfc3339) => format!("{{column: {name}, format: rfc3339}}"),
            Kind::Instant(InstantWay::Seconds) => format!("{{column: {name}, format: epoch_s}}"),
            Kind::Instant(InstantWay::Millis) => format!("{{column: {name}, format: epoch_ms}}"),
            Kind::Instant(InstantWay::Micros) => format!("{{column: {name}, format: epoch_us}}"),
            Kind::Instant(InstantWay::Native) => format!("{{column: {name}, format: native}}"),
            Kind::Wall(Some(pattern)) => format!("{{column: {name}, format: {}{zone}}}", quoted(pattern)),
            _ if self.peek.format == PeekFormat::Xlsx => format!("{{column: {name}, format: native{zone}}}"),
            _ => format!("{{column: {name}, format: {}{zone}}}", quoted("%Y-%m-%d %H:%M:%S")),
        }
    }

    /// Whether rows say of which broadcast they are, when they begin, and when they end or how long they are.
    pub(super) fn has_sessions(&self) -> bool {
        let When::Span { end, .. } = &self.finding.when else { return false };
        let has_end = match end {
            End::Column(_) => true,
            End::Length(length) => is_seconds(&self.finding.columns[*length]),
            End::Grain(_) | End::Unknown => false,
        };
        has_end && self.role(Role::Broadcast).or_else(|| self.role(Role::Title)).is_some()
    }

    pub(super) fn period(&self) -> String {
        let (zone, why) = self.zone();
        match &self.finding.when {
            When::Nowhere => "      period: path   # no column says when\n".to_owned(),
            When::Day { date, hour } => {
                let pattern = match &self.finding.columns[*date].kind {
                    Kind::Date(Some(pattern)) => pattern,
                    _ => "%Y-%m-%d",
                };
                let hour = hour.map(|hour| format!(", hour: {}", self.name(hour))).unwrap_or_default();
                let zone = if zone.is_empty() { ", timezone: UTC" } else { &zone };
                let (date, pattern) = (self.name(*date), quoted(pattern));
                format!("      # {why}\n      period: {{date: {date}, format: {pattern}{zone}{hour}}}\n")
            }
            When::Span { start, end } => {
                let mut text = format!("      # {why}\n");
                let end = match end {
                    End::Column(end) => format!("end: {}", self.instant(*end)),
                    End::Length(length) if is_seconds(&self.finding.columns[*length]) => {
                        format!("length: {}", self.name(*length))
                    }
                    End::Grain(seconds) => format!("grain: {}", span(*seconds)),
                    End::Length(_) | End::Unknown => {
                        text.push_str(
                            "      # How long a row is, the file does not say: one hour is a placeholder.\n",
                        );
                        "grain: 1h".to_owned()
                    }
                };
                let _ = writeln!(text, "      period: {{start: {}, {end}}}", self.instant(*start));
                text
            }
        }
    }
}
