//! Allocation, told as small nights: pages in, a table of facts out.

mod attribution;
mod bars;
mod conflicts;
mod newest;
mod properties;
mod splitting;
mod turns;
mod twin;

use std::fmt::Write as _;

use jiff::Timestamp;
use jiff::civil::Date;

use super::super::{Outcome, Scope};
use super::{Allocation, AllocationDay, AllocationJob, Entry, Subject, allocate};
use crate::model::Extent;
use crate::model::{
    ClickEvent, Conventions, Count, CountRow, CountSet, CountTable, DayPart, Dimensions, Eras, Figures,
    ImpressionBasis, MarketId, Measure, OnAir, Turns, UniqueBasis,
};
use crate::time::{DayRule, LocalDay, SlotTable, Zone};

/// Pages and the market-days they are allocated on. Every page is in the scope of every day unless it is taken out.
#[derive(Debug)]
pub(super) struct Night {
    market: MarketId,
    rule: DayRule,
    slots: SlotTable,
    days: Vec<LocalDay>,
    sheets: Vec<Sheet>,
    outside: Vec<(usize, usize)>,
    pub(super) eras: Eras,
    pub(super) turns: Turns,
    pub(super) bars: bool,
}

/// A page and what is to be said of its object.
#[derive(Debug, Clone)]
pub(super) struct Sheet {
    definition: usize,
    fallback_for: Option<usize>,
    extent: Extent,
    created_us: i64,
    subject: Subject,
    page: CountTable,
    lacks: CountSet,
}

impl Night {
    /// Days of market `M` in a zone, from midnight, with the slots night, day (06:00) and prime (19:00).
    pub(super) fn in_zone(zone: &str, dates: &[&str]) -> Self {
        let slots = [("night", "00:00"), ("day", "06:00"), ("prime", "19:00")];
        Self::of(zone, "00:00", &slots, dates.iter().map(|date| date.parse().unwrap()))
    }

    pub(super) fn of(
        zone: &str,
        starts_at: &str,
        slots: &[(&str, &str)],
        dates: impl IntoIterator<Item = Date>,
    ) -> Self {
        let starts_at = starts_at.parse().unwrap();
        let rule = DayRule { zone: Zone::named(zone).unwrap(), starts_at };
        let slots = slots.iter().map(|(name, at)| ((*name).to_owned(), at.parse().unwrap())).collect();
        Self {
            market: MarketId::new("M"),
            days: dates.into_iter().filter_map(|date| rule.day(date)).collect(),
            rule,
            slots: SlotTable::new(starts_at, slots).unwrap(),
            sheets: Vec::new(),
            outside: Vec::new(),
            eras: Eras::only(Conventions {
                impression: ImpressionBasis::Displays,
                click: ClickEvent::RoomEntry,
                uniques: UniqueBasis::FirstTouch,
            }),
            turns: Turns::default(),
            bars: true,
        }
    }

    pub(super) fn page(mut self, sheet: Sheet) -> Self {
        self.sheets.push(sheet);
        self
    }

    /// Takes a page out of the scope of a day, both by number.
    pub(super) fn without(mut self, page: usize, day: usize) -> Self {
        self.outside.push((page, day));
        self
    }

    pub(super) fn allocate(&self) -> Allocation {
        self.allocate_days(&(0..self.days.len()).collect::<Vec<_>>())
    }

    /// Allocates some of its days together.
    pub(super) fn allocate_days(&self, numbers: &[usize]) -> Allocation {
        let days: Vec<AllocationDay<'_>> = numbers
            .iter()
            .map(|number| AllocationDay {
                market: &self.market,
                rule: &self.rule,
                slots: &self.slots,
                day: self.days[*number],
                turns: &self.turns,
            })
            .collect();
        let mut scope = Scope::new(self.sheets.len(), days.len());
        for page in 0..self.sheets.len() {
            for (index, number) in numbers.iter().enumerate() {
                if !self.outside.contains(&(page, *number)) {
                    scope.cover(page, index);
                }
            }
        }
        let entries: Vec<Entry<'_>> =
            self.sheets.iter().enumerate().map(|(export, sheet)| sheet.entry(export)).collect();
        allocate(&AllocationJob {
            days: &days,
            scope: &scope,
            entries: &entries,
            eras: &self.eras,
            bars: self.bars,
        })
    }

    /// The facts as lines: date, slot, era if not the first, broadcast, cover (`!` if contaminated), counts, and
    /// whatever else is to be said.
    pub(super) fn table(&self) -> Vec<String> {
        let allocated = self.allocate();
        let days = self.days.iter().zip(&allocated.facts);
        days.flat_map(|(day, facts)| facts.iter().map(move |fact| (day, fact)))
            .map(|(day, fact)| {
                let key = &fact.key;
                let part = match key.part {
                    DayPart::Slot(slot) => self.slots.names().nth(slot).unwrap(),
                    DayPart::AllDay => "all_day",
                };
                let era = if key.era.0 > 0 { format!(" era {}", key.era.0) } else { String::new() };
                let mark = if key.contaminated { "!" } else { "" };
                let mut line = format!("{} {part}{era} {} {}{mark}", day.date, key.broadcast_id, key.cover_id);
                describe(&fact.figures, &mut line);
                line
            })
            .collect()
    }

    /// Counted and duplicate rows of a page on a day.
    pub(super) fn outcome(&self, page: usize, day: usize) -> (u64, u64) {
        let Outcome { counted, duplicate, .. } = self.allocate().outcome(page, day);
        (counted, duplicate)
    }
}

fn describe(figures: &Figures, line: &mut String) {
    for (count, measure) in figures.known.iter().filter_map(|count| Some((count, figures.get(count)?))) {
        write!(line, " {}={}", count.word(), measure.value).unwrap();
        if !measure.is_exact() {
            write!(line, "({}..{})", measure.low, measure.high).unwrap();
        }
    }
    let prorated = figures.prorated;
    if prorated.impressions + prorated.entries > 0 {
        write!(line, " split={}/{}", prorated.impressions, prorated.entries).unwrap();
    }
    for (name, share) in [("match", figures.day_match), ("on_air", figures.on_air)] {
        if share.whole_seconds > 0 {
            write!(line, " {name}={}/{}", share.part_seconds, share.whole_seconds).unwrap();
        }
    }
}

impl Sheet {
    /// A page of the first definition, whose pages come whole.
    pub(super) fn new() -> Self {
        Self {
            definition: 0,
            fallback_for: None,
            extent: Extent::Period,
            created_us: 0,
            subject: Subject::Broadcast,
            page: CountTable::default(),
            lacks: CountSet::default(),
        }
    }

    pub(super) fn of(definition: usize) -> Self {
        Self { definition, ..Self::new() }
    }

    pub(super) fn fallback_for(mut self, definition: usize) -> Self {
        self.fallback_for = Some(definition);
        self
    }

    /// Its pages come in parts, by broadcast.
    pub(super) fn in_parts(mut self) -> Self {
        self.extent = Extent::Broadcast;
        self
    }

    pub(super) fn told_by(mut self, subject: Subject) -> Self {
        self.subject = subject;
        self
    }

    pub(super) fn made_at(mut self, created_us: i64) -> Self {
        self.created_us = created_us;
        self
    }

    /// A row that names its cover: `"2026-11-21T10:00Z 60s r1 a"` is a minute of broadcast r1 under cover a; `log` for a
    /// cover leaves it to the log. `h` and `d` are hours and whole days (without a slot).
    pub(super) fn row(self, what: &str, counts: &[(Count, u64)]) -> Self {
        let exact: Vec<_> = counts.iter().map(|(count, value)| (*count, Measure::exact(*value))).collect();
        self.rounded_row(what, &exact)
    }

    pub(super) fn rounded_row(self, what: &str, counts: &[(Count, Measure)]) -> Self {
        let words: Vec<&str> = what.split(' ').collect();
        let start_us = micros(words[0]);
        let (number, unit) = words[1].split_at(words[1].len() - 1);
        let seconds: i64 = number.parse::<i64>().unwrap()
            * match unit {
                "s" => 1,
                "h" => 3600,
                "d" => 86400,
                _ => panic!(),
            };
        self.counts((start_us, start_us + seconds * 1_000_000), unit == "d", (words[2], words[3]), counts)
    }

    pub(super) fn counts(
        mut self,
        (start_us, end_us): (i64, i64),
        is_all_day: bool,
        (room, cover): (&str, &str),
        counts: &[(Count, Measure)],
    ) -> Self {
        let stage = Dimensions {
            market: MarketId::new("M"),
            audience: String::new(),
            broadcast_id: room.to_owned(),
            cover_id: (cover != "log").then(|| cover.to_owned()),
        };
        let known = self.page.stages.iter().position(|one| *one == stage);
        let stage = known.unwrap_or_else(|| {
            self.page.stages.push(stage);
            self.page.stages.len() - 1
        });
        let mut figures = Figures::default();
        for (count, measure) in counts {
            figures.put(*count, *measure);
        }
        figures.derived =
            counts.iter().filter(|(_, m)| !m.is_exact()).map(|(count, _)| *count).collect::<CountSet>();
        let record = u32::try_from(self.page.rows.len()).unwrap() + 1;
        let stage = u32::try_from(stage).unwrap();
        self.page.rows.push(CountRow { record, stage, start_us, end_us, is_all_day, figures });
        self
    }

    /// A cover on air: `"r1 a 2026-11-21T10:00Z"`, and its end if the log says one.
    pub(super) fn on_air(mut self, what: &str) -> Self {
        let words: Vec<&str> = what.split(' ').collect();
        self.page.on_air.push(OnAir {
            record: u32::try_from(self.page.on_air.len()).unwrap() + 1,
            market: MarketId::new("M"),
            broadcast_id: words[0].to_owned(),
            cover_id: words[1].to_owned(),
            from_us: micros(words[2]),
            until_us: words.get(3).map(|until| micros(until)),
        });
        self
    }

    /// All its rows in another market, where nothing is allocated.
    pub(super) fn elsewhere(mut self) -> Self {
        self.page.stages.iter_mut().for_each(|stage| stage.market = MarketId::new("ELSEWHERE"));
        self.page.on_air.iter_mut().for_each(|on_air| on_air.market = MarketId::new("ELSEWHERE"));
        self
    }

    fn entry(&self, export: usize) -> Entry<'_> {
        Entry {
            delivery: export,
            export,
            definition: self.definition,
            fallback_for: self.fallback_for,
            extent: self.extent,
            created_us: self.created_us,
            subject: self.subject,
            page: &self.page,
            lacks: self.lacks,
        }
    }
}

pub(super) fn micros(at: &str) -> i64 {
    at.parse::<Timestamp>().unwrap().as_microsecond()
}
