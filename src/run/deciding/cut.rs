//! The market-days of an experiment, cut as its design has to have them: by the turns of a rotation, or by the groups of
//! viewers of a split that assigns viewers. What was published before it was declared is not.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use polars::prelude::DataFrame;

use super::history::evidence_of;
use super::inputs::Inputs;
use coverledger_archive::{Archive, BoxError, PublishedTable, State, TableName};
use coverledger_config::{Experiment, ViewerGroups, Workspace};
use coverledger_report::{self as report, Evidence};

/// By what market-days of a place are cut.
#[derive(Clone, Copy)]
enum Cut<'w> {
    Whole,
    Turns,
    Groups(&'w ViewerGroups),
}

impl<'w> Cut<'w> {
    fn of(workspace: &'w Workspace, experiment: &Experiment, place: &Inputs) -> Self {
        if experiment.rotation().is_some() {
            return Self::Turns;
        }
        // Two experiments are never in one place at one time, so these are its own.
        let groups = workspace.viewer_groups(&place.platform, &place.market, experiment.from);
        groups.map_or(Self::Whole, Self::Groups)
    }

    const fn table(self) -> TableName {
        match self {
            Self::Whole => TableName::Funnel,
            Self::Turns => TableName::Turns,
            Self::Groups(_) => TableName::ViewerGroups,
        }
    }

    /// Whether a table of [`Self::table`] is cut by what the experiment has now.
    fn is_by(self, table: &DataFrame) -> bool {
        match self {
            Self::Whole | Self::Turns => true,
            Self::Groups(groups) => report::is_grouped_by(table, &groups.key_id),
        }
    }
}

/// What was read of a place.
pub(super) struct CutDays {
    /// `None` where there was nothing to count.
    pub(super) evidence: Option<Evidence>,
    /// Whether late exports may still change a day.
    pub(super) is_provisional: bool,
    /// Market-days with something in them that are not cut.
    pub(super) uncut: Vec<Date>,
    /// Market-days that have no tables any longer.
    pub(super) retired: BTreeSet<Date>,
}

/// Reads the market-days of a place, each from the table that has it cut.
///
/// # Errors
/// The archive does not answer, a table of it is none, or a receipt cannot be relied on: a decision stays made, so it is not
/// made without a day that was published.
pub(super) async fn read(
    workspace: &Workspace,
    archive: &Archive,
    experiment: &Experiment,
    place: &Inputs,
) -> Result<CutDays, BoxError> {
    let Inputs { platform, market, revisions, .. } = place;
    let cut = Cut::of(workspace, experiment, place);
    // What follows a test that was stopped is no part of it, and need not be cut.
    let (revisions, after) = parted(revisions, experiment.last_date());
    let mut days: Vec<(Date, DataFrame)> = Vec::new();
    let (mut is_provisional, mut uncut, mut with_tables) = (false, Vec::new(), after);
    for table in published(archive, place, &revisions, cut.table()).await? {
        let frame = report::frame(std::slice::from_ref(&table.bytes))?;
        with_tables.insert(table.local_date);
        if cut.is_by(&frame) {
            is_provisional |= table.state == State::Provisional;
            days.push((table.local_date, frame));
        }
    }
    if cut.table() != TableName::Funnel {
        let is_cut: BTreeSet<Date> = days.iter().map(|(date, _)| *date).collect();
        let mut rest = revisions;
        rest.retain(|date, _| !is_cut.contains(date));
        for table in published(archive, place, &rest, TableName::Funnel).await? {
            with_tables.insert(table.local_date);
            let frame = report::frame(std::slice::from_ref(&table.bytes))?;
            if frame.height() > 0 {
                uncut.push(table.local_date);
            } else if matches!(cut, Cut::Groups(_)) {
                // A quiet day has no table of groups, and is a day of the experiment all the same.
                is_provisional |= table.state == State::Provisional;
                days.push((table.local_date, frame));
            }
        }
        days.sort_by_key(|(date, _)| *date);
    }
    Ok(CutDays {
        evidence: evidence_of(workspace, platform, market, &days)?,
        is_provisional,
        uncut,
        retired: place.without_tables(with_tables.into_iter()),
    })
}

/// The revisions up to a date, and the dates of the others.
fn parted(revisions: &BTreeMap<Date, u64>, last: Date) -> (BTreeMap<Date, u64>, BTreeSet<Date>) {
    let mut counted = revisions.clone();
    let after = revisions.keys().copied().filter(|date| *date > last).collect();
    counted.retain(|date, _| *date <= last);
    (counted, after)
}

async fn published(
    archive: &Archive,
    place: &Inputs,
    revisions: &BTreeMap<Date, u64>,
    of: TableName,
) -> Result<Vec<PublishedTable>, BoxError> {
    let found = archive.published_tables(&place.platform, &place.market, revisions, of).await?;
    match found.unreadable.into_values().next() {
        Some(reason) => Err(BoxError::from(reason)),
        None => Ok(found.tables),
    }
}
