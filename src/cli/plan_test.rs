//! `coverledger plan-test`

mod csv;
mod ics;
mod outlook;
mod places;
mod record;
mod rows;
mod today;

use std::path::Path;

use jiff::Timestamp;

use super::args::{Global, PlanTest};
use super::rows::Destination;
use super::run::clock;
use super::screen::Screen;
use super::{Failure, exit, load};
use crate::run;
use crate::stores;
use coverledger_archive::BoxError;
use coverledger_config::{Experiment, Market, Rotation, Workspace, among};
use coverledger_core::model::{MarketId, PlatformId};
use coverledger_report::{carry_over, noise, power};
use csv::csv;
use ics::ics;
use outlook::Outlook;
pub use places::{PlaceOutlook, places, unit_of};
use record::record;

/// Prints the schedule of a rotation by the clock of each market, and how large an effect the experiment could find, judging
/// by what was published so far.
pub async fn run(args: &PlanTest, global: &Global, out: &mut Screen<'_>) -> Result<u8, Failure> {
    let destination = Destination::of(&args.form, out)?;
    if destination.is_none() && args.part.is_some() {
        return Err(Failure::usage("`--part` is for `--output json`, `csv` or `xlsx`: people read both parts"));
    }
    if destination.is_some() && (args.write || args.csv.is_some() || args.ics.is_some()) {
        let hint = "run the command twice";
        return Err(Failure::usage(format!("`--write`, `--csv` and `--ics` are not for `--output` ({hint})")));
    }
    let workspace = load(global)?;
    let name = &args.experiment;
    let Some(experiment) = workspace.experiments.get(name) else {
        let known = among("known", workspace.experiments.keys().map(String::as_str), name);
        return Err(Failure::usage(format!("unknown experiment `{name}` ({known})")));
    };
    if let Some(destination) = destination {
        rows::write(args, &workspace, experiment, clock(args.at).now(), destination, out).await?;
        return Ok(exit::DONE);
    }
    match experiment.rotation() {
        None if args.write || args.today || args.csv.is_some() || args.ics.is_some() => {
            let why = "is a split: the platform decides who sees which cover, and there is no schedule";
            return Err(Failure::usage(format!("`{name}` {why}")));
        }
        None => {}
        Some(_) if args.today => {
            today::print(&workspace, experiment, clock(args.at).now(), out)?;
            return Ok(exit::DONE);
        }
        Some(rotation) => {
            print(&workspace, experiment, rotation, out)?;
            let sha256 = rotation.schedule.sha256(&experiment.covers);
            writeln!(out, "sha256: {sha256}")?;
            if let Some(file) = &args.csv {
                write(file, csv(&workspace, experiment, rotation), out)?;
            }
            if let Some(file) = &args.ics {
                write(file, ics(&workspace, name, experiment), out)?;
            }
            if args.write {
                let file = global.config.join("experiments").join(format!("{name}.yaml"));
                let is_new = record(&file, &sha256, || load(global).map(drop))?;
                let did = if is_new { "recorded in" } else { "already recorded in" };
                writeln!(out, "{did} {}", file.display())?;
            }
        }
    }
    print_power(&workspace, experiment, clock(args.at).now(), out).await?;
    Ok(exit::DONE)
}

fn write(file: &Path, text: String, out: &mut Screen<'_>) -> Result<(), Failure> {
    std::fs::write(file, text)
        .map_err(|error| Failure::usage(format!("cannot write `{}`: {error}", file.display())))?;
    Ok(writeln!(out, "written to {}", file.display())?)
}

fn markets<'w>(
    workspace: &'w Workspace,
    experiment: &'w Experiment,
) -> impl Iterator<Item = (&'w MarketId, &'w Market)> {
    experiment.markets.iter().filter_map(|id| Some((id, workspace.markets.get(id)?)))
}

fn print(
    workspace: &Workspace,
    experiment: &Experiment,
    rotation: &Rotation,
    out: &mut Screen<'_>,
) -> Result<(), Failure> {
    for (id, market) in markets(workspace, experiment) {
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
    Ok(())
}

/// If the effect cannot be estimated, the reason is printed; the schedule is printed anyway.
async fn print_power(
    workspace: &Workspace,
    experiment: &Experiment,
    now: Timestamp,
    out: &mut Screen<'_>,
) -> Result<(), Failure> {
    writeln!(out, "What it would find, judging by what was published so far:")?;
    for platform in &experiment.platforms {
        for market in &experiment.markets {
            let said = match judged(workspace, experiment, platform, market, now).await {
                Ok(outlook) => outlook.said(experiment),
                Err(error) => vec![format!("not known: {}", run::error_text(&*error))],
            };
            let [first, more @ ..] = said.as_slice() else { continue };
            writeln!(out, "  {platform}/{market}: {first}")?;
            for line in more {
                writeln!(out, "    {line}")?;
            }
        }
    }
    Ok(())
}

async fn judged(
    workspace: &Workspace,
    experiment: &Experiment,
    platform: &PlatformId,
    market: &MarketId,
    now: Timestamp,
) -> Result<Outlook, BoxError> {
    let archive = stores::archive_for_planning(&workspace.settings)?;
    let today = now.to_zoned(jiff::tz::TimeZone::UTC).date();
    let mut earlier = Vec::new();
    let mut last_noise = None;
    if experiment.rotation().is_some() {
        for (name, ended) in run::ended_rotations(workspace, platform, market, today) {
            let Some(evidence) = run::turns_of(workspace, &archive, platform, market, ended).await? else {
                continue;
            };
            let turns = ended.rotation().map_or(&[][..], |rotation| rotation.schedule.turns(market));
            last_noise = noise(&evidence, ended, turns).or(last_noise);
            earlier.extend(carry_over(&evidence, ended, turns).map(|carry_over| (name.to_owned(), carry_over)));
        }
    }
    let evidence = run::history(workspace, &archive, platform, market, today).await?;
    let turns = experiment.rotation().map_or(&[][..], |rotation| rotation.schedule.turns(market));
    let power = evidence.and_then(|evidence| power(&evidence, experiment, turns, last_noise));
    Ok(Outlook { power, earlier })
}
