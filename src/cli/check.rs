//! `coverledger check`

use std::collections::BTreeMap;

use super::args::Global;
use super::screen::Screen;
use super::{Failure, environment, exit, load};
use crate::plan;
use crate::run::{self, Offline};
use crate::variables;
use coverledger_config::{
    Assignment, Brief, Channel, ChannelKind, Experiment, Job, Library, Names, Platform, Rows, Workspace,
};
use coverledger_core::model::{MarketId, PlatformId};

const DAY_SECONDS: u64 = 86_400;

/// Checks the configuration and prints a summary of it.
pub fn run(global: &Global, out: &mut Screen<'_>) -> Result<u8, Failure> {
    let workspace = load(global)?;
    let names = |names: Vec<String>| names.join(", ");
    let platforms = names(workspace.platforms.keys().map(ToString::to_string).collect());
    let markets = names(workspace.markets.keys().map(ToString::to_string).collect());
    writeln!(out, "configuration is sound")?;
    writeln!(out, "  platforms: {platforms}")?;
    writeln!(out, "  markets:   {markets}")?;
    for (name, job) in &workspace.jobs {
        let when = job.schedule.as_ref().map_or_else(
            || "by hand only".to_owned(),
            |schedule| format!("`{}` on the clock of {}", schedule.cron, schedule.timezone),
        );
        let reach = job.platforms.len() * job.markets.len() * usize::from(job.lookback_days);
        writeln!(out, "  job {name}: {when}, looks at {reach} market-days")?;
    }
    for (name, experiment) in &workspace.experiments {
        let (design, covers) = (experiment.design_word(), experiment.covers.len());
        writeln!(
            out,
            "  experiment {name}: {design} of {covers} covers, {} to {}{}",
            experiment.from,
            experiment.to,
            experiment.stopped.map(|day| format!(", stopped on {day}")).unwrap_or_default()
        )?;
    }
    for (name, channel) in &workspace.channels {
        writeln!(out, "  channel {name}: {}", described(channel))?;
    }
    let library = run::offline(&workspace);
    if let (Some(library), Some(found)) = (&workspace.library, &library) {
        writeln!(out, "  library:   {}", shelf(library, found))?;
    }
    if let Some(brief) = &workspace.brief {
        let leads = brief.public_url.as_ref().map_or("nowhere", |url| url.as_str());
        writeln!(out, "  brief:     {} names, messages lead to {leads}", named(brief))?;
    }
    for warning in &workspace.warnings {
        let file = warning.file.display();
        writeln!(out, "warning: `{file}`, {warning}")?;
    }
    for warning in library.iter().flat_map(|found| &found.warnings) {
        writeln!(out, "warning: library: {warning}")?;
    }
    for warning in workspace.channels.iter().filter_map(|(name, channel)| unusable(name, channel)) {
        writeln!(out, "warning: {warning}")?;
    }
    if let Err(reason) = variables::with_viewer_groups_key(workspace.clone()) {
        writeln!(out, "warning: viewer groups: {reason} (must be set where runs start)")?;
    }
    if let Err(reason) = variables::with_returning_key(workspace.clone()) {
        writeln!(out, "warning: returning viewers: {reason} (must be set where runs start)")?;
    }
    for warning in workspace.experiments.iter().flat_map(|(name, one)| without_viewers(&workspace, name, one)) {
        writeln!(out, "warning: {warning}")?;
    }
    for warning in workspace.platforms.iter().flat_map(|(name, platform)| undated(name, platform)) {
        writeln!(out, "warning: {warning}")?;
    }
    for warning in workspace.jobs.iter().flat_map(|(name, job)| never_final(&workspace, name, job)) {
        writeln!(out, "warning: {warning}")?;
    }
    Ok(exit::DONE)
}

/// How many things have a name of their own.
fn named(brief: &Brief) -> usize {
    let Names { markets, platforms, slots, audiences, cities } = &brief.names;
    [markets, platforms, slots, audiences, cities].into_iter().map(BTreeMap::len).sum()
}

/// The library of covers in words.
fn shelf(library: &Library, found: &Offline) -> String {
    let text = if library.text_model.is_some() { "text by its model" } else { "no model of text" };
    let faces = if library.faces { "faces" } else { "no faces" };
    let declared = found.declared.map(|covers| format!(", {covers} covers in its sheet")).unwrap_or_default();
    format!("pictures measured nightly, {text}, {faces}{declared}")
}

/// A channel in words, with the environment variables it needs.
fn described(channel: &Channel) -> String {
    let kind = match channel.kind {
        ChannelKind::Webhook => "webhook",
        ChannelKind::Slack => "slack",
        ChannelKind::Feishu => "feishu",
        ChannelKind::DingTalk => "dingtalk",
    };
    let topics = channel.tell.iter().map(|topic| topic.word());
    let topics = topics.collect::<Vec<_>>().join(", ");
    let secret = channel.secret_env.as_ref().map(|name| format!(" and signed with `{name}`")).unwrap_or_default();
    format!("{kind}, tells {topics}; its URL is in `{}`{secret}", channel.url_env)
}

/// Why a channel could not be used in this environment. Runs may be started in another environment, so this is only a
/// warning.
fn unusable(name: &str, channel: &Channel) -> Option<String> {
    let reason = environment::resolve(name, channel).err()?;
    Some(format!("channel `{name}`: {reason} (must be set where runs start)"))
}

/// Warnings about experiments that are about viewers where no export names one: of splits that assign them nothing says what
/// returning viewers do, and where revisits are guarded nobody is known to come back.
fn without_viewers<'w>(
    workspace: &'w Workspace,
    name: &'w str,
    experiment: &'w Experiment,
) -> impl Iterator<Item = String> + 'w {
    let by_viewer = experiment.assignment() == Some(Assignment::Viewer);
    let guards_revisits = experiment.guardrails.revisits.is_some();
    let platforms = experiment.platforms.iter().filter(move |_| by_viewer || guards_revisits);
    platforms.filter_map(move |id| {
        let platform = workspace.platforms.get(id)?;
        let without: Vec<&str> = experiment
            .markets
            .iter()
            .filter(|market| !platform.names_viewers(market))
            .map(MarketId::as_str)
            .collect();
        let markets = without.join(", ");
        let assigns = by_viewer.then(|| {
            format!(
                "experiment `{name}`: it assigns viewers, and no export of `{id}` gives viewer ids in {markets}: what \
                 returning viewers do cannot be told, and no winner is named there (map `viewer_id`, or say \
                 `assignment: broadcast` if viewers are drawn anew in every broadcast)"
            )
        });
        let guards = guards_revisits.then(|| {
            format!(
                "experiment `{name}`: it guards `revisits`, and no export of `{id}` gives viewer ids in {markets}: nobody is \
                 known to come back, and no winner is named there (map `viewer_id`, or take `revisits` out)"
            )
        });
        let warnings = [assigns, guards].into_iter().flatten();
        (!without.is_empty()).then(|| warnings.collect::<Vec<_>>())
    })
    .flatten()
}

/// Warnings about exports without a date in their path. A cover log never has one.
fn undated<'w>(name: &'w PlatformId, platform: &'w Platform) -> impl Iterator<Item = String> + 'w {
    let exports = platform.exports.iter().filter(|export| !export.path.is_dated());
    exports.filter(|export| !matches!(export.rows, Rows::Covers(_))).map(move |export| {
        format!(
            "platform `{name}`, export `{}`: its `path` (`{}`) names no date: each new object makes every market-day of the look-back due again and is read for all of them, a day that no record reaches into waits, and the first and the last day of the records stay provisional (give the path a `{{date:…}}` if the platform's paths have one; `{{start:…}}` and `{{end:…}}` say which period an object covers)",
            export.name, export.path.text
        )
    })
}

/// Warnings about platforms whose days leave the look-back of a job before they are final: a job that runs once a day
/// needs one day more than the settle time.
fn never_final<'w>(workspace: &'w Workspace, name: &'w str, job: &'w Job) -> impl Iterator<Item = String> + 'w {
    job.platforms.iter().filter_map(move |id| {
        let platform = workspace.platforms.get(id)?;
        let markets = job.markets.iter().filter_map(|id| Some((id, workspace.markets.get(id)?)));
        let settle_seconds = markets.map(|(id, market)| plan::settles_after_seconds(platform, id, market)).max()?;
        let settle_seconds = settle_seconds.unsigned_abs();
        let needed = settle_seconds.div_ceil(DAY_SECONDS) + 1;
        let given = u64::from(job.lookback_days);
        (given < needed).then(|| {
            format!(
                "job `{name}` looks back {given} days, and the exports of `{id}` settle up to {} hours after a day's end (`settle`, and the days of files that a market-day also reads): its market-days leave the look-back while they are provisional, and stay so (give `lookback_days: {needed}` or more)",
                settle_seconds / 3600
            )
        })
    })
}
