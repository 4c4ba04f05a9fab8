//! Derived tables of market-days, rendered from what is published: no export is read, so that a change of a formula comes
//! to a day whose exports have expired, too.

use std::cmp::Reverse;
use std::sync::Arc;

use jiff::civil::Date;
use tokio::sync::Semaphore;

use super::{failed, table};
use crate::plan::{Because, DayStatus, PlannedDay, PlatformPlan, Window, rendering};
use crate::run::blocking::render;
use crate::run::ordered::for_each_ordered;
use crate::run::{Disposition, Observer, RunReport, Step, Stop, error_text};
use coverledger_archive::{
    Anew, Archive, Attempt, AttemptEnd, BoxError, Content, PublishError, Receipt, Stamp, State, TableBytes,
};
use coverledger_config::{Platform, Workspace};
use coverledger_core::VERSION;
use coverledger_core::model::{CountSet, MarketDay, MarketId};
use coverledger_report::{MarketDayContext, PublishedDay};

/// Market-days that are rendered at a time; most of it is waiting for the store.
const DAYS_AT_A_TIME: usize = 8;

/// What rendering from the archive needs.
pub(in crate::run) struct Renderer<'a> {
    pub(in crate::run) workspace: &'a Arc<Workspace>,
    pub(in crate::run) archive: &'a Archive,
    pub(in crate::run) stamp: &'a Stamp,
    /// Permits to render tables.
    pub(in crate::run) rendering: &'a Semaphore,
    pub(in crate::run) stop: &'a Stop,
    pub(in crate::run) observer: Observer<'a>,
}

/// How rendering a market-day ended.
enum End {
    Published(Box<Receipt>),
    Ended(Disposition),
    StandsAs(DayStatus),
}

impl Renderer<'_> {
    /// Renders what plans say can be rendered, newest first, and reports what is published. What cannot be, or is what it
    /// was before, stands where it stands by its exports.
    pub(in crate::run) async fn rerender(&self, plans: &mut [PlatformPlan], report: &mut RunReport) {
        for plan in plans {
            let is_to_render = |day: &&PlannedDay| matches!(day.status, DayStatus::ToRender { .. });
            let mut days: Vec<PlannedDay> = plan.days.iter().filter(is_to_render).cloned().collect();
            days.sort_by_key(|day| Reverse(day.market_day.local_date));
            let receipts = &plan.receipts;
            let mut ends = Vec::new();
            let work = |number: usize| self.day(&days[number], receipts.get(&key_of(&days[number])));
            for_each_ordered(days.len(), DAYS_AT_A_TIME, self.stop, work, |_, end| ends.push(end)).await;
            // Asked to stop, the rest is told with all others.
            for (day, end) in days.into_iter().zip(ends) {
                self.settle(plan, report, day, end);
            }
        }
    }

    fn settle(&self, plan: &mut PlatformPlan, report: &mut RunReport, day: PlannedDay, end: End) {
        let disposition = match end {
            End::Published(receipt) => {
                let Content { revision, state, .. } = receipt.content;
                plan.receipts.insert(key_of(&day), *receipt);
                Disposition::Published { revision, state, notes: notes(&day) }
            }
            End::Ended(disposition) => disposition,
            End::StandsAs(standing) => {
                let mut days = plan.days.iter_mut();
                if let Some(planned) = days.find(|planned| planned.market_day == day.market_day) {
                    planned.status = standing;
                }
                return;
            }
        };
        (self.observer)(&Step::Done { market_day: &day.market_day, disposition: &disposition });
        report.days.push((day.market_day, disposition));
    }

    async fn day(&self, day: &PlannedDay, receipt: Option<&Receipt>) -> End {
        let (place, workspace) = (&day.market_day, self.workspace);
        let configured = workspace.markets.get(&place.market).zip(workspace.platforms.get(&place.platform));
        let (Some(receipt), Some((market, platform))) = (receipt, configured) else {
            return End::StandsAs(day.status.by_its_exports().clone());
        };
        let tables = match self.archive.tables_of(receipt).await {
            Ok(tables) => tables,
            Err(error) => return cannot(day, &error_text(&error)),
        };
        let published = match PublishedDay::read(&tables, market, &platform.eras) {
            Ok(published) => Arc::new((published, day.clone())),
            Err(error) => return self.cannot_ever(day, receipt, &error_text(&error)).await,
        };
        let (state, counted_by) = (receipt.content.state, receipt.content.numbers_version);
        let tables = |revision| {
            let (workspace, published) = (Arc::clone(workspace), Arc::clone(&published));
            render(self.rendering, move || {
                let (published, day) = &*published;
                rendered(&workspace, published, day, state, counted_by, revision)
            })
        };
        match self.archive.publish_anew(receipt, VERSION, tables, self.stamp).await {
            Ok(Anew::Published(receipt)) => End::Published(receipt),
            Ok(Anew::Same) => {
                self.remember(day, receipt, "its tables, rendered from the archive, are what they were").await;
                End::StandsAs(as_it_is(day, receipt))
            }
            Ok(Anew::Overtaken) => match self.archive.newest(&receipt.content.unit).await {
                Ok(newest) => {
                    let Content { revision, state, .. } = newest.unwrap_or_else(|| receipt.clone()).content;
                    End::Ended(Disposition::Current { revision, state, notes: Vec::new() })
                }
                Err(error) => End::Ended(Disposition::Failed { reason: error_text(&error) }),
            },
            Err(error @ PublishError::Render { .. }) => self.cannot_ever(day, receipt, &error_text(&error)).await,
            Err(error) => End::Ended(failed(&error)),
        }
    }

    /// What cannot be rendered from what is published is not tried again by this version.
    async fn cannot_ever(&self, day: &PlannedDay, receipt: &Receipt, reason: &str) -> End {
        if !matches!(day.status.by_its_exports(), DayStatus::Due(_)) {
            self.remember(day, receipt, reason).await;
        }
        cannot(day, reason)
    }

    /// Leaves word that rendering a revision published nothing, unless that would take the place of another note: then it
    /// is rendered again.
    async fn remember(&self, day: &PlannedDay, receipt: &Receipt, reason: &str) {
        let is_asked = matches!(day.status, DayStatus::ToRender { because: Because::Asked, .. });
        if is_asked || day.attempt.is_some() {
            return;
        }
        let attempt = Attempt::new(&rendering(receipt), AttemptEnd::Kept, reason.to_owned());
        if let Err(error) = self.archive.note(&day.market_day, &attempt).await {
            let market_day = day.market_day.to_string();
            tracing::warn!(market_day, error = error_text(&error), "no note could be left on a market-day");
        }
    }
}

/// The tables of a market-day whose facts were read back.
fn rendered(
    workspace: &Workspace,
    published: &PublishedDay,
    day: &PlannedDay,
    state: State,
    counted_by: Option<u32>,
    revision: u64,
) -> Result<Vec<TableBytes>, BoxError> {
    let MarketDay { platform, market, .. } = &day.market_day;
    let configured = workspace.markets.get(market).zip(workspace.platforms.get(platform));
    let (market, platform) = configured.ok_or("its platform or its market is not configured")?;
    let sheet = MarketDayContext {
        market_day: &day.market_day,
        market,
        day: &day.day,
        eras: &platform.eras,
        mapped: mapped(platform, day),
        provisional: state == State::Provisional,
        facts: published.facts(),
        booked: published.booked(),
        by_turn: None,
        by_group: None,
        unknown: &[],
    };
    let tables = published.render(&sheet, counted_by, revision)?;
    Ok(tables.into_iter().map(|(name, made)| table(name, made)).collect())
}

/// What a market-day is when rendering it changed nothing.
fn as_it_is(day: &PlannedDay, receipt: &Receipt) -> DayStatus {
    let current = DayStatus::Current { revision: receipt.content.revision, state: receipt.content.state };
    match (&day.status, day.status.by_its_exports()) {
        (DayStatus::ToRender { because: Because::Asked, .. }, _)
        | (_, DayStatus::Due(Because::DerivedChanged { .. })) => current,
        (_, standing) => standing.clone(),
    }
}

/// Who asked for a market-day hears why it cannot be rendered; any other stands by its exports.
fn cannot(day: &PlannedDay, reason: &str) -> End {
    if let DayStatus::ToRender { because: Because::Asked, .. } = day.status {
        let reason = format!("it cannot be rendered from the archive: {reason}");
        return End::Ended(Disposition::Failed { reason });
    }
    let market_day = day.market_day.to_string();
    tracing::warn!(market_day, reason, "the derived tables of a market-day cannot be rendered from the archive");
    End::StandsAs(day.status.by_its_exports().clone())
}

/// What the exports can yield that a market-day stands on. One that did not exist yet yields nothing, which is not zero.
pub(in crate::run) fn mapped(platform: &Platform, day: &PlannedDay) -> CountSet {
    let windows = platform.exports.iter().zip(&day.windows);
    let stood_on = windows.filter(|(_, window)| **window != Window::Nowhere).map(|(export, _)| export);
    platform.mapped_by(stood_on)
}

fn key_of(day: &PlannedDay) -> (MarketId, Date) {
    (day.market_day.market.clone(), day.market_day.local_date)
}

/// What there is to say about a market-day that was rendered, and what keeps it from being made from its exports.
fn notes(day: &PlannedDay) -> Vec<String> {
    let held = match day.status.by_its_exports() {
        DayStatus::Held { reason } => Some(reason.clone()),
        _ => None,
    };
    day.notes.iter().cloned().chain(held).collect()
}
