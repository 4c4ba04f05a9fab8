//! Evidence from clock changes: hours that a zone's clock skipped or showed twice, looked for among the rows.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::DateTime;

use super::interval_columns::wall;
use super::zone::Clues;
use coverledger_core::time::Zone;

/// What the rows show of a clock change.
pub(super) enum ClockChange {
    /// They did as the zone's clock, with how.
    For(String),
    /// They did otherwise, with how.
    Against(String),
    /// Nothing.
    Silent,
}

/// What the rows say about the hours that a zone's clock skipped or showed twice.
pub(super) fn seen(zone: &Zone, walls: &[DateTime], clues: &Clues<'_>) -> ClockChange {
    let (Some(first), Some(last)) = (walls.iter().min(), walls.iter().max()) else { return ClockChange::Silent };
    let (Some(from), Some(to)) = (zone.first_instant_at(*first), zone.first_instant_at(*last)) else {
        return ClockChange::Silent;
    };
    if zone.next_transition(from).is_none_or(|at| at >= to) {
        return ClockChange::Silent;
    }
    let hour_of = |wall: DateTime| wall.date().at(wall.hour(), 0, 0, 0);
    // How often an hour is there, for the group that has it most often.
    let mut seen: BTreeMap<DateTime, BTreeMap<&str, u32>> = BTreeMap::new();
    for (moment, group) in clues.moments.iter().zip(clues.group) {
        if let Some(wall) = moment.and_then(wall) {
            *seen.entry(hour_of(wall)).or_default().entry(group).or_default() += 1;
        }
    }
    let times = |hour: DateTime| seen.get(&hour).and_then(|groups| groups.values().max()).copied().unwrap_or(0);
    let next = |at: Timestamp| zone.next_transition(at).filter(|at| *at < to);
    let mut found = ClockChange::Silent;
    let mut transition = next(from);
    while let Some(at) = transition {
        let before = Timestamp::from_second(at.as_second() - 1).unwrap_or(at);
        let (old, new) = (zone.offset_seconds(before), zone.offset_seconds(at));
        let local = hour_of(zone.local(at));
        let hours = |hour: DateTime, by: i64| hour.checked_add(jiff::Span::new().hours(by)).unwrap_or(hour);
        if new - old == 3600 {
            let skipped = hours(local, -1);
            let around = (times(hours(skipped, -1)), times(local));
            let day = skipped.date();
            if times(skipped) > 0 {
                return ClockChange::Against(format!(
                    "its clock skipped {:02}:00 on {day}, and there are rows of it",
                    skipped.hour()
                ));
            }
            if around.0 > 0 && around.1 > 0 {
                let why = format!("the rows skip {:02}:00 on {day}, as its clock did", skipped.hour());
                found = ClockChange::For(why);
            }
        } else if old - new == 3600 {
            let day = local.date();
            let (once, twice) = (times(hours(local, -1)).max(times(hours(local, 1))), times(local));
            if once > 0 && twice >= once * 2 {
                found = ClockChange::For(format!(
                    "the rows have {:02}:00 twice on {day}, as its clock did",
                    local.hour()
                ));
            }
        }
        transition = next(at);
    }
    found
}
