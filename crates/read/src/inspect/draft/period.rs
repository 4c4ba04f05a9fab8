//! The period of a draft, its zone, and the questions that remain about it.

use std::fmt::Write;

use super::counts::is_seconds;
use super::folders::ASKED;
use super::{Draft, Section, one_line, quoted};
use crate::export::PeekFormat;
use crate::inspect::clock;
use crate::inspect::column_kind::{ColumnKind, InstantWay};
use crate::inspect::interval_columns::{IntervalColumns, IntervalEnd};
use crate::inspect::report::span;
use crate::inspect::role::Role;
use crate::inspect::zone::{MORE_THAN_AUDIENCE, ZoneVerdict};

/// No stretch that is read off the steps between rows is longer: hourly rows at the most. Steps of a day may be
/// broadcasts that begin at the same hour.
const LONGEST_GRAIN: i64 = 3_600;

/// What may be written for a zone.
const ANSWERS: &str = "(`market`: the clock of each row's market; or a zone such as `Asia/Shanghai`)";

/// What a draft writes for the clock of its times.
struct Zone {
    /// ` timezone: …` with a comma before it, or nothing.
    key: String,
    /// What speaks for it.
    why: String,
    is_sure: bool,
}

impl Draft<'_> {
    fn zone(&self) -> Zone {
        match &self.finding.clock {
            ZoneVerdict::Certain { why } => Zone { key: String::new(), why: format!("UTC: {why}"), is_sure: true },
            ZoneVerdict::Documented { zone, why } => {
                Zone { key: format!(", timezone: {zone}"), why: (*why).to_owned(), is_sure: true }
            }
            ZoneVerdict::Probably { candidates, .. } => {
                let first = &candidates[0];
                let why = first.evidence.join("; ");
                if let Some(zone) = &first.sure {
                    return Zone { key: format!(", timezone: {zone}"), why, is_sure: true };
                }
                let is_guess = first.score < MORE_THAN_AUDIENCE;
                let perhaps = if is_guess { "perhaps" } else { "probably" };
                let why = format!("the file does not say it; {perhaps} {}: {why}", first.zones.join(" or "));
                let zone = if is_guess { ASKED } else { first.zones[0].as_str() };
                Zone { key: format!(", timezone: {zone}"), why: format!("{why} {ANSWERS}"), is_sure: false }
            }
            ZoneVerdict::Unknown { .. } | ZoneVerdict::None => {
                let why = format!("nothing in the file says it; ask the platform {ANSWERS}");
                Zone { key: format!(", timezone: {ASKED}"), why, is_sure: false }
            }
        }
    }

    pub(super) fn instant(&self, column: usize, zone: &str) -> String {
        let name = self.name(column);
        match &self.column(column).kind {
            ColumnKind::Instant(InstantWay::Rfc3339) => format!("{{column: {name}, format: rfc3339}}"),
            ColumnKind::Instant(InstantWay::Pattern(pattern)) => {
                format!("{{column: {name}, format: {}}}", quoted(pattern))
            }
            ColumnKind::Instant(InstantWay::Seconds) => format!("{{column: {name}, format: epoch_s}}"),
            ColumnKind::Instant(InstantWay::Millis) => format!("{{column: {name}, format: epoch_ms}}"),
            ColumnKind::Instant(InstantWay::Micros) => format!("{{column: {name}, format: epoch_us}}"),
            ColumnKind::Instant(InstantWay::Native) => format!("{{column: {name}, format: native}}"),
            ColumnKind::Wall(Some(pattern)) => format!("{{column: {name}, format: {}{zone}}}", quoted(pattern)),
            _ if matches!(self.peek.format, PeekFormat::Xlsx | PeekFormat::Parquet) => {
                format!("{{column: {name}, format: native{zone}}}")
            }
            _ => format!("{{column: {name}, format: {}{zone}}}", quoted("%Y-%m-%d %H:%M:%S")),
        }
    }

    /// An instant in one column, or with its time of day in another.
    fn instant_of(&self, column: usize, time: Option<usize>, zone: &str) -> String {
        let Some(time) = time else { return self.instant(column, zone) };
        let of_day = match &self.column(time).kind {
            ColumnKind::Clock(pattern) => pattern,
            _ if self.column(time).sample.ends_with(['m', 'M']) => "%I:%M %p",
            _ if self.column(time).sample.matches(':').count() > 1 => "%H:%M:%S",
            _ => "%H:%M",
        };
        let format = match &self.column(column).kind {
            ColumnKind::Date(Some(date)) => quoted(&format!("{date} {of_day}")),
            _ => "native".to_owned(),
        };
        format!("{{column: {}, time: {}, format: {format}{zone}}}", self.name(column), self.name(time))
    }

    /// Whether rows say of which broadcast they are, when they begin, and when they end or how long they are.
    pub(super) fn has_sessions(&self) -> bool {
        let IntervalColumns::Span { end: IntervalEnd::Column(_) | IntervalEnd::Length(_), .. } =
            &self.finding.when
        else {
            return false;
        };
        self.role(Role::Broadcast).or_else(|| self.role(Role::Title)).is_some()
    }

    /// `period` of rows of counts.
    pub(super) fn period(&self) -> Section {
        match self.finding.when.clone() {
            IntervalColumns::Nowhere => self.in_path(),
            IntervalColumns::Day { date, hour } => self.day(date, hour),
            IntervalColumns::Span { start, time, end } => self.span(start, time, end),
        }
    }

    /// No column says it: the path has to, once somebody says by whose clock.
    fn in_path(&self) -> Section {
        let mut text = "      # DECIDE: which day the rows are of. No column says it.\n".to_owned();
        for column in self.finding.columns.iter().filter(|column| column.role == Some(Role::Published)) {
            let _ = writeln!(
                text,
                "      # `{}` says when something was published or made, not when it was seen.",
                one_line(&column.name)
            );
        }
        for line in self.finding.preamble.iter().filter(|line| has_date(line)).take(2) {
            let _ = writeln!(text, "      # Above its header the file says `{}`.", one_line(line));
        }
        let _ = writeln!(
            text,
            "      # Put the day into the path of every file, as `path` has it above, and take away the `#` here and before `day`,\n      \
             # with the zone by whose midnight the platform counts its days:\n      \
             # period: {{from: path, timezone: {}}}",
            self.likely_zone()
        );
        let question = "which day its rows are of, and by whose clock: no column says it (`day` and `columns.period`; the path names the day)";
        Section { text, question: Some(question.to_owned()) }
    }

    fn day(&self, date: usize, hour: Option<usize>) -> Section {
        let zone = self.zone();
        let name = one_line(&self.column(date).name);
        let mut why = Vec::new();
        if self.column(date).role != Some(Role::Date) {
            why.push(format!("whether `{name}` is the day of the counts: its name does not say so"));
        }
        why.extend(self.order_of_days(date));
        if !zone.is_sure {
            why.push(format!("whose day `{name}` is: {}", zone.why));
        }
        for unused in clock::unused(&self.finding.when, &self.finding.columns) {
            let column = self.column(unused);
            why.push(format!(
                "what `{}`, such as `{}`, says of a row's hours: a whole day leaves it out (`hour: …` for an hour from 0 to 23 that begins then; `start: {{column: …, time: …}}` with `end`, `length` or `grain`)",
                one_line(&column.name),
                one_line(&column.sample)
            ));
        }
        let pattern = match &self.column(date).kind {
            ColumnKind::Date(Some(pattern)) => pattern,
            _ => "%Y-%m-%d",
        };
        let hour = hour.map(|hour| format!(", hour: {}", self.name(hour))).unwrap_or_default();
        let key = if zone.key.is_empty() { ", timezone: UTC" } else { &zone.key };
        let line = format!("period: {{date: {}, format: {}{key}{hour}}}", self.name(date), quoted(pattern));
        settled(&line, "columns.period", &zone, &why)
    }

    fn span(&self, start: usize, time: Option<usize>, end: IntervalEnd) -> Section {
        let zone = self.zone();
        let name = one_line(&self.column(start).name);
        let mut why = Vec::new();
        let is_hourly = matches!(end, IntervalEnd::Grain(3_600));
        match self.column(start).role {
            Some(Role::Start) => {}
            Some(Role::Date | Role::Hour) if is_hourly || time.is_some() => {}
            _ => why.push(format!("whether `{name}` is when a row begins: its name does not say so")),
        }
        why.extend(self.order_of_days(start));
        if self.column(start).kind == ColumnKind::Instant(InstantWay::Serial) {
            why.push(format!(
                "how `{name}` is to be read: it has days since 1900 as bare numbers; export it as text"
            ));
        }
        if !zone.is_sure {
            why.push(format!("whose clock `{name}` is on: {}", zone.why));
        }
        let end = match end {
            // One before its start is of the next day.
            IntervalEnd::Column(end) if time.is_some() => {
                format!("end: {}", self.instant_of(start, Some(end), &zone.key))
            }
            IntervalEnd::Column(end) => format!("end: {}", self.instant(end, &zone.key)),
            IntervalEnd::Length(length) => {
                why.extend(self.length_in_doubt(length));
                format!("length: {}", self.name(length))
            }
            IntervalEnd::Grain(seconds) => {
                if seconds > LONGEST_GRAIN || seconds > 600 && self.is_a_row_each() {
                    why.push(format!(
                        "how long a row is: they are {} apart, and nothing says more",
                        span(seconds)
                    ));
                }
                format!("grain: {}", span(seconds))
            }
            IntervalEnd::Unknown => {
                why.push("how long a row is: nothing says it (`end`, `length`, or a `grain` for all)".to_owned());
                "grain: 1h".to_owned()
            }
        };
        let line = format!("period: {{start: {}, {end}}}", self.instant_of(start, time, &zone.key));
        settled(&line, "columns.period", &zone, &why)
    }

    /// `occurred_at` of rows that are one display each.
    pub(super) fn occurred_at(&self) -> Section {
        let IntervalColumns::Span { start, time, .. } = self.finding.when else { return self.in_path() };
        let zone = self.zone();
        let name = one_line(&self.column(start).name);
        let mut why: Vec<String> = self.order_of_days(start).into_iter().collect();
        if !zone.is_sure {
            // A single display is not read on the clock of its market.
            let said = zone.why.replace(ANSWERS, "(a zone such as `Asia/Shanghai`)");
            why.push(format!("whose clock `{name}` is on: {said}"));
        }
        settled(
            &format!("occurred_at: {}", self.instant_of(start, time, &zone.key)),
            "columns.occurred_at",
            &zone,
            &why,
        )
    }

    pub(super) fn order_of_days(&self, column: usize) -> Option<String> {
        let column = self.column(column);
        let (ColumnKind::Date(Some(pattern)) | ColumnKind::Wall(Some(pattern))) = &column.kind else {
            return None;
        };
        let name = one_line(&column.name);
        column
            .is_ambiguous
            .then(|| format!("whether the day or the month comes first in `{name}`: `{pattern}` is a guess"))
    }

    /// `01:30` is an hour and a half, or a minute and a half.
    fn length_in_doubt(&self, length: usize) -> Option<String> {
        let column = self.column(length);
        let name = one_line(&column.name);
        let sample = one_line(&column.sample);
        if !is_seconds(column) {
            return Some(format!(
                "what `{name}` is counted in, such as `{sample}`: `length` reads seconds, or values that say their unit"
            ));
        }
        (sample.matches(':').count() == 1).then(|| {
            format!("whether `{sample}` in `{name}` is minutes and seconds, as it is read, or hours and minutes")
        })
    }
}

/// A line that stands there if nothing is to be decided about it, and is a comment otherwise.
fn settled(line: &str, key: &str, zone: &Zone, why: &[String]) -> Section {
    if why.is_empty() {
        return Section { text: format!("      # {}\n      {line}\n", one_line(&zone.why)), question: None };
    }
    let asked: Vec<String> = why.iter().map(|why| format!("      # DECIDE: {}", one_line(why))).collect();
    let asked = asked.join("\n");
    let text = format!("{asked}\n      # Then take away the `#`, with what is right:\n      # {line}\n");
    Section { text, question: Some(format!("{} (`{key}`)", why.join("; and "))) }
}

/// Whether a text has something like a date.
fn has_date(text: &str) -> bool {
    let digits = text.chars().filter(char::is_ascii_digit).count();
    digits >= 6 && (text.contains("20") || text.contains(['-', '/', '.', '年']))
}
