//! `coverledger retire`

use std::collections::BTreeMap;

use futures::{StreamExt, stream};

use super::args::{Global, Retire};
use super::screen::Screen;
use super::{Failure, exit, load};
use crate::run::{error_text, unit_lacks};
use crate::stores;
use coverledger_archive::{PublishError, Retired, Stamp, Unit};
use coverledger_config::Workspace;
use coverledger_core::time::Clock;
use coverledger_store::sha256_hex;

/// Removes from the current paths what is no longer configured.
pub async fn run(args: &Retire, global: &Global, out: &mut Screen<'_>) -> Result<u8, Failure> {
    let workspace = load(global)?;
    let archive = if args.dry_run {
        stores::archive_for_reading(&workspace.settings)?
    } else {
        stores::archive_for_writing(&workspace.settings).await?
    };
    let units = archive.units(|unit| is_meant(args, unit)).await?;
    let units = retirable(args, &workspace, units)?;
    if args.dry_run {
        let told: Vec<Unit> = units.into_iter().filter(|(_, is_told)| *is_told).map(|(unit, _)| unit).collect();
        for (what, count) in counted(&told) {
            writeln!(out, "would retire {count} of {what}")?;
        }
        return Ok(exit::DONE);
    }
    let now = Clock::System.now();
    let mut run_id = sha256_hex(format!("retire\n{args:?}\n{now}").as_bytes());
    run_id.truncate(16);
    let stamp = Stamp { run_id, now, clock: Clock::System };
    let (archive_to_change, by) = (&archive, &stamp);
    let ends = units.iter().map(|(unit, _)| async move { (unit, archive_to_change.retire(unit, by).await) });
    let ends: Vec<_> = stream::iter(ends).buffered(archive.store().requests()).collect().await;
    let mut retired = Vec::new();
    let mut code = exit::DONE;
    for (unit, end) in ends {
        match end {
            Ok(Retired::Now) => retired.push(unit.clone()),
            Ok(Retired::Before | Retired::NeverPublished) => {}
            Err(error) => {
                let is_open = !matches!(error, PublishError::Archive(_));
                code = code.max(if is_open { exit::CONFLICT } else { exit::UNEXPECTED });
                writeln!(out, "not retired: {unit}: {}", error_text(&error))?;
            }
        }
    }
    archive.close().await;
    for (what, count) in counted(&retired) {
        writeln!(out, "retired {count} of {what}")?;
    }
    if retired.is_empty() && code == exit::DONE {
        writeln!(out, "all of it was retired before")?;
    }
    writeln!(out, "receipts and revisions stay; `coverledger snapshot` still answers for the past")?;
    Ok(code)
}

/// Whether the command line selects it.
fn is_meant(args: &Retire, unit: &Unit) -> bool {
    let (platform, market) = match unit {
        Unit::MarketDay(day) => (&day.platform, Some(&day.market)),
        Unit::Decisions { platform, market, .. }
        | Unit::CoverMonth { platform, market, .. }
        | Unit::Viewers { platform, market, .. } => (platform, Some(market)),
        Unit::Rejects { platform, .. } => (platform, None),
        Unit::Experiment { .. } | Unit::Catalogue | Unit::Library { .. } | Unit::Brief { .. } => return false,
    };
    let is_platform = args.platform.as_ref().is_none_or(|name| platform.as_str() == name);
    let is_market = args.market.as_ref().is_none_or(|name| market.is_some_and(|market| market.as_str() == name));
    is_platform && is_market
}

/// The units that are no longer configured. Units that were retired before are checked again, because a kill may have left
/// something. Decisions come first: as long as a market-day is visible, everything else can be found again.
fn retirable(
    args: &Retire,
    workspace: &Workspace,
    units: BTreeMap<Unit, bool>,
) -> Result<Vec<(Unit, bool)>, Failure> {
    let asked = [("market", &args.market), ("platform", &args.platform)];
    let asked = asked.into_iter().filter_map(|(what, name)| Some(format!("{what} `{}`", name.as_ref()?)));
    let asked = asked.collect::<Vec<_>>().join(" and ");
    if units.is_empty() {
        return Err(Failure::usage(format!(
            "nothing of {asked} was ever published (`coverledger status` names what is published and not configured)"
        )));
    }
    let (mut unknown, known): (Vec<_>, Vec<_>) =
        units.into_iter().partition(|(unit, _)| unit_lacks(workspace, unit).is_some());
    if let ([], Some((unit, _))) = (unknown.as_slice(), known.first()) {
        return Err(Failure::usage(format!(
            "all of {asked} is configured, such as {unit}, and the next run would publish it again (take it out of `markets.yaml`, \
             or its platform out of `platforms/`, first)"
        )));
    }
    unknown.sort_by_key(|(unit, _)| matches!(unit, Unit::MarketDay(_)));
    Ok(unknown)
}

/// How many market-days, decisions and dates of exports, by platform and market.
fn counted(units: &[Unit]) -> BTreeMap<String, String> {
    let mut counts: BTreeMap<String, BTreeMap<&str, usize>> = BTreeMap::new();
    for unit in units {
        let (of, what) = match unit {
            Unit::MarketDay(day) => (format!("{}/{}", day.platform, day.market), "market-days"),
            Unit::Decisions { platform, market, .. } => (format!("{platform}/{market}"), "decisions"),
            Unit::Rejects { platform, .. } => (platform.to_string(), "dates of exports"),
            Unit::Experiment { experiment, .. } => (experiment.clone(), "experiments"),
            Unit::CoverMonth { platform, market, .. } => (format!("{platform}/{market}"), "months of covers"),
            Unit::Viewers { platform, market, .. } => (format!("{platform}/{market}"), "dates of viewers"),
            Unit::Catalogue | Unit::Library { .. } => (unit.to_string(), "library"),
            Unit::Brief { .. } => (unit.to_string(), "briefs"),
        };
        *counts.entry(of).or_default().entry(what).or_default() += 1;
    }
    let told = |counts: BTreeMap<&str, usize>| {
        let words = counts.into_iter().rev().map(|(what, count)| format!("{count} {what}"));
        words.collect::<Vec<_>>().join(" and ")
    };
    counts.into_iter().map(|(of, counts)| (of, told(counts))).collect()
}
