//! `coverledger plan-test`

use std::io::Write;

use super::args::{Global, PlanTest};
use super::{Failure, exit, load};

/// Prints the schedule of a rotation by the clock of each market, for whoever puts covers on air.
pub fn run(args: &PlanTest, global: &Global, out: &mut impl Write) -> Result<u8, Failure> {
    let workspace = load(global)?;
    let name = &args.experiment;
    let Some(experiment) = workspace.experiments.get(name) else {
        let known: Vec<&str> = workspace.experiments.keys().map(String::as_str).collect();
        let known =
            if known.is_empty() { "there are none".to_owned() } else { format!("known: {}", known.join(", ")) };
        return Err(Failure::usage(format!("unknown experiment `{name}` ({known})")));
    };
    let Some(rotation) = experiment.rotation() else {
        return Err(Failure::usage(format!("`{name}` is a split: the platform decides who sees which cover")));
    };
    for id in &experiment.markets {
        let Some(market) = workspace.markets.get(id) else { continue };
        let zone = &market.day.zone;
        writeln!(out, "{id}, by the clock of {}", zone.name())?;
        let slots: Vec<&str> = market.slots.names().collect();
        for turn in rotation.schedule.turns(id) {
            let (starts, ends) = (zone.local(turn.starts_at), zone.local(turn.ends_at));
            let burn_in = (turn.settles_at.as_second() - turn.starts_at.as_second()) / 60;
            let burn_in = if burn_in > 0 { format!("  (burn-in {burn_in}m)") } else { String::new() };
            let slot = slots.get(turn.slot).copied().unwrap_or_default();
            let cover = &experiment.covers[turn.cover];
            let clock = |at: jiff::civil::DateTime| at.strftime("%H:%M").to_string();
            let line = format!("{}  {}–{}  {slot}  {cover}{burn_in}", turn.local_date, clock(starts), clock(ends));
            writeln!(out, "  {line}")?;
        }
    }
    writeln!(out, "sha256: {}", rotation.schedule.sha256(&experiment.covers))?;
    Ok(exit::DONE)
}
