//! The turns of today: those that are on air at some time of the team's own day.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};

use super::markets;
use crate::cli::screen::Screen;
use crate::cli::{Failure, Grid};
use coverledger_config::{Experiment, PlannedTurn, Workspace};
use coverledger_core::time::Zone;

/// Prints them for each market, in order of time, by both clocks.
pub(super) fn print(
    workspace: &Workspace,
    experiment: &Experiment,
    now: Timestamp,
    out: &mut Screen<'_>,
) -> Result<(), Failure> {
    let home = &workspace.settings.home_timezone;
    let today = home.local(now).date();
    for (id, market) in markets(workspace, experiment) {
        let zone = &market.day.zone;
        writeln!(out, "{id}, {today} by the clock of {}", home.name())?;
        let slots: Vec<&str> = market.slots.names().collect();
        let mut grid = Grid::new([home.name(), zone.name(), "slot", "cover", ""], 5);
        let turns = experiment.rotation().map_or(&[][..], |rotation| rotation.schedule.turns(id));
        let of_today = turns.iter().filter(|turn| is_of(turn, today, home));
        let mut rows = 0;
        let mut before: Option<&PlannedTurn> = None;
        for turn in of_today.filter(|turn| turn.local_date <= experiment.last_date()) {
            let keeps = before.is_some_and(|one| one.ends_at == turn.starts_at && one.cover == turn.cover);
            let is_on_air = turn.starts_at <= now && now < turn.ends_at;
            let burn_in = (turn.settles_at.as_second() - turn.starts_at.as_second()) / 60;
            let notes = [
                is_on_air.then(|| "on air now".to_owned()),
                keeps.then(|| "stays".to_owned()),
                (burn_in > 0).then(|| format!("burn-in {burn_in}m")),
            ];
            grid.add_row([
                span(turn, home, today),
                span(turn, zone, turn.local_date),
                slots.get(turn.slot).copied().unwrap_or_default().to_owned(),
                experiment.covers[turn.cover].clone(),
                notes.into_iter().flatten().collect::<Vec<_>>().join(", "),
            ]);
            before = Some(turn);
            rows += 1;
        }
        if rows > 0 {
            out.page(&grid)?;
        } else {
            writeln!(
                out,
                "  no turn: the test runs from {} to {} there",
                experiment.from,
                experiment.last_date()
            )?;
        }
    }
    Ok(())
}

/// Whether it is on air at any time of that day.
pub(super) fn is_of(turn: &PlannedTurn, day: Date, zone: &Zone) -> bool {
    let last = turn.ends_at.checked_sub(jiff::SignedDuration::from_nanos(1)).unwrap_or(turn.ends_at);
    (zone.local(turn.starts_at).date()..=zone.local(last).date()).contains(&day)
}

/// `20:00–20:30`; with the date where it is another.
fn span(turn: &PlannedTurn, zone: &Zone, day: Date) -> String {
    let time = |at: DateTime| {
        let form = if at.date() == day { "%H:%M" } else { "%m-%d %H:%M" };
        at.strftime(form).to_string()
    };
    format!("{}–{}", time(zone.local(turn.starts_at)), zone.local(turn.ends_at).strftime("%H:%M"))
}
