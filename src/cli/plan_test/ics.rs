//! The switches of a rotation as a calendar (RFC 5545): one event for each time another cover goes on air.
//!
//! The same schedule gives the same bytes: nothing comes from the clock, and an event's id stays when the file is written anew,
//! so that a calendar that has subscribed to it moves events instead of doubling them.

use icalendar::{Alarm, Calendar, CalendarDateTime, Component, Event, EventLike, Property};
use jiff::Timestamp;

use super::markets;
use coverledger_config::{Experiment, Market, Stint, Workspace};
use coverledger_core::model::{MarketId, PlatformId, legible};

/// How long before a switch a calendar rings where `notifications.yaml` does not say it.
const USUAL_REMINDER_SECONDS: i64 = 600;

/// All switches in all markets, in order of time.
pub(super) fn ics(workspace: &Workspace, name: &str, experiment: &Experiment) -> String {
    let mut stints: Vec<(&MarketId, &Market, Stint)> = markets(workspace, experiment)
        .flat_map(|(id, market)| experiment.stints(id).into_iter().map(move |stint| (id, market, stint)))
        .collect();
    stints.sort_by(|one, other| (one.2.starts_at, one.0).cmp(&(other.2.starts_at, other.0)));
    let mut calendar = Calendar::empty();
    for (key, value) in [
        ("VERSION", "2.0"),
        ("PRODID", "-//coverledger//plan-test//EN"),
        ("CALSCALE", "GREGORIAN"),
        ("METHOD", "PUBLISH"),
    ] {
        calendar.append_property(Property::new(key, value));
    }
    calendar.append_property(Property::new("X-WR-CALNAME", format!("coverledger {}", legible(name))));
    // When the schedule begins: of its own time, it is the one instant that no later look changes.
    let stamp = stints.first().map(|(_, _, stint)| utc(stint.starts_at)).unwrap_or_default();
    let of = Written { workspace, name, experiment, stamp };
    for (id, market, stint) in stints {
        calendar.push(of.event(id, market, stint));
    }
    calendar.to_string()
}

/// What all events of a calendar have in common.
struct Written<'w> {
    workspace: &'w Workspace,
    name: &'w str,
    experiment: &'w Experiment,
    stamp: String,
}

impl Written<'_> {
    fn event(&self, id: &MarketId, market: &Market, stint: Stint) -> Event {
        let platforms: Vec<&str> = self.experiment.platforms.iter().map(PlatformId::as_str).collect();
        let cover = |index: usize| legible(&self.experiment.covers[index]).into_owned();
        let summary = format!("{id} · {}: {}", platforms.join(", "), cover(stint.cover));
        let uid = format!("{}.{id}.{}@coverledger", self.name, utc(stint.starts_at));
        let mut event = Event::new();
        event.uid(&uid);
        event.add_property("DTSTAMP", &self.stamp);
        event.add_property("DTSTART", utc(stint.starts_at));
        event.add_property("DTEND", utc(stint.ends_at));
        event.summary(&summary);
        event.description(&self.description(market, stint, stint.instead_of.map(cover)));
        // Nobody is busy because a cover is on air.
        event.add_property("TRANSP", "TRANSPARENT");
        if let Some(alarm) = self.alarm(&summary, &uid) {
            event.alarm(alarm);
        }
        event.done()
    }

    fn description(&self, market: &Market, stint: Stint, instead_of: Option<String>) -> String {
        let (zone, home) = (&market.day.zone, &self.workspace.settings.home_timezone);
        let slot = market.slots.names().nth(stint.slot).unwrap_or_default();
        let mut lines = vec![
            format!("test {}, slot {slot}", self.name),
            format!("{} to {}, {}", zone.local(stint.starts_at), zone.local(stint.ends_at), zone.name()),
            format!("{} to {}, {}", home.local(stint.starts_at), home.local(stint.ends_at), home.name()),
        ];
        lines.extend(instead_of.map(|cover| format!("instead of {cover}")));
        lines.join("\n")
    }

    fn alarm(&self, summary: &str, uid: &str) -> Option<Alarm> {
        let minutes = self.workspace.remind_seconds.unwrap_or(USUAL_REMINDER_SECONDS) / 60;
        // The crate builds one with a time of its own; one that follows its event takes its place.
        let mut alarm = Alarm::display(summary, self.stamp.parse::<CalendarDateTime>().ok()?);
        alarm.add_property("TRIGGER", format!("-PT{minutes}M"));
        // Else the crate gives it a random id and the time of now.
        alarm.add_property("UID", format!("alarm.{uid}"));
        alarm.add_property("DTSTAMP", &self.stamp);
        Some(alarm)
    }
}

/// `20261101T120000Z`
fn utc(at: Timestamp) -> String {
    at.strftime("%Y%m%dT%H%M%SZ").to_string()
}
