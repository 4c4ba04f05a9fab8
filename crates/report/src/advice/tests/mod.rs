//! Advice by hand.

mod after_tests;
mod by_lot;
mod clocks;
mod freshness;
mod sights;

use jiff::Timestamp;
use jiff::civil::{Date, date};
use polars::prelude::*;

use super::inputs::{NightInputs, PlaceInputs};
use super::table;
use crate::cells::{dates, instants};
use crate::testing::{split, text};
use coverledger_config::{Experiment, Market};
use coverledger_core::model::{ColumnType, MarketId, PlatformId, TableName, columns as c};
use coverledger_core::time::{DayRule, SlotTable, Zone};

/// The last date that is published: Sunday.
pub(super) const AS_OF: Date = date(2026, 11, 22);
/// 09:00 of Monday in Shanghai.
pub(super) const NOW: &str = "2026-11-23T01:00:00Z";

/// A value of a column.
#[derive(Debug, Clone)]
pub(super) enum V {
    T(String),
    F(f64),
    W(i64),
    B(bool),
    D(Date),
}

/// A text.
pub(super) fn t(text: &str) -> V {
    V::T(text.to_owned())
}

pub(super) type Line = Vec<(String, V)>;

/// A row of these values; everything else in it is null.
pub(super) fn line<const N: usize>(values: [(&str, V); N]) -> Line {
    values.map(|(name, value)| (name.to_owned(), value)).into()
}

/// A number with its bounds.
pub(super) fn bounded(name: &str, [value, low, high]: [f64; 3]) -> Line {
    line([(name, V::F(value)), (&c::low(name), V::F(low)), (&c::high(name), V::F(high))])
}

/// A published table of these rows.
pub(super) fn frame(table: TableName, lines: &[Line]) -> DataFrame {
    let columns = table.spec().columns();
    for (name, _) in lines.iter().flatten() {
        assert!(columns.iter().any(|column| column.name == *name), "{table} has no {name}");
    }
    let columns = columns.iter().map(|column| {
        let values: Vec<Option<&V>> = lines
            .iter()
            .map(|line| line.iter().rev().find(|(name, _)| *name == column.name).map(|(_, value)| value))
            .collect();
        let name = &*column.name;
        macro_rules! of {
            ($kind:ident) => {
                values
                    .iter()
                    .map(|value| match value {
                        Some(V::$kind(value)) => Some(value.clone()),
                        None => None,
                        other => panic!("{table}.{name}: {other:?}"),
                    })
                    .collect::<Vec<_>>()
            };
        }
        match column.of_type {
            ColumnType::Text => Column::new(name.into(), of!(T)),
            ColumnType::Float => Column::new(name.into(), of!(F)),
            ColumnType::Whole => Column::new(name.into(), of!(W)),
            ColumnType::Truth => Column::new(name.into(), of!(B)),
            ColumnType::Day => dates(name, of!(D)),
            ColumnType::Instant => instants(name, vec![None; lines.len()], Some(TimeZone::UTC)),
            ColumnType::WallTime => instants(name, vec![None; lines.len()], None),
        }
    });
    DataFrame::new(lines.len(), columns.collect()).unwrap()
}

/// The place `p` in `US`, and all that is published of it.
#[derive(Debug, Clone, Default)]
pub(super) struct World {
    pub(super) covers: Vec<Line>,
    pub(super) pairs: Vec<Line>,
    pub(super) findings: Vec<Line>,
    pub(super) slots: Vec<Line>,
    pub(super) broadcasts: Vec<Line>,
    pub(super) tests: Vec<(String, Experiment, Vec<Line>)>,
    pub(super) history: Vec<Line>,
    pub(super) checks: Vec<Line>,
}

fn place() -> Line {
    line([(c::PLATFORM, t("p")), (c::MARKET, t("US"))])
}

fn with(mut line: Line, more: Line) -> Line {
    line.extend(more);
    line
}

impl World {
    /// Covers by rank; the first of these is on air.
    pub(super) fn of(on_air: &str, ranked: &[&str]) -> Self {
        let cover = |(rank, cover): (i64, &&str)| {
            let values = [(c::COVER_ID, t(cover)), (c::RANK, V::W(rank)), (c::ON_AIR, V::B(*cover == on_air))];
            with(place(), line(values))
        };
        Self { covers: (1..).zip(ranked).map(cover).collect(), ..Self::default() }
    }

    /// One cover against another: ratio with its bounds, how probably it is above 1, and in how many broadcasts.
    pub(super) fn pair(mut self, of: [&str; 3], ratio: [f64; 3], probability: f64, broadcasts: i64) -> Self {
        let [cover, against, metric] = of;
        let values = line([
            (c::COVER_ID, t(cover)),
            (c::AGAINST_COVER_ID, t(against)),
            (c::METRIC, t(metric)),
            (c::RATE, V::F(0.04)),
            (c::AGAINST_RATE, V::F(0.03)),
            (c::COMPARED_BROADCASTS, V::W(broadcasts)),
            (c::PROBABILITY, V::F(probability)),
        ]);
        self.pairs.push(with(with(place(), values), bounded(c::RATIO, ratio)));
        self
    }

    /// What `diagnosis` found.
    pub(super) fn found(mut self, cover: &str, finding: &str) -> Self {
        let values = line([
            (c::COVER_ID, t(cover)),
            (c::FINDING, t(finding)),
            (c::STAY_STEP[0], V::F(0.06)),
            (c::STAY_STEP[1], V::F(0.32)),
        ]);
        self.findings.push(with(place(), with(values, bounded(c::REVISIT_RATIO, [0.7, 0.55, 0.9]))));
        self
    }

    /// An experiment of `covers`, the first its control, with these rows after the control's. It runs, or was over on the date
    /// before the newest.
    pub(super) fn test(mut self, name: &str, state: &str, on_air: &str, arms: Vec<(&str, &str, Line)>) -> Self {
        let covers: Vec<&str> = arms.iter().map(|(cover, ..)| *cover).collect();
        let mut plan = split(&covers);
        (plan.from, plan.to) = (date(2026, 11, 1), date(2026, 11, if state == "running" { 30 } else { 21 }));
        let row = |(cover, decision, more): (&str, &str, Line)| {
            let values = line([
                (c::EXPERIMENT, t(name)),
                (c::COVER_ID, t(cover)),
                (c::IS_CONTROL, V::B(cover == covers[0])),
                (c::DECISION, t(decision)),
                (c::STATE, t(state)),
                (c::ON_AIR, t(on_air)),
                (c::UNTIL, V::D(AS_OF)),
            ]);
            with(place(), with(values, more))
        };
        let rows = arms.into_iter().map(row).collect();
        self.tests.push((name.to_owned(), plan, rows));
        self
    }

    pub(super) fn advise(&self) -> DataFrame {
        let market = market("America/New_York", "00:00", &[("day", "00:00"), ("prime", "19:00")]);
        self.advise_in(&market, NOW)
    }

    pub(super) fn advise_in(&self, market: &Market, now: &str) -> DataFrame {
        self.inputs(market, now, |inputs| {
            let advised = table::advised(inputs).unwrap();
            table::advice(inputs, &advised, 1).unwrap()
        })
    }

    pub(super) fn inputs<T>(&self, market: &Market, now: &str, of: impl FnOnce(&mut NightInputs<'_>) -> T) -> T {
        let now: Timestamp = now.parse().unwrap();
        let home = Zone::named("Asia/Shanghai").unwrap();
        let place = PlaceInputs {
            platform: PlatformId::new("p"),
            market: MarketId::new("US"),
            rules: market,
            newest: Some(AS_OF),
            over_until: AS_OF,
            lacks: Vec::new(),
            final_at: None,
            provisional_days: 0,
            cover: frame(TableName::Cover, &self.covers),
            cover_pair: frame(TableName::CoverPair, &self.pairs),
            cover_broadcast: frame(TableName::CoverBroadcast, &self.broadcasts),
            // Not published at all.
            diagnosis: if self.findings.is_empty() {
                DataFrame::empty()
            } else {
                frame(TableName::Diagnosis, &self.findings)
            },
            slot_plan: frame(TableName::SlotPlan, &self.slots),
        };
        let experiments = self.tests.iter();
        let experiments = experiments
            .map(|(name, plan, rows)| (name.clone(), Some(plan), frame(TableName::Experiment, rows)))
            .collect();
        let mut inputs = NightInputs {
            as_of: AS_OF,
            now,
            home: &home,
            places: vec![place],
            experiments,
            cover_history: Some(frame(TableName::CoverHistory, &self.history)),
            cover_checks: Some(frame(TableName::CoverChecks, &self.checks)),
            before: None,
        };
        of(&mut inputs)
    }
}

pub(super) fn market(zone: &str, starts_at: &str, slots: &[(&str, &str)]) -> Market {
    let day = DayRule { zone: Zone::named(zone).unwrap(), starts_at: starts_at.parse().unwrap() };
    let slots = slots.iter().map(|(name, at)| ((*name).to_owned(), at.parse().unwrap())).collect();
    Market { slots: SlotTable::new(day.starts_at, slots).unwrap(), slots_name: "s".to_owned(), day }
}

/// Action, cover, the cover that it takes the place of, and sureness.
pub(super) fn said(advice: &DataFrame) -> [String; 4] {
    [c::ACTION, c::COVER_ID, c::INSTEAD_OF, c::SURENESS].map(|column| text(advice, column, 0))
}

/// The reasons, which are in both languages and whole.
pub(super) fn reasons(advice: &DataFrame) -> [String; 2] {
    let [en, zh] = [c::REASON_EN, c::REASON_ZH].map(|column| text(advice, column, 0));
    assert!(en.ends_with('.') && zh.ends_with('。'), "{en} {zh}");
    assert!(!en.contains("  ") && !en.contains("None") && !en.contains("NaN"), "{en}");
    [en, zh]
}
