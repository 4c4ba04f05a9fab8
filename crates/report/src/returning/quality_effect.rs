//! `quality_effect`: what a bad visit costs later.

mod steps;
mod words;

use polars::prelude::*;

use super::cells::ViewerDays;
use super::panel::{Chain, DOSES, HostPanel, LAGS, LEADS_AT, PanelDays};
use super::place::{FALSE_DISCOVERIES, ViewersOf, adjusted, interval, p_value};
use crate::decision_context::{Words, floats, texts, wholes};
use crate::table::rendered;
use crate::tally::float;
use crate::{Rendered, ReportError};
use coverledger_core::model::{TableName, VisitQuality, columns as c};
use coverledger_stats::{Estimate, FEWEST_CLUSTERS, Panel};

/// What the effect is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Metric {
    Ctr,
    Entries,
}

impl Metric {
    const fn word(self) -> &'static str {
        match self {
            Self::Ctr => "ctr",
            Self::Entries => "entries",
        }
    }
}

/// Which visits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    AllBad,
    One(VisitQuality),
    /// How much worse each step is than the one before.
    Growth,
}

impl Step {
    const fn word(self) -> &'static str {
        match self {
            Self::AllBad => "all_bad",
            Self::One(quality) => quality.word(),
            Self::Growth => "per_step",
        }
    }
}

/// How an effect was told.
#[derive(Debug, Clone)]
pub(super) enum Method {
    /// From viewers; `None` where they are not known over days.
    Viewers(Option<Compared>),
    /// From hosts; `None` where it is not known how visits went.
    Panel(Option<OfHosts>),
}

/// Visits that are compared.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Compared {
    pub(super) bad: u64,
    pub(super) good: u64,
    pub(super) left_out: u64,
    pub(super) broadcasts: usize,
    /// Of bad and good visits, before and after.
    pub(super) levels: Option<[[f64; 2]; 2]>,
    /// Whether any visit could be told of.
    pub(super) is_told: bool,
    /// Whether it is known of any date how visits went.
    pub(super) is_watched: bool,
}

/// Hosts that are compared.
#[derive(Debug, Clone, Default)]
pub(super) struct OfHosts {
    pub(super) hosts: usize,
    pub(super) dates: usize,
    pub(super) broadcasts: u64,
    pub(super) bad_views: u64,
    pub(super) has_hosts: bool,
    pub(super) placebo: Option<Estimate>,
    pub(super) p_placebo: Option<f64>,
    /// That the dates before matter no more than the dates after seem to.
    pub(super) p_beyond: Option<f64>,
}

/// What was lost on the last local dates.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Loss {
    pub(super) dates: u64,
    pub(super) visits: u64,
    pub(super) exposed: f64,
    /// In clicks: as told, and its bounds.
    pub(super) clicks: [f64; 3],
    /// Orders ÷ clicks.
    pub(super) orders_per_click: Option<f64>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Finding {
    Loss,
    Gain,
    None,
    PlaceboFired,
    TooFew,
    NoData,
}

impl Finding {
    const fn word(self) -> &'static str {
        match self {
            Self::Loss => "loss",
            Self::Gain => "gain",
            Self::None => "no_difference",
            Self::PlaceboFired => "placebo_fired",
            Self::TooFew => "too_few",
            Self::NoData => "no_data",
        }
    }
}

/// A row.
#[derive(Debug, Clone)]
pub(super) struct Row {
    pub(super) method: Method,
    pub(super) metric: Metric,
    pub(super) step: Step,
    pub(super) effect: Option<Estimate>,
    pub(super) loss: Option<Loss>,
    pub(super) p_adjusted: Option<f64>,
}

impl Row {
    /// Of a panel the greater of two: that dates before do nothing, and that they do no more than dates after.
    pub(super) fn p(&self) -> Option<f64> {
        let p = p_value(self.effect.as_ref()?)?;
        match &self.method {
            Method::Panel(Some(hosts)) => Some(p.max(hosts.p_beyond?)),
            Method::Viewers(_) | Method::Panel(None) => Some(p),
        }
    }

    pub(super) fn finding(&self) -> Finding {
        match &self.method {
            Method::Viewers(None) | Method::Panel(None) => return Finding::NoData,
            Method::Viewers(Some(compared)) if !compared.is_told => return Finding::NoData,
            Method::Panel(Some(hosts)) if hosts.p_placebo.is_some_and(|p| p <= FALSE_DISCOVERIES) => {
                return Finding::PlaceboFired;
            }
            Method::Viewers(Some(_)) | Method::Panel(Some(_)) => {}
        }
        match (self.p_adjusted, &self.effect) {
            (Some(p), Some(effect)) if p <= FALSE_DISCOVERIES => {
                if effect.value < 0.0 {
                    Finding::Loss
                } else {
                    Finding::Gain
                }
            }
            (Some(_), Some(_)) => Finding::None,
            _ => Finding::TooFew,
        }
    }

    /// What losses are told of: no effect is claimed where the placebo fired.
    pub(super) fn told_loss(&self) -> Option<&Loss> {
        self.loss.as_ref().filter(|_| self.finding() != Finding::PlaceboFired)
    }
}

/// Renders `quality_effect`; `days` is `None` where viewers are not known over days, `panel` where it is not known how visits
/// went.
///
/// # Errors
/// [`ReportError`] when polars cannot build or write the table.
pub fn quality_effect(
    of: &ViewersOf<'_>,
    days: Option<&ViewerDays>,
    panel: Option<&PanelDays>,
    chain: Chain,
) -> Result<Rendered, ReportError> {
    rendered(TableName::QualityEffect, table(of, days, panel, chain))
}

pub(super) fn told(
    of: &ViewersOf<'_>,
    days: Option<&ViewerDays>,
    panel: Option<&PanelDays>,
    chain: Chain,
) -> Vec<Row> {
    let mut rows = match days {
        Some(days) => steps::rows(days, chain),
        None => vec![no_row(Method::Viewers(None))],
    };
    rows.push(panel.map_or_else(
        || no_row(Method::Panel(None)),
        |panel| of_panel(&HostPanel::of(panel, of.as_of), panel.has_hosts, chain),
    ));
    let p = adjusted(rows.iter().map(Row::p));
    for (row, p) in rows.iter_mut().zip(p) {
        row.p_adjusted = p;
    }
    rows
}

fn no_row(method: Method) -> Row {
    Row { method, metric: Metric::Ctr, step: Step::AllBad, effect: None, loss: None, p_adjusted: None }
}

fn of_panel(hosts: &HostPanel, has_hosts: bool, chain: Chain) -> Row {
    let share = |range: std::ops::Range<usize>, share: f64| -> Vec<f64> {
        (0..DOSES).map(|at| if range.contains(&at) { share } else { 0.0 }).collect()
    };
    let fit = hosts.fit().filter(|fit| fit.units() >= FEWEST_CLUSTERS);
    let effect = fit.as_ref().and_then(|fit| fit.along(&share(LAGS, 1.0)));
    let placebo = fit.as_ref().and_then(|fit| fit.along(&share(LEADS_AT, 1.0)));
    let beyond = fit.as_ref().and_then(|fit| {
        let per_date = |range: std::ops::Range<usize>| 1.0 / float(range.len() as u64);
        let [before, after] = [share(LAGS, per_date(LAGS)), share(LEADS_AT, per_date(LEADS_AT))];
        fit.along(&before.iter().zip(after).map(|(before, after)| before - after).collect::<Vec<f64>>())
    });
    // Where the dates after a visit seem to matter more than those before it, the effect is not beyond them, however sure that is.
    let is_beyond = |beyond: &Estimate| effect.is_some_and(|effect| effect.value * beyond.value > 0.0);
    let p_beyond = beyond.map(|beyond| if is_beyond(&beyond) { p_value(&beyond).unwrap_or(1.0) } else { 1.0 });
    let p_placebo = fit.as_ref().zip(placebo).and_then(|(fit, placebo)| p_placebo(fit, &placebo));
    let last = &hosts.last;
    let loss = effect
        .filter(|_| last.dates > 0)
        .map(|effect| Loss::of(&effect, last.dates as u64, last.bad_views, last.exposed, chain));
    Row {
        method: Method::Panel(Some(OfHosts {
            hosts: hosts.hosts,
            dates: hosts.dates.len(),
            broadcasts: hosts.broadcasts,
            bad_views: hosts.bad_views,
            has_hosts,
            placebo,
            p_placebo,
            p_beyond,
        })),
        metric: Metric::Ctr,
        step: Step::AllBad,
        effect,
        loss,
        p_adjusted: None,
    }
}

/// That dates after do nothing, each and all together: twice the smaller of both p values.
fn p_placebo(fit: &Panel, together: &Estimate) -> Option<f64> {
    let together = p_value(together)?;
    let joint = fit.joint_p(&LEADS_AT.collect::<Vec<usize>>());
    Some(joint.map_or(together, |joint| (2.0 * joint.min(together)).min(1.0)))
}

impl Loss {
    pub(super) fn of(effect: &Estimate, dates: u64, visits: u64, exposed: f64, chain: Chain) -> Self {
        let bounds = interval(effect);
        let lost = |effect: f64| -effect * exposed;
        let orders_per_click = match (chain.orders, chain.clicks) {
            (Some(orders), Some(clicks)) if clicks > 0 => Some(float(orders) / float(clicks)),
            _ => None,
        };
        let clicks = [lost(effect.value), lost(bounds.high), lost(bounds.low)];
        Self { dates, visits, exposed, clicks, orders_per_click }
    }
}

fn table(
    of: &ViewersOf<'_>,
    days: Option<&ViewerDays>,
    panel: Option<&PanelDays>,
    chain: Chain,
) -> PolarsResult<DataFrame> {
    let rows = told(of, days, panel, chain);
    let asked = rows.iter().filter(|row| row.p_adjusted.is_some()).count();
    let reasons: Vec<Words> = rows.iter().map(|row| words::reason(row, asked)).collect();
    let assumptions: Vec<Words> = rows.iter().map(words::assumptions).collect();
    let of_panel = panel.and_then(|panel| {
        let dates = &panel.known;
        Some([*dates.first()?, *dates.last()?])
    });
    let windows: Vec<_> = rows
        .iter()
        .map(|row| match row.method {
            Method::Viewers(_) => days.map(|days| [days.first, days.until]),
            Method::Panel(_) => of_panel,
        })
        .collect();
    let mut table = of.keys(&windows);
    table.extend(compared(&rows));
    table.extend(effects(&rows));
    table.extend([
        texts(c::FINDING, &rows, |row| Some(row.finding().word().to_owned())),
        texts(c::ASSUMPTIONS_EN, &assumptions, |words| Some(words.en.clone())),
        texts(c::ASSUMPTIONS_ZH, &assumptions, |words| Some(words.zh.clone())),
        texts(c::REASON_EN, &reasons, |words| Some(words.en.clone())),
        texts(c::REASON_ZH, &reasons, |words| Some(words.zh.clone())),
        wholes(c::REVISION, &rows, |_| usize::try_from(of.revision).ok()),
    ]);
    DataFrame::new(rows.len(), table)
}

fn viewers(row: &Row) -> Option<&Compared> {
    match &row.method {
        Method::Viewers(compared) => compared.as_ref().filter(|compared| compared.is_told),
        Method::Panel(_) => None,
    }
}

fn hosts(row: &Row) -> Option<&OfHosts> {
    match &row.method {
        Method::Panel(hosts) => hosts.as_ref(),
        Method::Viewers(_) => None,
    }
}

fn compared(rows: &[Row]) -> Vec<Column> {
    let method = |row: &Row| match row.method {
        Method::Viewers(_) => "viewers",
        Method::Panel(_) => "panel",
    };
    let whole = |count: u64| usize::try_from(count).ok();
    let level = |side: usize, at: usize| move |row: &Row| Some(viewers(row)?.levels?[side][at]);
    vec![
        texts(c::METHOD, rows, |row| Some(method(row).to_owned())),
        texts(c::METRIC, rows, |row| Some(row.metric.word().to_owned())),
        texts(c::STEP, rows, |row| Some(row.step.word().to_owned())),
        wholes(c::BAD_VISITS, rows, |row| {
            let of_viewers = viewers(row).map(|compared| compared.bad);
            whole(of_viewers.or_else(|| hosts(row).map(|hosts| hosts.bad_views))?)
        }),
        wholes(c::GOOD_VISITS, rows, |row| whole(viewers(row)?.good)),
        wholes(c::LEFT_OUT_VISITS, rows, |row| whole(viewers(row)?.left_out)),
        wholes(c::BROADCASTS, rows, |row| {
            let of_viewers = viewers(row).map(|compared| compared.broadcasts);
            of_viewers.or_else(|| whole(hosts(row)?.broadcasts))
        }),
        wholes(c::HOSTS, rows, |row| Some(hosts(row)?.hosts)),
        wholes(c::DATES, rows, |row| Some(hosts(row)?.dates)),
        floats(c::BAD_BEFORE, rows, level(0, 0)),
        floats(c::BAD_AFTER, rows, level(0, 1)),
        floats(c::GOOD_BEFORE, rows, level(1, 0)),
        floats(c::GOOD_AFTER, rows, level(1, 1)),
    ]
}

fn effects(rows: &[Row]) -> Vec<Column> {
    let placebo = |row: &Row| hosts(row)?.placebo;
    let clicks = |at: usize| move |row: &Row| Some(row.told_loss()?.clicks[at]);
    let orders = |at: usize| {
        move |row: &Row| {
            let loss = row.told_loss()?;
            Some(loss.clicks[at] * loss.orders_per_click?)
        }
    };
    let whole = |count: u64| usize::try_from(count).ok();
    vec![
        floats(c::EFFECT, rows, |row| Some(row.effect?.value)),
        floats(&c::low(c::EFFECT), rows, |row| Some(interval(&row.effect?).low)),
        floats(&c::high(c::EFFECT), rows, |row| Some(interval(&row.effect?).high)),
        floats(c::P, rows, Row::p),
        floats(c::P_ADJUSTED, rows, |row| row.p_adjusted),
        floats(c::PLACEBO, rows, |row| Some(placebo(row)?.value)),
        floats(&c::low(c::PLACEBO), rows, |row| Some(interval(&placebo(row)?).low)),
        floats(&c::high(c::PLACEBO), rows, |row| Some(interval(&placebo(row)?).high)),
        floats(c::P_PLACEBO, rows, |row| hosts(row)?.p_placebo),
        wholes(c::LOSS_DATES, rows, |row| whole(row.told_loss()?.dates)),
        wholes(c::LOSS_VISITS, rows, |row| whole(row.told_loss()?.visits)),
        floats(c::EXPOSED_IMPRESSIONS, rows, |row| Some(row.told_loss()?.exposed)),
        floats(c::CLICKS_LOST, rows, clicks(0)),
        floats(&c::low(c::CLICKS_LOST), rows, clicks(1)),
        floats(&c::high(c::CLICKS_LOST), rows, clicks(2)),
        floats(c::ORDERS_LOST, rows, orders(0)),
        floats(&c::low(c::ORDERS_LOST), rows, orders(1)),
        floats(&c::high(c::ORDERS_LOST), rows, orders(2)),
    ]
}

#[cfg(test)]
mod tests;
