//! Evidence by hand.

use std::collections::BTreeSet;

use jiff::ToSpan;
use jiff::civil::{Date, date};
use polars::prelude::DataFrame;

use super::decision_context::DecisionContext;
use super::evidence::{Evidence, Observed};
use coverledger_config::{
    Assignment, Design, Experiment, Guardrail, Guardrails, Market, PlannedTurn, Rotation, Split, TurnSchedule,
    Value,
};
use coverledger_core::model::{
    ClickEvent, Conventions, Count, Figures, ImpressionBasis, MarketId, Measure, PlatformId, UniqueBasis,
};
use coverledger_core::time::{DayRule, SlotTable, Zone};

/// The last date of everything here.
pub(super) const UNTIL: Date = date(2026, 11, 21);

/// What was counted, before names have numbers.
#[derive(Debug, Clone)]
pub(super) struct Scene {
    pub(super) rows: Vec<(Date, [String; 4], bool, Figures)>,
    pub(super) market: &'static str,
    pub(super) click: ClickEvent,
}

impl Default for Scene {
    fn default() -> Self {
        Self { rows: Vec::new(), market: "US", click: ClickEvent::CoverTap }
    }
}

impl Scene {
    /// So many days before [`UNTIL`]; slot, audience, broadcast and cover by name.
    pub(super) fn shown(&mut self, days_before: i32, names: [&str; 4], counts: &[(Count, u64)]) -> &mut Self {
        self.row(days_before, names, false, counts)
    }

    pub(super) fn row(
        &mut self,
        days_before: i32,
        names: [&str; 4],
        contaminated: bool,
        counts: &[(Count, u64)],
    ) -> &mut Self {
        let mut figures = Figures::default();
        for (count, value) in counts {
            figures.put(*count, Measure::exact(*value));
        }
        let local_date = UNTIL.checked_sub(days_before.days()).unwrap();
        self.rows.push((local_date, names.map(str::to_owned), contaminated, figures));
        self
    }

    pub(super) fn evidence(&self) -> Evidence {
        let names = |part: usize| -> Vec<String> {
            let names: BTreeSet<&String> = self.rows.iter().map(|row| &row.1[part]).collect();
            names.into_iter().cloned().collect()
        };
        let [slots, audiences, broadcasts, covers] = [0, 1, 2, 3].map(names);
        let at = |names: &[String], name: &String| names.binary_search(name).unwrap();
        let observed =
            |(local_date, names, contaminated, figures): &(Date, [String; 4], bool, Figures)| Observed {
                local_date: *local_date,
                slot: at(&slots, &names[0]),
                audience: at(&audiences, &names[1]),
                broadcast: at(&broadcasts, &names[2]),
                cover: at(&covers, &names[3]),
                contaminated: *contaminated,
                turn: None,
                group: None,
                figures: *figures,
            };
        let mut rows: Vec<Observed> = self.rows.iter().map(observed).collect();
        rows.sort_by_key(|row| {
            (row.local_date, row.slot, row.audience, row.broadcast, row.cover, row.contaminated)
        });
        Evidence {
            platform: PlatformId::new("p"),
            market: MarketId::new(self.market),
            since: UNTIL.checked_sub(27.days()).unwrap(),
            until: UNTIL,
            conventions: Conventions {
                impression: ImpressionBasis::Displays,
                click: self.click,
                uniques: UniqueBasis::FirstTouch,
            },
            convention_since: None,
            provisional: false,
            has_groups: false,
            slots,
            audiences,
            broadcasts,
            covers,
            rows,
            revisits: Vec::new(),
        }
    }
}

/// As of [`UNTIL`].
pub(super) fn context(evidence: &Evidence) -> DecisionContext<'_> {
    DecisionContext { evidence, as_of: UNTIL, revision: 1 }
}

/// A loss of a tenth is tolerated, by default.
pub(super) const GUARDRAIL: Guardrail = Guardrail { tolerated: 0.1, is_required: false };

/// A split of these covers in equal shares over the last four weeks, held against the first.
pub(super) fn split(covers: &[&str]) -> Experiment {
    let share = 1.0 / f64::from(u32::try_from(covers.len()).unwrap());
    Experiment {
        platforms: BTreeSet::from([PlatformId::new("p")]),
        markets: BTreeSet::from([MarketId::new("US")]),
        covers: covers.iter().map(|cover| (*cover).to_owned()).collect(),
        control: 0,
        from: UNTIL.checked_sub(27.days()).unwrap(),
        to: UNTIL,
        stopped: None,
        level: 0.05,
        worth: 0.05,
        value: Value { orders: 1.0, retained_minutes: 0.0 },
        guardrails: Guardrails { stay: Some(GUARDRAIL), orders: None, conversion: None, revisits: None },
        imbalance: 0.001,
        design: Design::Split(Split {
            shares: vec![share; covers.len()],
            broadcasts: 28,
            assignment: Assignment::Broadcast,
        }),
    }
}

/// A rotation of these covers over the last two weeks: turns of two hours, in the slots `day` and `night`.
pub(super) fn rotation(covers: &[&str]) -> (Experiment, Vec<PlannedTurn>) {
    let day = DayRule::calendar(Zone::named("America/New_York").unwrap());
    let slots = [("day", "00:00"), ("night", "12:00")].map(|(name, at)| (name.to_owned(), at.parse().unwrap()));
    let slots = SlotTable::new(day.starts_at, slots.into()).unwrap();
    let markets = [(MarketId::new("US"), Market { slots, slots_name: "halves".to_owned(), day })];
    let mut experiment = Experiment { from: UNTIL.checked_sub(13.days()).unwrap(), ..split(covers) };
    let plan = Rotation { turn_seconds: 7200, burn_in_seconds: 300, seed: 5, schedule: TurnSchedule::default() };
    let schedule = TurnSchedule::new(&experiment, &plan, &markets.into(), plan.seed);
    let turns = schedule.turns(&MarketId::new("US")).to_vec();
    experiment.design = Design::Rotation(Rotation { schedule, ..plan });
    (experiment, turns)
}

/// A number of a table.
pub(super) fn number(frame: &DataFrame, column: &str, row: usize) -> Option<f64> {
    frame.column(column).unwrap().get(row).unwrap().extract()
}

/// A word of a table; empty for null.
pub(super) fn text(frame: &DataFrame, column: &str, row: usize) -> String {
    let value = frame.column(column).unwrap().get(row).unwrap();
    if value.is_null() { String::new() } else { value.str_value().into_owned() }
}

/// Where a word stands.
pub(super) fn row_of(frame: &DataFrame, column: &str, word: &str) -> usize {
    (0..frame.height()).find(|row| text(frame, column, *row) == word).unwrap()
}

/// A few clicks more or less by broadcast, as chance would have it: about so many of 1,000.
pub(super) fn wavering(number: u64, usual: u64) -> u64 {
    usual + [0, 3, 1, 4, 2, 0, 1, 3, 2, 4][usize::try_from(number % 10).unwrap()] - 2
}
